"""Editing: the suggestions of an article as an analyst corrects them, kept as they are typed.

A section is a dictionary: its `key`, its `state`, its `places` (pairs of start and end in the text), what `SECTION`
names as it is typed, and the lists `people`, `demands` and `figures`, whose items have the same: a key, places and what
`FIELDS` names. Keys stay for ever, so that a form that was opened earlier still speaks of the same thing. Names of
topics, regions, agencies and sessions are typed, divided by semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any
from zlib import crc32

from people.language import CHINESE, language_of
from people.models.bodies import BodySystem
from proposals.models import Intake, Proposal
from proposals.models.intakes import LEFT_OUT, OPEN
from proposals.sheets.romanising import romanised

Item = dict[str, Any]
SECTION = ("title", "kind", "session", "system", "region", "term", "ordinal", "year", "topics", "regions", "summary")
FIELDS = {
    "people": ("who", "other", "name_en", "name_zh", "spellings", "role", "employer", "post"),
    "demands": ("text", "agencies", "topics"),
    "figures": ("value", "unit", "as_of", "what"),
}
LETTERS = {"people": "p", "demands": "d", "figures": "f"}
TICKED = {"people": ("add_spellings", "add_role", "add_employer"), "demands": ("keep",), "figures": ("keep",)}
TICKS = {"take", *chain.from_iterable(TICKED.values())}
MOST = {"people": 40, "demands": 300, "figures": 100}
"""Of one section so many are shown: more stand in no proposal."""
LONGEST = 5_000
ROOM = {"value": 40, "unit": 40, "as_of": 10, "what": 200}
"""Characters of a figure that the record has room for in either language: what is found is cut, what is typed told."""
LONGEST_POST = 120
LONGEST_GAP = 200
"""So many characters may stand between two demands that are made one as the article has them."""
UNSURE = 0.6
"""What is less sure than that is marked for a second look."""
NEW, OTHER, ORGANISATION, NOBODY = "+", "=", "*", "!"
"""Who is meant by a name, where it is none of the candidates; no slug is one of these."""
DIVIDER, DIVIDERS = "; ", re.compile("[;；]")


def new_section(key: str, places: list[list[int]]) -> Item:
    """Make a section that says nothing yet."""
    blank = dict.fromkeys(SECTION, "") | {"kind": Proposal.Kind.PROPOSAL.value, "system": BodySystem.CPPCC.value}
    lists: Item = {name: [] for name in FIELDS}
    return {
        "key": key,
        "state": OPEN,
        "proposal": None,
        "take": True,
        "places": places,
        "title_at": [],
        **blank,
        **lists,
    }


def _named(name: str) -> Item:
    """Give the two names of a new delegate, as printed; a Chinese one is spelled by its sound too."""
    if language_of(name) == CHINESE:
        return {"name_en": romanised(name), "name_zh": name}
    return {"name_en": name, "name_zh": ""}


def new_person(key: str, name: str, places: list[list[int]]) -> Item:
    """Make a delegate of a name; who is meant must be chosen where somebody of the record may be."""
    item = {
        "key": key,
        "places": places,
        "candidates": [],
        "sure": 1.0,
        "spelt_at": [],
        "same": "",
        **dict.fromkeys(TICKED["people"], False),
        **dict.fromkeys(FIELDS["people"], ""),
    }
    return {**item, **_named(name), "spellings": name}


def new_demand(key: str, text: str, places: list[list[int]]) -> Item:
    """Make a demand; `printed` is the text as the article has it."""
    return {
        "key": key,
        "keep": True,
        "places": places,
        "sure": 1.0,
        "printed": text,
        "text": text,
        "agencies": "",
        "topics": "",
    }


def new_figure(key: str, places: list[list[int]], **said: str) -> Item:
    """Make a figure of what is `said`: value, unit, as of, what."""
    return {"key": key, "keep": True, "places": places, "sure": 1.0, **dict.fromkeys(FIELDS["figures"], ""), **said}


def free_key(section: Item, name: str) -> str:
    """Give a key for one more of the `people`, `demands` or `figures` of a section."""
    taken = {item["key"] for item in section[name]}
    keys = (f"{section['key']}{LETTERS[name]}{number}" for number in count(section.setdefault(f"last_{name}", 0) + 1))
    key = next(key for key in keys if key not in taken)
    section[f"last_{name}"] = int(key.rpartition(LETTERS[name])[2])
    return key


def items(section: Item) -> Iterator[tuple[str, Item]]:
    """Give all that a section is made of, each with the name of its list."""
    return ((name, item) for name in FIELDS for item in section[name])


def find(sections: Iterable[Item], key: str) -> tuple[Item, str, Item] | None:
    """Find what has a key: its section, the name of its list ("" for the section itself), and itself."""
    for section in sections:
        if section["key"] == key:
            return section, "", section
        for name, item in items(section):
            if item["key"] == key:
                return section, name, item
    return None


def opened(sections: Iterable[Item], shown: Iterable[str]) -> dict[str, str]:
    """Give a sum of the value of each field of the sections that are `shown`, as `take_in` asks for them."""
    wanted, sums = {*shown}, dict[str, str]()
    for section in sections:
        if section["key"] in wanted and section["state"] == OPEN:
            for item, fields, ticks in _fields(section):
                sums |= {f"{item['key']}-{field}": digest(item[field]) for field in fields}
                sums |= {f"{item['key']}-{tick}": digest("on" if item.get(tick) else "") for tick in ticks}
    return sums


def _fields(section: Item) -> Iterator[tuple[Item, Sequence[str], Sequence[str]]]:
    yield section, SECTION, ("take",)
    for name, item in items(section):
        yield item, FIELDS[name], TICKED[name]


def cleaned(value: str) -> str:
    """Give what is kept of what was typed."""
    return value.replace("\x00", "").replace("\r\n", "\n")[:LONGEST]


def digest(value: str) -> str:
    """Give a sum by which a value is told from another."""
    return f"{crc32(cleaned(value).encode()):x}"


def take_in(
    sections: Iterable[Item], shown: Iterable[str], typed: Mapping[str, str], before: Mapping[str, str] | None = None
) -> list[str]:
    """Take over what was typed into the forms of the sections that were `shown`; fields are named `key-field`.

    Where something was saved after the forms were opened, `before` are the sums of what stood in them: what was not
    touched here stays as it was saved; what both changed is taken, and what was saved is kept in `theirs` of its item.
    Gives what was typed into fields that are not there any more.
    """
    wanted, there = {*shown}, set[str]()
    for section in sections:
        if section["key"] not in wanted or section["state"] != OPEN:
            continue
        for item, fields, ticks in _fields(section):
            names = [f"{item['key']}-{field}" for field in fields]
            there |= {*names}
            if item is section or any(name in typed for name in names):
                _take(item, fields, typed, before)
                _tick(item, ticks, typed, before)
                if "same" in item:
                    item["same"] = item["who"] if f"{item['key']}-same-{item['who']}" in typed else ""
    gone = [name for name in (before or {}) if name not in there and name.partition("-")[2] not in TICKS]
    return [typed[name] for name in gone if typed.get(name) and digest(typed[name]) != (before or {})[name]]


def _take(item: Item, fields: Iterable[str], typed: Mapping[str, str], before: Mapping[str, str] | None) -> None:
    for field in fields:
        name = f"{item['key']}-{field}"
        value = cleaned(typed[name]) if name in typed else item[field]
        if value == item[field] or (before is not None and before.get(name) == digest(value)):
            continue
        if before is not None and before.get(name) != digest(item[field]):
            item.setdefault("theirs", {})[field] = item[field]
        item[field] = value


def _tick(item: Item, ticks: Iterable[str], typed: Mapping[str, str], before: Mapping[str, str] | None) -> None:
    for tick in ticks:
        name = f"{item['key']}-{tick}"
        if before is None or before.get(name) == digest("on" if item.get(tick) else ""):
            item[tick] = name in typed


def decide(item: Item, field: str, *, theirs: bool) -> None:
    """Decide between two texts of a field that two people changed."""
    other = item.get("theirs", {}).pop(field, None)
    if theirs and other is not None:
        item[field] = other


def merge(section: Item, key: str, article: str = "") -> str:
    """Make one of a demand and the next one; give the key of what is left.

    Where both are as printed, it is all that the `article` has from the first one's start to the second one's end.
    """
    demands = section["demands"]
    place = next((place for place, one in enumerate(demands) if one["key"] == key), len(demands))
    if place + 1 >= len(demands):
        return key
    if demands[place].get("theirs") or demands[place + 1].get("theirs"):
        return key
    one, other = demands[place], demands.pop(place + 1)
    printed = _from_to(one, other, article)
    gap = "" if language_of(one["text"][-1:]) == CHINESE or one["text"].endswith(("。", "；", "，")) else " "
    for field in ("text", "printed"):
        one[field] = gap.join(filter(None, (one[field].strip(), other[field].strip())))
    for field in ("agencies", "topics"):
        parts = [part.strip() for part in DIVIDERS.split(f"{one[field]};{other[field]}")]
        one[field] = DIVIDER.join(dict.fromkeys(filter(None, parts)))
    one["places"] = [*one["places"], *other["places"]]
    if printed:
        (start, _end), *_between, (_start, end) = one["places"]
        one |= {"text": printed, "printed": printed, "places": [[start, end]]}
    one["keep"] = one["keep"] or other["keep"]
    return key


def _from_to(one: Item, other: Item, article: str) -> str:
    """Give the article's words from one demand to another, where both are as printed and the passage is no long one."""
    if any(item["text"] != item["printed"] or not item["places"] for item in (one, other)):
        return ""
    start, end = one["places"][0][0], other["places"][-1][1]
    words = " ".join(article[start:end].split()) if one["places"][-1][1] <= other["places"][0][0] else ""
    return words if len(words) <= len(one["text"]) + len(other["text"]) + LONGEST_GAP else ""


