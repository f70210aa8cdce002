"""Proposals on other people's pages: what oEmbed tells, the card, and the snippet that is offered."""

import json
import re
from html import unescape
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import html5lib
import pytest
from django.utils import timezone

from people.doubles import merge
from proposals.models import Proposal
from proposals.models.outbox import recorded
from tests.factories import make_delegate, make_proposal, make_session

SITE = "http://testserver"
HOSTILE = '</iframe><script>alert(1)</script>" onload="x\x01\u202e'


@pytest.fixture
def quinces(db):
    return make_proposal(
        title="Plant quinces",
        title_zh="种榅桲",
        summary_en="Asks for trees.",
        delegates=[make_delegate(slug="li", name="Li", name_zh="李")],
        recommendations=["Dig", "Water"],
        published=True,
    )


def told(client, url, **more):
    response = client.get("/oembed", {"url": url, **more})
    assert response.status_code == 200, response.text
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    return json.loads(response.content)


def frame(told):
    [found] = html5lib.parseFragment(told["html"], namespaceHTMLElements=False)
    assert found.tag == "iframe"
    return found.attrib


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_a_page_leads_to_what_shows_it_elsewhere(client, quinces, prefix):
    page = client.get(f"{prefix}{quinces.get_absolute_url()}")
    for kind in ("application/json+oembed", "text/xml+oembed"):
        [address] = re.findall(rf'<link rel="alternate" type="{re.escape(kind)}" href="([^"]+)"', page.text)
        response = client.get(unescape(address).removeprefix(SITE))
        assert response.status_code == 200
        assert f'type="{kind}"' in page["Link"]
    answer = told(client, f"{SITE}{prefix}{quinces.get_absolute_url()}")
    assert (answer["version"], answer["type"], answer["provider_url"]) == ("1.0", "rich", f"{SITE}{prefix}/")
    assert answer["title"] == ("种榅桲" if prefix else "Plant quinces")
    assert answer["author_url"] == f"{SITE}{prefix}/delegates/li/"
    assert (answer["thumbnail_width"], answer["thumbnail_height"]) == (1200, 630)
    assert client.get(urlsplit(answer["thumbnail_url"]).path)["Content-Type"] == "image/png"
    shown = frame(answer)
    assert (int(shown["width"]), int(shown["height"])) == (answer["width"], answer["height"])
    card = client.get(shown["src"].removeprefix(SITE))
    assert card.status_code == 200
    assert answer["title"] in card.text
    assert shown["title"] == answer["title"]


def test_json_and_xml_say_the_same(client, quinces):
    url = f"{SITE}{quinces.get_absolute_url()}"
    as_xml = client.get("/oembed", {"url": url, "format": "xml"})
    assert as_xml["Content-Type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(as_xml.content)
    assert root.tag == "oembed"
    assert {each.tag: each.text for each in root} == {name: str(value) for name, value in told(client, url).items()}


def test_it_takes_no_more_room_than_there_is(client, quinces):
    url = f"{SITE}/proposals/{quinces.pk}/"
    wide = told(client, url)
    narrow = told(client, url, maxwidth="300", maxheight="200")
    assert (narrow["width"], narrow["height"]) == (300, 200)
    assert frame(narrow)["width"] == "300"
    assert "thumbnail_url" not in narrow
    roomy = told(client, url, maxwidth="2000", maxheight="2000")
    assert roomy == wide
    assert told(client, url, maxwidth="1")["width"] == 1


def test_any_address_of_a_proposal_or_recommendation_will_do(client, quinces):
    demand = quinces.recommendations.last()
    for path in (
        f"/proposals/{quinces.pk}",
        f"/proposals/{quinces.pk}/",
        f"/proposals/{quinces.pk}/former-slug/",
        f"{quinces.get_absolute_url()}?from=mail#r2",
    ):
        assert told(client, f"{SITE}{path}")["title"] == "Plant quinces"
        assert told(client, f"https://testserver{path}")["title"] == "Plant quinces"
    source = frame(told(client, f"{SITE}/recommendations/{demand.pk}/"))["src"]
    card = client.get(source.removeprefix(SITE)).text
    assert "Water" in card
    assert "Recommendation 2" in card
    assert f"{quinces.get_absolute_url()}#r2" in card


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 400),
        ({"url": ""}, 400),
        ({"url": "http://[::1"}, 400),
        ({"url": "{page}", "maxwidth": "wide"}, 400),
        ({"url": "{page}", "maxheight": "0"}, 400),
        ({"url": "{page}", "maxwidth": "-5"}, 400),
        ({"url": "{page}", "maxwidth": "9" * 40}, 400),
        ({"url": "{page}", "maxwidth": "٣"}, 400),
        ({"url": "{page}", "format": "yaml"}, 501),
        ({"url": "{page}", "format": "\x00"}, 501),
        ({"url": "http://elsewhere.example/proposals/1/"}, 404),
        ({"url": "javascript:alert(1)"}, 404),
        ({"url": "//testserver/proposals/1/"}, 404),
        ({"url": "http://testserver@evil.example/proposals/1/"}, 404),
        ({"url": f"{SITE}/"}, 404),
        ({"url": f"{SITE}/delegates/li/"}, 404),
        ({"url": f"{SITE}/proposals/999999/"}, 404),
        ({"url": f"{SITE}/proposals/{'9' * 18}/"}, 404),
        ({"url": f"{SITE}/proposals/{'9' * 40}/"}, 404),
        ({"url": f"{SITE}/recommendations/999999/"}, 404),
        ({"url": f"{SITE}/recommendations/{'9' * 18}/"}, 404),
        ({"url": f"{SITE}/proposals/1/\x00/"}, 404),
        ({"url": f"{SITE}/proposals/١/"}, 404),
    ],
)
def test_what_is_wrong_is_said_as_oembed_says_it(client, quinces, parameters, status):
    page = f"{SITE}{quinces.get_absolute_url()}"
    given = {name: page if value == "{page}" else value for name, value in parameters.items()}
    response = client.get("/oembed", given)
    assert response.status_code == status
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert client.post("/oembed", given).status_code == 405


