"""Feeds: what a reader of feeds finds in them, and that it is what the page shows."""

import random
import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from django.db import connection
from django.utils import timezone

from people.models import Agency
from proposals.models import Proposal, Recommendation, Reply, ShownProposal, Topic
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_delegate,
    make_proposal,
    make_reply,
    make_session,
    make_source,
    make_topic,
)

SITE = "http://testserver"
ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/proposals/feed/", "/recommendations/feed/", "/replies/feed/")
LISTS = {"proposals": Proposal, "recommendations": Recommendation, "replies": Reply}
HOSTILE = "a\x01b\x0b<b>&]]>\ud83c\udf51 \u202eevil\u202c \ufffe سفرجل \r\n“桃” 🍑"


def fed(client, address):
    """A feed as feedparser reads it, with no fault found."""
    response = client.get(address)
    assert response.status_code == 200, (address, response.text)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(response.content)
    assert not found.bozo, (address, found.get("bozo_exception"))
    return found


def link(of, rel, **more):
    """The addresses of the links of a feed or entry with that relation."""
    return [each.href for each in of.links if each.rel == rel and all(each.get(k) == v for k, v in more.items())]


def shown(client, address):
    """The addresses of the rows of a list in their order, as its page shows them."""
    text = client.get(address).text
    return re.findall(r'<article class="card">\s*<h2><a href="([^"]+)"', text)


@pytest.fixture
def orchard(db):
    """Twenty-five proposals of two sessions on two topics, with a recommendation and every other one a reply."""
    topics, delegates = [make_topic(slug=slug, name=slug) for slug in ("quinces", "medlars")], [make_delegate()]
    sessions = [make_session(year=year) for year in (2023, 2024)]
    agency, source = make_agency(slug="office", name="Office"), make_source()
    with recorded():
        for number in range(25):
            proposal = make_proposal(
                title=f"Plant {number}",
                session=sessions[number % 2],
                topics=[topics[number % 2]],
                delegates=delegates,
                recommendations=[{"text": f"Dig {number}", "topics": [topics[number % 2]], "to": [agency]}],
                published=True,
            )
            if number % 2:
                make_reply(title=f"Answer {number}", to=[proposal], agency=agency, source=source, date="2024-08-12")


def test_a_feed_of_each_list_holds_its_rows_in_their_order(client, orchard):
    for prefix in ("", "/zh"):
        for name in LISTS:
            for end in ("", "?page=2") if name != "replies" else ("",):
                feed = fed(client, f"{prefix}/{name}/feed/{end}")
                rows = shown(client, f"{prefix}/{name}/{end}")
                assert len(feed.entries) == len(rows) > 4
                links = [urlsplit(link(entry, "alternate", hreflang=None)[0]).path for entry in feed.entries]
                if name == "recommendations":
                    places = [client.get(path)["Location"] for path in links]
                    assert places == rows
                else:
                    assert links == rows


def test_feed_and_page_agree_for_filters_made_up_at_random(client, founding):
    chosen = random.Random(8)
    values = {
        "topic": [*Topic.objects.values_list("slug", flat=True)],
        "agency": [*Agency.objects.filter(addressed__isnull=False).distinct().values_list("slug", flat=True)],
        "region": ["CN", "CN-GD", "CN-SH"],
        "year": ["2024"],
        "sort": ["oldest", "newest", "relevance", "added"],
        "q": ["cells", "干细胞", "stem+cell", "-review"],
        "page_size": ["20", "50"],
    }
    for _ in range(40):
        names = chosen.sample(sorted(values), 2)
        end = "&".join(f"{name}={chosen.choice(values[name])}" for name in names)
        for name in ("proposals", "recommendations"):
            page = client.get(f"/{name}/?{end}")
            if page.status_code != 200:
                continue
            feed = fed(client, f"/{name}/feed/?{end}")
            ids = {entry.id for entry in feed.entries}
            assert len(ids) == len(feed.entries) == len(shown(client, f"/{name}/?{end}")), end


