"""Cite this: three styles against what hands have written, and three formats as real readers read them."""

import datetime
import json
import re

import bibtexparser
import html5lib
import pytest
import rispy
from django.utils import translation

from people.models import Agency
from proposals.citations import (
    Author,
    apa,
    as_bibtex,
    as_csl,
    as_ris,
    chicago,
    gbt7714,
    of_proposal,
    of_recommendation,
    of_reply,
)
from proposals.citations.authors import person
from proposals.models import Proposal, Recommendation, Reply
from tests.factories import make_agency, make_body, make_delegate, make_proposal, make_reply, make_session

SITE, DAY = "https://lianghui.example", datetime.date(2026, 11, 27)
READ = "Accessed November 27, 2026"
HOSTILE = "50% & $5 #1_a {b ~ ^ \\ }{ \"q\" 'r'\r\nER  - \u2028@misc{x, «É» \x07end"
CLEAN = "50% & $5 #1_a {b ~ ^ \\ }{ \"q\" 'r' ER - @misc{x, «É» end"
NOT_DIVIDED = [
    ("Losang Jamcan", "洛桑江村"),
    ("Baima Chilin", "白玛赤林"),
    ("Nurlan Abilmazhinuly", "努尔兰·阿不都满金"),
    ("Qiangba Puncog", ""),
    ("Shewket Imin", "肖开提·依明"),
    ("Ding Leeming", "丁列明"),  # a spelling that the characters do not have
    ("A Lai", "阿来"),
    ("Ding Lie Ming", ""),
    ("Li", "李"),
    ("", "丁列明"),
]
DIVIDED = [
    ("Ding Lieming", "丁列明"),
    ("Wang Guilin", ""),
    ("Ouyang Xiu", "欧阳修"),
    ("Lyu Jun", "吕军"),
    ("Lü Jun", "吕军"),
    ("Li Xi'an", "李西安"),
    ("Zeng Guang", "曾光"),
    ("Shan Li", "单丽"),
]


@pytest.fixture
def session(db):
    return make_session(body=make_body(name="CPPCC National Committee", short_name_zh="全国政协"))


def cited(*, accessed=DAY, **fields):
    """The reference of a new proposal, as a list fetches it."""
    key = make_proposal(published=True, **fields).pk
    [proposal] = Proposal.objects.for_cards([key])
    return of_proposal(proposal, SITE, accessed)


def address(reference):
    assert re.fullmatch(rf"{SITE}/(zh/)?(proposals|recommendations|replies)/\d+/", reference.url)
    return reference.url


def printed(reference):
    return [style(reference) for style in (apa, chicago, gbt7714)]


def test_one_author_with_both_titles_a_number_and_a_day(session):
    ding = make_delegate(name="Ding Lieming", name_zh="丁列明")
    title = {"title": "Bank stem cells", "title_zh": "关于建设干细胞库的提案"}
    found = cited(session=session, number="0462", submitted="2024-03-05", delegates=[ding], **title)
    assert printed(found) == [
        "Ding, L. (2024, March 5). 关于建设干细胞库的提案 [Bank stem cells] [Proposal no. 0462, 14th CPPCC National "
        f"Committee, 2nd session]. Lianghui. Retrieved November 27, 2026, from {address(found)}",
        "Ding Lieming 丁列明. “关于建设干细胞库的提案” [Bank stem cells]. Proposal no. 0462, 14th CPPCC National "
        f"Committee, 2nd session, March 5, 2024. Lianghui 两会. {READ}. {found.url}.",
        "丁列明. 关于建设干细胞库的提案: 全国政协十四届二次会议第0462号提案[EB/OL]. Lianghui, 2024(2024-03-05)"
        f"[2026-11-27]. {found.url}.",
    ]


