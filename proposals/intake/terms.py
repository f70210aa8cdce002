"""Terms: which topics, agencies and regions words of a passage stand for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from people.tree import lineage
from proposals.intake.lexicon import Lexicon, Word
from proposals.intake.lines import Part
from proposals.intake.suggestions import Found

PART_OF_A_NAME = re.compile(
    r"\s?(?:大学|学院|医院|医科|集团|股份|有限|公司|日报|研究院|研究所|University|College|Hospital|Medical|Institute|Normal|Jiao ?[Tt]ong)"
)
PROVINCIAL_EN = re.compile(
    r"\b(?:(?:provincial|municipal|city|local) government|the (?:province|municipality|city)(?='s? (?:should|shall|must|to))|governments? at the provincial level)\b",
    re.IGNORECASE,
)
PROVINCIAL_ZH = re.compile("(?:省|市)(?:人民)?政府|(?<![一-鿿])(?:省里|市里|我省|我市)(?=应|要|将|出台|设立)")
NATIONAL = re.compile(
    r"\bat the national level\b|\bthe state (?:should|shall|must|to\b|set|establish|introduce)|\bthe (?:country|central government)\b(?= (?:should|shall|must))|国家层面|(?:建议|由)国家(?=出台|设立|制定|建立|加大|加强|给予|支持|组织|统筹|将|把|在|对|尽快|层面)",
    re.IGNORECASE,
)
UNNAMED = re.compile(
    r"\b(?:relevant|competent|concerned) (?:national )?(?:departments?|authorities|ministries)\b|有关(?:部门|部委|方面)|相关(?:部门|部委)",
    re.IGNORECASE,
)


def _found(words: Iterable[Word], part: Part, confidence: float) -> tuple[Found, ...]:
    first: dict[str, Word] = {}
    for word in words:
        first.setdefault(word.slug, word)
    return tuple(
        Found(word.slug, part.start + word.start, part.start + word.end, confidence) for word in first.values()
    )


def topics_in(part: Part, lexicon: Lexicon) -> tuple[Found, ...]:
    """Find the topics that a part of the text speaks of; what lies above another goes without saying."""
    words = lexicon.topics.find(part.text)
    slugs = {word.slug for word in words}
    above = {other for slug in slugs for other in [*lineage(slug, {**lexicon.parents})][1:]}
    return _found((word for word in words if word.slug not in above), part, 0.7)


def topics_of(parts: Iterable[tuple[Found, ...]], lexicon: Lexicon, most: int) -> tuple[Found, ...]:
    """Give the topics that the title and the demands of a passage speak of, those that most speak of first."""
    every = [found for part in parts for found in part]
    counted = Counter(found.value for found in every)
    above = {other for slug in counted for other in [*lineage(slug, {**lexicon.parents})][1:]}
    first = {found.value: found for found in reversed(every)}
    return tuple(first[slug] for slug, _number in counted.most_common() if slug not in above)[:most]


def regions_in(part: Part, lexicon: Lexicon) -> tuple[Found, ...]:
    """Find the places that a part of the text names, not those in names of universities and hospitals."""
    words = [word for word in lexicon.regions.find(part.text) if not PART_OF_A_NAME.match(part.text, word.end)]
    return _found(words, part, 0.7)


def addressees_in(part: Part, region: str, lexicon: Lexicon) -> tuple[Found, ...]:
    """Find who is to act: agencies by name; "the municipal government" is that of the `region` where somebody sits."""
    words = lexicon.agencies.find(part.text)
    government = lexicon.governments.get(("provincial_government", region), "")
    places = [
        (government, PROVINCIAL_ZH if part.chinese else PROVINCIAL_EN),
        (lexicon.agency_of("state"), NATIONAL),
        (lexicon.agency_of("unnamed"), UNNAMED),
    ]
    for slug, pattern in places:
        if slug and (found := pattern.search(part.text)):
            words.append(Word(slug, found.start(), found.end()))
    return _found(words, part, 0.8)
