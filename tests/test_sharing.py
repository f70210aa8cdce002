"""What each page tells search engines and those who link to it: title, description, Open Graph, linked data."""

import json
import re
from html import unescape
from urllib.parse import urlsplit

import html5lib
import pytest

from people.models import Agency, Delegate, Membership, Position
from proposals.models import Proposal
from proposals.models.outbox import recorded
from proposals.sharing.texts import LONGEST, cut
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_membership,
    make_proposal,
    make_region,
    make_session,
    make_source,
    make_topic,
)

SITE = "http://testserver"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
HOSTILE = '</script><script>alert(1)</script><!-- & " \u2028'
PAGES = {
    "/": "WebSite",
    "/proposals/": None,
    "/recommendations/": None,
    "/delegates/": None,
    "/topics/": None,
    "/regions/": None,
    "/agencies/": None,
    "/sessions/": None,
    "/outcomes/": None,
    "/replies/": None,
    "/policies/": None,
    "/delegates/ding-lieming/": "Person",
    "/topics/stem-cells/": "DefinedTerm",
    "/regions/guangdong/": "AdministrativeArea",
    "/agencies/nmpa/": "GovernmentOrganization",
    "/sessions/cppcc-national-14-2/": "Event",
}
TAGS = {
    "description",
    *("og:site_name", "og:type", "og:title", "og:description", "og:url", "og:locale", "og:locale:alternate"),
    *("og:image", "og:image:type", "og:image:width", "og:image:height", "og:image:alt", "twitter:card"),
}


def head(client, address):
    """The title of a page, its `meta` elements by name, and the nodes of its linked data by type."""
    response = client.get(address)
    assert response.status_code == 200, address
    found = html5lib.parse(response.content, namespaceHTMLElements=False).find("head")
    metas = [(each.get("name") or each.get("property"), each.get("content")) for each in found.iter("meta")]
    assert len({name for name, _ in metas if name}) == len([name for name, _ in metas if name]), address
    [script] = [each for each in found.iter("script") if each.get("type") == "application/ld+json"]
    graph = json.loads(script.text)
    assert graph["@context"] == "https://schema.org"
    return found.find("title").text, dict(metas), {node["@type"]: node for node in graph["@graph"]}


def everything(node):
    """Every node in a node, itself first."""
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from everything(each)


def proposal_address(number=0, prefix=""):
    proposal = Proposal.objects.order_by("pk")[number]
    return f"{prefix}/proposals/{proposal.pk}/{proposal.slug}/"


@pytest.fixture
@recorded()
def proposal(db):
    """A proposal with one employer that is stated and one that is inferred, and a second, bare one."""
    china = make_region(slug="china", name="China", name_zh="全国", kind="country", iso_code="CN")
    zone = make_region(slug="zone", name="Zone", name_zh="某区", kind="zone", parent=china)
    session = make_session(
        slug="session",
        body=make_body(name="CPPCC National Committee", name_zh="中国政协", region=china),
        opened="2024-03-04",
        closed="2024-03-10",
    )
    delegate = make_delegate(
        name="Ding Lieming", name_zh="丁列明", variants=["Ding Leeming"], employer="Betta", wikidata="Q1", slug="ding"
    )
    Position.objects.create(delegate=delegate, employer_en="Guessed Ltd", inferred=True)
    make_membership(delegate=delegate, body=session.body, region=china, region_inferred=True)
    return make_proposal(
        title="Bank stem cells",
        title_zh="关于干细胞库的提案",
        summary_en="Asks for a bank. " * 30,
        session=session,
        number="0462",
        submitted="2024-03",
        delegates=[delegate],
        organisations=["Jiusan Society"],
        topics=[make_topic(name="Stem cells", name_zh="干细胞", slug="cells", mesh_id="D013234")],
        regions=[china, zone],
        recommendations=[{"to": [make_agency(slug="asked", parent=make_agency(name="Above"))]}],
        sources=[make_source(title="Round-up", url="https://news.example/1", outlet="Daily")],
        published=True,
    )


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_every_kind_of_page_has_all_tags_a_title_and_a_description_of_its_own(founding, client, prefix):
    titles, descriptions = {}, {}
    for address in [*PAGES, proposal_address(), proposal_address(1)]:
        title, metas, _ = head(client, f"{prefix}{address}")
        assert set(metas) >= TAGS, address
        assert all(metas[name] for name in TAGS), address
        assert metas["description"] == metas["og:description"]
        assert len(metas["description"]) <= LONGEST, address
        assert title.endswith(" · Lianghui 两会")
        assert metas["og:title"] in title
        titles.setdefault(title, address)
        descriptions.setdefault(metas["description"], address)
    assert len(titles) == len(descriptions) == len(PAGES) + 2


