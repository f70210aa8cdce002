"""Seats: phrases that say where somebody sits: “member of the Shanghai CPPCC”, 全国政协委员."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from proposals.intake.lines import Part
from proposals.intake.rules import BOTH, RANKS, RANKS_ZH, SEATS, SYSTEMS, any_of

ORDINARY = {"cppcc": "member", "npc": "deputy"}
"""The role of those who have no other, by system."""
COUNTRY = "CN"
ORDINAL = r"\d{1,2}(?:st|nd|rd|th)"
ROLES = {rank.replace("-", " "): role for rank, role in RANKS.items()}
BETWEEN = r"(?:'s|\)?,(?= (?:the )?(?:CPPCC|NPC|National (?:People|Committee)|Chinese People|Standing))|\)?[ ]+\(?)+"
"""What stands between the words of a seat: blanks, a bracket, a comma before the name of a body."""
TERM_ZH = r"(?:第?[一二三四五六七八九十\d]{1,3}届)?"


@dataclass(frozen=True)
class SeatPhrase:
    """A phrase that names a seat.

    `region` is "" where it does not say which province's (省政协委员), `level` where it does not even say that it is
    one's (政协委员).
    """

    system: str
    level: str
    region: str
    role: str
    start: int
    end: int
    exact: bool = True
    """Whether it says itself which body: “NPC deputy” may be said of a provincial one too."""


class Seats:
    """Finds such phrases; `provinces` gives the ISO codes of their names in both languages, folded."""

    def __init__(self, provinces: Mapping[str, str]) -> None:
        self._provinces = provinces
        english = [re.escape(name) for name in sorted(provinces, key=len, reverse=True) if name.isascii()]
        chinese = [re.escape(name) for name in sorted(provinces, key=len, reverse=True) if not name.isascii()]
        words = [*RANKS, *SYSTEMS, *BOTH, *SEATS["between_en"]]
        spelled = [re.escape(word).replace(r"\ ", r"[\s-]+") for word in sorted(words, key=len, reverse=True)]
        word = "|".join([ORDINAL, *english, *spelled])
        self._run = re.compile(rf"(?<![A-Za-z])(?:{word})(?:{BETWEEN}(?:{word})(?![A-Za-z]))+\)?", re.IGNORECASE)
        self._word = re.compile(rf"(?<![A-Za-z])(?:{word})(?![A-Za-z])", re.IGNORECASE)
        place = f"(?:{'|'.join(chinese)}|[^\\W的是和位名来自在与及等月日年、，]{{2,3}}?(?=市|区|县|州))"
        self._chinese = re.compile(
            rf"(?P<before>{TERM_ZH})(?P<place>全国|(?:{place})(?:省|市|自治区|区|县|自治州|州)?|省|市|自治区|区|县)?{TERM_ZH}"
            rf"(?P<system>政协|人大){TERM_ZH}(?P<inside>(?:(?P<later>全国|{place}(?:省|市)?)?委员会)|常务委员会|常委会)?"
            rf"(?P<rank>{any_of(RANKS_ZH)})(?!会(?!委员|副主任))"
        )

    def find(self, line: Part) -> list[SeatPhrase]:
        """Find the seats that a folded line names, in order."""
        return [*self._find_english(line), *self._find_chinese(line)]

    def _find_english(self, line: Part) -> Iterator[SeatPhrase]:
        for run in self._run.finditer(line.text):
            words = [
                (re.sub(r"[\s-]+", " ", found[0].casefold()), found.start(), found.end())
                for found in self._word.finditer(run[0])
            ]
            for part in _parts(words):
                if phrase := self._phrase(part, line.start + run.start()):
                    yield phrase

    def body(self, sentence: Part, rank: str) -> SeatPhrase | None:
        """Give the seat of a rank in the body that a sentence names: “the Guangdong Provincial People's Congress”."""
        for run in self._run.finditer(sentence.text):
            words = [(found[0].casefold(), found.start(), found.end()) for found in self._word.finditer(run[0])]
            if phrase := self._phrase([*words, (rank.casefold(), *words[-1][1:])], sentence.start + run.start()):
                return phrase
        return None

    def _phrase(self, words: list[tuple[str, int, int]], place: int) -> SeatPhrase | None:
        """Read the words of a run, if there are a system and a rank among them."""
        names = [word for word, *_ in words]
        system = next((found for word in names if (found := SYSTEMS.get(word) or BOTH.get(word))), "")
        rank = next((word for word in names if word in ROLES or word in BOTH), None)
        if not system or rank is None:
            return None
        role = ROLES.get(rank, "")
        if "standing" in names and role in ("member", "deputy", ""):
            role = "standing_committee_member"
        if role in ("", "member", "deputy"):
            role = ORDINARY[system]
        region = self._region(names)
        start, end = _bounds(words)
        exact = (
            region not in ("", COUNTRY)
            or "national" in " ".join(names)
            or "chinese people's political consultative conference" in names
        )
        return SeatPhrase(system, _level(region), region, role, place + start, place + end, exact)

    def _region(self, names: list[str]) -> str:
        """Tell whose body it is: "CN" for the national one, "" for a province that is not named.

        “NPC deputy from Anhui” says where a national deputy comes from, “CPPCC member of Anhui” where one sits.
        """
        places = [
            (before, self._provinces[word])
            for before, word in zip(["", *names], names, strict=False)
            if word in self._provinces
        ]
        local = {*SEATS["local_en"]} & {*names}
        if {"national", "nation's"} & {*names} or ("national people's congress" in names and not local):
            return COUNTRY
        if places and (local or any(before not in ("from", "for") for before, _place in places)):
            return places[0][1]
        return "" if local else COUNTRY

    def _find_chinese(self, line: Part) -> Iterator[SeatPhrase]:
        for found in self._chinese.finditer(line.text):
            place = found["place"] or found["later"] or ""
            region = COUNTRY if place == "全国" else self._province(place)
            level = _level(region) if place in ("全国", "省") or region else "municipal" if place else ""
            system = "cppcc" if found["system"] == "政协" else "npc"
            role = RANKS_ZH[found["rank"]]
            inside = found["inside"] or ""
            if inside.startswith("常") and role in ("member", "deputy"):
                role = "standing_committee_member"
            if role in ("member", "deputy"):
                role = ORDINARY[system]
            yield SeatPhrase(system, level, region, role, line.start + found.start(), line.start + found.end())

    def _province(self, place: str) -> str:
        bare = re.sub("(?:省|市|自治区)$", "", place)
        return self._provinces.get(place) or self._provinces.get(bare, "")


def _level(region: str) -> str:
    return "national" if region == COUNTRY else "provincial"


def _parts(words: list[tuple[str, int, int]]) -> list[list[tuple[str, int, int]]]:
    """Cut a run at each "and": “NPC deputy and chairman” is a seat and a post."""
    parts: list[list[tuple[str, int, int]]] = [[]]
    for word in words:
        if word[0] == "and":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _bounds(words: list[tuple[str, int, int]]) -> tuple[int, int]:
    """Give where a phrase begins and ends without the little words around it."""
    kept = [each for each in words if each[0] not in SEATS["little_en"]]
    return kept[0][1], kept[-1][2]
