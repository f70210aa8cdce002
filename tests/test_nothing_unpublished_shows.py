"""Drafts leave no trace: no word, no name, no count, through no public way, in neither language."""

import hashlib
import re
from html import escape
from io import BytesIO
from zipfile import ZipFile

import pytest

from proposals.catalogue import Query, catalogue, count
from proposals.models import (
    Event,
    Lineage,
    Proposal,
    Source,
)
from tests.drafts import Draft, keys, make_known
from tests.mail import mail_on
from tests.public_ways import NEVER_THERE, OUTSIDE, WAYS, public_ways

CANARY = re.compile("xqzv|龘", re.IGNORECASE)
NEVER_SHOWN = {"delegate.note", "sector.slug", "source.slug", "proposal.withdrawn_because_en"}
NEVER_SHOWN |= {
    "policydocument.note",
    "policydocument.slug",
    "proposal.withdrawn_because_zh",
    "source.link_fault",
    "reply.note",
    "reply.slug",
}
NEVER_SHOWN |= {f"outcomeclass.{name}" for name in ("printed", "meaning_en", "meaning_zh")}
"""For analysts only, or not used in public, or shown of what is withdrawn only."""

TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")


@pytest.fixture(autouse=True)
def _mail(settings):
    mail_on(settings)


@pytest.fixture
def known(db):
    return make_known()


@pytest.fixture
def draft(known):
    return Draft(known)


def seen(client, draft):
    """Every public way in both languages: under its address the status and the page, or where it leads."""
    at = keys(draft)
    found = {}
    for prefix in ("/", "/zh/"):
        for route, ends in WAYS.items():
            for end in ends:
                address = f"{route.partition('<')[0]}{end}"
                way = f"{prefix}{address}"
                if prefix == "/zh/" and route.startswith("api/v1/"):  # one address, and a parameter for the language
                    way = f"/{address}{'&' if '?' in address else '?'}lang=zh"
                response = client.get(way.format(**at))
                page = response.get("Location") or read(response)
                if route == "readyz":  # says how this machine is, which changes with every test
                    assert not CANARY.search(page)
                    continue
                for asked in (address, escape(address), "“{draft}”", "?p={draft}&amp;p={known}"):
                    page = page.replace(asked.format(**at), asked)
                found[f"{prefix}{address}"] = response.status_code, page
    return found


