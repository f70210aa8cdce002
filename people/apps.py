"""The app of who: regions, bodies, sessions, delegates, agencies."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """People and the bodies in which they sit; knows nothing of proposals."""

    name = "people"
    verbose_name = _("People")
