"""A statement that takes too long is stopped: 503 within four seconds, and its worker and its connection are free."""

import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path

from lianghui.deadlines import Allowance, allowance_for, within
from lianghui.urls import handler400, handler500  # noqa: F401 - what the site map says of errors
from lianghui.urls import urlpatterns as site_map
from tests.factories import make_proposal

LONG = 30
"""Seconds that a slow statement takes at least, unless it is stopped."""
SOON = 15
"""Seconds of a busy machine in which something that takes one or two is done."""
SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < {0}000000) SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep({0})",
}


def ask(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def slow(seconds=LONG):
    """Ask for something that takes long, in a transaction of its own where the test is one, so that it can go on."""
    with transaction.atomic():
        return ask(SLOW[connection.vendor].format(int(seconds * 20) if connection.vendor == "sqlite" else seconds))


def slow_page(request):
    slow()
    return HttpResponse("never")


def many_statements(request):
    for _ in range(1_000):
        ask("SELECT 1")
        time.sleep(0.05)
    return HttpResponse("never")


def slow_pieces(request):
    def pieces():
        yield b"first"
        yield b"second"
        slow()

    return StreamingHttpResponse(pieces())


urlpatterns = [
    path("slow/", slow_page),
    path("zh/slow/", slow_page),
    path("api/v1/slow/", slow_page),
    path("admin/slow/", slow_page),
    path("many/", many_statements),
    path("many.csv", many_statements),
    path("pieces.csv", slow_pieces),
    *site_map,
]


@pytest.fixture
def hasty(settings, db):
    """A visitor of a site with slow addresses, where a statement may take one second."""
    settings.ROOT_URLCONF, settings.SLOWEST_STATEMENT, settings.SLOWEST_STATEMENT_IN_ADMIN = __name__, 1, 1
    return Client()


def soon(began):
    return time.monotonic() - began < SOON


def test_a_slow_statement_is_stopped_and_the_connection_is_as_good_as_before(db):
    began = time.monotonic()
    for _ in range(2):
        with within(Allowance(0.2)), pytest.raises(OperationalError):
            slow()
        with within(Allowance(5)):
            assert ask("SELECT 1") == [(1,)]
        assert ask("SELECT 2") == [(2,)]
    assert soon(began)


def test_what_was_written_before_in_the_same_transaction_is_undone_or_kept_as_a_whole(db):
    proposal = make_proposal(title="Quince")

    def written():
        with transaction.atomic():
            proposal.title_en = "Medlar"
            proposal.save()
            slow()

    with within(Allowance(0.2)), pytest.raises(OperationalError):
        written()
    proposal.refresh_from_db()
    assert proposal.title_en == "Quince"
    with within(Allowance(5)):
        proposal.save()


@pytest.mark.parametrize("address", ["/slow/", "/zh/slow/", "/api/v1/slow/", "/admin/slow/"])
def test_a_slow_page_is_answered_503_with_the_time_to_come_back(hasty, address):
    began = time.monotonic()
    answer = hasty.get(address)
    assert soon(began)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert ("查询耗时过长" if "zh" in address else "This took too long") in answer.text
    assert hasty.get("/about/").status_code == 200


def test_many_short_statements_are_stopped_too_but_in_files_and_the_admin(hasty):
    began = time.monotonic()
    answer = hasty.get("/many/")
    assert soon(began)
    assert answer.status_code == 503
    assert "This took too long" in answer.text
    assert allowance_for("/proposals/export.csv").whole == allowance_for("/admin/x/").whole == float("inf")


def test_each_piece_of_a_download_has_its_own_time(hasty):
    began = time.monotonic()
    answer = hasty.get("/pieces.csv")
    assert answer.status_code == 200
    with pytest.raises(OperationalError):
        list(answer.streaming_content)
    assert soon(began)


def test_outside_of_requests_nothing_is_stopped(hasty):
    """Commands, and threads beside the requests, have connections of their own, on which nothing was set."""
    assert slow(0.1 if connection.vendor == "sqlite" else 2)


def test_the_time_is_set_anew_for_each_request(hasty, settings):
    """One that was left with little time leaves none of that to the next, nor does one that failed."""
    assert hasty.get("/many/").status_code == 503
    assert hasty.get("/slow/").status_code == 503
    if connection.vendor == "postgresql":
        with within(Allowance(3, 3.5)):
            assert ask("SHOW statement_timeout") == [("3s",)]
        with within(Allowance(30)):
            assert ask("SHOW statement_timeout") == [("30s",)]


@pytest.mark.parametrize(
    ("path", "statement", "whole"),
    [
        ("/", 3, 3.5),
        ("/zh/proposals/", 3, 3.5),
        ("/api/v1/proposals/", 3, 3.5),
        ("/proposals/feed/", 3, 3.5),
        ("/proposals/export.xlsx", 3, float("inf")),
        ("/sitemap-proposals-0.xml", 3, float("inf")),
        ("/admin/proposals/proposal/import/", 30, float("inf")),
    ],
)
def test_every_address_has_its_time(settings, path, statement, whole):
    settings.SLOWEST_STATEMENT, settings.SLOWEST_STATEMENT_IN_ADMIN = 3, 30
    assert allowance_for(path) == Allowance(statement, whole)
    settings.SLOWEST_STATEMENT = 0
    assert allowance_for(path) is None


MADE_SLOW = """
import sqlite3
from django.db import connection
with connection.cursor() as cursor:
    if connection.vendor == "sqlite":
        cursor.execute("PRAGMA legacy_alter_table = ON")
        slow = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 9e9) SELECT max(i) FROM n) > 0"
    else:
        slow = "pg_sleep(30) IS NOT NULL"
    cursor.execute("ALTER TABLE proposals_addressee RENAME TO aside")
    cursor.execute(f"CREATE VIEW proposals_addressee AS SELECT * FROM aside WHERE {slow}")
"""
MENDED = """
from django.db import connection
with connection.cursor() as cursor:
    if connection.vendor == "sqlite":
        cursor.execute("PRAGMA legacy_alter_table = ON")
    cursor.execute("DROP VIEW proposals_addressee")
    cursor.execute("ALTER TABLE aside RENAME TO proposals_addressee")
"""


SIZES, ORDERS, LANGUAGES = (20, 50, 100), ("newest", "oldest"), ("", "/zh")
ADDRESSES = [f"{each}/recommendations/?page_size={n}&sort={by}" for each in LANGUAGES for n in SIZES for by in ORDERS]


def timed(url):
    """Give status, seconds and the header that says when to come back."""
    began = time.monotonic()
    try:
        with closing(urllib.request.urlopen(url, timeout=60)) as response:
            return response.status, time.monotonic() - began, ""
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, time.monotonic() - began, error.headers.get("Retry-After", "")


def test_a_real_site_with_a_slow_table_frees_every_worker(site):
    """More slow requests than the server has threads; then the table is mended, and all is answered again."""
    one = site()
    one.stop()
    one.settings["STATEMENT_TIMEOUT"] = "3"
    one.start()
    assert timed(f"{one.url}/about/")[0] == 200
    assert one.manage("shell", "--command", MADE_SLOW).returncode == 0
    addresses = [f"{one.url}{each}" for each in ADDRESSES]
    with ThreadPoolExecutor(len(ADDRESSES)) as pool:
        answers = [*pool.map(timed, addresses)]
    print("slow table:", [(status, round(took, 2)) for status, took, _ in answers])
    assert {status for status, _, _ in answers} == {503}
    assert all(int(again) > 0 for _, _, again in answers)
    assert max(took for _, took, _ in answers) < SOON
    assert timed(f"{one.url}/about/")[0] == 200
    assert one.manage("shell", "--command", MENDED).returncode == 0
    assert {timed(address)[0] for address in addresses} == {200}