def test_nine_authors_a_month_and_no_number(session):
    given = ["An", "Bo", "Chao", "Dan", "Fang", "Gang", "Hong", "Jun", "Kai"]
    nine = [make_delegate(name=f"Wang {name}") for name in given]
    found = cited(session=session, title="Plant quinces", submitted="2024-03", delegates=nine)
    initials = "Wang, A., Wang, B., Wang, C., Wang, D., Wang, F., Wang, G., Wang, H., Wang, J., & Wang, K."
    document = "Proposal, 14th CPPCC National Committee, 2nd session"
    assert printed(found) == [
        f"{initials} (2024, March). [Plant quinces] [{document}]. Lianghui. Retrieved November 27, 2026, "
        f"from {address(found)}",
        f"Wang An, Wang Bo, Wang Chao, et al. [Plant quinces]. {document}, March 2024. Lianghui 两会. {READ}. "
        f"{found.url}.",
        "WANG An, WANG Bo, WANG Chao, et al. [Plant quinces]: 全国政协十四届二次会议提案[EB/OL]. Lianghui, "
        f"2024(2024-03)[2026-11-27]. {found.url}.",
    ]


def test_more_than_twenty_authors_are_cut_as_the_style_says(session):
    many = [make_delegate(name=f"Person Number{number}") for number in range(25)]
    said = apa(cited(session=session, delegates=many))
    assert said.startswith("Person Number0, Person Number1, ")
    assert "Person Number18, … Person Number24. (2024)." in said
    assert "Number19" not in said


def test_those_who_are_not_named_are_others(session):
    ma = make_delegate(name="Ma Yongqing", name_zh="马永青")
    found = cited(session=session, title="Teach", delegates=[ma], proposers_in_all=9)
    assert [said.partition("[")[0] for said in printed(found)] == [
        "Ma, Y., et al. (2024). ",
        "Ma Yongqing 马永青, et al. ",
        "马永青, 等. ",
    ]
    assert "author = {Ma, Yongqing and others}" in as_bibtex(found)
    assert "N1  - Proposers in all: 9.\r\n" in as_ris(found)
    assert as_csl(found)["custom"]["proposers_in_all"] == 9


def test_an_organisation_is_an_author_as_it_is_called(session):
    found = cited(session=session, title="Hire", organisations=["Jiusan Society, Shanghai committee"])
    assert apa(found).startswith("Jiusan Society, Shanghai committee. (2024). [Hire] ")
    assert chicago(found).startswith("Jiusan Society, Shanghai committee. [Hire]. ")
    assert gbt7714(found).startswith("Jiusan Society, Shanghai committee. [Hire]: ")
    assert "author = {{Jiusan Society, Shanghai committee}}" in as_bibtex(found)
    assert "AU  - Jiusan Society, Shanghai committee\r\n" in as_ris(found)
    assert as_csl(found)["author"] == [{"literal": "Jiusan Society, Shanghai committee"}]


def test_without_any_author_the_title_stands_first_and_nobody_is_invented(session):
    found = cited(session=session, title_en="", title_zh="关于某事的提案")
    document = "Proposal, 14th CPPCC National Committee, 2nd session"
    assert printed(found) == [
        f"关于某事的提案 [{document}]. (2024). Lianghui. Retrieved November 27, 2026, from {address(found)}",
        f"“关于某事的提案.” {document}, 2024. Lianghui 两会. {READ}. {found.url}.",
        f"关于某事的提案: 全国政协十四届二次会议提案[EB/OL]. Lianghui, 2024[2026-11-27]. {found.url}.",
    ]
    assert "author" not in as_bibtex(found) + as_ris(found)
    assert "author" not in as_csl(found)
    assert found.notes == []


def test_the_day_a_session_opened_is_not_the_day_of_the_proposal(session):
    session.opened = "2024-03-04"
    session.save()
    assert cited(session=session).date == "2024"


