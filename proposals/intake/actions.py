"""Actions: a sentence that asks for something, cut into the single actions it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proposals.intake import chinese, english
from proposals.intake.chinese_actions import ChineseSentence
from proposals.intake.english_actions import EnglishSentence
from proposals.intake.lines import Part

SHORTEST, SHORTEST_ZH = 12, 4
"""Characters of an action."""
BEFORE = re.compile(r"[\"“'\s,;:]*(?:(?:and|also|then|to|or|that)\s+)*")


def actions(sentence: Part, *, asking: bool, listed: bool, point: bool) -> Iterator[Part]:
    """Give the single actions that a sentence asks for; `EnglishSentence` tells what the options mean."""
    if sentence.chinese:
        return ChineseSentence(sentence, asking=asking, listed=listed).actions()
    return EnglishSentence(sentence, asking=asking, listed=listed, point=point).actions()


def trimmed(action: Part) -> Part | None:
    """Give an action without the purpose behind it, marks and stops; nothing where too little is left."""
    if action.chinese:
        action = chinese.trimmed(action)
        return action if len(action.text) >= SHORTEST_ZH else None
    if purpose := english.PURPOSE.search(action.text):
        action = action.part(0, purpose.start())
    before = BEFORE.match(action.text)
    action = action.part(before.end() if before else 0, len(action.text.rstrip(" .,;:!\"”'")))
    return action if len(action.text) >= SHORTEST and " " in action.text else None
