"""Every migration can be taken back, and a backup goes through them: from either kind of database into the other."""

import json
import shutil
from contextlib import contextmanager, nullcontext

import pytest
from django.db.migrations.loader import MigrationLoader

from bench.migrations import measure
from proposals.backup import read_manifest
from tests.back_and_forth import FIRST, OURS
from tests.postgresql import server
from tests.site import Kept, database, environment, succeed

MILLION = 45_000
"""Proposals; with all that belongs to them they are a million rows."""

GROWING = {"auth_group_permissions", "auth_permission", "django_content_type", "proposals_generation"}
"""What migrations add to, and the number of the record, which is another one after each restore."""


@contextmanager
def copied(origin, var):
    """Copy a prepared site, with a database of its own."""
    with database(origin.database) as address:
        shutil.copytree(origin.var, var)
        yield Kept(var, address)


def ask(site, function, folder):
    code = f"from pathlib import Path; from tests.back_and_forth import {function}; {function}(Path({str(folder)!r}))"
    succeed(site.manage("shell", "--command", code))


@pytest.fixture(scope="module")
def journey(prepared_site, tmp_path_factory):
    """Go back through all migrations, on to the other kind of database, forward through all, and home again."""
    folder = tmp_path_factory.mktemp("journey")
    with (
        copied(prepared_site, folder / "left") as left,
        copied(prepared_site, folder / "home") as home,
        nullcontext("") if prepared_site.database else server() as address,
    ):
        ask(left, "leave", folder)
        there = Kept(folder / "there", address)
        ask(there, "settle", folder)
        ask(home, "come_back", folder)
    return folder


def sums(file):
    with file.open("rb") as source:
        return {name: (table.rows, table.sha256) for name, table in read_manifest(source).tables.items()}


def test_every_migration_can_be_taken_back():
    migrations = {key: each for key, each in MigrationLoader(None).disk_migrations.items() if key[0] in OURS}
    assert len(migrations) > 20
    assert not [key for key, each in migrations.items() for part in each.operations if not part.reversible]


def test_all_of_them_taken_back_leave_nothing_of_ours(journey):
    left = json.loads((journey / "left.json").read_text())
    assert "auth_user" in left
    assert not [name for name in left if name.startswith(OURS)]


def test_what_the_first_state_can_hold_goes_back_and_forward_unchanged(journey):
    with (journey / "first.zip").open("rb") as source:
        first = read_manifest(source)
    assert [name for name in first.migrations if name.startswith(OURS)] == [".".join(key) for key in FIRST[:0:-1]]
    assert first.tables["proposals_recommendation"].rows == 59
    changed = json.loads((journey / "changed.json").read_text())
    assert {*changed} <= GROWING


def test_sums_are_the_same_in_the_other_kind_of_database_and_back_in_this(journey):
    first, second, third = (sums(journey / f"{name}.zip") for name in ("newest", "settled", "back"))
    own = [each.pop("proposals_generation") for each in (first, second, third)]
    assert first == second == third
    assert len({*own}) == 3  # each restored record has a number of its own


def test_the_data_set_is_the_same_to_the_byte(journey):
    files = [
        {each.name: each.read_bytes() for each in (journey / name).iterdir()} for name in ("newest", "settled", "back")
    ]
    assert files[0] == files[1] == files[2]
    assert b"cell" in files[0]["proposals.csv"]


@pytest.mark.soak
def test_on_a_million_rows_no_migration_stops_readers_for_long(tmp_path):
    with database() as address:
        env = environment(tmp_path, **({"DATABASE_URL": address} if address else {}))
        rows, steps = measure(MILLION, env, tmp_path)
    assert rows > 1_000_000
    assert len(steps) == 2 * (len([key for key in MigrationLoader(None).disk_migrations if key[0] in OURS]) - 2)
    slowest = max(steps, key=lambda step: step.read)
    print(f"{rows:,} rows: a reader waited {slowest.read:.2f} s at most, while {slowest.name} ran")
    print(f"a writer {max(step.write for step in steps):.2f} s")
    assert slowest.read < 30
