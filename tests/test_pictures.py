"""Pictures of what is found: bars, the map and the tables say and link what they should, and nothing else."""

import re

import pytest

from proposals.catalogue import Query, Vocabulary
from proposals.pictures import TILES, Pictures
from tests.factories import make_body, make_delegate, make_proposal, make_region, make_session, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def china():
    """The country with two provinces, of which proposals are about one; another is about the country."""
    china = make_region(slug="china", name="China", name_zh="全国", iso_code="CN", kind="country")
    shanghai = make_region(slug="shanghai", name="Shanghai", name_zh="上海", iso_code="CN-SH", parent=china)
    make_region(slug="hainan", name="Hainan", name_zh="海南", iso_code="CN-HI", parent=china)
    topic = make_topic(slug="stem-cells", name="Stem cells")
    body = make_body(region=china)
    for ordinal, year, regions in ((1, 2020, [shanghai]), (2, 2023, [shanghai]), (3, 2023, [china])):
        session = make_session(body=body, year=year, ordinal=ordinal)
        make_proposal(session=session, regions=regions, topics=[topic], delegates=[make_delegate()], published=True)


def pictures(**asked):
    return Pictures(Query(**asked), Vocabulary())


def test_the_map_has_34_tiles_each_in_a_place_of_its_own():
    codes = [code for code in TILES.split() if code != "."]
    assert len(codes) == len({*codes}) == 34


def test_a_province_has_what_is_about_it_and_the_country_as_a_whole_is_on_no_tile(china):
    tiles = {tile.name: tile.part for tile in pictures().tiles}
    assert {name: part.count for name, part in tiles.items()} == {"SH": 2, "HI": 0}
    assert (tiles["SH"].shade, tiles["HI"].shade) == (5, 0)
    assert [part.label for part in pictures().provinces.parts] == ["Shanghai"]


def test_years_of_which_nothing_is_known_stand_between_the_others(china):
    assert [(part.label, part.count) for part in pictures().years.parts] == [
        ("2020", 1),
        ("2021", 0),
        ("2022", 0),
        ("2023", 2),
    ]
    assert [part.width for part in pictures().years.parts] == ["50.0%", "0.0%", "0.0%", "100.0%"]


def test_shares_are_of_all_that_is_found(china):
    assert [(part.label, part.share) for part in pictures().statuses.parts] == [("Submitted, as reported", 100)]


def test_a_choice_is_marked_and_the_other_values_are_said_to_stand_there_too(client, china):
    html = client.get("/proposals/matrix/?region=CN-SH&year=2023").text
    assert '<h1 class="sentence">1 proposal for Shanghai of 2023, in pictures</h1>' in html
    assert html.count('<span class="facts">(chosen)</span>') == 2  # in the bars of years and in the map's own table
    assert len(re.findall(r"All values of “\w+”, those that are not chosen too", html)) == 3
    assert 'class="shade-5 chosen"' in html


def test_what_is_empty_says_so(client, china):
    html = client.get("/proposals/matrix/?q=nothing+such").text
    assert html.count("Nothing to show for these conditions.") == 2
    assert client.get("/proposals/matrix/?topic=none&year=x").status_code == 200


def test_the_page_of_a_thing_tells_its_numbers_in_a_sentence(client, china):
    html = client.get("/regions/shanghai/").text
    lead = re.sub(r"<[^>]*>", "", re.search(r'<p class="lead">(.*?)</p>', html, re.S)[1])
    assert " ".join(lead.split()) == "2 proposals for Shanghai, most often on Stem cells."
    assert "<dd>2020–2023</dd>" in html
    assert client.get("/regions/hainan/").text.count("At a glance") == 0
