"""Walks: all that a query finds, in its order, block by block; for what is longer than a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import tantivy
from tantivy import FieldType, Order

from proposals.catalogue.query import OLDEST, Query
from proposals.catalogue.schema import SCHEMA
from proposals.catalogue.vocabulary import Vocabulary

BLOCK = 2_000
"""Keys that are read at a time: few enough that the first comes at once, many enough that the last does not wait."""
LAST = (1 << 64) - 1


@dataclass(frozen=True)
class Place:
    """Where a walk has come to: in which tier (see `Query.tiers`), and the key in the order of what was given last.

    It holds whatever is published or taken away meanwhile: nothing that stays is given twice or left out.
    """

    tier: int
    key: int

    def __str__(self) -> str:
        return f"{self.tier}-{self.key}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `str` wrote; raise `ValueError` for anything else."""
        tier, _, key = text.partition("-")
        if not (text.isascii() and tier.isdecimal() and key.isdecimal() and len(tier) == 1 and int(key) <= LAST):
            raise ValueError("no place in a list")
        return cls(int(tier), int(key))


class Walk:
    """Goes through all that `query` finds, whatever its page, in the state of the record that `vocabulary` has read."""

    def __init__(self, query: Query, vocabulary: Vocabulary) -> None:
        self._searcher = vocabulary.opened.searcher
        self._tiers = query.tiers(vocabulary.names)
        self._field = query.ordered_by
        self._order = Order.Asc if self._field == OLDEST else Order.Desc

    def after(self, place: Place | None, wanted: int) -> tuple[list[int], Place | None]:
        """Give at most `wanted` keys after `place`, or from the start, and the place then reached; None at the end."""
        keys: list[int] = []
        for number, tier in enumerate(self._tiers):
            if place and number < place.tier:
                continue
            here = self._beyond(tier, place.key) if place and number == place.tier else tier
            left = wanted - len(keys)
            hits = self._searcher.search(
                here, left + 1, count=False, order_by_field=self._field, order=self._order
            ).hits
            addresses = [address for _, address in hits[:left]]
            keys += [int(key or 0) for key in self._searcher.fast_field_values("id", addresses)]
            if len(hits) > left:
                last = hits[left - 1][0] if left else None
                return keys, Place(number, int(last)) if last is not None else Place(number, self._start)
        return keys, None

    def __iter__(self) -> Iterator[list[int]]:
        """Give all keys in blocks."""
        place: Place | None = None
        while True:
            keys, place = self.after(place, BLOCK)
            if keys:
                yield keys
            if place is None:
                return

    @property
    def _start(self) -> int:
        """A key in the order before all others."""
        return 0 if self._order == Order.Asc else LAST

    def _beyond(self, tier: tantivy.Query, key: int) -> tantivy.Query:
        first, last = (key + 1, LAST) if self._order == Order.Asc else (0, key - 1)
        if first > last:
            return tantivy.Query.empty_query()
        return tier.and_must_match(tantivy.Query.range_query(SCHEMA, self._field, FieldType.Unsigned, first, last))
