"""The lists that the catalogue answers, proposals and recommendations, and each of these by itself."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from people.doubles import successor
from proposals.api import rows
from proposals.api.endpoints import beside_page, described, listed, one
from proposals.api.parameters import ListParameters, checked
from proposals.api.problems import MovedError, WithdrawnError
from proposals.api.shapes.lists import FacetShape
from proposals.api.shapes.pieces import Shape
from proposals.api.shapes.proposals import ProposalLight, ProposalWhole, RecommendationLight, RecommendationWhole
from proposals.catalogue import Walk, search
from proposals.models import Proposal, Recommendation


@described("proposals_list", _("List published proposals."), ProposalLight, ListParameters, many=True, facets=True)
def proposal_list(request: Request) -> Response:
    """Answer with published proposals, in the order of the page."""
    return _list(request, ProposalLight, recommendations=False)


@described(
    "recommendations_list",
    _("List single recommendations of published proposals."),
    RecommendationLight,
    ListParameters,
    many=True,
    facets=True,
)
def recommendation_list(request: Request) -> Response:
    """Answer with recommendations, in the order of the page."""
    return _list(request, RecommendationLight, recommendations=True)


def _list(request: Request, shape: type[Shape], *, recommendations: bool) -> Response:
    """Answer as the page does: by its page where one is asked for, else by a cursor through all rows."""
    asked = checked(ListParameters(request.GET, recommendations=recommendations), request.GET, shape)
    query, given = asked.query, asked.form.cleaned_data
    results = search(query, asked.vocabulary, facets=asked.wanted)
    if query.page > results.pages:
        raise Http404(gettext("There is no such page of results."))
    ids = results.ids
    ways: dict[str, dict[str, str] | None] = beside_page(query.page, results.pages)
    if not given["page"]:
        ids, place = Walk(query, asked.vocabulary).after(given["cursor"], query.page_size)
        ways = {"next": {"cursor": str(place)} if place else None, "previous": None}
    found = rows.recommendations() if recommendations else rows.proposals()
    more = {"facets": FacetShape(results.facets, many=True).data} if asked.wanted else {}
    return listed(request, asked, shape, rows.in_order(found, ids), results.total, ways, **more)


@described("proposals_read", _("Read one published proposal."), ProposalWhole, withdrawn=True, moved=True)
def proposal_detail(request: Request, pk: int) -> Response:
    """Answer with a proposal and all that its page shows."""
    proposal: Any = Proposal.objects.published().for_page().filter(pk=pk).first()
    if proposal is None:
        _gone(pk)
    return one(request, rows.whole(proposal), ProposalWhole)


@described(
    "recommendations_read",
    _("Read one recommendation of a published proposal."),
    RecommendationWhole,
    withdrawn=True,
    moved=True,
)
def recommendation_detail(request: Request, pk: int) -> Response:
    """Answer with a recommendation, and what is known of it."""
    found = rows.recommendations_whole().filter(pk=pk).first()
    if found is None:
        hidden = Recommendation.objects.filter(pk=pk).values_list("proposal", flat=True).first()
        _gone(hidden or 0)
    return one(request, found, RecommendationWhole)


def _gone(pk: int) -> None:
    """Lead to what a proposal was made one with, or tell why it was withdrawn; 404 if it never was public."""
    merged = successor(Proposal, key=pk)
    if merged is not None and merged.is_public:
        raise MovedError(reverse("api:proposals_read", args=[merged.pk]))
    withdrawn = Proposal.objects.withdrawn().filter(pk=merged.pk if merged is not None else pk).first()
    if withdrawn is None:
        raise Http404
    raise WithdrawnError(withdrawn)