def split(section: Item, key: str, at: int | None = None) -> str:
    """Make two of a demand: `at` a place in its text, else at its line breaks, else after its first sentence."""
    place, one = next(((place, one) for place, one in enumerate(section["demands"]) if one["key"] == key), (0, None))
    parts = _parts(one["text"], at) if one else []
    if one is None or one.get("theirs") or len(parts) < 2 or len(section["demands"]) + len(parts) > MOST["demands"] + 1:
        return key
    made = [{**one, "text": part, "printed": part if part in one["printed"] else ""} for part in parts]
    for each, part in zip(made, parts, strict=True):
        each["places"] = _within(one, part)
    for each in made[1:]:
        each["key"] = free_key(section, "demands")
    section["demands"][place : place + 1] = made
    return str(made[1]["key"])


def _parts(text: str, at: int | None) -> list[str]:
    if at is not None and text[:at].strip() and text[at:].strip():
        parts = [text[:at], text[at:]]
    else:
        parts = text.splitlines()
        if len([part for part in parts if part.strip()]) < 2:
            parts = re.split(r"(?<=[。；;！？])|(?<=[.!?])\s+", text.strip(), maxsplit=1)
    return [part.strip(" \n;；,，") for part in parts if part.strip(" \n;；,，")]


def _within(one: Item, part: str) -> list[list[int]]:
    """Give the place of a part of a demand, where the demand stands as printed in one place; else that of the whole."""
    if len(one["places"]) == 1 and part in one["printed"]:
        [(start, end)] = one["places"]
        left = one["printed"].find(part)
        if end - start == len(one["printed"]):
            return [[start + left, start + left + len(part)]]
    return [*one["places"]]


