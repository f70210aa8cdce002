"""Related proposals: of the same delegates, on like subjects, to the same agencies."""

from collections.abc import Collection
from dataclasses import dataclass
from math import log

import tantivy
from tantivy import Occur, Order

from proposals.catalogue.index import catalogue
from proposals.catalogue.names import having, is_number
from proposals.catalogue.schema import PROPOSAL
from proposals.catalogue.totals import Totals

SHOWN = 3
"""Proposals of each group."""
LOOKED_AT = 200
"""Those with most in common among which the newest come first."""


@dataclass(frozen=True)
class Related:
    """The keys of related proposals by what they have in common; none stands in two groups."""

    by_delegates: list[int]
    alike: list[int]
    to_agencies: list[int]

    @property
    def keys(self) -> list[int]:
        """All of them."""
        return [*self.by_delegates, *self.alike, *self.to_agencies]


def related(key: int, delegates: Collection[int], topics: Collection[int], agencies: Collection[int]) -> Related:
    """Find a few published proposals that have something in common with the proposal `key`, which is not among them.

    Those on like subjects share the topics that the fewest proposals are on; the others are the newest.
    """
    opened = catalogue().fresh()
    known = [key]

    def found(query: tantivy.Query, *, ranked: bool = False) -> list[int]:
        others = [(Occur.Must, query), *((Occur.MustNot, is_number("proposal", each)) for each in known)]
        among = tantivy.Query.boolean_query(others)
        order = {"limit": LOOKED_AT} if ranked else {"limit": SHOWN, "order_by_field": "newest", "order": Order.Desc}
        hits = opened.searcher.search(among, count=False, **order).hits
        addresses = [address for _, address in hits]
        numbers = zip(*(opened.searcher.fast_field_values(name, addresses) for name in ("newest", "id")), strict=True)
        scored = [
            (-score if ranked else 0, -newest, one) for (score, _), (newest, one) in zip(hits, numbers, strict=True)
        ]
        keys = [one for *_, one in sorted(scored)[:SHOWN]]
        known.extend(keys)
        return keys

    return Related(
        found(having("delegate", [*delegates], PROPOSAL)) if delegates else [],
        found(_rare_topics(topics, opened.totals), ranked=True) if topics else [],
        found(having("agency", [*agencies], PROPOSAL)) if agencies else [],
    )


def _rare_topics(topics: Collection[int], totals: Totals) -> tantivy.Query:
    """Ask for any of the topics; each weighs the more the fewer proposals are on it."""
    numbers, every = totals.by("topic", PROPOSAL), totals.number(PROPOSAL)
    weights = {topic: round(log(1 + every / (numbers[topic] or 1)), 3) for topic in topics}
    return tantivy.Query.boolean_query(
        [
            (Occur.Should, tantivy.Query.const_score_query(having("topic", [topic], PROPOSAL), weight))
            for topic, weight in weights.items()
        ]
    )
