"""What is not public, or no longer so, in every state there is, through every public way: one table, which stays empty.

`tests/states.py` enters a record for each state, with canary words that stand nowhere else, and takes it out of sight
after every way was asked for once, so that whatever keeps anything has kept it; then all is asked for again, with the
tags of what was kept before.
"""

import json
import re
import sqlite3
import urllib.error
import urllib.request
from collections import defaultdict
from contextlib import closing
from io import BytesIO
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.db import OperationalError

from proposals.catalogue import Query, count
from proposals.models import Proposal
from tests.drafts import Draft, keys
from tests.factories import make_proposal
from tests.mail import html, mail_on, text, told
from tests.public_ways import WAYS
from tests.site import succeed
from tests.states import MARKS, ONCE, enter, hide

CANARY = re.compile("xqzv[a-z]z", re.IGNORECASE)
STATES = {mark: state for state, mark in MARKS.items()}
TELLS_WHAT_WAS = {"edited": ("/changes/",)}
"""Where the public reads on purpose what stood there before."""
ASKED = ("proposals/?q={mark}proposaltitleen", "proposals/?q={mark}", "proposals/?find_in=delegate&find={mark}")
ASKED += ("recommendations/?q={mark}recommendationtexten", "proposals/feed/?q={mark}", "proposals/?topic={mark}")
ASKED += ("api/v1/proposals/?q={mark}&facets=all", "proposals/export.csv?delegate={mark}-delegate-slug")
ASKED += (
    "oembed?url=http://testserver/proposals/{draft}/",
    "proposals/?q={mark}proposaltitlee",
    "zh/proposals/?q={mark}",
)
"""Lists that are asked for the very words: by word, by a slip of it, by a facet, by a slug."""


def ways(known, found):
    """Every public way, as (state or "", address): what is everybody's once, what one record has for each state."""
    usual = keys(Draft(known))
    own = {state: usual | of_state(state, found) for state in MARKS}
    for prefix in ("/", "/zh/"):
        for route, ends in WAYS.items():
            if prefix == "/zh/" and route.startswith(("api/v1/", "sitemap", "oembed", "robots")):
                continue
            for end in ends:
                address = f"{prefix}{route.partition('<')[0]}{end}"
                if "{draft" not in address and "xqzv" not in address:
                    yield "", address.format(**usual)
                elif "?" not in address:
                    for state, mark in MARKS.items():
                        yield state, address.replace("xqzv", mark).format(**own[state])
    for state, mark in MARKS.items():
        yield from ((state, "/" + asked.format(mark=mark, **own[state])) for asked in ASKED)


def of_state(state, found):
    """The keys of one state's record, as they were before it was hidden."""
    proposal = Proposal.objects.filter(pk=found.get(state, 0)).first()
    if proposal is None:
        return dict.fromkeys(("draft", "draft_recommendation", "draft_reply", "draft_policy"), found.get(state, 0))
    recommendation, reply = proposal.recommendations.first(), proposal.answers.last()
    echo = recommendation.echoes.last()
    return {
        "draft": proposal.pk,
        "draft_recommendation": recommendation.pk,
        "draft_reply": reply.reply_id if reply else 0,
        "draft_policy": echo.document_id if echo else 0,
    }


def said(response, address):
    """All that an answer says, its headers too, but for what was asked."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as packed:
            content = b"".join(map(packed.read, packed.namelist()))
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    page = f"{headers}\n{content.decode(errors='replace')}"
    return without(page, address) if CANARY.search(page) else page


def without(page, address):
    """A page without the words that were in its address: it may say them again."""
    for word in sorted({address, *re.findall(r"xqzv[\w-]*", address)}, key=len, reverse=True):
        for form in (word, word.capitalize(), quote(word), word.replace("&", "&amp;")):
            page = re.sub(rf"{re.escape(form)}(?![\w-])", "", page)
    return page


def leaked(page, address):
    """The states whose canaries a page holds."""
    found = {STATES.get(mark.lower(), mark) for mark in CANARY.findall(page)}
    return {state for state in found if not any(part in address for part in TELLS_WHAT_WAS.get(state, ()))}


@pytest.fixture
def record(db, settings):
    """The public proposal and the keys of each state's record; mails are on, files are written."""
    mail_on(settings)
    return enter()


@pytest.mark.parametrize("chinese", [False, True], ids=["English", "Chinese"])  # so that two cores share them
def test_nothing_of_any_state_shows_through_any_way(client, record, chinese):
    known, found = record
    every = [way for way in dict.fromkeys(ways(known, found)) if way[1].startswith("/zh/") == chinese]
    call_command("write_downloads", verbosity=0)
    warm, shown, tags = told(), defaultdict(set), {}
    for _state, address in every:
        response = client.get(address)
        for state in leaked(said(response, address), address):
            shown[state].add(address)
        tags[address] = response.get("ETag")
    assert set(shown) == set(ONCE)  # what was public showed, else nothing would be proved
    assert all(len(addresses) > 10 for addresses in shown.values()), {key: len(shown[key]) for key in shown}
    hide(known, found)
    table = defaultdict(set)
    for state, address in every:
        showed = any(address in addresses for addresses in shown.values())
        response = client.get(address, headers={"If-None-Match": tags[address]} if showed and tags[address] else {})
        assert not showed or response.status_code != 304, address
        for leaking in leaked(said(response, address), address):
            table[leaking].add(address)
        if state:
            for method in (client.head, client.options, client.post):
                for leaking in leaked(said(method(address), address), address):
                    table[leaking].add(f"{method.__name__} {address}")
    assert dict(table) == {}
    again = told()
    assert any(CANARY.search(text(message)) for message in warm)
    assert not any(CANARY.search(f"{message.subject}{text(message)}{html(message)}") for message in again)
    print(f"\n{len(MARKS)} states × {len(every)} addresses: 0 canaries")


