"""Demands: which sentences of a passage ask for something, and the single actions they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from proposals.intake import chinese, english
from proposals.intake.actions import actions, trimmed
from proposals.intake.lines import Part
from proposals.intake.sections import Passage

LEAD_COVERED = 0.4
"""What share of its words a summing-up sentence must add to what follows to ask for something of its own."""
LONGEST_LEAD, LONGEST_LEAD_ZH = 60, 18
"""Characters of a sentence that only names what the rest of a point spells out."""
CREATES = re.compile(
    r"(?:establish|set up|create|build|formulate|enact|draft|introduce|found|launch)\b|制定|设立|成立|建立|出台|组建|建设|修订|起草|编制",
    re.IGNORECASE,
)
"""How a sentence begins that asks for something of its own, however short: not what only names a field of work."""
LONGEST_HEAD, LONGEST_HEAD_ZH = 120, 36
NUMERALS, NUMERALS_ZH = (
    "two|three|four|five|six|several|some|following|these|specific",
    "[几一二两三四五六七八九十]|以下|如下",
)
ANNOUNCED = re.compile(
    rf"\b(?:{NUMERALS}) (?:\w+ )?(?:points|suggestions?|recommendations?|proposals?|aspects|measures|requests|prescriptions|opinions|demands|things to do)\b"
    r"|\b(?:suggestions?|recommendations?|requests|demands) (?:is|are|follow\w*|as follows|include)|what (?:he|she) (?:proposes|wants|asks)|(?:appeal|request) is simple|put(?:s)? forward in the proposal",
    re.IGNORECASE,
)
ANNOUNCED_ZH = re.compile(
    f"(?:{NUMERALS_ZH})(?:点|方面|条|个方面|项|件事)(?:的)?(?:建议|意见|对策|措施|请求|事)|建议概括起来|具体建议|建议如下|如下建议|以下建议|最要紧的是|想法[是很]|几点想法|意见是|建议是|药方|提案(?:提出|聚焦|建议)|议案提出"
)
TROUBLES = re.compile(
    r"\b(?:problems?|challenges|difficulties|shortcomings) (?:are|is|as follows|mainly|include)|what is the problem",
    re.IGNORECASE,
)
TROUBLES_ZH = re.compile(f"(?:主要(?:有|存在|是)|存在)(?:{NUMERALS_ZH}|以下)?[^，。]{{0,8}}(?:问题|困难|短板|不足)")
STOP_WORDS = frozenset(
    "the a an of and or to in on for with by from as at is are be that this it its their our will we should must further strengthen improve enhance promote accelerate encourage support".split()
)


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
        for index, sentence in enumerate(line):
            bare = sentence.unmarked
            self._announced(bare)
            strong = chinese.CUE.match(bare.text) if bare.chinese else english.STRONG.search(bare.text)
            marked = bool(sentence.mark) or (bool(mark) and not index)
            if sentence.mark.startswith("建议"):
                self.asking, self.problems = True, False
            asking = (self.asking or marked) and not self.problems and not self._explains(bare)
            listed = self.asking and asking and marked
            point = point or (bool(mark) and asking and bool(strong))
            if self.problems and not strong:
                yield _Sentence(bare, mark, asking=False, listed=False, found=[])
                continue
            kept = [part for part in map(trimmed, actions(bare, asking=asking, listed=listed, point=point)) if part]
            if kept and strong:
                self.asking, self.problems = True, False
            yield _Sentence(bare, sentence.mark or mark, bool(strong or asking), bool(mark), kept, bool(sentence.mark))

    def _announced(self, sentence: Part) -> None:
        """Note where a sentence says that suggestions follow, or problems."""
        if (ANNOUNCED_ZH if sentence.chinese else ANNOUNCED).search(sentence.text):
            self.asking, self.problems = True, False
        elif (TROUBLES_ZH if sentence.chinese else TROUBLES).search(sentence.text):
            self.problems = True

    def _heads(self, line: list[Part], following: list[Part]) -> bool:
        """Tell whether a line is only the heading of what follows; remember whether of demands or problems."""
        text = line[0].unmarked.text
        chinese_text = line[0].chinese
        short = len(line) == 1 and len(text) <= (LONGEST_HEAD_ZH if chinese_text else LONGEST_HEAD)
        if not short or re.search("[.。；;!！?？,，]$", text) or not following:
            return False
        asks = (chinese.ASKING if chinese_text else english.ASKING).search(text)
        troubles = (chinese.PROBLEMS if chinese_text else english.PROBLEMS).search(text) or re.search(
            "背景|情况|概况|案由|意义|background|situation|overview", text, re.I
        )
        if asks and not re.search("问题与?$", text):
            self.asking, self.problems = True, False
            return True
        if troubles and not asks:
            self.problems = True
            return True
        return _kind_of(line[0].mark) != _kind_of(following[0].mark)

    def _leads(self, last: Part, following: list[Part], *, marked: bool) -> bool:
        """Tell whether a line leads to what follows it: demands or problems; remember which."""
        text = last.text
        ends = text.rstrip('”" ').endswith((":", "："))
        listed = (
            bool(following and following[0].mark)
            and not marked
            and not last.mark
            and not self.asking
            and not chinese.lists(text)
        )
        if not following or not (ends or listed):
            return False
        asks = (chinese.ASKING if last.chinese else english.ASKING).search(text)
        necessary = (chinese.MODAL if last.chinese else english.CUES).search(text)
        troubles = (chinese.PROBLEMS if last.chinese else english.PROBLEMS).search(text)
        if troubles and not asks:
            self.problems = self.problems or ends
            return ends
        if asks or (ends and not self.problems) or (necessary and not self.problems):
            self.asking, self.problems = True, False
            return True
        return ends

    def _explains(self, sentence: Part) -> bool:
        """Tell whether a sentence tells how things are."""
        return bool((chinese.BACKGROUND if sentence.chinese else english.BACKGROUND).match(sentence.text))


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
        return {one + other for one, other in zip(han, han[1:], strict=False)}
    return {
        word[:4] for word in re.findall("[a-z]+", text.casefold()) if word not in STOP_WORDS and not word.endswith("ly")
    }
