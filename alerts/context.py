"""Whether alerts by e-mail are set up here, for the pages that offer them."""

from django.conf import settings
from django.http import HttpRequest


def by_mail(request: HttpRequest) -> dict[str, object]:
    """Tell templates whether there is a mail server to send alerts by."""
    return {"alerts_by_mail": settings.ALERTS_BY_MAIL}
