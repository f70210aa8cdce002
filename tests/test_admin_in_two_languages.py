"""The analysts' admin in Chinese and in English: what it says, the switch in its head, what it answers."""

import json
import re
from itertools import chain

import html5lib
import pytest
from django.apps import apps
from django.db.models import CharField, TextField
from django.urls import reverse

from people.models import Body, Delegate, Session
from proposals.intake.editing import new_figure
from proposals.models import Intake, Proposal, Recommendation
from tests.admin_pages import REGISTERED, address, errors_of, make_record, sent_back
from tests.factories import (
    make_body,
    make_delegate,
    make_intake,
    make_membership,
    make_proposal,
    make_sector,
    make_session,
    make_source,
)

pytestmark = pytest.mark.django_db

LATIN, HAN = re.compile(r"[A-Za-z]{3,}"), re.compile(r"[\u3400-\u9fff]")
QUOTED = re.compile(r"“[^”]*”")
"""Examples of what is typed stand in quotation marks, in either language."""
SAME_IN_BOTH = {
    "Lianghui",
    "XLSX",
    "CSV",
    "TSV",
    "JSON",
    "HTML",
    "DOCX",
    "ISO",
    "MeSH",
    "Wikidata",
    "NMPA",
    "True",
    "False",
    "None",
}
SAME_IN_BOTH |= {"HTML", "DOCX", "URL"}
TYPED_AS_THEY_ARE = re.compile(r"https?://\S+|[\w-]*\{[^}]*\}|__prefix__")
SAID_IN = ("title", "aria-label", "placeholder", "alt")


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def chinese(analyst):
    choose(analyst, "zh-hans")
    return analyst


def choose(client, language, page="/admin/"):
    """Press the button in the head of a page of the admin; give the answer."""
    return client.post(reverse("admin:set_language"), {"language": language, "next": page})


def said(element):
    """Yield every text that a page shows or reads out; leave out what it says to be English."""
    if not isinstance(element.tag, str) or element.tag in {"script", "style"} or element.get("lang") == "en":
        return
    yield from (element.get(name, "") for name in SAID_IN)
    if element.tag == "input" and element.get("type") in {"submit", "button"}:
        yield element.get("value", "")
    if rows := element.get("data-inline-formset"):
        yield from (text for name, text in json.loads(rows)["options"].items() if name.endswith("Text"))
    yield element.text or ""
    for child in element:
        yield from said(child)
        yield child.tail or ""


def recorded_texts():
    """Everything that is typed into the record, the longest first; what is chosen from a list is ours to translate."""
    found = {"admin", "cppcc-", "npc-"}
    for model in chain(*(apps.get_app_config(app).get_models() for app in ("people", "proposals"))):
        fields = [each for each in model._meta.fields if isinstance(each, CharField | TextField) and not each.choices]
        for row in model._default_manager.all():
            found |= {getattr(row, each.name) or "" for each in fields}
    found |= {session.name_en for session in Session.objects.all()}  # made of the body's name, which is in English only
    return sorted(found - {""}, key=len, reverse=True)


def english_in(response, recorded):
    """The texts of a page in which English words of ours are left."""
    left = set()
    for text in map(str.strip, said(html5lib.parse(response.text, namespaceHTMLElements=False))):
        ours = TYPED_AS_THEY_ARE.sub("", text)
        for value in recorded:
            ours = ours.replace(value, "")
        example = QUOTED.sub("", ours)
        if {*LATIN.findall(example)} - SAME_IN_BOTH or (example != ours and not HAN.search(example)):
            left.add(text)
    return left


@pytest.mark.parametrize("model", REGISTERED)
def test_no_page_of_a_model_says_anything_in_english(chinese, model):
    make_record()
    row, recorded = model.objects.first(), recorded_texts()
    pages = [address(model), address(model) + "?q=x", address(model, "add")]
    pages += [address(model, page, row.pk) for page in ("change", "history", "delete")]
    for page in pages:
        response = chinese.get(page)
        assert '<html lang="zh-hans"' in response.text
        assert english_in(response, recorded) == set(), page


