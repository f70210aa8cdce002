"""Pictures of what a query finds, as plain data: bars, a tile map of China, tables with shaded cells.

Each part has the number that the list shows after a click on it: what is chosen in the part's own facet gives way.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.language import CHINESE, reader_language
from proposals.catalogue import LABELS, Choice, Query, Vocabulary, tallies, tally_of_pairs
from proposals.catalogue.documents import CHOICES

SHADES, TILE = 5, 64
"""Steps of a colour, from the lightest, 0 being none; the breadth of a tile."""
MOST_BARS, MOST_YEARS = 12, 40
TILES = """
XJ .  .  .  .  .  .  HL
.  .  .  .  NM .  .  JL
.  .  GS NX .  BJ TJ LN
.  QH .  SN SX HE SD .
XZ .  SC .  HA AH JS SH
.  .  .  CQ HB JX ZJ .
.  .  YN GZ HN FJ TW .
.  .  .  GX GD HK .  .
.  .  .  .  HI MO .  .
"""
"""The 34 province-level divisions by the second half of their ISO 3166-2 codes, each about where it lies."""
CAPTIONS: dict[str, Promise] = {
    "year": _("Proposals by year"),
    "topic": _("Proposals by topic"),
    "region": _("Proposals by province"),
    "status": _("Share of status"),
    "delegate": _("Proposals by delegate"),
    "replied": _("Whether a reply is known"),
    "outcome": _("Outcomes of the replies known"),
}
PICTURES = ("year", "region", "topic", "status")


@dataclass(frozen=True)
class Part:
    """One part of a picture: what it stands for, how many that is, and the end of the address of those."""

    label: str
    language: str
    count: int
    url: str
    most: int
    """The count of the largest part."""
    total: int = 0
    """How many there are in all, where the parts are shares of that."""
    chosen: bool = False

    @property
    def width(self) -> str:
        """The length of its bar, of that of the longest."""
        return f"{100 * self.count / self.most:.1f}%" if self.most else "0%"

    @property
    def share(self) -> int | None:
        """How many in a hundred of all it has."""
        return round(100 * self.count / self.total) if self.total else None

    @property
    def shade(self) -> int:
        """The step of its colour: 0 where there is nothing, else 1 to `SHADES`."""
        return -(-SHADES * self.count // self.most) if self.most else 0


@dataclass(frozen=True)
class Bars:
    """Parts as bars, one below the other."""

    facet: str
    parts: list[Part]
    beside_choice: bool = False
    """Whether something is chosen in this facet, which these numbers leave out."""
    page: str = "proposals"
    """The list to which its parts lead, and what they count."""

    @property
    def caption(self) -> Promise:
        """What the picture shows."""
        return CAPTIONS[self.facet]

    @property
    def label(self) -> str | Promise:
        """What its parts are."""
        return LABELS[self.facet]


@dataclass(frozen=True)
class Tile:
    """One province on the map: what stands on it, and its place, in the map's units, from the left and from the top."""

    part: Part
    name: str
    x: int
    y: int

    @property
    def middle(self) -> int:
        """Where its texts stand, from the left."""
        return self.x + 30

    @property
    def upper(self) -> int:
        """Where its name stands, from the top."""
        return self.y + 26

    @property
    def lower(self) -> int:
        """Where its number stands, from the top."""
        return self.y + 48


@dataclass(frozen=True)
class Table:
    """Rows and columns with a part where they cross; `heads` and the `Part` of each row lead to all of it."""

    key: str
    caption: Promise
    label: str | Promise
    """What its rows are."""
    heads: list[Part]
    rows: list[tuple[Part, int, list[Part]]]
    """The row's own part, its depth in its tree, its cells."""


