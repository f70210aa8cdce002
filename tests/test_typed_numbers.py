"""The number of a document, as people type it, leads to the document; anything else is words."""

import random
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Body, Region
from people.models.bodies import number_zh
from proposals.models.numbers import _integer, document_number
from tests.factories import make_body, make_proposal, make_region, make_session

NATIONAL = [
    "十四届全国政协二次会议第1234号",
    "第十四届全国政协第二次会议第1234号",
    "十四届 全国政协 二次会议 第 1234 号",
    "十四届全国政协二次会议〔第1234号〕",
    "十四届全国政协二次会议（第1234号）",
    "(十四届全国政协二次会议) 第01234号提案",
    "十四屆全國政協二次會議第1234號",
    "14届全国政协2次会议第１２３４号",
    "十四届全国政协二次会议第一千二百三十四号",
    "十四届全国政协二次会议第一二三四号",
    "政协十四届二次第1234号",
    "政协十四届二次1234",
    "全国政协十四届二次会议提案第1234号",
    "政协第十四届全国委员会第二次会议第1234号（医疗卫生类123号）提案",
    "中国人民政治协商会议第十四届全国委员会第二次会议第1234号",
    "中国人民政治协商会议全国委员会十四届二次会议第1234号",
    "CPPCC 14-2 1234",
    "  cppcc 14–2   01234 ",
    "CPPCC 14/2 No. 1234",
    "ＣＰＰＣＣ　１４－２　１２３４",
]
CONGRESS = [
    "十四届全国人大二次会议第1234号",
    "十四届全国人民代表大会二次会议第1234号",
    "全国人大十四届二次会议第1234号",
    "中华人民共和国第十四届全国人民代表大会第二次会议第1234号",
    "NPC 14-2 1234",
]
SHANGHAI = [
    "上海市政协十四届二次会议第0123号",
    "上海政协十四届二次会议第123号",
    "十四届上海市政协二次会议第123号提案",
    "政协上海市委员会十四届二次会议第123号",
    "政协上海市第十四届委员会第二次会议第0123号",
    "中国人民政治协商会议上海市委员会十四届二次会议第一百二十三号",
]
WORDS = [
    "",
    "1234",
    "第1234号",
    "政协",
    "CPPCC",
    "CPPCC 14-2",
    "CPPCC 1234",
    "NPC 14 2 1234",
    "CPPCC 14-2 1234 cells",
    "十四届全国政协二次会议",
    "十四届全国政协二次会议第号",
    "十四届全国政协二次会议第1234号 干细胞",
    "-CPPCC 14-2 1234",
    "title:CPPCC 14-2 1234",
    '"CPPCC 14-2 1234"',
    "stem cells",
    "十四届干细胞二次会议第1234号",
    "十四届全国政协二次会议第123456789号",
    "CPPCC 141-2 1234",
    "CPPCC ١٤-٢ ١٢٣٤",
]


@pytest.mark.parametrize("question", NATIONAL + CONGRESS)
def test_a_national_number_is_read(question):
    read = document_number(question)
    assert read
    assert (read.place, read.term, read.ordinal, read.number) == ("", 14, 2, 1234)
    assert read.system == ("npc" if question in CONGRESS else "cppcc")
    assert read.kind == ("proposal" if "提案" in question else "")


@pytest.mark.parametrize("question", SHANGHAI)
def test_a_provincial_number_is_read(question):
    read = document_number(question)
    assert read
    assert (read.system, read.term, read.ordinal, read.number) == ("cppcc", 14, 2, 123)
    assert read.place in ("上海", "上海市")


@pytest.mark.parametrize(("ending", "kind"), [("建议", "suggestion"), ("议案", "bill"), ("", "")])
def test_the_kind_is_read(ending, kind):
    assert document_number(f"十四届全国人大二次会议第4404号{ending}").kind == kind


@pytest.mark.parametrize("question", WORDS)
def test_words_are_no_number_and_cost_no_sql(question, db):
    with CaptureQueriesContext(connection) as queries:
        assert document_number(question) is None
    assert len(queries) == 0


def test_chinese_numerals():
    assert [_integer(number_zh(number)) for number in range(1, 100)] == [*range(1, 100)]
    for text, number in {
        "一百零五": 105,
        "一千二百三十四": 1234,
        "四千四百零四": 4404,
        "一〇二": 102,
        "百": 100,
    }.items():
        assert _integer(text) == number


@pytest.mark.parametrize(
    "question",
    ["第" * 80, "十" * 80, "政协" * 40, "人大政协委员会第" * 10, "十四届" + "政" * 76, "CPPCC" + " " * 70,
     "干" * 10_000, "政协十四届二次" + "类1号" * 20, "((((" * 20, "cppcc 14-2 " + "1" * 60],
)  # fmt: skip
def test_nothing_takes_long(question):
    began = time.monotonic()
    assert document_number(question) is None
    assert time.monotonic() - began < 0.1


def test_chance_never_fails():
    rng = random.Random(1)
    pieces = [*"政协人大全国届次第号会议委员会十四二〇千()〔-/ 1９", "cppcc", "npc", "#", "類"]
    for _ in range(3_000):
        document_number("".join(rng.choices(pieces, k=rng.randint(1, 20))))


