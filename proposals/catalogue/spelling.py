"""Spelling: where nothing is found, the same question with words that are in the record."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher, get_close_matches
from itertools import chain, islice, product

import tantivy
from tantivy import Occur

from people.models import Agency, Delegate, Region
from proposals.catalogue.names import Names, is_number, said_in, size
from proposals.catalogue.query import Query
from proposals.catalogue.schema import PROPOSAL, TEXTS
from proposals.catalogue.words import Phrase, pieces, stem, words
from proposals.models import Proposal, Recommendation, Topic

MOST = 3
SHORTEST = 4
"""Letters of a word for which others are proposed."""
LEAST_ALIKE, ALIKE = 0.6, 0.75
TERMS, CANDIDATES, TRIED = 300, 8, 30
"""Words of the index that are looked at, of them the nearest, and questions that are tried."""
NAMED: dict[str, type[Topic | Region | Agency | Delegate]] = {
    "topic": Topic,
    "region": Region,
    "agency": Agency,
    "delegate": Delegate,
}


def suggestions(query: Query, names: Names) -> list[tuple[Query, int]]:
    """Give at most three questions that find something, each with the number found, the nearest to `query` first.

    Only words that stand in a text or a name of something published are put in the place of those found nowhere.
    """
    typed = {phrase: query.q[start:end].lower() for phrase, start, end in pieces(query.q)}
    lost = [phrase for phrase in query.wanted if _is_word(phrase) and not _anywhere(phrase, query, names)][:MOST]
    if not lost:
        return []
    nearest = {phrase: _nearest(phrase.stems[0], names) for phrase in lost}
    known = _words({stem for stems in nearest.values() for stem in stems}, names)
    better = [_ranked(typed[phrase], (known.get(each, set()) for each in nearest[phrase])) for phrase in lost]
    found: dict[str, tuple[Query, int]] = {}
    for choice in islice(product(*better), TRIED):
        other = replace(query, q=_respelt(query.q, dict(zip(lost, choice, strict=True))), page=1)
        if number := size(names.searcher, other.matching(names)):
            found.setdefault(other.q, (other, number))
        if len(found) == MOST:
            break
    return [*found.values()]


def _is_word(phrase: Phrase) -> bool:
    return len(phrase.stems) == 1 and len(phrase.stems[0]) >= SHORTEST and phrase.stems[0].isascii()


def _anywhere(phrase: Phrase, query: Query, names: Names) -> int:
    said = names.saying(phrase, "words", query.document)
    return size(names.searcher, is_number("type", query.document).and_must_match(said))


def _nearest(sought: str, names: Names) -> list[str]:
    """Give the words of the index, as they stand there, that are most like `sought`.

    Those looked at begin with the same two letters, or the two exchanged, or are frequent and begin with the first.
    """
    terms = {
        term
        for prefix in (sought[:2], sought[1::-1], sought[:1])
        for field in TEXTS
        for term, _ in names.searcher.terms_with_prefix(field, prefix, limit=TERMS)
    }
    return get_close_matches(sought, sorted(terms), CANDIDATES, LEAST_ALIKE)


def _words(stems: Iterable[str], names: Names) -> Mapping[str, set[str]]:
    """Give the words of texts and names that have `stems`, out of one proposal for each and of all that is named so."""
    keys: dict[str, set[int]] = {facet: set() for facet in NAMED}
    proposals: set[int] = set()
    for each in stems:
        phrase = Phrase((each,))
        for facet, named in names.of(phrase).items():
            if facet in keys:
                keys[facet].update(named[:MOST])
        ways = [(Occur.Should, said_in(phrase, field)) for field in TEXTS]
        one = is_number("type", PROPOSAL).and_must_match(tantivy.Query.boolean_query(ways))
        hits = names.searcher.search(one, 1, count=False).hits
        proposals.update(int(key or 0) for key in names.searcher.fast_field_values("id", [hit[1] for hit in hits]))
    known: dict[str, set[str]] = {}
    for word in chain.from_iterable(map(words, _texts(proposals, keys))):
        if not word.han:
            known.setdefault(stem(word.text), set()).add(word.text)
    return known


def _texts(proposals: set[int], keys: Mapping[str, set[int]]) -> Iterator[str]:
    """Give the texts of published proposals, and names that they have."""
    published = Proposal.objects.published().filter(pk__in=proposals)
    parts = Recommendation.objects.filter(proposal__in=published)
    yield from chain(*published.values_list("title_en", "summary_en"), *parts.values_list("text_en", "group_en"))
    for facet, some in keys.items():
        if some:
            yield from (thing.name_en for thing in NAMED[facet]._default_manager.filter(pk__in=some))


def _ranked(typed: str, known: Iterable[set[str]]) -> list[str]:
    """Give the words most like what was typed, of each stem one."""
    likeness = {
        word: SequenceMatcher(None, typed, word.lower()).ratio()
        for each in known
        for word in sorted(each, key=lambda word: -SequenceMatcher(None, typed, word.lower()).ratio())[:1]
    }
    return sorted((word for word, alike in likeness.items() if alike >= ALIKE), key=lambda word: -likeness[word])


def _respelt(question: str, better: Mapping[Phrase, str]) -> str:
    """Put other words in the place of phrases."""
    parts, position = [], 0
    for phrase, start, end in pieces(question):
        if phrase in better:
            parts += [question[position:start], better[phrase]]
            position = end
    return "".join([*parts, question[position:]])
