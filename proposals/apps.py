"""The app of what: proposals, their recommendations, topics and sources."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProposalsConfig(AppConfig):
    """Proposals and everything said about them."""

    name = "proposals"
    verbose_name = _("Proposals")