@pytest.mark.parametrize(("prefix", "locale", "other"), [("", "en_GB", "zh_CN"), ("/zh", "zh_CN", "en_GB")])
def test_a_page_names_its_language_its_address_and_its_picture(proposal, client, prefix, locale, other):
    address = proposal_address(prefix=prefix)
    _, metas, _ = head(client, f"{address}?from=elsewhere")
    assert (metas["og:locale"], metas["og:locale:alternate"]) == (locale, other)
    assert metas["og:url"] == f"{SITE}{address}"
    assert metas["og:image"] == f"{SITE}{address}card.png"
    assert (metas["og:image:width"], metas["og:image:height"]) == ("1200", "630")
    assert client.get(urlsplit(metas["og:image"]).path)["Content-Type"] == metas["og:image:type"] == "image/png"
    assert metas["og:image:alt"].startswith("关于干细胞库的提案。丁列明" if prefix else "Bank stem cells. Ding Lieming")
    _, metas, _ = head(client, f"{prefix}/topics/")
    assert metas["og:image"] == f"{SITE}{prefix}/card.png"


def test_the_type_of_a_page_is_that_of_open_graph(founding, client):
    for address, kind in {
        proposal_address(): "article",
        "/delegates/ding-lieming/": "profile",
        "/proposals/": "website",
    }.items():
        assert head(client, address)[1]["og:type"] == kind


def test_the_address_that_is_told_is_the_canonical_one(founding, client):
    for address in (
        "/proposals/?topic=stem-cells&unknown=1",
        "/zh/recommendations/?region=CN-GD&topic=cgt",
        "/topics/?x=1",
    ):
        page = client.get(address).text
        [canonical] = re.findall('<link rel="canonical" href="([^"]*)">', page)
        assert head(client, address)[1]["og:url"] == unescape(canonical)


def test_titles_and_descriptions_tell_what_is_on_record(founding, client):
    said = {address: head(client, address) for address in PAGES}
    title, metas, _ = said["/delegates/ding-lieming/"]
    assert title == "Proposals by Ding Lieming · Lianghui 两会"
    assert metas["description"].startswith(
        "Ding Lieming 丁列明: Member of the CPPCC National Committee (term 14). 1 proposal on record: Cell and gene"
    )
    assert head(client, "/proposals/?topic=stem-cells")[0] == "5 proposals on stem cells · Lianghui 两会"
    assert "5 proposals on record" in said["/topics/stem-cells/"][1]["description"]
    assert "Province. 1 proposal on record." in said["/regions/guangdong/"][1]["description"]
    assert "10 recommendations asked of it." in said["/agencies/nmpa/"][1]["description"]
    assert "March 2024. 3 proposals on record." in said["/sessions/cppcc-national-14-2/"][1]["description"]


def test_the_description_of_a_proposal_is_its_summary_or_what_else_is_known(proposal, client):
    description = head(client, proposal_address())[1]["description"]
    assert description.startswith("Asks for a bank. Asks for a bank.")
    assert description.endswith(("bank…", "Asks…", "for…", "a…"))
    proposal.summary_en = ""
    proposal.save()
    description = head(client, proposal_address())[1]["description"]
    assert description.startswith("Bank stem cells. Ding Lieming 丁列明 (Betta), Jiusan Society. 14th CPPCC")


