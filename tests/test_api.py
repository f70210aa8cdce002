"""The API gives what the pages show, as JSON: the same rows in the same order; and it says what is wrong."""

import json
import random
import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache

from people.models import Membership, Position
from proposals.catalogue.schema import FACETS
from proposals.filters import ProposalFilter
from proposals.models import Event, Lineage, Proposal
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_echo,
    make_event,
    make_figure,
    make_membership,
    make_proposal,
    make_recommendation,
    make_region,
    make_reply,
    make_session,
    make_source,
    make_topic,
)

pytestmark = pytest.mark.django_db
V1 = "/api/v1/"
PROBLEM = "application/problem+json"
RESOURCES = (
    *("proposals", "recommendations", "replies", "delegates", "memberships", "agencies"),
    *("topics", "regions", "bodies", "sessions", "sources"),
)


def get(client, address, status=200, **headers):
    """Ask for an address below the root, or for a whole one."""
    response = client.get(address if "/api/" in address else f"{V1}{address}", headers=headers)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == ("application/json" if status == 200 else PROBLEM)
    assert response["Access-Control-Allow-Origin"] == "*"
    return response.json()


def ids(answer):
    return [row["id"] for row in answer["results"]]


def wrong(client, address):
    """Which parameters are named as wrong."""
    said = get(client, address, 400)
    assert said["status"] == 400
    assert said["title"] == "Bad Request"
    assert all(error["message"] for error in said["errors"])
    return [error["parameter"] for error in said["errors"]]


@pytest.fixture
@recorded()
def one(db):
    """A published proposal with something in every field that a proposal has, and a draft beside each thing."""
    china = make_region(slug="china", iso_code="CN", name="China", kind="country")
    session = make_session(slug="s-14-2", body=make_body(slug="cppcc", region=china), opened="2024-03-04")
    delegate = make_delegate(
        slug="ding", name="Ding Lieming", name_zh="丁列明", variants=["Ding Leeming"], note="secret"
    )
    Position.objects.create(delegate=delegate, employer_en="Betta", inferred=True)
    make_membership(delegate=delegate, body=session.body, region=china, region_inferred=True)
    nmpa, cde = make_agency(slug="nmpa"), make_agency(slug="cde")
    topic, source = make_topic(slug="cells", name="Stem cells"), make_source(title="Round-up", url="https://n.example/")
    proposal = make_proposal(
        title="Bank stem cells",
        title_zh="关于干细胞库的提案",
        session=session,
        number="0462",
        topics=[topic],
        regions=[china],
        delegates=[delegate],
        organisations=["Jiusan Society"],
        recommendations=[{"text": "Build a bank", "topics": [topic], "to": [nmpa], "inferred": [cde]}],
        sources=[source],
        published=True,
    )
    demand = proposal.recommendations.get()
    make_figure(proposal=proposal, sources=[source])
    make_event(proposal=proposal, stage="assigned", role="lead", agency=nmpa, date="2024-06", source=source)
    make_reply(
        to=[proposal, make_proposal(title="Draft")],
        agency=nmpa,
        outcomes={demand: "planned"},
        date="2024-08-12",
        note="secret",
    )
    make_echo(recommendation=demand, issuer=nmpa, source=source)
    other = make_proposal(title="Alike", session=make_session(year=2023, ordinal=1), published=True)
    Lineage.objects.create(proposal=proposal, other=other, relation="like")
    return proposal


def test_the_root_lists_every_resource_and_each_answers(one, client):
    root = get(client, V1)
    assert {*RESOURCES} < {*root}
    for name in RESOURCES:
        answer = get(client, urlsplit(root[name]).path)
        assert answer["count"] == len(answer["results"]) > 0, name
        first = answer["results"][0]
        assert get(client, urlsplit(first["url"]).path).items() >= {"url": first["url"]}.items()
        if "html_url" in first:
            page = client.get(urlsplit(first["html_url"]).path, follow=True)
            assert page.status_code == 200, first["html_url"]


def test_every_address_in_an_answer_leads_somewhere(one, client):
    def addresses(value):
        if isinstance(value, dict):
            found = [each for name, each in value.items() if name in ("url", "html_url") and each]
            return found + [each for part in value.values() for each in addresses(part)]
        return [each for part in value for each in addresses(part)] if isinstance(value, list) else []

    seen, waiting = set(), [f"http://testserver{V1}{name}/" for name in RESOURCES]
    while waiting:
        address = waiting.pop()
        seen.add(address)
        response = client.get(urlsplit(address).path, follow="/api/" not in address)
        assert response.status_code == 200, address
        if "/api/" in address:
            waiting += {*addresses(response.json())} - seen - {*waiting}
    assert len(seen) > 30


