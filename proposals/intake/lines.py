"""Lines: a text as lines and sentences, each with its place, and as it is compared: characters folded, one for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from people.characters import SIMPLIFIED
from people.language import IN_CHINESE

FULL_WIDTH = {
    code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
FOLDED = SIMPLIFIED | FULL_WIDTH | str.maketrans("％．’‘「」『』﹑︰", "%.''“”“”、：")
"""One character for one, so that places stay: simplified, not full width, quotation marks of one kind."""
LONGEST_LINE = 3_000
"""Characters of a line; a text without line breaks is cut into such pieces."""
ABBREVIATIONS = re.compile(
    r"(?:\b(?:Co|Ltd|LTD|Inc|Corp|Dr|Mr|Mrs|Ms|Prof|No|St|vs|approx|Art|Sec|Fig|U\.S|e\.g|i\.e|Jan|Feb|Mar|Apr|Jun"
    r"|Jul|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z])$"
)
"""What a full stop stands behind that ends no sentence."""
END = re.compile(r"(?P<stop>[.!?]+)[\"”')\]]*(?=\s|[A-Z\"“(]|$)|[。！？!?]+[”’)）]*|…{1,2}(?=\s|$)")
NUMBER_ALONE = re.compile(r"\s*\(?(?:[\d.]+|[IVX]{1,4}|[A-Ha-h])\s*")
MARK = re.compile(
    r"\s*(?P<mark>(?:[（(]\s*(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[)）]|[一二三四五六七八九十]{1,3}\s*[、．.]"
    r"|第?[一二三四五六七八九十]{1,3}(?:是(?:要)?|条|点|项|[，,：:])|建议[一二三四五六七八九十]\s*[：:]"
    r"|其[一二三四五六七八][，,：:]|[一二三四五六七八]要(?=[\u4e00-\u9fff])"
    r"|\d{1,2}\s*[.、．)）:：](?!\d)|\(?(?:[IVX]{1,4}|[a-h])\s*[.)]\s|\([IVX]{1,4}\)|\(?[a-h]\)|[①-⑳❶-❿]"
    r"|\d{1,2}(?=\s+[A-Z\"])"
    r"|(?:First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|One|Two|Three|Four|Five)(?:ly)?"
    r"\s*(?:,|:|is(?: to)?\b|of all,)|(?:Firstly|Secondly|Thirdly|Finally|Lastly),?"
    r"|(?:The )?(?:first|second|third|fourth|fifth|sixth)"
    r"(?: (?:point|suggestion|aspect|proposal|measure|recommendation))? is(?: to)?"
    r"|(?:首先|其次|再次|最后)[，,是]|[-*•·●▪])\s*)"
)
"""What stands before a point of a list."""


@dataclass(frozen=True)
class Part:
    """A line, a sentence or a part of one, without the blanks around it."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Give where it ends."""
        return self.start + len(self.text)

    def part(self, start: int, end: int) -> Part:
        """Give what stands between two places, counted within this part, without the blanks around it."""
        piece = self.text[start:end]
        bare = piece.strip()
        return Part(bare, self.start + start + len(piece) - len(piece.lstrip()))

    @property
    def chinese(self) -> bool:
        """Tell whether it is written in Chinese."""
        return bool(IN_CHINESE.search(self.text))

    @cached_property
    def mark(self) -> str:
        """Give the mark of a list that it begins with."""
        found = MARK.match(self.text)
        return found["mark"].strip() if found else ""

    @cached_property
    def unmarked(self) -> Part:
        """Give it without that mark."""
        found = MARK.match(self.text)
        return self.part(found.end(), len(self.text)) if found else self

    @cached_property
    def sentences(self) -> list[Part]:
        """Cut it into sentences, each with its stop."""
        found, begun = [], 0
        for end in END.finditer(self.text):
            before = self.text[begun : end.start()]
            if end["stop"] == "." and (ABBREVIATIONS.search(before) or NUMBER_ALONE.fullmatch(before)):
                continue
            if end["stop"] and _inside(self.text, end):
                continue
            found.append(self.part(begun, end.end()))
            begun = end.end()
        found.append(self.part(begun, len(self.text)))
        return [each for each in found if each.text]


def _inside(text: str, end: re.Match[str]) -> bool:
    """Tell whether a stop stands within a number or an address: 13.5, example.org."""
    before, after = text[max(0, end.start() - 1) : end.start()], text[end.end() : end.end() + 1]
    return end["stop"] == "." and before.isdigit() and after.isdigit()


def folded(text: str) -> str:
    """Give a text as it is compared; every character keeps its place."""
    return text.translate(FOLDED)


def lines_of(text: str) -> list[Part]:
    """Cut a folded text into its lines; one that is longer than any paragraph is cut between sentences."""
    found: list[Part] = []
    place = 0
    for line in text.split("\n"):
        found += _shorter(Part(line, place).part(0, len(line)))
        place += len(line) + 1
    return [line for line in found if line.text]


def _shorter(line: Part) -> Iterator[Part]:
    begun = 0
    while len(line.text) - begun > LONGEST_LINE:
        window = line.text[begun : begun + LONGEST_LINE]
        ends = [end.end() for end in END.finditer(window)] or [window.rfind(" ") + 1 or len(window)]
        end = begun + (ends[-1] or len(window))
        yield line.part(begun, end)
        begun = end
    yield line.part(begun, len(line.text))
