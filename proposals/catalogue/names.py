"""Names: where a word is sought, in the texts of documents and in the names of the values they have."""

import re
from collections.abc import Sequence
from typing import Any

import tantivy
from tantivy import Occur, Searcher

from proposals.catalogue.documents import NAMED
from proposals.catalogue.schema import NAME, PROPOSAL, RECOMMENDATION, SCHEMA, TEXTS, coded, named
from proposals.catalogue.words import Phrase

SHOWN_IN = {
    PROPOSAL: {"title": set(), "proposers": {"delegate"}, "lead": {"delegate", "topic"}, "words": {*NAMED}},
    RECOMMENDATION: {"title": set(), "proposers": set(), "lead": {"topic", "agency"}, "words": {*NAMED}},
}
"""Facets whose names count as part of a text, by the kind of document and the field; each takes in the one before."""


class Names:
    """The names in one state of the index; each phrase is looked up once."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self._found: dict[Phrase, dict[str, list[int]]] = {}

    def saying(self, phrase: Phrase, field: str, kind: int) -> tantivy.Query:
        """Give the query for documents of a `kind` with `phrase` in a `field` or one before it, or in a name there.

        A phrase that says itself where it is to be found is looked for nowhere else.
        """
        if phrase.field in NAMED:
            return having(phrase.field, self.of(phrase).get(phrase.field, []), kind)
        field = phrase.field or field
        ways = [said_in(phrase, name) for name in TEXTS[: TEXTS.index(field) + 1]]
        for facet, keys in self.of(phrase).items():
            if facet in SHOWN_IN[kind][field]:
                ways.append(having(facet, keys, kind))
        return tantivy.Query.boolean_query([(Occur.Should, way) for way in ways])

    def of(self, phrase: Phrase) -> dict[str, list[int]]:
        """Give the values in whose names `phrase` stands: keys by facet."""
        if phrase not in self._found:
            found = self._found[phrase] = {}
            said = said_in(phrase, "words")
            if phrase.acronym:
                said = said.or_should_match(tantivy.Query.term_query(SCHEMA, "acronym", phrase.acronym))
            wanted = is_number("type", NAME).and_must_match(said)
            number = size(self.searcher, wanted)
            hits = self.searcher.search(wanted, number, count=False).hits if number else []
            for value in self.searcher.fast_field_values("id", [address for _, address in hits]):
                facet, key = named(int(value or 0))
                found.setdefault(facet, []).append(key)
        return self._found[phrase]


def is_number(name: str, value: int) -> tantivy.Query:
    """Give the query for one number in the field `name`."""
    return tantivy.Query.term_query(SCHEMA, name, value, index_option="basic")


def having(facet: str, keys: Sequence[int], kind: int) -> tantivy.Query:
    """Give the query for documents of a `kind` with one of the values `keys` of a facet."""
    if len(keys) == 1:
        return is_number(facet, coded(kind, keys[0]))
    return tantivy.Query.term_set_query(SCHEMA, facet, [coded(kind, key) for key in keys])


def size(searcher: Searcher, query: tantivy.Query) -> int:
    """Give the number of documents that `query` finds."""
    found: Any = searcher.search(query, 1)  # the engine's type stubs forget `count`
    return int(found.count)


def said_in(phrase: Phrase, field: str) -> tantivy.Query:
    """Give the query for one phrase in one field; built of objects, never of text."""
    *head, last = phrase.stems
    if phrase.open and head:
        patterns: list[str | tuple[int, str]] = [*map(re.escape, head), f"{re.escape(last)}.*"]
        return tantivy.Query.regex_phrase_query(SCHEMA, field, patterns)
    if phrase.open:
        return tantivy.Query.regex_query(SCHEMA, field, f"{re.escape(last)}.*")
    if head:
        return tantivy.Query.phrase_query(SCHEMA, field, [*phrase.stems])
    return tantivy.Query.term_query(SCHEMA, field, last)