def test_a_proposal_is_there_with_all_that_its_page_shows(one, client):
    told = get(client, f"proposals/{one.pk}/")
    assert (told["title_en"], told["title_zh"], told["number"]) == ("Bank stem cells", "关于干细胞库的提案", "0462")
    assert told["html_url"] == f"http://testserver{one.get_absolute_url()}"
    assert told["session"]["slug"] == "s-14-2"
    delegate, organisation = told["proposers"]
    assert delegate["first"]
    assert delegate["delegate"]["name_zh"] == "丁列明"
    assert delegate["positions"] == [
        {"employer_en": "Betta", "employer_zh": "", "post_en": "", "post_zh": ""}
        | {"inferred": True, "began": "", "ended": ""}
    ]
    assert delegate["seat"]["role"] == "member"
    assert (organisation["delegate"], organisation["organisation_en"]) == (None, "Jiusan Society")
    [demand] = told["recommendations"]
    assert [(each["agency"]["slug"], each["inferred"]) for each in demand["addressees"]] == [
        ("nmpa", False),
        ("cde", True),
    ]
    assert [each["outcome"] for each in demand["outcomes"]] == ["planned"]
    assert [each["judgement"] for each in demand["echoes"]] == ["part"]
    assert [(each["stage"], each["role"], each["agency"]["slug"]) for each in told["events"]][:1] == [
        ("assigned", "lead", "nmpa")
    ]
    assert [each["stage"] for each in told["events"]] == ["assigned", "replied"]
    assert [each["proposal"]["title_en"] for each in told["line"]] == ["Alike"]
    assert [each["source"]["link"] for each in told["sources"]] == ["https://n.example/"] * 2
    assert len(told["figures"]) == 1


def test_a_recommendation_a_reply_and_a_delegate_show_what_is_public_of_them(one, client):
    demand = get(client, f"recommendations/{one.recommendations.get().pk}/")
    assert demand["proposal"]["id"] == one.pk
    assert demand["outcomes"][0]["outcome"] == "planned"
    reply = get(client, f"replies/{one.answers.get().reply_id}/")
    assert [each["title_en"] for each in reply["proposals"]] == ["Bank stem cells"]
    assert [each["recommendation"]["text_en"] for each in reply["outcomes"]] == ["Build a bank"]
    delegate = get(client, "delegates/ding/")
    assert [each["spelling"] for each in delegate["spellings"]] == ["Ding Leeming"]
    assert delegate["memberships"][0]["region_inferred"]
    everything = "".join(client.get(f"{V1}{name}/").text for name in RESOURCES)
    everything += json.dumps([demand, reply, delegate])
    assert "secret" not in everything
    assert "Draft" not in everything


@pytest.mark.parametrize("name", ["proposals", "recommendations"])
def test_a_list_is_that_of_the_page(founding, client, name):
    for question in ("", "q=stem+cell", "q=干细胞&sort=oldest", "region=CN-GD&region=CN-SH", "topic=regulation"):
        shown = client.get(f"/{name}/?{question}").context["results"]
        asked = get(client, f"{name}/?{question}")
        assert (asked["count"], ids(asked)) == (shown.total, shown.ids), question
        assert ids(get(client, f"{name}/?{question}&page=1")) == shown.ids
    second = get(client, f"{name}/?page_size=20&page=2", 404 if name == "proposals" else 200)
    if name == "recommendations":
        assert ids(second) == client.get("/recommendations/?page=2").context["results"].ids
        assert second["previous"].endswith("page_size=20&page=1")
        assert second["next"].endswith("page_size=20&page=3")


def test_the_cursor_goes_through_all_rows_once_in_the_order_of_the_pages(founding, client):
    for question in ("", "q=stem+cell", "sort=oldest", "topic=regulation"):
        address, walked = f"recommendations/?{question}", []
        while address:
            answer = get(client, address)
            walked += ids(answer)
            address = answer["next"]
        pages = range(1, client.get(f"/recommendations/?{question}").context["results"].pages + 1)
        shown = [client.get(f"/recommendations/?{question}&page={number}").context["results"].ids for number in pages]
        assert walked == [key for page in shown for key in page], question
        assert len(walked) == answer["count"]


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_the_page_of_a_list_leads_to_the_same_list_in_the_api(founding, client, prefix):
    for name in ("proposals", "recommendations"):
        for question in ("", "?q=stem+cell&region=CN-GD&region=CN-SH&sort=oldest&page_size=20"):
            page = client.get(f"{prefix}/{name}/{question}")
            offered = re.search('<section class="take".*?</section>', page.text, re.DOTALL).group()
            address = unescape(re.search('href="(/api/v1/[^"]*)"', offered).group(1))
            assert get(client, address)["count"] == page.context["results"].total, address
            assert ids(get(client, f"{address}{'&' if '?' in address else '?'}page_size=20"))
            assert "page_size" not in address


