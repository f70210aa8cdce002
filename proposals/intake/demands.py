"""Demands: which sentences of a passage ask for something, and the single actions they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from proposals.intake import chinese, english
from proposals.intake.actions import actions, trimmed
from proposals.intake.lines import Part
from proposals.intake.sections import Passage

LEAD_COVERED = 0.5
"""What share of its words a summing-up sentence must add to what follows to ask for something of its own."""
LONGEST_LEAD = 60
STOP_WORDS = frozenset("the a an of and or to in on for with by from as at is are be that this it its their our will we should must further".split())


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
        """Read the sentences of a line; those that only lead to a list are left out."""
        mark = line[0].mark
        leading = self._leads(line[-1], following)
        here = self.asking
        for index, sentence in enumerate(line):
            bare = sentence.unmarked
            if leading:
                continue
            if not index and not mark:
                self._announced(sentence)
            asking = (self.asking or here) and not self.problems
            if self._explains(bare):
                asking = False
            kept = [part for part in map(trimmed, actions(bare, asking=asking)) if part]
            strong = english.STRONG.search(bare.text) or chinese.CUE.match(bare.text)
            if kept and strong and not mark:
                here = True
            elif not mark and not kept and not bare.chinese:
                here = self.asking
            yield _Sentence(bare, mark, bool(strong or asking), self.asking, [] if self.problems and not strong else kept)

    def _announced(self, sentence: Part) -> None:
        text = sentence.text
        if re.search(r"(?:following|as follows|these|three|four|five|several|specific) (?:\w+ )?(?:points|suggestions?|recommendations?|proposals?|aspects|measures)", text, re.I) or re.search("[几一二两三四五六七八九](?:点|方面|条|个方面|项)(?:建议|意见|对策|措施)|建议概括起来|具体建议|建议如下", text):
            self.asking, self.problems = True, False

    def _leads(self, last: Part, following: list[Part]) -> bool:
        """Tell whether a line leads to what follows it: demands or problems; remember which."""
        text = last.text
        chinese_text = last.chinese
        ends = text.rstrip("”\" ").endswith((":", "："))
        listed = bool(following and following[0].mark)
        if not ends and not (listed and not last.mark):
            return False
        asks = (chinese.ASKING if chinese_text else english.ASKING).search(text)
        necessary = english.CUES.search(text) if not chinese_text else chinese.MODAL.search(text)
        troubles = (chinese.PROBLEMS if chinese_text else english.PROBLEMS).search(text)
        if asks or (necessary and (ends or listed)):
            self.asking, self.problems = True, bool(troubles and not asks)
            return ends or not last.mark
        if troubles:
            self.problems = True
            return ends
        return False

    def _explains(self, sentence: Part) -> bool:
        """Tell whether a sentence tells how things are."""
        return bool((chinese.BACKGROUND if sentence.chinese else english.BACKGROUND).match(sentence.text))


def _without_leads(read: list[_Sentence]) -> list[_Sentence]:
    """Drop what the first sentence of a paragraph asks for where the rest spells it out."""
    if len(read) < 2 or not read[0].found:
        return read
    first, rest = read[0], [part for sentence in read[1:] for part in sentence.found]
    if not rest or english.STRONG.search(first.part.text) or chinese.CUE.match(first.part.text):
        return read
    said = set().union(*(_words(part.text) for part in rest))
    first.found = [part for part in first.found if len(_words(part.text) - said) > LEAD_COVERED * len(_words(part.text))]
    return read


def _words(text: str) -> set[str]:
    """Give the words of a text by which it is compared: stems, or pairs of characters."""
    han = re.findall("[\u4e00-\u9fff]", text)
    if han:
        return {one + other for one, other in zip(han, han[1:], strict=False)}
    return {word[:5] for word in re.findall("[a-z]+", text.casefold()) if word not in STOP_WORDS}
