"""Replies, and the things by which proposals are found: only those that something published shows, as on the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from people.models import Agency, Body, Delegate, Region, Session
from proposals.api import rows
from proposals.api.endpoints import called, described, one, page
from proposals.api.parameters import (
    MembershipParameters,
    PageParameters,
    ReplyParameters,
    SessionParameters,
    TopicParameters,
    checked,
)
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
    return page(request, asked, shapes.ReplyLight, rows.answering)


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
    asked = checked(MembershipParameters(request.GET, rows.memberships()), request.GET, shapes.MembershipShape)
    return page(request, asked, shapes.MembershipShape)


@described("memberships_read", _("Read one seat."), shapes.MembershipShape)
def membership_detail(request: Request, pk: int) -> Response:
    """Answer with a seat."""
    return one(request, _found(rows.memberships(), pk), shapes.MembershipShape)


@described("sources_list", _("List the sources of what is published."), shapes.SourceShape, PageParameters, many=True)
def source_list(request: Request) -> Response:
    """Answer with sources."""
    asked = checked(PageParameters(request.GET, queryset=rows.sources()), request.GET, shapes.SourceShape)
    return page(request, asked, shapes.SourceShape)


@described("sources_read", _("Read one source of what is published."), shapes.SourceShape)
def source_detail(request: Request, pk: int) -> Response:
    """Answer with a source."""
    return one(request, _found(rows.sources(), pk), shapes.SourceShape)


@described(
    "delegates_list", _("List the delegates of published proposals."), shapes.DelegateLight, PageParameters, many=True
)
def delegate_list(request: Request) -> Response:
    """Answer with delegates."""
    return _listed(request, shapes.DelegateLight, Delegate.objects.all(), _delegates())


@described(
    "delegates_read", _("Read one delegate with seats, posts and other spellings."), shapes.DelegateWhole, moved=True
)
def delegate_detail(request: Request, slug: str) -> Response:
    """Answer with a delegate; nobody who has no published proposal."""
    delegate = called(Delegate, "delegates", slug, _shown_in(DELEGATES, _delegates()))
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
    return _listed(request, shapes.AgencyShape, AGENCIES, _agencies())


@described("agencies_read", _("Read one agency."), shapes.AgencyShape, moved=True)
def agency_detail(request: Request, slug: str) -> Response:
    """Answer with an agency."""
    return one(request, called(Agency, "agencies", slug, _shown_in(AGENCIES, _agencies())), shapes.AgencyShape)


@described("topics_list", _("List the tree of topics."), shapes.TopicLight, TopicParameters, many=True)
def topic_list(request: Request) -> Response:
    """Answer with topics; they are public by themselves."""
    return _listed(request, shapes.TopicLight, Topic.objects.select_related("parent"), _every("topic"), TopicParameters)


@described("topics_read", _("Read one topic with the words for it."), shapes.TopicWhole, moved=True)
def topic_detail(request: Request, slug: str) -> Response:
    """Answer with a topic."""
    return one(request, called(Topic, "topics", slug, _shown_in(TOPICS, _every("topic"))), shapes.TopicWhole)


@described(
    "regions_list", _("List the country, its provinces and zones."), shapes.RegionShape, PageParameters, many=True
)
def region_list(request: Request) -> Response:
    """Answer with regions; they are public by themselves."""
    return _listed(request, shapes.RegionShape, REGIONS, _every("region"))


@described("regions_read", _("Read one region, by its code."), shapes.RegionShape, moved=True)
def region_detail(request: Request, code: str) -> Response:
    """Answer with a region; its slug leads to it too."""
    shown = _shown_in(REGIONS, _every("region"))
    region = shown({"iso_code": code})
    if region is None:
        region = called(Region, "regions", code, shown)
        if region.iso_code:
            raise MovedError(f"/api/v1/regions/{region.iso_code}/")
    return one(request, region, shapes.RegionShape)


@described("bodies_list", _("List the congresses and committees."), shapes.BodyShape, PageParameters, many=True)
def body_list(request: Request) -> Response:
    """Answer with bodies."""
    return _listed(request, shapes.BodyShape, BODIES, _bodies())


@described("bodies_read", _("Read one congress or committee."), shapes.BodyShape, moved=True)
def body_detail(request: Request, slug: str) -> Response:
    """Answer with a body."""
    return one(request, called(Body, "bodies", slug, _shown_in(BODIES, _bodies())), shapes.BodyShape)


@described(
    "sessions_list",
    _("List the sessions at which published proposals were put forward."),
    shapes.SessionShape,
    SessionParameters,
    many=True,
)
def session_list(request: Request) -> Response:
    """Answer with sessions."""
    return _listed(request, shapes.SessionShape, SESSIONS, _sessions(), SessionParameters)


@described("sessions_read", _("Read one session."), shapes.SessionShape, moved=True)
def session_detail(request: Request, slug: str) -> Response:
    """Answer with a session."""
    return one(request, called(Session, "sessions", slug, _shown_in(SESSIONS, _sessions())), shapes.SessionShape)


@dataclass(frozen=True)
class Shown:
    """Which things show in public, and the numbers that stand beside each: by their name, then by the thing's key."""

    which: Q
    numbers: Mapping[str, Mapping[int, int]]

    def beside(self, things: Iterable[Any]) -> list[Any]:
        """Put beside each thing the numbers of it."""
        found = list(things)
        for thing in found:
            for name, counts in self.numbers.items():
                setattr(thing, name, counts.get(thing.pk, 0))
        return found


def _by(facet: str) -> Mapping[str, Mapping[int, int]]:
    return {"proposal_count": count_by(facet, Query())}


def _every(facet: str) -> Shown:
    return Shown(Q(), _by(facet))


def _delegates() -> Shown:
    """Give those of published proposals; they are too many to be named one by one."""
    return Shown(Q(Exists(rows.SPONSORED.filter(delegate=OuterRef("pk")))), _by("delegate"))


def _sessions() -> Shown:
    counts = _by("session")
    return Shown(Q(pk__in=[*counts["proposal_count"]]), counts)


def _bodies() -> Shown:
    """Give those of published proposals, and those in which their delegates sit."""
    counts = _by("body")
    seats = rows.memberships().order_by().values("body")
    return Shown(Q(pk__in=[*counts["proposal_count"]]) | Q(pk__in=seats), counts)


def _agencies() -> Shown:
    asked, leading = count_by("agency", Query()), count_by("lead_agency", Query())
    return Shown(Q(pk__in={*asked, *leading}), {"asked_count": asked, "leading_count": leading})


def _shown_in(things: QuerySet[Any], shown: Shown) -> Callable[[Mapping[str, Any]], Any]:
    """Give a function that finds one of the things that show."""

    def find(by: Mapping[str, Any]) -> Any:
        return next(iter(shown.beside(things.filter(shown.which, **by)[:1])), None)

    return find


def _listed(
    request: Request,
    shape: type[Shape],
    things: QuerySet[Any],
    shown: Shown,
    parameters: type[PageParameters] = PageParameters,
) -> Response:
    """Answer with some of the things that show."""
    asked = checked(parameters(request.GET, queryset=things.filter(shown.which)), request.GET, shape)
    return page(request, asked, shape, shown.beside)


def _found(things: QuerySet[Any], pk: int) -> Any:
    """Give the one with this key; 404 where there is none that shows."""
    found = things.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
