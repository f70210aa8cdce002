"""The sitemap, and the description of the search: what machines go by to find the pages."""

from collections import Counter
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.models import Proposal, Recommendation, Topic
from proposals.urls import urlpatterns
from proposals.views import sitemaps
from tests.factories import (
    make_agency,
    make_delegate,
    make_echo,
    make_event,
    make_proposal,
    make_region,
    make_reply,
    make_session,
    make_topic,
)
from tests.kinds import KINDS, MISSING

SITE = "http://testserver"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


def parts(client):
    """The files of the sitemap, each with the time of its last change."""
    response = client.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)
    assert root.tag == f"{MAP}sitemapindex"
    return {each.findtext(f"{MAP}loc").removeprefix(SITE): each.findtext(f"{MAP}lastmod") for each in root}


LEFT_OUT = ("changes", "compare nothing", "embedded", "recommendation's citation")


def listed(client, path):
    """The addresses in a file, each with the time of its last change."""
    root = ElementTree.fromstring(client.get(path).content)
    assert root.tag == f"{MAP}urlset"
    found = [(each.findtext(f"{MAP}loc"), each.findtext(f"{MAP}lastmod")) for each in root]
    for each in root:
        beside = {link.get("hreflang"): link.get("href") for link in each.iter(LINK)}
        assert beside.keys() == {"en", "zh-Hans"}
        assert each.findtext(f"{MAP}loc") in beside.values()
        assert beside["zh-Hans"] == beside["en"].replace(SITE, f"{SITE}/zh", 1)
    assert len({address for address, _ in found}) == len(found)
    return dict(found)


def everything(client):
    found = {}
    for path in parts(client):
        found |= listed(client, path)
    return found


def test_it_lists_every_kind_of_page_once_in_both_languages_and_each_is_there(client, founding):
    make_reply(to=[Proposal.objects.first()])
    make_echo(recommendation=Recommendation.objects.first())
    found = everything(client)
    for address in found:
        response = client.get(address.removeprefix(SITE))
        assert response.status_code == 200, address
        assert f'rel="canonical" href="{address}"' in response.text, address
        assert "noindex" not in response.text, address
    names = Counter(urlsplit(address).path.split("/")[2] for address in found if "/zh/" in address)
    assert names["proposals"] == 5 + 2  # the list, and it in pictures
    assert names["replies"] == names["policies"] == 2
    assert names["topics"] == Topic.objects.count() + 1
    for kind, address in KINDS.items():
        plain = "?" not in address and kind not in MISSING and kind not in LEFT_OUT
        if plain and not address.startswith(("/proposals/", "/replies/1", "/policies/1", "/alerts/")):
            assert f"{SITE}{address}" in found, address


def test_every_page_that_there_is_one_of_is_listed_or_left_out_on_purpose():
    left_out = {"card", "compare", "compare_markdown", "compare_workbook", "opensearch"}
    left_out |= {"proposals_feed", "recommendations_feed", "replies_feed"}
    alone = {pattern.name for pattern in urlpatterns if not pattern.pattern.converters and pattern.name}
    assert {*sitemaps.LISTS, *sitemaps.INDEXES} == alone - left_out


def test_nothing_that_is_not_public_is_listed(client, founding):
    before = everything(client)
    agency, delegate = make_agency(slug="xqzv-agency"), make_delegate(slug="xqzv-delegate")
    draft = make_proposal(
        slug="xqzv-draft",
        session=make_session(slug="xqzv-session"),
        delegates=[delegate],
        recommendations=[{"to": [agency]}],
    )
    make_reply(to=[draft], agency=agency)
    make_event(proposal=draft, stage="assigned", agency=agency, role="lead")
    make_echo(recommendation=draft.recommendations.get())
    after = everything(client)
    assert not any("xqzv" in address for address in after)
    new = {urlsplit(address).path.removeprefix("/zh") for address in after.keys() - before.keys()}
    assert all(path.startswith("/regions/") for path in new)  # regions are public by themselves
    assert {address: after[address] for address in before} == before


def test_the_time_of_a_page_is_that_of_the_last_visible_change_below_it(client, db):
    china = make_region(slug="china")
    above = make_topic(slug="fruit")
    topic = make_topic(slug="quinces", parent=above)
    proposal = make_proposal(
        slug="plant",
        regions=[make_region(slug="orchard", parent=china)],
        topics=[make_topic(slug="other")],
        delegates=[make_delegate(slug="li")],
        recommendations=[{"topics": [topic], "to": [make_agency(slug="office", parent=make_agency(slug="ministry"))]}],
        session=make_session(slug="session"),
        published=True,
    )
    make_proposal(slug="none", recommendations=1, session=make_session(year=2023), published=True)
    make_topic(slug="empty")
    before = everything(client)
    Proposal.objects.get(slug="plant").save()
    assert everything(client) == before
    Proposal.objects.filter(pk=proposal.pk).update(published_at=proposal.published_at.replace(year=2020))
    proposal.shown.changed = proposal.shown.changed.replace(year=2021)
    proposal.shown.save()
    cache.clear()
    aged = everything(client)
    moved = {urlsplit(address).path for address in aged if aged[address] != before[address] and "/zh/" not in address}
    assert moved == {
        f"/proposals/{proposal.pk}/plant/",
        "/regions/china/",
        "/regions/orchard/",
        "/topics/fruit/",
        "/topics/quinces/",
        "/topics/other/",
        "/delegates/li/",
        "/agencies/office/",
        "/agencies/ministry/",
        "/sessions/session/",
    }
    assert all(aged[f"{SITE}{path}"].startswith("2021-") for path in moved)
    assert aged[f"{SITE}/topics/empty/"] is None
    assert aged[f"{SITE}/about/"] is None
    times = parts(client)
    assert times["/sitemap-delegates-0.xml"].startswith("2021-")
    assert not times["/sitemap-proposals-0.xml"].startswith("2021-")


