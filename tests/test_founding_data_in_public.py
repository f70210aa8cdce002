"""What readers see of the founding data: five proposals with 59 recommendations, found and read as they should be."""

import re
from collections import Counter

import html5lib
import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import resolve
from django.utils import translation

from proposals.models import Proposal, Recommendation
from proposals.urls import urlpatterns
from tests.site import FOUNDING_DATA

DING = "cgt-industry-2024"
LIU = "stem-cell-industry-system"
WANG = "guangdong-ftz-stem-cell-pilot"
YUAN = "shaanxi-stem-cell-industry"
ZHANG = "shanghai-stem-cell-highland"
ALL = {DING, LIU, WANG, YUAN, ZHANG}
UNCONFIRMED = ["王桂林", "刘云", "章毅", "中国干细胞集团", "China Stem Cell Group"]
NOTHING_TO_SHOW_YET = {"reply", "policy", "compare", "compare_markdown", "compare_workbook", "proposal_changes"}
CARD = re.compile(r'<h2><a href="(?:/zh)?/proposals/\d+/([-\w]+)/(#r\d+)?"')
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"?]*)"')


@pytest.fixture(scope="module")
def founded(django_db_setup, django_db_blocker, tmp_path_factory):
    """Load the founding data once for this file, which only reads; give the folder of its catalogue."""
    folder = tmp_path_factory.mktemp("founding") / "catalogue"
    with django_db_blocker.unblock(), override_settings(CATALOGUE_DIR=folder), transaction.atomic():
        call_command("load_dataset", str(FOUNDING_DATA), verbosity=0)
        yield folder
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _founding_data(founded, db, settings):
    settings.CATALOGUE_DIR = founded


@pytest.fixture(scope="module")
def pages(founded):
    """Every page that a reader reaches by clicking, without parameters, in both languages: address and answer."""
    client, waiting, asked, found = Client(), ["/", "/zh/"], set(), {}
    while waiting:
        address = waiting.pop()
        if address not in asked and not address.startswith("/static/"):
            asked.add(address)
            answer = client.get(address, follow=True)
            if answer["Content-Type"].startswith("text/html"):  # others are files and feeds
                found[address] = answer
                waiting += [link.partition("#")[0] for link in LINK.findall(answer.text)]
    return found


def slugs(client, address):
    """The proposals on a page of results, by slug; a recommendation stands for its proposal."""
    response = client.get(address)
    assert response.status_code == 200
    return {slug for slug, _ in CARD.findall(response.text)}


def total(client, address):
    return int(re.search(r'<h1 id="found" class="sentence">(\d+) ', client.get(address).text)[1])


def address_of(proposal, prefix=""):
    with translation.override("en-gb"):  # whatever the page before was in
        return f"{prefix}{proposal.get_absolute_url()}"


def page_of(client, slug, prefix=""):
    return client.get(address_of(Proposal.objects.get(slug=slug), prefix)).text


def elements(html, tag):
    """The elements with a tag, in order, each with its text without superfluous white space."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return [(element, " ".join("".join(element.itertext()).split())) for element in tree.iter(tag)]


def recommendation_text(html, number):
    [text] = [text for element, text in elements(html, "section") if element.get("id") == f"r{number}"]
    return text


def recommendation_on_card(client, asked):
    [text] = [text for _, text in elements(client.get(f"/recommendations/?{asked}").text, "article")]
    return text


def is_valid(html):
    """Fails at the first error that a strict parser finds, and where two elements share an id."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    assert [identity for identity, times in ids.items() if times > 1] == []
    named = {name for element in tree.iter() for name in element.get("aria-describedby", "").split()}
    assert named <= set(ids)
    return True


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_the_lists_hold_five_proposals_and_59_recommendations(client, prefix):
    assert slugs(client, f"{prefix}/proposals/") == ALL
    assert total(client, f"{prefix}/proposals/") == 5
    assert total(client, f"{prefix}/recommendations/") == 59


