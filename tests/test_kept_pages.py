"""Public pages are kept until what they show changes, compressed, and not sent again to who has them."""

import errno
import fcntl
import gzip
import os
import re
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from lianghui import kept, pages, turns
from proposals.catalogue import index
from proposals.models import Generation, Proposal
from tests.factories import make_proposal
from tests.site import ROOT

pytestmark = pytest.mark.django_db
LIST = "/proposals/?q=quince"


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(address)
    return len(asked)


def without_number(answer):
    """The headers, but for the number that each request has."""
    return {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


def found(client):
    return int(re.search(r"(\d+) proposals", client.get(LIST).text)[1])


@pytest.mark.parametrize("address", ["/", LIST, "/recommendations/", "/topics/", "/zh/proposals/"])
def test_a_page_seen_before_costs_one_query(proposals, client, address):
    client.get(address)
    before = client.get(address)
    assert queries(client, address) == 1
    after = client.get(address)
    assert (after.content, without_number(after)) == (before.content, without_number(before))


def test_a_change_shows_at_once_and_what_is_taken_back_is_gone(proposals, client):
    assert [found(client), found(client)] == [3, 3]
    address = proposals[0].get_absolute_url()
    assert client.get(address).status_code == 200
    proposals[0].state = Proposal.State.DRAFT
    proposals[0].save()
    assert found(client) == 2
    assert client.get(address).status_code == 404
    proposals[1].title_en = "Quince jam"
    proposals[1].save()
    assert "<mark>Quince</mark> jam" in client.get(LIST).text


def test_a_page_of_one_state_is_not_kept_under_the_next(rf, monkeypatch):
    """Between the question how far the record is and the answer, another thread may be told of something newer."""
    now, made, record = [5], [], uuid.uuid4()

    def page(request):
        made.append(request.path)
        return HttpResponse("quinces")

    def meanwhile(request):
        if now == [5]:
            now[0] = 6
            keeps(rf.get("/topics/"))
        return False

    monkeypatch.setattr(pages, "generation", lambda _shown: Generation(record=record, value=now[0]))
    monkeypatch.setattr(pages, "read_from_replica", lambda _: None)
    monkeypatch.setattr(pages, "catalogue", lambda: SimpleNamespace(reaches=lambda _: True, is_ahead_of=None))
    monkeypatch.setattr(pages, "_is_compressed", meanwhile)
    keeps = pages.KeptPagesMiddleware(page)
    keeps(rf.get("/regions/"))
    keeps(rf.get("/regions/"))
    keeps(rf.get("/regions/"))
    assert made == ["/topics/", "/regions/", "/regions/"]


@pytest.fixture
def no_record(monkeypatch):
    """Leave the record and the index aside: pages are made by the test."""
    monkeypatch.setattr(pages, "generation", lambda _shown: Generation(record=uuid.UUID(int=1), value=5))
    monkeypatch.setattr(pages, "read_from_replica", lambda _: None)
    monkeypatch.setattr(pages, "catalogue", lambda: SimpleNamespace(reaches=lambda _: True, is_ahead_of=None))


def test_of_many_who_want_a_page_at_once_one_makes_it_and_nobody_waits_for_long(rf, monkeypatch, no_record):
    """Another page is made beside it; where the first takes long, the others make it themselves."""
    made = []

    def page(request):
        made.append(request.path)
        time.sleep({"/regions/": 0.2, "/topics/": 2.0}[request.path])
        return HttpResponse(request.path)

    monkeypatch.setattr(turns, "LONGEST", 1.0)
    keeps = pages.KeptPagesMiddleware(page)
    with ThreadPoolExecutor(7) as pool:
        asked = [*["/regions/"] * 5, *["/topics/"] * 2]
        answers = [*pool.map(lambda address: keeps(rf.get(address)).content.decode(), asked)]
    assert answers == asked
    assert sorted(made) == ["/regions/", "/topics/", "/topics/"]
    assert not turns._turns


def test_two_pages_are_made_at_a_time_and_a_file_beside_them(rf, monkeypatch, no_record):
    """Both of the first pages wait for the file, which would not be made if it waited for them."""
    made, pages_at_once, file_made = [], [], Event()

    def page(request):
        made.append(request.path)
        if request.path == "/list.csv":
            file_made.set()
            return HttpResponse()
        pages_at_once.append(request.path)
        at_once = len(pages_at_once)
        waited = file_made.wait(20)
        time.sleep(0.1)
        pages_at_once.remove(request.path)
        return HttpResponse(f"{at_once} {waited}")

    monkeypatch.setattr(turns, "LONGEST", 20)
    keeps = pages.KeptPagesMiddleware(page)
    with ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(keeps, rf.get(address)) for address in ("/a/", "/b/", "/c/", "/d/", "/e/")]
        while len(made) < 2:
            time.sleep(0.01)
        pool.submit(keeps, rf.get("/list.csv")).result()
    assert made[2] == "/list.csv"
    said = [answer.result().content.decode().split() for answer in answers]
    assert {int(number) for number, _ in said} == {1, 2}
    assert {waited for _, waited in said} == {"True"}


