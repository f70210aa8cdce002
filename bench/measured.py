"""What was measured at one size, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import geometric_mean, median

from bench.questions import OURS, TOTALS, Question

FLOOR, WARM_OURS, UNCHANGED = "an empty view", "seen before", "304"
MADE, BUILT, MEMORY = "record made in, seconds", "index built in, seconds", "memory to build it, MB"
WORKER = "memory of a worker after the load, MB"
FIRST, LATER = "first list after a save, ms", "the same list later, ms"
COMPARED, DIFFERENCES = "index compared with the record in, seconds", "differences that verify finds after the load"


@dataclass
class Measured:
    """All that was measured at one size: milliseconds and how many were found, by who was asked what; other facts."""

    number: int
    database: str = "SQLite"
    version: str = ""
    times: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    found: dict[str, dict[str, int | None]] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What was measured."""
        return f"{self.number:,} proposals" + (f", {self.database}" if self.database != "SQLite" else "")

    def take(self, who: str, answers: Iterable[tuple[Question, list[float], bytes]]) -> None:
        """Take in what `who` has answered: milliseconds and how many were found."""
        self.times[who] = {}
        for question, times, answer in answers:
            self.times[who][question.name] = times
            if who in TOTALS:
                self.found.setdefault(who, {})[question.name] = question.found(who, answer)

    @property
    def floor(self) -> float:
        """The median of the empty view, in milliseconds."""
        return median(self.times[FLOOR][FLOOR])

    @property
    def slowest(self) -> float:
        """The median of our slowest address, in milliseconds."""
        return max(map(median, self.times[OURS].values()))

    @property
    def later(self) -> float:
        """How many milliseconds longer than usual a list takes after a save."""
        return self.facts[FIRST] - self.facts[LATER]

    def mean(self, who: str) -> float:
        """Give the geometric mean of the medians of `who`, in milliseconds."""
        return geometric_mean(map(median, self.times[who].values()))

    def above_floor(self, who: str) -> float:
        """Give how many times as long as the empty view `who` takes."""
        return self.mean(who) / self.floor

    def ratio(self, who: str) -> float:
        """Give the geometric mean of how many times as long as Lianghui `who` takes, over what both are asked."""
        return geometric_mean(median(times) / median(self.times[OURS][name]) for name, times in self.times[who].items())