def test_three_pages_hold_each_recommendation_once(client):
    anchors = [
        anchor for page in (1, 2, 3) for anchor in CARD.findall(client.get(f"/recommendations/?page={page}").text)
    ]
    assert len(anchors) == len(set(anchors)) == 59
    assert Counter(slug for slug, _ in anchors) == {DING: 20, LIU: 9, WANG: 7, YUAN: 9, ZHANG: 14}
    assert client.get("/recommendations/?page=4").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/zh"])
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("topic=stem-cells", ALL),
        ("topic=cgt", {DING, YUAN}),
        ("region=CN-SH", {ZHANG}),
        ("region=CN-GD", {WANG}),
        ("region=guangdong-ftz", {WANG}),
        ("region=CN-SN", {YUAN}),
        ("region=CN-SX", set()),
        ("region=CN", ALL),
        ("delegate_region=CN-JS", {LIU}),
        ("delegate_region=CN-GD", set()),
        ("body=cppcc-national", {DING, LIU, WANG}),
        ("level=provincial", {YUAN, ZHANG}),
        ("session=cppcc-shanghai-14-2", {ZHANG}),
        ("delegate=wang-guilin", {WANG}),
        ("first_proposer=zhang-yi", {ZHANG}),
        ("agency=nmpa", {DING, ZHANG}),
        ("agency=nifdc", {ZHANG}),
        ("year=2024", ALL),
        ("submitted_before=2024-01-24", {ZHANG}),
        ("submitted_after=2024-02&submitted_before=2024-03-05", {DING, LIU, WANG}),  # in March: the day is not known
        ("submitted_after=2024-03-12", {DING, LIU, WANG}),
        ("submitted_after=2024-04", set()),
        ("year=2023", set()),
        ("q=Ding+Liming", {DING}),
        ("q=Ding+Leiming", {DING}),
        ("q=Ding+Lieming", {DING}),
        ("q=Ding+Leeming", {DING}),
        ("q=丁列明", {DING}),
        ("q=袁晓峰", {YUAN}),
        ("q=袁曉峰", {YUAN}),
        ("q=干细胞", ALL),
        ('q="priority review"', {DING}),
        ('q="review priority"', set()),
        ("q=stem+cell+bank", {DING}),
        ("q=Betta", {DING}),
        ("q=卫健委", {WANG}),
        ("q=药监局", {DING, ZHANG}),
    ],
)
def test_a_question_finds(client, prefix, asked, found):
    assert slugs(client, f"{prefix}/proposals/?{asked}") == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("region=CN-SH&region=CN-GD", {ZHANG, WANG}),
        ("delegate=liu-yun&delegate=zhang-yi&delegate=yuan-xiaofeng", {LIU, ZHANG, YUAN}),
        ("topic=cgt&topic=perinatal", {DING, YUAN, ZHANG}),
        ("topic=stem-cells&region=CN-SH", {ZHANG}),
        ("topic=cgt&body=cppcc-national", {DING}),
        ("topic=cgt&region=CN-SH", set()),
        ("region=CN-SH&region=CN-GD&level=national", {WANG}),
        ("region=CN-SH&region=CN-GD&q=legislation&level=provincial", {ZHANG}),
    ],
)
def test_values_of_one_facet_add_up_and_values_of_two_narrow_down(client, asked, found):
    assert slugs(client, f"/proposals/?{asked}") == found


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("", 59),
        ("?delegate=ding-lieming", 20),
        ("?topic=priority-review", 2),
        ("?agency=nmpa", 10),
        ("?q=perinatal", 1),
    ],
)
def test_recommendations_are_found_one_by_one(client, asked, number):
    assert total(client, f"/recommendations/{asked}") == number


def test_every_kind_of_page_is_reached_by_clicking(pages):
    with translation.override("en-gb"):
        reached = {resolve(address.removeprefix("/zh")).url_name for address in pages}
    pictures = {"card", "proposal_card"}  # for links to the site, not within it
    files = {"download", "proposal_citation", "recommendation_file", "reply_citation"}
    files |= {"proposal_export", "recommendation_export", "reply_export"}
    files |= {"proposals_feed", "recommendations_feed", "replies_feed", "opensearch", "proposal_embed"}
    assert {pattern.name for pattern in urlpatterns if pattern.name} - pictures - files <= reached | NOTHING_TO_SHOW_YET
    assert len(pages) > 200