def test_a_long_text_is_cut_where_a_word_ends():
    assert cut("  Asks for\n a bank. ") == "Asks for a bank."
    words = cut("stem cells " * 40)
    assert len(words) <= LONGEST
    assert re.fullmatch("(stem cells )*stem( cells)?…", words)
    assert cut("x" * LONGEST) == "x" * LONGEST
    assert cut("x" * 161) == f"{'x' * 159}…"
    assert cut("干细胞，" * 60) == f"{'干细胞，' * 39}干细胞…"


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_every_page_describes_itself_with_absolute_addresses_that_lead_somewhere(founding, client, prefix):
    for address, kind in {**PAGES, proposal_address(): "CreativeWork"}.items():
        _, metas, nodes = head(client, f"{prefix}{address}")
        page = nodes.get("WebPage") or nodes["CollectionPage"]
        assert page["url"] == metas["og:url"] == f"{SITE}{prefix}{address}"
        assert page["inLanguage"] == ("zh-Hans" if prefix else "en-GB")
        assert page["license"] == LICENCE
        assert kind is None or kind in nodes, address
        assert ("BreadcrumbList" in nodes) == (address != "/")
        for node in everything(list(nodes.values())):
            links = [node[name] for name in ("@id", "url", "item", "sameAs", "image", "archivedAt") if name in node]
            assert all(re.match("https?://[^/]+/", link) for link in links), node
            assert None not in node.values()
            assert "" not in node.values()
            for link in (node.get("url", ""), node.get("item", "")):
                if link.startswith(SITE):
                    assert client.get(urlsplit(link).path).status_code == 200, link


def test_a_proposal_is_a_work_with_authors_topics_places_and_sources(proposal, client):
    _, _, nodes = head(client, proposal_address())
    work = nodes["CreativeWork"]
    assert work["name"] == "Bank stem cells"
    assert work["alternateName"] == "关于干细胞库的提案"
    assert work["genre"] == "Proposal (提案)"
    assert work["dateCreated"] == "2024-03"
    assert work["identifier"] == {"@type": "PropertyValue", "propertyID": "Number", "value": "0462"}
    assert work["creativeWorkStatus"] == "Submitted, as reported"
    person, organisation = work["author"]
    assert (person["@type"], person["name"], person["alternateName"]) == ("Person", "Ding Lieming", ["丁列明"])
    assert organisation == {"@type": "Organization", "name": "Jiusan Society"}
    assert [topic["name"] for topic in work["about"]] == ["Stem cells"]
    assert [(place["@type"], place["name"]) for place in work["spatialCoverage"]] == [
        ("Country", "China"),
        ("Place", "Zone"),
    ]
    assert work["isPartOf"]["about"]["startDate"] == "2024-03-04"
    [source] = work["citation"]
    assert source["url"] == "https://news.example/1"
    assert source["publisher"] == {"@type": "Organization", "name": "Daily"}
    assert nodes["WebPage"]["mainEntity"]["@id"] == work["@id"]
    assert [step["name"] for step in nodes["BreadcrumbList"]["itemListElement"]] == [
        "Home",
        "Proposals",
        "14th CPPCC National Committee, 2nd session",
        "Bank stem cells",
    ]


def test_a_day_of_submission_that_is_not_known_is_not_made_up(proposal, client):
    proposal.submitted = ""
    proposal.number = ""
    proposal.save()
    work = head(client, proposal_address())[2]["CreativeWork"]
    assert "dateCreated" not in work
    assert "identifier" not in work


def test_what_an_editor_inferred_is_nowhere_in_it(proposal, client):
    for address in (proposal_address(), "/delegates/ding/"):
        text = json.dumps(head(client, address)[2], ensure_ascii=False)
        assert "Betta" in text
        assert "Guessed" not in text
    Position.objects.update(inferred=True)
    Membership.objects.get().save()  # and with that the pages are made anew
    assert "Betta" not in json.dumps(head(client, "/delegates/ding/")[2])
    assert "affiliation" not in head(client, proposal_address())[2]["CreativeWork"]["author"][0]


def test_a_delegate_is_a_person_with_all_spellings_seats_and_stated_posts(proposal, client):
    person = head(client, "/delegates/ding/")[2]["Person"]
    assert (person["name"], person["alternateName"]) == ("Ding Lieming", ["丁列明", "Ding Leeming"])
    assert person["sameAs"] == "https://www.wikidata.org/wiki/Q1"
    [seat] = person["memberOf"]
    assert seat["roleName"] == "Member, term 14"
    assert seat["memberOf"]["name"] == "CPPCC National Committee"
    assert [post["worksFor"]["name"] for post in person["worksFor"]] == ["Betta"]
    assert head(client, "/zh/delegates/ding/")[2]["Person"]["name"] == "丁列明"
    Delegate.objects.update(wikidata="")
    Membership.objects.get().save()
    assert "sameAs" not in head(client, "/delegates/ding/")[2]["Person"]


