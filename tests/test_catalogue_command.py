"""The command `catalogue`: verify, refresh, rebuild, status."""

import os
import re
import time
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError

from proposals.catalogue import Query, catalogue, count, index
from proposals.catalogue.check import differences
from proposals.models import Generation, Proposal, Recommendation
from tests.factories import make_proposal
from tests.test_catalogue_index import assert_answers, change, current, run

# ---- commands


def test_verify_names_every_difference(proposals):
    draft, [changed, hidden, _] = make_proposal(recommendations=["Pear"]), proposals
    assert_answers()
    assert run("verify") == "The catalogue says what the record says.\n"
    Proposal.objects.filter(pk=changed.pk).update(summary_en="Melon")
    Proposal.objects.filter(pk=hidden.pk).update(state=Proposal.State.DRAFT)
    Proposal.objects.filter(pk=draft.pk).update(state=Proposal.State.PUBLISHED, published_at="2024-03-04T00:00Z")
    one = hidden.recommendations.first()
    Recommendation.objects.filter(pk=one.pk).update(proposal=changed, order=7)
    with pytest.raises(CommandError) as raised:
        run("verify")
    *named, total = str(raised.value).split("\n")
    assert set(named) == {
        f"proposal {changed.pk} differs from the record",
        f"proposal {hidden.pk} is in the index but not published",
        f"proposal {draft.pk} is missing from the index",
        f"recommendation {one.pk} differs from the record",
        f"recommendation {hidden.recommendations.get().pk} is in the index but not published",
        f"recommendation {draft.recommendations.get().pk} is missing from the index",
    }
    assert total == "6 differences"
    run("rebuild")
    assert run("verify") == "The catalogue says what the record says.\n"


def test_verify_names_what_is_in_the_index_twice(proposals):
    opened = catalogue().fresh()
    entry = next(index.entries([proposals[1].pk]))
    with index._writing(opened.index, index.HEAP) as writer:
        writer.add_document(entry.document())
    assert list(differences(catalogue())) == [
        f"proposal {proposals[1].pk} differs from the record",
        "the counts that the index keeps are not those of what is in it",
    ]


def test_verify_says_where_there_is_no_index_or_another(proposals, folder, monkeypatch):
    with pytest.raises(CommandError, match="no readable index"):
        run("verify")
    run("refresh")
    monkeypatch.setattr(index, "SHAPE", "another")
    with pytest.raises(CommandError, match="another record or by another version"):
        run("verify")


def test_verify_says_how_far_the_index_is_behind(proposals):
    assert_answers()
    change(proposals[0], title_en="Melon")
    with pytest.raises(CommandError, match=r"the index is at generation \d+, the record at \d+") as raised:
        run("verify")
    assert f"proposal {proposals[0].pk} differs" in str(raised.value)


def test_refresh_builds_what_is_missing_and_catches_up(proposals, folder):
    run("refresh")
    before = current(folder)
    assert run("verify") == "The catalogue says what the record says.\n"
    change(proposals[0], title_en="Melon")
    run("refresh")
    assert run("verify") == "The catalogue says what the record says.\n"
    assert current(folder) == before


def test_rebuild_builds_anew_what_is_whole(proposals, folder):
    run("rebuild")
    before = current(folder)
    run("rebuild")
    assert current(folder) != before
    assert_answers()


def said():
    return dict(line.split(": ") for line in run("status").splitlines())


def test_status_says_how_it_is(proposals, folder):
    assert "generation of the index: no index" in run("status")
    assert_answers()
    status = said()
    assert status["folder"] == str(folder)
    assert status["generation of the record"] == status["generation of the index"] == str(Generation.now().value)
    assert status["documents"] == "9"
    assert int(status["segments"]) >= 1
    assert int(status["bytes"]) > 1_000


def test_status_says_how_old_the_index_is_and_how_far_behind(proposals, folder):
    assert said()["last written"] == "never"
    assert_answers()
    assert said()["proposals changed since"] == "0"
    assert said()["last written"].endswith("0\xa0minutes ago")
    written = current(folder) / "meta.json"
    os.utime(written, (0, datetime(2024, 3, 4, 9, 30, tzinfo=UTC).timestamp()))
    change(proposals[0], title_en="Melon")
    change(proposals[0], title_en="Lemon")
    change(proposals[1], title_en="Melon")
    assert said()["proposals changed since"] == "2"
    assert re.fullmatch(r"2024-03-04 09:30:00 UTC, \d+\xa0years?, .* ago", said()["last written"])
    assert count(Query(q="melon")) == 1
    assert said()["proposals changed since"] == "0"
    assert said()["last written"].endswith("0\xa0minutes ago")


def test_status_does_not_mind_a_clock_that_was_put_back(proposals, folder):
    assert_answers()
    os.utime(current(folder) / "meta.json", (0, time.time() + 5 * 3600))
    assert said()["last written"].endswith("0\xa0minutes ago")


def test_many_saves_do_not_leave_many_segments(proposals):
    for turn in range(40):
        change(proposals[turn % 3], summary_en=f"turn{turn}")
        assert count(Query(q=f"turn{turn}")) == 1
    assert catalogue().look(again=True).searcher.num_segments < 15
    assert_answers()


@pytest.mark.parametrize("action", ["refresh", "rebuild"])
def test_where_nothing_can_be_written_one_line_says_so(proposals, settings, tmp_path, action):
    (tmp_path / "file").write_text("in the way")
    settings.CATALOGUE_DIR = tmp_path / "file" / "catalogue"
    with pytest.raises(CommandError, match=r"The catalogue in .*/file/catalogue could not be built: .*Not a directory"):
        run(action)