# ---- where it leads


@pytest.fixture
def documents(db):
    """Documents with numbers: of the national CPPCC, of the congress, of Shanghai; some that are much alike."""
    china, shanghai = make_region(name_zh="中国", iso_code="CN"), make_region(name_zh="上海", full_name_zh="上海市")
    shaanxi = make_region(name_zh="陕西", full_name_zh="陕西省")
    cppcc = make_session(
        body=make_body(region=china, name_zh="中国人民政治协商会议全国委员会", short_name_zh="全国政协")
    )
    npc = make_session(body=make_body(region=china, system="npc", short_name_zh="全国人大"))
    local = make_session(body=make_body(region=shanghai, level="provincial", short_name_zh="上海市政协"))
    other = make_session(body=make_body(region=shaanxi, level="provincial", short_name_zh="陕西省政协"))
    earlier = make_session(body=cppcc.body, ordinal=1, year=2023)
    make_proposal(title="Earlier", session=earlier, number="1234", published=True)
    make_proposal(title="Elsewhere", session=other, number="0123", published=True)
    make_proposal(title="Draft", session=cppcc, number="0777")
    return {
        "cppcc": make_proposal(title="Of the CPPCC", session=cppcc, number="1234", published=True),
        "npc": make_proposal(title="Of the congress", session=npc, number="1234", kind="suggestion", published=True),
        "local": make_proposal(title="Of Shanghai", session=local, number="0123", published=True),
        "suggestion": make_proposal(title="Asks", session=npc, number="4404", kind="suggestion", published=True),
        "bill": make_proposal(title="Moves", session=npc, number="04404", kind="bill", published=True),
    }


def leads_to(client, question, path="/proposals/", **more):
    response = client.get(path, {"q": question, **more})
    return response.headers.get("Location") if response.status_code == 302 else response.status_code


def test_a_number_leads_to_its_document_in_both_languages(client, documents):
    for name, questions in {"cppcc": NATIONAL, "npc": CONGRESS, "local": SHANGHAI}.items():
        for question in questions:
            address = f"/proposals/{documents[name].pk}/{documents[name].slug}/"
            assert leads_to(client, question) == address, question
            assert leads_to(client, question, "/zh/proposals/") == f"/zh{address}", question


def test_the_kind_decides_where_two_bear_the_number(client, documents):
    assert leads_to(client, "NPC 14-2 4404") == 200
    assert leads_to(client, "十四届全国人大二次会议第4404号建议") == documents["suggestion"].get_absolute_url()
    assert leads_to(client, "十四届全国人大二次会议第4404号议案") == documents["bill"].get_absolute_url()
    assert leads_to(client, "十四届全国人大二次会议第1234号议案") == 200


def test_what_bears_no_number_is_searched_as_words(client, documents):
    alike = ["CPPCC 14-2 1235", "CPPCC 14-3 1234", "CPPCC 13-2 1234", "CPPCC 14-2 777", "政政协十四届二次1234"]
    alike += ["北京市政协十四届二次会议第0123号", "上海市人大十四届二次会议第0123号"]
    for question in WORDS + alike:
        assert leads_to(client, question) == 200, question


def test_where_anything_else_is_asked_it_is_words(client, documents):
    number = "CPPCC 14-2 1234"
    for more in ({"year": "2024"}, {"sort": "oldest"}, {"topic": "nothing-such"}, {"submitted_after": "2024"}):
        assert leads_to(client, number, **more) == 200, more
    assert leads_to(client, number, "/recommendations/") == 200
    assert leads_to(client, number, page="1", sort="") == documents["cppcc"].get_absolute_url()


def test_a_number_that_a_draft_bears_is_as_good_as_none(client, documents):
    before = client.get("/proposals/", {"q": "CPPCC 14-2 778"})
    after = client.get("/proposals/", {"q": "CPPCC 14-2 777"})
    assert before.status_code == after.status_code == 200
    assert before.text.replace("778", "777") == after.text


def test_it_costs_one_query_and_only_where_a_number_is_typed(client, documents):
    client.get("/proposals/", {"q": "cells"})

    def cost(question):
        with CaptureQueriesContext(connection) as queries:
            client.get("/proposals/", {"q": question})
        return sum("4404" in each["sql"] or "bear" in each["sql"] for each in queries), len(queries)

    assert cost("十四届全国人大二次会议第4404号议案")[0] == 1
    assert cost("pears")[1] == cost("CPPCC 14-9 4404")[1] - 1


def test_the_founding_bodies_are_known_by_their_names(founding, client):
    for body in Body.objects.select_related("region"):
        session = body.sessions.first() or make_session(body=body)
        kind = "proposal" if body.system == "cppcc" else "bill"
        proposal = make_proposal(session=session, kind=kind, number="0815", published=True)
        term, ordinal = number_zh(session.term), number_zh(session.ordinal)
        for name in filter(None, (body.name_zh, body.short_name_zh)):
            question = f"{name}{term}届{ordinal}次会议第815号"
            assert leads_to(client, question) == proposal.get_absolute_url(), question
    assert Region.objects.filter(bodies__level="provincial").exists()