def test_a_long_record_is_cut_into_files(client, db, monkeypatch):
    monkeypatch.setattr(sitemaps, "ROWS", 2)
    proposals = [make_proposal(recommendations=1, published=True) for _ in range(5)]
    make_reply(to=proposals)
    for number in range(4):
        make_topic(slug=f"topic-of-{number}")
    files = [path for path in parts(client) if path.startswith("/sitemap-proposals-")]
    assert len(files) >= 3
    found = [address for path in files for address in listed(client, path) if "/zh/" not in address]
    assert found == [f"{SITE}{proposal.get_absolute_url()}" for proposal in proposals]
    assert all(len(listed(client, path)) <= 4 for path in files)
    topics = [path for path in parts(client) if path.startswith("/sitemap-topics-")]
    assert len(topics) == (Topic.objects.count() + 1) // 2
    assert len({address for path in topics for address in listed(client, path)}) == 2 * Topic.objects.count()


def test_the_largest_file_stays_within_what_search_engines_take():
    assert 2 * sitemaps.ROWS <= 50_000
    longest = len("".join(sitemaps._urls("https://" + "x" * 60, "/proposals/1234567/" + "x" * 100 + "/", "x" * 45)))
    assert longest * sitemaps.ROWS < 50_000_000


@pytest.mark.parametrize(
    "path",
    [
        "/sitemap-none-0.xml",
        "/sitemap-topics-9.xml",
        "/sitemap-proposals-7.xml",
        "/sitemap-pages-1.xml",
        f"/sitemap-proposals-{'9' * 30}.xml",
        f"/sitemap-topics-{'9' * 30}.xml",
    ],
)
def test_a_file_that_is_not_there_is_not_made_up(client, founding, path):
    assert client.get(path).status_code == 404


def test_an_empty_record_has_a_sitemap_too(client, db):
    assert [*parts(client)] == ["/sitemap-pages-0.xml"]
    assert len(listed(client, "/sitemap-pages-0.xml")) == 2 * len(sitemaps.LISTS + sitemaps.INDEXES + sitemaps.ABOUT)


def test_it_asks_as_often_for_many_rows_as_for_few(client, db):
    def asked():
        numbers = {}
        for path in ("/sitemap.xml", *parts(client)):
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            numbers[path] = len(queries)
        return numbers

    def more():
        proposal = make_proposal(
            topics=[make_topic()],
            delegates=[make_delegate()],
            recommendations=[{"to": [make_agency()]}],
            session=make_session(),
            published=True,
        )
        make_reply(to=[proposal])
        make_echo(recommendation=proposal.recommendations.get())

    more()
    few = asked()
    for _ in range(4):
        more()
    assert asked() == few
    assert max(few.values()) <= 20
    assert len(few) == 10


def test_robots_are_told_of_it(client, db):
    assert f"Sitemap: {SITE}/sitemap.xml" in client.get("/robots.txt").text.splitlines()


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_browsers_learn_how_to_search(client, founding, prefix):
    page = client.get(f"{prefix}/about/")
    assert (
        f'<link rel="search" type="application/opensearchdescription+xml" href="{prefix}/opensearch.xml"' in page.text
    )
    response = client.get(f"{prefix}/opensearch.xml")
    assert response["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
    name = "{http://a9.com/-/spec/opensearch/1.1/}"
    root = ElementTree.fromstring(response.content)
    assert root.tag == f"{name}OpenSearchDescription"
    assert 0 < len(root.findtext(f"{name}ShortName")) <= 16
    assert 0 < len(root.findtext(f"{name}Description")) <= 1024
    assert root.findtext(f"{name}Language") == ("zh-Hans" if prefix else "en-GB")
    kinds = {each.get("type"): each.get("template") for each in root.iter(f"{name}Url")}
    assert kinds["text/html"] == f"{SITE}{prefix}/proposals/?q={{searchTerms}}"
    for kind in ("text/html", "application/atom+xml"):
        found = client.get(kinds[kind].removeprefix(SITE).format(searchTerms="stem+cells"))
        assert found.status_code == 200
        assert found["Content-Type"].startswith(kind)
