"""What is wrong around the site is answered with 503 in the form that was asked for, and what was typed is not lost."""

import errno
import fcntl
import http.client
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, ProgrammingError, connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from lianghui.faults import BUILDING, BUSY, SLOW, UNREACHABLE, UNWRITABLE, fault_of
from lianghui.middleware import UnavailableMiddleware
from lianghui.unavailable import error_page, unavailable
from lianghui.urls import urlpatterns as site_map
from proposals.catalogue import UnavailableError
from proposals.models import Generation, Proposal
from tests.admin_pages import address, sent_back
from tests.factories import make_proposal
from tests.test_index_in_trouble import no_room

GONE = OperationalError("connection refused")


def broken(request):
    raise GONE


def broken_at_once(request):
    return StreamingHttpResponse(pieces(0))


def broken_later(request):
    return StreamingHttpResponse(pieces(3))


def pieces(whole):
    for _ in range(whole):
        yield b"piece"
    raise GONE


urlpatterns = [
    path("broken/", broken),
    path("broken/feed/", broken),
    path("zh/broken.csv", broken),
    path("api/v1/broken/", broken),
    path("admin/broken/", broken),
    path("admin/second-factor/broken/", broken),
    path("at-once/", broken_at_once),
    path("later/", broken_later),
    *site_map,
]


@pytest.fixture
def gone(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def from_sqlite(statement, *before, name=":memory:"):
    """The exception that SQLite itself gives, as Django hands it on."""
    with closing(sqlite3.connect(name, timeout=0)) as database:
        for each in before:
            database.execute(each)
        try:
            database.executescript(statement)
        except sqlite3.Error as error:
            return as_django(error)
    raise AssertionError(statement)


def as_django(error):
    kinds = {
        "OperationalError": OperationalError,
        "InternalError": InternalError,
        "DatabaseError": DatabaseError,
        "ProgrammingError": ProgrammingError,
    }
    kind = next(kinds[each.__name__] for each in type(error).__mro__ if each.__name__ in kinds)
    told = kind(*error.args)
    told.__cause__ = error
    return told


def locked(folder):
    name = folder / "locked.sqlite3"
    with closing(sqlite3.connect(name)) as other:
        other.executescript("CREATE TABLE some (a); BEGIN EXCLUSIVE")
        return from_sqlite("BEGIN IMMEDIATE", name=name)


def malformed(folder):
    (name := folder / "malformed.sqlite3").write_bytes(b"SQLite format 3\0" + b"\xff" * 5_000)
    return from_sqlite("SELECT * FROM sqlite_master", name=name)


def other_file(folder):
    (name := folder / "other.sqlite3").write_bytes(b"quince " * 1_000)
    return from_sqlite("SELECT * FROM sqlite_master", name=name)


def test_what_sqlite_cannot_do_for_now_is_told_from_what_it_was_wrongly_asked(tmp_path):
    assert fault_of(from_sqlite("SELECT * FROM nowhere")) is None
    assert fault_of(from_sqlite("SELEKT")) is None
    assert fault_of(from_sqlite("CREATE TABLE some (a)", "PRAGMA query_only = 1")) is UNWRITABLE
    filling = "INSERT INTO some VALUES (zeroblob(99999))"
    assert fault_of(from_sqlite(filling, "CREATE TABLE some (a)", "PRAGMA max_page_count = 9")) is UNWRITABLE
    with no_room(9_000):
        assert fault_of(from_sqlite(filling, "CREATE TABLE some (a)", name=tmp_path / "grown.sqlite3")) is UNWRITABLE
    assert fault_of(locked(tmp_path)) is BUSY
    assert fault_of(malformed(tmp_path)) is UNREACHABLE
    assert fault_of(other_file(tmp_path)) is UNREACHABLE


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (psycopg.errors.QueryCanceled, SLOW),
        (psycopg.errors.ReadOnlySqlTransaction, UNWRITABLE),
        (psycopg.errors.DiskFull, UNWRITABLE),
        (psycopg.errors.AdminShutdown, UNREACHABLE),
        (psycopg.errors.CannotConnectNow, UNREACHABLE),
        (psycopg.errors.TooManyConnections, UNREACHABLE),
        (psycopg.errors.DeadlockDetected, UNREACHABLE),
        (psycopg.errors.DataCorrupted, UNREACHABLE),
        (psycopg.OperationalError, UNREACHABLE),
        (psycopg.errors.UndefinedTable, None),
        (psycopg.errors.SyntaxError, None),
    ],
)
def test_what_postgresql_cannot_do_for_now_is_told_from_what_it_was_wrongly_asked(error, fault):
    assert fault_of(as_django(error())) is fault


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OperationalError("gone"), UNREACHABLE),
        (InterfaceError("connection already closed"), UNREACHABLE),
        (UnavailableError(), BUILDING),
        (OSError(errno.ENOSPC, "No space left on device"), UNWRITABLE),
        (OSError(errno.EROFS, "Read-only file system"), UNWRITABLE),
        (OSError(errno.ENOENT, "No such file"), None),
        (ValueError(), None),
        (None, None),
    ],
)
def test_other_faults_are_told_too(error, fault):
    assert fault_of(error) is fault


