"""The analysts' pages of what: proposals, recommendations, topics and sources. Importing them puts them in place."""

from proposals.admin import figures, proposals, recommendations, sources, sponsorships, topics

__all__ = ["figures", "proposals", "recommendations", "sources", "sponsorships", "topics"]
