"""Results: what the catalogue answers to a query, ready to be printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from heapq import nlargest
from math import ceil

import tantivy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from tantivy import Order

from people.tree import lineage
from proposals.catalogue.documents import CHOICES
from proposals.catalogue.index import catalogue
from proposals.catalogue.names import Names, size
from proposals.catalogue.query import OLDEST, PAGE_SIZE, RELEVANCE, Choice, Query
from proposals.catalogue.schema import FACETS
from proposals.catalogue.vocabulary import LABELS, ORDERS, Vocabulary

MANY = 65_000
"""More values than any facet has; the engine's counts are exact below it."""
SHOWN = 10
LISTED = 100
"""Values of a facet that are shown at once, and that are listed at all."""
TREES = {"topic", "region", "delegate_region", "agency"}


@dataclass(frozen=True)
class Value:
    """One value of a facet: what a click on it asks, and how many it has by itself.

    Where other values of the facet are chosen, `added` is by how much a click raises the total.
    """

    value: str
    label: str
    language: str
    count: int
    added: int | None
    selected: bool
    url: str
    depth: int
    at_once: bool


@dataclass(frozen=True)
class Facet:
    """A facet with its values in the order in which they are shown."""

    name: str
    label: str | Promise
    values: list[Value]
    number: int
    """How many values there are; the first hundred are listed."""

    @property
    def first(self) -> list[Value]:
        """Those shown at once; the others are behind "all"."""
        return [value for value in self.values if value.at_once]


@dataclass(frozen=True)
class Chip:
    """One condition of a query in words, and the query without it."""

    label: str | Promise
    text: str
    without: Query
    language: str = ""


@dataclass(frozen=True)
class Results:
    """The number found, the keys on this page in order, and the facets."""

    query: Query
    total: int
    ids: list[int]
    facets: list[Facet]
    names: Names

    @property
    def chips(self) -> list[Chip]:
        """Each condition of the query, with the address of the query without it."""
        query = self.query
        chips = [Chip(_("Words"), query.q, replace(query, q="", page=1))] if query.q else []
        for name, choices in query.chosen.items():
            chips += [
                Chip(LABELS[name], choice.label, query.toggling(name, choice), choice.language) for choice in choices
            ]
        if query.submitted_after:
            chips.append(Chip(_("From"), query.submitted_after, replace(query, submitted_after="", page=1)))
        if query.submitted_before:
            chips.append(Chip(_("Until"), query.submitted_before, replace(query, submitted_before="", page=1)))
        return chips

    @property
    def ways_out(self) -> list[tuple[Chip, int]]:
        """Where nothing is found: conditions without which something is, with the number found, the most first."""
        ways = [] if self.total else [(chip, _count(self.names, chip.without)) for chip in self.chips]
        return sorted((way for way in ways if way[1]), key=lambda way: -way[1])

    @property
    def orders(self) -> list[tuple[str, str | Promise, str]]:
        """Name, label and address of each order that makes sense here."""
        return [
            (name, label, replace(self.query, sort=name, page=1).url)
            for name, label in ORDERS.items()
            if name != RELEVANCE or self.query.phrases
        ]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, ceil(self.total / PAGE_SIZE))

    @property
    def page_links(self) -> list[tuple[int, str]]:
        """Numbers and addresses of the first, the last and the nearest pages; 0 stands for a gap."""
        shown = sorted({1, self.pages, *range(max(1, self.query.page - 2), min(self.pages, self.query.page + 2) + 1)})
        links: list[tuple[int, str]] = []
        for page in shown:
            if links and page - links[-1][0] > 1:
                links.append((0, ""))
            links.append((page, replace(self.query, page=page).url))
        return links


def search(query: Query, vocabulary: Vocabulary, *, facets: Iterable[str] = FACETS) -> Results:
    """Answer `query` from the index, as fresh as the record.

    Each facet is counted with its own choice left out: what a click gives where nothing is chosen in it, and what the
    value has by itself where something is. Counts are exact.
    Raises `UnavailableError` while there is no index.
    """
    names = vocabulary.names
    total = _count(names, query)
    shown = [_facet(name, *counts, query, vocabulary) for name, counts in _counted(names, query, [*facets]).items()]
    return Results(query, total, _page(names, query, total), shown, names)


def count(query: Query) -> int:
    """Count what `query` finds."""
    return _count(Names(catalogue().fresh().searcher), query)


def count_by(facet: str, query: Query) -> dict[int, int]:
    """Count what `query` finds by each value of `facet`, by its number."""
    names = Names(catalogue().fresh().searcher)
    return _terms(names.searcher, query.matching(names), [facet])[facet]


def _count(names: Names, query: Query) -> int:
    return size(names.searcher, query.matching(names))


def _counted(names: Names, query: Query, facets: list[str]) -> dict[str, tuple[Mapping[int, int], Mapping[int, int]]]:
    """Count by each value of each facet: what `query` finds without the facet's own choice, and what with it."""
    within = _terms(names.searcher, query.matching(names), facets)
    counted: dict[str, tuple[Mapping[int, int], Mapping[int, int]]] = {}
    for name in facets:
        without = within
        if query.choices(name):
            without = _terms(names.searcher, query.matching(names, without=name), [name])
        counted[name] = without[name], within[name]
    return counted


