"""Linked data, as real parsers read it: extruct finds it in each kind of page, pyld expands it, rdflib takes it in."""

import json
import re
from datetime import date, datetime
from urllib.parse import urlsplit

import extruct
import pytest
from pyld import jsonld
from rdflib import Graph

from proposals.models import Proposal, Recommendation
from proposals.shapes import Shape, of_everything
from proposals.sharing import linked_data
from tests.factories import make_echo, make_event, make_reply
from tests.kinds import KINDS
from tests.mail import mail_on

SITE = "http://testserver"
SCHEMA = "https://schema.org/"
LINKS = ["archivedAt", "contentUrl", "image", "item", "license", "sameAs", "sdLicense", "url"]
DATES = ["dateCreated", "dateModified", "datePublished", "endDate", "startDate"]
CONTEXT = {
    "@vocab": SCHEMA,
    **{name: {"@type": "@id"} for name in LINKS},
    **{name: {"@type": f"{SCHEMA}Date"} for name in DATES},
    "itemListElement": {"@container": "@list"},
}
"""What schema.org's own context says of the terms that we use, as far as it matters: no test asks the network."""
SEPARATE = {
    kind: address
    for kind, address in KINDS.items()
    if not address.startswith("/alerts/")  # forms, which say nothing to machines
    and kind.partition(",")[0]
    not in ("missing", "withdrawn", "list past its end", "embedded", "embedded recommendation")
}
PARTIAL = re.compile(r"\d{4}(-\d\d){0,2}")


def without_network(url, _options):
    assert url.rstrip("/") == SCHEMA.rstrip("/"), url
    return {
        "contextUrl": None,
        "documentUrl": url,
        "contentType": "application/ld+json",
        "document": {"@context": CONTEXT},
    }


OPTIONS = {"documentLoader": without_network}


def extracted(client, address):
    """The one block of linked data in a page."""
    response = client.get(address, follow=True)
    assert response.status_code == 200, address
    blocks = extruct.extract(response.text, base_url=f"{SITE}{address}", syntaxes=["json-ld"])["json-ld"]
    assert len(blocks) == 1, address
    return blocks[0]


def everything(node):
    """Every node in some data, itself first."""
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from everything(each)


def leaves(node):
    """How many values there are in some data, but for its context."""
    if isinstance(node, dict):
        return sum(leaves(each) for name, each in node.items() if name != "@context")
    return sum(map(leaves, node)) if isinstance(node, list) else 1


@pytest.fixture
def full(founding, settings):
    """The founding data with a reply, an event and a passage that takes a recommendation up."""
    mail_on(settings)
    proposal = Proposal.objects.get(slug="stem-cell-industry-system")
    make_event(proposal=proposal)
    make_reply(to=[proposal], date="2024-08-12", summary_en="We plant.", number="虚构函[2024]012号")
    make_echo(recommendation=Recommendation.objects.first(), date="2024-09")


def here(address):
    """An address of a new site, whose keys begin with 1, as it is in this database."""
    for name, model in (("proposals", Proposal), ("recommendations", Recommendation)):
        first = model.objects.order_by("pk").values_list("pk", flat=True)[0]
        address = re.sub(rf"(?<=/{name}/)\d+", lambda key, first=first: str(first - 1 + int(key[0])), address)
        if name == "proposals":
            address = re.sub(r"(?<=\bp=)\d+", lambda key, first=first: str(first - 1 + int(key[0])), address)
    return address


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_every_kind_of_page_expands_without_loss_and_names_only_what_is_there(client, full, prefix):
    reply, policy = make_reply(to=[Proposal.objects.first()]), make_echo(recommendation=Recommendation.objects.last())
    own = {"/replies/1/": reply.get_absolute_url(), "/policies/1/": policy.document.get_absolute_url()}
    known, named = set(), set()
    for kind, address in SEPARATE.items():
        address = f"{prefix}{(own.get(address) or here(address)).removeprefix('/zh')}"
        if "/changes/" in address:
            continue
        data = extracted(client, address)
        expanded = jsonld.expand(data, OPTIONS)
        assert leaves(data) <= leaves(expanded) + len(expanded), kind
        terms = {name for node in everything(expanded) for name in node if not name.startswith("@")}
        assert terms
        assert all(name.startswith(SCHEMA) for name in terms)
        used = {name for node in everything(data) for name in node if not name.startswith("@")}
        assert {f"{SCHEMA}{name}" for name in used} == terms, kind
        flat = jsonld.flatten(data, None, OPTIONS)
        assert all(node.get("@type") or set(node) == {"@id"} for node in flat), kind
        for node in everything(data):
            assert "" not in node.values()
            assert None not in node.values()
            assert [] not in node.values()
            assert node.get("name", "name").strip(), kind
            for name in DATES:
                assert name not in node or is_date(node[name]), (name, node[name])
            if "@id" in node:
                (known if "@type" in node else named).add(node["@id"])
        if kind == "proposal":
            assert len(Graph().parse(data=json.dumps(expanded), format="json-ld")) > 50
    for reference in named - known:
        assert reference.startswith(f"{SITE}/"), reference
        path = urlsplit(reference).path
        assert client.get(path).status_code == 200, reference


def is_date(text):
    if "T" in text:
        return datetime.fromisoformat(text).tzinfo is not None
    return bool(PARTIAL.fullmatch(text)) and bool(date.fromisoformat(f"{text}-01-01"[:10] if len(text) < 10 else text))


