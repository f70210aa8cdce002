"""Terms: which topics, agencies and regions words of a passage stand for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from proposals.intake.lexicon import Lexicon
from proposals.intake.lines import Part
from proposals.intake.rules import TERMS, any_of
from proposals.intake.suggestions import Found
from proposals.intake.words import Word

PART_OF_A_NAME = re.compile(rf"\s?{any_of(TERMS['part_of_a_name'])}")
PROVINCIAL = re.compile(
    rf"\b(?:{any_of(TERMS['provincial_en'])}|the (?:province|municipality|city)(?='s? (?:should|shall|must|to)))\b",
    re.IGNORECASE,
)
PROVINCIAL_ZH = re.compile(
    rf"{any_of(TERMS['provincial_zh'])}|(?<![\u4e00-\u9fff])(?:省里|市里|我省|我市)(?=应|要|将|出台|设立)"
)
OF_A_PROVINCE = re.compile(
    r"[省市县]$|自治区$|(?<![\u4e00-\u9fff]地)区$"
    r"|(?:[Pp]rovincial|[Mm]unicipal|[Cc]ity)(?:['’]s)?\s$"
)
"""What stands before the name of an agency that is a province's, and not the national one of that name."""
NATIONAL = re.compile(
    r"\bat the national level\b|\bthe state (?:should|shall|must|to\b|set|establish|introduce)"
    r"|\bthe (?:country|central government)\b(?= (?:should|shall|must))"
    rf"|国家层面|(?:建议|由)国家(?={any_of(TERMS['state_acts'])})",
    re.IGNORECASE,
)
UNNAMED = re.compile(rf"\b{any_of(TERMS['unnamed'])}|{any_of(TERMS['unnamed_zh'])}", re.IGNORECASE)


def _found(words: Iterable[Word[str]], part: Part, confidence: float) -> tuple[Found, ...]:
    """Give what some words of a part stand for, each once, where it stands first."""
    first: dict[str, Word[str]] = {}
    for word in words:
        first.setdefault(word.meaning, word)
    return tuple(
        Found(word.meaning, part.start + word.start, part.start + word.end, confidence) for word in first.values()
    )


def topics_in(part: Part, lexicon: Lexicon) -> tuple[Found, ...]:
    """Find the topics that a part of the text speaks of; what lies above another goes without saying."""
    words = lexicon.topics.find(part.text)
    above = lexicon.above(word.meaning for word in words)
    return _found((word for word in words if word.meaning not in above), part, 0.7)


def topics_of(parts: Iterable[tuple[Found, ...]], lexicon: Lexicon, most: int) -> tuple[Found, ...]:
    """Give the topics that the title and the demands of a passage speak of, those that most speak of first."""
    every = [found for part in parts for found in part]
    counted = Counter(found.value for found in every)
    above = lexicon.above(counted)
    first = {found.value: found for found in reversed(every)}
    return tuple(first[slug] for slug, _number in counted.most_common() if slug not in above)[:most]


def regions_in(part: Part, lexicon: Lexicon) -> tuple[Found, ...]:
    """Find the places that a part of the text names, not those in names of universities and hospitals."""
    words = [word for word in lexicon.regions.find(part.text) if not PART_OF_A_NAME.match(part.text, word.end)]
    return _found(words, part, 0.7)


def addressees_in(part: Part, region: str, lexicon: Lexicon) -> tuple[Found, ...]:
    """Find who is to act: agencies by name; "the municipal government" is that of the `region` where somebody sits."""
    words = [word for word in lexicon.agencies.find(part.text) if not OF_A_PROVINCE.search(part.text[: word.start])]
    government = lexicon.governments.get(("provincial_government", region), "")
    places = [
        (government, PROVINCIAL_ZH if part.chinese else PROVINCIAL),
        (lexicon.agency_of("state"), NATIONAL),
        (lexicon.agency_of("unnamed"), UNNAMED),
    ]
    for slug, pattern in places:
        if slug and (found := pattern.search(part.text)):
            words.append(Word(slug, found.start(), found.end()))
    return _found(words, part, 0.8)