@pytest.mark.django_db
def test_a_statement_that_the_database_cut_off_took_too_long():
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 20")
        else:
            connection.connection.set_progress_handler(lambda: 1, 1_000)
        try:
            with pytest.raises(OperationalError) as cut:
                cursor.execute(endless)
        finally:
            if connection.vendor == "sqlite":
                connection.connection.set_progress_handler(None, 0)
    assert fault_of(cut.value) is SLOW


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "kind", "said"),
    [
        ("/broken/", "text/html; charset=utf-8", UNREACHABLE.title_en),
        ("/broken/feed/", "text/plain; charset=utf-8", UNREACHABLE.title_en),
        ("/zh/broken.csv", "text/plain; charset=utf-8", UNREACHABLE.title_zh),
        ("/api/v1/broken/", "application/problem+json", UNREACHABLE.title_en),
        ("/api/v1/broken/?lang=zh", "application/problem+json", UNREACHABLE.title_zh),
        ("/at-once/", "text/html; charset=utf-8", UNREACHABLE.title_en),
        ("/admin/broken/", "text/html; charset=utf-8", UNREACHABLE.title_en),
    ],
)
def test_a_fault_is_answered_in_the_form_that_was_asked_for(gone, address, kind, said, caplog):
    answer = gone.get(address)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (503, kind, "no-store")
    assert int(answer["Retry-After"]) > 0
    assert said in answer.text
    assert "refused" not in answer.text
    assert "connection refused" in caplog.text


@pytest.mark.django_db
def test_what_was_typed_in_the_admin_can_be_sent_again(gone):
    answer = gone.post("/admin/broken/?page=1", {"title": 'A "quince" & \n more', "tag": ["1", "2"]})
    assert answer.status_code == 503
    assert "was not saved" in answer.text
    assert "没有保存" in answer.text
    assert 'action="/admin/broken/?page=1"' in answer.text
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text)
    assert fields == [("title", "A &quot;quince&quot; &amp; \n more"), ("tag", "1"), ("tag", "2")]


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["password", "new_password1", "otp_token", "proof", "code"])
def test_what_is_secret_is_never_repeated(gone, secret):
    answer = gone.post("/admin/broken/", {"username": "ann", secret: "canary-17"})
    assert answer.status_code == 503
    assert "was not saved" in answer.text
    assert "canary-17" not in answer.text
    assert "<form" not in answer.text


@pytest.mark.django_db
def test_pages_about_signing_in_repeat_nothing(gone):
    answer = gone.post("/admin/second-factor/broken/", {"anything": "canary-17"})
    assert answer.status_code == 503
    assert "canary-17" not in answer.text


def test_what_breaks_halfway_does_not_look_complete():
    request = RequestFactory().get("/")
    answer = UnavailableMiddleware(lambda _: StreamingHttpResponse(pieces(3)))(request)
    sent = []
    with pytest.raises(OperationalError):
        sent += answer.streaming_content
    whole = UnavailableMiddleware(lambda _: StreamingHttpResponse([b"a", b"b"]))(request)
    assert b"".join(whole.streaming_content) == b"ab"


def test_an_answer_is_made_without_a_database_by_whatever_could_not_go_on():
    request = RequestFactory().get("/proposals/")
    try:
        raise GONE
    except OperationalError:
        assert error_page(request).status_code == 503
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        assert error_page(request).status_code == 500
    assert isinstance(unavailable(request, SLOW), HttpResponse)


@pytest.mark.django_db
def test_a_middleware_that_cannot_ask_is_answered_for_too(monkeypatch):
    make_proposal(published=True)
    visitor = Client(raise_request_exception=False)

    def now():
        raise GONE

    monkeypatch.setattr(Generation, "now", now)
    for place in ("/", "/zh/proposals/", "/api/v1/proposals/", "/proposals/feed/", "/proposals/export.csv"):
        assert visitor.get(place).status_code == http.client.SERVICE_UNAVAILABLE, place


def test_who_saves_while_a_long_edit_is_written_is_told_so_and_loses_nothing(
    record_on_disk, client, admin_user, monkeypatch
):
    monkeypatch.setattr("lianghui.requests.OF_REQUESTS", 0.3)
    proposal = make_proposal(title="Quince")
    client.force_login(admin_user)
    page = address(Proposal, "change", proposal.pk)
    typed = sent_back(client.get(page)) | {"title_en": "Typed meanwhile"}
    if connection.vendor == "sqlite":  # PostgreSQL writes several edits at once
        with Path(f"{connection.settings_dict['NAME']}-turn").open("a") as turn:  # as an import holds it
            fcntl.flock(turn, fcntl.LOCK_EX)
            told = client.post(page, typed)
        assert told.status_code == 503
        assert "Somebody else is writing to the record" in told.text
        assert 'value="Typed meanwhile"' in told.text
    assert client.post(page, typed).status_code == 302
    assert Proposal.objects.get().title_en == "Typed meanwhile"