def test_nor_do_the_pages_of_articles(chinese):
    intake = make_intake(title="种植榅桲", text="建议种植榅桲。", demands=["种植榅桲。"], language="zh")
    intake.sections[0]["figures"] = [new_figure("s1f1", [], value="30")]
    intake.save()
    recorded, page = recorded_texts(), address(Intake, "change", intake.pk)
    told = [chinese.get(each) for each in (address(Intake), address(Intake, "add"), page)]
    told.append(chinese.post(address(Intake, "add"), {"text": intake.text, "url": "x y"}))
    asked = {"do": "accept", "shown": "s1", "s1-take": "on", "s1-title": "", "s1d1-agencies": "无", "s1d1-keep": "on"}
    told.append(chinese.post(page, asked | {"s1-session": "无", "s1f1-keep": "on", "edits": "2"}))
    for response in told:
        assert response.status_code == 200
        assert english_in(response, recorded) == set()


def test_nor_do_the_pages_around_them(chinese):
    make_record()
    recorded = recorded_texts()
    for page in ("admin:index", "admin:password_change"):
        assert english_in(chinese.get(reverse(page)), recorded) == set(), page
    for app in ("people", "proposals"):
        assert english_in(chinese.get(reverse("admin:app_list", args=[app])), recorded) == set(), app
    chosen = {"action": "delete_selected", "_selected_action": [Proposal.objects.first().pk]}
    assert english_in(chinese.post(address(Proposal), chosen), recorded) == set()
    chinese.post(reverse("admin:logout"))
    assert english_in(chinese.get(reverse("admin:login")), recorded) == set()


def test_what_is_left_in_english_would_be_found(analyst):
    make_record()
    left = english_in(analyst.get(address(Proposal, "change", Proposal.objects.first().pk)), recorded_texts())
    assert {"Proposals", "Change proposal", "Number:", "Publication", "A single demand.", "Add another Figure"} & left
    assert "“14th CPPCC National Committee, 2nd session”." in left


def switch(html):
    """What a browser sends when the button of the switch is pressed."""
    forms = html5lib.parse(html, namespaceHTMLElements=False).iter("form")
    [form] = [each for each in forms if each.get("action") == reverse("admin:set_language")]
    return {each.get("name"): each.get("value") for name in ("input", "button") for each in form.iter(name)}


def test_the_switch_keeps_the_page_and_leads_back(analyst):
    for model, page in ((Delegate, "?q=Ding+%E4%B8%81&o=1"), (Proposal, "?state__exact=draft"), (Session, "")):
        here = address(model) + page
        for language, other in (("en-gb", "zh-hans"), ("zh-hans", "en-gb")):
            html = analyst.get(here).text
            assert f'<html lang="{language}"' in html
            fields = switch(html)
            assert fields["language"] == other
            assert analyst.post(reverse("admin:set_language"), fields)["Location"] == here
    for other in ("https://example.org/", "//example.org/admin/"):
        assert "example.org" not in choose(analyst, "zh-hans", other)["Location"]


def test_the_switch_is_on_the_page_where_one_logs_in(client):
    assert 'name="language" value="zh-hans"' in client.get(reverse("admin:login")).text
    choose(client, "zh-hans")
    page = client.get(reverse("admin:login"))
    assert '<html lang="zh-hans"' in page.text
    assert "用户名" in page.text


def test_the_switch_leads_from_the_page_after_the_last_to_the_first(analyst):
    left = analyst.post(reverse("admin:logout"))
    assert switch(left.text)["next"] == reverse("admin:index")  # nobody can ask for the page of logging out


def test_until_one_chooses_the_language_of_the_browser_counts(client):
    for accepted, language in (("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"), ("en-US", "en-gb"), ("fr", "en-gb")):
        page = client.get(reverse("admin:login"), headers={"accept-language": accepted})
        assert f'<html lang="{language}"' in page.text
    choose(client, "en-gb")
    assert '<html lang="en-gb"' in client.get(reverse("admin:login"), headers={"accept-language": "zh-CN"}).text


def test_public_pages_know_nothing_of_the_choice(client):
    assert len(choose(client, "zh-hans").cookies) == 1
    for page, language in (("/", "en-GB"), ("/proposals/", "en-GB"), ("/zh/", "zh-Hans")):
        response = client.get(page, headers={"accept-language": "zh-CN" if language == "en-GB" else "en"})
        assert f'<html lang="{language}">' in response.text
        assert not response.cookies


def test_a_page_that_is_not_there_is_in_the_language_it_says(chinese):
    response = chinese.get("/admin/no/such/page/")
    assert response.status_code == 404
    assert '<html lang="zh-Hans">' in response.text
    assert "没有这个页面" in response.text


