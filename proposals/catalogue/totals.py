"""Totals: how many of all documents have each value of each facet, kept in the index itself.

Each commit carries them on, so that what asks nothing costs nothing, and what finds more than half of everything is
counted by what it does not find.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any, Self

import tantivy
from tantivy import Occur, Searcher

from proposals.catalogue.schema import FACETS, PROPOSAL, RECOMMENDATION, SCHEMA, uncoded

KINDS = (PROPOSAL, RECOMMENDATION)
COUNTED = (*FACETS, "date")
MANY = 65_000
"""More values than any field has; the engine's counts are exact below it."""


class Totals:
    """The counts of all documents by kind, field and value: of each field two rows, of values, sorted, and of counts.

    To change a few of thousands, or to hand them on, then takes next to no time.
    """

    def __init__(self, packed: bytes = b"") -> None:
        """Read what `packed` gave; without it nothing is counted yet."""
        numbers = array("q", packed or bytes(8 * len(KINDS) * len(COUNTED)))
        self._rows: dict[tuple[str, int], tuple[array[int], array[int]]] = {}
        self._by: dict[tuple[str, int], Counter[int]] = {}
        place = 0
        for kind in KINDS:
            for field in COUNTED:
                size = numbers[place] if place < len(numbers) else 0
                middle, end = place + 1 + size, place + 1 + 2 * size
                self._rows[field, kind] = numbers[place + 1 : middle], numbers[middle:end]
                place = end
        if place != len(numbers):
            raise ValueError("the counts that the index keeps are cut off")

    def packed(self) -> bytes:
        """Give the counts as the index keeps them: for each kind and field the number of values, values, counts."""
        numbers = array("q")
        for values, counts in self._rows.values():
            held = [bool(count) for count in counts] if 0 in counts else None
            numbers.append(sum(held) if held else len(counts))
            for row in (values, counts):
                numbers.extend(compress(row, held) if held else row)
        return numbers.tobytes()

    def copy(self) -> Self:
        """Give the same counts, to be carried on."""
        return type(self)(self.packed())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Totals) and self.packed() == other.packed()

    def by(self, field: str, kind: int) -> Counter[int]:
        """Give the number of documents of a `kind` with each value of `field`."""
        if (field, kind) not in self._by:
            self._by[field, kind] = Counter(dict(zip(*self._rows[field, kind], strict=True)))
        return self._by[field, kind]

    def unused(self, field: str) -> list[int]:
        """Give the values of `field` that proposals had when these counts were read, and none has any more."""
        values, counts = self._rows[field, PROPOSAL]
        return [value for value, count in zip(values, counts, strict=True) if not count] if 0 in counts else []

    def number(self, kind: int) -> int:
        """Give the number of documents of a `kind`, each of which is of one session."""
        return sum(self._rows["session", kind][1])

    def add(self, numbers: Mapping[str, Sequence[int]]) -> None:
        """Count one more document, given its numbers as the index has them; names are not counted."""
        [kind] = numbers["type"]
        for field in COUNTED if kind in KINDS else ():
            self._change(field, kind, Counter(uncoded(field, value) for value in numbers[field]), 1)

    def count(self, searcher: Searcher, among: tantivy.Query, *, away: bool = False) -> None:
        """Count the documents that `among` finds; with `away`, count them no more."""
        for kind in KINDS:
            of_kind = tantivy.Query.term_query(SCHEMA, "type", kind, index_option="basic")
            found = tantivy.Query.boolean_query([(Occur.Must, of_kind), (Occur.Must, among)])
            for field, counts in values_of(searcher, found, dict.fromkeys(COUNTED, MANY)).items():
                self._change(field, kind, counts, -1 if away else 1)

    def _change(self, field: str, kind: int, by: Mapping[int, int], sign: int) -> None:
        values, counts = self._rows[field, kind]
        for value in sorted(by):
            place = bisect_left(values, value)
            if place == len(values) or values[place] != value:
                values.insert(place, value)
                counts.insert(place, 0)
            counts[place] += sign * by[value]
        self._by.pop((field, kind), None)


def values_of(searcher: Searcher, query: tantivy.Query, fields: Mapping[str, int]) -> dict[str, dict[int, int]]:
    """Count what `query` finds by each value of the `fields`, all in one pass, each number exact.

    `fields` says how many values are wanted at least: the most frequent are given, all of them where it is `MANY`.
    The documents must be of one kind.
    """
    asked = {name: _terms(name, most) for name, most in fields.items()}
    answer = searcher.aggregate(query, asked) if asked else {}
    return {
        name: {uncoded(name, int(each["key"])): each["doc_count"] for each in _buckets(name, answer[name], most)}
        for name, most in fields.items()
    }


def pairs_of(searcher: Searcher, query: tantivy.Query, first: str, second: str) -> dict[tuple[int, int], int]:
    """Count what `query` finds by each two values of two fields, all in one pass, each number exact.

    The documents must be of one kind.
    """
    answer = searcher.aggregate(query, {first: _terms(first, MANY) | {"aggs": {second: _terms(second, MANY)}}})
    return {
        (uncoded(first, int(outer["key"])), uncoded(second, int(inner["key"]))): inner["doc_count"]
        for outer in _buckets(first, answer[first], MANY)
        for inner in _buckets(second, outer[second], MANY)
    }


def _terms(field: str, most: int) -> dict[str, Any]:
    return {"terms": {"field": field, "size": most, "segment_size": MANY}}


def _buckets(field: str, found: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    """Give what was counted by the values of a field; refuse to where a number would not be exact."""
    if found["doc_count_error_upper_bound"] or (found["sum_other_doc_count"] and most == MANY):
        raise AssertionError(f"more than {MANY} values of {field}: its counts would not be exact")
    return [each for each in found["buckets"] if each["doc_count"]]
