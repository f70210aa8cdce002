"""What the issue asks of the catalogue, and whether the measurements say yes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.measured import BUILT, DIFFERENCES, MEMORY, UNCHANGED, WARM_OURS, WORKER, Measured
from bench.questions import DATASETTE, OURS, PLAIN

SMALL, LARGE = 10_000, 1_000_000
ALONE, ALL = 5, 60
"""Minutes that may pass for the small size alone and for all sizes."""

FACTS = {BUILT: 240, MEMORY: 1_500, WORKER: 350}


def targets(measured: Mapping[int, Measured], minutes: float, sizes: int) -> Iterator[list[str]]:
    """Give a row for each target that these measurements answer: what, how much, how much it is, yes or no.

    `measured` is what was measured on SQLite, by size; `sizes` is how many sizes there are in all.
    """
    if [*measured] == [SMALL]:
        yield _at_most(f"minutes for {SMALL:,} alone, made or taken up again", ALONE, minutes, 1)
    if len(measured) == sizes:
        yield _at_most("minutes for all sizes, made or taken up again", ALL, minutes, 1)
    if LARGE not in measured:
        return
    large = measured[LARGE]
    for who in (DATASETTE, PLAIN):
        asked = len(large.times[who])
        yield _at_least(f"times as long as Lianghui {who} takes, over {asked} addresses", 100, large.ratio(who), 1)
    yield _at_most("slowest address, ms", 250, large.slowest, 1)
    if SMALL in measured:
        growth = large.mean(OURS) / measured[SMALL].mean(OURS)
        yield _at_most(f"times our mean of {SMALL:,}", 5, growth, 2)
    yield _at_most("a page seen before, times the empty view", 2, large.above_floor(WARM_OURS), 2)
    yield _at_most("a 304, times the empty view", 1.5, large.above_floor(UNCHANGED), 2)
    for fact, most in FACTS.items():
        yield _at_most(fact, most, large.facts[fact])
    yield _at_most("ms longer for the first list after a save", 150, large.later, 1)
    yield _at_most(f"{DIFFERENCES}, at all sizes", 0, sum(each.facts[DIFFERENCES] for each in measured.values()))


def _at_most(what: str, most: float, measured: float, places: int = 0) -> list[str]:
    return [what, f"at most {most:,}", f"{measured:,.{places}f}", "yes" if measured <= most else "no"]


def _at_least(what: str, least: float, measured: float, places: int = 0) -> list[str]:
    return [what, f"at least {least:,}", f"{measured:,.{places}f}", "yes" if measured >= least else "no"]
