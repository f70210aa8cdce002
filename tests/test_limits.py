"""One address asks as often as people do; a program that asks again and again is told when to come back."""

import json
import logging
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import html5lib
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import resolve
from django.utils import translation

from lianghui.counting import PAUSE, Tallies
from lianghui.limits import ALERTS, API, EXPORTS, FEEDS, PAGES, SIGN_IN, group_of
from lianghui.settings import rate
from tests.factories import make_proposal
from tests.site import ROOT

RATES = {"pages": (5, 60), "exports": (3, 60), "feeds": (3, 60), "api": (4, 60), "alerts": (3, 60), "sign-in": (3, 60)}
ADDRESSES = {
    PAGES: "/proposals/?submitted_after={}",
    EXPORTS: "/proposals/export.csv?submitted_after={}",
    FEEDS: "/proposals/feed/?submitted_after={}",
    API: "/api/v1/proposals/?submitted_after={}",
    ALERTS: "/alerts/proposals/?submitted_after={}",
}
"""One of each group, of which no two are the same page."""


@pytest.fixture
def limited(client, db, settings):
    """A site with a proposal, a catalogue that is up to date, and small limits."""
    make_proposal(title="Quince", published=True)
    client.get("/proposals/")
    settings.RATES, settings.ALERTS_BY_MAIL = RATES, True


@pytest.fixture
def tallies(tmp_path):
    return Tallies(tmp_path / "limits.sqlite3")


def statuses(client, address, number, first=1900, **more):
    return [client.get(address.format(first + each), **more).status_code for each in range(number)]


@pytest.mark.parametrize(("group", "address"), ADDRESSES.items())
def test_each_group_has_its_own_rate(client, limited, group, address):
    most = RATES[group][0]
    assert statuses(client, address, most + 2) == [200] * most + [429] * 2
    other = ADDRESSES[FEEDS if group == PAGES else PAGES]
    assert statuses(client, other, 1) == [200]


@pytest.mark.parametrize(("address", "status"), [("/no-such-{}/", 404), ("/topics?x={}", 301)])
def test_what_is_not_there_counts_as_a_page(client, limited, address, status):
    assert statuses(client, address, 6) == [status] * 5 + [429]


def test_what_is_not_there_in_the_api_counts_there_and_says_so_as_it_does(client, limited):
    assert statuses(client, "/api/v1/no-such-{}/", 4) == [404] * 4
    refused = client.get("/api/v1/nothing/")
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_people_get_a_page_with_the_way_to_everything(client, limited, prefix, caplog):
    statuses(client, "/proposals/?submitted_after={}", 5)
    refused = client.get(f"{prefix}/proposals/?q=quince")
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 60
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(refused.text)
    assert page.get("lang") == ("zh-Hans" if prefix else "en-GB")
    links = {each.get("href") for each in page.iter("a")}
    assert {f"{prefix}/data/", f"{prefix}/about/api/"} <= links
    assert refused["Retry-After"] in "".join(page.itertext())
    assert refused["Cache-Control"] == "no-store"
    assert "Too Many" not in caplog.text
    assert not refused.cookies


def test_programs_get_problem_details(client, limited):
    statuses(client, ADDRESSES[API], 4)
    refused = client.get("/api/v1/proposals/?submitted_after=1950&lang=zh")
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert refused["Access-Control-Allow-Origin"] == "*"
    said = json.loads(refused.content)
    assert (said["status"], said["title"]) == (429, "Too Many Requests")
    assert refused["Retry-After"] in said["detail"]
    assert re.search("[\u4e00-\u9fff]", said["detail"])


@pytest.mark.parametrize("group", [EXPORTS, FEEDS])
def test_downloads_and_feeds_get_text(client, limited, group):
    statuses(client, ADDRESSES[group], 3)
    refused = client.get(ADDRESSES[group].format(1950))
    assert (refused.status_code, refused["Content-Type"]) == (429, "text/plain; charset=utf-8")
    assert "http://testserver/data/" in refused.text
    assert refused["Retry-After"] in refused.text


def test_what_is_kept_costs_nothing(client, limited):
    assert statuses(client, "/proposals/?submitted_after=1900", 20) == [200] * 20
    assert statuses(client, ADDRESSES[PAGES], 4, first=1901) == [200] * 4
    assert statuses(client, ADDRESSES[PAGES], 1, first=1950) == [429]
    assert statuses(client, "/proposals/?submitted_after=1900", 3) == [200] * 3


def test_other_addresses_go_on(client, limited):
    statuses(client, ADDRESSES[PAGES], 5)
    assert statuses(client, ADDRESSES[PAGES], 1, first=1950) == [429]
    assert statuses(client, ADDRESSES[PAGES], 1, first=1951, REMOTE_ADDR="192.0.2.7") == [200]


