"""Whatever an analyst enters: nothing is interpreted, nothing is a 500, nothing turns what stands beside it."""

import re

import html5lib
import pytest

from proposals.models import Proposal
from tests.odd_records import FROM_THE_RIGHT, MARKUP, TURNED, addresses, bare, full, full_session, too_much

pytestmark = pytest.mark.django_db
RIGHT = re.compile("[\u0600-\u06ff\u202e]")
LANGUAGES = pytest.mark.parametrize("prefix", ["", "/zh"])


def parsed(response):
    """Parse a page that has to be there and to be valid."""
    assert response.status_code == 200
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(response.text)


def everything(element):
    return "".join(element.itertext())


def pages(client, prefix, slug):
    for address in addresses(slug):
        yield address, parsed(client.get(f"{prefix}{address}"))


@LANGUAGES
def test_markup_in_a_name_is_shown_as_it_was_typed(client, prefix):
    full("markup", lambda most: MARKUP[:most])
    for address, page in pages(client, prefix, "markup"):
        assert MARKUP in everything(page.find("body")), address
        assert list(page.iter("b")) == [], address
        assert [
            script for script in page.iter("script") if "y()" in everything(script) and not script.get("type")
        ] == [], address


@LANGUAGES
@pytest.mark.parametrize(
    "place",
    [
        "body//*[@class='facets']//li",
        "body//*[@class='chips']//li",
        "body//main//article//h2",
        "body//main//article//*[@class='tags']",
    ],
)
def test_markup_is_shown_as_typed_in_each_part_of_the_list(client, prefix, place):
    full("markup", lambda most: MARKUP[:most])
    page = parsed(client.get(f"{prefix}/proposals/?topic=markup&delegate=markup"))
    assert [part for part in page.findall(place) if MARKUP in everything(part)] != []


@LANGUAGES
@pytest.mark.parametrize("kind", ["proposals", "delegates", "topics", "regions", "agencies"])
def test_markup_is_shown_as_typed_in_titles_and_descriptions(client, prefix, kind):
    proposal = full("markup", lambda most: MARKUP[:most])
    page = parsed(client.get(f"{prefix}/{kind}/{f'{proposal.pk}/' if kind == 'proposals' else ''}markup/"))
    assert MARKUP in everything(page.find("head/title"))
    [description] = page.findall("head/meta[@name='description']")
    assert kind != "proposals" or MARKUP in description.get("content")


@LANGUAGES
def test_what_is_written_from_the_right_turns_nothing_beside_it(client, prefix):
    """Else a full stop, a bracket or a date that follows a name stands on its wrong side."""
    full("right", lambda most: FROM_THE_RIGHT[:most])
    seen = 0
    for address, page in pages(client, prefix, "right"):
        loose = [text for text, isolated in texts(page.find("body")) if RIGHT.search(text) and not isolated]
        assert loose == [], address
        seen += everything(page.find("body")).count(FROM_THE_RIGHT)
    assert seen > 50


def texts(element, *, isolated=False):
    """Yield each text with whether its direction is its own affair."""
    isolated = isolated or element.tag == "bdi"
    yield element.text or "", isolated
    for child in element:
        yield from texts(child, isolated=isolated)
        yield child.tail or "", isolated


@LANGUAGES
def test_a_sign_that_turns_what_follows_turns_only_its_own_text(client, prefix):
    session = full_session("turned", lambda _: TURNED)
    Proposal.objects.create(title_en=TURNED, slug="turned", session=session, state="published")
    for address in ("/", "/proposals/?session=turned", "/sessions/turned/", "/sessions/"):
        page = parsed(client.get(f"{prefix}{address}"))
        found = [isolated for text, isolated in texts(page.find("body")) if "\u202e" in text]
        assert found, address
        assert all(found), address


def test_an_ordinary_name_needs_no_mark_of_its_direction(founding, client):
    for address in ("/proposals/", "/delegates/ding-lieming/", "/zh/topics/"):
        assert "<bdi>" not in client.get(address).text


@LANGUAGES
def test_texts_of_full_length_are_shown_to_their_end(client, prefix):
    proposal = full("long", lambda most: "W" * most)
    assert len(proposal.title_en) == 499
    proposal.title_en = "W" * 499 + "M"
    proposal.save()
    for _, page in pages(client, prefix, "long"):
        assert "WWW" in everything(page.find("body/main"))
    assert proposal.title_en in client.get(f"{prefix}{addresses('long')[5]}").text


@LANGUAGES
def test_of_a_bare_proposal_the_pages_say_what_is_not_known(client, prefix):
    proposal = bare()
    said = {
        "": {"Proposer not known", "day not known", "not stated", "none", "No single recommendation is recorded."},
        "/zh": {"提出者不详", "日期不详", "未说明", "无", "未记录具体建议。"},
    }[prefix]
    shown = ""
    for address in ("/", "/proposals/", f"/proposals/{proposal.pk}/bare/", "/sessions/bare/"):
        page = parsed(client.get(f"{prefix}{address}"))
        shown += everything(page.find("body/main"))
        assert "None" not in everything(page.find("body/main"))
        assert [part.get("class") for part in page.iter("p") if not everything(part).strip()] == [], address
        [description] = page.findall("head/meta[@name='description']")
        assert description.get("content"), address
    assert [words for words in said if words not in shown] == []


@LANGUAGES
def test_a_delegate_with_300_proposals_shows_the_first_and_leads_to_the_rest(client, prefix):
    too_much()
    page = parsed(client.get(f"{prefix}/delegates/prolific/"))
    assert len(list(page.iter("article"))) == 20
    assert "300" in everything(page.find("body/main/section[@aria-labelledby='proposals']/h2"))
    [rest] = [link.get("href") for link in page.iter("a") if link.get("class") == "button"]
    titles = set()
    for number in range(1, 16):
        page = parsed(client.get(f"{rest}&page={number}"))
        titles |= {everything(heading) for heading in page.iter("h2") if everything(heading).startswith("Much")}
    assert len(titles) == 300
    assert client.get(f"{rest}&page=16").status_code == 404


@LANGUAGES
def test_a_proposal_with_200_recommendations_shows_each_once(client, prefix):
    too_much()
    proposal = Proposal.objects.get(slug="much-0")
    page = parsed(client.get(f"{prefix}/proposals/{proposal.pk}/much-0/"))
    numbered = [part for part in page.iter("section") if part.get("class") == "numbered"]
    assert [part.get("id") for part in numbered] == [f"r{number}" for number in range(1, 201)]
