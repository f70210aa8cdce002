"""The analysts' pages of what: proposals, recommendations, topics and sources. Importing them puts them in place."""

from typing import cast

from django.contrib import admin

from proposals.admin import (
    figures,
    intake,
    life_cycle,
    lineage,
    proposals,
    recommendations,
    sources,
    sponsorships,
    topics,
)
from proposals.admin.dashboard import dashboard
from proposals.admin_site import LianghuiAdminSite

cast("LianghuiAdminSite", admin.site).dashboard = dashboard

__all__ = [
    "figures",
    "intake",
    "life_cycle",
    "lineage",
    "proposals",
    "recommendations",
    "sources",
    "sponsorships",
    "topics",
]
