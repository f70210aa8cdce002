"""Names: which words of a text are the name of a Chinese person, in Latin letters or in characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from pypinyin import Style, pinyin

from proposals.intake.lines import Part
from proposals.intake.rules import NAMES, any_of

SURNAMES = frozenset("".join(NAMES["surnames"]))
DOUBLE = frozenset(NAMES["double_surnames"])


def _sounds(names: Iterable[str]) -> Iterator[str]:
    """Give names in Latin letters, in every way that they are read."""
    for name in names:
        yield from map("".join, product(*pinyin(name, Style.NORMAL, heteronym=True)))


DOUBLE_FAMILY = frozenset(_sounds(DOUBLE))
FAMILY = frozenset(_sounds(SURNAMES)) | DOUBLE_FAMILY | {*NAMES["further_spellings"]}
"""Family names in Latin letters."""
SYLLABLE = (
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|van|ai|ei|ao|ou|an|en|in|un|vn|er|ia|ie|iu|ua|uo|ui|ue|ve"
    "|[aeiouv])"
)
"""A syllable of pinyin, without its tone."""
GIVEN = re.compile(rf"(?:{SYLLABLE}[-']?){{1,3}}", re.IGNORECASE)
ONE = re.compile(SYLLABLE, re.IGNORECASE)
LATIN = re.compile(
    r"(?<![A-Za-z'-])(?P<family>[A-Z][a-z]+|[A-Z]{2,7})[ ]+"
    r"(?P<given>[A-Z][a-z]+(?:[-'][A-Za-z][a-z]*){0,2}|[A-Z]{2,12})(?P<more>[ ][A-Z][a-z]{1,11}(?![a-z-]))?(?![A-Za-z])"
)
HAN = "[\u4e00-\u9fff]"
HAN_ONLY = re.compile(f"{HAN}+")
DOTTED = re.compile(f"{HAN}{{1,8}}[·•]{HAN}{{1,8}}?(?={any_of(NAMES['behind_dotted_names'])}|[^\u4e00-\u9fff]|$)")
NOT_GIVEN = frozenset(NAMES["not_given"])


@dataclass(frozen=True)
class Name:
    """A name and where it stands."""

    text: str
    start: int
    end: int

    @property
    def letters(self) -> str:
        """Give it as it is compared: “Ding Lie-ming” is “dinglieming”."""
        return letters(self.text)


def letters(name: str) -> str:
    """Give a name's letters, small, without what divides them."""
    return "".join(filter(str.isalpha, name.casefold()))


def latin_names(part: Part) -> Iterator[Name]:
    """Find the names in Latin letters, family name first; what only looks like one is left out by its sounds."""
    place = 0
    while found := LATIN.search(part.text, place):
        place = found.end("family") + 1
        if found["family"].casefold() not in FAMILY:
            continue
        given, more = found["given"], found["more"] or ""
        if not _given(given):
            continue
        parted = f"{found['family']}{given}".casefold() in DOUBLE_FAMILY and _given(more.strip())
        whole = more and (parted or (ONE.fullmatch(given) and ONE.fullmatch(more.strip())))
        end = found.end("more") if whole else found.end("given")
        yield Name(part.text[found.start() : end], part.start + found.start(), part.start + end)
        place = end


def _given(word: str) -> bool:
    return bool(GIVEN.fullmatch(word.replace("'", "").replace("-", ""))) and word.casefold() not in NOT_GIVEN


def han_name(text: str, place: int, follows: re.Pattern[str]) -> str:
    """Give the name in characters that begins at `place` and is followed by what follows names; "" if there is none."""
    if dotted := _dotted(text, place):
        return dotted
    family = 2 if text[place : place + 2] in DOUBLE else 1
    if family == 1 and text[place : place + 1] not in SURNAMES:
        return ""
    for given in (2, 1):
        end = place + family + given
        name = text[place:end]
        if len(name) == family + given and HAN_ONLY.fullmatch(name) and follows.match(text, end):
            return name
    return ""


def _dotted(text: str, place: int) -> str:
    """Give a name that is written with a dot between its parts: 买买提·依明."""
    found = DOTTED.match(text, place)
    return found[0] if found else ""
