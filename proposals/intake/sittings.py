"""Sittings: which session of which body a text names: 浙江省十四届人大四次会议, “third session of the 13th CPPCC …”."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from people.dates import digits
from proposals.intake.lines import Part
from proposals.intake.rules import SYSTEMS, any_of
from proposals.intake.seats import COUNTRY

NUMBER_ZH = r"(?:[一二三四五六七八九十]{1,3}|\d{1,2})"
SYSTEM_ZH = "(?:政协|人大|人民代表大会|政治协商会议)"
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"]
ORDINAL = rf"(?:{'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))"
CHINESE = re.compile(
    rf"(?P<before>[\u4e00-\u9fff]{{0,8}}?{SYSTEM_ZH}?[\u4e00-\u9fff]{{0,8}}?)第?(?P<term>{NUMBER_ZH})届"
    rf"(?P<behind>[\u4e00-\u9fff]{{0,14}}?)第?(?P<ordinal>{NUMBER_ZH})次(?:会议|全会)?"
)
ENGLISH = re.compile(
    rf"(?P<ordinal>{ORDINAL}) (?:annual |plenary )?session of the (?P<term>{ORDINAL}) (?P<behind>[^,.;:()]{{3,80}})"
    rf"|(?P<term_too>{ORDINAL}) (?P<before>[^,.;:()]{{3,80}}?),? (?:at its |the )?(?P<ordinal_too>{ORDINAL}) session",
    re.IGNORECASE,
)


NOTHING = "(?!)"
"""Finds nothing: a record without regions knows no province."""


@dataclass(frozen=True)
class Sitting:
    """A session that is named: of which system and region, its term (届) and its ordinal (次)."""

    system: str
    region: str
    term: int
    ordinal: int


def sittings(lines: Sequence[Part], provinces: Mapping[str, str]) -> Iterator[Sitting]:
    """Find the sessions that folded lines name; `provinces` gives the ISO codes of names, folded."""
    province = re.compile(any_of(provinces) if provinces else NOTHING, re.IGNORECASE)
    for line in lines:
        for found in (*CHINESE.finditer(line.text), *ENGLISH.finditer(line.text)):
            parts = found.groupdict()
            named = f"{parts['before'] or ''} {parts['behind'] or ''}"
            place = province.search(named)
            system = _system(named)
            term, ordinal = (_number(parts[name] or parts.get(f"{name}_too") or "") for name in ("term", "ordinal"))
            if system and term and ordinal:
                yield Sitting(system, provinces[place[0].casefold()] if place else _whose(named), term, ordinal)


def _system(named: str) -> str:
    if re.search("政协|政治协商", named):
        return "cppcc"
    if re.search("人大|人民代表大会", named):
        return "npc"
    folded = named.casefold()
    return next((system for words, system in SYSTEMS.items() if words in folded), "")


def _whose(named: str) -> str:
    """Give the country, or "" for a province that is not named: 省十四届人大四次会议."""
    return "" if re.search("[省市]|provincial|municipal", named, re.IGNORECASE) else COUNTRY


def _number(text: str) -> int:
    word = text.casefold()
    if word in ORDINALS:
        return ORDINALS.index(word) + 1
    bare = re.sub("(?:st|nd|rd|th)$", "", word)
    return int(digits(bare)) if bare else 0
