"""`/healthz` and `/readyz`: for machines, without a host, a redirect or a secret, and kept by nobody."""

import json
import urllib.error
import urllib.request

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from lianghui import health
from proposals.catalogue import catalogue
from tests.factories import make_proposal
from tests.site import Kept, Site


@pytest.fixture
def probe(settings):
    """Who balances the load: it asks by number, over plain HTTP, whatever the site demands of others."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
    return Client(headers={"host": "10.0.0.7:8000"}, raise_request_exception=False)


def refuse(execute, sql, params, many, context):
    raise OperationalError("could not connect to canary@db.example.org")


def test_a_process_that_is_alive_says_so_without_a_database(probe):
    """No test that has no database may ask it anything: pytest-django refuses."""
    answer = probe.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "alive\n")
    assert answer["Cache-Control"] == "no-store"
    assert probe.head("/healthz").status_code == 200
    assert probe.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_who_is_ready_says_how_everything_is(probe, proposals):
    catalogue().refresh()
    answer = probe.get("/readyz")
    told = json.loads(answer.text)
    assert answer.status_code == 200, told
    assert told["ready"] is True
    assert told["database"] == {"ok": True, "reachable": True, "writable": True, "migrated": True}
    assert told["index"]["behind"] == 0
    assert 0 <= told["index"]["seconds"] < 600
    assert told["disk"]["free"] > 0
    make_proposal(published=True)
    assert json.loads(probe.get("/readyz").text)["index"]["behind"] == 1


@pytest.mark.django_db
def test_without_an_index_nobody_is_ready(probe):
    told = probe.get("/readyz")
    assert told.status_code == 503
    assert json.loads(told.text)["index"] == {"ok": False}


@pytest.mark.django_db
def test_without_a_database_nobody_is_ready_and_nothing_is_told_of_it(probe, proposals):
    catalogue().refresh()
    with connection.execute_wrapper(refuse):
        answer = probe.get("/readyz")
    told = json.loads(answer.text)
    assert (answer.status_code, told["database"]) == (503, {"ok": False, "reachable": False})
    assert told["index"]["ok"]
    assert "canary" not in answer.text


@pytest.mark.django_db
def test_tables_of_another_program_are_noticed(probe, proposals):
    catalogue().refresh()
    MigrationRecorder.Migration.objects.filter(app="proposals", name="0001_initial").delete()
    answer = probe.get("/readyz")
    assert answer.status_code == 503
    assert json.loads(answer.text)["database"]["migrated"] is False


@pytest.mark.django_db
def test_a_disk_that_is_nearly_full_is_noticed(probe, proposals, monkeypatch):
    catalogue().refresh()
    monkeypatch.setattr(health, "LEAST_FREE", 10**18)
    assert probe.get("/readyz").status_code == 503


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("found", "told"),
    [
        (None, {"ok": False, "reachable": False}),
        ((0, 0.0), {"ok": True, "reachable": True, "behind": 0, "seconds": 0}),
        ((7, 3.2), {"ok": True, "reachable": True, "behind": 7, "seconds": 3}),
        ((7, 61.0), {"ok": False, "reachable": True, "behind": 7, "seconds": 61}),
        ((None, None), {"ok": False, "reachable": True, "behind": None, "seconds": None}),
    ],
)
def test_a_replica_that_is_gone_or_lags_far_behind_is_noticed(probe, proposals, monkeypatch, found, told):
    """tests/machines kills a real one, and has it lag."""
    catalogue().refresh()
    monkeypatch.setattr(health, "has_replica", lambda: True)
    monkeypatch.setattr(health, "behind", lambda: found)
    answer = probe.get("/readyz")
    assert json.loads(answer.text)["replica"] == told
    assert answer.status_code == (200 if told["ok"] else 503)


def test_a_site_whose_database_is_gone_is_alive_and_not_ready(tmp_path):
    gone = Site(Kept(tmp_path, "postgres://nobody:canary@127.0.0.1:1/none"), 1, own_catalogues=False)
    gone.start()
    try:
        with urllib.request.urlopen(f"{gone.url}/healthz") as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(f"{gone.url}/readyz")
        told = raised.value.read().decode()
        assert raised.value.code == 503
        assert "canary" not in told
        assert "canary" not in gone.log(0).read_text()
    finally:
        gone.stop()
