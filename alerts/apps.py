"""The app of who wants to hear of what: alerts by e-mail."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlertsConfig(AppConfig):
    """Subscriptions by e-mail, and what was told to whom."""

    name = "alerts"
    verbose_name = _("Alerts")
