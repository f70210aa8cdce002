"""Pieces: a sentence cut where something new may begin, and the actions that are put together from the pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from proposals.intake.lines import Part

LONGEST_QUOTED = 40
"""Characters between quotation marks that are a name or a saying, and are not cut."""


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence, and the mark or blank before it: "" at the beginning."""

    part: Part
    cut: str


def pieces(sentence: Part, cuts: re.Pattern[str]) -> Iterator[Piece]:
    """Cut a sentence; not within brackets, nor within a few words in quotation marks."""
    begun, cut = 0, ""
    for found in cuts.finditer(sentence.text):
        if _in_brackets(sentence.text, found.start()) or _in_quotation(sentence.text, found.start()):
            continue
        if (part := sentence.part(begun, found.start())).text:
            yield Piece(part, cut)
        begun, cut = found.end(), found[0].strip() or " "
    if (part := sentence.part(begun, len(sentence.text))).text:
        yield Piece(part, cut)


def _in_brackets(text: str, place: int) -> bool:
    opened, closed = (sum(text.count(mark, 0, place) for mark in marks) for marks in ("(（", ")）"))
    return opened > closed


def _in_quotation(text: str, place: int) -> bool:
    straight = text.rfind('"', 0, place) if text.count('"', 0, place) % 2 else -1
    begun = max(text.rfind("“", 0, place), straight)
    ended = min((found for mark in '”"' if (found := text.find(mark, place)) >= 0), default=-1)
    return begun > text.rfind("”", 0, place) and 0 <= ended - begun <= LONGEST_QUOTED


class Actions:
    """The actions of a sentence: each begins with a piece, and grows by what belongs to it."""

    def __init__(self, sentence: Part) -> None:
        self._sentence = sentence
        self._purposive = False
        self.open: Part | None = None
        """The action that may still grow."""
        self.closed: list[Part] = []

    def begin(self, part: Part) -> None:
        """Begin an action; the one before it is complete."""
        self.close()
        self.open, self._purposive = part, False

    def grow(self, part: Part) -> None:
        """Let the open action go on to the end of a piece, whatever it is."""
        self.open = self.joined(self.open, part) if self.open else part

    def go_on(self, part: Part, *, purpose: bool) -> None:
        """Let the open action go on with a piece, up to the first that only says what it is for."""
        self._purposive = self._purposive or purpose
        if self.open is not None and not self._purposive:
            self.grow(part)

    def close(self) -> None:
        """Complete the open action."""
        if self.open is not None:
            self.closed.append(self.open)
        self.open = None

    def joined(self, one: Part, other: Part) -> Part:
        """Give the part of the sentence from one piece to another."""
        return self._sentence.part(one.start - self._sentence.start, other.end - self._sentence.start)
