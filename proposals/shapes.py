"""Shapes: in which other forms a page is there for machines, named in its head and in its `Link` header.

The tables below are the one place where these are listed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from people.models import Region
from proposals.catalogue import Query
from proposals.catalogue.query import ADDED
from proposals.models import Proposal, Recommendation, Reply

ATOM = "application/atom+xml"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LONGEST_HEADER = 3_500
"""Bytes; servers on the way refuse more, and a filter can be long. What is left out still stands in the page's head."""


@dataclass(frozen=True)
class Kind:
    """A form: its media type, and its name for readers."""

    type: str
    name: str


@dataclass(frozen=True)
class Shape:
    """One form of a page: its media type, its name, its address on this host, and whether it is a copy of the data.

    What is no copy leads to the page in another way: a feed follows it, oEmbed shows it elsewhere.
    """

    type: str
    title: str
    path: str
    copy: bool = True


COPIES = {
    "csv": Kind("text/csv", "CSV"),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
    "jsonl": Kind("application/x-ndjson", "JSON lines"),
    "bib": Kind("application/x-bibtex", "BibTeX"),
    "ris": Kind("application/x-research-info-systems", "RIS"),
    "csl.json": Kind("application/vnd.citationstyles.csl+json", "CSL-JSON"),
}
API = Kind("application/json", "API")
BELOW_A_LIST = {f"export.{ending}": kind for ending, kind in COPIES.items()}
"""Below `/proposals/`, `/recommendations/` and `/replies/`, with the parameters of the list."""
BELOW_A_PROPOSAL = {f"cite.{ending}": COPIES[ending] for ending in ("bib", "ris", "csl.json")}
"""Below `/proposals/<pk>/`, `/recommendations/<pk>/` and `/replies/<pk>/`."""
IN_THE_API = {
    "proposals": "/api/v1/proposals/",
    "recommendations": "/api/v1/recommendations/",
    "replies": "/api/v1/replies/",
    "delegate": "/api/v1/delegates/",
    "topic": "/api/v1/topics/",
    "region": "/api/v1/regions/",
    "agency": "/api/v1/agencies/",
    "session": "/api/v1/sessions/",
}
"""Where the API has a list, or things of a kind; outside the languages of the pages."""
WHOLE = {
    "/proposals/export.csv": COPIES["csv"],
    "/proposals/export.jsonl": COPIES["jsonl"],
    "/recommendations/export.csv": COPIES["csv"],
    "/recommendations/export.jsonl": COPIES["jsonl"],
}
"""The whole record, as lists. The files of `/data/` come and go without the pages that would name them here."""
OEMBED = {"json": "application/json+oembed", "xml": "text/xml+oembed"}


def of_list(query: Query, title: str, *, without: Collection[str] = ()) -> list[Shape]:
    """Give the shapes of a list that is called `title`: all that is found, whatever the page.

    `without` are the endings of those that cannot be had of it.
    """
    name = "recommendations" if query.recommendations else "proposals"
    api = Shape(API.type, API.name, list_in_the_api(query))
    return [_feed(name, query, title), *_below_a_list(name, query.whole.canonical, without), api]


def list_in_the_api(query: Query) -> str:
    """Give the address of a list in the API, from its start."""
    return f"{IN_THE_API['recommendations' if query.recommendations else 'proposals']}{query.whole.canonical}"


def of_replies(title: str, end: str, *, without: Collection[str] = ()) -> list[Shape]:
    """Give the shapes of the list of replies; `end` is the end of the address of its first page."""
    feed = Shape(ATOM, title, f"{reverse('replies_feed')}{end}", copy=False)
    api = Shape(API.type, API.name, f"{IN_THE_API['replies']}{end}")
    return [feed, *_below_a_list("replies", end, without), api]


def of_thing(facet: str, thing: Any, query: Query, title: str) -> list[Shape]:
    """Give the shapes of the page of a thing by which proposals are found: the feed is that of the proposals."""
    value = thing.code if isinstance(thing, Region) else thing.slug
    return [_feed("proposals", query, title), Shape(API.type, API.name, f"{IN_THE_API[facet]}{value}/")]


def of_proposal(proposal: Proposal, address: str) -> list[Shape]:
    """Give the shapes of a proposal, whose page is at the absolute `address`."""
    shown = [
        Shape(kind, proposal.title, f"/oembed?{urlencode({'url': address, 'format': name})}", copy=False)
        for name, kind in OEMBED.items()
    ]
    return [*_cited("proposals", proposal.pk), *shown]


def of_reply(reply: Reply) -> list[Shape]:
    """Give the shapes of a reply."""
    return _cited("replies", reply.pk)


def of_recommendation(recommendation: Recommendation) -> list[Shape]:
    """Give the shapes of a recommendation."""
    return _cited("recommendations", recommendation.pk)


def of_everything() -> list[Shape]:
    """Give the downloads of the whole record."""
    return [Shape(kind.type, kind.name, path) for path, kind in WHOLE.items()]


def header(base: str, canonical: str, shapes: list[Shape]) -> str:
    """Write the `Link` header (RFC 8288) of a page, as much of it as servers on the way let pass."""
    links = [f'<{base}{canonical}>; rel="canonical"', f'<{LICENCE}>; rel="license"']
    links += [f'<{base}{shape.path}>; rel="alternate"; type="{shape.type}"' for shape in shapes]
    while len(links) > 2 and len(", ".join(links)) > LONGEST_HEADER:
        links.pop()
    return ", ".join(links) if len(", ".join(links)) <= LONGEST_HEADER else links[1]


def _feed(name: str, query: Query, title: str) -> Shape:
    """Give the feed of a list, what was added last first: a session of long ago may be entered today."""
    followed = replace(query.whole, sort=ADDED)
    return Shape(ATOM, title, f"{reverse(f'{name}_feed')}{followed.canonical}", copy=False)


def _cited(name: str, key: int) -> list[Shape]:
    below = _below(f"{reverse(name)}{key}/", BELOW_A_PROPOSAL)
    return [*below, Shape(API.type, API.name, f"{IN_THE_API[name]}{key}/")]


def _below_a_list(name: str, end: str, without: Collection[str]) -> list[Shape]:
    table = {ending: kind for ending, kind in BELOW_A_LIST.items() if ending.removeprefix("export.") not in without}
    return _below(reverse(name), table, end)


def _below(path: str, table: Mapping[str, Kind], end: str = "") -> list[Shape]:
    return [Shape(kind.type, kind.name, f"{path}{ending}{end}") for ending, kind in table.items()]
