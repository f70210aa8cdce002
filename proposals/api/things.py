"""Replies, and the things by which proposals are found: only those that something published shows, as on the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from people.models import Agency, Body, Delegate, Region, Session
from proposals.api import rows
from proposals.api.endpoints import called, described, one, page
from proposals.api.parameters import MembershipParameters, PageParameters, ReplyParameters, checked
from proposals.api.problems import MovedError
from proposals.api.shapes import things as shapes
from proposals.api.shapes.pieces import Shape
from proposals.catalogue import Query, count_by
from proposals.models import Citation, Topic

DELEGATES = Delegate.objects.prefetch_related(
    "name_variants", "positions", "memberships__body", "memberships__sector", "memberships__region"
)
AGENCIES = Agency.objects.select_related("parent", "region")
TOPICS = Topic.objects.select_related("parent").prefetch_related("synonyms", "children")
REGIONS = Region.objects.select_related("parent")
SESSIONS = Session.objects.select_related("body")
BODIES = Body.objects.select_related("region")


@described("replies_list", _("List replies to published proposals."), shapes.ReplyLight, ReplyParameters, many=True)
def reply_list(request: Request) -> Response:
    """Answer with replies, the newest first."""
    asked = checked(ReplyParameters(request.GET, rows.replies()), request.GET, shapes.ReplyLight)
    keys = list(asked.qs.values_list("pk", flat=True))
    return page(
        request, asked, shapes.ReplyLight, keys, lambda some: rows.answering(rows.in_order(rows.replies(), some))
    )


@described("replies_read", _("Read one reply to a published proposal."), shapes.ReplyWhole)
def reply_detail(request: Request, pk: int) -> Response:
    """Answer with a reply, and what it says of what is public."""
    return one(request, rows.answering([_found(rows.replies_whole(), pk)])[0], shapes.ReplyWhole)


@described(
    "memberships_list",
    _("List the seats of delegates of published proposals."),
    shapes.MembershipShape,
    MembershipParameters,
    many=True,
)
def membership_list(request: Request) -> Response:
    """Answer with seats."""
    shown = rows.memberships()
    asked = checked(MembershipParameters(request.GET, shown), request.GET, shapes.MembershipShape)
    keys = list(asked.qs.values_list("pk", flat=True))
    return page(request, asked, shapes.MembershipShape, keys, lambda some: rows.in_order(shown, some))


@described("memberships_read", _("Read one seat."), shapes.MembershipShape)
def membership_detail(request: Request, pk: int) -> Response:
    """Answer with a seat."""
    return one(request, _found(rows.memberships(), pk), shapes.MembershipShape)


@described("sources_list", _("List the sources of what is published."), shapes.SourceShape, PageParameters, many=True)
def source_list(request: Request) -> Response:
    """Answer with sources."""
    shown = rows.sources()
    return _all(request, shapes.SourceShape, shown, list(shown.values_list("pk", flat=True)))


@described("sources_read", _("Read one source of what is published."), shapes.SourceShape)
def source_detail(request: Request, pk: int) -> Response:
    """Answer with a source."""
    return one(request, _found(rows.sources(), pk), shapes.SourceShape)


@described(
    "delegates_list", _("List the delegates of published proposals."), shapes.DelegateLight, PageParameters, many=True
)
def delegate_list(request: Request) -> Response:
    """Answer with delegates."""
    return _counted(request, shapes.DelegateLight, Delegate.objects.all(), _by("delegate"))


@described("delegates_read", _("Read one delegate with seats, posts and other spellings."), shapes.DelegateWhole)
def delegate_detail(request: Request, slug: str) -> Response:
    """Answer with a delegate; nobody who has no published proposal."""
    delegate = called(Delegate, "delegates", slug, _shown_in(DELEGATES, _by("delegate")))
    delegate.shown_citations = Citation.objects.about(delegate)
    return one(request, delegate, shapes.DelegateWhole)


@described(
    "agencies_list",
    _("List the agencies that something is asked of, or that answer."),
    shapes.AgencyShape,
    PageParameters,
    many=True,
)
def agency_list(request: Request) -> Response:
    """Answer with agencies."""
    return _counted(request, shapes.AgencyShape, AGENCIES, _agencies())


@described("agencies_read", _("Read one agency."), shapes.AgencyShape)
def agency_detail(request: Request, slug: str) -> Response:
    """Answer with an agency."""
    return one(request, called(Agency, "agencies", slug, _shown_in(AGENCIES, _agencies())), shapes.AgencyShape)


@described("topics_list", _("List the tree of topics."), shapes.TopicLight, PageParameters, many=True)
def topic_list(request: Request) -> Response:
    """Answer with topics; they are public by themselves."""
    return _counted(request, shapes.TopicLight, Topic.objects.select_related("parent"), _every(Topic, "topic"))


@described("topics_read", _("Read one topic with the words for it."), shapes.TopicWhole)
def topic_detail(request: Request, slug: str) -> Response:
    """Answer with a topic."""
    return one(request, called(Topic, "topics", slug, _shown_in(TOPICS, _every(Topic, "topic"))), shapes.TopicWhole)


@described(
    "regions_list", _("List the country, its provinces and zones."), shapes.RegionShape, PageParameters, many=True
)
def region_list(request: Request) -> Response:
    """Answer with regions; they are public by themselves."""
    return _counted(request, shapes.RegionShape, REGIONS, _every(Region, "region"))


@described("regions_read", _("Read one region, by its code."), shapes.RegionShape)
def region_detail(request: Request, code: str) -> Response:
    """Answer with a region; its slug leads to it too."""
    shown = _shown_in(REGIONS, _every(Region, "region"))
    region = shown({"iso_code": code})
    if region is None:
        region = called(Region, "regions", code, shown)
        if region.iso_code:
            raise MovedError(f"/api/v1/regions/{region.iso_code}/")
    return one(request, region, shapes.RegionShape)


@described("bodies_list", _("List the congresses and committees."), shapes.BodyShape, PageParameters, many=True)
def body_list(request: Request) -> Response:
    """Answer with bodies."""
    return _counted(request, shapes.BodyShape, BODIES, _bodies())


@described("bodies_read", _("Read one congress or committee."), shapes.BodyShape)
def body_detail(request: Request, slug: str) -> Response:
    """Answer with a body."""
    return one(request, called(Body, "bodies", slug, _shown_in(BODIES, _bodies())), shapes.BodyShape)


@described(
    "sessions_list",
    _("List the sessions at which published proposals were put forward."),
    shapes.SessionShape,
    PageParameters,
    many=True,
)
def session_list(request: Request) -> Response:
    """Answer with sessions."""
    return _counted(request, shapes.SessionShape, SESSIONS, _by("session"))


@described("sessions_read", _("Read one session."), shapes.SessionShape)
def session_detail(request: Request, slug: str) -> Response:
    """Answer with a session."""
    return one(request, called(Session, "sessions", slug, _shown_in(SESSIONS, _by("session"))), shapes.SessionShape)


Counted = Mapping[int, Mapping[str, int]]
"""The things that show in public, by key, with the numbers that stand beside each."""


def _by(facet: str) -> Counted:
    return {key: {"proposal_count": number} for key, number in count_by(facet, Query()).items()}


def _every(model: Any, facet: str) -> Counted:
    counts = count_by(facet, Query())
    keys = model.objects.values_list("pk", flat=True)
    return {key: {"proposal_count": counts.get(key, 0)} for key in keys}


def _bodies() -> Counted:
    """Give those of published proposals, and those in which their delegates sit."""
    seats = rows.memberships().order_by().values_list("body", flat=True).distinct()
    return {key: {"proposal_count": 0} for key in seats} | dict(_by("body"))


def _agencies() -> Counted:
    asked, leading = count_by("agency", Query()), count_by("lead_agency", Query())
    return {key: {"asked_count": asked.get(key, 0), "leading_count": leading.get(key, 0)} for key in {*asked, *leading}}


def _beside(thing: Any, counted: Counted) -> Any:
    """Put beside a thing the numbers of it."""
    for name, number in counted[thing.pk].items():
        setattr(thing, name, number)
    return thing


def _shown_in(things: QuerySet[Any], counted: Counted) -> Callable[[Mapping[str, Any]], Any]:
    """Give a function that finds one of the things that show."""

    def shown(by: Mapping[str, Any]) -> Any:
        found = things.filter(Q(**by)).first()
        return _beside(found, counted) if found is not None and found.pk in counted else None

    return shown


def _counted(request: Request, shape: type[Shape], things: QuerySet[Any], counted: Counted) -> Response:
    """Answer with a page of the things that show, in the order of the record."""
    keys = [key for key in things.values_list("pk", flat=True) if key in counted]
    asked = checked(PageParameters(request.GET, queryset=things), request.GET, shape)
    return page(request, asked, shape, keys, lambda some: [_beside(row, counted) for row in _fetched(things, some)])


def _all(request: Request, shape: type[Shape], things: QuerySet[Any], keys: Sequence[int]) -> Response:
    """Answer with a page of the things that have `keys`."""
    asked = checked(PageParameters(request.GET, queryset=things), request.GET, shape)
    return page(request, asked, shape, keys, lambda some: _fetched(things, some))


def _fetched(things: QuerySet[Any], keys: Sequence[int]) -> list[Any]:
    return rows.in_order(things, keys)


def _found(things: QuerySet[Any], pk: int) -> Any:
    """Give the one with this key; 404 where there is none that shows."""
    found = things.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