def test_a_forged_address_changes_nothing(client, limited, settings):
    def asked(forged, first, **more):
        return statuses(client, ADDRESSES[PAGES], 1, first=first, headers={"x-forwarded-for": forged}, **more)

    statuses(client, ADDRESSES[PAGES], 5)
    assert [asked(f"10.0.0.{each}", 1950 + each) for each in range(5)] == [[429]] * 5
    settings.TRUSTED_PROXIES = 1
    behind = [asked(f"10.0.0.{each}, 198.51.100.7", 1960 + each) for each in range(7)]
    assert behind == [[200]] * 5 + [[429]] * 2
    assert asked("10.0.0.1, 198.51.100.8", 1970) == [200]


def test_an_ipv6_network_is_one_address(client, limited):
    found = [statuses(client, ADDRESSES[PAGES], 1, 1900 + n, REMOTE_ADDR=f"2001:db8:1:2::{n}") for n in range(7)]
    assert found == [[200]] * 5 + [[429]] * 2
    assert statuses(client, ADDRESSES[PAGES], 1, 1950, REMOTE_ADDR="2001:db8:1:3::1") == [200]


def test_who_guesses_passwords_is_refused_before_one_is_checked(client, limited):
    entered = {"username": "nobody", "password": "guess"}
    assert [client.get("/admin/login/").status_code for _ in range(6)] == [200] * 6
    found = [client.post("/admin/login/", entered | {"username": f"n{each}"}).status_code for each in range(6)]
    assert 429 not in found[:3]
    assert found[3:] == [429] * 3


def test_so_is_who_posts_to_the_admin_without_a_session(client, admin_client, limited):
    found = [client.post("/admin/proposals/topic/add/", {"slug": "q"}).status_code for _ in range(5)]
    assert found == [403] * 3 + [429] * 2
    assert [admin_client.post("/admin/proposals/topic/add/").status_code for _ in range(5)] == [200] * 5


@pytest.mark.parametrize(
    ("address", "method", "group"),
    [
        ("/", "GET", PAGES),
        ("/zh/proposals/", "GET", PAGES),
        ("/zh/proposals/export.xlsx", "GET", EXPORTS),
        ("/data/lianghui.zip", "GET", EXPORTS),
        ("/zh/replies/feed/", "GET", FEEDS),
        ("/api/v1/topics/cells/", "GET", API),
        ("/api/docs/", "GET", PAGES),
        ("/alerts/confirm/x/", "POST", ALERTS),
        ("/robots.txt", "GET", None),
        ("/admin/", "GET", None),
        ("/admin/preview/1/", "GET", None),
        ("/admin/login/", "POST", SIGN_IN),
        ("/admin/proposals/topic/add/", "POST", SIGN_IN),
    ],
)
def test_every_address_has_its_group(address, method, group, settings):
    language = "zh-hans" if address.startswith("/zh/") else "en-gb"
    with translation.override(language):
        assert group_of(resolve(address), method) == group


def test_no_address_is_kept_and_what_is_made_good_goes(client, limited, settings, tallies, caplog):
    statuses(client, ADDRESSES[PAGES], 7, REMOTE_ADDR="198.51.100.77")
    kept = b"".join(path.read_bytes() for path in settings.VAR_DIR.glob("limits.sqlite3*"))
    assert kept
    assert b"198.51.100.77" not in kept
    assert "198.51.100.77" not in caplog.text
    short = Tallies(tallies.path)
    short.once_more(b"a", 1, 0.01)
    time.sleep(0.02)
    again = Tallies(tallies.path)  # which looks for what can be forgotten at once
    again.once_more(b"b", 1, 60)
    assert [
        who for (who,) in again._connection.execute("SELECT who FROM tallies WHERE who IN (?, ?)", (b"a", b"b"))
    ] == [b"b"]


def test_time_makes_good_what_was_asked(tallies, monkeypatch):
    now = 1_000_000.0
    monkeypatch.setattr("lianghui.counting.time.time", lambda: now)
    assert [tallies.once_more(b"a", 3, 60) for _ in range(3)] == [0, 0, 0]
    wait = tallies.once_more(b"a", 3, 60)
    assert 19 < wait <= 20.1
    now += wait
    assert tallies.once_more(b"a", 3, 60) == 0
    assert tallies.once_more(b"a", 3, 60) > 19
    now += 3_600
    assert [tallies.once_more(b"a", 3, 60) for _ in range(3)] == [0, 0, 0]


def test_a_clock_that_is_put_back_locks_nobody_out(tallies, monkeypatch):
    now = 1_000_000.0
    monkeypatch.setattr("lianghui.counting.time.time", lambda: now)
    for _ in range(4):
        tallies.once_more(b"a", 3, 60)
    now -= 3_600
    assert tallies.once_more(b"a", 3, 60) == 0


COUNTING = """
import sys
from pathlib import Path
from lianghui import counting
counting.WAITS = 60  # a busy machine is no reason to let somebody by
tallies = counting.Tallies(Path(sys.argv[1]))
print(sum(not tallies.once_more(b"a", 1_000, 3_600) for _ in range(1_000)))
"""