def test_only_a_title_as_printed_passes_for_one(session):
    ours = cited(session=session, title="Ours")
    both = cited(session=session, title="Ours", title_zh="关于原题的提案")
    assert "title = {{[Ours]}}" in as_bibtex(ours)
    assert "title = {{关于原题的提案 [Ours]}}" in as_bibtex(both)
    assert as_csl(ours)["custom"] == {"title_en": "Ours"}
    custom = {"title_as_printed": "关于原题的提案", "title_en": "Ours", "title_zh": "关于原题的提案"}
    assert as_csl(both)["custom"] == custom
    assert ours.notes == ["Words in square brackets are Lianghui's own, not a printed title."]
    assert both.notes == ["The English title in square brackets is Lianghui's translation."]
    with translation.override("zh-hans"):
        chinese = cited(session=session, title="Ours", title_zh="关于原题的提案")
    assert "title = {{关于原题的提案}}" in as_bibtex(chinese)
    assert address(chinese).startswith(f"{SITE}/proposals/")  # whatever the language, one address is cited
    assert printed(chinese)[0].startswith("关于原题的提案 [Ours] [Proposal")


def test_a_recommendation_lies_in_its_proposal(session):
    ding = make_delegate(name="Ding Lieming", name_zh="丁列明")
    asked = {"text": "Hire more reviewers", "text_zh": "增加审评人员", "order": 3}
    proposal = make_proposal(
        session=session, number="12", title="Bank", title_zh="关于库的提案", delegates=[ding], recommendations=[asked],
        published=True,
    )  # fmt: skip
    [row] = Recommendation.objects.for_cards([proposal.recommendations.get().pk])
    found = of_recommendation(row, SITE, DAY)
    document = "Proposal no. 12, 14th CPPCC National Committee, 2nd session"
    assert printed(found) == [
        f"Ding, L. (2024). [Hire more reviewers]. In 关于库的提案 [Bank] (Recommendation 3) [{document}]. Lianghui. "
        f"Retrieved November 27, 2026, from {address(found)}",
        "Ding Lieming 丁列明. [Hire more reviewers]. Recommendation 3 in “关于库的提案” [Bank]. "
        f"{document}, 2024. Lianghui 两会. {READ}. {found.url}.",
        "丁列明. [增加审评人员][EB/OL]//关于库的提案: 全国政协十四届二次会议第12号提案, 建议3. Lianghui, 2024"
        f"[2026-11-27]. {found.url}.",
    ]
    assert found.url == f"{SITE}/recommendations/{row.pk}/"
    bib = as_bibtex(found)
    assert bib.startswith("@incollection{")  # whose `booktitle`, `type` and `chapter` every style prints
    fields = readable(found)[0]
    told = [fields[name] for name in ("booktitle", "type", "chapter", "publisher")]
    assert told == ["{关于库的提案 [Bank]}", "Recommendation", "3", "Lianghui"]
    assert fields["note"].startswith(f"{document}. ")
    assert not {"howpublished", "number", "organization"} & {*fields}
    assert as_csl(found)["container-title"] == "关于库的提案 [Bank]"
    assert (as_csl(found)["section"], as_csl(found)["number"]) == ("3", "12")


def test_a_reply_is_its_agency_s_with_document_number_and_date(session):
    agency = make_agency(name="Health Commission of Fujian", name_zh="福建省卫生健康委员会")
    proposal = make_proposal(session=session, published=True)
    reply = make_reply(
        to=[proposal], agency=agency, title="Reply on banks", title_zh="关于第1号提案的答复",
        number="闽卫督函[2020]175号", date="2020-07",
    )  # fmt: skip
    found = of_reply(Reply.objects.select_related("agency").get(pk=reply.pk), SITE, DAY)
    number = "闽卫督函〔2020〕175号"
    assert printed(found) == [
        f"Health Commission of Fujian. (2020, July). 关于第1号提案的答复 [Reply on banks] [Reply no. {number}]. "
        f"Lianghui. Retrieved November 27, 2026, from {address(found)}",
        "Health Commission of Fujian 福建省卫生健康委员会. “关于第1号提案的答复” [Reply on banks]. "
        f"Reply no. {number}, July 2020. Lianghui 两会. {READ}. {found.url}.",
        f"福建省卫生健康委员会. 关于第1号提案的答复: {number}[EB/OL]. Lianghui, 2020(2020-07)[2026-11-27]. "
        f"{found.url}.",
    ]


