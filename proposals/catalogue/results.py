"""Results: what the catalogue answers to a query, ready to be printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from math import ceil
from types import MappingProxyType

import tantivy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from tantivy import Occur

from proposals.catalogue.counts import Counts
from proposals.catalogue.documents import Shelf
from proposals.catalogue.facets import Facet, facet_of
from proposals.catalogue.index import Opened, catalogue, is_in_step
from proposals.catalogue.names import Names, is_number, size
from proposals.catalogue.query import PAGE_SIZES, RELEVANCE, Choice, Query
from proposals.catalogue.rows import Row, unpacked
from proposals.catalogue.schema import FACETS, PROPOSAL, RECOMMENDATION, SCHEMA
from proposals.catalogue.spelling import suggestions
from proposals.catalogue.totals import MANY, pairs_of, values_of
from proposals.catalogue.vocabulary import LABELS, ORDERS, Vocabulary
from proposals.catalogue.words import pieces
from proposals.models import Change, Recommendation

KEPT = 100
"""Queries whose counts are kept."""
MEANT = 3
"""Values at most that are named because a word stands in their names."""
NOTHING: Mapping[str, str] = MappingProxyType({})
MATCHED = 10_000
"""Recommendations of the proposals on one page among which the best are looked for."""


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
    vocabulary: Vocabulary

    @property
    def names(self) -> Names:
        """The names in the state of the index that was asked."""
        return self.vocabulary.names

    @property
    def meant(self) -> list[tuple[str, str | Promise, list[Choice]]]:
        """Words that stand in the names of a few values: the word, the facet, and the values found by it."""
        found: list[tuple[str, str | Promise, list[Choice]]] = []
        for phrase, start, end in pieces(self.query.q):
            for facet, keys in sorted(self.names.of(phrase).items()):
                if not (phrase.field or phrase.without) and len(keys) <= MEANT:
                    values = self.vocabulary.keys(facet, keys).values()
                    found.append((self.query.q[start:end], LABELS[facet], [*values]))
        return found

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
        chips = [] if self.total else self.chips
        ways = [(chip, size(self.names.searcher, chip.without.matching(self.names))) for chip in chips]
        return sorted((way for way in ways if way[1]), key=lambda way: -way[1])

    @property
    def suggestions(self) -> list[tuple[Query, int]]:
        """Where nothing is found: the same with words spelt as they are in the record, with the number found."""
        return [] if self.total else suggestions(self.query, self.names)

    @property
    def matched(self) -> list[int]:
        """Of each proposal on this page the recommendation with most of what was looked for, of several the first."""
        sought = self.query.marks["text"]
        if not sought or not self.ids or self.query.recommendations:
            return []
        of_page = tantivy.Query.term_set_query(SCHEMA, "proposal", self.ids)
        among = is_number("type", RECOMMENDATION).and_must_match(of_page)
        said = [self.names.saying(phrase, "title", RECOMMENDATION) for phrase in sought]
        any_said = tantivy.Query.boolean_query(
            [(Occur.Should, tantivy.Query.const_score_query(way, 1.0)) for way in said]
        )
        searcher = self.names.searcher
        hits = searcher.search(
            tantivy.Query.const_score_query(among, 0.0).and_must_match(any_said), MATCHED, count=False
        ).hits
        addresses = [address for _, address in hits]
        numbers = [searcher.fast_field_values(name, addresses) for name in ("oldest", "proposal", "id")]
        best: dict[int, int] = {}
        ranked = sorted(zip([-score for score, _ in hits], *numbers, strict=True))
        for _score, _place, proposal, key in ranked:
            best.setdefault(proposal, key)
        return [*best.values()]

    def rows(self) -> list[Row]:
        """Give the rows of those on this page that are published at this moment, in order."""
        rows = rows_of(self.ids, self.vocabulary.opened)
        matched = self.matched
        for hit in Recommendation.objects.filter(pk__in=matched, proposal__in=[*rows]) if matched else ():
            rows[hit.proposal_id] = replace(rows[hit.proposal_id], hit=hit)
        return [rows[key] for key in self.ids if key in rows]

    @property
    def orders(self) -> list[tuple[str, str | Promise, str]]:
        """Name, label and address of each order that makes sense here."""
        return [
            (name, label, replace(self.query, sort=name, page=1).url)
            for name, label in ORDERS.items()
            if name != RELEVANCE or self.query.wanted
        ]

    @property
    def sizes(self) -> list[tuple[int, str]]:
        """Number of rows on a page and address of the first such page, for each size that is offered."""
        return [(size, replace(self.query, page_size=size, page=1).url) for size in PAGE_SIZES]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, ceil(self.total / self.query.page_size))

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


def rows_of(ids: Collection[int], opened: Opened) -> dict[int, Row]:
    """Give the rows of those with `ids` that are published at this moment, by key.

    What changed after the index was written is read from the record; it is not asked where nothing has.
    """
    last = dict.fromkeys(ids, 0) if is_in_step(opened) else Change.last_of(ids)
    written = [key for key, generation in last.items() if generation <= opened.position]
    among = is_number("type", PROPOSAL).and_must_match(tantivy.Query.term_set_query(SCHEMA, "proposal", written))
    hits = opened.searcher.search(among, len(written), count=False).hits if written else []
    kept = [bytes(opened.searcher.doc(address)["row"][0]) for _, address in hits]
    changed = sorted(last.keys() - {*written})
    read = [entry.row for entry in Shelf().entries(changed) if entry.row] if changed else []
    return {row.pk: row for row in map(unpacked, [*kept, *read])}


def search(
    query: Query, vocabulary: Vocabulary, *, facets: Iterable[str] = FACETS, sought: Mapping[str, str] = NOTHING
) -> Results:
    """Answer `query` from the index, as fresh as the record.

    Each facet is counted with its own choice left out: what a click gives where nothing is chosen in it, and what the
    value has by itself where something is. Counts are exact. `sought` are words in the names of values, by facet.
    Raises `UnavailableError` while there is no index.
    """
    counts = _counts(vocabulary, query, tuple(facets))
    shown = [facet_of(name, counts, query, vocabulary, sought.get(name, "")) for name in counts.facets]
    return Results(query, counts.total, counts.page(query), shown, vocabulary)


def _counts(vocabulary: Vocabulary, query: Query, facets: tuple[str, ...]) -> Counts:
    """Give what is counted for a query, whatever its order and page: from before, if this state of the index has it."""
    kept = vocabulary.opened.kept
    chosen = frozenset((name, choice.key) for name, choices in query.chosen.items() for choice in choices)
    key = (query.document, query.phrases, chosen, query.submitted_after, query.submitted_before, facets)
    counts: Counts | None = kept.get(key)
    if counts is None:
        if len(kept) >= KEPT:
            kept.clear()
        counts = kept[key] = Counts(vocabulary.names, vocabulary.totals, query, facets)
    return counts


def tallies(query: Query, vocabulary: Vocabulary, facets: tuple[str, ...]) -> dict[str, Mapping[int, int]]:
    """Count what `query` finds by each value of each of `facets`, with the facet's own choice left out."""
    counts = _counts(vocabulary, query, facets)
    without = {facet: counts.without(facet) for facet in facets}
    return without | {facet: counts.every(facet, without=facet) for facet in counts.in_part}


def tally_of_pairs(query: Query, vocabulary: Vocabulary, first: str, second: str) -> dict[tuple[int, int], int]:
    """Count what `query` finds by each two values of the facets `first` and `second` that stand together."""
    return pairs_of(vocabulary.names.searcher, query.matching(vocabulary.names), first, second)


def tally_of_days(query: Query, vocabulary: Vocabulary) -> Mapping[int, int]:
    """Count what `query` finds by the days from submission to the first reply, where both are known to the day."""
    return values_of(vocabulary.names.searcher, query.matching(vocabulary.names), {"days": MANY})["days"]


def count(query: Query) -> int:
    """Count what `query` finds."""
    opened = catalogue().fresh()
    return Counts(Names(opened.searcher), opened.totals, query).total


def count_by(facet: str, query: Query) -> Mapping[int, int]:
    """Count what `query` finds by each value of `facet`, by its number."""
    opened = catalogue().fresh()
    return Counts(Names(opened.searcher), opened.totals, query).every(facet)
