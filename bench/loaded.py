"""What was measured under load, and the page that says so."""

from __future__ import annotations

import math
import os
import platform
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import NamedTuple

from bench.exports import met, table
from bench.visitors import SEED, STAYS, Kind

REQUESTS, LISTS, GROWTH = 60_000, 200, 10
"""What is asked for: requests in all, milliseconds of lists (95th percentile), how many percent memory may grow."""
FULL = 600
"""Seconds in which so many requests are asked for."""
WARM = 0.1
"""After how much of the time the site has warmed up."""
INTRODUCTION = """
{clients} clients ask gunicorn with the settings of production (its workers and threads, HTTPS only, compressed answers,
files with their content in their name), over a connection for each request, as the proxy in front does. Each is one
visitor after the other, every {stays} requests another with a network address of its own, which the proxy tells: the
limits for each address stand as they are. What they ask for is drawn from [pattern.toml](pattern.toml), seed {seed},
with values of the record. Every answer is looked at: status, whole, title, how many it tells of; one that comes after
30 seconds is none.

{rate:g} requests a second are due at times that do not wait for answers, and times are counted from when a request was
due to its last byte, so that whatever makes others wait shows in their times as well. Client, analyst and site share
the machine. Kept pages are of no use after each of the analyst's saves, for they show what was public before.
"""


class Memory(NamedTuple):
    """MB of all processes of the server together."""

    resident: float
    own: float
    """What no file stands behind."""


@dataclass
class Loaded:
    """One run: how long each kind of address took, in seconds; errors as kind, address, what is wrong; memory."""

    published: int
    seconds: float
    rate: float
    clients: int
    elapsed: float = 0
    """Seconds until the last answer was there."""
    in_time: int = 0
    """Answers that were there before the time was over."""
    times: dict[Kind, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: list[tuple[str, str, str]] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    """By how many seconds the client itself sent later than was due."""
    saves: list[float] = field(default_factory=list)
    """Seconds until the public saw what the analyst saved."""
    busy: float = 0
    own: float = 0
    """Seconds of a processor, of the server and of the client."""
    restarted: int = 0

    def note(self, kind: Kind, seconds: float, status: int = 0) -> None:
        """Note an answer; status 0 is none."""
        self.times.setdefault(kind, []).append(seconds)
        self.statuses[status] += 1

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return sum(map(len, self.times.values()))

    @property
    def lists(self) -> list[float]:
        """The seconds of all lists and searches."""
        return [each for kind, times in self.times.items() if kind.list for each in times]

    def growth(self, which: str) -> float:
        """By how many percent memory grew from when the site had warmed up until the end; each a mean over a while."""
        values = [getattr(each, which) for each in self.memory]
        span = max(1, len(values) // 20)
        at = min(int(len(values) * WARM), len(values) - span)
        warm, end = _mean(values[at : at + span]), _mean(values[-span:])
        return (end / warm - 1) * 100

    @property
    def is_as_asked(self) -> bool:
        """Tell whether all that the issue asks for was met."""
        return all(row[-1] == "yes" for row in self._asked())

    def _asked(self) -> list[list[str]]:
        enough = REQUESTS * self.seconds / FULL
        lists, growth = percentile(self.lists, 95) * 1_000, self.growth("resident")
        return [
            [
                f"requests answered in the time, at least {enough:,.0f}",
                f"{self.in_time:,}",
                met(self.in_time >= enough),
            ],
            ["errors: none", f"{len(self.errors):,}", met(not self.errors)],
            [f"lists, 95th percentile under {LISTS} ms", f"{lists:,.0f} ms", met(lists < LISTS)],
            [f"memory of all processes grows by less than {GROWTH} %", f"{growth:+.1f} %", met(growth < GROWTH)],
        ]

    def report(self) -> str:
        """Write the page."""
        where = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
        packages = ", ".join(f"{name} {version(name)}" for name in ("django", "gunicorn", "tantivy"))
        parts = [
            "# What `python -m bench.load` measured",
            f"{datetime.now(UTC):%Y-%m-%d}; {self.published:,} published proposals, {self.seconds:g} seconds; {where},"
            f" SQLite {sqlite3.sqlite_version}, {packages}; load of the machine at the end {os.getloadavg()[0]:.1f}."
            " Nothing here is typed by hand.",
            INTRODUCTION.format(clients=self.clients, rate=self.rate, seed=SEED, stays=STAYS).strip(),
            table(["asked", "measured", ""], *self._asked()),
            table(
                ["kind of address, ms", "requests", "50 %", "95 %", "99 %", "most", "errors"],
                *(self._row(kind.name, [kind]) for kind in self.times),
                self._row("**all lists and searches**", [kind for kind in self.times if kind.list]),
                self._row("**all**", self.times),
            ),
            table(["besides", ""], *([name, said] for name, said in self._besides().items())),
        ]
        if self.errors:
            told = Counter((kind, wrong) for kind, _address, wrong in self.errors)
            first = {(kind, wrong): address for kind, address, wrong in reversed(self.errors)}
            rows = ([kind, f"`{first[kind, wrong]}`", wrong, f"{often:,}"] for (kind, wrong), often in told.items())
            parts.append(table(["error", "first", "what is wrong", "times"], *rows))
        return "\n\n".join(parts) + "\n"

    def _row(self, name: str, kinds: Iterable[Kind]) -> list[str]:
        kinds = list(kinds)
        times = [each for kind in kinds for each in self.times[kind]]
        names = {kind.name for kind in kinds}
        wrong = sum(kind in names for kind, _address, _wrong in self.errors)
        spread = (f"{percentile(times, share) * 1_000:,.0f}" for share in (50, 95, 99, 100))
        return [name, f"{len(times):,}", *spread, f"{wrong:,}"]

    def _besides(self) -> dict[str, str]:
        resident, own = ([getattr(each, which) for each in self.memory] for which in ("resident", "own"))
        warm = int(len(resident) * WARM)
        statuses = ", ".join(f"{status or 'none'}: {often:,}" for status, often in sorted(self.statuses.items()))
        return {
            "requests a second": f"{self.requests / self.elapsed:,.1f}",
            "seconds until the last answer": f"{self.elapsed:,.1f}",
            "answers by status": statuses,
            "saves by the analyst; seen by the public after": f"{len(self.saves)}; {_mean(self.saves):.2f} s, at most"
            f" {max(self.saves, default=0):.2f} s",
            "memory of all processes at the start, warm, at the end, at most, MB": (
                f"{resident[0]:,.0f}, {resident[warm]:,.0f}, {resident[-1]:,.0f}, {max(resident):,.0f}"
            ),
            "of it what no file stands behind": (
                f"{own[0]:,.0f}, {own[warm]:,.0f}, {own[-1]:,.0f}, {max(own):,.0f};"
                f" grown by {self.growth('own'):+.1f} %"
            ),
            "memory every tenth of the time, MB": ", ".join(
                f"{each:,.0f}" for each in resident[:: len(resident) // 10 or 1]
            ),
            "processors that the server kept busy": f"{self.busy / self.elapsed:.2f}",
            "and the client": f"{self.own / self.elapsed:.2f}",
            "the client sent later than was due, ms (50 %, 99 %)": (
                f"{percentile(self.late, 50) * 1_000:.1f}, {percentile(self.late, 99) * 1_000:.1f}"
            ),
            "workers that ended": str(self.restarted),
        }


def percentile(values: Iterable[float], share: float) -> float:
    """Give the value that so many percent of all do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)] if ordered else 0.0


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