def test_what_has_no_date_says_so(session):
    reply = make_reply(to=[make_proposal(session=session, published=True)], title="Reply")
    found = of_reply(reply, SITE, DAY)
    assert "(n.d.)" in apa(found)
    assert "Reply, n.d. Lianghui" in chicago(found)
    assert "Lianghui[2026-11-27]." in gbt7714(found)
    assert "year" not in as_bibtex(found)
    assert "PY  -" not in as_ris(found)
    assert "issued" not in as_csl(found)


@pytest.mark.parametrize(("name", "characters"), DIVIDED)
def test_a_name_in_pinyin_is_divided(name, characters):
    family, _, given = name.partition(" ")
    author = person(name, characters)
    assert (author.family, author.given) == (family, given)
    assert author.parts("zh") is None or not characters


@pytest.mark.parametrize(("name", "characters"), NOT_DIVIDED)
def test_a_name_that_may_have_no_family_name_in_front_stays_whole(name, characters):
    assert person(name, characters) == Author(name, characters)


def unescaped(text):
    """What TeX prints; the reader's own way drops braces."""
    for sign, name in (
        ("{", "textbraceleft"),
        ("}", "textbraceright"),
        ("~", "textasciitilde"),
        ("^", "textasciicircum"),
    ):
        text = text.replace(f"\\{name}{{}}", f"\\{sign}")
    text = text.replace(r"\textbackslash{}", "\0")
    return re.sub(r"\\([&%$#_{}~^])", r"\1", text).replace("\0", "\\")


def readable(reference):
    """What each of the three readers makes of it."""
    read = bibtexparser.parse_string(as_bibtex(reference))
    assert read.failed_blocks == []
    [entry], [ris], csl = read.entries, rispy.loads(as_ris(reference)), as_csl(reference)
    return {field.key: field.value for field in entry.fields} | {"ID": entry.key}, ris, csl


def test_the_three_formats_are_read_back_as_they_were_meant(session):
    two = [make_delegate(name="Ding Lieming"), make_delegate(name="Losang Jamcan")]
    fields = {"title": "Bank", "title_zh": "关于库的提案", "number": "0462", "submitted": "2024-03-05"}
    found = cited(session=session, delegates=two, **fields)
    bib, ris, csl = readable(found)
    assert bib["ID"] == ris["id"] == csl["id"] == found.key == f"lianghui-proposal-{Proposal.objects.get().pk}"
    assert bib["author"] == "Ding, Lieming and {Losang Jamcan}"
    assert ris["authors"] == ["Ding, Lieming", "Losang Jamcan"]
    assert csl["author"] == [{"family": "Ding", "given": "Lieming"}, {"literal": "Losang Jamcan"}]
    assert bib["title"].strip("{}") == ris["title"] == csl["title"] == "关于库的提案 [Bank]"
    assert (bib["year"], bib["month"], bib["day"]) == ("2024", "mar", "5")
    assert (ris["year"], ris["date"], ris["access_date"]) == ("2024", "2024/03/05", "2026/11/27")
    assert csl["issued"] == {"date-parts": [[2024, 3, 5]]}
    assert csl["accessed"] == {"date-parts": [[2026, 11, 27]]}
    assert bib["url"] == ris["urls"][0] == csl["URL"] == found.url
    assert bib["urldate"] == "2026-11-27"
    assert bib["number"] == csl["number"] == "0462"
    assert "M1  - 0462\r\n" in as_ris(found)
    assert bib["organization"] == ris["publisher"] == csl["publisher"] == "Lianghui"
    assert bib["type"] == csl["genre"] == "Proposal"