MAKING = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock
from lianghui import turns
turns.settings, turns.LONGEST = SimpleNamespace(VAR_DIR=Path(sys.argv[1])), float(sys.argv[2])
made, key = Path(sys.argv[1], "made"), "ab" * 16
print("ready", flush=True)
sys.stdin.readline()
with turns.in_turn(key):
    if not made.exists():
        time.sleep(2)
        made.touch()
        print("made")
"""


@pytest.mark.parametrize(("longest", "makers"), [("20", 1), ("0.1", 3)])
def test_processes_that_want_the_same_wait_for_each_other_too_but_not_for_long(tmp_path, longest, makers):
    command = [sys.executable, "-c", MAKING, str(tmp_path), longest]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(3)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 3
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert said.count("made\n") == makers


@pytest.mark.parametrize("fault", [errno.EROFS, errno.ENOSPC, errno.EACCES, errno.ENOLCK])
def test_turns_that_cannot_be_told_to_other_processes_are_still_taken_here(tmp_path, settings, monkeypatch, fault):
    """Nobody waits for a disk on which nothing can be written or locked; when it can be again, they are told."""
    settings.VAR_DIR = tmp_path
    turns._file.cache_clear()
    failing, name = (fcntl, "lockf") if fault == errno.ENOLCK else (os, "open")
    with monkeypatch.context() as patch:
        patch.setattr(failing, name, Mock(side_effect=OSError(fault, "fault")))
        began = time.monotonic()
        with turns.in_turn("ab"):
            assert [*turns._turns] == ["ab"]
        assert time.monotonic() - began < turns.LONGEST
    assert not turns._turns
    with turns.in_turn("ab"):
        assert (tmp_path / "turns").exists()
    turns._file.cache_clear()


def test_who_has_the_page_is_told_so_until_it_changes(proposals, client):
    tag = client.get(LIST)["ETag"]
    assert not tag.startswith("W/")
    again = client.get(LIST, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert client.get(LIST, headers={"if-none-match": '"other"'}).status_code == 200
    make_proposal(title="Quince 9", published=True)
    changed = client.get(LIST, headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_what_another_change_leaves_as_it_was_is_not_sent_again(proposals, client):
    """The tag is that of the content: a new generation alone is no reason to load a page again."""
    tag = client.get("/topics/")["ETag"]
    make_proposal(title="Quince 9", published=True)
    assert client.get("/topics/", headers={"if-none-match": tag}).status_code == 304


def test_a_page_is_compressed_for_those_who_take_that(proposals, client):
    plain, short = client.get(LIST), client.get(LIST, headers={"accept-encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert short["Content-Encoding"] == "gzip"
    assert gzip.decompress(short.content) == plain.content
    assert len(short.content) < len(plain.content) / 2
    assert short["ETag"] != plain["ETag"]
    assert plain["Vary"] == short["Vary"] == "Accept-Encoding"


def test_proxies_may_keep_a_page_and_must_ask_whether_it_still_holds(proposals, client):
    page = client.get(LIST)
    assert page["Cache-Control"] == "public, no-cache"
    assert int(page["Content-Length"]) == len(page.content)
    assert not page.cookies


def test_a_question_for_the_head_gets_the_head(proposals, client):
    page, head = client.get(LIST), client.head(LIST)
    assert head.content == b""
    assert without_number(head) == without_number(page)


def test_the_order_of_parameters_makes_no_other_page(proposals, client):
    client.get("/recommendations/?q=quince&year=2024")
    client.get("/recommendations/?q=quince&year=2024")
    assert queries(client, "/recommendations/?year=2024&q=quince") == 1
    assert queries(client, "/recommendations/?q=quince&year=2024&sort=oldest") > 1


def test_another_host_language_or_encoding_is_another_page(proposals, client):
    pages = {
        client.get(LIST, headers=headers).content
        for headers in ({"host": "localhost"}, {"host": "127.0.0.1"}, {"accept-encoding": "gzip"})
        for _ in range(2)
    }
    assert len(pages) == 3
    assert 'lang="zh-Hans"' in client.get(f"/zh{LIST}").text


def test_the_admin_and_what_is_not_found_are_not_kept(proposals, client, admin_user):
    assert client.get("/proposals/999999/").status_code == 404
    assert "ETag" not in client.get("/proposals/999999/").headers
    client.force_login(admin_user)
    page = client.get("/admin/")
    assert "public" not in page["Cache-Control"]
    assert "ETag" not in page.headers


def test_what_a_catalogue_behind_the_record_answers_is_not_kept(proposals, client, folder, monkeypatch):
    monkeypatch.setattr(index, "PATIENCE", 0.1)
    client.get(LIST)
    with index._locked(folder / "write.lock"):
        proposals[0].title_en = "Melon"
        proposals[0].save()
        assert [found(client), found(client)] == [3, 3]
    assert found(client) == 2


def test_a_page_of_unusual_length_is_not_kept(proposals, client, monkeypatch):
    monkeypatch.setattr(pages, "LARGEST", 1_000)
    client.get("/recommendations/")
    client.get("/recommendations/")
    assert queries(client, "/recommendations/") > 1


def test_pages_are_kept_for_all_processes_and_by_nobody_else(proposals, client, settings):
    client.get(LIST)
    client.get(LIST)
    folder = Path(settings.CACHES["default"]["LOCATION"])
    assert len([*folder.iterdir()]) == 1
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", [b"", b"no pickle", b"\x80\x05N.no zlib"])
def test_a_kept_page_that_cannot_be_read_is_made_again(proposals, client, settings, damage):
    client.get(LIST)
    before = client.get(LIST)
    [file] = Path(settings.CACHES["default"]["LOCATION"]).iterdir()
    file.write_bytes(damage)
    assert client.get(LIST).content == before.content


def test_where_nothing_can_be_kept_pages_are_made(proposals, client, settings, caplog):
    folder = Path(settings.CACHES["default"]["LOCATION"])
    folder.write_text("no folder")
    client.get(LIST)
    assert found(client) == 3
    assert "Nothing can be kept in" in caplog.text


def test_the_oldest_of_many_pages_are_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "SELDOM", 1)
    pages = kept.KeptFiles(str(tmp_path), {"max_entries": 30})
    for number in range(40):
        pages.set(str(number), number)
        os.utime(pages._key_to_file(str(number)), (number, number))
    assert len([*tmp_path.iterdir()]) <= 30
    assert [pages.get(str(number)) for number in (0, 5, 38, 39)] == [None, None, 38, 39]


def test_no_more_bytes_are_kept_than_there_is_room_for(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "SELDOM", 1)
    monkeypatch.setattr(kept, "LARGEST", 50_000)
    pages = kept.KeptFiles(str(tmp_path), {"max_entries": 1_000})
    for number in range(40):
        pages.set(str(number), b"x" * 4_000)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 60_000


@pytest.mark.parametrize("refused", ["gzip;q=0", "br, gzip; q=0.0", "GZIP;q=0, identity"])
def test_a_page_is_not_compressed_for_those_who_refuse_that(proposals, client, refused):
    assert "Content-Encoding" not in client.get(LIST, headers={"accept-encoding": refused}).headers
    assert client.get(LIST, headers={"accept-encoding": "gzip;q=0.5"})["Content-Encoding"] == "gzip"


def test_no_page_is_kept_as_another_by_where_the_site_is_said_to_lie(proposals, client):
    """A server may be told of a prefix; with it the addresses of two pages can be the same."""
    for _ in range(2):
        client.get("/", SCRIPT_NAME="/topics")
    assert "<h1>Topics</h1>" in client.get("/topics/").text
