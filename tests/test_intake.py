"""Intake reads articles as a careful analyst does: delegates, bodies, titles, single actions, topics, figures."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from bench.intake import ARTICLES, articles, measured
from people.models import Agency, Delegate
from proposals.intake.lexicon import Lexicon
from proposals.intake.plain import plain_text
from proposals.intake.reading import read
from proposals.models import Synonym, Topic
from tests.factories import make_delegate

OURS = [pair for pair in articles([ARTICLES]) if pair[0].stem != "founding"]
FOUNDING = ARTICLES / "founding.txt"
HEADING = "Li Fangyu, member of the CPPCC National Committee: Build a bank"


@pytest.fixture
def lexicon(founding) -> Lexicon:
    """The names that a record with the founding data knows."""
    return Lexicon.of_record()


def read_text(text, lexicon):
    return read(plain_text(text), lexicon)


def texts(article):
    return [[demand.text for demand in section.demands] for section in article.sections]


def test_our_own_articles_are_read_as_well_as_was_asked(lexicon):
    scores = measured(OURS, lexicon)
    assert len(OURS) == 12
    assert min(scores[kind].f1 for kind in ("delegates", "bodies", "provinces")) >= 0.97
    assert scores["actions"].f1 >= 0.85
    assert scores["topics"].f1 >= 0.85
    assert scores["figures"].f1 >= 0.9


def test_the_founding_article_in_our_own_words(lexicon):
    scores = measured([(FOUNDING, FOUNDING.with_suffix(".json"))], lexicon)
    assert {kind: scores[kind].right for kind in ("delegates", "bodies", "titles")} == dict.fromkeys(
        ("delegates", "bodies", "titles"), 5
    )
    assert scores["actions"].right >= 52
    assert scores["actions"].false <= 8
    assert {scores[kind].false for kind in ("delegates", "bodies", "titles")} == {0}


def test_four_spellings_are_one_person_whom_the_record_knows(lexicon):
    ding = read_text(FOUNDING.read_text(), lexicon).sections[0].people
    assert len(ding) == 1
    assert {each.value for each in ding[0].spellings} == {"Ding Liming", "Ding Leiming", "Ding Lieming", "Ding Leeming"}
    assert [(each.slug, each.certain) for each in ding[0].candidates] == [("ding-lieming", True)]


def test_nothing_is_taken_from_the_foot_of_a_page(lexicon):
    article = read_text(FOUNDING.read_text(), lexicon)
    foot = article.text.index("Return to List")
    assert all(demand.end < foot for section in article.sections for demand in section.demands)
    assert {each.why for each in article.left_out if each.start >= foot} == {"menu", "next"}


@pytest.mark.parametrize("article", [pytest.param(path, id=path.stem) for path, _answers in articles([ARTICLES])])
def test_what_is_found_stands_where_it_is_said_to_stand(article: Path, lexicon):
    read_one = read(plain_text(article.read_bytes()), lexicon)
    for section in read_one.sections:
        for demand in section.demands:
            assert read_one.text[demand.start : demand.end] == demand.text
            assert 0 < demand.confidence < 1
        for figure in section.figures:
            assert figure.value in read_one.text[figure.start : figure.end].replace(",", "").translate(
                str.maketrans("０１２３４５６７８９", "0123456789")
            )
        for person in section.people:
            assert all(read_one.text[each.start : each.end] == each.value for each in person.spellings)


@pytest.mark.parametrize("article", [pytest.param(path, id=path.stem) for path, _answers in articles([ARTICLES])])
def test_the_traps_of_an_article_catch_nobody(article: Path, lexicon):
    """What a minister answers, what a company sells, what is done already: hardly any gets into a draft."""
    answers = json.loads(article.with_suffix(".json").read_text("utf-8"))
    read_one = read(plain_text(article.read_bytes()), lexicon)
    demands = [demand.text for section in read_one.sections for demand in section.demands]
    caught = [trap for trap in answers["not"] if any(trap in demand or demand in trap for demand in demands)]
    assert len(caught) <= 0.25 * len(answers["not"])


def test_a_synonym_that_an_analyst_adds_is_found_at_once(founding):
    text = f"{HEADING}\nMember Li Fangyu suggested:\n1 Found a quincery in every province.\n"
    assert "biobanks" not in [each.value for each in read_text(text, Lexicon.of_record()).sections[0].topics]
    Synonym.objects.create(topic=Topic.objects.get(slug="biobanks"), text="quincery")
    assert "biobanks" in [each.value for each in read_text(text, Lexicon.of_record()).sections[0].topics]


def test_another_name_that_an_analyst_gives_an_agency_is_found_at_once(founding):
    text = f"{HEADING}\nMember Li Fangyu suggested that the Quince Office publish a guideline on banks.\n"
    assert not read_text(text, Lexicon.of_record()).sections[0].demands[0].addressees
    Agency.objects.filter(slug="nhc").update(other_names="Quince Office")
    found = read_text(text, Lexicon.of_record()).sections[0].demands[0].addressees
    assert [each.value for each in found] == ["nhc"]


@pytest.mark.parametrize(
    ("heading", "system", "region", "role"),
    [
        (
            "Li Fangyu, Member of the Standing Committee of the Shanghai CPPCC: T",
            "cppcc",
            "CN-SH",
            "standing_committee_member",
        ),
        ("Li Fangyu, CPPCC member of Shanxi Province: T", "cppcc", "CN-SX", "member"),
        ("Li Fangyu, deputy to the Shaanxi Provincial People's Congress: T", "npc", "CN-SN", "deputy"),
        ("NPC deputy from Anhui Li Fangyu: T", "npc", "CN", "deputy"),
        (
            "Li Fangyu, vice chairwoman of the Zhejiang Provincial Committee of the CPPCC: T",
            "cppcc",
            "CN-ZJ",
            "vice_chair",
        ),
        ("全国政协委员李芳雨：建立细胞库", "cppcc", "CN", "member"),
        ("上海市政协常委、某某医院院长李芳雨：建立细胞库", "cppcc", "CN-SH", "standing_committee_member"),
        ("陜西省人大代表李芳雨：建立细胞库".replace("陜", "陕"), "npc", "CN-SN", "deputy"),
        ("李芳雨（全国人大常委会委员）：建立细胞库", "npc", "CN", "standing_committee_member"),
        ("政协第十四届全国委员会委员李芳雨：建立细胞库", "cppcc", "CN", "member"),
        ("港區全國政協委員李芳雨：建立細胞庫", "cppcc", "CN", "member"),
    ],
)
def test_seats_are_told_by_their_words(heading, system, region, role, lexicon):
    seat = read_text(f"{heading}\n", lexicon).sections[0].people[0].seat
    assert (seat.system, seat.region, seat.role) == (system, region, role)


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("1. Set up a registry, train the inspectors and publish the results.", 3),
        ("1. Establish and improve a registry of products.", 1),
        ("1. Set up a registry, so as to protect patients.", 1),
        ("She suggested that the ministry set up a fund and that hospitals be allowed to charge patients.", 2),
        ("一是建立细胞库，完善质量标准；二是加快审评。", 3),
        ("建立健全追溯体系。", 1),
        ("由国家药监局牵头制定指南，从而保障安全。", 1),
        ("“应当允许医院先行先试。”", 1),
        ("医院已建立细胞库，完善了标准。", 0),
        ("Her hospital has set up a registry and trained inspectors.", 0),
    ],
)
def test_a_sentence_is_cut_into_single_actions(sentence, wanted, lexicon):
    chinese = not sentence.isascii()
    heading = "全国政协委员李芳雨：建立细胞库" if chinese else HEADING
    leading = "为此，李芳雨建议：" if chinese else "Member Li Fangyu recommends:"
    assert len(texts(read_text(f"{heading}\n{leading}\n{sentence}\n", lexicon))[0]) == wanted


@pytest.mark.parametrize(
    ("sentence", "value", "unit", "as_of"),
    [
        ("The market will reach 226.1 billion yuan by 2030.", "226.1", "billion yuan", "2030"),
        ("It grows by 13.73% a year.", "13.73", "%", ""),
        ("There are 5 CAR-T products from China.", "5", "CAR-T products", ""),
        ("企业超过30家。", "30", "家", ""),
        ("截至2024年底，市场规模达5000亿元。", "5000", "亿元", "2024"),
        ("About 1,200 patients were treated.", "1200", "patients", ""),
    ],
)
def test_figures_have_value_unit_and_year(sentence, value, unit, as_of, lexicon):
    figures = read_text(f"{HEADING}\n{sentence} So Member Li Fangyu said.\n", lexicon).sections[0].figures
    assert [(each.value, each.unit, each.as_of) for each in figures] == [(value, unit, as_of)]


def test_the_session_is_told_by_body_and_year(lexicon):
    zhang = read_text(FOUNDING.read_text(), lexicon).sections[4]
    assert (zhang.year, zhang.session) == (2024, "cppcc-shanghai-14-2")


def test_a_namesake_is_never_certain(lexicon, founding):
    make_delegate(name="Zhang Yi", slug="another-zhang-yi")
    found = read_text(FOUNDING.read_text(), Lexicon.of_record()).sections[4].people[0].candidates
    assert [(each.slug, each.certain) for each in found] == [("zhang-yi", True), ("another-zhang-yi", False)]
    elsewhere = read_text("Zhang Yi, deputy to the National People's Congress: T\n2024\n", Lexicon.of_record())
    assert {each.certain for each in elsewhere.sections[0].people[0].candidates} == {False}


def test_two_with_one_name_and_seat_are_both_asked_about(lexicon, founding):
    seat = Delegate.objects.get(slug="zhang-yi").memberships.get()
    twin = make_delegate(name="Zhang Yi", slug="zhang-yi-too")
    twin.memberships.create(body=seat.body, term=seat.term)
    found = read_text(FOUNDING.read_text(), Lexicon.of_record()).sections[4].people[0].candidates
    assert {each.slug: (each.certain, each.why) for each in found} == {
        "zhang-yi": (False, "several"),
        "zhang-yi-too": (False, "several"),
    }


def test_the_command_prints_the_whole_tree(founding, capsys):
    call_command("intake", str(FOUNDING), "--json")
    tree = json.loads(capsys.readouterr().out)
    assert len(tree["sections"]) == 5
    assert tree["date"]["value"] == "2024-03-12"
    assert tree["text"][slice(tree["title"]["start"], tree["title"]["end"])] == tree["title"]["value"]


def test_the_command_prints_it_for_people_too(founding, capsys):
    call_command("intake", str(FOUNDING))
    assert "Zhang Yi (cppcc CN-SH standing_committee_member): Make the city a world height" in capsys.readouterr().out
