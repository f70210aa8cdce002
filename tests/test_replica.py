"""Which database a request reads from, where there is a replica; tests/machines asks real ones."""

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import MiddlewareNotUsed

from alerts.models import Subscriber
from lianghui.replica import ReplicaMiddleware
from people.models import Delegate
from proposals import replica
from proposals.models import Generation, Proposal
from tests.site import Kept

ROUTER = replica.ReplicaRouter()


@pytest.fixture
def clock(monkeypatch):
    """Give a clock that is moved by hand."""
    now = [100.0]
    monkeypatch.setattr(replica.time, "monotonic", lambda: now[0])
    return now


def test_a_site_without_a_replica_reads_from_its_database(db):
    with pytest.raises(MiddlewareNotUsed):
        ReplicaMiddleware(lambda _request: None)
    assert replica.generation().value == Generation.now().value
    replica.read_from_replica(Generation.now())
    assert ROUTER.db_for_read(Proposal) == "default"


def test_only_what_public_pages_are_made_from_is_read_from_the_replica():
    with replica._reading("replica"):
        assert {ROUTER.db_for_read(model) for model in (Proposal, Delegate, Generation)} == {"replica"}
        assert {ROUTER.db_for_read(model) for model in (Session, Subscriber)} == {"default"}
        assert ROUTER.db_for_write(Proposal) == "default"
    assert ROUTER.db_for_read(Proposal) == "default"
    assert not ROUTER.allow_migrate("replica", "proposals")


def test_a_database_that_does_not_answer_is_left_alone_and_then_asked_by_one(clock):
    breaker = replica.Breaker("replica")
    assert [breaker.asks() for _ in range(3)] == [True, True, True]
    breaker.note(answers=False)
    assert [breaker.asks() for _ in range(3)] == [False, False, False]
    clock[0] += replica.AWAY
    assert [breaker.asks() for _ in range(3)] == [True, False, False]
    breaker.note(answers=True)
    assert [breaker.asks() for _ in range(3)] == [True, True, True]


def test_only_a_change_is_logged(caplog):
    breaker = replica.Breaker("replica")
    for answers in (True, False, False, True, True):
        breaker.note(answers=answers)
    assert [record.getMessage().split(" (")[0] for record in caplog.records if record.levelname == "ERROR"] == [
        "The replica does not answer"
    ]


@pytest.mark.parametrize(
    ("primary", "address"),
    [("", "postgres://u@127.0.0.1/a"), ("postgres://u@127.0.0.1/a", "sqlite:////tmp/a")],
)
def test_an_address_that_is_no_replica_stops_the_start_with_one_line(tmp_path, primary, address):
    done = Kept(tmp_path, primary, {"DATABASE_REPLICA_URL": address}).manage("check")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "DATABASE_REPLICA_URL must name a replica in PostgreSQL" in done.stderr
