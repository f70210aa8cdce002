"""`python -m bench.exports 100000`: downloads of everything, beside Datasette's CSV stream; writes `bench/EXPORTS.md`.

Datasette has one table that holds what our CSV file holds: the same rows, the same columns, nothing to be joined. It
reads that table a thousand rows at a time, as many as it may return, and writes them with `csv.writer`. Lianghui asks
its index which proposals there are, reads two thousand at a time from twelve tables, leaves out what is no longer
published, puts cells together, marks what a program might run, and writes lines by joining them. Both are asked in
turn, each on a server of its own, and read to the last byte by the same client. Processor time is that of the server's
processes alone: on a machine that others use too it says more than the clock.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import io
import json
import os
import platform
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from bench.__main__ import VAR, build, shell
from bench.measure import Server, children_of, memory_of
from bench.measured import Measured
from tests.site import ROOT, environment

TIMES = 5
CHUNK = 1 << 16
TICKS = os.sysconf("SC_CLK_TCK")
OURS = "Lianghui"
DATASETTE = "Datasette"
CSV = "/proposals/export.csv"
STREAM = "/exports/proposals.csv?_stream=on"
OTHERS = {
    "CSV of recommendations": ("/recommendations/export.csv", b"\n", 1),
    "JSON lines": ("/proposals/export.jsonl", b"\n", 0),
    "BibTeX": ("/proposals/export.bib", b"\n}", 0),
    "XLSX of a year (with recommendations)": ("/proposals/export.xlsx?year=2020", b"", 0),
}
SETTINGS = {"max_returned_rows": 1_000, "sql_time_limit_ms": 60_000}
TYPES = {"integer": "INTEGER"}
INTRODUCTION = """
Everything that is published, as a download, read to the last byte over HTTP; the median of {times}, and in brackets the
least and the most. *First row* is when the first row was there; Lianghui sends the header with the first block.
*Memory* is how much the server's processes held at most beyond what they held before; what a first download has made
them take they keep for the next.

Datasette streams one table that holds what our CSV file holds: the same {columns} columns, {rows:,} rows, already
joined and written out as text; Lianghui puts each row together from twelve tables as it is published when its block is
read. Neither compresses. They were asked in turn, in one run, and each turn is compared in itself, as the load of the
machine changes. *Of a processor* is what the server's processes used: where others use the machine too, the clock
measures these as well.
"""


@dataclass(frozen=True)
class Taken:
    """What one download took: seconds until first byte, first row and last byte, and of the processor; what came."""

    byte: float
    row: float
    whole: float
    busy: float
    rows: int
    size: int
    memory: float
    """By how many MB the server grew."""

    @property
    def speed(self) -> float:
        """Rows a second."""
        return self.rows / self.whole


def main() -> None:
    """Measure at one size and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.exports", description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=100_000)
    write(parser.parse_args().number)


def write(number: int) -> None:
    """Measure the downloads of a made-up record of that size, and write the page."""
    var = VAR / str(number)
    env = environment(var, DJANGO_SETTINGS_MODULE="bench.settings")
    var.mkdir(parents=True, exist_ok=True)
    shell(f"from bench.record import make; make({number})", env)
    if not (var / "catalogue").exists():
        build(Measured(number), var, env)
    path = var / "exports.db"
    found: dict[tuple[str, str], list[Taken]] = {}
    with Server.of_site(env, var / "server.log") as site:
        download(site, "/proposals/export.csv?q=nothing+such")  # both have read what they need once
        columns, load = fill(path, site), os.getloadavg()[0]
        with Server.of_datasette(path, SETTINGS, var / "datasette.log") as datasette:
            for _turn in range(TIMES):
                for who, server, address in (
                    (OURS, site, CSV),
                    (DATASETTE, datasette, STREAM),
                ):
                    found.setdefault((who, "CSV"), []).append(download(server, address))
                    print(who, found[who, "CSV"][-1], flush=True)
        for name, (address, begin, head) in OTHERS.items():
            found[OURS, name] = [download(site, address, begin=begin or b"\n", head=head)]
            print(name, found[OURS, name][-1], flush=True)
    (ROOT / "bench" / "EXPORTS.md").write_text(report(found, columns, load))
    print((ROOT / "bench" / "EXPORTS.md").read_text())


def download(server: Server, address: str, *, begin: bytes = b"\n", head: int = 1) -> Taken:
    """Ask for an address and read all of the answer. Rows are counted by what each has, `head` is no row."""
    workers = children_of(server.process.pid) or [server.process.pid]
    before = processor(workers)
    with growth(workers) as grown, closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=900)) as client:
        began = time.perf_counter()
        client.request("GET", address)
        answer = client.getresponse()
        if answer.status != 200:
            sys.exit(f"bench: {address} was answered with status {answer.status}")
        first = answer.read(1)
        at_byte, at_row, size, rows = time.perf_counter(), 0.0, len(first), -head
        while piece := answer.read1(CHUNK):
            size, rows = size + len(piece), rows + piece.count(begin)
            if not at_row and rows > 0:
                at_row = time.perf_counter()
        ended = time.perf_counter()
    busy = processor(workers) - before
    return Taken(at_byte - began, (at_row or ended) - began, ended - began, busy, rows, size, grown[0])


