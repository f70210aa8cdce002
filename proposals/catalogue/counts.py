"""Counts: how many documents a query finds, how many of them have each value of a facet, and the first of them."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import accumulate

import tantivy
from tantivy import Order

from proposals.catalogue.names import Names, is_number, size
from proposals.catalogue.query import ADDED, OLDEST, Choice, Query
from proposals.catalogue.schema import SCHEMA
from proposals.catalogue.totals import MANY, Totals, values_of

LISTED = 100
"""Values of a facet that are listed."""
SOME = 1_000
"""Values that are read of a facet with thousands: to read them all takes as long as to count them."""
THOUSANDS = ("delegate", "first_proposer")
HEAVY = ("topic", "delegate")
"""Facets of which a document has several values, and there are many; they take as long as all others."""
LARGE = 20_000
"""Documents from which on the first of them are looked for among the newest dates before all dates."""

_beside = ThreadPoolExecutor(2, thread_name_prefix="counts")


class Counts:
    """What one query finds, counted exactly; each number when it is first asked for, those of all facets in one go."""

    def __init__(self, names: Names, totals: Totals, query: Query, facets: Collection[str] = ()) -> None:
        self.names, self.totals, self.query, self.facets = names, totals, query, facets
        self.kind = query.document
        self.searcher = names.searcher
        self._without: dict[str, Mapping[int, int]] = {}
        self.in_part: set[str] = set()
        """Facets of which only the most frequent values have been read."""

    @cached_property
    def total(self) -> int:
        """How many documents are found."""
        if self.query.finds_all():
            return self.totals.number(self.kind)
        if lone := self.query.lone_choice:
            return self._of_all(*lone)
        if "session" in self.facets:  # each document is of one session
            return sum(self.within("session").values())
        return size(self.searcher, self.query.matching(self.names))

    def within(self, facet: str) -> Mapping[int, int]:
        """Give the number found with each value of `facet`; at least of those that can be among the listed."""
        return self._within[facet]

    def without(self, facet: str) -> Mapping[int, int]:
        """Give the numbers of `facet` as they would be if nothing were chosen in it."""
        if not self.query.choices(facet):
            return self.within(facet)
        if facet not in self._without:
            self._without[facet] = self.every(facet, without=facet)
        return self._without[facet]

    def every(self, facet: str, *, without: str = "") -> Mapping[int, int]:
        """Give the number with each value of `facet`, with the choices of the facet `without` left out."""
        if self.query.finds_all(without=without):
            return self.totals.by(facet, self.kind)
        found = self.query.matching(self.names, without=without)
        return values_of(self.searcher, found, {facet: MANY})[facet]

    @cached_property
    def _within(self) -> dict[str, Mapping[int, int]]:
        of_all = {name: self.totals.by(name, self.kind) for name in self.facets}
        if self.query.finds_all():
            return {**of_all}
        found = self.query.matching(self.names)
        if (lone := self.query.lone_choice) and 2 * self._of_all(*lone) > self.totals.number(self.kind):
            rest = self._counted(is_number("type", self.kind).and_must_not_match(found), dict.fromkeys(of_all, MANY))
            return {
                name: {key: left for key, number in of_all[name].items() if (left := number - less.get(key, 0)) > 0}
                for name, less in rest.items()
            }
        some = {name: SOME if name in THOUSANDS and not self.query.choices(name) else MANY for name in of_all}
        counted = self._counted(found, some)
        cut = {name for name, most in some.items() if most == SOME and len(counted[name]) >= SOME}
        unsure = {name: MANY for name in cut if _cut_short(counted[name])}
        self.in_part = cut - unsure.keys()
        return {**counted, **values_of(self.searcher, found, unsure)}

    def _of_all(self, facet: str, choice: Choice) -> int:
        return self.totals.by(facet, self.kind)[choice.key]

    def _counted(self, found: tantivy.Query, most: Mapping[str, int]) -> dict[str, dict[int, int]]:
        """Count by each of the facets, in two threads; the engine lets both run."""
        heavy = {name: number for name, number in most.items() if name in HEAVY}
        others = {name: number for name, number in most.items() if name not in HEAVY}
        task = _beside.submit(values_of, self.searcher, found, heavy)
        return values_of(self.searcher, found, others) | task.result()

    def page(self, query: Query) -> list[int]:
        """Give the keys on the page of `query`, which asks for the same in an order of its own.

        The order is total: that of `Query.tiers`, and within each by date and key.
        """
        start = (query.page - 1) * query.page_size
        wanted = min(query.page_size, self.total - start)
        tiers = query.tiers(self.names)
        if from_end := 2 * start > self.total:  # the engine goes past all that stands before: from the nearer end
            start, tiers = self.total - start - wanted, tiers[::-1]
        field = query.ordered_by
        oldest_first = (field == OLDEST) is not from_end
        keys: list[int] = []
        for tier in tiers if wanted > 0 else ():
            found = self._ordered(tier, start, wanted - len(keys), field, oldest_first=oldest_first)
            keys += found
            if len(keys) == wanted:
                break
            start = 0 if found or not start else start - size(self.searcher, tier)
        return keys[::-1] if from_end else keys

    def _ordered(self, tier: tantivy.Query, start: int, wanted: int, field: str, *, oldest_first: bool) -> list[int]:
        """Give the keys of some of what `tier` finds, in order; of many, those in front are looked at first."""
        direction = Order.Asc if oldest_first else Order.Desc
        ways = [tier]
        if field != ADDED and self.total > max(LARGE, 4 * start):
            ways.insert(0, self._in_front(tier, start + wanted, oldest_first=oldest_first))
        for among in ways:
            hits = self.searcher.search(
                among, wanted, count=False, order_by_field=field, offset=start, order=direction
            ).hits
            if len(hits) == wanted:
                break
        return [int(key or 0) for key in self.searcher.fast_field_values("id", [address for _, address in hits])]

    def _in_front(self, tier: tantivy.Query, number: int, *, oldest_first: bool) -> tantivy.Query:
        """Narrow `tier` down to the first dates: to twice as many of all documents as should hold `number` found."""
        dates = sorted(self.totals.by("date", self.kind).items(), reverse=not oldest_first)
        wanted = 2 * number * self.totals.number(self.kind) // self.total
        reached = accumulate((count for _, count in dates), initial=0)
        first = [date for (date, _), before in zip(dates, reached, strict=False) if before < wanted]
        return tier.and_must_match(tantivy.Query.term_set_query(SCHEMA, "date", first))


def _cut_short(counts: Mapping[int, int]) -> bool:
    """Tell whether values that were not read may have as many as the last of those that are listed."""
    numbers = sorted(counts.values(), reverse=True)
    return numbers[LISTED - 1] == numbers[-1]