class Pictures:
    """The pictures of one query; what they need is counted together, when the first is asked for."""

    def __init__(self, query: Query, vocabulary: Vocabulary, facets: Collection[str] = PICTURES) -> None:
        self.query, self.vocabulary = query, vocabulary
        self.counts = tallies(query, vocabulary, tuple(facets))

    def bars(self, facet: str) -> Bars:
        """Give the values of a facet: years and steps of the status in their order, of others the dozen with most."""
        counts = self.counts[facet]
        keys = [*counts]
        if facet == "year":
            keys = _without_gaps(keys)
        elif facet == "delegate":  # of whom there may be thousands: no name is read for nothing
            keys = nsmallest(MOST_BARS, keys, key=lambda key: (-counts[key], key))
        choices = self.vocabulary.keys(facet, keys)
        keys = [key for key in choices if choices[key].parent not in choices]
        if facet not in ("year", *CHOICES):
            keys = sorted(keys, key=lambda key: (-counts[key], key))[:MOST_BARS]
        most = max((counts.get(key, 0) for key in keys), default=0)
        total = sum(counts.values()) if facet == "status" else 0
        parts = [self._part(facet, choices[key], counts, most, total) for key in keys]
        return Bars(facet, parts, bool(self.query.choices(facet)))

    @property
    def every_bars(self) -> list[Bars]:
        """The pictures of all facets that are drawn as bars; of what nothing is known there is none."""
        return [self.bars(facet) for facet, counts in self.counts.items() if facet != "region" and counts]

    @property
    def often(self) -> list[Part]:
        """The three topics with most, where topics are counted."""
        return self.topics.parts[:3] if "topic" in self.counts else []

    @property
    def has_map(self) -> bool:
        """Whether there is a map."""
        return "region" in self.counts

    @property
    def numbers(self) -> list[tuple[str, int]]:
        """How many delegates and topics there are, where they are counted and are not thousands."""
        return [(facet, len(self.counts[facet])) for facet in ("delegate", "topic") if facet in self.counts]

    @property
    def span(self) -> str:
        """The first and the last year, or the only one."""
        years = sorted(self.counts.get("year", ()))
        return "–".join(map(str, [*years[:1], *years[1:][-1:]]))

    @property
    def years(self) -> Bars:
        """Proposals by year."""
        return self.bars("year")

    @property
    def topics(self) -> Bars:
        """Proposals by topic, those at the top of the tree."""
        return self.bars("topic")

    @property
    def statuses(self) -> Bars:
        """The share of each status."""
        return self.bars("status")

    @property
    def provinces(self) -> Bars:
        """The numbers on the map, where there are any, the most first."""
        parts = [tile.part for tile in self.tiles if tile.part.count]
        return Bars("region", sorted(parts, key=lambda part: -part.count), bool(self.query.choices("region")))

    @cached_property
    def tiles(self) -> list[Tile]:
        """The 34 province-level divisions as a map, row by row."""
        places = {
            f"CN-{code}": (TILE * left, TILE * top)
            for top, row in enumerate(TILES.split("\n")[1:])
            for left, code in enumerate(row.split())
            if code != "."
        }
        counts = self.counts["region"]
        found = self.vocabulary.values("region", places)
        most = max((counts.get(choice.key, 0) for choice in found), default=0)
        return [
            Tile(self._part("region", choice, counts, most), _on_tile(choice), *places[choice.value])
            for choice in found
        ]

    def table(self, rows: str, columns: str) -> Table:
        """Give the table of two facets. Where values are chosen in one, only they and those below them stand there."""
        base = self.query.choosing(rows, ()).choosing(columns, ())
        counts = tally_of_pairs(base, self.vocabulary, rows, columns)
        down = self.axis(rows, {row for row, _ in counts})
        across = self.axis(columns, {column for _, column in counts})
        shown = [(row, column) for row, _ in down for column, _ in across]
        most = max((counts.get((row.key, column.key), 0) for row, column in shown), default=0)

        def cell(row: Choice, column: Choice) -> Part:
            asked = base.choosing(rows, (row,)).choosing(columns, (column,))
            label = f"{row.label} · {column.label}"
            return Part(label, "", counts.get((row.key, column.key), 0), asked.url, most)

        lines = [
            (self._part(rows, row, self.counts[rows]), depth, [cell(row, column) for column, _ in across])
            for row, depth in down
        ]
        heads = [self._part(columns, column, self.counts[columns]) for column, _ in across]
        return Table(f"{rows}-{columns}", TABLES[rows, columns], LABELS[rows], heads, lines)

    def axis(self, facet: str, keys: set[int]) -> list[tuple[Choice, int]]:
        """Give the values of a facet that stand along a table, with their depth in its tree."""
        known = self.vocabulary.keys(facet, keys)
        chosen = {choice.key for choice in self.query.choices(facet)}
        if facet == "year":
            return [(known[key], 0) for key in sorted(known) if not chosen or key in chosen]
        below: dict[int | None, list[Choice]] = {}
        for choice in known.values():
            below.setdefault(choice.parent if choice.parent in known else None, []).append(choice)

        def walk(parent: int | None, depth: int, *, inside: bool) -> list[tuple[Choice, int]]:
            found: list[tuple[Choice, int]] = []
            for choice in below.get(parent, ()):
                shown = inside or choice.key in chosen
                found += [(choice, depth)] if shown else []
                found += walk(choice.key, depth + shown, inside=shown)
            return found

        return walk(None, 0, inside=not chosen)

    def _part(self, facet: str, choice: Choice, counts: Mapping[int, int], most: int = 0, total: int = 0) -> Part:
        url = self.query.choosing(facet, (choice,)).url
        chosen = choice.key in {each.key for each in self.query.choices(facet)}
        return Part(choice.label, choice.language, counts.get(choice.key, 0), url, most, total, chosen)


def _without_gaps(years: Collection[int]) -> list[int]:
    """Give years one after the other, those of which nothing is known too, unless they are too many to be drawn."""
    every = range(min(years, default=0), max(years, default=-1) + 1)
    return [*every] if len(every) <= MOST_YEARS else sorted(years)


def _on_tile(province: Choice) -> str:
    """Give what there is room for on a tile: a Chinese name, or the two letters of the ISO code."""
    return province.label if reader_language() == CHINESE else province.value.removeprefix("CN-")


TABLES: dict[tuple[str, str], Promise] = {
    ("topic", "region"): _("Topics by region"),
    ("topic", "year"): _("Topics by year"),
}
