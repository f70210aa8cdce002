"""Which database a request reads from, where there is a replica; tests/machines asks real ones."""

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