def test_all_processes_count_together(tmp_path):
    command = [sys.executable, "-c", COUNTING, str(tmp_path / "limits.sqlite3")]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    allowed = sum(int(process.communicate(timeout=60)[0]) for process in processes)
    assert allowed == 1_000  # of 3,000


def test_threads_count_together(tallies):
    with ThreadPoolExecutor(8) as pool:
        waits = [*pool.map(lambda _: tallies.once_more(b"a", 50, 3_600), range(200))]
    assert waits.count(0) == 50


def damaged(path):
    path.write_bytes(b"no database at all" * 1_000)


def truncated(path):
    path.write_bytes(path.read_bytes()[:1_000])


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), damaged, truncated])
def test_a_file_that_is_deleted_or_damaged_is_made_anew(tallies, monkeypatch, harm, caplog):
    clock = 0.0
    monkeypatch.setattr("lianghui.counting.time.monotonic", lambda: clock)
    tallies.once_more(b"a", 1, 60)
    tallies._close()  # what is in the log file beside it is written into it
    harm(tallies.path)
    for seconds in (10.0, 20.0, 30.0):
        clock = seconds
        tallies.once_more(b"a", 1, 60)
    assert tallies.once_more(b"a", 1, 60) > 0
    assert len([each for each in caplog.records if "cannot be counted" in each.message]) <= 1


def test_where_nothing_can_be_counted_the_site_goes_on_and_says_so_once(tmp_path, monkeypatch, caplog):
    clock = 0.0
    monkeypatch.setattr("lianghui.counting.time.monotonic", lambda: clock)
    gone = tmp_path / "gone"
    tallies = Tallies(gone / "limits.sqlite3")
    for seconds in (10.0, 10.1, 20.0, 30.0):
        clock = seconds
        assert tallies.once_more(b"a", 1, 60) == 0
    assert [each.levelno for each in caplog.records] == [logging.WARNING]
    gone.mkdir()
    clock += PAUSE + 1
    assert tallies.once_more(b"a", 1, 60) == 0
    assert tallies.once_more(b"a", 1, 60) > 0
    assert len(caplog.records) == 2


def test_a_full_disk_is_borne(tallies, monkeypatch, caplog):
    clock = 0.0
    monkeypatch.setattr("lianghui.counting.time.monotonic", lambda: clock)
    tallies.once_more(b"first", 100, 60)
    tallies._connection.execute("PRAGMA max_page_count = 1")  # what SQLite says is then that the disk is full
    for number in range(2_000):
        clock += 1
        assert tallies.once_more(b"%d" % number, 100, 60) == 0
        if caplog.records:
            break
    assert "full" in caplog.text
    clock += PAUSE + 1
    assert tallies.once_more(b"then", 1, 60) == 0  # by a new connection, to which the disk is not full
    assert tallies.once_more(b"then", 1, 60) > 0


def test_to_count_costs_next_to_nothing(tallies):
    for number in range(2_000):
        tallies.once_more(b"%d" % (number % 500), 600, 60)
    times = []
    for number in range(2_000):
        began = time.perf_counter()
        tallies.once_more(b"%d" % (number % 500), 600, 60)
        times.append(time.perf_counter() - began)
    median = sorted(times)[1_000]
    print(f"one count: median {median * 1e6:.0f} µs, 99 % below {sorted(times)[1_980] * 1e6:.0f} µs")
    assert median < 0.005


@pytest.mark.parametrize(
    ("text", "read"), [("3/second", (3, 1)), ("240/minute", (240, 60)), ("0", (0, 1)), ("", (9, 3600))]
)
def test_rates_are_read_from_the_environment(monkeypatch, text, read):
    monkeypatch.setenv("PAGES_RATE", text)
    assert rate("PAGES_RATE", "9/hour") == read


@pytest.mark.parametrize("text", ["9", "x/minute", "-1/minute", "9/fortnight", "９/minute", "1.5/second", "9/"])
def test_a_rate_that_is_none_stops_the_start(monkeypatch, text):
    monkeypatch.setenv("PAGES_RATE", text)
    with pytest.raises(ImproperlyConfigured, match="PAGES_RATE must be like 9/hour"):
        rate("PAGES_RATE", "9/hour")


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            return response.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_the_processes_of_a_real_site_count_together(site):
    """Two servers over one `var/`, as two workers are; a scraper is stopped, whichever of them it meets."""
    two = site(servers=2)
    two.stop()
    two.settings["PAGES_RATE"] = "10/hour"
    two.start()
    found = [status(f"{two.urls[each % 2]}/proposals/?submitted_after={1900 + each}") for each in range(14)]
    assert found == [200] * 10 + [429] * 4
    assert status(f"{two.url}/static/lianghui.css") == 200
    assert status(f"{two.url}/proposals/?submitted_after=1900") == 200  # kept
    assert "Too Many" not in two.log(0).read_text()
