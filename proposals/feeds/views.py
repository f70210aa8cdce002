"""The feeds: what is asked, checked and found as the pages do; a wrong parameter is named and answered with 400."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from people.language import CHINESE, ENGLISH, TAGS, reader_language
from proposals.catalogue import Query, search
from proposals.feeds.atom import Attributes, Author, Feed, written
from proposals.feeds.entries import MADE, Entries
from proposals.filters import REPLIES_ON_A_PAGE, ProposalFilter, ReplyFilter
from proposals.models import Generation, Proposal, Recommendation, Reply
from proposals.sentence import heading, heading_of_replies
from proposals.shapes import ATOM, LICENCE


def proposals_feed(request: HttpRequest) -> HttpResponse:
    """Give a page of the list of proposals as a feed."""
    return _list(request, recommendations=False)


def recommendations_feed(request: HttpRequest) -> HttpResponse:
    """Give a page of the list of recommendations as a feed."""
    return _list(request, recommendations=True)


def _list(request: HttpRequest, *, recommendations: bool) -> HttpResponse:
    asked = ProposalFilter(request.GET, recommendations=recommendations)
    query = asked.query
    if asked.form.errors:
        return _wrong(asked.form)
    results = search(query, asked.vocabulary, facets=())
    if query.page > results.pages:
        return _no_such_page()
    found = Recommendation.objects if recommendations else Proposal.objects
    rows = found.with_public_times().for_cards(results.ids)
    name = "recommendations" if recommendations else "proposals"
    return _feed(
        request,
        name,
        heading(query),
        rows,
        Pages(query.page, results.pages, lambda page: replace(query, page=page).canonical, _identity(query)),
    )


def _identity(query: Query) -> str:
    """Name what is asked by keys, which stay when a slug is changed."""
    keys = {facet: [choice.key for choice in choices] for facet, choices in query.chosen.items()}
    others = [(name, value) for name, value in query.whole.parameters() if name not in keys]
    return urlencode([*others, *((facet, key) for facet in sorted(keys) for key in sorted(keys[facet]))])


def replies_feed(request: HttpRequest) -> HttpResponse:
    """Give a page of the list of replies as a feed."""
    asked = ReplyFilter(request.GET, Reply.objects.with_public_times().with_what_is_public())
    if not asked.form.is_valid():
        return _wrong(asked.form)
    number = request.GET.get("page") or "1"
    if not (number.isascii() and number.isdecimal() and int(number[:9]) >= 1):
        wrong = gettext("Write a whole number from 1.")
        return _refused([f"page: {wrong}"])
    page, total = int(number[:9]), asked.qs.count()
    pages = max(1, ceil(total / REPLIES_ON_A_PAGE))
    if page > pages:
        return _no_such_page()
    rows = asked.qs[(page - 1) * REPLIES_ON_A_PAGE : page * REPLIES_ON_A_PAGE]
    given = asked.given
    identity = urlencode([(name, getattr(value, "pk", value)) for name, value in given.items()])
    return _feed(request, "replies", heading_of_replies(given), rows, Pages(page, pages, asked.address, identity))


class Pages:
    """Where a feed is among its pages: `end` gives the end of the address of each, `identity` is that of all."""

    def __init__(self, number: int, last: int, end: Callable[[int], str], identity: str) -> None:
        self.number = number
        self.end = end
        self.identity = identity
        self.others = {"first": 1, "previous": number - 1, "next": number + 1, "last": last}
        self.others = {name: page for name, page in self.others.items() if 1 <= page <= last}


def _feed(
    request: HttpRequest, name: str, title: str, rows: Iterable[Proposal | Recommendation | Reply], pages: Pages
) -> HttpResponse:
    """Answer with a page of the list `name` as a feed."""
    base = f"{request.scheme}://{request.get_host()}"
    entries = Entries(base, Generation.now().record)
    language = TAGS[reader_language()]
    feed = Feed(
        id=entries.id(name, language, pages.identity),
        language=language,
        title=f"{title} · Lianghui 两会",
        subtitle=gettext("An open tracker of the proposals put forward at China's Two Sessions."),
        author=Author("Lianghui 两会", f"{base}{reverse('home')}"),
        rights="CC BY 4.0",
        links=_links(base, name, pages),
        entries=[MADE[type(row)](entries, row) for row in rows],
    )
    return HttpResponse(written(feed), content_type=f"{ATOM}; charset=utf-8")


def _links(base: str, name: str, pages: Pages) -> list[Attributes]:
    """Give the links of a feed: itself, the page of the list, the feed in the other language, and further pages."""
    page, feed, here = reverse(name), reverse(f"{name}_feed"), pages.end(pages.number)
    chinese = reader_language() == CHINESE
    other = feed.removeprefix("/zh") if chinese else f"/zh{feed}"
    return [
        {"rel": "self", "type": ATOM, "href": f"{base}{feed}{here}"},
        {"rel": "alternate", "type": "text/html", "href": f"{base}{page}{here}"},
        {
            "rel": "alternate",
            "type": ATOM,
            "hreflang": TAGS[ENGLISH if chinese else CHINESE],
            "href": f"{base}{other}{here}",
        },
        {"rel": "license", "href": LICENCE},
        *(
            {"rel": rel, "type": ATOM, "href": f"{base}{feed}{pages.end(number)}"}
            for rel, number in pages.others.items()
        ),
    ]


def _wrong(form: forms.Form) -> HttpResponse:
    """Say which parameters are wrong, and why."""
    return _refused(f"{name}: {message}" for name, messages in form.errors.items() for message in messages)


def _refused(lines: Iterable[str]) -> HttpResponse:
    return HttpResponse("\n".join([*lines, ""]), status=400, content_type="text/plain; charset=utf-8")


def _no_such_page() -> HttpResponse:
    said = gettext("There is no such page of results.")
    return HttpResponse(f"{said}\n", status=404, content_type="text/plain; charset=utf-8")
