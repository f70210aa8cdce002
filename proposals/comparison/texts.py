"""What stands in a comparison's cells, for every rendering: lines, made of pieces of the record and words between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from people.language import in_language, in_other_language


@dataclass(frozen=True)
class Part:
    """A piece of the record: its text, its language's tag where that is not the page's, and where it leads."""

    text: str
    language: str = ""
    address: str = ""


@dataclass(frozen=True)
class Line:
    """Pieces of the record, with words between them; `kind` says what it is: "also", "facts", "note", "none" or ""."""

    parts: tuple[Part | str, ...]
    kind: str = ""

    @property
    def text(self) -> str:
        """The line without languages and links."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def address(self) -> str:
        """Where the first link leads; "" where there is none."""
        return next((part.address for part in self.parts if isinstance(part, Part) and part.address), "")


Cell = tuple[Line, ...]


def part(thing: Any, field: str = "name", *, linked: bool = False) -> Part:
    """Read `field` (`name` for `name_en`, `name_zh`) for the reader."""
    text, language = in_language(thing, field)
    return Part(text, language, thing.get_absolute_url() if linked else "")


def also(thing: Any, field: str = "name") -> tuple[Part, ...]:
    """Read `field` in the language that the page is not in, where both languages have a text and it is another."""
    text, language = in_other_language(thing, field)
    return (Part(text, language),) if text else ()


def given(thing: Any, field: str) -> tuple[Part, ...]:
    """Read `field` for the reader; nothing where it is empty in both languages."""
    read = part(thing, field)
    return (read,) if read.text else ()


def joined(parts: Iterable[Part | str], *, by: str = "") -> tuple[Part | str, ...]:
    """Put a separator between parts: `by`, or a comma as the reader's language has it."""
    between = by or _(", ")
    each: list[Part | str] = []
    for one in parts:
        each += [between, one] if each else [one]
    return tuple(each)


def words(text: str, kind: str = "") -> Cell:
    """Make a cell of one line, in words of our own."""
    return (Line((text,), kind),)
