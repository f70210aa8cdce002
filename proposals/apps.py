"""The app of what: proposals, their recommendations, topics and sources."""

from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    """Proposals and everything said about them."""

    name = "proposals"
    verbose_name = "Proposals"
