"""Reply times: how many days an answer took, where both days are known, and how such numbers are spread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from people.dates import date_key

DAY = len("2024-03-12")
BIN, BINS = 30, 13
"""Days in one bar of a picture, and how many bars there are; the last takes in all that is longer."""


def days_between(first: str, last: str) -> int | None:
    """Give the days from `first` to `last`; None where one of them is not known to the day, or they are reversed."""
    if len(first) != DAY or len(last) != DAY:
        return None
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days
    return days if days >= 0 else None


def days_to_reply(begin: str, replies: Iterable[str]) -> int | None:
    """Give the days from `begin` to the first of several replies.

    None where a day is not known, or where it is not known which was the first: "2024-08" may be before "2024-08-12".
    """
    first = min(replies, key=date_key, default="")
    return days_between(begin, first)


@dataclass(frozen=True)
class Spread:
    """How many took so many days: the number of replies by days."""

    numbers: Mapping[int, int]

    @classmethod
    def of(cls, days: Iterable[int | None]) -> Self:
        """Count single numbers of days; what is not known is left out."""
        numbers: dict[int, int] = {}
        for each in days:
            if each is not None:
                numbers[each] = numbers.get(each, 0) + 1
        return cls(numbers)

    @property
    def number(self) -> int:
        """Of how many replies the days are known."""
        return sum(self.numbers.values())

    def at(self, share: float) -> int:
        """Give the days within which at least that `share` of the replies came; 0 where there are none."""
        reached = 0
        for days in sorted(self.numbers):
            reached += self.numbers[days]
            if reached >= share * self.number:
                return days
        return 0

    @property
    def least(self) -> int:
        """The quickest."""
        return min(self.numbers, default=0)

    @property
    def lower(self) -> int:
        """A quarter came within so many days."""
        return self.at(0.25)

    @property
    def median(self) -> int:
        """Half came within so many days."""
        return self.at(0.5)

    @property
    def upper(self) -> int:
        """Three quarters came within so many days."""
        return self.at(0.75)

    @property
    def most(self) -> int:
        """The slowest."""
        return max(self.numbers, default=0)

    @property
    def bins(self) -> list[tuple[int, int, int]]:
        """The numbers in steps of 30 days: the first and the last day of each, and how many; no end is 0."""
        found = [0] * BINS
        for days, number in self.numbers.items():
            found[min(days // BIN, BINS - 1)] += number
        used = max((place for place, number in enumerate(found) if number), default=-1) + 1
        return [(place * BIN, (place + 1) * BIN - 1 if place < BINS - 1 else 0, found[place]) for place in range(used)]
