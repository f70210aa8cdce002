"""Suggestions: what an article seems to say, as a tree; each thing with its place in the text and how sure it is.

Places are characters of `Article.text`, from `start` up to `end`; confidence goes from 0 to 1. Topics and agencies are
meant by slug, regions by ISO 3166-2 code where they have one (“CN-SH”) or else by slug; dates are partial (`2024-03`),
"" where unknown.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Found:
    """Something found: what it is taken for (`value`), and the passage it was found in."""

    value: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True)
class LeftOut:
    """A passage that is not read, and why: a key of `furniture.REASONS`."""

    why: str
    start: int
    end: int


@dataclass(frozen=True)
class Figure:
    """A number that is quoted: as printed without separators, its unit as printed, and the sentence it stands in."""

    value: str
    unit: str
    as_of: str
    what: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True)
class Demand:
    """One single action that is asked for; `mark` is the number before it, if any."""

    text: str
    start: int
    end: int
    confidence: float
    mark: str = ""
    addressees: tuple[Found, ...] = ()
    topics: tuple[Found, ...] = ()
    regions: tuple[Found, ...] = ()


@dataclass(frozen=True)
class Seat:
    """Where somebody sits: `system` and `level` as in `Body`, `role` as in `Membership`, the region of the body."""

    system: str
    level: str
    region: str
    role: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True)
class Candidate:
    """A delegate of the record who may be meant; `certain` only where name, body and term leave no other."""

    slug: str
    name: str
    certain: bool
    why: str
    """A key of `matching.REASONS`."""


@dataclass(frozen=True)
class Person:
    """A delegate as the article has it: the name in the heading, every spelling, seat, post, and who may be meant."""

    name: Found
    spellings: tuple[Found, ...] = ()
    seat: Seat | None = None
    employer: Found | None = None
    post: Found | None = None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class Section:
    """What the article tells of one proposal: one draft."""

    start: int
    end: int
    people: tuple[Person, ...] = ()
    title: Found | None = None
    kind: str = ""
    year: int = 0
    session: str = ""
    """The session's slug, "" where the record has none of that body and year."""
    term: int = 0
    ordinal: int = 0
    """The session's numbers (届, 次) as the article has them, 0 where it does not say."""
    demands: tuple[Demand, ...] = ()
    figures: tuple[Figure, ...] = ()
    topics: tuple[Found, ...] = ()
    regions: tuple[Found, ...] = ()


@dataclass(frozen=True)
class Article:
    """A text and all that was found in it."""

    text: str
    language: str
    title: Found | None = None
    outlet: Found | None = None
    date: Found | None = None
    sections: tuple[Section, ...] = ()
    left_out: tuple[LeftOut, ...] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain lists and dictionaries, for `json.dumps`."""
        return asdict(self)
