"""Several processes on one record: what one saves the others show, and killing any of them breaks nothing."""

import random
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.cookiejar import CookieJar
from itertools import count
from pathlib import Path
from threading import Event

import html5lib
import pytest

from tests.site import ROOT, succeed

ROUNDS = pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.soak)])
PROPOSALS, RECOMMENDATIONS = 900, 4
"""As many as a request builds an index of by itself; it takes a second or so."""

MANY = f"""
from django.utils import timezone
from proposals.models import Proposal, Recommendation
first = Proposal.objects.order_by("pk").first()
proposals = Proposal.objects.bulk_create(
    Proposal(session=first.session, slug=f"many-{{n}}", title_en=f"Quince {{n}}", summary_en="Much to read. " * 10,
             state="published", published_at=timezone.now())
    for n in range({PROPOSALS})
)
Recommendation.objects.bulk_create(
    Recommendation(proposal=each, order=n, text_en=f"Do thing {{n}}. " * 5)
    for each in proposals for n in range(1, {RECOMMENDATIONS + 1})
)
"""
SAVING = """
import itertools
from proposals.models import Proposal
from proposals.models.outbox import recorded
proposals = list(Proposal.objects.order_by("pk")[:5])
print("ready", flush=True)
for turn in itertools.count():
    proposal = proposals[turn % len(proposals)]
    with recorded():
        proposal.title_en = f"Turn {turn}"
        proposal.state = "draft" if turn % 3 == 0 else "published"
        proposal.save()
        for recommendation in proposal.recommendations.all()[:2]:
            recommendation.text_en = f"Turn {turn}"
            recommendation.save()
"""
TURNS = count()
SETTLED = """
from django.db import transaction
from proposals.models import Generation
with transaction.atomic():
    Generation.objects.select_for_update().get()
"""


def read(url):
    """Read a page, under an address that nobody has asked for before: what is kept would not need the catalogue."""
    url = f"{url}{'&' if '?' in url else '?'}turn={next(TURNS)}"
    with urllib.request.urlopen(url, timeout=60) as response:
        assert response.status == 200
        return response.read().decode()


def shows(site, index, word):
    """Whether a server finds a proposal by the word, on the page and in the number above it."""
    return f"{word}</mark>" in read(f"{site.urls[index]}/proposals/?q={word}")


def shell(site, code):
    succeed(site.manage("shell", "--no-imports", "-c", code))


def started(site, *args):
    """Start a management command, without waiting for it."""
    command, pipe = [sys.executable, "manage.py", *args], subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=site.environment(), stdin=pipe, stdout=pipe, stderr=pipe)


def killed(process):
    process.kill()
    process.communicate()


def folders(site):
    """Where the catalogues are that the servers read."""
    if site.own_catalogues:
        return [site.var / f"catalogue-{index}" for index in range(len(site.urls))]
    return [site.var / "catalogue"]


def assert_all_is_well(site):
    """After the next request every server has the whole record, and nothing else.

    What servers said meanwhile stands beside a failure.
    """
    for url in site.urls:
        read(f"{url}/proposals/")
        read(f"{url}/recommendations/")
    for folder in folders(site):
        env = site.environment() | {"CATALOGUE_DIR": str(folder)}
        command = [sys.executable, "manage.py", "catalogue", "verify"]
        verified = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert verified.returncode == 0, "\n".join([verified.stderr, *map(Path.read_text, site.var.glob("*.log"))])


class Analyst:
    """Somebody at the admin, through HTTP."""

    def __init__(self, site, index):
        self.url = site.urls[index]
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        name, password = site.analyst(f"analyst{index}")
        self.send("/admin/login/?next=/admin/", username=name, password=password)

    def read(self, path):
        with self.opener.open(f"{self.url}{path}", timeout=60) as response:
            return response.read().decode()

    def send(self, path, **changes):
        """Send the form on a page back with some fields changed; what comes must not be the form again."""
        fields = form_fields(self.read(path)) | changes
        sent = urllib.request.Request(f"{self.url}{path}", urllib.parse.urlencode(fields, doseq=True).encode())
        sent.add_header("Referer", f"{self.url}{path}")
        with self.opener.open(sent, timeout=60) as response:
            page = response.read().decode()
            assert response.url != f"{self.url}{path}", re.findall(r'(?s)<ul class="errorlist.*?</ul>', page)


def form_fields(page):
    """What a browser would send of the page's form."""
    forms = html5lib.parse(page, namespaceHTMLElements=False).iter("form")
    posted = [form for form in forms if form.get("method") == "post"]
    [form] = [form for form in posted if not NOT_TO_FILL_IN & {form.get("id"), form.get("class")}]
    fields = {}
    for field in form.iter():
        name, kind = field.get("name"), field.get("type", "text")
        if field.tag == "textarea":
            fields[name] = field.text or ""
        elif field.tag == "select":
            fields[name] = [each.get("value") for each in field.iter("option") if each.get("selected") is not None]
        elif field.tag == "input" and (kind not in NOT_SENT or field.get("checked") is not None):
            fields[name] = field.get("value", "on" if kind == "checkbox" else "")
    return fields


NOT_TO_FILL_IN = {"logout-form", "languages"}
NOT_SENT = ("checkbox", "radio", "submit", "button", "image", "file", "reset")