def test_every_address_in_it_is_absolute_and_every_one_of_ours_is_answered(client, full):
    asked = set()
    for address in (
        "/",
        "/proposals/?topic=stem-cells",
        here("/proposals/2/"),
        "/delegates/ding-lieming/",
        "/agencies/nmpa/",
    ):
        for node in everything(extracted(client, address)):
            for name in LINKS:
                for link in [node[name]] if isinstance(node.get(name), str) else node.get(name, []):
                    assert re.match("https?://[^/]+/", link), (name, link)
                    asked |= {link} if link.startswith(SITE) else set()
    assert len(asked) > 15
    assert {link: client.get(link.removeprefix(SITE)).status_code for link in asked} == dict.fromkeys(asked, 200)


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_a_list_names_the_rows_that_it_shows_in_their_order(client, full, prefix):
    pages = {
        "/proposals/?topic=stem-cells": (1, 5),
        "/recommendations/?page=2": (21, 59),
        "/delegates/": (1, 5),
        "/sessions/": (1, None),
        "/replies/": (1, 1),
        "/topics/": (1, None),
        "/agencies/": (1, None),
    }
    for address, (first, total) in pages.items():
        data = extracted(client, f"{prefix}{address}")
        nodes = {node["@type"]: node for node in data["@graph"]}
        found = nodes["ItemList"]
        assert nodes["CollectionPage"]["mainEntity"] == {"@id": found["@id"]}
        assert [step["position"] for step in found["itemListElement"]] == [
            *range(first, first + len(found["itemListElement"]))
        ]
        text = client.get(f"{prefix}{address}").text
        places = [text.find(f'href="{step["url"].removeprefix(SITE)}"') for step in found["itemListElement"]]
        assert -1 not in places
        assert places == sorted(places)
        assert total is None or found["numberOfItems"] == total
        assert all(step["name"] for step in found["itemListElement"])
    assert "ItemList" not in {node["@type"] for node in extracted(client, f"{prefix}/proposals/?q=nothing")["@graph"]}


def test_a_proposal_says_when_it_was_published_and_changed(client, full):
    proposal = Proposal.objects.get(slug="stem-cell-industry-system")
    [page] = [node for node in extracted(client, proposal.get_absolute_url())["@graph"] if node["@type"] == "WebPage"]
    assert page["datePublished"] == proposal.published_at.isoformat()
    assert page["dateModified"] == proposal.shown.changed.isoformat() > page["datePublished"]
    proposal.save()
    [same] = [node for node in extracted(client, proposal.get_absolute_url())["@graph"] if node["@type"] == "WebPage"]
    assert same == page


def test_copies_are_named_where_the_site_serves_them(client, full, monkeypatch):
    assert all(client.get(shape.path).status_code == 200 for shape in of_everything())
    made_up = [Shape("text/csv", "CSV", "/made-up.csv"), Shape("application/atom+xml", "Feed", "/feed", copy=False)]
    monkeypatch.setattr(linked_data, "of_everything", lambda: made_up)
    [data] = [node for node in extracted(client, "/")["@graph"] if node["@type"] == "Dataset"]
    assert data["distribution"] == [
        {
            "@type": "DataDownload",
            "name": "CSV",
            "contentUrl": f"{SITE}/made-up.csv",
            "encodingFormat": "text/csv",
        }
    ]
    proposal = Proposal.objects.first()
    monkeypatch.setattr("proposals.views.proposals.of_proposal", lambda *_: made_up)
    proposal.title_en += " now"
    proposal.save()
    data = extracted(client, proposal.get_absolute_url())
    [work] = [node for node in data["@graph"] if node["@type"] == "CreativeWork"]
    assert [copy["contentUrl"] for copy in work["encoding"]] == [f"{SITE}/made-up.csv"]


def test_what_is_wrong_with_linked_data_is_found():
    assert not is_date("2024-13-01x")
    assert is_date("2024-03")
    with pytest.raises(AssertionError):
        without_network("https://elsewhere.example/", {})
    lost = jsonld.expand({"@context": {"name": f"{SCHEMA}name"}, "name": "Quince", "nonsense": "x"}, OPTIONS)
    assert leaves(lost) == 1


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_the_page_that_cites_a_recommendation_is_about_a_part_of_its_proposal(client, full, prefix):
    recommendation = Recommendation.objects.filter(proposal__slug="stem-cell-industry-system")[0]
    data = extracted(client, f"{prefix}/recommendations/{recommendation.pk}/cite/")
    [work] = [each for each in data["@graph"] if each["@type"] == "CreativeWork"]
    [page] = [each for each in data["@graph"] if each["@type"] == "WebPage"]
    assert page["mainEntity"] == {"@id": work["@id"]}
    assert work["@id"] == f"{SITE}/recommendations/{recommendation.pk}/#this"
    proposal = f"{SITE}{recommendation.proposal.get_absolute_url()}".replace("/zh/", "/")
    assert work["isPartOf"]["@id"] == f"{proposal}#this"
    assert {each["encodingFormat"] for each in work["encoding"]} >= {"application/x-bibtex"}
    link = client.get(f"{prefix}/recommendations/{recommendation.pk}/cite/")["Link"]
    assert f'{prefix}/recommendations/{recommendation.pk}/cite.ris>; rel="alternate"' in link
