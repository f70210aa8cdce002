"""Posts: for whom a delegate works and as what, as an article says it now; former posts are left out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proposals.intake.delegates import Speaker
from proposals.intake.lines import Part
from proposals.intake.names import Name
from proposals.intake.rules import DELEGATES, any_of
from proposals.intake.seats import SeatPhrase

COMPANY = r"Co(?:rp)?\.?,?\s*(?:Ltd|LTD|Inc)\b|Ltd\b|LTD\b|Inc\b|Co\b(?!\w)"
CAPITAL = r"[A-Z][\w'\u2019&-]*"
EMPLOYER = re.compile(rf"{CAPITAL}(?:,?\s+(?:{COMPANY})|\s+(?:of|for|and|&|of\s+the)\s+{CAPITAL}|\s+{CAPITAL})*")
"""Words with capitals, and little words between them."""
KIND = re.compile(rf"{any_of(DELEGATES['employers_en'])}|co\b|inc\b", re.IGNORECASE)
BODY = re.compile("CPPCC|NPC|Congress|Committee")
POSTS = any_of(DELEGATES["posts_en"])
POST_BEFORE = re.compile(
    r"(?:(?:the|an?|its|now|currently|also)\s+)*"
    rf"(?P<post>(?:[A-Za-z-]+\s+){{0,3}}?{POSTS}(?:\s+and\s+(?:[A-Za-z-]+\s+){{0,2}}?{POSTS})?"
    r"(?:\s+of\s+(?:the\s+)?[A-Za-z ]{3,40}?)?)"
    r"\s*(?:,|of|at|in|with|for|on)?\s*(?:the\s+)?$",
    re.IGNORECASE,
)
"""“director and chief physician of the department of haematology at the”, before an employer."""
POST_WITHIN = re.compile(
    rf"(?P<post>(?:[\w-]+ ){{0,3}}?{POSTS}(?: and (?:[\w-]+ ){{0,2}}?{POSTS})?"
    r"(?: of (?:the )?[\w ]{3,40}?(?= of ))?) of (?:the )?",
    re.IGNORECASE,
)
"""The same with capitals, so that it seems part of the employer's name."""
FORMER = re.compile(rf"\b{any_of(DELEGATES['former_en'])}\b[^,;.]*$", re.IGNORECASE)
POSTS_ZH = any_of(DELEGATES["posts_zh"])
POST_ZH = re.compile(
    r"(?P<employer>.{2,30}?)"
    rf"(?P<post>(?:[\u4e00-\u9fff]{{1,6}}?科|[\u4e00-\u9fff]{{2,4}}系)?{POSTS_ZH}(?:兼?{POSTS_ZH})*)$"
)
KIND_ZH = re.compile(rf"{any_of(DELEGATES['employers_zh'])}|[所院]$")
HOLDS_ZH = re.compile(rf"^{any_of(DELEGATES['holds_zh'])}+")
FORMER_ZH = re.compile(rf"^{any_of(DELEGATES['former_zh'])}")
CLAUSE_ZH = re.compile('[^、，,（）()；：。“”"]+')
MOST = 4
"""Seats, and mentions, beside which a post is looked for."""


@dataclass(frozen=True)
class Post:
    """An employer and the post there, if it is said."""

    employer: Part
    post: Part | None


def post_of(speaker: Speaker, lines: Sequence[Part]) -> Post | None:
    """Find the post that stands beside a delegate's name or seat."""
    for part in _beside(speaker, lines):
        for found in _in_chinese(part) if part.chinese else _in_english(part):
            return found
    return None


def _in_english(part: Part) -> Iterator[Post]:
    for found in EMPLOYER.finditer(part.text):
        before = part.text[: found.start()]
        if not KIND.search(found[0]) or FORMER.search(before) or BODY.search(found[0]):
            continue
        if within := POST_WITHIN.match(found[0]):
            begun = found.start() + within.end()
            yield Post(part.part(begun, found.end()), part.part(found.start(), found.start() + within.end("post")))
            continue
        post = POST_BEFORE.search(before)
        yield Post(part.part(*found.span()), part.part(post.start("post"), post.end("post")) if post else None)


def _in_chinese(part: Part) -> Iterator[Post]:
    for piece in CLAUSE_ZH.finditer(part.text):
        prefix = HOLDS_ZH.match(piece[0])
        begun = piece.start() + (prefix.end() if prefix else 0)
        text = part.text[begun : piece.end()]
        found = POST_ZH.match(text)
        if found and KIND_ZH.search(found["employer"]) and not FORMER_ZH.match(text):
            employer = part.part(begun, begun + found.end("employer"))
            yield Post(employer, part.part(begun + found.start("post"), begun + found.end("post")))


def _beside(speaker: Speaker, lines: Sequence[Part]) -> Iterator[Part]:
    """Give what may tell of a post: between seat and name, behind both, before them; nearest first."""
    places: list[SeatPhrase | Name] = [*speaker.seats[:MOST], *speaker.mentions[:MOST]]
    for place in places:
        line = lines[max(0, bisect_right(lines, place.start, key=lambda each: each.start) - 1)]
        for sentence in line.sentences:
            if sentence.start <= place.start < sentence.end:
                names = [each.start for each in speaker.mentions if place.end <= each.start < sentence.end]
                if names:
                    yield sentence.part(place.end - sentence.start, names[0] - sentence.start)
                yield sentence.part(place.end - sentence.start, len(sentence.text))
                yield sentence.part(0, place.start - sentence.start)
