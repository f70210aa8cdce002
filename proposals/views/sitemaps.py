"""The sitemap (https://sitemaps.org): every public page in both languages, with the day of its last change.

Made here rather than by Django's own framework, which asks each row for its address in each language, and holds all
rows of a kind to give a part of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.db.models import F, Max, Model
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from people.models import Agency, Delegate, Region, Session
from proposals.catalogue import Query, count_by
from proposals.models import PolicyDocument, Proposal, Reply, Topic

ROWS = 20_000
"""Rows in one file, each with two addresses: search engines take 50,000 addresses and 50 MB."""
XML = "application/xml; charset=utf-8"
NAMESPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
LISTS = ("home", "proposals", "recommendations", "matrix", "outcomes", "replies", "policies", "downloads")
"""Names of the pages that show what is newest of all."""
INDEXES = ("delegates", "topics", "regions", "agencies", "sessions")
ABOUT = ("about", "method", "about_outcomes", "data", "about_api", "api_docs", "licence", "accessibility", "privacy")
"""Names of pages that change with the site, not with the record."""

NEWEST = Max(Coalesce("shown__changed", "published_at"))
"""When what is newest of some proposals changed."""
Row = tuple[str, datetime | None]
"""The English address of a page, without the host, and when what it shows changed last, where that is known."""


@dataclass(frozen=True)
class Part:
    """One file of the sitemap: a kind of page, its number from 0, and when one of its pages changed last."""

    kind: str
    number: int
    changed: datetime | None

    @property
    def path(self) -> str:
        """The address of the file."""
        return reverse("sitemap_part", args=[self.kind, self.number])


def sitemap(request: HttpRequest) -> HttpResponse:
    """List the files of the sitemap."""
    base = f"{request.scheme}://{request.get_host()}"
    lines = [f"<sitemap><loc>{escape(f'{base}{part.path}')}</loc>{_time(part.changed)}</sitemap>" for part in _parts()]
    return _answer("sitemapindex", lines)


def sitemap_part(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """List the pages of a kind, some at a time, each with the other language's beside it."""
    rows = KINDS[kind](number) if kind in KINDS else ()
    base = escape(f"{request.scheme}://{request.get_host()}")
    lines = [line for path, changed in rows for line in _urls(base, escape(path), _time(changed))]
    if not lines:
        raise Http404
    return _answer("urlset", lines)


def _urls(base: str, path: str, time: str) -> Iterator[str]:
    english, chinese = f"{base}{path}", f"{base}/zh{path}"
    beside = (
        f'<xhtml:link rel="alternate" hreflang="en" href="{english}"/>'
        f'<xhtml:link rel="alternate" hreflang="zh-Hans" href="{chinese}"/>'
    )
    for address in (english, chinese):
        yield f"<url><loc>{address}</loc>{time}{beside}</url>"


def _time(changed: datetime | None) -> str:
    return f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""


def _answer(root: str, lines: Iterable[str]) -> HttpResponse:
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', f"<{root} {NAMESPACES}>", *lines, f"</{root}>", ""])
    return HttpResponse(text, content_type=XML)


