"""Who, what, where, of whom and when: things by which proposals are found, their lists and their pages."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from people.doubles import successor
from people.language import in_language
from people.models import Agency, Delegate, Region, Session
from proposals.catalogue import Choice, Query, Vocabulary, count, count_by, search
from proposals.models import Citation, Recommendation, Topic
from proposals.outcomes import Answered
from proposals.pictures import Pictures
from proposals.sentence import heading
from proposals.shapes import of_thing
from proposals.views.paging import page_of
from proposals.views.shaped import shaped

NAMES_ON_A_PAGE = 100
PICTURED = {
    "delegate": ("year", "topic", "replied", "outcome"),
    "topic": ("year", "region", "delegate"),
    "region": ("year", "topic", "delegate"),
    "agency": ("year", "topic", "delegate"),
    "session": ("topic", "region", "status"),
}
"""The facets that the page of each kind of thing shows in pictures."""


def delegate_list(request: HttpRequest) -> HttpResponse:
    """List the delegates of published proposals."""
    delegates = Delegate.objects.prefetch_related(
        "positions", "memberships__body", "memberships__sector", "memberships__region"
    )
    return _names(request, "delegate", delegates)


def delegate_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a delegate with seats, posts, spellings and proposals; nobody who has none in public."""
    delegates = Delegate.objects.prefetch_related(
        "name_variants", "positions", "memberships__body", "memberships__sector", "memberships__region"
    )
    delegate = _called(delegates, slug)
    if not delegate.proposals.published().exists():
        raise Http404
    return _shown(request, "delegate", delegate, citations=Citation.objects.about(delegate))


def agency_list(request: HttpRequest) -> HttpResponse:
    """Show the tree of agencies that published recommendations are addressed to, or that answer, with both numbers."""
    asked, leading = count_by("agency", Query()), count_by("lead_agency", Query())
    agencies = Agency.objects.filter(pk__in={*asked, *leading})
    for agency in (found := [*agencies]):
        agency.leads = leading.get(agency.pk, 0)
    page = page_of(request, _tree(found, asked), NAMES_ON_A_PAGE)
    return render(request, "proposals/agency_list.html", {"page": page, "roots": page.object_list})


def agency_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what has been asked of an agency and of those below it, what they answered, and how long it took."""
    agency: Agency = _called(Agency.objects.select_related("parent", "region"), slug)
    asked = search(replace(_query("agency", agency), recommendations=True), Vocabulary(), facets=())
    leading = count(_query("lead_agency", agency))
    if not asked.total and not leading:
        raise Http404
    demands = Recommendation.objects.for_cards(asked.ids)
    below = any(agency.pk not in {each.agency_id for each in demand.addressees.all()} for demand in demands)
    known = {*count_by("agency", Query()), *count_by("lead_agency", Query())}
    more = {
        "asked": asked,
        "demands": demands,
        "below": below,
        "children": [child for child in agency.children.all() if child.pk in known],
        "leading": _query("lead_agency", agency) if leading else None,
        "answered": Answered(agency),
    }
    return _shown(request, "agency", agency, **more)


def session_list(request: HttpRequest) -> HttpResponse:
    """List the sessions at which published proposals were put forward."""
    return _names(request, "session", Session.objects.select_related("body"))


def session_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a session and what was put forward at it."""
    session = _called(Session.objects.select_related("body__region"), slug)
    if not session.proposals.published().exists():
        raise Http404
    return _shown(request, "session", session)


def topic_list(request: HttpRequest) -> HttpResponse:
    """Show the tree of topics with the number of proposals on each."""
    roots = _tree(Topic.objects.all(), count_by("topic", Query()))
    return render(request, "proposals/topic_list.html", {"roots": roots})


def topic_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a topic, the words for it, what lies below it, and the proposals on it."""
    topics = Topic.objects.select_related("parent").prefetch_related("synonyms", "children")
    return _shown(request, "topic", _called(topics, slug))


def region_list(request: HttpRequest) -> HttpResponse:
    """Show the country, its provinces and zones with the number of proposals about each."""
    roots = _tree(Region.objects.all(), count_by("region", Query()))
    return render(request, "proposals/region_list.html", {"roots": roots})


def region_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a region and the proposals about it; tell how many come from its delegates. Its code leads to it too."""
    try:
        region = _called(Region.objects.select_related("parent").prefetch_related("children"), slug)
    except Http404:
        return redirect(get_object_or_404(Region, iso_code=slug))
    return _shown(
        request, "region", region, from_here=search(_query("delegate_region", region), Vocabulary(), facets=())
    )


def _called(things: QuerySet[Any], slug: str) -> Any:
    """Give what has this slug, or what had it before, or was made one with what had it; 404 where nothing did."""
    found = things.filter(slug=slug).first()
    former = successor(things.model, slug=slug) if found is None else None
    found = things.filter(pk=former.pk).first() if former else found
    if found is None:
        raise Http404
    return found


def _query(facet: str, thing: Any) -> Query:
    value = thing.code if isinstance(thing, Region) else thing.slug
    name, language = in_language(thing, "name")
    return Query(chosen={facet: (Choice(thing.pk, value, name, language=language),)})


def _shown(request: HttpRequest, facet: str, thing: Any, **more: Any) -> HttpResponse:
    """Render the page of a thing by which proposals are found, with the newest; from a former slug lead to it."""
    if request.resolver_match and request.resolver_match.kwargs["slug"] != thing.slug:
        return redirect(thing, permanent=True)
    query, vocabulary = _query(facet, thing), Vocabulary()
    results = search(query, vocabulary, facets=())
    rows = results.rows()
    pictured = PICTURED[facet]
    if isinstance(thing, Region) and thing.kind == Region.Kind.COUNTRY:
        pictured = (*pictured, "region")
    context = {
        "thing": thing,
        "results": results,
        "pictures": Pictures(query, vocabulary, pictured),
        "recommendation_total": count(replace(query, recommendations=True)),
        "rows": rows,
        "comparable": results.total > 1,
        "lone": rows[0] if results.total == len(rows) == 1 else None,
    }
    return shaped(
        request, f"proposals/{facet}_detail.html", context | more, of_thing(facet, thing, query, heading(query))
    )


def _names(request: HttpRequest, facet: str, things: QuerySet[Any]) -> HttpResponse:
    """Render a list of those things that show in public, with the number of proposals on each."""
    counts = count_by(facet, Query())
    page = page_of(request, [key for key in things.values_list("pk", flat=True) if key in counts], NAMES_ON_A_PAGE)
    page.object_list = things.filter(pk__in=page.object_list)
    for thing in page:
        thing.proposal_count = counts[thing.pk]
    return render(request, f"proposals/{facet}_list.html", {"page": page, "total": page.paginator.count})


def _tree(things: Iterable[Any], counts: Mapping[int, int]) -> list[Any]:
    """Give the tops of a tree of things, each with what lies below it and the number of proposals."""
    below: dict[int | None, list[Any]] = {}
    nodes = {node.pk: node for node in things}
    for node in nodes.values():
        node.proposal_count = counts.get(node.pk, 0)
        node.below = below.setdefault(node.pk, [])
        below.setdefault(node.parent_id if node.parent_id in nodes else None, []).append(node)
    return below.get(None, [])
