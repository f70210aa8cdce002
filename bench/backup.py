"""`python -m bench.backup 100000`: a made-up record into a file and back, on both databases; writes `bench/BACKUP.md`.

An analyst saves meanwhile. Memory is the most that the command's process held, the database server's not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from bench.__main__ import VAR, shell
from bench.exports import met, table
from tests.postgresql import server
from tests.site import ROOT, environment

MINUTES = 5
RATE = 10
"""Saves a second meanwhile."""
SAVING = """
import sys, time
from pathlib import Path
from proposals.models import Proposal
one, longest, number = Proposal.objects.published().latest("pk"), 0, 0
first = time.perf_counter()
while not Path({stop!r}).exists():
    began = time.perf_counter()
    one.summary_en = f"Saved {{number}} times."
    one.save()
    longest, number = max(longest, time.perf_counter() - began), number + 1
    time.sleep(max(0, first + number / {rate} - time.perf_counter()))  # one that took long is made up for
print(longest, number / (time.perf_counter() - first))
"""
INTRODUCTION = """
A made-up record of {number:,} proposals, {rows:,} rows in {tables} tables, as `bench.record` makes it, taken by
`manage.py backup` into a file of {size:,.0f} MB ({raw:,.0f} MB of rows) and put back by `manage.py restore`, which
reads the file, fills the tables, follows every foreign key, and compares each table's sum with the file's. Each is a
process of its own, its start counted in. PostgreSQL is the tests' own, which does not wait for the disk. *Of a
processor* is what the command used; where others use the machine too, the clock measures these as well. *Longest save*
is that of an analyst who changed a proposal ten times a second meanwhile, in another process.
"""


@dataclass(frozen=True)
class Run:
    """What one command took: seconds by the clock and of a processor, the most memory in MB; what saves meanwhile took.

    `longest` is the slowest save in seconds, `rate` how many there were a second.
    """

    name: str
    seconds: float
    busy: float
    memory: float
    longest: float | None = None
    rate: float | None = None


def main() -> None:
    """Measure at one size and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.backup", description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=100_000)
    number = parser.parse_args().number
    folder, files = VAR / f"{number}-backup", []
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (VAR / str(number)).mkdir(exist_ok=True)
    runs: list[Run] = []

    def take(name: str, env: dict[str, str], *command: str) -> None:
        runs.append(manage(name, env, *command))
        print(runs[-1], flush=True)

    with server() as address:
        here = environment(VAR / str(number))
        there, back = environment(folder / "there", DATABASE_URL=address), environment(folder / "back")
        shell(f"from bench.record import make; make({number})", here)
        for name, env, into in (("SQLite", here, there), ("PostgreSQL", there, back)):
            other = "PostgreSQL" if into is there else "SQLite"
            files += [folder / f"{name}.zip", folder / f"{name}-restored.zip"]
            with saving(env, folder / "stop") as said:
                take(f"{name}: backup", env, "backup", str(files[-2]))
            runs[-1] = replace(runs[-1], **said)
            manage("", into, "migrate", "--verbosity", "0")
            take(f"{other}: restore what {name} gave", into, "restore", str(files[-2]))
            take(f"{other}: again, over what it holds", into, "restore", str(files[-2]), "--replace")
            manage("", into, "backup", str(files[-1]))
        take("a look whether a file is whole", here, "restore", str(files[0]), "--check")
    (ROOT / "bench" / "BACKUP.md").write_text(report(number, runs, files))
    print((ROOT / "bench" / "BACKUP.md").read_text())


def manage(name: str, env: dict[str, str], *command: str) -> Run:
    """Run a management command; stop where it fails."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "manage.py", *command], cwd=ROOT, env=env)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"bench: {' '.join(command)} failed")
    return Run(name, time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1_000)


@contextmanager
def saving(env: dict[str, str], stop: Path) -> Iterator[dict[str, Any]]:
    """Let an analyst save meanwhile; the dictionary says in the end `longest` and `rate`, as `Run` has them."""
    said: dict[str, Any] = {}
    command = [sys.executable, "manage.py", "shell", "--command", SAVING.format(stop=str(stop), rate=RATE)]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield said
        finally:
            stop.touch()
            output = process.communicate(timeout=60)[0]
            stop.unlink()
    longest, rate = output.split()[-2:]
    said.update(longest=float(longest), rate=float(rate))


def sums(file: Path) -> dict[str, Any]:
    """Give what a backup says of each table; the record's own number is new after each restore, and left out."""
    with ZipFile(file) as archive:
        tables: dict[str, Any] = json.loads(archive.read("manifest.json"))["tables"]
    return {name: (each["rows"], each["sha256"]) for name, each in tables.items() if name != "proposals_generation"}


def report(number: int, runs: list[Run], files: list[Path]) -> str:
    """Write the page."""
    first = sums(files[0])
    with ZipFile(files[0]) as archive:
        raw = sum(each.file_size for each in archive.infolist()) / 1e6
    backups = [run for run in runs if run.name.endswith("backup")]
    slowest, most = max(run.seconds for run in backups), max(run.memory for run in runs)
    longest, rate = max(run.longest or 0 for run in backups), min(run.rate or 0 for run in backups)
    there_and_back = [sums(one) == sums(other) for one, other in ((files[0], files[1]), (files[2], files[3]))]
    where = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    packages = f"SQLite {sqlite3.sqlite_version}, django {version('django')}, psycopg {version('psycopg')}"
    told = INTRODUCTION.format(number=number, rows=sum(rows for rows, _ in first.values()), tables=len(first) + 1,
                               size=files[0].stat().st_size / 1e6, raw=raw)  # fmt: skip
    parts = [
        "# What `python -m bench.backup` measured",
        f"{datetime.now(UTC):%Y-%m-%d}; {where}, {packages}; load at the end {os.getloadavg()[0]:.1f}. Nothing here is"
        " typed by hand.",
        told.strip(),
        table(
            ["asked", "measured", ""],
            [f"a backup in under {MINUTES} minutes", f"{slowest:.0f} s", met(slowest < MINUTES * 60)],
            [f"while {RATE} saves a second go on", f"{rate:.1f} a second", met(rate > RATE * 0.95)],
            ["sums equal from SQLite to PostgreSQL", "every table", met(there_and_back[0])],
            ["and from PostgreSQL to SQLite", "every table", met(there_and_back[1])],
            ["memory does not grow with the record: under 300 MB", f"{most:.0f} MB", met(most < 300)],
            ["a save waits for no backup: under 5 seconds", f"{longest:.2f} s", met(longest < 5)],
        ),
        table(
            ["", "seconds", "of a processor", "memory, MB", "longest save, s", "saves a second"],
            *(
                [run.name, f"{run.seconds:.1f}", f"{run.busy:.1f}", f"{run.memory:.0f}"]
                + [
                    "" if value is None else format(value, spec)
                    for value, spec in ((run.longest, ".2f"), (run.rate, ".1f"))
                ]
                for run in runs
            ),
        ),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
