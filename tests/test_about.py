"""The pages on the site itself: what they say is what the site does, in both languages."""

import re
from html import unescape

import html5lib
import pytest
from django.conf import settings as configured
from django.utils import translation

from proposals.catalogue.vocabulary import LABELS
from proposals.filters import ProposalFilter
from proposals.models import Outcome, Proposal, Source
from tests.site import ROOT

pytestmark = pytest.mark.django_db
PAGES = [
    "/about/",
    "/about/method/",
    "/about/outcomes/",
    "/about/data/",
    "/about/api/",
    "/about/licence/",
    "/about/accessibility/",
    "/about/privacy/",
]
WRITES_BACK = ["/about/", "/about/method/", "/about/accessibility/", "/about/privacy/"]


def main(client, address):
    html = client.get(address).text
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    return page.find("body/main")


def words(element):
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_worth_reading_and_no_longer_than_needed(client, address):
    english, chinese = (words(main(client, f"{prefix}{address}").find("div/div")) for prefix in ("", "/zh"))
    assert 150 <= len(english.split()) <= 560
    assert len(english) / 6 <= len(re.findall(r"[\u3400-\u9fff]", chinese)) <= len(english) / 2


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_each_page_leads_to_the_others_and_says_which_one_it_is(client, prefix):
    for address in PAGES:
        html = client.get(f"{prefix}{address}").text
        links = re.findall(r'<a href="([^"]*/about/[^"]*)"( aria-current="page")?>', html.partition("<main")[2])
        assert {link for link, _ in links} >= {f"{prefix}{other}" for other in PAGES}
        assert {link for link, current in links if current} == {f"{prefix}{address}"}
        assert [current for _, current in links].count(' aria-current="page"') == 2  # beside the text, and at the foot


def test_every_page_leads_to_them_from_its_foot(client, proposals):
    for address in ("/", "/proposals/", proposals[0].get_absolute_url(), "/no-such-page/"):
        foot = client.get(address).text.partition("<footer")[2]
        assert re.findall(r'<a href="([^"]*)">', foot) == PAGES


def links(element):
    return [unescape(link.get("href")) for link in element.iter("a")]


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_every_link_into_the_site_leads_somewhere(founding, client, prefix):
    inner = {link for address in PAGES for link in links(main(client, f"{prefix}{address}")) if link.startswith("/")}
    assert {link.partition("#")[0]: client.get(link).status_code for link in inner} == {
        link.partition("#")[0]: 200 for link in inner
    }
    assert len(inner) > 10


@pytest.mark.parametrize(("prefix", "language"), [("", "en-gb"), ("/zh", "zh-hans")])
def test_method_explains_every_reliability_and_every_status_in_the_words_of_the_pages(client, prefix, language):
    terms = {words(term): words(told) for each in lists(client, f"{prefix}/about/method/") for term, told in each}
    with translation.override(language):
        labels = {str(label) for label in (*Source.Reliability.labels, *Proposal.Status.labels)}
    assert set(terms) == labels
    assert len(set(terms.values())) == len(terms)


@pytest.mark.parametrize(("prefix", "language"), [("", "en-gb"), ("/zh", "zh-hans")])
def test_every_outcome_is_explained_in_the_words_of_the_pages(client, prefix, language):
    [told] = [[words(term) for term, _ in each] for each in lists(client, f"{prefix}/about/outcomes/")]
    with translation.override(language):
        assert told == [str(label) for label in Outcome.labels]


def lists(client, address):
    """Give each definition list as pairs of term and definition."""
    for each in main(client, address).iter("dl"):
        yield zip(each.findall("dt"), each.findall("dd"), strict=True)


def test_data_names_every_filter_and_its_example_is_one(founding, client):
    text = words(main(client, "/about/data/")).lower()
    names = {str(LABELS.get(name, "")).lower() for name in ProposalFilter.base_filters} - {""}
    assert [name for name in names if name.replace("addressed to", "addressee") not in text] == []
    example = next(code for code in main(client, "/about/data/").iter("code") if "?" in words(code))
    page = client.get(words(example))
    assert page.text.count("<li><a href=") > 0
    assert "errors" not in re.findall(r'class="(\w+)"', page.text)
    assert '<h1 id="found" class="sentence">1 proposal ' in page.text


def test_licence_says_what_the_licence_file_says(client):
    told, file = words(main(client, "/about/licence/")), (ROOT / "LICENSE").read_text()
    for term in ("MIT", "CC BY 4.0", "Lianghui contributors", "Creative Commons Attribution 4.0 International"):
        assert term in told
        assert term in " ".join(file.split())


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_where_no_address_for_corrections_is_set_none_is_shown(client, prefix):
    assert configured.CONTACT_EMAIL == ""
    for address in PAGES:
        assert "mailto:" not in client.get(f"{prefix}{address}").text
        assert "@" not in words(main(client, f"{prefix}{address}"))


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_the_address_for_corrections_stands_where_readers_look_for_it(client, settings, prefix):
    settings.CONTACT_EMAIL = "o'brien+<lianghui>@example.org"
    shown = [page for page in PAGES if f"mailto:{settings.CONTACT_EMAIL}" in links(main(client, f"{prefix}{page}"))]
    assert shown == WRITES_BACK
