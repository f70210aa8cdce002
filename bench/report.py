"""The results as a page: tables of medians with spread and ratios, what is asked of them, and where they come from."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import geometric_mean, median

OURS, PLAIN, DATASETTE, FLOOR = "Lianghui", "plain Django ORM", "Datasette", "an empty view"
WARM_OURS, UNCHANGED = "seen before", "304"
PACKAGES = ("django", "tantivy", "gunicorn", "datasette")
SMALL, LARGE = 10_000, 1_000_000
INTRODUCTION = """
Milliseconds from the request to the last byte: the median, and in brackets the least and the most. Lianghui answers
with its whole page and all its facets, and forgets all answers before each request; the others answer with 20 rows and
five facets (topic, region, year, level, status) of the same content. Who takes over a second was asked twice, the
others 5 times, Lianghui 15 times, and 100 times for the last two columns: *seen before* is Lianghui's page where it was
asked for before in this generation, *304* the answer to who has it.
"""


@dataclass
class Measured:
    """All that was measured at one size: milliseconds by who was asked and what, and other facts."""

    number: int
    database: str = "SQLite"
    times: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What was measured."""
        return f"{self.number:,} proposals" + (f", {self.database}" if self.database != "SQLite" else "")

    def mean(self, who: str) -> float:
        """Give the geometric mean of the medians of `who`, in milliseconds."""
        return geometric_mean(map(median, self.times[who].values()))

    def ratio(self, who: str) -> float:
        """Give the geometric mean of how many times as long as Lianghui `who` takes."""
        return geometric_mean(median(times) / median(self.times[OURS][name]) for name, times in self.times[who].items())


def report(results: Sequence[Measured]) -> str:
    """Write the page."""
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
    machine += f"SQLite {sqlite3.sqlite_version}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    parts = [
        "# What `make bench` measured",
        f"{datetime.now(UTC):%Y-%m-%d}; {machine}. Nothing here is typed by hand.",
        INTRODUCTION.strip(),
    ]
    for measured in results:
        parts += [f"## {measured.name}", _times(measured), _facts(measured)]
    by_number = {measured.number: measured for measured in results if measured.database == "SQLite"}
    if LARGE in by_number:
        parts += [f"## What is asked of {LARGE:,}", _table([["", "at most", "measured", ""], *_asked(by_number)])]
    return "\n\n".join(parts) + "\n"


def _times(measured: Measured) -> str:
    ours = measured.times[OURS]
    others = [who for who in (PLAIN, DATASETTE) if who in measured.times]
    head = ["asked for", OURS, *(cell for who in others for cell in (who, "times ours")), WARM_OURS, UNCHANGED]
    rows = [head]
    for name, taken in ours.items():
        row = [name, _spread(taken)]
        for who in others:
            theirs = measured.times[who][name]
            row += [_spread(theirs), f"{median(theirs) / median(taken):,.1f}"]
        rows.append([*row, *(_spread(measured.times[kind][name]) for kind in (WARM_OURS, UNCHANGED))])
    last = ["geometric mean", f"{measured.mean(OURS):,.1f}"]
    for who in others:
        last += [f"{measured.mean(who):,.1f}", f"{measured.ratio(who):,.1f}"]
    last += [f"{measured.mean(kind):,.1f}" for kind in (WARM_OURS, UNCHANGED)]
    return _table([*rows, last])


def _facts(measured: Measured) -> str:
    floor = _spread(measured.times[FLOOR][FLOOR])
    facts = [[name, f"{fact:,.0f}"] for name, fact in measured.facts.items()]
    return _table([["besides", ""], [f"{FLOOR}, ms", floor], *facts])


def _asked(measured: Mapping[int, Measured]) -> Iterable[list[str]]:
    """Give a row for each demand of the issue that these measurements answer."""
    large = measured[LARGE]
    facts = large.facts
    floor = median(large.times[FLOOR][FLOOR])
    slowest = max(map(median, large.times[OURS].values()))
    more = facts["first list after a save, ms"] - facts["the same list later, ms"]
    memory = next(fact for name, fact in facts.items() if name.startswith("memory of a worker"))
    for who in (DATASETTE, PLAIN):
        yield _demand(f"1 / how many times as long {who} takes", 1 / 100, 1 / large.ratio(who), 4)
    yield _demand("slowest address, ms", 250, slowest)
    if SMALL in measured:
        yield _demand(f"times the mean at {SMALL:,}", 5, large.mean(OURS) / measured[SMALL].mean(OURS), 1)
    yield _demand("seen before, times the empty view", 2, large.mean(WARM_OURS) / floor, 2)
    yield _demand("304, times the empty view", 1.5, large.mean(UNCHANGED) / floor, 2)
    yield _demand("index built in, seconds", 240, facts["index built in, seconds"])
    yield _demand("memory to build it, MB", 1_500, facts["memory to build it, MB"])
    yield _demand("memory of a worker, MB", 350, memory)
    yield _demand("longer after a save, ms", 150, more)


def _demand(what: str, most: float, measured: float, places: int = 0) -> list[str]:
    return [what, f"{most:,}", f"{measured:,.{places}f}", "yes" if measured <= most else "no"]


def _spread(taken: Iterable[float]) -> str:
    each = sorted(taken)
    return f"{median(each):,.1f} ({each[0]:,.1f} to {each[-1]:,.1f})"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *body])
