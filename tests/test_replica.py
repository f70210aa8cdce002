"""Which database a request reads from, where there is a replica; tests/machines asks real ones."""

import uuid

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError

from alerts.models import Subscriber
from lianghui.replica import ReplicaMiddleware
from people.models import Delegate
from proposals import replica
from proposals.models import Generation, Proposal
from tests.site import Kept

ROUTER = replica.ReplicaRouter()


def test_a_site_without_a_replica_reads_from_its_database(db):
    with pytest.raises(MiddlewareNotUsed):
        ReplicaMiddleware(lambda _request: None)
    assert replica.generation(lambda _now: False).value == Generation.now().value
    replica.read_from_replica(Generation.now())
    assert ROUTER.db_for_read(Proposal) == "default"


def test_only_what_public_pages_are_made_from_is_read_from_the_replica():
    with replica._reading("replica"):
        assert {ROUTER.db_for_read(model) for model in (Proposal, Delegate, Generation)} == {"replica"}
        assert {ROUTER.db_for_read(model) for model in (Session, Subscriber)} == {"default"}
        assert ROUTER.db_for_write(Proposal) == "default"
    assert ROUTER.db_for_read(Proposal) == "default"
    assert not ROUTER.allow_migrate("replica", "proposals")


@pytest.fixture
def ask(monkeypatch):
    """Two databases that say they are at some generation, or nothing; neither is a real one."""
    record = uuid.uuid4()
    at = {"default": Generation(record=record, value=8), "replica": Generation(record=record, value=7)}
    monkeypatch.setattr(replica, "has_replica", lambda: True)
    monkeypatch.setattr(replica, "_known", None)
    monkeypatch.setattr(replica, "_ask", at.get)
    with replica._reading("default"):
        yield at


def reads_from():
    return ROUTER.db_for_read(Proposal)


def test_a_replica_that_is_behind_what_was_shown_does_not_stand_in_for_the_primary(ask):
    """What it holds may have been taken back since; where it has come as far it goes on."""
    assert replica.generation(lambda _now: False).value == 8
    ask["default"] = None
    with pytest.raises(OperationalError):
        replica.generation(lambda _now: False)
    assert reads_from() == "default"
    ask["replica"].value = 8
    assert replica.generation(lambda _now: False).value == 8
    assert reads_from() == "replica"


def test_a_process_that_begins_without_the_primary_goes_by_what_its_host_has_shown(ask):
    ask["default"] = None
    with pytest.raises(OperationalError):
        replica.generation(lambda now: now.value < 8)
    assert replica.generation(lambda now: now.value < 7).value == 7


def test_once_the_replica_is_the_primary_it_counts_however_far_it_is(ask):
    replica.generation(lambda _now: False)
    ask["default"] = ask["replica"]
    assert replica.generation(lambda _now: True).value == 7
    ask["default"] = None
    assert replica.generation(lambda _now: False).value == 7


def test_a_page_whose_primary_was_lost_is_not_made_again_from_a_replica_that_is_behind(ask, monkeypatch):
    class Lost:
        errors_occurred = True

        def is_usable(self):
            return False

    monkeypatch.setattr(replica, "connections", {"default": Lost(), "replica": Lost()})
    replica.generation(lambda _now: False)
    assert not replica.turn_from_lost()
    ask["replica"].value = 8
    assert replica.turn_from_lost()
    assert reads_from() == "replica"


def test_that_a_database_is_away_and_back_is_logged_once(db, caplog, monkeypatch):
    class Asked:
        answers = False

        @classmethod
        def now(cls):
            if not cls.answers:
                raise OperationalError("gone")
            return Generation(value=7)

    monkeypatch.setattr(replica, "Generation", Asked)
    assert [replica._ask("replica") for _ in range(2)] == [None, None]
    Asked.answers = True
    assert [replica._ask("replica").value for _ in range(2)] == [7, 7]
    said = [record.getMessage() for record in caplog.records]
    assert said == ["The replica does not answer: gone", "The replica answers again"]


@pytest.mark.parametrize(
    ("primary", "address"),
    [("", "postgres://u@127.0.0.1/a"), ("postgres://u@127.0.0.1/a", "sqlite:////tmp/a")],
)
def test_an_address_that_is_no_replica_stops_the_start_with_one_line(tmp_path, primary, address):
    done = Kept(tmp_path, primary, {"DATABASE_REPLICA_URL": address}).manage("check")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "DATABASE_REPLICA_URL must name a replica in PostgreSQL" in done.stderr
