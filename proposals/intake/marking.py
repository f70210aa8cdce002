"""Marking: an article's text cut into paragraphs, and those where a suggestion begins or ends, overlapping or not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

LINE = re.compile(r"[^\n]*\S[^\n]*")


@dataclass(frozen=True)
class Mark:
    """A passage, from `start` up to `end`, and the suggestion it stands for: its sort, and the key of its form."""

    start: int
    end: int
    sort: str
    key: str
    label: str = ""


@dataclass
class Piece:
    """Text to which the same marks apply."""

    text: str
    start: int
    marks: Sequence[Mark] = ()
    begins: list[Mark] = field(default_factory=list)
    """Marks of which it is the first piece."""

    @property
    def mark(self) -> Mark | None:
        """The innermost mark, to whose form the piece leads."""
        return min(self.marks, key=lambda mark: mark.end - mark.start, default=None)

    @property
    def sorts(self) -> str:
        """The sorts of all its marks, for the style sheet."""
        return " ".join(sorted({mark.sort for mark in self.marks}))

    @property
    def keys(self) -> str:
        """The keys of all its marks."""
        return " ".join(dict.fromkeys(mark.key for mark in self.marks))


@dataclass
class Paragraph:
    """A line of the text: its number among those that are read, or why it is not."""

    number: int
    start: int
    pieces: list[Piece]
    why: str = ""


def numbered(text: str, left_out: Iterable[Mapping[str, object]]) -> list[tuple[int, int, int, str]]:
    """Give each line that is not empty: start, end, its number, and why it is left out ("" where it is not)."""
    spans = [(_whole(each["start"]), _whole(each["end"]), str(each["why"])) for each in left_out]
    found, number = [], 0
    for line in LINE.finditer(text):
        middle = (line.start() + line.end()) // 2
        why = next((why for start, end, why in spans if start <= middle < end), "")
        number += not why
        found.append((line.start(), line.end(), 0 if why else number, why))
    return found


def _whole(value: object) -> int:
    return int(str(value))


def paragraphs(text: str, marks: Iterable[Mark], left_out: Iterable[Mapping[str, object]]) -> list[Paragraph]:
    """Cut `text` into its lines, and these wherever a mark begins or ends."""
    waiting = sorted((mark for mark in marks if 0 <= mark.start < mark.end <= len(text)), key=lambda mark: mark.start)
    cuts = sorted({place for mark in waiting for place in (mark.start, mark.end)})
    found, active, begun, cut = [], list[Mark](), set[Mark](), 0
    for start, end, number, why in numbered(text, left_out):
        pieces = []
        while cut < len(cuts) and cuts[cut] <= start:
            cut += 1
        inner = cut
        while inner < len(cuts) and cuts[inner] < end:
            inner += 1
        places = [start, *cuts[cut:inner], end]
        for left, right in pairwise(places):
            while waiting and waiting[0].start <= left:
                active.append(waiting.pop(0))
            active = [mark for mark in active if mark.end > left]
            piece = Piece(text[left:right], left, tuple(active), [mark for mark in active if mark not in begun])
            begun |= {*piece.begins}
            pieces.append(piece)
        found.append(Paragraph(number, start, pieces, why))
    return found


def passage(text: str, left_out: Iterable[Mapping[str, object]], places: Iterable[Sequence[int]]) -> tuple[int, int]:
    """Give the numbers of the first and the last paragraph that `places` touch; zeros where they touch none."""
    spans = [(place[0], place[1]) for place in places]
    touched = [
        number
        for start, end, number, _why in numbered(text, left_out)
        if number and any(left < end and start < right for left, right in spans)
    ]
    return (touched[0], touched[-1]) if touched else (0, 0)


def located(text: str, words: str, start: int | None = None) -> tuple[int, int] | None:
    """Find a passage by its words, whatever white space is between them; where it stands twice, nearest to `start`."""
    parts = words.split()
    if not parts:
        return None
    pattern = re.compile(r"\s*".join(re.escape(part) for part in parts))
    spans = [found.span() for found in pattern.finditer(text)]
    return min(spans, key=lambda span: abs(span[0] - (start or 0)), default=None)
