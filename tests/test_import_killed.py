"""An import that is killed leaves all of its rows or none, and the next one makes no doubles."""

import random
import subprocess
import sys
import time

import pytest

from bench.imports import write
from tests.site import ROOT, prepared

ROWS = 300
COUNT = "from proposals.models import Proposal; print(Proposal.objects.filter(number__gt='').count())"
TAKE_BACK = """
from people.batches import Batch
from proposals.sheets.importing import undo
for batch in Batch.objects.filter(undone_at=None).exclude(done_at=None):
    undo(batch)
"""


@pytest.fixture
def kept(tmp_path):
    """A database with the founding data, and a sheet."""
    with prepared(tmp_path) as kept:
        write(tmp_path / "sheet.xlsx", ROWS)
        yield kept


def count(kept):
    done = kept.manage("shell", "-v0", "--command", COUNT)
    return int(done.stdout.split()[-1])


@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_all_rows_or_none_and_no_doubles(kept, tmp_path, rounds):
    command = [sys.executable, "manage.py", "import_proposals", str(tmp_path / "sheet.xlsx")]
    start = time.monotonic()
    assert kept.manage(*command[2:]).returncode == 0
    lasts = time.monotonic() - start
    assert count(kept) == ROWS
    kept.manage("shell", "-v0", "--command", TAKE_BACK)
    assert count(kept) == 0
    chance = random.Random(rounds)
    for _ in range(rounds):
        process = subprocess.Popen(
            command, cwd=ROOT, env=kept.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(lasts * chance.uniform(0.2, 1.1))
        process.kill()
        process.wait()
        assert count(kept) in (0, ROWS)
    assert kept.manage(*command[2:]).returncode == 0
    assert count(kept) == ROWS
    again = kept.manage(*command[2:])
    assert f"0 new, 0 changed, {ROWS} unchanged, 0 refused." in again.stdout
