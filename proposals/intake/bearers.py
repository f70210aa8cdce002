"""Bearers: whose a seat is: the name beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from proposals.intake.lines import Part
from proposals.intake.names import DOUBLE, HAN, HAN_ONLY, SURNAMES, Name, han_name
from proposals.intake.rules import CITIES, DELEGATES, NAMES, any_of, anywhere
from proposals.intake.seats import SeatPhrase

FARTHEST_ZH = 90
"""Characters behind a seat in which the name stands."""
SPEECH_ZH = any_of(DELEGATES["speech_zh"])
FOLLOWS = re.compile(rf"\s*(?:[：:，,。、（(）)；;》】\]\"”\s]|$|委员|代表|教授|院士|{SPEECH_ZH})")
SAID = re.compile(rf"\s*(?:[：:，,（(\"”]|$|委员|代表|{SPEECH_ZH})")
POST_ZH = anywhere(DELEGATES["posts_zh"])
BEFORE_SEAT = re.compile(
    r"[\s,，(（\[:：-]*(?:(?:who )?(?:is|was|has|had)(?: also)? |who )?(?:an? |the |one of the )?$", re.IGNORECASE
)
AFTER_SEAT = re.compile(r"[\s,，)\]]*(?:Mr\.?|Ms\.?|Mrs\.?|Dr\.?|Prof\.?|Professor|Academician)?[\s]*$")
WITH_POST = re.compile(
    rf"[\s,]*(?:and |, )?[^.;:!?\"]{{0,110}}\b{any_of(DELEGATES['posts_en'])}\b[^.;:!?\"]{{0,60}}$", re.IGNORECASE
)
ANY_NAME = r"(?P<name>[A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+){1,2})"
ANY_BEFORE = re.compile(rf"(?<![A-Za-z] ){ANY_NAME}\s?[,(]\s?(?:who is )?(?:an? |the )?$")
ANY_BEHIND = re.compile(rf"\s{ANY_NAME}(?=\s?[,:(]|\s{any_of(DELEGATES['speech_en'])}\b)")
NO_PERSON = re.compile(any_of(DELEGATES["employers_en"]), re.IGNORECASE)
CITY = anywhere(CITIES)
END = re.compile("$")
CLAUSE_ENDS = re.compile(r"[。；;！？!?]|$")
NOT_IN_NAMES = re.compile(rf"{any_of(NAMES['not_in_names'])}|们$|^[这那本该各位名些在对]")
NOT_OFTEN = re.compile("委员|代表|医院|大学|公司|提案|建议")
ONLY_BEHIND_NAMES = re.compile(rf"(?:委员|代表)?(?:{any_of(NAMES['behind_names'])}|说[，：:]|[：:])|[）)】\]]|\s*$")
JOINS = re.compile("[、和与]")
BEHIND_JOINT = re.compile(rf"[、和与：:]|{any_of(NAMES['behind_joint_names'])}")
CALLED = re.compile("委员|代表")
NO_NAME = re.compile("[位名些各等]|几位|多位")


class Often:
    """Tells which characters stand in a text more than once: a name does, where it is told of somebody."""

    def __init__(self, text: str) -> None:
        self._text = text

    def name_at(self, text: str, place: int) -> str:
        """Give the name at `place` by that alone: three characters with a family name, or two."""
        if CITY.match(text, place):
            return ""
        for length in (4, 3, 2) if text[place : place + 2] in DOUBLE else (3, 2):
            name = text[place : place + length]
            family = name[:1] in SURNAMES or name[:2] in DOUBLE
            if len(name) == length and family and HAN_ONLY.fullmatch(name) and self._text.count(name) > 1:
                return "" if NOT_OFTEN.search(name) else name
        return ""


def name_beside(line: Part, phrase: SeatPhrase, names: Sequence[Name]) -> Name | None:
    """Give the name in Latin letters that stands just before a seat, or behind it, with posts between at most."""
    for name in reversed(names):
        if name.end <= phrase.start:
            if BEFORE_SEAT.fullmatch(line.text[name.end - line.start : phrase.start - line.start]):
                return name
            break
    for name in names:
        if name.start >= phrase.end:
            between = line.text[phrase.end - line.start : name.start - line.start]
            if AFTER_SEAT.fullmatch(between) or WITH_POST.fullmatch(between):
                return name
            break
    return _any_name_beside(line, phrase)


def _any_name_beside(line: Part, phrase: SeatPhrase) -> Name | None:
    """Give a name that is no Chinese one by its sound, just beside a seat: “Tenzin Dorje, a CPPCC member, …”."""
    start, end = phrase.start - line.start, phrase.end - line.start
    for found in (ANY_BEFORE.search(line.text[max(0, start - 60) : start]), ANY_BEHIND.match(line.text, end)):
        if found and not NO_PERSON.search(found["name"]):
            place = found.start("name") + (
                max(0, start - 60) if found.end() <= 60 and found.string is not line.text else 0
            )
            return _at(line, place, found["name"])
    return None


def name_alone(line: Part, phrase: SeatPhrase, names: Sequence[Name]) -> Name | None:
    """Give the only name of the sentence, where it stands before the seat: “… it is her first year as deputy of …”."""
    sentence = next((each for each in line.sentences if each.start <= phrase.start < each.end), line)
    here = [name for name in names if sentence.start <= name.start < sentence.end]
    return here[0] if len(here) == 1 and here[0].start == sentence.start and here[0].end <= phrase.start else None


def name_beside_zh(line: Part, phrase: SeatPhrase, often: Often) -> Name | None:
    """Give the name in characters that stands behind a seat, with posts between at most, or before it."""
    text, end = line.text, phrase.end - line.start
    stop = CLAUSE_ENDS.search(text, end)
    posts = {found.end() for found in POST_ZH.finditer(text, end)}
    farthest = min(stop.start() if stop else len(text), end + FARTHEST_ZH)
    for place in sorted(range(end, farthest), key=lambda place: (place > end, place not in posts, place)):
        before = text[end:place]
        divided = not before or before[-1] in "、，, \u3000·"
        if not divided and place not in posts:
            continue
        name = han_name(text, place, SAID if before[-1:] in "，," else FOLLOWS)
        if not name and (place in posts or not before):
            name = often.name_at(text, place)
        name = name or _unknown_name(text, place, (3, 2, 4, 5, 6) if divided else (3, 2))
        if name and not POST_ZH.match(name):
            return _at(line, place, name)
    return _name_before_zh(line, phrase)


def _name_before_zh(line: Part, phrase: SeatPhrase) -> Name | None:
    """Give the name in characters before a seat, with a mark between: 张三（全国政协委员）."""
    before = line.text[: phrase.start - line.start]
    head = before.rstrip(" ，,（(、：:")
    for length in (3, 2, 4) if len(head) < len(before) else ():
        place = len(head) - length
        if place > 0 and re.match(HAN, head[place - 1]):
            continue
        if place >= 0 and (name := han_name(head, place, END)) and len(name) == length:
            return _at(line, place, name)
    return None


def _unknown_name(text: str, place: int, lengths: Sequence[int]) -> str:
    """Give characters that can only be a name, as many as may be: what comes behind says so."""
    for length in lengths:
        name = text[place : place + length]
        possible = len(name) == length and HAN_ONLY.fullmatch(name) and not NOT_IN_NAMES.search(name)
        if possible and ONLY_BEHIND_NAMES.match(text, place + length):
            return name
    return ""


def joint_names(line: Part, name: Name) -> Iterator[Name]:
    """Give who is named together with somebody: 张三、李四联名."""
    place = name.end - line.start
    while found := JOINS.match(line.text, place):
        other = han_name(line.text, found.end(), BEHIND_JOINT)
        if not other:
            return
        yield _at(line, found.end(), other)
        place = found.end() + len(other)


def called(line: Part, rank: int) -> Name | None:
    """Give the name before 委员 or 代表 at `rank`, where it begins a line or a clause: 蔺伯谦委员建议."""
    text = line.text
    for length in (3, 2, 4):
        place = rank - length
        within = place > 0 and re.match(HAN, text[place - 1])
        if place < 0 or (within and not POST_ZH.search(text[max(0, place - 5) : place])):
            continue
        name = han_name(text, place, CALLED)
        if len(name) == length and not NO_NAME.match(name):
            return _at(line, place, name)
    return None


def _at(line: Part, place: int, name: str) -> Name:
    return Name(name, line.start + place, line.start + place + len(name))
