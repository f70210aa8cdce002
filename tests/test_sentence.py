"""The sentence over a list says what is asked, in both languages, and nothing of it is interpreted."""

import re
from html import unescape

import pytest

from tests.factories import make_agency, make_delegate, make_proposal, make_region, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _some():
    """Two proposals on stem cells, for Shanghai and for Guangdong."""
    topic = make_topic(slug="stem-cells", name="Stem cells", name_zh="干细胞")
    make_topic(slug="parkinsons", name="Parkinson's disease")
    for slug, name, name_zh in (("shanghai", "Shanghai", "上海"), ("guangdong", "Guangdong", "广东")):
        region = make_region(slug=slug, name=name, name_zh=name_zh)
        agency = make_agency(slug=f"agency-{slug}", name=f"Agency of {name}", name_zh=f"{name_zh}局")
        make_proposal(
            topics=[topic],
            regions=[region],
            delegates=[make_delegate(slug=f"person-{slug}", name=f"Person of {name}")],
            recommendations=[{"text": "Do it", "to": [agency]}],
            published=True,
        )


def heading(client, address):
    """The heading of a list, without its tags, and the title of the page."""
    html = client.get(address).text
    [found] = re.findall(r'<h1 id="found"[^>]*>(.*?)</h1>', html)
    [title] = re.findall(r"<title>(.*?) ·", html)
    said = unescape(re.sub(r"<[^>]*>", "", found))
    assert said.startswith(unescape(title))
    return said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "2 proposals, newest first"),
        ("?sort=oldest", "2 proposals, oldest first"),
        (
            "?topic=stem-cells&region=shanghai&region=guangdong",
            "2 proposals on stem cells for Shanghai or Guangdong, newest first",
        ),
        ("?topic=parkinsons", "0 proposals on Parkinson's disease"),
        ("?delegate=person-shanghai", "1 proposal by Person of Shanghai"),
        ("?first_proposer=person-shanghai", "1 proposal with Person of Shanghai as first proposer"),
        ("?agency=agency-guangdong&year=2024", "1 proposal addressed to Agency of Guangdong of 2024"),
        (
            "?level=national&status=submitted",
            "2 proposals at national level with the status “Submitted, as reported”, newest first",
        ),
        (
            "?submitted_after=2024-03&submitted_before=2025",
            "2 proposals submitted from March 2024 to 2025, newest first",
        ),
        ("?submitted_before=2025", "2 proposals submitted until 2025, newest first"),
        ("?q=Person", "2 proposals with the words “Person”, best match first"),
    ],
)
def test_a_list_says_what_it_shows(client, asked, said):
    assert heading(client, f"/proposals/{asked}") == said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "2 件提案，最新在前"),
        ("?topic=stem-cells&region=shanghai&region=guangdong", "2 件关于干细胞、针对上海或广东的提案，最新在前"),
        ("?year=2024", "2 件2024年的提案，最新在前"),
    ],
)
def test_it_says_so_in_chinese(client, asked, said):
    assert heading(client, f"/zh/proposals/{asked}") == said


def test_recommendations_are_told_as_such(client):
    assert heading(client, "/recommendations/?topic=stem-cells").startswith("0 recommendations on stem cells")
    assert heading(client, "/recommendations/") == "2 recommendations, newest first"


def test_of_many_values_three_are_named(client):
    regions = [make_region(slug=f"place-{number}", name=f"Place {number}") for number in range(5)]
    make_proposal(regions=regions, published=True)
    asked = "&".join(f"region=place-{number}" for number in range(5))
    assert heading(client, f"/proposals/?{asked}") == "1 proposal for Place 0, Place 1, Place 2 or 2 others"


def test_what_was_typed_is_not_interpreted(client):
    html = client.get("/proposals/?q=<b>%25(total)s%26lt;</b>").text
    assert 'with the words “<span class="typed">&lt;b&gt;%(total)s&amp;lt;&lt;/b&gt;</span>”' in html
    assert "<title>0 proposals with the words “&lt;b&gt;%(total)s&amp;lt;&lt;/b&gt;”" in html