def _parts() -> Iterator[Part]:
    """Give every file: of proposals by ranges of their keys, of the others, which are fewer, by kind."""
    by_range = Proposal.objects.published().order_by().values_list(F("pk") / ROWS).annotate(newest=NEWEST)
    ranges = sorted(by_range)
    yield Part("pages", 0, max((changed for _, changed in ranges), default=None))
    for number, changed in ranges:
        yield Part("proposals", number, changed)
    for kind in ("replies", "policies", "delegates", "topics", "regions", "agencies", "sessions"):
        rows = list(KINDS[kind](None))
        for start in range(0, len(rows), ROWS):
            times = (changed for _, changed in rows[start : start + ROWS] if changed)
            yield Part(kind, start // ROWS, max(times, default=None))


def _pages(number: int | None) -> Iterable[Row]:
    """Give the pages that there is one of."""
    newest = Proposal.objects.published().aggregate(newest=NEWEST)["newest"]
    pages = [*((name, newest) for name in (*LISTS, *INDEXES)), *((name, None) for name in ABOUT)]
    return [(reverse(name), changed) for name, changed in pages] if not number else []


def _proposals(number: int | None) -> Iterable[Row]:
    """Give the proposals of a range of keys."""
    first, below = (number or 0) * ROWS, reverse("proposals")
    found = Proposal.objects.published().filter(pk__gte=first, pk__lt=first + ROWS).order_by("pk")
    for key, slug, changed in found.values_list("pk", "slug", Coalesce("shown__changed", "published_at")):
        yield f"{below}{key}/{slug}/", changed


def _replies(number: int | None) -> Iterable[Row]:
    below = reverse("replies")
    found = Reply.objects.published().order_by("pk").values_list("pk", Coalesce("shown__changed", "created"))
    return [(f"{below}{key}/", changed) for key, changed in _some(found, number)]


def _policies(number: int | None) -> Iterable[Row]:
    below, newest = reverse("policies"), _newest(PolicyDocument, "echoes__recommendation__proposal")
    return [(f"{below}{key}/", newest[key]) for key in _some(sorted(newest), number)]


def _things(name: str, model: Any, *ways: str, facets: Iterable[str] = ()) -> Callable[[int | None], Iterable[Row]]:
    """Give the function for the pages of things: all of them, or those that something public has in one of `facets`.

    What a page of a thing shows is as new as the newest of the proposals that it lists, those of what lies below it
    too; `ways` lead to them.
    """

    def rows(number: int | None) -> Iterable[Row]:
        below, newest = reverse(name), _with_those_below(model, _newest(model, *ways))
        public = {key for facet in facets for key in count_by(facet, Query())}
        found = model.objects.order_by("pk").values_list("pk", "slug")
        shown = [(key, slug) for key, slug in found if key in public or not facets]
        return [(f"{below}{slug}/", newest.get(key)) for key, slug in _some(shown, number)]

    return rows


def _some(rows: Any, number: int | None) -> Any:
    """Give those of one file, or all."""
    return rows if number is None else rows[number * ROWS : (number + 1) * ROWS]


def _newest(model: type[Model], *ways: str) -> dict[int, datetime]:
    """Give for each row the time of the newest public proposal to which one of the ways leads."""
    found: dict[int, datetime] = {}
    for way in ways:
        time = Max(Coalesce(f"{way}__shown__changed", f"{way}__published_at"))
        rows = model._default_manager.filter(**{f"{way}__state": Proposal.State.PUBLISHED}).order_by()
        for key, changed in rows.values_list("pk").annotate(newest=time):
            found[key] = max(found.get(key, changed), changed)
    return found


def _with_those_below(model: Any, newest: dict[int, datetime]) -> dict[int, datetime]:
    """Let what stands in a tree be as new as what lies below it."""
    if "parent" not in {field.name for field in model._meta.concrete_fields}:
        return newest
    above = dict(model.objects.order_by().values_list("pk", "parent"))
    found: dict[int, datetime] = {}
    for key, changed in newest.items():
        place: int | None = key
        while place is not None and (place not in found or found[place] < changed):
            found[place] = changed
            place = above.get(place)
    return found


KINDS: dict[str, Callable[[int | None], Iterable[Row]]] = {
    "pages": _pages,
    "proposals": _proposals,
    "replies": _replies,
    "policies": _policies,
    "delegates": _things("delegates", Delegate, "proposals", facets=["delegate"]),
    "topics": _things("topics", Topic, "proposals", "recommendations__proposal"),
    "regions": _things("regions", Region, "proposals"),
    "agencies": _things(
        "agencies",
        Agency,
        "addressed__recommendation__proposal",
        "replies__answers__proposal",
        facets=["agency", "lead_agency"],
    ),
    "sessions": _things("sessions", Session, "proposals", facets=["session"]),
}
"""The kinds of pages: each function gives the rows of one file, or of all where there is no number."""
