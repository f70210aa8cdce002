"""Demands: which sentences of a passage ask for something, and the single actions they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from proposals.intake import chinese, english
from proposals.intake.actions import actions, trimmed
from proposals.intake.lines import Part
from proposals.intake.rules import CHINESE, ENGLISH, any_of
from proposals.intake.sections import Passage

LEAD_COVERED = 0.4
"""What share of its words a summing-up sentence must add to what follows to ask for something of its own."""
LONGEST_LEAD, LONGEST_LEAD_ZH = 60, 18
"""Characters of a sentence that only names what the rest of a point spells out."""
CREATES = re.compile(rf"{any_of(ENGLISH['creating'])}\b|{any_of(CHINESE['creating'])}", re.IGNORECASE)
"""What begins a sentence that asks for something of its own, however short: not what only names a field of work."""
LONGEST_HEAD, LONGEST_HEAD_ZH = 120, 36
"""Characters of the heading of a point."""
ENDS = re.compile("[.。；;!！?？,，]$")
NUMERALS_ZH = any_of(CHINESE["numerals"])
ANNOUNCED = re.compile(
    rf"\b{any_of(ENGLISH['numerals'])} (?:\w+ )?{any_of(ENGLISH['points'])}\b|{any_of(ENGLISH['announcements'])}",
    re.IGNORECASE,
)
"""“the following three suggestions”."""
ANNOUNCED_ZH = re.compile(
    rf"{NUMERALS_ZH}{any_of(CHINESE['counted'])}的?{any_of(CHINESE['points'])}|{any_of(CHINESE['announcements'])}"
)
TROUBLES = re.compile(rf"\b{any_of(ENGLISH['troubles'])}", re.IGNORECASE)
TROUBLES_ZH = re.compile(rf"(?:主要(?:有|存在|是)|存在){NUMERALS_ZH}?[^，。]{{0,8}}{any_of(CHINESE['troubles'])}")
SITUATION = re.compile(any_of(ENGLISH["situations"], CHINESE["situations"]), re.IGNORECASE)
STOP_WORDS = frozenset(ENGLISH["stop_words"])


@dataclass(frozen=True)
class Action:
    """A single action, with the mark of the list it stands in and how sure it is."""

    part: Part
    mark: str
    confidence: float


@dataclass
class _Sentence:
    part: Part
    mark: str
    asking: bool
    listed: bool
    found: list[Part]
    own: bool = False
    """Whether it has a mark of its own, within its line."""


def actions_of(passage: Passage) -> list[Action]:
    """Find the single actions that a passage asks for, in order."""
    found: list[Action] = []
    state = _State()
    lines = passage.lines
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else []
        read = [*state.read(line, following)]
        for sentence in _without_leads(read):
            sure = 0.5 + 0.2 * sentence.asking + 0.15 * sentence.listed + 0.1 * bool(sentence.mark)
            found += [Action(part, sentence.mark, round(min(sure, 0.95), 2)) for part in sentence.found]
    return found


class _State:
    """Goes through a passage, and remembers whether what was said last announces demands or problems."""

    def __init__(self) -> None:
        self.asking = False
        self.problems = False

    def read(self, line: list[Part], following: list[Part]) -> Iterator[_Sentence]:
        """Read the sentences of a line; those that only lead to a list, and headings of points, are left out."""
        mark = line[0].mark
        if self._heads(line, following) or self._leads(line[-1], following, marked=bool(mark)):
            return
        point = False
        for sentence in line:
            bare = sentence.unmarked
            self._announced(bare)
            if sentence.mark.startswith("建议"):
                self._expect()
            strong = bool(chinese.CUE.match(bare.text) if bare.chinese else english.STRONG.search(bare.text))
            marked = bool(sentence.mark)
            asking = (self.asking or marked) and not self.problems and not _explains(bare)
            point = point or (bool(mark) and asking and strong)
            found: list[Part] = []
            if strong or not self.problems:
                listed = self.asking and asking and marked
                asked = actions(bare, asking=asking, listed=listed, point=point)
                found = [part for part in map(trimmed, asked) if part]
                asking = asking or strong
            if found and strong:
                self._expect()
            yield _Sentence(bare, sentence.mark or mark, asking, bool(mark), found, marked)

    def _expect(self) -> None:
        """Note that demands follow."""
        self.asking, self.problems = True, False

    def _announced(self, sentence: Part) -> None:
        """Note where a sentence says that suggestions follow, or problems."""
        if (ANNOUNCED_ZH if sentence.chinese else ANNOUNCED).search(sentence.text):
            self._expect()
        elif (TROUBLES_ZH if sentence.chinese else TROUBLES).search(sentence.text):
            self.problems = True

    def _heads(self, line: list[Part], following: list[Part]) -> bool:
        """Tell whether a line is only the heading of what follows; remember whether of demands or problems."""
        text = line[0].unmarked.text
        short = len(line) == 1 and len(text) <= (LONGEST_HEAD_ZH if line[0].chinese else LONGEST_HEAD)
        if not short or ENDS.search(text) or not following:
            return False
        language = chinese if line[0].chinese else english
        asks = language.ANNOUNCING.search(text)
        if asks and not re.search("问题与?$", text):
            self._expect()
            return True
        if not asks and (language.PROBLEMS.search(text) or SITUATION.search(text)):
            self.problems = True
            return True
        return _kind_of(line[0].mark) != _kind_of(following[0].mark)

    def _leads(self, last: Part, following: list[Part], *, marked: bool) -> bool:
        """Tell whether a line leads to what follows it: demands or problems; remember which."""
        text = last.text
        ends = text.rstrip('”" ').endswith((":", "："))
        marks = bool(following and following[0].mark and not last.mark) and not marked
        listed = marks and not self.asking and not chinese.lists(text)
        if not following or not (ends or listed):
            return False
        language = chinese if last.chinese else english
        asks = language.ANNOUNCING.search(text)
        if language.PROBLEMS.search(text) and not asks:
            self.problems = self.problems or ends
            return ends
        necessary = (chinese.MODAL if last.chinese else english.NEEDING).search(text)
        if asks or (not self.problems and (ends or necessary)):
            self._expect()
            return True
        return ends


def _explains(sentence: Part) -> bool:
    """Tell whether a sentence tells how things are."""
    return bool((chinese if sentence.chinese else english).BACKGROUND.match(sentence.text))


def _kind_of(mark: str) -> str:
    """Give the kind of a mark: 1. and 2. are of one kind, 一、 and 二、 of another."""
    return re.sub("[一二三四五六七八九十]+", "一", re.sub(r"\d+|[IVX]+", "1", re.sub("[①-⑳]", "①", mark)))


def _without_leads(read: list[_Sentence]) -> list[_Sentence]:
    """Drop what the first sentence of a paragraph asks for where the rest spells it out."""
    if len(read) < 2 or not read[0].found:
        return read
    first, rest = read[0], [part for sentence in read[1:] for part in sentence.found]
    if not rest or english.STRONG.search(first.part.text) or chinese.CUE.match(first.part.text):
        return read
    if (
        first.mark
        and not read[1].own
        and not CREATES.match(first.part.text)
        and len(first.part.text) <= (LONGEST_LEAD_ZH if first.part.chinese else LONGEST_LEAD)
    ):
        first.found = []
        return read
    said = set().union(*(_words(sentence.part.text) for sentence in read[1:]))
    first.found = [
        part for part in first.found if len(_words(part.text) - said) > LEAD_COVERED * len(_words(part.text))
    ]
    return read


def _words(text: str) -> set[str]:
    """Give the words of a text by which it is compared: stems, or pairs of characters."""
    han = re.findall("[\u4e00-\u9fff]", text)
    if han:
        return {one + other for one, other in pairwise(han)}
    return {
        word[:4] for word in re.findall("[a-z]+", text.casefold()) if word not in STOP_WORDS and not word.endswith("ly")
    }
