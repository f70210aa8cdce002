"""The results as a page: tables of medians with their spread, ratios, facts, and where they were measured."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import geometric_mean, median

OURS, PLAIN, DATASETTE, FLOOR = "Lianghui", "plain Django ORM", "Datasette", "an empty view"
WARM_OURS, UNCHANGED = "seen before", "304"
PACKAGES = ("django", "tantivy", "gunicorn", "datasette")


@dataclass
class Measured:
    """All that was measured at one size: milliseconds by who was asked and what, and other facts."""

    number: int
    times: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)


def report(results: Sequence[Measured]) -> str:
    """Write the page."""
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
    machine += f"SQLite {sqlite3.sqlite_version}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    parts = [
        "# What `make bench` measured",
        f"{datetime.now(UTC):%Y-%m-%d}; {machine}. Nothing here is typed by hand.",
        "Milliseconds from the request to the last byte: the median, and in brackets the least and the most. "
        "Lianghui answers with its whole page and all its facets, and forgets all answers before each request; the "
        "others answer with 20 rows and five facets. *Seen before* is Lianghui's page where it was asked for before in "
        "this generation, *304* the answer to who has it.",
    ]
    for measured in results:
        parts += [f"## {measured.number:,} proposals", _times(measured), _facts(measured)]
    return "\n\n".join(parts) + "\n"


def _times(measured: Measured) -> str:
    ours = measured.times[OURS]
    rows = [["asked for", OURS, PLAIN, "times ours", DATASETTE, "times ours", WARM_OURS, UNCHANGED]]
    for name, taken in ours.items():
        row = [name, _spread(taken)]
        for who in (PLAIN, DATASETTE):
            theirs = measured.times[who].get(name)
            row += [_spread(theirs), f"{median(theirs) / median(taken):,.1f}"] if theirs else ["–", "–"]
        rows.append([*row, *(_spread(measured.times[kind][name]) for kind in (WARM_OURS, UNCHANGED))])
    last = ["geometric mean", f"{geometric_mean(median(taken) for taken in ours.values()):,.1f}"]
    for who in (PLAIN, DATASETTE):
        shared = measured.times[who]
        last += ["", f"{geometric_mean(median(shared[name]) / median(ours[name]) for name in shared):,.1f}"]
    last += [f"{geometric_mean(map(median, measured.times[kind].values())):,.1f}" for kind in (WARM_OURS, UNCHANGED)]
    return _table([*rows, last])


def _facts(measured: Measured) -> str:
    floor = _spread(measured.times[FLOOR][FLOOR])
    return _table([["besides", ""], [f"{FLOOR}, ms", floor], *([name, fact] for name, fact in measured.facts.items())])


def _spread(taken: Iterable[float]) -> str:
    each = sorted(taken)
    return f"{median(each):,.1f} ({each[0]:,.1f} to {each[-1]:,.1f})"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, f"|{'---|' * len(rows[0])}", *body])