def _terms(searcher: tantivy.Searcher, query: tantivy.Query, names: list[str]) -> dict[str, dict[int, int]]:
    """Count by each value of the fields `names`, all in one pass; refuses numbers that are not exact."""
    if not names:
        return {}
    asked = {name: {"terms": {"field": name, "size": MANY, "segment_size": MANY}} for name in names}
    answer = searcher.aggregate(query, asked)
    for name in names:
        if answer[name]["sum_other_doc_count"] or answer[name]["doc_count_error_upper_bound"]:
            raise AssertionError(f"more than {MANY} values of {name}: its counts would not be exact")
    return {
        name: {int(bucket["key"]): bucket["doc_count"] for bucket in answer[name]["buckets"] if bucket["doc_count"]}
        for name in names
    }


def _page(names: Names, query: Query, total: int) -> list[int]:
    """Give the keys on the query's page.

    By relevance, what has all words in the title (or in the names of the proposers) comes first, then what has them
    in the summary or the topics, then the rest; within each the newest. So the order is total and can be explained.
    """
    start, wanted = (query.page - 1) * PAGE_SIZE, PAGE_SIZE
    if start >= total:
        return []
    searcher = names.searcher
    tiers = [query.matching(names)]
    if query.order == RELEVANCE and query.phrases:
        title, lead, whole = (query.matching(names, field=name) for name in ("title", "lead", "words"))
        tiers = [title, lead.and_must_not_match(title), whole.and_must_not_match(lead)]
    ids: list[int] = []
    for tier in tiers:
        found = size(searcher, tier) if len(tiers) > 1 else total
        if start < found:
            ids += _ordered(searcher, tier, start, wanted - len(ids), query.order)
            start = 0
            if len(ids) == wanted:
                break
        else:
            start -= found
    return ids


def _ordered(searcher: tantivy.Searcher, tier: tantivy.Query, start: int, wanted: int, order: str) -> list[int]:
    field, direction = ("oldest", Order.Asc) if order == OLDEST else ("newest", Order.Desc)
    found = searcher.search(tier, wanted, count=False, order_by_field=field, offset=start, order=direction)
    return [int(key or 0) for key in searcher.fast_field_values("id", [address for _, address in found.hits])]


def _facet(
    name: str, counts: Mapping[int, int], within: Mapping[int, int], query: Query, vocabulary: Vocabulary
) -> Facet:
    """Make a facet of its counts without its own choice; what a click adds is what is not found with it already."""
    selected = {choice.key for choice in query.choices(name)}
    wanted = counts.keys() if name in TREES else nlargest(LISTED, counts, key=lambda key: (counts[key], -key))
    shown = vocabulary.keys(name, {*wanted, *selected})
    placed = _in_order(name, shown, counts)
    at_once = _open(placed, shown, selected)
    url = query.toggle_urls(name)
    values = [
        Value(
            value=shown[key].value,
            label=shown[key].label,
            language=shown[key].language,
            count=counts.get(key, 0),
            added=counts.get(key, 0) - within.get(key, 0) if selected and key not in selected else None,
            selected=key in selected,
            url=url(shown[key]),
            depth=depth,
            at_once=key in at_once,
        )
        for key, depth in _listed(placed, at_once | selected)
    ]
    return Facet(name, LABELS[name], values, len(counts.keys() | selected))


def _listed(placed: list[tuple[int, int]], kept: set[int]) -> list[tuple[int, int]]:
    """Give at most a hundred values, or those `kept`, in their order: those higher in the tree before those below."""
    room = max(0, LISTED - len(kept))
    higher = sorted((pair for pair in placed if pair[0] not in kept), key=lambda pair: pair[1])
    listed = kept | {key for key, _ in higher[:room]}
    return [pair for pair in placed if pair[0] in listed]


def _in_order(name: str, shown: Mapping[int, Choice], counts: Mapping[int, int]) -> list[tuple[int, int]]:
    """Give keys with their depth: children below parents, years backwards, steps in their order, the rest by count."""
    children: dict[int | None, list[int]] = {}
    for key, choice in shown.items():
        children.setdefault(choice.parent if choice.parent in shown else None, []).append(key)

    def rank(key: int) -> int:
        if name in CHOICES:
            return key
        return -key if name == "year" else -counts.get(key, 0)

    def walk(parent: int | None, depth: int) -> list[tuple[int, int]]:
        return [
            pair for key in sorted(children.get(parent, ()), key=rank) for pair in [(key, depth), *walk(key, depth + 1)]
        ]

    return walk(None, 0)


def _open(placed: list[tuple[int, int]], shown: Mapping[int, Choice], selected: set[int]) -> set[int]:
    """Tell which values are shown at once: the first at the top, what is chosen, and what lies next to that.

    A lone top, as the country is among regions, is open from the start.
    """
    tops = [key for key, depth in placed if depth == 0]
    above = {up for key in selected for up in lineage(key, {each: choice.parent for each, choice in shown.items()})}
    unfolded = above | ({tops[0]} if len(tops) == 1 else set())
    below = [key for key, depth in placed if depth and shown[key].parent in unfolded]
    return {*tops[:SHOWN], *below[:SHOWN], *above}
