"""What a visitor can type beside plain words: a minus, the name of a field; what makes no sense is taken as words."""

import re
import time
import unicodedata

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.catalogue import Query, phrases, search
from proposals.catalogue.pinyin import spelled
from proposals.catalogue.vocabulary import Vocabulary
from proposals.models import Proposal
from proposals.templatetags.rows import _around
from tests.factories import make_agency, make_delegate, make_proposal, make_topic


def asked(question):
    """Each phrase as it would be typed, with its sign and field."""
    return [
        f"{'-' * phrase.without}{phrase.field}{':' * bool(phrase.field)}{' '.join(phrase.stems)}"
        for phrase in phrases(question)
    ]


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("stem -cell", ["stem", "-cell"]),
        ("stem －cell −bank", ["stem", "-cell", "-bank"]),
        ('-"stem cell" bank', ["-stem cell", "bank"]),
        ("-“干细胞”\u3000-临床", ["-干细 细胞", "-临床"]),
        ("stem-cell CAR-T", ["stem cell", "car t"]),
        ("stem - cell", ["stem", "cell"]),
        ("stem --cell", ["stem", "cell"]),
        ("(-cell) x,-y", ["cell", "x", "y"]),
        ("-stem-cell-", ["-stem cell"]),
        ("stem -stem", ["stem", "-stem"]),
        ("-", []),
        ("--", []),
        ('-"', []),
        ('-"stem', ["stem"]),
        ("-CAR-T", ["-car t"]),
        ("title:stem cell", ["title:stem", "cell"]),
        ("TITLE:stem Title：cell", ["title:stem", "title:cell"]),
        ('title:"stem cell"', ["title:stem cell"]),
        ("delegate:丁列明 agency:NMPA topic：“stem cells”", ["delegate:丁列 列明", "agency:nmpa", "topic:stem cell"]),
        ('-title:stem －topic:"stem cells"', ["-title:stem", "-topic:stem cell"]),
        ("title:-stem", ["titl", "stem"]),
        ("title: stem", ["titl", "stem"]),
        ("title:", ["titl"]),
        ("-title:", ["-titl"]),
        ("title:title:x", ["title:titl", "x"]),
        ("subtitle:x body:y", ["subtitl", "x", "bodi", "y"]),
        ("干title:x", ["干 titl", "x"]),
        ('topic:"', ["topic"]),
        ('topic:"x', ["topic", "x"]),
        ("title::x", ["titl", "x"]),
        ("tıtle:x tİtle:x", ["titl", "x"]),
        ("words:x type:1 id:2", ["word", "x", "type", "1", "id", "2"]),
    ],
)
def test_a_question_is_read(question, read):
    assert asked(question) == read


@pytest.mark.parametrize(
    "question",
    [
        *("-", "--", '-"', "title:", "title:title:x", 'topic:"', "title:：:", "-title:-", "delegate:.*", "topic:a|b"),
        *("-的", "title:的", "delegate:的", "topic:干", "title:(a+)+$aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "-.*", "agency:*"),
        *(":" * 10_000, "-" * 5_000, "-a " * 2_000, "- " * 5_000, '-"' * 5_000, "title:" * 2_000, 'topic:"' * 1_500),
    ],
)
def test_nothing_that_is_typed_is_an_error_or_takes_long(question, client, proposals):
    began = time.monotonic()
    phrases(question)
    assert time.monotonic() - began < 0.5
    for path in ("/proposals/", "/zh/proposals/", "/recommendations/"):
        assert client.get(path, {"q": question}).status_code == 200


@pytest.fixture
def record(db):
    """Two proposals on cells and one on pears; words of each stand in different places."""
    topic = make_topic(name="Stem cells", synonyms=["Precursors"])
    below = make_topic(name="Embryonic cells", parent=topic)
    agency = make_agency(name="Quality administration", name_zh="质量总局")
    ding, liu = make_delegate(name="Ding Lieming", name_zh="丁列明", employer="Betta"), make_delegate(name="Liu Title")
    return {
        "one": make_proposal(
            title="Bank the cells",
            title_zh="建干细胞库",
            summary_en="For quality and pears",
            topics=[below],
            delegates=[ding],
            recommendations=[{"text": "Check quality", "to": [agency]}],
            published=True,
        ),
        "two": make_proposal(
            title="Quality of cells",
            delegates=[liu],
            organisations=["Bank society"],
            summary_en="By Ding, of embryonic origin",
            published=True,
        ),
        "three": make_proposal(title="Pears", recommendations=["Plant pears"], published=True),
    }


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("-cells", {"three"}),
        ("−pears", {"two"}),
        ("-pears -quality", set()),
        ("cells -pears", {"two"}),
        ('-"of cells"', {"one", "three"}),
        ("-干细胞", {"two", "three"}),
        ("-nothingsuch", {"one", "two", "three"}),
        ("cells -cells", set()),
        ("title:pears", {"three"}),
        ("title:bank", {"one"}),
        ("bank", {"one", "two"}),
        ("title:quality", {"two"}),
        ('title:"cells bank"', set()),
        ("title:细胞", {"one"}),
        ("title:细", {"one"}),
        ("title:title", set()),
        ("delegate:title", {"two"}),
        ("delegate:ding", {"one"}),
        ("ding", {"one", "two"}),
        ("delegate:丁列明", {"one"}),
        ("delegate:丁", {"one"}),
        ("delegate:betta", {"one"}),
        ("delegate:cells", set()),
        ("agency:quality", {"one"}),
        ("agency：质量", {"one"}),
        ("topic:embryonic", {"one"}),
        ('topic:"stem cells"', {"one"}),
        ("topic:precursor", {"one"}),
        ("-topic:embryonic", {"two", "three"}),
        ("-title:cells pears", {"three"}),
        ("-delegate:ding cells", {"two"}),
        ("-delegate:nobody cells", {"one", "two"}),
        ("title:cells delegate:liu", {"two"}),
    ],
)
def test_what_is_asked_is_found(record, question, found):
    results = search(Query(q=question), Vocabulary())
    assert {name for name, proposal in record.items() if proposal.pk in results.ids} == found
    assert results.total == len(found) == sum(value.count for value in results.facets[5].values)