def test_a_card_may_stand_in_a_frame_and_no_other_page_may(client, quinces):
    path = quinces.get_absolute_url()
    for prefix in ("", "/zh"):
        card = client.get(f"{prefix}{path}embed/")
        assert "X-Frame-Options" not in card
        assert "frame-ancestors *" in card["Content-Security-Policy"].split("; ")
        assert client.get(f"{prefix}{path}")["X-Frame-Options"] == "DENY"
        found = html5lib.parse(card.content, namespaceHTMLElements=False)
        assert not list(found.iter("script"))
        assert [each.get("target") for each in found.iter("base")] == ["_top"]
        assert not card.cookies
        assert f'<link rel="canonical" href="{SITE}{prefix}{path}">' in card.text
        for anchor in found.iter("a"):
            assert client.get(anchor.get("href")).status_code == 200
    again = client.get(f"{path}embed/")
    assert client.get(again.request["PATH_INFO"], headers={"if-none-match": again["ETag"]}).status_code == 304


def test_a_card_follows_its_proposal(client, quinces):
    url = f"{quinces.get_absolute_url()}embed/"
    assert client.get(url.replace(quinces.slug, "former"))["Location"] == url
    for odd in ("?r=99", "?r=x", "?r=%00", f"?r={'9' * 30}", "?r=-1", "?r="):
        assert "Asks for trees." in client.get(f"{url}{odd}").text
    quinces.title_en = "Plant medlars"
    quinces.save()
    assert "Plant medlars" in client.get(url).text


def test_a_card_of_what_was_withdrawn_says_so_and_no_more(client, quinces):
    url = f"{quinces.get_absolute_url()}embed/"
    quinces.state, quinces.withdrawn_because_en = Proposal.State.WITHDRAWN, "Entered twice"
    quinces.withdrawn_at = timezone.now()
    quinces.save()
    card = client.get(url)
    assert card.status_code == 410
    assert "Entered twice" in card.text
    assert "quinces" not in card.text.replace(url, "")
    assert "X-Frame-Options" not in card
    assert client.get("/oembed", {"url": f"{SITE}/proposals/{quinces.pk}/"}).status_code == 404


def test_a_card_of_what_was_made_one_with_another_leads_to_that(client, quinces):
    other = make_proposal(session=make_session(year=2023), recommendations=1, published=True)
    url, key = f"{other.get_absolute_url()}embed/", other.pk
    recorded()(lambda: merge(quinces, other))()
    assert client.get(url, follow=True).request["PATH_INFO"] == f"{quinces.get_absolute_url()}embed/"
    assert told(client, f"{SITE}/proposals/{key}/")["title"] == "Plant quinces"


def test_a_draft_has_no_card(client, quinces):
    draft = make_proposal(title="Plant pears", recommendations=1)
    assert client.get(f"{draft.get_absolute_url()}embed/").status_code == 404
    assert client.get("/oembed", {"url": f"{SITE}{draft.get_absolute_url()}"}).status_code == 404
    demand = draft.recommendations.get()
    assert client.get("/oembed", {"url": f"{SITE}/recommendations/{demand.pk}/"}).status_code == 404


@pytest.mark.parametrize("key", [0, 9223372036854775807, 9223372036854775808, 10**30])
def test_a_number_that_no_proposal_has_has_no_card(client, quinces, key):
    assert client.get(f"/proposals/{key}/x/embed/").status_code == 404
    assert client.get(f"/recommendations/{key}/cite/").status_code == 404
    assert client.get(f"/proposals/{key}/cite.bib").status_code == 404


def test_no_text_of_the_record_breaks_out_of_the_snippet(client, db):
    proposal = make_proposal(title=HOSTILE, summary_en=HOSTILE, recommendations=[HOSTILE], published=True)
    answer = told(client, f"{SITE}/proposals/{proposal.pk}/")
    assert {"src", "title", "width", "height"} <= frame(answer).keys()
    assert "onload" not in frame(answer)
    ElementTree.fromstring(client.get("/oembed", {"url": f"{SITE}/proposals/{proposal.pk}/", "format": "xml"}).content)
    assert "<script" not in client.get(f"{proposal.get_absolute_url()}embed/").text


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_the_page_offers_the_snippet_that_oembed_gives(client, quinces, prefix):
    path = f"{prefix}{quinces.get_absolute_url()}"
    page = html5lib.parse(client.get(path).content, namespaceHTMLElements=False)
    [code] = [each for each in page.iter("p") if each.get("id") == "embed-code"]
    answer = told(client, f"{SITE}{path}")
    assert "".join(code.itertext()).strip() == answer["html"]
    assert client.get(f"/oembed?url={quote(SITE)}{path}").status_code == 200