def test_a_thing_has_one_identifier_in_both_languages(proposal, client):
    for address in (proposal_address(), "/delegates/ding/", "/topics/cells/", "/regions/china/", "/agencies/asked/"):
        english, chinese = (head(client, f"{prefix}{address}")[2]["WebPage"] for prefix in ("", "/zh"))
        assert english["mainEntity"] == chinese["mainEntity"] == {"@id": f"{SITE}{address}#this"}
        assert english["@id"] != chinese["@id"]


def test_topics_regions_and_sessions_say_what_they_are_by_their_codes(proposal, client):
    topic = head(client, "/topics/cells/")[2]["DefinedTerm"]
    assert topic["sameAs"] == "https://id.nlm.nih.gov/mesh/D013234"
    assert topic["inDefinedTermSet"]["url"] == f"{SITE}/topics/"
    country = head(client, "/regions/china/")[2]["Country"]
    assert country["identifier"] == [{"@type": "PropertyValue", "propertyID": "ISO 3166-1", "value": "CN"}]
    zone = head(client, "/regions/zone/")[2]["Place"]
    assert zone["containedInPlace"]["name"] == "China"
    assert "identifier" not in zone
    session = head(client, "/sessions/session/")[2]["Event"]
    assert (session["startDate"], session["endDate"]) == ("2024-03-04", "2024-03-10")
    assert session["organizer"]["@type"] == "Organization"  # the CPPCC is no organ of the state


@pytest.mark.parametrize(
    ("kind", "term"),
    [("ministry", "GovernmentOrganization"), ("institution", "Organization"), ("unnamed", "Thing"), ("state", "Thing")],
)
def test_an_addressee_is_an_office_only_where_it_is_one(proposal, client, kind, term):
    agency = Agency.objects.get(slug="asked")
    agency.kind = kind
    agency.save()
    node = head(client, "/agencies/asked/")[2][term]
    assert ("parentOrganization" in node) == (term != "Thing")


def test_the_home_page_is_the_site_with_its_search_and_the_data_with_their_licence(proposal, client):
    nodes = head(client, "/zh/")[2]
    target = nodes["WebSite"]["potentialAction"]["target"]["urlTemplate"]
    assert target == f"{SITE}/zh/proposals/?q={{words}}"
    assert client.get(target.removeprefix(SITE).format(words="bank")).status_code == 200
    data = nodes["Dataset"]
    assert data["license"] == LICENCE
    assert data["creator"] == {"@type": "Organization", "name": "Lianghui", "url": f"{SITE}/"}
    assert 50 <= len(data["description"]) <= 5000  # as search engines of data sets ask
    assert not {"email", "telephone", "contactPoint"} & {name for node in everything(data) for name in node}


def test_nothing_in_the_record_can_end_the_block_of_data_or_an_attribute(proposal, client):
    proposal.title_en = HOSTILE
    proposal.summary_en = HOSTILE
    proposal.save()
    response = client.get(proposal_address())
    assert "alert(1)</script>" not in response.text
    block = response.text.partition('ld+json">')[2].partition("</script>")[0]
    assert not set("<>&\u2028") & set(block)
    _, metas, nodes = head(client, proposal_address())
    assert nodes["CreativeWork"]["name"] == metas["og:title"] == HOSTILE
    assert nodes["WebPage"]["description"] == cut(HOSTILE)


@pytest.mark.parametrize(
    "address", ["/no/such/page/", "/delegates/nobody/", "/proposals/?page=99", "/delegates/?page=99"]
)
def test_a_page_that_is_not_there_tells_nothing_of_itself(proposal, client, address):
    for prefix in ("", "/zh"):
        response = client.get(f"{prefix}{address}")
        assert response.status_code == 404
        assert "og:" not in response.text
        assert "ld+json" not in response.text
        assert "Not found" in response.text or "未找到" in response.text