def test_the_page_of_replies_leads_to_the_same_list_in_the_api(one, client):
    for question in ("", "?agency=nmpa&year=2024"):
        page = client.get(f"/replies/{question}").text
        address = unescape(re.search('href="(/api/v1/replies/[^"]*)" rel="nofollow"', page).group(1))
        assert address == f"{V1}replies/{question}"
        assert get(client, address)["count"] == 1


def test_the_cursor_stays_right_while_proposals_come_and_go(client):
    with recorded():
        stays = [make_proposal(title=f"Quince {n}", published=True, submitted="2024-03-10") for n in range(30)]
        goes = [make_proposal(title=f"Quince, gone {n}", published=True, submitted="2024-03-10") for n in range(15)]
    first = get(client, "proposals/")
    with recorded():
        for proposal in goes:
            proposal.state = Proposal.State.DRAFT
            proposal.save()
        for day in ("2024-03-01", "2024-03-10", "2024-03-20"):
            make_proposal(title="Quince, new", published=True, submitted=day)
    walked, address = ids(first), first["next"]
    while address:
        answer = get(client, address)
        walked += ids(answer)
        address = answer["next"]
    assert len(walked) == len({*walked})
    assert {each.pk for each in stays} <= {*walked}


def test_the_next_page_is_in_the_head_too(founding, client):
    response = client.get(f"{V1}recommendations/?region=CN&region=CN-GD")
    answer = response.json()
    assert f'<{answer["next"]}>; rel="next"' in response["Link"]
    assert "region=CN&region=CN-GD" in answer["next"]


def test_facets_are_those_of_the_page(founding, client):
    for question in ("", "topic=stem-cells&region=CN-GD", "q=cell&kind=proposal"):
        shown = {facet.name: facet for facet in client.get(f"/proposals/?{question}").context["results"].facets}
        answer = get(client, f"proposals/?{question}&facets=all")
        assert [facet["name"] for facet in answer["facets"]] == [*FACETS]
        for facet in answer["facets"]:
            wanted = [(each.value, str(each.label), each.count, each.selected) for each in shown[facet["name"]].values]
            assert [
                tuple(each[k] for k in ("value", "label", "count", "selected")) for each in facet["values"]
            ] == wanted
    answer = get(client, "proposals/?facets=topic,region&lang=zh")
    assert [facet["label"] for facet in answer["facets"]] == ["主题", "涉及地区"]
    assert answer["facets"][0]["values"][0]["label"] == "干细胞"
    assert "facets" not in get(client, "proposals/")


def test_a_count_of_a_facet_is_the_total_after_it_is_chosen(founding, client):
    for facet in get(client, "recommendations/?facets=all")["facets"]:
        for value in facet["values"][:5]:
            chosen = get(client, f"recommendations/?{facet['name']}={value['value']}")
            assert chosen["count"] == value["count"], (facet["name"], value)


def test_only_the_fields_asked_for_are_given(one, client):
    assert get(client, f"proposals/{one.pk}/?fields=id,title_zh") == {"id": one.pk, "title_zh": "关于干细胞库的提案"}
    assert [{*row} for row in get(client, "topics/?fields=slug&fields=name_en")["results"]] == [{"slug", "name_en"}]
    assert wrong(client, "proposals/?fields=id,password") == ["fields"]
    assert wrong(client, f"proposals/{one.pk}/?fields=note") == ["fields"]
    assert {*get(client, "?fields=proposals")} == {"proposals"}


def test_texts_come_in_both_languages_and_labels_in_the_one_asked_for(one, client):
    english, chinese = get(client, f"proposals/{one.pk}/"), get(client, f"proposals/{one.pk}/?lang=zh")
    assert chinese["html_url"] == english["html_url"].replace("testserver/", "testserver/zh/")
    assert chinese["title_en"] == english["title_en"]
    assert chinese["line"][0]["relation"] == "类似"
    assert wrong(client, "proposals/?lang=fr") == ["lang"]
    errors = get(client, "proposals/?page=0&lang=zh", 400)["errors"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in errors[0]["message"])