def test_negatives_alone_are_in_the_order_of_dates_and_cannot_be_ordered_by_relevance(record):
    query = Query(q="-nothingsuch", sort="relevance")
    results = search(query, Vocabulary())
    assert query.order == "newest"
    assert [name for name, *_ in results.orders] == ["newest", "oldest", "added"]
    assert results.ids == sorted((proposal.pk for proposal in record.values()), reverse=True)


def test_recommendations_are_asked_in_the_same_way(record):
    total = {question: search(Query(q=question, recommendations=True), Vocabulary()).total for question in (
        "title:quality", "-pears", "agency:quality", "-agency:quality", "delegate:ding", "topic:stem",
    )}  # fmt: skip
    assert [*total.values()] == [1, 1, 1, 1, 1, 0]


def marks(client, question):
    page = client.get("/proposals/", {"q": question}).text
    cards = page[page.index('class="card"') :]
    return {
        kind: re.findall(r"<mark>(.*?)</mark>", "".join(re.findall(rf"<{tag}>(.*?)</{end}>", cards, re.DOTALL)))
        for kind, tag, end in (
            ("title", "h2", "h2"), ("who", 'p class="who"', "p"), ("summary", 'p class="summary"', "p"),
        )
    }  # fmt: skip


@pytest.mark.parametrize(
    ("question", "title", "who", "summary"),
    [
        ("ding bank cells -society", ["Bank", "cells"], ["Ding"], []),
        ("delegate:liu society", [], ["Liu", "society"], []),
        ("delegate:liu -delegate:society cells", ["cells"], ["Liu"], []),
        ("title:quality", ["Quality"], [], []),
        ("delegate:ding", [], ["Ding"], []),
        ("delegate:ding quality", [], ["Ding"], ["quality"]),
        ("topic:embryonic", [], [], []),
        ("quality -of", [], [], ["quality"]),
    ],
)
def test_marks_stand_only_where_was_looked(client, record, question, title, who, summary):
    Proposal.objects.filter(pk=record["three"].pk).delete()
    found = marks(client, question)
    assert (found["title"], found["who"], found["summary"]) == (title, who, summary)


def test_the_address_and_the_box_keep_what_was_typed(client, record):
    typed = '-"of cells" title:"bank <b>"'
    page = client.get("/proposals/", {"q": typed}).text
    assert 'value="-&quot;of cells&quot; title:&quot;bank &lt;b&gt;&quot;"' in page
    assert "<b>" not in page


# ---- the recommendation that matched


LONG, ACCENTS = "Intro " * 60, "e\u0301" * 300


@pytest.fixture
def orchard(db):
    """A proposal with several recommendations, and a draft with a better one."""
    make_proposal(title="Draft orchard", recommendations=["Plant quinces and medlars, xqzv"])
    return make_proposal(
        title="Orchards",
        recommendations=[
            "Plant quinces",
            "Plant quinces & medlars <b>",
            "Medlars, quinces",
            {"text_en": "Plant a pear", "text_zh": "种植榅桲和山楂"},
            {"text_en": f"{LONG} pearsss {ACCENTS} end", "text_zh": "研究" * 200 + "苹果" + "园地" * 200},
        ],
        published=True,
    )


def card(client, question, path="/proposals/"):
    """The line on the recommendation that matched."""
    found = re.findall(r'<p class="hit">(.*?)</p>', client.get(path, {"q": question}).text)
    return found[0] if found else ""


def test_the_best_recommendation_is_shown_with_its_marks_and_leads_to_its_place(client, orchard):
    address = f"{orchard.get_absolute_url()}#r"
    found = card(client, "medlars quinces")
    assert f'href="{address}2"' in found
    assert "Recommendation 2" in found
    assert "Plant <mark>quinces</mark> &amp; <mark>medlars</mark> &lt;b&gt;" in found
    assert f'href="{address}1"' in card(client, "quinces")
    assert f'href="{address}3"' in card(client, '"medlars quinces"')
    assert f'href="{address}1"' in card(client, "quinces orchards")
    assert "第 2 条建议" in card(client, "medlars quinces", "/zh/proposals/")


