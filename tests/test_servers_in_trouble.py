"""Servers that are stopped or killed, a full disk, many writers: the real thing, and what its clients see of it."""

import os
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from urllib.parse import urlsplit

import psutil
import pytest

from tests.site import succeed
from tests.test_processes import Analyst, read

IN_FLIGHT = 200
BACK_WITHIN = pytest.mark.parametrize("seconds", [30, pytest.param(2, marks=pytest.mark.soak)])


def asked(url, address):
    """Send a request and leave the answer for later."""
    connection = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=120)
    connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    return connection


def answered(connection):
    """Read what comes: its status, and whether all of it came that it promised."""
    content = b""
    with connection:
        try:
            while piece := connection.recv(65_536):
                content += piece
        except OSError as error:
            return repr(error), False
    head, _, body = content.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    status = head.split(b" ")[1].decode() if b" " in head else "nothing"
    return status, bool(length) and len(body) == int(length[1])


def workers(site):
    """The processes that answer."""
    return psutil.Process(site.processes[0].pid).children()


def status(url, timeout=30):
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.soak) for turn in range(1, 5))])
def test_of_200_requests_in_flight_when_a_server_is_told_to_stop_none_is_lost(site, turn):
    one = site()
    read(f"{one.url}/proposals/")
    connections = [asked(one.url, f"/proposals/?q=cell&turn={number}") for number in range(IN_FLIGHT)]
    time.sleep(0.1 * turn)
    one.processes[0].terminate()
    with ThreadPoolExecutor(IN_FLIGHT) as pool:  # who is slow to take an answer holds up the next
        answers = Counter(pool.map(answered, connections))
    print(f"\n{IN_FLIGHT} requests in flight at SIGTERM: {dict(answers)}")
    assert answers == {("200", True): IN_FLIGHT}
    assert one.processes[0].wait(timeout=60) == 0


@BACK_WITHIN
def test_a_worker_that_is_killed_is_back_soon(site, seconds):
    one = site()
    read(f"{one.url}/proposals/")
    [worker] = workers(one)
    worker.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    while status(f"{one.url}/proposals/", timeout=60) != 200:
        assert time.monotonic() - killed < seconds + 30
    back = time.monotonic() - killed
    print(f"\nSIGKILL of the only worker: answered again after {back:.2f} s")
    assert back < seconds


def test_while_one_worker_is_killed_the_other_loses_nothing(site):
    """What the killed one had in hand is gone with it; what comes after goes to the other, and all is answered."""
    one = site()
    one.stop()
    one.workers = 2
    one.start()
    read(f"{one.url}/proposals/")
    workers(one)[0].send_signal(signal.SIGKILL)
    killed = time.monotonic()
    while psutil.pid_exists(workers(one)[0].pid) and time.monotonic() - killed < 0.2:
        time.sleep(0.01)
    found = Counter(status(f"{one.url}/proposals/?q=cell&turn={number}", timeout=60) for number in range(50))
    assert found == {200: 50}
    end = time.monotonic() + 30
    while len(workers(one)) < 2:
        assert time.monotonic() < end
        time.sleep(0.05)


# ---- a full disk


@contextmanager
def no_room(site):
    """Fill the disk of a running server: a small one of its own where this may be mounted, else by a limit of files.

    A process that may not let a file grow fails as on a full disk, but for the number of the error.
    """
    if os.path.ismount(site.var):
        filler = site.var / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4_096)
            except OSError:
                pass
        yield
        filler.unlink()
        return
    pids = [each.pid for each in workers(site)]
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    yield
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def mounted(directory, megabytes):
    """Put a small disk at a directory; tell whether this machine lets us."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(directory)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(params=["a limit of files", "a disk of its own"])
def small_site(request, site):
    """A site on a disk that can be filled."""
    one = site()
    mount = False
    if request.param == "a disk of its own":
        one.stop()
        held = one.var.with_name("held")
        one.var.rename(held)
        one.var.mkdir()
        mount = mounted(one.var, 300)
        subprocess.run(["cp", "-a", f"{held}/.", str(one.var)], check=True)
        one.start()
    yield one
    one.stop()
    if mount:
        subprocess.run(["umount", str(one.var)], check=True)


def test_with_a_full_disk_reading_goes_on_nothing_is_damaged_and_saving_mends_itself(small_site):
    one = small_site
    analyst = Analyst(one, 0)
    [key] = set(re.findall(r"/proposals/(\d+)/cgt-industry", read(f"{one.url}/proposals/")))
    form = f"/admin/proposals/proposal/{key}/change/"
    analyst.send(form, title_en="Quince before")
    read(f"{one.url}/proposals/?q=quince")
    with no_room(one):
        if not one.database:  # PostgreSQL has a disk of its own
            code, told = refused(analyst, form)
            assert code == 503, told
            assert "was not saved" in told
            assert "Quince full" in told  # to be sent again
        for address in ("/", "/proposals/?q=cell&full=1", "/zh/topics/?full=1", "/proposals/export.csv", "/healthz"):
            assert status(f"{one.url}{address}", timeout=60) == 200, address
    analyst.send(form, title_en="Melon after")
    assert "Melon</mark> after" in read(f"{one.url}/proposals/?q=melon")
    succeed(one.manage("catalogue", "verify"))
    if not one.database:
        with closing(sqlite3.connect(one.var / "lianghui.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def refused(analyst, form):
    """Save until it is refused, for what was set aside before is used up first; give status and page."""
    for _ in range(500):
        try:
            analyst.send(form, title_en=f"Quince full {'and much besides. ' * 10} {time.monotonic()}")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
    raise AssertionError("It was never refused")


# ---- many who write


class Crowd:
    """Who writes and who reads, each in a thread until the time is over, and what they saw."""

    def __init__(self, site, seconds):
        self.site, self.end = site, time.monotonic() + seconds
        self.saved, self.reads, self.faults = Counter(), Counter(), []

    def write(self, analyst, form, number):
        while time.monotonic() < self.end:
            try:
                analyst.send(form, title_en=f"Quince {number} {time.monotonic()}")
                self.saved[number] += 1
            except (OSError, AssertionError) as error:
                self.faults.append(f"{form}: {error}")

    def look(self, number):
        for turn in count():
            if time.monotonic() > self.end:
                return
            address = ("/proposals/?q=quince", "/", "/topics/", f"/proposals/?q=cell&turn={number}.{turn}")[turn % 4]
            self.reads[status(f"{self.site.url}{address}", timeout=60)] += 1


@pytest.mark.parametrize("seconds", [5, pytest.param(60, marks=pytest.mark.soak)])
def test_while_4_write_and_20_read_nobody_sees_a_lock(site, seconds):
    one = site()
    one.stop()
    one.workers = 2
    one.start()
    analyst = Analyst(one, 0)
    keys = sorted(set(re.findall(r'href="/proposals/(\d+)/', read(f"{one.url}/proposals/"))))
    forms = [f"/admin/proposals/proposal/{keys[number % len(keys)]}/change/" for number in range(4)]
    crowd = Crowd(one, seconds)
    threads = [threading.Thread(target=crowd.write, args=(analyst, form, n)) for n, form in enumerate(forms)]
    threads += [threading.Thread(target=crowd.look, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saved, found = sum(crowd.saved.values()), dict(crowd.reads)
    print(f"\n4 writers and 20 readers for {seconds} s: {saved} saved, read {found}, {crowd.faults}")
    assert crowd.faults == []
    assert found.keys() == {200}
    assert crowd.saved.keys() == {0, 1, 2, 3}
    assert "locked" not in one.log(0).read_text()
