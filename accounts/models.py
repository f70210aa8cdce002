"""What is kept of those who tried to sign in; and each session notes when it began, whichever way it did."""

from axes.models import AccessAttempt
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _

from accounts.sessions import begin


class FailedSignIn(AccessAttempt):  # type: ignore[misc]  # axes has no types
    """Axes' own row, one for each name and address, under a name that says what it is."""

    class Meta:
        proxy = True
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")

    def __str__(self) -> str:
        return f"{self.username}, {self.ip_address}"


user_logged_in.connect(begin, dispatch_uid="accounts: a session begins")