def test_every_parameter_that_is_wrong_is_named(one, client):
    for name in (*FACETS, "submitted_after", "submitted_before", "sort", "page", "page_size", "cursor", "facets"):
        assert wrong(client, f"proposals/?{name}=no-such-thing") == [name]
    assert wrong(client, "proposals/?q=%3F&page=0&topic=nothing") == ["q", "topic", "page"]
    assert wrong(client, "proposals/?page=1&page=2") == ["page"]
    assert wrong(client, "proposals/?page=1&cursor=0-1") == ["cursor"]
    assert wrong(client, "replies/?agency=nobody&outcome=x&year=1") == ["agency", "outcome", "year"]
    assert wrong(client, "memberships/?delegate=nobody&body=cppcc") == ["delegate"]
    assert wrong(client, "topics/?page=x&page_size=7") == ["page", "page_size"]
    assert wrong(client, "proposals/?topic=&q=&page=") == ["q", "topic", "page"]
    assert wrong(client, "topics/?fields=,") == ["fields"]
    message = get(client, "proposals/?facets=true", 400)["errors"][0]["message"]
    assert message.startswith("There is no “true” to choose here. Choose from: all, topic, ")
    assert get(client, "proposals/?utm_source=x&find_in=y")["count"] == 2


def test_a_parameter_that_only_another_address_takes_is_wrong_and_one_that_nobody_knows_is_left_aside(one, client):
    for name in RESOURCES:
        if name not in ("proposals", "recommendations"):
            assert wrong(client, f"{name}/?facets=topic") == ["facets"]
    assert wrong(client, "topics/?region=CN&delegate=ding&page=x") == ["page", "region", "delegate"]
    assert wrong(client, f"proposals/{one.pk}/?facets=all&cursor=0-1") == ["facets", "cursor"]
    assert wrong(client, "?q=cells") == ["q"]
    for address in ("topics/", f"proposals/{one.pk}/", ""):
        assert get(client, f"{address}?utm_source=x&find=y") == get(client, address)


def test_the_parameters_are_those_of_the_pages(founding, client):
    described = client.get(f"{V1}schema/").json()["paths"][f"{V1}proposals/"]["get"]["parameters"]
    own = {"cursor", "facets", "fields", "lang"}
    assert {each["name"] for each in described} == {*ProposalFilter.base_filters} - {"find_in", "find"} | own


def test_filters_of_replies_and_memberships_narrow_down(one, client):
    make_reply(to=[one], date="2025-01")
    assert get(client, "replies/?year=2024")["count"] == 1
    assert get(client, "replies/?agency=nmpa&outcome=unknown")["count"] == 1
    assert get(client, "replies/")["count"] == 2
    other = make_delegate(slug="other")
    make_proposal(delegates=[other], published=True)
    make_membership(delegate=other, body=make_body(slug="npc"))
    assert get(client, "memberships/")["count"] == 2
    assert get(client, "memberships/?delegate=other&body=npc")["count"] == 1
    assert get(client, "memberships/?delegate=other&body=cppcc")["count"] == 0


def test_nothing_that_leads_to_a_draft_shows(one, client):
    draft = make_proposal(title="Hidden", session=make_session(year=2022, ordinal=1))
    Lineage.objects.create(proposal=one, other=draft, relation="earlier", source=make_source(title="Hidden too"))
    Event.objects.create(proposal=one, stage="merged", into=draft, source=make_source(title="Shown"))
    told = get(client, f"proposals/{one.pk}/")
    assert "Hidden" not in json.dumps(told)
    assert [each["merged_into"] for each in told["events"] if each["stage"] == "merged"] == [None]
    assert "Hidden" not in client.get(f"{V1}sources/?page_size=100").text
    assert "Shown" in client.get(f"{V1}sources/?page_size=100").text


@pytest.mark.parametrize("number", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_random_questions_get_the_same_rows_as_the_page(founding, client, number):
    chance = random.Random(8)
    facets = {facet["name"]: facet["values"] for facet in get(client, "proposals/?facets=all")["facets"]}
    for _ in range(number):
        name = chance.choice(["proposals", "recommendations"])
        chosen = chance.sample([*facets], chance.randint(0, 3))
        pairs = [f"{each}={chance.choice(facets[each])['value']}" for each in chosen if facets[each]]
        pairs += chance.choice([[], ["q=cell"], ["q=干细胞"], ["q=-stem"]]) + chance.choice([[], ["sort=oldest"]])
        question = "&".join(pairs)
        shown = client.get(f"/{name}/?{question}").context["results"]
        answer = get(client, f"{name}/?{question}")
        assert (answer["count"], ids(answer)) == (shown.total, shown.ids), question
        cache.clear()


def test_a_seat_of_a_delegate_without_anything_published_does_not_show(one, client):
    make_membership(delegate=make_delegate(slug="hidden"), body=make_body(slug="hidden-body"))
    make_proposal(delegates=[Membership.objects.order_by("-pk")[0].delegate])
    make_recommendation(proposal=Proposal.objects.order_by("-pk")[0], to=[make_agency(slug="hidden-agency")])
    for name in ("memberships", "bodies", "agencies", "delegates"):
        assert "hidden" not in client.get(f"{V1}{name}/?page_size=100").text
    for address in ("bodies/hidden-body/", "delegates/hidden/", "agencies/hidden-agency/"):
        get(client, address, 404)