def test_an_entry_says_what_its_row_is(client, db):
    topic, delegate = make_topic(slug="quinces", name="Quinces", name_zh="榅桲"), make_delegate(name="Li", name_zh="李")
    proposal = make_proposal(
        title="Plant quinces",
        title_zh="种榅桲",
        summary_en="Asks for trees.",
        topics=[topic],
        delegates=[delegate],
        organisations=["Society"],
        recommendations=["Dig"],
        published=True,
    )
    [entry] = fed(client, "/proposals/feed/").entries
    assert (entry.title, entry.summary) == ("Plant quinces", "Asks for trees.")
    assert [author.get("name") for author in entry.authors] == ["Li", "Society"]
    assert entry.authors[0].href == f"{SITE}{delegate.get_absolute_url()}"
    assert [(tag.term, tag.scheme, tag.label) for tag in entry.tags] == [("quinces", f"{SITE}/topics/", "Quinces")]
    assert entry.id.startswith("urn:uuid:")
    assert link(entry, "alternate", hreflang="zh-Hans") == [f"{SITE}/zh{proposal.get_absolute_url()}"]
    [chinese] = fed(client, "/zh/proposals/feed/").entries
    assert (chinese.title, chinese.id) == ("种榅桲", entry.id)
    element = ElementTree.fromstring(client.get("/zh/proposals/feed/").content).find(f"{ATOM}entry/{ATOM}summary")
    assert element.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-GB"
    [demand] = fed(client, "/recommendations/feed/").entries
    assert demand.title == "Dig"
    assert "Plant quinces" in demand.summary
    assert link(demand, "related") == [f"{SITE}{proposal.get_absolute_url()}"]
    reply = make_reply(title="We plant", to=[proposal], agency=make_agency(name="Office"), outcome="planned")
    [answer] = fed(client, "/replies/feed/").entries
    assert (answer.title, answer.author) == ("We plant", "Office")
    assert "Plant quinces" in answer.summary
    assert link(answer, "related") == [f"{SITE}{proposal.get_absolute_url()}"]
    assert answer.published_parsed == answer.updated_parsed == reply.shown.since.utctimetuple()


