"""Related proposals: of the same delegates, on like subjects, to the same agencies."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt

import tantivy
from tantivy import Occur, Order

from proposals.catalogue.index import Opened, catalogue
from proposals.catalogue.names import having, is_number
from proposals.catalogue.results import rows_of
from proposals.catalogue.rows import Row
from proposals.catalogue.schema import PROPOSAL, SCHEMA
from proposals.catalogue.words import cut

SHOWN = 3
"""Proposals of each group."""
LOOKED_AT = 200
"""Those with most in common among which the newest come first."""
WORDS = 16
"""Rare words of a text that are looked for, the rarest first; one that shares `ENOUGH` of them is like it.

A word is rare that stands in no more documents than the square root of all: to look for it never takes long."""
ENOUGH = 3
SAID_IN = ("title", "lead")
"""The fields of a proposal's title and summary."""


@dataclass(frozen=True)
class Related:
    """Related proposals by what they have in common; none stands in two groups."""

    by_delegates: Sequence[Row] = ()
    alike: Sequence[Row] = ()
    to_agencies: Sequence[Row] = ()


def related(
    key: int, text: str, delegates: Collection[int], topics: Collection[int], agencies: Collection[int]
) -> Related:
    """Find a few published proposals that have something in common with the proposal `key`, which is not among them.

    `text` is its title and summary. Those alike share the topics that the fewest proposals are on, the words that
    the fewest texts have, or both; the others are the newest.
    """
    opened = catalogue().fresh()
    known = [key]

    def found(query: tantivy.Query, *, ranked: bool = False) -> list[int]:
        alike = [(Occur.Must, is_number("type", PROPOSAL)), (Occur.Must, query)]
        others = [*alike, *((Occur.MustNot, is_number("proposal", each)) for each in known)]
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

    groups = (
        found(having("delegate", [*delegates], PROPOSAL)) if delegates else [],
        found(_alike(text, topics, opened), ranked=True),
        found(having("agency", [*agencies], PROPOSAL)) if agencies else [],
    )
    rows = rows_of([one for keys in groups for one in keys], opened)
    return Related(*([rows[one] for one in keys if one in rows] for keys in groups))


def _alike(text: str, topics: Collection[int], opened: Opened) -> tantivy.Query:
    """Ask for what shares topics or rare words; each weighs the more the fewer have it."""
    numbers, every = opened.totals.by("topic", PROPOSAL), opened.totals.number(PROPOSAL)
    on = [_weighed(having("topic", [topic], PROPOSAL), every / (numbers[topic] or 1)) for topic in topics]
    documents = opened.searcher.num_docs
    rarest = sorted((number, word) for word, number in _numbers_of(text, opened.searcher) if number > 1)[:WORDS]
    said = [_weighed(_said(word), documents / number) for number, word in rarest if number <= sqrt(documents)]
    if len(said) >= ENOUGH:
        on.append((Occur.Should, tantivy.Query.boolean_query(said, minimum_number_should_match=ENOUGH)))
    return tantivy.Query.boolean_query(on) if on else tantivy.Query.empty_query()


def _weighed(query: tantivy.Query, rarity: float) -> tuple[Occur, tantivy.Query]:
    return Occur.Should, tantivy.Query.const_score_query(query, round(log(1 + rarity), 3))


def _numbers_of(text: str, searcher: tantivy.Searcher) -> Iterator[tuple[str, int]]:
    """Yield the words of a text, each with the number of titles or of summaries where it stands, the greater."""
    for word in {*cut(text).split()}:
        if len(word) > 1:  # the last character of a run of Han characters says little
            yield word, max(searcher.doc_freq(field, word) for field in SAID_IN)


def _said(word: str) -> tantivy.Query:
    return tantivy.Query.boolean_query(
        [(Occur.Should, tantivy.Query.term_query(SCHEMA, field, word, index_option="basic")) for field in SAID_IN]
    )