def read(response):
    """What an answer says: a page as it is, of a workbook all of its sheets, of a picture what tells it from others."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if response["Content-Type"] == "image/png":
        return hashlib.sha256(response.content).hexdigest()
    if not content.startswith(b"PK"):
        return content.decode()
    with ZipFile(BytesIO(content)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist() if name.startswith("xl/"))


def differing(before, after):
    return [address for address in before if before[address] != after[address]]


def without_times(found):
    """The same without the times at which something last changed: what was public for a while has moved them."""
    return {address: (status, TIME.sub("then", page)) for address, (status, page) in found.items()}


def test_every_public_way_of_the_site_map_is_tried():
    assert public_ways() == set(WAYS)


def test_a_draft_changes_no_public_page(client, draft):
    before = seen(client, draft)
    draft.write()
    catalogue().rebuild(anyway=True)  # or the index would be the one from before, and the draft not in it anyhow
    after = seen(client, draft)
    assert differing(before, after) == []
    assert [address for address in after if CANARY.search(after[address][1]) and not CANARY.search(address)] == []


def test_what_only_a_draft_has_answers_as_if_it_were_not_there(client, draft):
    draft.write()
    found = seen(client, draft)
    own = [address for address in found if ("xqzv" in address or "{draft" in address) and "?" not in address]
    assert {address: found[address][0] for address in own} == dict.fromkeys(own, 404)
    assert len(own) == 2 * 29


def test_what_is_public_names_no_draft_that_it_has_to_do_with(client, draft):
    draft.write()
    source = Source.objects.get(slug="known-source-slug")
    Event.objects.create(proposal=draft.known, stage="merged", into=draft.proposal, source=source)
    Lineage.objects.exclude(source=None).delete()
    Lineage.objects.create(proposal=draft.known, other=draft.proposal, relation="like")
    pages = [client.get(f"{draft.known.get_absolute_url()}{end}").text for end in ("", "changes/")]
    assert "Merged into another" in pages[0]
    assert "Merged into another" in pages[1]
    assert not any(CANARY.search(page) for page in pages)
    assert "Raised" not in pages[0]


def test_no_word_of_a_draft_is_found(draft):
    draft.write()
    catalogue().rebuild(anyway=True)
    for word in draft.words.values():
        assert count(Query(q=word)) == count(Query(q=word, recommendations=True)) == 0, word


def test_what_is_published_shows_at_the_next_request(client, draft):
    draft.write()
    before = seen(client, draft)
    draft.publish()
    after = seen(client, draft)
    there = [status for address, (status, _) in after.items() if not address.startswith((*OUTSIDE, *NEVER_THERE))]
    assert {*there} == {200, 302}
    assert {status for status, _ in before.values()} == {200, 302, 400, 404}
    for address, told in {
        "/proposals/": "2 proposals",
        "/recommendations/": "2 recommendations",
        "/proposals/?q=xqzvproposaltitleen": "1 proposal ",
        "/proposals/?kind=bill&status=replied": "1 proposal ",
        "/topics/other-topic/": "1 proposal<",
        "/regions/elsewhere/": "1 proposal<",
        "/delegates/known-delegate-slug/": "2 proposals",
        "/agencies/known-agency-slug/": "2 recommendations",
    }.items():
        assert told in after[address][1], address
        assert told not in before[address][1], address


def test_every_word_of_a_draft_shows_once_it_is_published(client, draft):
    """Or the tests above would look for words that no page has a place for."""
    draft.write()
    draft.publish()
    pages = "".join(page for address, (_, page) in seen(client, draft).items() if "?q=" not in address)
    assert len(set(draft.words.values())) == len(draft.words) > 40
    assert {name for name, word in draft.words.items() if word not in pages} == NEVER_SHOWN


def test_what_is_unpublished_is_gone_at_the_next_request(client, draft):
    before = without_times(seen(client, draft))
    draft.write()
    draft.publish()
    assert CANARY.search(client.get("/proposals/").text)
    draft.unpublish()
    assert differing(before, without_times(seen(client, draft))) == []


def test_what_is_withdrawn_gives_its_reason_and_nothing_else(client, draft):
    before = without_times(seen(client, draft))
    draft.write()
    draft.publish()
    assert CANARY.search(client.get("/proposals/").text)
    draft.proposal.state = Proposal.State.WITHDRAWN
    draft.proposal.withdrawn_because_en, draft.proposal.withdrawn_because_zh = "A hoax", "虚假信息"
    draft.proposal.save()
    after = without_times(seen(client, draft))
    changed = differing(before, after)
    assert {address.removeprefix("/zh") for address in changed} == {
        "/proposals/{draft}/",
        "/proposals/{draft}/xqzv-proposal-slug/",
        "/proposals/{draft}/xqzv-proposal-slug/changes/",
        "/api/v1/proposals/{draft}/",
        "/api/v1/recommendations/{draft_recommendation}/",
        *(f"/proposals/{{draft}}/cite.{form}" for form in ("bib", "ris", "csl.json")),
        *(f"/recommendations/{{draft_recommendation}}/{end}" for end in ("", "cite/", "cite.bib")),
        "/proposals/{draft}/xqzv-proposal-slug/embed/",
    }
    for address in changed:
        status, page = after[address]
        assert status == 410
        assert ("虚假信息" if address.startswith("/zh") else "A hoax") in page
        assert not CANARY.search(page.replace(address.removeprefix("/zh"), ""))


def test_what_is_deleted_is_gone_at_the_next_request(client, draft):
    before = without_times(seen(client, draft))
    draft.write()
    draft.publish()
    assert CANARY.search(client.get("/proposals/").text)
    draft.proposal.delete()
    draft.proposal = None
    assert differing(before, without_times(seen(client, draft))) == []