def test_no_word_of_any_state_is_found_or_counted(record):
    known, found = record
    assert all(count(Query(q=MARKS[state])) for state in ("edited", "merged", "parts deleted"))
    hide(known, found)
    for mark in MARKS.values():
        for word in (mark, f"{mark}proposaltitleen", f"title:{mark}", f"delegate:{mark}"):
            assert count(Query(q=word)) == count(Query(q=word, recommendations=True)) == 0, word


def test_files_are_taken_away_and_come_back_without_it(client, record, settings):
    known, found = record
    call_command("write_downloads", verbosity=0)
    assert CANARY.search(files(settings))
    hide(known, found)
    for name in ("lianghui.zip", "lianghui.sqlite3", "popolo.json"):
        assert client.get(f"/data/{name}").status_code in (404, 503)
    call_command("write_downloads", verbosity=0)
    assert client.get("/data/popolo.json").status_code == 200
    assert CANARY.findall(files(settings)) == []


def test_without_the_record_nothing_is_shown_that_was_taken_back(client, db, monkeypatch):
    """What a process kept of an older state is not brought out again where the database cannot be asked."""
    proposal = make_proposal(title=f"{MARKS['unpublished']} cells", recommendations=1, published=True)
    every = ["/", "/proposals/", "/zh/proposals/", "/recommendations/", "/proposals/feed/", "/api/v1/proposals/"]
    shown = [address for address in every if CANARY.search(client.get(address).text)]
    assert len(shown) > 3
    proposal.state = Proposal.State.DRAFT
    proposal.save()
    for _ in range(2):  # the process knows the state that is now, and keeps a page of it
        assert not CANARY.search(client.get("/proposals/").text)

    def gone(*_):
        raise OperationalError("connection refused")

    monkeypatch.setattr("lianghui.pages.generation", gone)
    answers = {address: client.get(address) for address in shown}
    assert answers["/proposals/"]["Cache-Status"].endswith("record-unreachable")
    assert not any(CANARY.search(answer.text) for answer in answers.values())


def files(settings):
    """All that the files on offer hold, as text."""
    found = []
    for path in settings.DOWNLOADS_DIR.rglob("*"):
        if path.suffix == ".zip":
            with ZipFile(path) as packed:
                found += [packed.read(name).decode(errors="replace") for name in packed.namelist()]
        elif path.suffix == ".sqlite3":
            with closing(sqlite3.connect(path)) as database:
                found += database.iterdump()
            found.append(path.read_bytes().decode(errors="replace"))  # what a deleted row leaves behind too
        elif path.is_file():
            found.append(path.read_bytes().decode(errors="replace"))
    return "\n".join(found)


ENTER = """
import json
from tests.states import enter
from tests.test_unpublished_everywhere import ways
known, found = enter()
print(json.dumps([known.pk, found, list(dict.fromkeys(ways(known, found)))]))
"""
HIDE = """
from proposals.models import Proposal
from tests.states import hide
hide(Proposal.objects.get(pk={}), {})
"""


def fetched(url, tag=""):
    """Status, tag and all that a running site says, redirects followed."""
    asked = urllib.request.Request(url, headers={"If-None-Match": tag} if tag else {})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            said = f"{answer.headers}{answer.read().decode(errors='replace')}"
            return answer.status, answer.headers.get("ETag", ""), said
    except urllib.error.HTTPError as answer:
        return answer.code, "", f"{answer.headers}{answer.read().decode(errors='replace')}"


def test_every_process_forgets_it_at_the_next_request(site):
    """Two servers, each with an index and kept pages of its own; a third process changes the record."""
    started = site(servers=2, own_catalogues=True)
    done = started.manage("shell", "--no-imports", "--command", ENTER)
    succeed(done)
    known, found, every = json.loads(done.stdout.splitlines()[-1])
    addresses = [address for state, address in every if "/zh/" not in address and ("?" not in address or state)]
    before = {}
    for url in started.urls:
        for address in addresses:
            _, tag, page = fetched(f"{url}{address}")
            if leaked(without(page, address), address):
                before[url, address] = tag
    assert len(before) > 2 * 50
    succeed(started.manage("shell", "--no-imports", "--command", HIDE.format(known, found)))
    for (url, address), tag in before.items():
        status, _, page = fetched(f"{url}{address}", tag)
        assert status not in (304, 429), address
        assert leaked(without(page, address), address) == set(), address
    print(f"\n{len(before)} addresses of two servers that showed it, 0 that still do")
