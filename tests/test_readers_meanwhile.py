"""Readers at real servers while others save, build the index anew, or start a newer program over an older index."""

import json
import re
import shutil
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email.utils import parsedate_to_datetime
from itertools import cycle
from threading import Event

import pytest
import tantivy

from tests.site import succeed
from tests.test_processes import (
    MANY,
    PROPOSALS,
    Analyst,
    assert_all_is_well,
    folders,
    read,
    shell,
    shows,
    started,
)

READERS, SAVERS = 8, 4
MORE = 1_100
"""Proposals that a request leaves to a thread beside it."""
SAVER = """
import json, time, urllib.request
from itertools import count
from django.utils import timezone
from people.models import Session
from proposals.models import Proposal
from proposals.models.outbox import recorded

saver, seconds, urls = {saver}, {seconds}, {urls}
missed, slowest, word, published = [], 0, "", False
session = Session.objects.order_by("pk").first()
proposal = Proposal(session=session, slug=f"saver-{{saver}}", published_at=timezone.now())
print("ready", flush=True)
input()
end = time.monotonic() + seconds
for turn in count():
    if turn and time.monotonic() > end:
        break
    word, published = f"Saver{{saver}}Turn{{turn}}", turn % 3 != 1
    with recorded():
        proposal.title_en, proposal.state = f"{{word}} is the title", "published" if published else "draft"
        proposal.save()
    began = time.monotonic()
    with urllib.request.urlopen(f"{{urls[turn % len(urls)]}}/proposals/?q={{word}}", timeout=60) as answer:
        if (f"{{word}}</mark>" in answer.read().decode()) is not published:
            missed.append(word)
    slowest = max(slowest, time.monotonic() - began)
print(json.dumps(dict(turns=turn, missed=missed, slowest=slowest, last=word if published else "")))
"""


@contextmanager
def reading(site, addresses):
    """Let eight read as long as the block lasts, each in a thread; gives how often each address had each answer."""
    stop, answers = Event(), Counter()

    def read_on(first):
        for turn, address in enumerate(cycle([*addresses[first:], *addresses[:first]])):
            if stop.is_set():
                return
            answers[address, answer(f"{site.urls[turn % len(site.urls)]}{address}")] += 1

    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read_on, number % len(addresses)) for number in range(READERS)]
        try:
            yield answers
        finally:
            stop.set()
        for reader in readers:
            reader.result()


def answer(url):
    """Give what came: the number found, `page` where there is none on it, or the status with a promise of more."""
    try:
        found = re.search(r'<h1 id="found" class="sentence">(\d+) ', read(url))
    except urllib.error.HTTPError as error:
        return f"{error.code}, again after {error.headers['Retry-After']}"
    return int(found[1]) if found else "page"


def assert_no_error_was_logged(site):
    for index in range(len(site.urls)):
        said = site.log(index).read_text().replace("WARNING django.request: Not Found: /healthz", "")
        assert not re.search("ERROR|WARNING|CRITICAL|Traceback", said), said


def detail(site):
    return re.search(r'href="(/proposals/\d+/[^"]+)"', read(f"{site.url}/proposals/"))[1]


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("seconds", "own_catalogues"),
    [
        (3, False),
        pytest.param(60, False, marks=pytest.mark.soak),
        pytest.param(60, True, marks=pytest.mark.soak),
    ],
    ids=["a moment", "one catalogue", "a catalogue each"],
)
def test_four_save_and_eight_read_and_nothing_is_missed(site, seconds, own_catalogues):
    servers = site(servers=2, own_catalogues=own_catalogues)
    codes = [SAVER.format(saver=number, seconds=seconds, urls=servers.urls) for number in range(SAVERS)]
    savers = [started(servers, "shell", "--no-imports", "-c", code) for code in codes]
    for saver in savers:
        assert saver.stdout.readline() == b"ready\n", saver.communicate()
    with reading(servers, ["/", "/proposals/", "/recommendations/?q=cells", detail(servers), "/topics/"]) as answers:
        for saver in savers:
            saver.stdin.write(b"\n")
            saver.stdin.flush()
        with ThreadPoolExecutor(SAVERS) as pool:
            said = [*pool.map(lambda saver: saver.communicate(timeout=seconds + 60), savers)]
    assert [saver.returncode for saver in savers] == [0] * SAVERS, "\n".join(error.decode() for _, error in said)
    results = [json.loads(out) for out, _ in said]
    assert [result["missed"] for result in results] == [[]] * SAVERS
    assert min(result["turns"] for result in results) > 1
    assert all(isinstance(said, int) or said == "page" for _, said in answers), answers
    assert answers.total() > READERS
    for result in results:
        for url in servers.urls if result["last"] else ():
            assert f"{result['last']}</mark>" in read(f"{url}/proposals/?q={result['last']}")
    assert_all_is_well(servers)
    assert_no_error_was_logged(servers)
    print(f"{seconds} s: {answers.total()} answers,", *results)


