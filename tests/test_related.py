"""Related proposals: a few that have something in common, never the same one, never a draft."""

import pytest

from proposals.catalogue import Related, related
from tests.factories import make_agency, make_delegate, make_proposal, make_topic

pytestmark = pytest.mark.django_db


GROUPS = ("by_delegates", "alike", "to_agencies")


def groups(proposal):
    """The titles in each group on the proposal's page."""

    def read(client):
        found = client.get(proposal.get_absolute_url()).context["related"]
        return {name: [each.title_en for each in getattr(found, name)] for name in GROUPS}

    return read


def test_each_group_holds_what_it_says_and_the_same_stands_once(client):
    ding, topic, rare = make_delegate(), make_topic(), make_topic()
    agency, unnamed = make_agency(), make_agency(kind="unnamed")
    demand = {"text": "Do it", "to": [agency, unnamed]}
    make_proposal(title="Same agency", recommendations=[demand], published=True)
    make_proposal(title="Same unnamed", recommendations=[{"text": "Do it", "to": [unnamed]}], published=True)
    make_proposal(title="Same delegate", delegates=[ding], topics=[topic], recommendations=[demand], published=True)
    make_proposal(title="Same topic", topics=[topic], published=True)
    make_proposal(title="Same rare topic", topics=[rare], published=True)
    make_proposal(title="Nothing in common", published=True)
    make_proposal(title="A draft", delegates=[ding], topics=[topic, rare], recommendations=[demand])
    one = make_proposal(delegates=[ding], topics=[topic, rare], recommendations=[demand], published=True)
    assert groups(one)(client) == {
        "by_delegates": ["Same delegate"],
        "alike": ["Same rare topic", "Same topic"],
        "to_agencies": ["Same agency"],
    }


def test_topics_of_single_recommendations_count_too(client):
    topic = make_topic()
    make_proposal(title="Other", recommendations=[{"text": "Do it", "topics": [topic]}], published=True)
    one = make_proposal(recommendations=[{"text": "Do it too", "topics": [topic]}], published=True)
    assert groups(one)(client)["alike"] == ["Other"]


def test_of_many_the_newest_three_are_shown(client):
    ding = make_delegate()
    for number in range(6):
        make_proposal(title=f"Quince {number}", delegates=[ding], published=True)
    one = make_proposal(delegates=[ding], published=True)
    assert groups(one)(client)["by_delegates"] == ["Quince 5", "Quince 4", "Quince 3"]


def test_those_that_share_three_rare_words_are_alike_without_a_topic(client):
    for number in range(30):
        make_proposal(title=f"Common heading {number}", published=True)
    said = "Lentiviral vectors for haemophilia at plants in Wuxi"
    make_proposal(title="Common heading", summary_en="Haemophilia and lentiviral vectors", published=True)
    make_proposal(title="Common heading of vectors", summary_en="Haemophilia", published=True)
    make_proposal(title="Vectors against haemophilia from lentiviral Wuxi plants", published=True)
    make_proposal(title="Drafted", summary_en=said)
    one = make_proposal(title="Common heading", summary_en=said, published=True)
    assert groups(one)(client)["alike"] == [
        "Vectors against haemophilia from lentiviral Wuxi plants",
        "Common heading",
    ]


def test_texts_in_chinese_are_alike_by_what_they_say(client):
    make_proposal(title_zh="血友病患者的慢病毒载体", published=True)
    make_proposal(title_zh="关于养老服务的提案", published=True)
    one = make_proposal(title_zh="慢病毒载体用于治疗血友病", published=True)
    [[found]] = [client.get(one.get_absolute_url()).context["related"].alike]
    assert found.title_zh == "血友病患者的慢病毒载体"


def test_where_nothing_is_known_nothing_is_related(client):
    one = make_proposal(published=True)
    assert groups(one)(client) == {"by_delegates": [], "alike": [], "to_agencies": []}
    assert "Related proposals" not in client.get(one.get_absolute_url()).text
    assert related(one.pk, "", [], [], []) == Related([], [], [])
