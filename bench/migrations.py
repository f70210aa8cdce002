"""`python -m bench.migrations 45000`: every migration back and forward on a million rows, while others ask and save.

On both databases: from the newest back to the first that holds proposals, forward to where histories begin, there the
histories are made up, then forward to the newest. A reader and a writer, each a process of its own, ask every 10 ms and
note how long it takes them; the longest while a migration runs is its stall. Writes `bench/MIGRATIONS.md`.
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
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from tqdm import tqdm

from bench.exports import table
from tests.postgresql import server
from tests.site import ROOT, environment

VAR = ROOT / "var" / "bench"
OURS = ("people", "proposals", "alerts")
FIRST = {("people", "0001_initial"), ("proposals", "0001_initial")}
"""The earliest state that can hold such a record."""
HISTORIES = {("people", "0005_histories"), ("proposals", "0004_histories")}
EVERY = 0.01
"""Seconds between two questions, and between two saves."""
READ = """
SELECT p.id, p.title_en, (SELECT count(*) FROM proposals_recommendation r WHERE r.proposal_id = p.id)
FROM proposals_proposal p WHERE p.id > %s ORDER BY p.id LIMIT 20
"""
SAVE = "UPDATE proposals_recommendation SET note_en = 'Saved.' WHERE id = %s"
KEPT = ("proposals.Proposal", "proposals.Recommendation", "proposals.Addressee")
"""What histories are made up of."""
TO_PROPOSAL = {
    "proposals.Proposal": "m.id",
    "proposals.Recommendation": "m.proposal_id",
    "proposals.Addressee": "(SELECT r.proposal_id FROM proposals_recommendation r WHERE r.id = m.recommendation_id)",
}
INTRODUCTION = """
Each migration of people, proposals and alerts on its own, back from the newest to the first that holds proposals and
forward again, on {rows:,} rows of a made-up record ({number:,} proposals, their recommendations, addressees, topics,
sponsors, and a version of each in the histories). Meanwhile one process read a page of proposals and another saved a
recommendation, each every {every:.0f} ms. *Stall* is the longest that either had to wait for an answer while the
migration ran. Seconds count in what Django itself does to imagine the models before and after. PostgreSQL is the tests'
own, which does not wait for the disk. Where others use the machine too, all of it takes longer.
"""


@dataclass(frozen=True)
class Step:
    """One migration that was run: seconds it took, and the longest that reader and writer waited meanwhile."""

    name: str
    forward: bool
    seconds: float
    read: float
    write: float


def main() -> None:
    """Measure on both databases and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.migrations", description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=45_000)
    number = parser.parse_args().number
    found: dict[str, tuple[int, list[Step]]] = {}
    for name in ("SQLite", "PostgreSQL"):
        folder = VAR / f"{number}-migrations-{name.lower()}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if name == "SQLite":
            found[name] = measure(number, environment(folder), folder)
        else:
            with server() as address:
                found[name] = measure(number, environment(folder, DATABASE_URL=address), folder)
    (ROOT / "bench" / "MIGRATIONS.md").write_text(report(number, found))
    print((ROOT / "bench" / "MIGRATIONS.md").read_text())


def measure(number: int, env: dict[str, str], folder: Path) -> tuple[int, list[Step]]:
    """Make a record in an empty database and go back and forward in it; give its rows and each step."""
    for code in (f"from bench.record import make; make({number})", "from bench.migrations import walk; walk()"):
        command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
        subprocess.run(command, cwd=ROOT, env=env | {"WALKED": str(folder / "walked.json")}, check=True)
    told = json.loads((folder / "walked.json").read_text())
    return told["rows"], [Step(**step) for step in told["steps"]]


def walk() -> None:
    """Go back and forward, in the site's shell; write what was measured to the file that WALKED names."""
    ours = [each for each in _plan() if (each.app_label, each.name) not in FIRST]
    place = max(number for number, each in enumerate(ours) if (each.app_label, each.name) in HISTORIES) + 1
    path = Path(os.environ["WALKED"])
    steps: list[Step] = []
    with asked(path, "read") as reads, asked(path, "write") as writes, tqdm(total=2 * len(ours), disable=None) as bar:
        time.sleep(2)  # both have begun

        def go(migrations: list[Migration], *, forward: bool) -> None:
            for each in migrations:
                bar.set_postfix_str(str(each))
                began = time.time()
                MigrationExecutor(connection).migrate(None, plan=[(each, not forward)])
                steps.append(Step(str(each), forward, time.time() - began, began, time.time()))
                bar.update()

        go(ours[::-1], forward=False)
        go(ours[:place], forward=True)
        make_up_histories()
        rows = count()
        go(ours[place:], forward=True)
    steps = [Step(each.name, each.forward, each.seconds, longest(reads, each.read, each.write),
                  longest(writes, each.read, each.write)) for each in steps]  # fmt: skip
    path.write_text(json.dumps({"rows": rows, "steps": [asdict(each) for each in steps]}))