def insert(section: Item, name: str, item: Item) -> None:
    """Put one more into a section where it stands in the text; what has no place comes last."""
    start = item["places"][0][0] if item["places"] else None
    rows: Sequence[Item] = section[name]
    later = (
        place for place, row in enumerate(rows) if start is not None and row["places"] and row["places"][0][0] > start
    )
    section[name].insert(next(later, len(rows)), item)


def add_section(intake: Intake, title: str = "", place: list[int] | None = None) -> Item:
    """Add a section, where it stands in the text or at the end; what is open before it lends it its session."""
    numbers = [int(section["key"][1:]) for section in intake.sections]
    section = new_section(f"s{max(numbers, default=0) + 1}", [place] if place else [])
    if intake.sections:
        last = intake.sections[-1]
        section |= {name: last[name] for name in ("kind", "session", "system", "region", "term", "ordinal", "year")}
    section |= {"title": title, "title_at": [place] if place else []}
    insert({"sections": intake.sections}, "sections", section)
    return section


def leave_out(section: Item, *, out: bool) -> None:
    """Decide that a section becomes no draft, or take that back."""
    section["state"] = LEFT_OUT if out else OPEN


def at(intake: Intake, start: int) -> Item | None:
    """Give the open section in which a place of the text lies, or the last one that begins before it."""
    before = [one for one in intake.sections if one["state"] == OPEN and one["places"] and one["places"][0][0] <= start]
    return max(before, key=lambda one: one["places"][0][0], default=next(iter(intake.open_sections), None))


