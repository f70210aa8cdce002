"""The index's directory read-only, full or half gone, its files damaged, its program older, the clock put back.

A request is answered all the same: with what there is, or with 503 and the time after which to try again.
"""

import ctypes
import resource
import signal
import time
from contextlib import contextmanager, suppress

import pytest

from proposals.catalogue import Query, catalogue, count, index
from proposals.catalogue.check import differences
from tests.test_catalogue_index import as_a_new_process, assert_answers, change, current, scramble

PAGES = ("/", "/proposals/", "/proposals/?q=quince", "/recommendations/?q=thing", "/topics/", "/zh/proposals/")


@contextmanager
def read_only(folder):
    """Take from everybody the right to write there, and from root the power to write all the same."""
    places = [folder, *folder.rglob("*")]
    modes = [place.stat().st_mode for place in places]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        with without_capabilities():
            yield
    finally:
        for place, mode in zip(places, modes, strict=True):
            place.chmod(mode)


@contextmanager
def without_capabilities():
    """Let this thread do what its user may do, and nothing that only root may."""
    libc, head, held = ctypes.CDLL(None, use_errno=True), (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(head, held) == 0
    usual = held[0], held[3]
    held[0] = held[3] = 0
    assert libc.capset(head, held) == 0
    try:
        yield
    finally:
        held[0], held[3] = usual
        assert libc.capset(head, held) == 0


@contextmanager
def no_room(size):
    """Let no file of this process grow beyond `size` bytes, as on a disk that is nearly full."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def statuses(client):
    return {
        page: client.get(f"{page}{'&' if '?' in page else '?'}turn={time.monotonic()}").status_code for page in PAGES
    }


def all_are(status):
    return dict.fromkeys(PAGES, status)


def test_a_read_only_directory_is_read(proposals, folder, client, caplog):
    assert_answers()
    with read_only(folder):
        with pytest.raises(PermissionError):
            (folder / "new").touch()
        assert statuses(client) == all_are(200)
        change(proposals[0], title_en="Melon")
        assert count(Query(q="melon")) == 0
        assert statuses(client) == all_are(200)
        assert "could not be brought up" in caplog.text
        assert "Permission denied" in caplog.text
    assert count(Query(q="melon")) == 1
    assert list(differences(catalogue())) == []


def test_a_new_process_on_a_read_only_directory_reads_it_too(proposals, folder, client):
    """The engine locks what it reads, in a file beside it."""
    assert_answers()
    with read_only(folder):
        as_a_new_process()
        assert statuses(client) == all_are(200)
        assert_answers()
    change(proposals[0], title_en="Melon")
    assert count(Query(q="melon")) == 1
    assert list(differences(catalogue())) == []


def test_who_may_only_read_sees_what_another_writes(proposals, folder, client):
    """As web servers whose user may not write, beside a timer that runs `catalogue refresh`."""
    assert_answers()
    reader, writer = index.Catalogue(folder), catalogue()
    for title in ("Melon", "Lemon"):
        with read_only(folder):
            before = reader.fresh().position
        change(proposals[0], title_en=title)
        with read_only(folder):
            assert reader.fresh().position == before
        writer.refresh()
        with read_only(folder):
            assert reader.fresh().position > before
    writer.rebuild(anyway=True)
    with read_only(folder):
        assert reader.fresh().name == current(folder).name


def test_where_nothing_is_and_nothing_may_be_written_the_record_is_shown_all_the_same(
    proposals, folder, client, caplog
):
    folder.mkdir()
    with read_only(folder):
        assert statuses(client) == all_are(503)
        assert client.get(proposals[0].get_absolute_url()).status_code == 200
        assert "Permission denied" in caplog.text
    assert statuses(client) == all_are(200)


@pytest.mark.parametrize("size", [0, 100, 3_000, 10_000])
def test_wherever_the_disk_is_full_the_old_answer_is_given_and_nothing_is_lost(proposals, folder, client, size):
    assert_answers()
    before = current(folder)
    change(proposals[0], title_en=f"Melon {'of many words ' * 10}")
    with no_room(size):
        caught_up = count(Query(q="melon"))
        assert count(Query(q="quince")) == 3 - caught_up
        assert statuses(client) == all_are(200)
        with suppress(OSError, ValueError):
            catalogue().rebuild(anyway=True)
        assert statuses(client) == all_are(200)
    if size <= 100:  # no segment is so small
        assert not caught_up
        assert current(folder) == before
    assert count(Query(q="melon")) == 1
    assert list(differences(catalogue())) == []
    catalogue().rebuild(anyway=True)
    assert len(list(folder.glob("index-*"))) == 2  # what was half built is gone


def test_damage_that_shows_while_a_change_is_written_does_not_stop_everything(proposals, folder, client, bounded):
    """As long as it was mended under the lock of what was being written, each waited for the other."""
    assert_answers()
    scramble(".fast")(folder)
    as_a_new_process()
    change(proposals[0], title_en="Melon")
    bounded(30)
    found = [statuses(client) for _ in range(3)]
    assert {status for each in found for status in each.values()} <= {200, 503}
    assert found[-1] == all_are(200)
    assert count(Query(q="melon")) == 1
    assert list(differences(catalogue())) == []


class TooLongError(BaseException):
    """Not to be caught by what catches errors."""


@pytest.fixture
def bounded():
    """Give a function that ends the test with an error when so many seconds have passed."""

    def too_long(*_):
        raise TooLongError

    usual = signal.signal(signal.SIGALRM, too_long)
    yield signal.alarm
    signal.alarm(0)
    signal.signal(signal.SIGALRM, usual)


@pytest.mark.parametrize("hours", [-30, 30])
def test_damage_is_mended_whatever_the_clock_said_when_it_was_mended_before(proposals, folder, hours, monkeypatch):
    """Within an hour it is not built twice for one reason; a clock that was put back must not make that days."""
    assert_answers()
    real = time.time
    for shift in (hours * 3600, 0):
        monkeypatch.setattr(index.time, "time", lambda shift=shift: real() + shift)
        before = current(folder)
        catalogue()._damaged(before.name, OSError("as on a bad disk"))
        assert current(folder) != before
        mended = current(folder)
        catalogue()._damaged(mended.name, OSError("the same again"))
        assert current(folder) == mended
    assert_answers()