def _plan() -> list[Migration]:
    """Give all our migrations in the order in which they are applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    return [migration for migration, _ in plan if migration.app_label in OURS]


@contextmanager
def asked(path: Path, what: str) -> Iterator[list[tuple[float, float]]]:
    """Let another process read or write all the time; the list holds in the end when each answer was awaited."""
    stop, out = path.with_name(f"stop-{what}"), path.with_name(f"{what}.json")
    code = f"from bench.migrations import ask; ask({what!r}, {str(out)!r}, {str(stop)!r})"
    answers: list[tuple[float, float]] = []
    with subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", code], cwd=ROOT
    ) as process:
        try:
            yield answers
        finally:
            stop.touch()
            process.wait(timeout=600)
    answers += json.loads(out.read_text())


def ask(what: str, out: str, stop: str) -> None:
    """Ask or save until the file `stop` is there; write when each began and ended. A failure ends it, and the bench."""
    keys = count_of("proposals_proposal")
    answers: list[tuple[float, float]] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0" if connection.vendor == "postgresql" else "PRAGMA busy_timeout = 600000"
        )
        while not Path(stop).exists():
            began = time.time()
            key = 1 + len(answers) * 7_919 % keys
            cursor.execute(READ if what == "read" else SAVE, [key])
            if what == "read":
                cursor.fetchall()
            answers.append((began, time.time()))
            time.sleep(EVERY)
    Path(out).write_text(json.dumps(answers))


def longest(answers: list[tuple[float, float]], began: float, ended: float) -> float:
    """Give the seconds that the slowest answer took of those that were awaited at some time between two moments."""
    return max((until - since for since, until in answers if since < ended and until > began), default=0.0)


def make_up_histories() -> None:
    """Give each proposal a version, in which it, its recommendations and their addressees stand as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_version (kind, key, number, name, at, reason, public, gone)"
            " SELECT 'proposals.proposal', id, 1, title_en, created, '', state = 'published', 1 = 0"
            " FROM proposals_proposal"
        )
        for label in KEPT:
            model = apps.get_model(label)
            history = apps.get_model(label.replace(".", ".Historical"))
            cursor.execute(f"SELECT * FROM {history._meta.db_table} LIMIT 0")
            there = {column[0] for column in cursor.description}
            names = [str(field.column) for field in model._meta.concrete_fields if field.column in there]
            own = ", ".join(map(connection.ops.quote_name, names))
            cursor.execute(
                f"INSERT INTO {history._meta.db_table} ({own}, history_date, history_type, version_id)"
                f" SELECT {', '.join('m.' + connection.ops.quote_name(name) for name in names)}, v.at, '+', v.id"
                f" FROM {model._meta.db_table} m CROSS JOIN people_version v"  # SQLite looks up the version of each
                f" WHERE v.kind = 'proposals.proposal' AND v.key = {TO_PROPOSAL[label]}"
            )


def count() -> int:
    """Give the number of rows of all our tables that are there."""
    return sum(count_of(name) for name in connection.introspection.table_names() if name.startswith(OURS))


def count_of(name: str) -> int:
    """Give the number of rows of a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name}")
        return int(cursor.fetchone()[0])


def report(number: int, found: dict[str, tuple[int, list[Step]]]) -> str:
    """Write the page."""
    rows = min(rows for rows, _ in found.values())
    where = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    parts = [
        "# What `python -m bench.migrations` measured",
        f"{datetime.now(UTC):%Y-%m-%d}; {where}, SQLite {sqlite3.sqlite_version}; load at the end"
        f" {os.getloadavg()[0]:.1f}. Nothing here is typed by hand.",
        INTRODUCTION.format(rows=rows, number=number, every=EVERY * 1_000).strip(),
        table(
            ["", "longest stall of a reader, s", "of a writer, s", "all back, s", "all forward, s"],
            *(
                [
                    name,
                    *(f"{max(getattr(each, which) for each in steps):.2f}" for which in ("read", "write")),
                    *(f"{sum(each.seconds for each in steps if each.forward is way):.0f}" for way in (False, True)),
                ]
                for name, (_, steps) in found.items()
            ),
        ),
    ]
    for name, (_, steps) in found.items():
        lines = [
            [
                f"`{each.name}`",
                "forward" if each.forward else "back",
                *(f"{n:.2f}" for n in (each.seconds, each.read, each.write)),
            ]
            for each in steps
        ]
        parts += [f"## {name}", table(["migration", "", "seconds", "reader's stall, s", "writer's stall, s"], *lines)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