@pytest.mark.soak
def test_no_reader_sees_that_the_index_is_built_anew(site):
    servers = site(servers=2)
    shell(servers, MANY)
    succeed(servers.manage("catalogue", "rebuild"))
    addresses = {
        "/proposals/?q=quince": PROPOSALS,
        "/recommendations/?q=read": 0,
        "/proposals/?q=quince&page=3": PROPOSALS,
    }
    [folder] = folders(servers)
    before = (folder / "CURRENT").read_text()
    with reading(servers, [*addresses]) as answers:
        succeed(servers.manage("catalogue", "rebuild"))
    assert (folder / "CURRENT").read_text() != before
    assert {*answers} == {*addresses.items()}
    assert answers.total() > 2 * READERS
    assert_all_is_well(servers)
    assert_no_error_was_logged(servers)


def older_schema(folder):
    """An index as an older program may have made it: other fields under the same numbers."""
    (folder / "index-older").mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("title", stored=True)
    builder.add_unsigned_field("type", indexed=True, fast=True)
    builder.add_unsigned_field("position", stored=True)
    schema = builder.build()
    older = tantivy.Index(schema, str(folder / "index-older"))
    writer = older.writer(15_000_000, 1)
    writer.add_document(tantivy.Document.from_dict({"title": ["quince"], "type": [3], "position": [10**6]}, schema))
    writer.commit()
    writer.wait_merging_threads()
    return "index-older"


def older_words(folder):
    """An index of the same fields, filled by another program."""
    return json.loads((folder / "CURRENT").read_text())["index"]


@pytest.mark.parametrize("older", [older_schema, pytest.param(older_words, marks=pytest.mark.soak)])
def test_a_newer_program_replaces_an_older_index_by_itself_and_shows_the_record_meanwhile(site, older):
    """What needs the catalogue says when to come again, for as long as it takes; all else goes on."""
    servers = site(servers=2)
    shell(servers, MANY.replace(f"range({PROPOSALS})", f"range({MORE})"))
    succeed(servers.manage("catalogue", "rebuild"))
    page, lists = detail(servers), ["/proposals/?q=quince", "/", "/recommendations/?q=read"]
    [folder] = folders(servers)
    current = json.loads((folder / "CURRENT").read_text())
    record, _shape = current["built_from"].split()
    current |= {"index": older(folder), "built_from": f"{record} 0123456789abcdef"}
    (folder / "CURRENT.new").write_text(json.dumps(current))
    with reading(servers, [*lists, page]) as answers:
        time.sleep(0.5)
        (folder / "CURRENT.new").rename(folder / "CURRENT")
        until(lambda: answer(f"{servers.url}{lists[0]}") == answer(f"{servers.urls[1]}{lists[0]}") == MORE)
    wait = "503, again after 5"
    assert {said for address, said in answers if address == page} == {"page"}
    assert {said for address, said in answers if address == lists[0]} == {MORE, wait}
    assert {said for address, said in answers if address == lists[2]} <= {0, wait}
    assert {said for address, said in answers if address == "/"} <= {"page", wait}
    assert_all_is_well(servers)
    assert "Traceback" not in "".join(servers.log(index).read_text() for index in range(2))


CLOCK = """
import os, time
from datetime import timedelta
from django.utils import timezone
shift, real, now = float(os.environ["CLOCK_SHIFT"]), time.time, timezone.now
time.time = lambda: real() + shift
timezone.now = lambda: now() + timedelta(seconds=shift)
"""


@pytest.mark.soak
def test_hosts_whose_clocks_are_hours_apart_show_what_each_saves_at_the_next_request(site):
    servers = site(servers=2, own_catalogues=True)
    (servers.var / "clock").mkdir()
    (servers.var / "clock" / "sitecustomize.py").write_text(CLOCK)
    for index, hours in enumerate((-7, 9)):
        servers.kill(index)
        servers.more[index] = {"PYTHONPATH": str(servers.var / "clock"), "CLOCK_SHIFT": str(hours * 3600)}
    servers.start()
    assert timedelta(hours=15) < clock(servers.urls[1]) - clock(servers.urls[0]) < timedelta(hours=17)
    analyst = Analyst(servers, 0)
    [path] = set(re.findall(r"/proposals/(\d+)/cgt-industry", read(f"{servers.url}/proposals/")))
    for turn in range(4):
        word = f"Quince{turn}"
        analyst.url = servers.urls[turn % 2]  # who logged in at one is known at the other
        analyst.send(f"/admin/proposals/proposal/{path}/change/", title_en=f"{word} is in the title")
        for index in (turn + 1) % 2, turn % 2:
            assert shows(servers, index, word)
            assert not shows(servers, index, f"Quince{turn - 1}")
    shutil.rmtree(folders(servers)[0])
    assert shows(servers, 0, word)
    assert_all_is_well(servers)
    assert_no_error_was_logged(servers)


def clock(url):
    with urllib.request.urlopen(url, timeout=60) as response:
        return parsedate_to_datetime(response.headers["Date"])