def test_the_language_that_has_the_hit_is_shown(client, orchard):
    assert '<span lang="zh-Hans">种植<mark>榅桲</mark>和山楂</span>' in card(client, "榅桲")
    assert "<span>种植<mark>榅桲</mark>和山楂</span>" in card(client, "榅桲", "/zh/proposals/")
    assert '<span lang="en-GB">Plant a <mark>pear</mark></span>' in card(client, "pear", "/zh/proposals/")


@pytest.mark.parametrize("question", ["title:orchards", "-pears orchards", "orchards -quinces", "agency:x", "orchards"])
def test_no_recommendation_is_shown_where_none_has_the_words(client, orchard, question):
    assert card(client, question) == ""


def test_a_long_one_is_cut_around_the_hit(client, orchard):
    found = card(client, "pearsss")
    text = re.sub("<[^>]+>", "", found)
    assert text.startswith("Recommendation 5: …Intro Intro")
    assert len(text) < 1_000
    assert "<mark>pearsss</mark>" in found
    found = card(client, "苹果")
    assert re.search("…(研究)*<mark>苹果</mark>(园地)*园?…", found)
    assert len(found) < 500


@pytest.mark.parametrize(
    "text", ["e\u0301" * 200, "word e\u0301 " * 90, "的" * 400, "👩‍🔬 " * 100, "x" * 700, "の" * 300]
)
def test_no_character_is_split_where_a_text_is_cut(text):
    for place in range(0, len(text), 37):
        whole = f"{text[:place]} 苹果 {text[place:]}"
        shown = _around(whole, phrases("苹果"))
        inner = shown.strip("…")
        assert "苹果" in inner
        start = whole.index(inner)
        for edge in (start, start + len(inner)):
            assert not whole[edge : edge + 1] or not unicodedata.combining(whole[edge]), (place, shown)
            assert whole[edge - 1 : edge] != "\u200d" != whole[edge : edge + 1]


def test_the_recommendations_that_have_the_words_cost_one_query(client, orchard):
    def cost(question):
        client.get("/proposals/", {"q": "nothing"})
        with CaptureQueriesContext(connection) as queries:
            client.get("/proposals/", {"q": question})
        return len(queries)

    assert cost("quinces") == cost("orchards") + 1


# ---- pinyin


@pytest.mark.parametrize(
    ("name", "questions"),
    [
        ({"name_zh": "丁列明"}, [
            "dinglieming", "ding lie ming", "Dīng Lièmíng", "ding1 lie4 ming2", "ding1lie4ming2", "Ding Lieming",
            "DINGLIEMING", "lieming ding", "delegate:dinglieming", 'delegate:"ding lie ming"', "丁列明",
        ]),
        ({"name_zh": "单曾"}, ["shanzeng", "Shan Zeng", "shan4 zeng1", "dan ceng", "shan ceng"]),
        ({"name_zh": "吕律"}, ["lü lü", "lvlv", "lulu", "lyulyu", "lv3 lv4", "Lǚ Lǜ"]),
        ({"name_zh": "歐陽修"}, ["ouyangxiu", "ouyang xiu", "ou yang xiu", "欧阳修"]),
        ({"name_zh": "阿卜杜拉·买买提"}, ["abudulamaimaiti", "abudula maimaiti"]),
        ({"name": "Ding Lieming"}, ["dinglieming", "ding lieming", "delegate:DingLieming"]),
        ({"name": "O'Neil Lü-Wang"}, ["oneilluwang", "ONeilLüWang"]),
    ],
)  # fmt: skip
def test_a_delegate_is_found_by_the_sound_of_the_name_which_is_not_shown(db, client, name, questions):
    make_proposal(title="Pears", delegates=[make_delegate(**{"name": "Nobody", **name})], published=True)
    make_proposal(title="Plums", delegates=[make_delegate(name="Li Si", name_zh="李四")], published=True)
    for question in questions:
        assert [row.title for row in client.get("/proposals/", {"q": question}).context["rows"]] == ["Pears"], question
    cards = client.get("/proposals/").text.partition('class="card"')[2]
    assert all(question not in cards for question in questions if question.islower() and question.isalpha())


def test_readings_are_capped_and_those_of_the_surname_come_first():
    name = "单" + "阿和行" * 4
    began = time.monotonic()
    found = list(spelled(name))
    assert time.monotonic() - began < 0.2
    assert len(found) < 24 * 50
    assert {form[:4] for form in found} >= {"dan1", "chan", "shan"}
    assert list(spelled("")) == list(spelled("Ding")) == []


def test_the_help_stands_under_the_box_in_both_languages(client, record):
    for path, words in {"/proposals/": "How to search", "/zh/recommendations/": "搜索方法"}.items():
        page = client.get(path).text
        help_ = page[page.index('<details class="syntax">') : page.index("</details>")]
        assert words in help_
        assert '<span lang="en-GB">stem cells</span>; <span lang="zh-Hans">干细胞</span>' in help_
        assert "-&quot;stem cells&quot;" in help_