def test_every_link_within_the_site_is_answered_and_its_anchor_is_there(pages):
    assert {address: page.status_code for address, page in pages.items() if page.status_code != 200} == {}
    for page in pages.values():
        for address, _, anchor in {link.partition("#") for link in LINK.findall(page.text) if "#" in link}:
            assert f'id="{anchor}"' in pages[address].text, f"{address}#{anchor}"


def test_every_page_says_its_language(pages):
    for address, page in pages.items():
        assert f'<html lang="{"zh-Hans" if address.startswith("/zh/") else "en-GB"}">' in page.text, address


def test_every_page_is_valid_html(pages):
    assert all(is_valid(page.content) for page in pages.values())


@pytest.mark.parametrize(("slug", "number"), [(DING, 20), (LIU, 9), (WANG, 7), (YUAN, 9), (ZHANG, 14)])
def test_each_recommendation_has_its_anchor(client, slug, number):
    sections = [element for element, _ in elements(page_of(client, slug), "section")]
    anchors = [each.get("id") for each in sections if each.get("class") == "numbered"]
    assert anchors == [f"r{order}" for order in range(1, number + 1)]


def test_the_code_of_a_region_leads_to_its_page(client):
    assert client.get("/regions/CN-GD/")["Location"] == "/regions/guangdong/"
    assert client.get("/regions/CN-XX/").status_code == 404


def test_a_value_beside_a_chosen_one_says_what_it_adds(client):
    text = client.get("/proposals/?region=CN-GD").text
    assert re.search(r'href="\?region=CN-GD&amp;region=CN-SH"[^>]*>.*?<span class="count">\+1<', text)
    assert re.search(r'class="chosen">.*?Guangdong.*?<span class="count">1<', text)


def test_topics_of_a_recommendation_are_not_among_those_it_is_addressed_to(client):
    asked = [" ".join("".join(each.itertext()).split()) for each, _ in elements(page_of(client, DING), "p")]
    addressed = [text for text in asked if text.startswith("To:")]
    assert len(addressed) == 20
    assert not [text for text in addressed if "Legislation" in text or "Priority review" in text]


def test_where_no_single_condition_is_to_blame_all_can_be_cleared(client):
    text = client.get("/proposals/?topic=cgt&region=CN-SH&q=xyzzy").text
    assert "nor all but one of them" in text
    assert "without" not in text.split('class="nothing"')[1].split("</div>")[0]


def test_the_lasting_address_of_a_recommendation_leads_to_its_place(client):
    for recommendation in Recommendation.objects.select_related("proposal"):
        for prefix in ("", "/zh"):
            response = client.get(f"{prefix}/recommendations/{recommendation.pk}/")
            place = f"{address_of(recommendation.proposal, prefix)}#r{recommendation.order}"
            assert (response.status_code, response["Location"]) == (302, place)
    assert client.get("/recommendations/999999/").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/zh"])
@pytest.mark.parametrize("end", ["", "another-name/"])
def test_another_name_in_the_address_leads_to_the_right_one(client, prefix, end):
    proposal = Proposal.objects.get(slug=DING)
    response = client.get(f"{prefix}/proposals/{proposal.pk}/{end}")
    assert response.status_code == 302
    assert response["Location"] == address_of(proposal, prefix)


def test_sources_stand_below_a_proposal_with_what_they_are_worth(client):
    html = page_of(client, LIU)
    sources = [text for _, text in elements(html, "li") if "Second-hand" in text]
    assert len(sources) == 2
    [roundup] = [text for text in sources if "Focus on 2024 National Two Sessions" in text]
    worth = ("section 2 of 5", "read in machine translation", "12 Mar", "Editor's note")
    assert [said for said in worth if said not in roundup] == []
    [other] = [text for text in sources if "2023全国两会" in text]
    assert "Also reported in" in other
    assert 'href="http://47.103.62.127/en/hydt/Info/10941"' in html


