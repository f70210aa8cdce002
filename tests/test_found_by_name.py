"""Words that are found through a name say so: which topic, agency or delegate they stand for."""

import pytest

from tests.factories import make_agency, make_delegate, make_proposal, make_topic

pytestmark = pytest.mark.django_db


def told(client, address):
    """What a list says of the names by which it found what it shows."""
    page = client.get(address)
    return [
        (typed, str(label), [choice.label for choice in values])
        for typed, label, values in page.context["results"].meant
    ]


@pytest.fixture
def proposal():
    agency = make_agency(name="Medical Products Agency", short_name_en="MPA", name_zh="药品监督管理局")
    demand = {"text": "Hire reviewers", "to": [agency]}
    topic = make_topic(name="Cord blood", synonyms=["umbilical"])
    return make_proposal(
        topics=[topic], recommendations=[demand], delegates=[make_delegate(name="Ding Lieming")], published=True
    )


def test_an_acronym_a_synonym_and_a_name_are_explained(client, proposal):
    assert told(client, "/proposals/?q=MPA+umbilical") == [
        ("MPA", "Addressed to", ["Medical Products Agency"]),
        ("umbilical", "Topic", ["Cord blood"]),
    ]
    assert told(client, "/proposals/?q=dinglieming") == [("dinglieming", "Delegate", ["Ding Lieming"])]
    assert (
        "<q>药品监督</q> = <span>Medical Products Agency</span> (Addressed to)"
        in client.get("/proposals/?q=药品监督").text
    )


def test_what_stands_in_the_texts_only_or_in_many_names_is_not(client, proposal):
    for number in range(4):
        make_proposal(topics=[make_topic(name=f"Cells {number}")], published=True)
    for words in ("hire", "cells", "-umbilical", "topic:umbilical", ""):
        assert told(client, f"/proposals/?q={words}") == []


def test_a_topic_on_a_card_is_marked(client, proposal):
    assert "<mark>Cord</mark> blood</a></li>" in client.get("/proposals/?q=cord").text