def refused(client, model, changes):
    """What is said beside the fields of a refused form."""
    url = address(model, "add")
    return errors_of(client.post(url, sent_back(client.get(url)) | changes))


def test_what_is_wrong_is_said_in_chinese(chinese):
    session, congress = make_session(year=2024), make_body(system="npc")
    committee = make_body(system="cppcc")
    make_session(body=committee, term=14, ordinal=2)
    delegate, other = make_delegate(), make_delegate()
    proposal = {"session": session.pk, "title_en": "x"}
    found = [
        refused(chinese, Proposal, {"session": session.pk, "kind": "bill", "submitted": "soon"}),
        refused(chinese, Proposal, proposal | {"submitted": "2020", "proposers_in_all": "many"}),
        refused(
            chinese,
            Proposal,
            proposal
            | {f"sponsorships-{row}-delegate": each.pk for row, each in enumerate((delegate, other))}
            | {"sponsorships-TOTAL_FORMS": 2, "sponsorships-0-first": "on", "sponsorships-1-first": "on"}
            | {f"recommendations-{row}-order": 1 for row in (0, 1)}
            | {f"recommendations-{row}-text_en": "x" for row in (0, 1)}
            | {"recommendations-2-order": 10_000, "figures-0-what_en": "x", "citations-0-passage": "x"},
        ),
        refused(
            chinese,
            Delegate,
            {"wikidata": "x", "memberships-0-body": congress.pk, "memberships-0-term": 14}
            | {"memberships-0-role": "deputy"}
            | {"memberships-0-sector": make_sector().pk, "memberships-0-began": "2024", "memberships-0-ended": "2023"},
        ),
        refused(chinese, Session, {"body": committee.pk, "term": 14, "ordinal": 2, "year": 2024, "opened": "2023"}),
        refused(chinese, Body, {}),
    ]  # fmt: skip
    messages = [message for errors in found for message in chain(*errors.values())]
    assert len(messages) > 20
    assert [said for said in messages if LATIN.search(QUOTED.sub("", said)) or not HAN.search(said)] == []


def test_what_was_done_is_said_in_the_language_of_who_reads(analyst):
    proposal = make_proposal(title="Quince", recommendations=1, sources=[make_source()])
    url = address(Proposal, "change", proposal.pk)
    assert analyst.post(url, sent_back(analyst.get(url)) | {"title_zh": "榅桲", "number": "1"}).status_code == 302
    analyst.post(url, sent_back(analyst.get(url)) | {"_step_publish": "1"})
    history = address(Proposal, "history", proposal.pk)
    html = analyst.get(history).text
    for said in ("title in Chinese", "number", "state", "<del>Draft</del><ins>Published</ins>"):
        assert said in html
    choose(analyst, "zh-hans")
    html = analyst.get(history).text
    for said in ("标题（中文）", "编号", "<del>草稿</del><ins>已发布</ins>"):
        assert said in html


def test_what_names_a_row_and_its_dates_are_in_the_language_of_who_reads(analyst):
    body = make_body(
        name="CPPCC National Committee", name_zh="政协全国委员会", short_name_zh="全国政协", system="cppcc"
    )
    session = make_session(body=body, term=14, ordinal=2)
    delegate = make_delegate(name="Ding Lieming", name_zh="丁列明")
    make_membership(delegate=delegate, body=body, term=14)
    proposal = make_proposal(title="Quince", title_zh="榅桲", session=session, recommendations=["Plant quinces"])
    english, chinese = {}, {}
    for language, found in (("en-gb", english), ("zh-hans", chinese)):
        choose(analyst, language)
        for model in (Delegate, Session, Proposal, Recommendation):
            found[model] = analyst.get(address(model)).text
    assert "CPPCC National Committee, term 14" in english[Delegate]
    assert "政协全国委员会第 14 届" in chinese[Delegate]
    assert "14th CPPCC National Committee, 2nd session" in english[Session]
    assert "全国政协十四届二次会议</a>" in chinese[Session]
    assert ">Quince</a>" in english[Proposal]
    assert ">榅桲</a>" in chinese[Proposal]
    assert "榅桲" in chinese[Recommendation]
    when = proposal.changed.astimezone()
    assert re.search(rf'field-changed nowrap">{when.year}年', chinese[Proposal])
    assert re.search(rf'field-changed nowrap">\d+ \w+\.? {when.year}', english[Proposal])
