"""While the database cannot be asked, kept pages are given as they were known last; others say what is wrong."""

import gzip
import re
import time
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from lianghui import pages, patience
from lianghui.patience import AT_FIRST, OF_REQUESTS, Breaker
from proposals.catalogue import index
from proposals.models import Proposal
from tests.factories import make_proposal

pytestmark = pytest.mark.django_db
LIST = "/proposals/?q=quince"
NO_RECORD_NEEDED = ("/about/", "/zh/about/method/", "/robots.txt")


def refuse(execute, sql, params, many, context):
    raise OperationalError("connection refused")


@contextmanager
def no_database():
    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


def test_what_was_kept_is_given_and_says_of_when_it_is(proposals, visitor, monkeypatch):
    visitor.get(LIST)  # the index is made for it, and what was asked of none is not kept
    before = visitor.get(LIST)
    short = visitor.get(LIST, headers={"accept-encoding": "gzip"})
    with no_database():
        now = time.monotonic()
        monkeypatch.setattr(pages.time, "monotonic", lambda: now + 40)
        after = visitor.get(LIST)
        assert (after.status_code, after.content) == (200, before.content)
        assert 40 <= int(after["Age"]) < 60
        assert after["Cache-Status"].startswith("lianghui; hit; ttl=-4")
        assert gzip.decompress(visitor.get(LIST, headers={"accept-encoding": "gzip"}).content) == before.content
        known = visitor.get(LIST, headers={"if-none-match": short["ETag"], "accept-encoding": "gzip"})
        assert known.status_code == 304
        assert visitor.head(LIST).status_code == 200
    again = visitor.get(LIST)
    assert "Age" not in again.headers
    assert "Cache-Status" not in again.headers


def test_what_was_not_kept_says_what_is_wrong_and_is_kept_by_nobody(proposals, visitor):
    visitor.get(LIST)
    with no_database():
        for address in ("/recommendations/?q=quince", "/zh/topics/", "/proposals/export.csv", "/api/v1/topics/"):
            answer = visitor.get(address)
            assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
            assert int(answer["Retry-After"]) > 0
    assert visitor.get("/zh/topics/").status_code == 200


def test_a_list_that_was_not_kept_is_made_of_the_index_alone_and_is_kept_by_nobody(proposals, visitor):
    usual = visitor.get("/proposals/?q=quince&sort=oldest").text
    with no_database():
        answer = visitor.get("/proposals/?sort=oldest&q=quince&year=2024")
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    rows = [re.findall(r'<article class="card">.*?</article>', text, re.DOTALL) for text in (usual, answer.text)]
    assert rows[0] == rows[1] != []


def test_a_list_is_not_made_of_an_index_that_is_behind_what_was_known_last(proposals, visitor, monkeypatch):
    visitor.get(LIST)
    monkeypatch.setattr(index.Catalogue, "catch_up", lambda _self: None)
    proposals[0].state = Proposal.State.DRAFT
    proposals[0].save()
    visitor.get(LIST)
    with no_database():
        assert visitor.get("/proposals/?q=quince&sort=oldest").status_code == 503


def test_pages_that_need_no_record_go_on(proposals, visitor):
    visitor.get(LIST)
    with no_database():
        for address in NO_RECORD_NEEDED:
            assert visitor.get(address).status_code == 200, address


def test_what_changed_before_is_not_brought_back(proposals, visitor):
    """What is known last is what counts: a page from before a change is not given, though it is still kept."""
    address = proposals[0].get_absolute_url()
    assert visitor.get(address).status_code == 200
    proposals[0].state = Proposal.State.DRAFT
    proposals[0].save()
    assert visitor.get(LIST).text.count("Quince") < 10
    with no_database():
        assert visitor.get(address).status_code == 503


def test_over_midnight_the_day_of_the_last_answer_counts(proposals, visitor, monkeypatch):
    for _ in range(2):
        visitor.get(LIST)
    tomorrow = pages.timezone.localdate() + pages.datetime.timedelta(days=1)
    monkeypatch.setattr(pages.timezone, "localdate", lambda: tomorrow)
    with no_database():
        assert visitor.get(LIST).status_code == 200


def test_it_ends_after_an_hour(proposals, visitor, monkeypatch):
    """Another host may still reach the database, and something be taken back there: it is to be seen nowhere."""
    for _ in range(2):
        visitor.get(LIST)
    now, later = time.monotonic(), [3_500]
    monkeypatch.setattr(pages.time, "monotonic", lambda: now + later[0])
    with no_database():
        assert visitor.get(LIST).status_code == 200
        later[0] += 100
        assert visitor.get(LIST).status_code == 503
    assert visitor.get(LIST).status_code == 200


def test_a_process_that_never_knew_the_record_says_what_is_wrong(visitor):
    cache.clear()
    with no_database():
        assert visitor.get(LIST).status_code == 503


def test_a_change_shows_as_soon_as_the_database_is_back(proposals, visitor):
    visitor.get(LIST)
    with no_database():
        visitor.get(LIST)
    make_proposal(title="Quince jam of the year", published=True)
    assert "jam of the year" in visitor.get(LIST).text


def test_of_many_one_asks_again_and_all_others_are_told_at_once(monkeypatch):
    now = 100.0
    monkeypatch.setattr(patience.time, "monotonic", lambda: now)
    breaker = Breaker()
    assert [breaker.admits() for _ in range(3)] == [True] * 3
    breaker.failed()
    assert not breaker.admits()
    now += patience.PAUSE
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    now += patience.TRYING
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert [breaker.admits() for _ in range(3)] == [True] * 3


def test_a_request_waits_and_a_command_waits_as_long_as_it_takes(proposals, visitor):
    assert patience.patience.get() in (None, OF_REQUESTS)
    with patience.patient(AT_FIRST):
        assert patience.patience.get() == AT_FIRST
    visitor.get(LIST)
    assert patience.patience.get() == OF_REQUESTS
