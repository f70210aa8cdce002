"""The app of who may come in: signing in, the second factor, how long a session lasts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Accounts of analysts; nothing of it is part of the record."""

    name = "accounts"
    verbose_name = _("Signing in")
