"""Queries: what a visitor asks of the catalogue, as one value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from urllib.parse import quote_plus, urlencode

import tantivy
from tantivy import FieldType, Occur

from people.dates import date_key
from proposals.catalogue.names import Names, having, is_number
from proposals.catalogue.schema import FACETS, PROPOSAL, RECOMMENDATION, SCHEMA
from proposals.catalogue.words import Phrase, phrases

NEWEST, OLDEST, ADDED, RELEVANCE = "newest", "oldest", "added", "relevance"
PAGE_SIZE = 20
PAGE_SIZES = (PAGE_SIZE, 50, 100)
LAST = 99_999_999


@dataclass(frozen=True)
class Choice:
    """One value of a facet: its number in the index, its value in addresses, its name for readers.

    `language` is the tag of the name's language where that is not the page's.
    """

    key: int
    value: str
    label: str
    parent: int | None = None
    language: str = ""

    @cached_property
    def quoted(self) -> str:
        """The value as it stands in an address; a list has hundreds, and the same ones are chosen from again."""
        return quote_plus(self.value)


@dataclass(frozen=True)
class Query:
    """Words, choices, dates, order and page; says its own address.

    Within a facet choices add up, between facets they narrow down.
    """

    recommendations: bool = False
    q: str = ""
    chosen: Mapping[str, tuple[Choice, ...]] = field(default_factory=lambda: MappingProxyType({}))
    submitted_after: str = ""
    submitted_before: str = ""
    sort: str = ""
    page: int = 1
    page_size: int = PAGE_SIZE

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """What must all be found, or must not."""
        return phrases(self.q)

    @cached_property
    def wanted(self) -> tuple[Phrase, ...]:
        """What must all be found."""
        return tuple(phrase for phrase in self.phrases if not phrase.without)

    @cached_property
    def marks(self) -> dict[str, tuple[Phrase, ...]]:
        """What is marked in titles, in the names of delegates and in other texts."""
        return {
            place: tuple(phrase for phrase in self.wanted if phrase.field in ("", place))
            for place in ("title", "delegate", "text")
        }

    @property
    def document(self) -> int:
        """The type of document that is asked for."""
        return RECOMMENDATION if self.recommendations else PROPOSAL

    @property
    def order(self) -> str:
        """The order asked for: without a wish, relevance where there are words, else the newest first."""
        if not self.wanted and self.sort == RELEVANCE:
            return NEWEST
        return self.sort or (RELEVANCE if self.wanted else NEWEST)

    @property
    def ordered_by(self) -> str:
        """The number in the index by which it is ordered, within each of `tiers`; from below only where `OLDEST`."""
        return self.order if self.order in (OLDEST, ADDED) else NEWEST

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.q or self.submitted_after or self.submitted_before or any(self.chosen.values()))

    def finds_all(self, *, without: str = "") -> bool:
        """Whether it finds everything of its kind, with the facet `without` left out."""
        chosen = any(choices for facet, choices in self.chosen.items() if facet != without)
        return not (self.phrases or self.submitted_after or self.submitted_before or chosen)

    @property
    def lone_choice(self) -> tuple[str, Choice] | None:
        """The facet and the choice, where one choice is all that is asked."""
        chosen = [(facet, each) for facet, choices in self.chosen.items() for each in choices]
        return chosen[0] if len(chosen) == 1 and self.finds_all(without=chosen[0][0]) else None

    def choices(self, facet: str) -> tuple[Choice, ...]:
        """Give what is chosen in `facet`."""
        return self.chosen.get(facet, ())

    def choosing(self, facet: str, choices: Iterable[Choice]) -> Query:
        """Give the same query, on its first page, with `choices` in the place of what was chosen in `facet`."""
        return replace(self, chosen={**self.chosen, facet: tuple(choices)}, page=1)

    def toggling(self, facet: str, choice: Choice) -> Query:
        """Give the same query with `choice` added, or taken away if it is there."""
        others = [each for each in self.choices(facet) if each.key != choice.key]
        return self.choosing(facet, others if len(others) < len(self.choices(facet)) else [*others, choice])

    def toggle_urls(self, facet: str) -> Callable[[Choice], str]:
        """Give a function that gives the address of `toggling`, for facets that have many choices."""
        mine = {choice.value for choice in self.choices(facet)}
        start, _, end = self.choosing(facet, [Choice(0, "~", "")]).url.partition(f"{facet}=~")

        if not mine:
            return lambda choice: f"{start}{facet}={choice.quoted}{end}"

        def url(choice: Choice) -> str:
            chosen = urlencode([(facet, value) for value in sorted(mine ^ {choice.value})])
            return f"{start}{chosen}{end}" if chosen else f"{start}{end.lstrip('&')}".rstrip("&")

        return url

    def parameters(self) -> list[tuple[str, str]]:
        """Give the parameters of the address, in one order whatever the order of clicks."""
        pairs = [("q", self.q)]
        for facet in FACETS:
            pairs += [(facet, value) for value in sorted(choice.value for choice in self.choices(facet))]
        pairs += [("submitted_after", self.submitted_after), ("submitted_before", self.submitted_before)]
        pairs += [("sort", self.sort), ("page", str(self.page) if self.page > 1 else "")]
        pairs.append(("page_size", str(self.page_size) if self.page_size != PAGE_SIZE else ""))
        return [(name, value) for name, value in pairs if value]

    @property
    def url(self) -> str:
        """Give the query as the end of an address, beginning with a question mark."""
        return "?" + urlencode(self.parameters())

    @property
    def canonical(self) -> str:
        """Give the end of the address by which search engines should know the page; nothing where nothing is asked."""
        return self.url if self.parameters() else ""

    @property
    def whole(self) -> Query:
        """The same from its first row on, in pages of the usual size: what is downloaded and followed of a list."""
        return replace(self, page=1, page_size=PAGE_SIZE)

    @property
    def one_of_many(self) -> bool:
        """Whether it is one of the endless combinations that search engines need not keep: words, or two conditions."""
        conditions = [name for name, _ in self.parameters() if name != "page"]
        return len(conditions) > 1 or bool({*conditions} & {"q", "sort", "page_size"})

    def filters(self, *, without: str = "") -> list[tuple[Occur, tantivy.Query]]:
        """Give what a document must fulfil but for the words, with the facet `without` left out."""
        asked = {facet: choices for facet, choices in self.chosen.items() if choices and facet != without}
        parts = [having(facet, [each.key for each in choices], self.document) for facet, choices in asked.items()]
        if not parts:  # a value of a facet says the kind of document too
            parts.append(is_number("type", self.document))
        first, last = date_key(self.submitted_after), date_key(self.submitted_before, end=True) or LAST
        if first > last:
            parts.append(tantivy.Query.empty_query())
        elif self.submitted_after or self.submitted_before:
            # A date known to the month lies within a span where any day of that month does.
            parts += [_between("date_end", first, LAST), _between("date", 0, last)]
        return [(Occur.Must, part) for part in parts]

    def tiers(self, names: Names) -> list[tantivy.Query]:
        """Give what it finds in parts, the foremost first; within each the order is by date.

        By relevance, what has all words in the title (or in the names of the proposers) comes first, then what has them
        in the summary or the topics, then the rest: an order that is total and can be explained.
        """
        if self.order != RELEVANCE:
            return [self.matching(names)]
        front, lead, whole = (self.matching(names, field=name) for name in ("proposers", "lead", "words"))
        return [front, lead.and_must_not_match(front), whole.and_must_not_match(lead)]

    def matching(self, names: Names, *, without: str = "", field: str = "words") -> tantivy.Query:
        """Give the query as the engine takes it, with the words sought in `field` (one of `schema.TEXTS`).

        What it must not have, it must not have anywhere.
        """
        said = [(Occur.Must, names.saying(phrase, field, self.document)) for phrase in self.wanted]
        unsaid = [
            (Occur.MustNot, names.saying(phrase, "words", self.document)) for phrase in self.phrases if phrase.without
        ]
        return tantivy.Query.boolean_query([*self.filters(without=without), *said, *unsaid])


def _between(name: str, first: int, last: int) -> tantivy.Query:
    return tantivy.Query.range_query(SCHEMA, name, FieldType.Unsigned, first, last)
