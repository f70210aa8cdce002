"""However long a list is: a block of it is held at a time, and each block asks the record as often as any other."""

import gc
import weakref

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import Delegate
from proposals.catalogue import catalogue, walk
from proposals.exports import listed, rows
from proposals.models import Addressee, Proposal, Recommendation, Sponsorship
from tests.factories import make_agency, make_session, make_topic

pytestmark = pytest.mark.django_db
MANY, BLOCK = 240, 20


@pytest.fixture
def many(db, monkeypatch):
    """More proposals than blocks hold, each with a recommendation, a topic, an agency and a delegate."""
    monkeypatch.setattr(walk, "BLOCK", 2 * BLOCK)
    monkeypatch.setattr(listed.pieces, "__defaults__", (BLOCK,))
    session, topic, agency = make_session(), make_topic(), make_agency()
    now = timezone.now()
    made = Proposal.objects.bulk_create(
        Proposal(slug=f"p{n}", title_en=f"Cells {n}", session=session, state="published", published_at=now)
        for n in range(MANY)
    )
    people = Delegate.objects.bulk_create(Delegate(slug=f"d{n}", name_en=f"Name {n}") for n in range(MANY))
    Sponsorship.objects.bulk_create(Sponsorship(proposal=p, delegate=d) for p, d in zip(made, people, strict=True))
    single = Recommendation.objects.bulk_create(Recommendation(proposal=one, order=1, text_en="Do") for one in made)
    Addressee.objects.bulk_create(Addressee(recommendation=one, agency=agency) for one in single)
    Proposal.topics.through.objects.bulk_create(Proposal.topics.through(proposal=p, topic=topic) for p in made)
    catalogue().rebuild(anyway=True)
    return made


class Held(dict):
    """A block that tells when it is gone."""


@pytest.mark.parametrize("shape", ["csv", "jsonl"])
def test_no_more_than_two_blocks_are_alive_at_a_time(client, many, shape, monkeypatch):
    alive, most = weakref.WeakSet(), []
    read = rows.proposal_block

    class Kept:
        pass

    def counted(keys, names):
        assert len(keys) <= BLOCK
        block = Held(read(keys, names))
        mark = Kept()
        alive.add(mark)
        block.mark = mark
        most.append(len(alive))
        return block

    monkeypatch.setattr(listed, "proposal_block", counted)
    answer = client.get(f"/proposals/export.{shape}")
    assert len(most) == 1  # the first rows only: where none can be read, nothing is begun
    sizes = [len(part) for part in answer.streaming_content]
    gc.collect()
    assert len(most) == MANY // BLOCK
    assert max(most) <= 2
    assert len(alive) == 0
    assert max(sizes) < sum(sizes) / 5


@pytest.mark.parametrize("name", ["proposals", "recommendations"])
@pytest.mark.parametrize("shape", ["csv", "jsonl", "bib", "ris", "csl.json"])
def test_each_block_asks_the_record_as_often_as_the_one_before(client, many, name, shape, monkeypatch):
    monkeypatch.setattr("proposals.exports.references.AT_ONCE", BLOCK)
    with CaptureQueriesContext(connection) as queries:
        parts = iter(client.get(f"/{name}/export.{shape}").streaming_content)
    asked = [len(queries)]  # the first rows are read before it is begun
    while True:
        with CaptureQueriesContext(connection) as queries:
            part = next(parts, None)
        if part is None:
            break
        asked.append(len(queries))
    blocks = [number for number in asked if number]
    assert len(blocks) == MANY // BLOCK
    assert len({*blocks[1:]}) == 1
    assert blocks[0] - blocks[1] <= 7  # what is asked for, and the names of topics, regions, agencies and sessions
    assert blocks[1] <= 18


def test_the_first_rows_come_with_the_header_before_the_others_are_read(client, many):
    answer = client.get("/proposals/export.csv")
    with CaptureQueriesContext(connection) as queries:
        first = next(iter(answer.streaming_content))
    assert first.startswith(b"id,permalink,")
    assert first.count(b"\n") == 1 + BLOCK
    assert len(queries) == 0


def test_it_is_not_kept_for_others(client, many):
    answer = client.get("/proposals/export.csv")
    assert answer.streaming
    assert b"".join(answer.streaming_content).count(b"\n") == MANY + 1
    assert client.get("/proposals/export.csv").streaming