def processor(processes: list[int]) -> float:
    """Give the seconds for which processes have had a processor."""
    fields = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in processes]
    return sum(int(own) + int(system) for *_before, own, system in (each[:13] for each in fields)) / TICKS


@contextmanager
def growth(processes: list[int]) -> Iterator[list[float]]:
    """Give a list whose one value is, in the end, by how many MB the processes together grew at most."""
    before, ended, grown = sum(map(memory_of, processes)), threading.Event(), [0.0]

    def look() -> None:
        while not ended.wait(0.05):
            grown[0] = max(grown[0], sum(map(memory_of, processes)) - before)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield grown
    finally:
        ended.set()
        thread.join()


def fill(path: Path, site: Server) -> list[str]:
    """Put what our CSV file holds into a table for Datasette, typed as the sidecar says; give the columns."""
    path.unlink(missing_ok=True)
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=900)) as client:
        client.request("GET", "/proposals/export.csv-metadata.json")
        columns: list[dict[str, Any]] = json.loads(client.getresponse().read())["tableSchema"]["columns"]
        kinds = [
            f'"{each["name"]}" {"TEXT" if "separator" in each else TYPES.get(str(each["datatype"]), "TEXT")}'
            for each in columns
        ]
        client.request("GET", CSV)
        rows = csv.reader(io.TextIOWrapper(client.getresponse(), encoding="utf-8", newline=""))
        next(rows)
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(f"CREATE TABLE proposals ({', '.join(kinds)}, PRIMARY KEY (id))")
            marks = ", ".join("?" * len(columns))
            database.executemany(f"INSERT INTO proposals VALUES ({marks})", rows)
    return [each["name"] for each in columns]


def report(found: dict[tuple[str, str], list[Taken]], columns: list[str], load: float) -> str:
    """Write the page; `load` is the machine's before the first download."""
    ours, theirs = found[OURS, "CSV"], found[DATASETTE, "CSV"]
    rows = ours[0].rows
    turns = [*zip(ours, theirs, strict=True)]
    faster, lighter = [our.speed / their.speed for our, their in turns], [their.busy / our.busy for our, their in turns]
    first, most = max(each.byte for each in ours), max(each.memory for each in ours)
    any_shape = max(each.memory for (who, _name), taken in found.items() if who == OURS for each in taken)
    where = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "gunicorn", "openpyxl", "datasette"))
    parts = [
        "# What `python -m bench.exports` measured",
        f"{datetime.now(UTC):%Y-%m-%d}; {where}, SQLite {sqlite3.sqlite_version}, {packages}; load at the"
        f" beginning {load:.1f}, at the end {os.getloadavg()[0]:.1f}. Nothing here is typed by hand.",
        INTRODUCTION.format(times=len(ours), columns=len(columns), rows=rows).strip(),
        table(
            ["asked", "measured", ""],
            ["first byte of everything as CSV within 1 second", f"{first:.2f} s", met(first < 1)],
            ["memory grows by less than 50 MB for CSV", f"{most:.0f} MB", met(most < 50)],
            ["and for any other shape", f"{any_shape:.0f} MB", met(any_shape < 50)],
            ["at least as fast as Datasette by the clock", times(faster), met(median(faster) >= 1)],
            ["and by processor time", times(lighter), met(median(lighter) >= 1)],
        ),
        table(
            [
                "",
                "who",
                "rows a second",
                "seconds",
                "of a processor",
                "first byte, s",
                "first row, s",
                "MB",
                "memory, MB",
            ],
            *([name, who, *_cells(taken)] for (who, name), taken in found.items()),
        ),
        f"Columns: {', '.join(columns)}.",
    ]
    return "\n\n".join(parts) + "\n"


def times(found: list[float]) -> str:
    """Say how many times as fast we were: what is in the middle of all turns, the least and the most."""
    return f"{median(found):.2f} times its rows a second ({min(found):.2f} to {max(found):.2f})"


def met(yes: bool) -> str:
    """Say whether something is as it should be."""
    return "yes" if yes else "**no**"


def table(*rows: list[str]) -> str:
    """Write a table, its head first."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])


def _cells(taken: list[Taken]) -> list[str]:
    def spread(name: str, form: str) -> str:
        values = [getattr(each, name) for each in taken]
        said = format(median(values), form)
        return f"{said} ({min(values):{form}} to {max(values):{form}})" if len(values) > 1 else said

    return [
        *(
            spread("speed", ",.0f"),
            spread("whole", ",.1f"),
            spread("busy", ",.1f"),
            spread("byte", ".2f"),
            spread("row", ".2f"),
        ),
        *(f"{taken[0].size / 1e6:,.0f}", spread("memory", ",.0f")),
    ]


if __name__ == "__main__":
    main()
