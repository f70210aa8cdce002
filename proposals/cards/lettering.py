"""Letters for pictures: the fonts, how wide a text is, where its lines break.

The fonts come with two packages: Noto Serif and Noto Sans SC, which have some 27,800 Chinese characters, those of rare
names among them, and Latin letters; and Noto Naskh and Noto Sans Arabic, in whose letters Uyghur and Kazakh names are
written. What neither has is drawn as an empty box.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pylopdf_fonts_ar
import pylopdf_fonts_zh_cn
from PIL import ImageDraw, ImageFont

ARABIC = "\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
HAN = "\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
OPENING, CLOSING = "（《〈“‘【〔「『", "，。、；：？！）》〉”’】〕」』…"
RUN = re.compile(f"[{ARABIC}]+(?: +[{ARABIC}]+)*")
TOKEN = re.compile(rf"[{OPENING}]*[{HAN}][{CLOSING}]*|[^\s{HAN}]+?(?=[{OPENING}]*[{HAN}]|\s|$)[{CLOSING}]*|\s+")
"""What stays on one line: a Chinese character with its punctuation, or a word."""
UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Marks that turn the direction of what follows, in a picture without telling anybody."""


def plain(text: str) -> str:
    """Give `text` on one line, without what is no letter and would be drawn as a box or turn others round."""
    seen = UNSEEN.sub("", " ".join(text.split()))
    return "".join(each for each in seen if unicodedata.category(each) not in ("Cc", "Cs", "Co", "Cn"))


@dataclass(frozen=True)
class Lettering:
    """A typeface at one size, in pixels: a file for Chinese and Latin letters, and one for Arabic ones."""

    size: int
    latin_and_han: Path
    arabic: Path

    @cached_property
    def _fonts(self) -> tuple[ImageFont.FreeTypeFont, ImageFont.FreeTypeFont]:
        return ImageFont.truetype(self.latin_and_han, self.size), ImageFont.truetype(self.arabic, self.size)

    def _runs(self, text: str) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
        """Yield the parts of a text, each with the font that has its letters."""
        here = 0
        for run in RUN.finditer(text):
            yield text[here : run.start()], self._fonts[0]
            yield run[0], self._fonts[1]
            here = run.end()
        yield text[here:], self._fonts[0]

    def width(self, text: str) -> float:
        """Measure a text on one line, in pixels."""
        return sum(font.getlength(run) for run, font in self._runs(text))

    def draw(self, on: ImageDraw.ImageDraw, at: tuple[float, float], text: str, colour: str) -> None:
        """Draw a text on one line that begins `at` a place on its base line."""
        x, y = at
        for run, font in self._runs(text):
            on.text((x, y), run, colour, font, anchor="ls")
            x += font.getlength(run)

    def shortened(self, text: str, width: float) -> str:
        """Give as much of a text as goes on one line, with an ellipsis where something is left out."""
        if self.width(text) <= width:
            return text
        return f"{text[: self._fitting(text, width - self.width('…'))].rstrip()}…"

    def lines(self, text: str, width: float) -> list[str]:
        """Break a text into lines: between words, between Chinese characters, and inside a word that is too long."""
        lines, line = [], ""
        for token in TOKEN.findall(text):
            if self.width(f"{line}{token}".rstrip()) <= width:
                line += token
                continue
            if line.strip():
                lines.append(line.rstrip())
            line = token.lstrip()
            while line and self.width(line) > width:
                end = max(1, self._fitting(line, width))
                lines.append(line[:end])
                line = line[end:]
        return [*lines, line.rstrip()] if line.strip() else lines

    def _fitting(self, text: str, width: float) -> int:
        """Find how many of the first characters go into `width`; none is parted from its accents."""
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.width(text[:middle]) <= width else (low, middle - 1)
        while 0 < low < len(text) and unicodedata.combining(text[low]):
            low -= 1
        return low


def serif(size: int) -> Lettering:
    """Give the letters of titles."""
    return Lettering(size, pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_ar.serif_path())


def sans(size: int) -> Lettering:
    """Give the letters of all else."""
    return Lettering(size, pylopdf_fonts_zh_cn.sans_path(), pylopdf_fonts_ar.sans_path())
