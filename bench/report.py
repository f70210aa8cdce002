"""The results as a page: tables of medians with spread and ratios, what is asked of them, and where they come from."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from statistics import median

from bench.measured import FLOOR, UNCHANGED, WARM_OURS, Measured
from bench.questions import DATASETTE, OURS, PLAIN
from bench.targets import targets

PACKAGES = ("django", "tantivy", "gunicorn", "datasette")
INTRODUCTION = """
Milliseconds from the request to the last byte: the median, and in brackets the least, the most and how many times it
was asked. Lianghui answers with its whole page and all its facets, and forgets all that it keeps of earlier answers
before each request; the others answer with 20 rows and five facets (topic, region, year, level, status) of the same
content. Who takes over a second is asked without a request for nothing before. *Seen before* is Lianghui's page where
it was asked for before in this generation, *304* the answer to who has it.

*Found* is how many each says there are: one number where all agree, else Lianghui's, the plain ORM's and Datasette's.
All search titles, summaries and recommendations; where Lianghui finds more, the words are those of a name too (of a
topic, an agency, a delegate), and it finds the proposals that bear the name. Datasette's facet of regions knows only
the first of a proposal's regions, the plain ORM's of topics only those of the whole; that is quicker, and left to them.
Datasette's page by its number is asked for by the token that leads to it, which takes no looking for.
"""
PROVED = """
What else the issue asks is proved by tests: that the counts are exact (`tests/test_catalogue_answers.py`), that Chinese
is found where `icontains` finds it (`tests/test_chinese_as_icontains.py`), what readers see while others save
(`tests/test_processes.py`, `tests/test_readers_meanwhile.py`), that the alternatives are asked the same
(`tests/test_bench_rivals.py`).
"""


def report(results: Sequence[Measured], minutes: float, sizes: int) -> str:
    """Write the page of what was measured in so many minutes; `sizes` is how many sizes there are in all."""
    by_number = {measured.number: measured for measured in results if measured.database == "SQLite"}
    parts = ["# What `make bench` measured", _where(results), INTRODUCTION.strip()]
    if asked := list(targets(by_number, minutes, sizes)):
        parts += ["## What the issue asks", _table([["", "asked", "measured", ""], *asked]), PROVED.strip()]
    if len(by_number) > 1:
        parts += ["## From size to size", _table(_growth(list(by_number.values())))]
    for measured in results:
        parts += [f"## {measured.name}", _times(measured), _facts(measured)]
    return "\n\n".join(parts) + "\n"


def _where(results: Sequence[Measured]) -> str:
    databases = dict.fromkeys(f"{measured.database} {measured.version}" for measured in results)
    packages = [f"{name} {version(name)}" for name in PACKAGES]
    machine = f"{os.cpu_count()} cores ({platform.machine()}), {_memory():,.0f} GB"
    parts = [machine, f"Python {platform.python_version()}", *databases, *packages]
    return f"{datetime.now(UTC):%Y-%m-%d}; {', '.join(parts)}. Nothing here is typed by hand."


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _growth(sizes: Sequence[Measured]) -> Iterator[list[str]]:
    """Give the geometric means at each size and how many times those of the size before they are."""
    yield ["geometric means, ms", *(f"{measured.number:,}" for measured in sizes)]
    for who in (OURS, PLAIN, DATASETTE):
        means = [measured.mean(who) for measured in sizes]
        grown = [f"{after:,.1f} (× {after / before:,.1f})" for before, after in pairwise(means)]
        yield [who, f"{means[0]:,.1f}", *grown]


def _times(measured: Measured) -> str:
    ours = measured.times[OURS]
    others = [who for who in (PLAIN, DATASETTE) if who in measured.times]
    rows = [
        ["asked for", "found", OURS, *(cell for who in others for cell in (who, "times ours")), WARM_OURS, UNCHANGED]
    ]
    for name, taken in ours.items():
        row = [name, _found(measured, name), _spread(taken)]
        for who in others:
            theirs = measured.times[who][name]
            row += [_spread(theirs), f"{median(theirs) / median(taken):,.1f}"]
        rows.append([*row, *(_spread(measured.times[kind][name]) for kind in (WARM_OURS, UNCHANGED))])
    last = [f"geometric mean of {len(ours)}", "", f"{measured.mean(OURS):,.1f}"]
    for who in others:
        last += [f"{measured.mean(who):,.1f}", f"{measured.ratio(who):,.1f}"]
    last += [f"{measured.mean(kind):,.1f}" for kind in (WARM_OURS, UNCHANGED)]
    return _table([*rows, last])


def _found(measured: Measured, name: str) -> str:
    found = [by_question[name] for by_question in measured.found.values()]
    if None in found:
        return "–"
    counts = [measured.found[who][name] for who in (OURS, PLAIN, DATASETTE) if who in measured.found]
    return " / ".join(f"{count:,}" for count in (counts if len(set(counts)) > 1 else counts[:1]))


def _facts(measured: Measured) -> str:
    rows = [["besides", ""], [f"{FLOOR}, ms", _spread(measured.times[FLOOR][FLOOR])]]
    rows += [[f"{who}, times {FLOOR}", f"{measured.above_floor(who):,.2f}"] for who in (WARM_OURS, UNCHANGED)]
    rows += [["longer after a save, ms", f"{measured.later:,.1f}"]]
    return _table([*rows, *([name, f"{fact:,.0f}"] for name, fact in measured.facts.items())])


def _spread(taken: Sequence[float]) -> str:
    return f"{median(taken):,.1f} ({min(taken):,.1f} to {max(taken):,.1f}; {len(taken)})"


def _table(rows: Sequence[Sequence[str]] | Iterator[list[str]]) -> str:
    head, *body = rows
    return "\n".join([_row(head), f"|{'---|' * len(head)}", *map(_row, body)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