def test_signs_that_mean_something_to_a_format_mean_nothing_in_a_title(session):
    nasty = make_delegate(name=HOSTILE[:100])
    found = cited(session=session, title=HOSTILE, title_zh=HOSTILE, organisations=[HOSTILE[:150]], delegates=[nasty])
    bib, ris, csl = readable(found)
    assert unescaped(bib["title"][1:-1]) == CLEAN
    assert ris["title"] == csl["title"] == CLEAN
    assert csl["author"][1] == {"literal": CLEAN}
    depth = 0
    for sign in as_bibtex(found):  # BibTeX counts braces, whatever stands before them
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    lines = as_ris(found).split("\r\n")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n\x00-\x1f\u2028]*", line) for line in lines[:-1])
    assert [line for line in lines if line.startswith("ER")] == ["ER  - "]
    assert all("\n" not in said and "\x07" not in said and "\u2028" not in said for said in printed(found))


CSL_FIELDS = {
    **dict.fromkeys(("id", "type", "title", "container-title", "section", "genre", "number", "event-title"), str),
    **dict.fromkeys(("publisher", "URL", "language", "note"), str),
    "author": list,
    "issued": dict,
    "accessed": dict,
    "custom": dict,
}
"""The fields of the CSL-JSON schema 1.0.2 that we use, and of which type each is."""


def test_csl_keeps_to_the_fields_of_its_schema(session):
    for found in (cited(session=session), cited(session=session, title_zh="题", submitted="2024", number="1")):
        item = as_csl(found)
        assert {name: kind for name, kind in CSL_FIELDS.items() if not isinstance(item.get(name, kind()), kind)} == {}
        assert item.keys() <= CSL_FIELDS.keys()
        assert item["type"] == "document"
        for date in ("issued", "accessed"):
            assert item[date].keys() == {"date-parts"}
            [parts] = item[date]["date-parts"]
            assert 1 <= len(parts) <= 3
            assert all(isinstance(part, int) for part in parts)
        assert all(author.keys() <= {"family", "given", "literal"} for author in item.get("author", ()))


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_pages_and_files_say_the_same(client, founding, prefix):
    proposal = Proposal.objects.order_by("pk")[0]
    reply = make_reply(to=[proposal], agency=Agency.objects.get(slug="nmpa"), title="Reply")
    recommendation = proposal.recommendations.all()[0]
    pages = {
        f"{prefix}/proposals/{proposal.pk}/{proposal.slug}/": f"{prefix}/proposals/{proposal.pk}/",
        f"{prefix}/recommendations/{recommendation.pk}/cite/": f"{prefix}/recommendations/{recommendation.pk}/",
        f"{prefix}/replies/{reply.pk}/": f"{prefix}/replies/{reply.pk}/",
    }
    for page, below in pages.items():
        lasting = below.removeprefix("/zh")
        parsed = html5lib.parse(client.get(page).content, namespaceHTMLElements=False)
        said = {
            each.get("id"): "".join(each.itertext()) for each in parsed.iter("p") if each.get("class") == "citation"
        }
        assert said.keys() == {"citation-apa", "citation-chicago", "citation-gbt7714"}
        assert all(f"http://testserver{lasting}" in text for text in said.values())
        files = [each.get("href") for each in parsed.iter("a") if each.get("download") is not None]
        assert files == [f"http://testserver{below}cite.{form}" for form in ("bib", "ris", "csl.json")]
        bib, ris, csl = (client.get(file) for file in files)
        assert bibtexparser.parse_string(bib.text).entries[0]["url"] == f"{{http://testserver{lasting}}}".strip("{}")
        assert rispy.loads(ris.text)[0]["urls"] == [f"http://testserver{lasting}"]
        [item] = json.loads(csl.text)
        assert f'filename="{item["id"]}.bib"' in bib["Content-Disposition"]
        assert item["URL"] == f"http://testserver{lasting}"
        assert "GB/T 7714—2015" in client.get(page).text


def test_another_form_or_number_is_not_there(client, founding):
    assert client.get("/proposals/1/cite.doc").status_code == 404
    assert client.get("/proposals/999999999999999999999/cite.bib").status_code == 404
    assert client.get("/recommendations/999999/cite/").status_code == 404
    assert client.get("/replies/999999/cite.ris").status_code == 404
