"""A value of a long filter is found by its name, without scripts, among all there are."""

import re

import pytest

from proposals.models import Sponsorship
from tests.factories import make_delegate, make_proposal, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _many():
    """Put forward one proposal by 130 delegates, on 13 topics."""
    made = make_proposal(published=True, topics=[make_topic(name=f"Topic {number}") for number in range(13)])
    for number in range(130):
        person = make_delegate(slug=f"person-{number}", name=f"Person {number}", name_zh="" if number else "丁列明")
        Sponsorship.objects.create(proposal=made, delegate=person, order=number + 1)


def found(client, asked):
    """The values that a filter shows, and what it says where there are none."""
    html = client.get(f"/proposals/?{asked}").text
    part = html.partition('id="facet-delegate"')[2].partition("</section>")[0]
    return re.findall(r"<span><span>([^<]*)</span>", part) + re.findall(r"No value of that name", part)


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("129", ["Person 129"]),
        ("person 7", ["Person 7"]),
        ("dinglieming", ["Person 0"]),
        ("丁列", ["Person 0"]),
        ("nobody", ["No value of that name"]),
    ],
)
def test_the_words_are_looked_for_among_all_values(client, words, values):
    assert found(client, f"find_in=delegate&find={words}") == values


def test_the_filter_stands_and_what_else_is_asked_is_kept(client):
    html = client.get("/proposals/?find_in=delegate&find=129&sort=oldest").text
    assert '<form class="within" action="#facet-delegate"' in html
    assert '<input type="hidden" name="sort" value="oldest">' in html
    assert 'href="?delegate=person-129&amp;sort=oldest"' in html


def test_only_a_long_filter_has_a_box(client):
    html = client.get("/proposals/").text
    assert {*re.findall(r'name="find_in" value="(\w+)"', html)} == {"delegate", "topic"}


@pytest.mark.parametrize(
    "asked", ["find_in=password&find=x", "find_in=delegate&find=%3F", "find_in=topic&find=" + "x" * 600]
)
def test_what_cannot_be_looked_for_is_told_and_all_stands_as_before(client, asked):
    response = client.get(f"/proposals/?{asked}")
    assert response.status_code == 200
    assert 'role="alert"' in response.text
    boxes = re.findall(r'name="find" value="([^"]*)"', response.text)
    assert ("?" in boxes) == ("%3F" in asked)  # what was typed can be mended
    assert len(found(client, asked)) > 90