def test_a_doubt_about_the_session_stands_beside_the_proposal(client):
    notes = [text for element, text in elements(page_of(client, LIU), "p") if element.get("class") == "note"]
    assert any("the same words are on record for the session of March 2023" in text for text in notes)


def test_figures_stand_with_unit_time_and_whether_they_still_hold(client):
    [figures] = [text for element, text in elements(page_of(client, ZHANG), "dl") if element.get("class") == "figures"]
    assert "226.1 billion yuan" in figures
    assert "as of 2030" in figures
    assert "13.73 percent a year" in figures
    assert figures.count("No longer true") == 1
    assert "艾米迈托赛注射液" in figures.split("0 products")[1]


@pytest.mark.parametrize("prefix", ["", "/zh"])
@pytest.mark.parametrize(
    ("slug", "delegate", "employer"),
    [
        (DING, "ding-lieming", ("Betta Pharmaceuticals Co., Ltd.", "贝达药业股份有限公司")),
        (LIU, "liu-yun", ("Jiangsu Province Hospital", "江苏省人民医院")),
    ],
)
def test_readers_see_whom_a_delegate_works_for(client, prefix, slug, delegate, employer):
    for html in (page_of(client, slug, prefix), client.get(f"{prefix}/delegates/{delegate}/").text):
        assert [name for name in employer if name not in html] == []
    card = client.get(f"{prefix}/proposals/?delegate={delegate}").text
    assert employer[1 if prefix else 0] in card


def test_an_inferred_employer_is_marked_and_a_stated_one_is_not(client):
    cards = [text for element, text in elements(client.get("/proposals/").text, "p") if element.get("class") == "who"]
    assert [("inferred" in card) for card in cards if "Liu Yun" in card] == [True]
    assert [("inferred" in card) for card in cards if "Betta" in card] == [False]
    for slug, marked in (("liu-yun", True), ("ding-lieming", False)):
        html = client.get(f"/delegates/{slug}/").text
        [post] = [text for _, text in elements(html, "dd") if "Hospital" in text or "Betta" in text]
        assert ("(inferred)" in post) is marked


def test_an_inferred_region_of_a_delegate_is_marked_and_a_stated_one_is_not(client):
    def seats(slug):
        return [text for _, text in elements(client.get(f"/delegates/{slug}/").text, "dd") if "term 1" in text]

    assert ["(inferred)" in seat for seat in seats("liu-yun")] == [True]
    assert ["(inferred)" in seat for seat in seats("yuan-xiaofeng")] == [False]
    assert {(seat[:6], "(inferred)" in seat) for seat in seats("ding-lieming")} == {("Member", True), ("Deputy", False)}


def test_an_inferred_addressee_is_marked_and_a_stated_one_is_not(client):
    assert "National Medical Products Administration (inferred)" in recommendation_text(page_of(client, DING), 1)
    stated = recommendation_text(page_of(client, WANG), 6)
    assert "Guangdong Provincial Health Commission" in stated
    assert "inferred" not in stated
    assert "National Medical Products Administration (inferred)" in recommendation_on_card(client, 'q="voucher+scheme"')
    assert "(inferred)" not in recommendation_on_card(client, "q=quotas")


def test_an_implied_recommendation_is_marked_and_a_stated_one_is_not(client):
    html = page_of(client, LIU)
    assert "(implied in the source)" in recommendation_text(html, 1)
    assert "implied" not in recommendation_text(html, 3)


def test_requests_that_the_article_words_as_facts_have_a_note_beside_them(client):
    html = page_of(client, WANG)
    noted = [number for number in range(1, 8) if "In context it is a request" in recommendation_text(html, number)]
    assert noted == [2, 3]


@pytest.mark.parametrize("name", UNCONFIRMED)
def test_what_is_unconfirmed_is_on_no_page_and_not_found(client, pages, name):
    assert [address for address, page in pages.items() if name.lower() in page.text.lower()] == []
    assert slugs(client, f'/proposals/?q="{name}"') == set()
    assert slugs(client, f'/recommendations/?q="{name}"') == set()
