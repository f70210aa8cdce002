"""A backup that is made while others write holds all of one moment, and nothing of the next."""

import json
import threading
import time
from collections import Counter
from zipfile import ZipFile

import pytest
from django.core.management import call_command

from proposals.backup import compare, kept, restore
from proposals.backup.archive import MANIFEST
from proposals.models import Proposal, Recommendation
from proposals.models.outbox import recorded
from tests.factories import make_delegate, make_proposal, make_session

SECONDS = pytest.mark.parametrize("seconds", [2, pytest.param(60, marks=pytest.mark.soak)])
WRITERS = 4
ROWS = 4
"""What each edit saves at least: a proposal and its recommendations."""


class Ledger:
    """What writers have been told is saved: the turn that each of their proposals is in, and when."""

    def __init__(self):
        self.stopped = threading.Event()
        self.saved = []

    def write(self, writer):
        """Enter a proposal, change it and its recommendations in one edit, enter the next."""
        number = 0
        while not self.stopped.is_set():
            proposal = make_proposal(
                title=f"Pair {writer}.{number} in turn 1",
                recommendations=["In turn 1"] * 3,
                delegates=[make_delegate(name=f"Pair {writer}.{number}")],
                published=True,
            )
            self.saved.append((time.monotonic(), proposal.pk, 1))
            self.stopped.wait(0.05)
            with recorded():
                proposal.title_en = f"Pair {writer}.{number} in turn 2"
                proposal.save()
                for recommendation in proposal.recommendations.all():
                    recommendation.text_en = "In turn 2"
                    recommendation.save()
            self.saved.append((time.monotonic(), proposal.pk, 2))
            self.stopped.wait(0.05)
            number += 1


@SECONDS
def test_it_is_whole_and_of_one_moment(aside, tmp_path, seconds):
    make_session()
    ledger = Ledger()
    tasks = [aside(ledger.write, writer) for writer in range(WRITERS)]
    began, files = time.monotonic(), {}
    while (now := time.monotonic()) < began + seconds or len(files) < 2:
        file = tmp_path / f"{len(files)}.zip"
        call_command("backup", str(file), verbosity=0)
        files[file] = now
        time.sleep(0.2)
    writes = len(ledger.saved)
    ended = time.monotonic()
    ledger.stopped.set()
    for task in tasks:
        task.result(timeout=60)
    for file, started in files.items():
        look_through(file, {key: turn for at, key, turn in ledger.saved if at < started})
    took = ended - began
    print(f"{len(files)} backups in {took:.0f} s, meanwhile {writes} edits, {ROWS * writes / took:.0f} rows a second")
    last = [*files][-1]
    with last.open("rb") as source:
        restore(source, lambda *_: None, replace=True)
        assert compare(source, lambda *_: None) == ["proposals_generation"]
    held = rows(last, Proposal)
    assert Proposal.objects.count() == len(held)
    assert Recommendation.objects.count() == 3 * len(held)


def rows(file, model):
    """Give the rows of a table in a backup, as dictionaries by column."""
    table = model if isinstance(model, str) else model._meta.db_table
    with ZipFile(file) as archive:
        names = json.loads(archive.read(MANIFEST))["tables"][table]["columns"]
        return [dict(zip(names, json.loads(line), strict=True)) for line in archive.open(f"{table}.jsonl")]


def look_through(file, saved):
    """See that all that was `saved` (turns by key) is in a backup, or later, and that nothing in it is half."""
    held = {row["id"]: int(row["title_en"][-1]) for row in rows(file, Proposal)}
    assert {key: turn for key, turn in saved.items() if held.get(key, 0) < turn} == {}
    texts = Counter((row["proposal_id"], row["text_en"][-1]) for row in rows(file, Recommendation))
    assert texts == {(key, str(turn)): 3 for key, turn in held.items()}
    edits = Counter(row["key"] for row in rows(file, "people_version") if row["kind"] == "proposals.proposal")
    assert edits == held  # one for each turn
    generation = rows(file, "proposals_generation")[0]["value"]
    changes = {row["proposal"]: row["generation"] for row in rows(file, "proposals_change")}
    assert changes.keys() == held.keys()
    assert max(changes.values(), default=0) <= generation
    assert {row["proposal_id"] for row in rows(file, "proposals_shownproposal")} == held.keys()
    assert {row["proposal_id"] for row in rows(file, "proposals_sponsorship")} == held.keys()
    assert len({model._meta.db_table for model in kept()}) > 80
