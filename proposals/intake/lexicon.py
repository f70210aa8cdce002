"""Lexicon: the names that the record knows, as intake looks for them; what an analyst adds there counts at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from people.language import CHINESE, language_of
from people.models import Agency, Delegate, Membership, NameVariant, Position, Region, Session
from people.models.regions import RegionKind
from proposals.intake.lines import folded
from proposals.intake.rules import TOPIC_CUES
from proposals.models import Synonym, Topic

PROVINCIAL = (RegionKind.PROVINCE, RegionKind.MUNICIPALITY, RegionKind.AUTONOMOUS, RegionKind.SPECIAL)
PLURAL = r"(?:'s|s|es)?"


@dataclass(frozen=True)
class Word:
    """A word or name found: what it stands for, and where."""

    slug: str
    start: int
    end: int


class Words:
    """Names and words, each for the slug of what it means; found as whole words, the longest first."""

    def __init__(self, words: Iterable[tuple[str, str, bool]]) -> None:
        """Take pairs of word and slug, and whether the word counts only as it is written (acronyms)."""
        self._exact: dict[str, str] = {}
        self._folded: dict[str, str] = {}
        for word, slug, exact in words:
            if key := _key(folded(word).strip()):
                (self._exact if exact else self._folded).setdefault(key if exact else key.casefold(), slug)
        self._patterns = [_pattern(self._exact, 0), _pattern(self._folded, re.IGNORECASE)]

    def find(self, text: str) -> list[Word]:
        """Find words in a folded text, in order; of those that overlap the longest."""
        found: list[Word] = []
        for pattern, slugs in zip(self._patterns, (self._exact, self._folded), strict=True):
            for match in pattern.finditer(text) if pattern else ():
                word = _key(match["word"])
                found.append(Word(slugs.get(word) or slugs[word.casefold()], match.start(), match.end()))
        return [*_longest(found)]


def _key(word: str) -> str:
    """Give a word as it is looked up: a hyphen is a blank."""
    return re.sub(r"[\s-]+", " ", word)


def _pattern(words: Mapping[str, str], flags: int) -> re.Pattern[str] | None:
    if not words:
        return None
    chinese = [re.escape(word) for word in words if language_of(word) == CHINESE]
    latin = [re.escape(word).replace(r"\ ", r"[\s-]+") for word in words if language_of(word) != CHINESE]
    longest = [sorted(each, key=len, reverse=True) for each in (chinese, latin)]
    parts = [*longest[0]]
    if longest[1]:
        parts.append(rf"(?<![A-Za-z0-9])(?:{'|'.join(longest[1])})(?={PLURAL}(?![A-Za-z0-9]))")
    return re.compile(f"(?P<word>{'|'.join(parts)})", flags)


def _longest(found: list[Word]) -> Iterator[Word]:
    end = -1
    for word in sorted(found, key=lambda word: (word.start, -word.end)):
        if word.start >= end:
            yield word
            end = word.end


@dataclass(frozen=True)
class Known:
    """A delegate of the record: names in every spelling, seats (system, region, term) and employers."""

    slug: str
    name: str
    spellings: tuple[str, ...]
    seats: frozenset[tuple[str, str, int]] = frozenset()
    employers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """All that is known by name; regions are meant by ISO code where they have one, or else by slug."""

    topics: Words
    agencies: Words
    regions: Words
    provinces: Mapping[str, str] = field(default_factory=dict)
    """Names of province-level divisions in both languages, with the ISO code."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """The topic above each."""
    governments: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Provincial agencies by their kind and region."""
    sessions: Mapping[tuple[str, str, int], tuple[str, int]] = field(default_factory=dict)
    """The session's slug and term by system, region and year."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """The agency that stands for the State as a whole, and that for those who are not named, by kind."""
    delegates: tuple[Known, ...] = ()

    def agency_of(self, kind: str) -> str:
        """Give the slug of the agency of a kind of which there is one, "" where there is none."""
        return self.kinds.get(kind, "")

    @classmethod
    def of_record(cls) -> Lexicon:
        """Read the names that stand in the record now."""
        regions = [*Region.objects.all()]
        called = {region.pk: region.iso_code or region.slug for region in regions}
        topics = [*Topic.objects.select_related("parent")]
        agencies = [*Agency.objects.all()]
        return cls(
            topics=Words(_topic_words(topics)),
            agencies=Words(
                (name, agency.slug, _acronym(name))
                for agency in agencies
                for name in _names(agency, "short_name_en", "short_name_zh", "other_names")
            ),
            regions=Words(
                (name, called[region.pk], False)
                for region in regions
                if region.kind != RegionKind.COUNTRY
                for name in _names(region, "full_name_en", "full_name_zh", "other_names")
            ),
            provinces={
                folded(name).casefold(): called[region.pk]
                for region in regions
                if region.kind in PROVINCIAL
                for name in _names(region, "full_name_en", "full_name_zh", "other_names")
            },
            parents={topic.slug: topic.parent.slug for topic in topics if topic.parent},
            governments={(each.kind, called[each.region_id]): each.slug for each in agencies if each.region_id},
            kinds={each.kind: each.slug for each in reversed(agencies)},
            sessions={
                (session.body.system, called[session.body.region_id], session.year): (session.slug, session.term)
                for session in Session.objects.select_related("body")
            },
            delegates=tuple(_known(called)),
        )


def _names(thing: object, *others: str) -> list[str]:
    columns = ("name_en", "name_zh", *others)
    return [part.strip() for column in columns for part in (getattr(thing, column) or "").split(";") if part.strip()]


def _acronym(name: str) -> bool:
    return name.isascii() and name.isupper()


def _topic_words(topics: list[Topic]) -> Iterator[tuple[str, str, bool]]:
    for topic in topics:
        yield from ((name, topic.slug, False) for name in (topic.name_en, topic.name_zh))
    for slug, text, acronym in Synonym.objects.values_list("topic__slug", "text", "acronym"):
        yield text, slug, acronym
    known = {topic.slug for topic in topics}
    yield from ((word, slug, False) for slug, words in TOPIC_CUES.items() if slug in known for word in words)


def _known(called: Mapping[int, str]) -> Iterator[Known]:
    spellings: dict[int, list[str]] = defaultdict(list)
    seats: dict[int, set[tuple[str, str, int]]] = defaultdict(set)
    employers: dict[int, list[str]] = defaultdict(list)
    for key, spelling in NameVariant.objects.values_list("delegate", "spelling"):
        spellings[key].append(spelling)
    for key, system, region, term in Membership.objects.values_list("delegate", "body__system", "body__region", "term"):
        seats[key].add((system, called[region], term))
    for key, *names in Position.objects.values_list("delegate", "employer_en", "employer_zh"):
        employers[key] += filter(None, names)
    for delegate in Delegate.objects.all():
        key = delegate.pk
        names = tuple(filter(None, (delegate.name_en, delegate.name_zh, *spellings[key])))
        yield Known(delegate.slug, str(delegate), names, frozenset(seats[key]), tuple(employers[key]))