def mark_title(section: Item, words: str, place: list[int]) -> str:
    """Take a passage for the title."""
    section |= {"title": words, "title_at": [place]}
    return str(section["key"])


def mark_name(section: Item, words: str, place: list[int]) -> str:
    """Take a passage for the name of one more delegate."""
    person = new_person(free_key(section, "people"), words, [place])
    section["people"].append(person)
    return str(person["key"])


def mark_spelling(section: Item, words: str, place: list[int]) -> str:
    """Take a passage for another spelling of the delegate, the first where there are several."""
    if not section["people"]:
        return mark_name(section, words, place)
    person = section["people"][0]
    person["spellings"] = DIVIDER.join(filter(None, (person["spellings"], words)))
    person["spelt_at"] = [*person.get("spelt_at", []), place]
    return str(person["key"])


def mark_demand(section: Item, words: str, place: list[int]) -> str:
    """Take a passage for a demand."""
    demand = new_demand(free_key(section, "demands"), words, [place])
    insert(section, "demands", demand)
    return str(demand["key"])


NUMBER = re.compile(r"(?P<value>\d[\d,.]*\d|\d)\s*(?P<unit>%|[^\s，。,.;；()（）]*)")


def mark_figure(section: Item, words: str, place: list[int]) -> str:
    """Take a passage for a figure: its first number, and what follows that."""
    found = NUMBER.search(words)
    said = {"value": found["value"].replace(",", "").rstrip("."), "unit": found["unit"]} if found else {}
    figure = new_figure(free_key(section, "figures"), [place], what=words[: ROOM["what"]], **said)
    insert(section, "figures", figure)
    return str(figure["key"])


MARKED: dict[str, Callable[[Item, str, list[int]], str]] = {
    "demand": mark_demand,
    "figure": mark_figure,
    "title": mark_title,
    "name": mark_name,
    "spelling": mark_spelling,
}


def do_not_read(intake: Intake, place: list[int]) -> None:
    """Leave a passage out, and untick what was found in it alone."""
    start, end = place
    intake.left_out = [*intake.left_out, {"why": "analyst", "start": start, "end": end}]
    for item in chain.from_iterable([*one["demands"], *one["figures"]] for one in intake.open_sections):
        if item["places"] and all(start <= left and right <= end for left, right in item["places"]):
            item["keep"] = False