# ---- what one saves the others show


@pytest.mark.parametrize("own_catalogues", [False, True], ids=["one catalogue", "a catalogue each"])
def test_what_one_process_saves_the_others_show_at_their_next_request(site, own_catalogues):
    servers = site(servers=2, own_catalogues=own_catalogues)
    analysts = [Analyst(servers, index) for index in range(2)]
    [path] = set(re.findall(r"/proposals/(\d+)/cgt-industry", read(f"{servers.url}/proposals/")))
    for turn in range(4):
        word = f"Quince{turn}"
        analysts[turn % 2].send(f"/admin/proposals/proposal/{path}/change/", title_en=f"{word} is in the title")
        assert shows(servers, (turn + 1) % 2, word)
        assert shows(servers, turn % 2, word)
        assert not shows(servers, 0, f"Quince{turn - 1}")
    assert_all_is_well(servers)


def test_what_a_command_saves_the_servers_show_at_their_next_request(site):
    servers = site(servers=2)
    code = "from proposals.models import Proposal; one = Proposal.objects.first(); one.title_en = 'Quince'; one.save()"
    shell(servers, code)
    assert shows(servers, 0, "Quince")
    assert shows(servers, 1, "Quince")
    shell(servers, code.replace("one.title_en = 'Quince'", "one.state = 'draft'"))
    assert not shows(servers, 1, "Quince")
    assert not shows(servers, 0, "Quince")
    assert_all_is_well(servers)


# ---- kills


def building(folder, before):
    """Wait until a rebuild has begun to write."""
    end = time.monotonic() + 60
    while set(folder.glob("index-*")) <= before:
        assert time.monotonic() < end
        time.sleep(0.002)


def time_of_a_rebuild(site):
    """Seconds from its first file on disk to its end."""
    [folder] = folders(site)
    before = set(folder.glob("index-*"))
    process = started(site, "catalogue", "rebuild")
    building(folder, before)
    begun = time.monotonic()
    succeed(subprocess.CompletedProcess(process.args, process.wait(), *process.communicate()))
    return time.monotonic() - begun


def spread(rounds, longest):
    """Moments by chance, one in each part of the time, so that early ones and late ones are among them."""
    rng = random.Random(rounds)
    return [(turn + rng.random()) * longest / rounds for turn in range(rounds)]


@ROUNDS
def test_a_rebuild_may_be_killed_at_any_moment(site, rounds):
    servers = site(servers=2)
    shell(servers, MANY)
    [folder] = folders(servers)
    moments, broken_off = spread(rounds, time_of_a_rebuild(servers)), 0
    for moment in moments:
        before, current = set(folder.glob("index-*")), (folder / "CURRENT").read_text()
        process = started(servers, "catalogue", "rebuild")
        building(folder, before)
        time.sleep(moment)
        killed(process)
        broken_off += (folder / "CURRENT").read_text() == current
        assert_all_is_well(servers)
    assert broken_off
    succeed(servers.manage("catalogue", "rebuild"))
    assert len(list(folder.glob("index-*"))) == 2
    assert_all_is_well(servers)


@ROUNDS
def test_a_server_may_be_killed_while_it_builds_the_index_for_a_request(site, rounds):
    """The other one, which waits for it, builds it then."""
    servers = site(servers=2)
    shell(servers, MANY)
    [folder] = folders(servers)
    moments = spread(rounds, time_of_a_rebuild(servers))
    with ThreadPoolExecutor(2) as pool:
        for moment in moments:
            shutil.rmtree(folder)
            folder.mkdir()
            first = pool.submit(read_if_it_lives, f"{servers.urls[0]}/proposals/")
            building(folder, set())
            second = pool.submit(read, f"{servers.urls[1]}/proposals/")
            time.sleep(moment)
            servers.kill(0)
            second.result()
            first.result()
            servers.start()
            assert_all_is_well(servers)


def read_if_it_lives(url):
    with suppress(OSError):
        read(url)


@ROUNDS
@pytest.mark.parametrize("own_catalogues", [False, True], ids=["one catalogue", "a catalogue each"])
def test_any_process_may_be_killed_while_things_are_saved_and_read(site, rounds, own_catalogues):
    servers = site(servers=2, own_catalogues=own_catalogues)
    rng = random.Random(rounds)
    for turn in range(rounds):
        saver, stop = started(servers, "shell", "--no-imports", "-c", SAVING), Event()
        assert saver.stdout.readline() == b"ready\n"
        with ThreadPoolExecutor(2) as pool:
            readers = [pool.submit(read_until, stop, f"{url}/proposals/") for url in servers.urls]
            time.sleep(rng.uniform(0.05, 0.8))
            if turn % 2:
                servers.kill(0)
                time.sleep(rng.uniform(0, 0.2))
            killed(saver)
            stop.set()
        assert readers[1].result() > 0
        servers.start()
        if servers.database:  # a commit that was on its way to PostgreSQL arrives now or never
            shell(servers, SETTLED)
        assert_all_is_well(servers)


def read_until(stop, url):
    """Read a page again and again; give how often. A server that is killed ends it, an error in an answer does not."""
    times = 0
    while not stop.is_set():
        try:
            read(url)
        except urllib.error.HTTPError:
            raise
        except OSError:
            break
        times += 1
    return times