def test_identifiers_are_the_same_under_any_name_of_the_host(client, orchard, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    for address in FEEDS:
        here, there = (
            feedparser.parse(client.get(address, headers={"host": host}).content)
            for host in ("testserver", "other.example")
        )
        assert here.feed.id == there.feed.id
        assert [entry.id for entry in here.entries] == [entry.id for entry in there.entries]
        assert "other.example" in there.entries[0].link


def test_a_feed_says_what_it_is_of_in_words_without_a_number(client, orchard):
    titles = {
        "/proposals/feed/": "Proposals · Lianghui 两会",
        "/proposals/feed/?topic=quinces": "Proposals on quinces · Lianghui 两会",
        "/recommendations/feed/?topic=quinces&topic=medlars": "Recommendations on quinces or medlars · Lianghui 两会",
        "/replies/feed/?agency=office&year=2024": "Replies: Office, 2024 · Lianghui 两会",
    }
    assert {address: fed(client, address).feed.title for address in titles} == titles
    feed = fed(client, "/proposals/feed/?topic=quinces").feed
    assert feed.language == "en-GB"
    assert feed.rights == "CC BY 4.0"
    assert link(feed, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert link(feed, "self") == [f"{SITE}/proposals/feed/?topic=quinces"]
    assert link(feed, "alternate", type="text/html") == [f"{SITE}/proposals/?topic=quinces"]
    assert fed(client, "/zh/replies/feed/").feed.language == "zh-Hans"


def test_pages_of_a_feed_lead_to_each_other_and_hold_each_row_once(client, orchard):
    for name, size in (("proposals", 25), ("recommendations", 25)):
        address, ids, feeds = f"{SITE}/{name}/feed/?sort=oldest", [], []
        while address:
            found = fed(client, address.removeprefix(SITE))
            feeds.append(found.feed)
            ids += [entry.id for entry in found.entries]
            [address] = link(found.feed, "next") or [None]
        assert len(ids) == len({*ids}) == size
        assert len({feed.id for feed in feeds}) == 1
        assert link(feeds[0], "last") == link(feeds[-1], "self")
        assert link(feeds[-1], "first") == link(feeds[-1], "previous") == link(feeds[0], "self")
        assert not link(feeds[0], "previous")
    assert client.get("/proposals/feed/?page=3").status_code == 404
    assert client.get("/replies/feed/?page=2").status_code == 404


def test_updated_is_that_of_the_newest_entry_shown_and_never_now(client, orchard):
    feed = fed(client, "/proposals/feed/")
    assert feed.feed.updated == max(entry.updated for entry in feed.entries)
    old = Proposal.objects.order_by("pk").first()
    old.title_en = "Plant none"
    old.save()
    second = fed(client, "/proposals/feed/?page=2&sort=newest")
    assert max(second.entries, key=lambda entry: entry.updated).title in ("Plant none", second.entries[0].title)
    [changed] = [entry for entry in fed(client, "/proposals/feed/?sort=oldest").entries if entry.title == "Plant none"]
    assert (
        feedparser.datetimes._parse_date(changed.updated)
        == ShownProposal.objects.get(proposal=old).changed.utctimetuple()
    )
    assert changed.published < changed.updated
    for address in (*FEEDS[:1], *FEEDS[2:]):
        nothing = fed(client, f"{address}?q=nothing-like-this")
        assert nothing.entries == []
        assert nothing.feed.updated == "1970-01-01T00:00:00+00:00"


def test_a_save_without_change_leaves_a_feed_as_it_is_and_a_visible_change_moves_its_entry_up(client, orchard):
    before = client.get("/proposals/feed/")
    Proposal.objects.first().save()
    again = client.get("/proposals/feed/", headers={"if-none-match": before["ETag"]})
    assert again.status_code == 304
    reply = Reply.objects.first()
    reply.note = "Ask again."
    reply.save()
    assert client.get("/proposals/feed/", headers={"if-none-match": before["ETag"]}).status_code == 304
    reply.summary_en = "We plant."
    reply.save()
    after = client.get("/proposals/feed/", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    was, now = (
        {entry.id: entry.updated for entry in feedparser.parse(each.content).entries} for each in (before, after)
    )
    assert was.keys() == now.keys()
    assert len([key for key in was if was[key] != now[key]]) == 1


def test_what_has_not_changed_is_not_sent_again(client, orchard):
    for address in FEEDS:
        first = client.get(address)
        assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
        # A time of last change would not tell that a row was taken away, or a topic renamed: none is given.
        assert "Last-Modified" not in first
        assert client.get(address, headers={"if-modified-since": "Fri, 01 Jan 2038 00:00:00 GMT"}).status_code == 200
        assert client.head(address).content == b""
        assert client.post(address).status_code == 405


WRONG = {
    "topic=no-such": ("topic",),
    "page=0": ("page",),
    "page=x&sort=password": ("page", "sort"),
    "submitted_after=2024-13": ("submitted_after",),
    "q=%3F": ("q",),
    "page_size=1000000": ("page_size",),
    "year=%00": ("year",),
    "region=%F0%28%8C%28&topic=%ff": ("region", "topic"),
    "q=" + "x" * 600: ("q",),
}


@pytest.mark.parametrize("end", WRONG, ids=lambda end: end[:30])
@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_a_wrong_parameter_is_named(client, orchard, end, prefix):
    for name in ("proposals", "recommendations"):
        response = client.get(f"{prefix}/{name}/feed/?{end}")
        assert response.status_code == 400
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        lines = response.text.strip().split("\n")
        assert sorted({line.partition(":")[0] for line in lines}) == sorted(WRONG[end])
        page = client.get(f"{prefix}/{name}/?{end}")
        assert "application/atom+xml" not in page.text  # what is wrong is not to be followed
        assert "application/atom+xml" not in page["Link"]


@pytest.mark.parametrize(
    ("end", "names"),
    [
        ("agency=nobody", "agency"),
        ("outcome=good&year=x", "outcome year"),
        ("page=0", "page"),
        ("page=%00", "page"),
        ("page=-1", "page"),
        ("page=99999999999999999999999", ""),
        ("q=%3F", "q"),
    ],
)
def test_a_wrong_parameter_of_replies_is_named(client, orchard, end, names):
    response = client.get(f"/replies/feed/?{end}")
    if not names:
        assert response.status_code == 404
        return
    assert response.status_code == 400
    assert [line.partition(":")[0] for line in response.text.strip().split("\n")] == names.split()


def test_texts_of_every_kind_stay_within_a_feed(client, db):
    text = HOSTILE.encode("utf-8", "ignore").decode()
    if connection.vendor == "postgresql":
        text = text.replace("\x00", "")
    topic = make_topic(slug="odd", name=text)
    proposal = make_proposal(
        title=text,
        summary_en=text,
        topics=[topic],
        delegates=[make_delegate(name=text)],
        organisations=[text],
        recommendations=[{"text": text, "topics": [topic]}],
        published=True,
    )
    make_reply(title=text, to=[proposal], agency=make_agency(name=text))
    for address in FEEDS:
        for prefix in ("", "/zh"):
            feed = fed(client, f"{prefix}{address}")
            root = ElementTree.fromstring(client.get(f"{prefix}{address}").content)
            title = root.find(f"{ATOM}entry/{ATOM}title").text
            assert title.startswith("a b <b>&]]>")
            assert title.endswith(("سفرجل \n“桃” 🍑", "سفرجل “桃” 🍑"))
            assert len(feed.entries) == 1
    assert fed(client, "/proposals/feed/?q=%01%22%3Cb%3E%22x").feed.title.startswith("Proposals with the words")


def test_links_with_a_former_slug_go_on_working_under_the_same_identifier(client, orchard):
    before = {name: fed(client, f"/{name}/feed/?topic=quinces") for name in ("proposals", "recommendations")}
    replies = fed(client, "/replies/feed/?agency=office")
    for model, slug, new in ((Topic, "quinces", "cydonia"), (Agency, "office", "bureau")):
        thing = model.objects.get(slug=slug)
        thing.slug = new
        thing.save()
    for name, feed in before.items():
        after = fed(client, f"/{name}/feed/?topic=quinces")
        assert after.feed.id == feed.feed.id
        assert [entry.id for entry in after.entries] == [entry.id for entry in feed.entries] != []
        assert link(after.feed, "self") == [f"{SITE}/{name}/feed/?topic=cydonia"]
    after = fed(client, "/replies/feed/?agency=office")
    assert (after.feed.id, len(after.entries)) == (replies.feed.id, len(replies.entries))
    assert len(after.entries) > 4
    assert link(after.feed, "self") == [f"{SITE}/replies/feed/?agency=bureau"]


def test_what_is_entered_late_comes_first_in_the_feed_that_pages_offer(client, orchard):
    session = make_session(year=2010)
    late = make_proposal(title="Of long ago", session=session, recommendations=["Do it"], published=True)
    for name in ("proposals", "recommendations"):
        page = client.get(f"/{name}/").text
        [offered] = re.findall(r'type="application/atom\+xml" href="http://testserver([^"]+)"', page)
        first = fed(client, offered.replace("&amp;", "&")).entries[0]
        assert first.link.rstrip("/").split("/")[-1] == late.slug or "Do it" in first.title


def test_feeds_are_found_from_the_pages_that_they_are_of(client, founding):
    pages = {
        "/": "/proposals/feed/?sort=added",
        "/proposals/?topic=stem-cells": "/proposals/feed/?topic=stem-cells&sort=added",
        "/proposals/?topic=stem-cells&page_size=50&page=1": "/proposals/feed/?topic=stem-cells&sort=added",
        "/proposals/?q=bank": "/proposals/feed/?q=bank&sort=added",
        "/recommendations/?topic=stem-cells": "/recommendations/feed/?topic=stem-cells&sort=added",
        "/replies/": "/replies/feed/",
        "/delegates/ding-lieming/": "/proposals/feed/?delegate=ding-lieming&sort=added",
        "/agencies/nmpa/": "/proposals/feed/?agency=nmpa&sort=added",
        "/topics/stem-cells/": "/proposals/feed/?topic=stem-cells&sort=added",
        "/regions/guangdong/": "/proposals/feed/?region=CN-GD&sort=added",
        "/sessions/cppcc-national-14-2/": "/proposals/feed/?session=cppcc-national-14-2&sort=added",
    }
    for prefix in ("", "/zh"):
        for page, feed in pages.items():
            response = client.get(f"{prefix}{page}")
            found = re.findall(r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)"', response.text)
            assert [each.replace("&amp;", "&") for each in found] == [f"{SITE}{prefix}{feed}"], page
            assert f'<{SITE}{prefix}{feed}>; rel="alternate"; type="application/atom+xml"' in response["Link"]
            if page != "/":
                assert f'<a href="{prefix}{feed}" type="application/atom+xml">'.replace("&", "&amp;") in response.text
            fed(client, f"{prefix}{feed}")


def test_a_header_stays_short_however_long_the_filter(client, founding):
    slugs = "&".join(f"topic={slug}" for slug in Topic.objects.values_list("slug", flat=True))
    for address in (f"/proposals/?{slugs}", f"/proposals/?{slugs}&q={'干' * 200}", f"/proposals/?q={'干' * 400}"):
        response = client.get(address)
        assert len(response["Link"]) < 4_000
        assert response["Link"].isascii()


def test_a_heading_of_many_values_names_the_first(client, founding):
    feed = fed(client, "/proposals/feed/?" + "&".join(f"topic={t.slug}" for t in Topic.objects.all()[:9]))
    assert "others" in feed.feed.title


def test_what_is_withdrawn_leaves_the_feed(client, orchard):
    proposal = Proposal.objects.order_by("-pk").first()
    before = len(fed(client, "/proposals/feed/?page_size=50").entries)
    proposal.state, proposal.withdrawn_because_en = Proposal.State.WITHDRAWN, "Entered twice"
    proposal.withdrawn_at = timezone.now()
    proposal.save()
    assert len(fed(client, "/proposals/feed/?page_size=50").entries) == before - 1
