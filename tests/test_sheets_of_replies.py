"""Sheets of replies: read, linked with what they answer, refused, undone, and written so that they come back."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from people.batches import Batch
from proposals.models import Answer, OutcomeClass, OutcomeScheme, Proposal, RecommendationOutcome, Reply, Source
from proposals.sheets.importing import NotImportedError, carry_out, undo
from proposals.sheets.kinds import KINDS
from proposals.sheets.planning import counted
from proposals.sheets.reading import read
from proposals.sheets.writing import FORMS, write
from tests.admin_pages import address, messages_of
from tests.factories import (
    make_agency,
    make_body,
    make_event,
    make_proposal,
    make_region,
    make_reply,
    make_session,
    make_source,
)

pytestmark = pytest.mark.django_db
REPLIES = KINDS["replies"]
IMPORTS = "/admin/proposals/proposal/import/"
TITLE = "关于省政协十二届三次会议第123号提案的答复"
CHINESE = f"""答复标题,答复单位,会办单位,文号,答复日期,答复类别,类别体系,答复摘要,来源,网址,单条建议的结论
{TITLE},虚构省卫健委,虚构省科技厅；虚构省财政厅,虚卫函[2024]012号,二〇二四年八月十二日,B,虚构省分类,已研究。,省网,https://example.org/1,第一条：已解决；2：未采纳
"""
ENGLISH = "title,agency,document number,date,source,answers,outcome,outcome of each recommendation\n"


@pytest.fixture
def province():
    """A made-up province: its committee's session with a proposal, three agencies and a scheme of classes."""
    region = make_region(name="Fictia", name_zh="虚构")
    body = make_body(level="provincial", region=region, short_name_zh="虚构省政协")
    session = make_session(body=body, term=12, ordinal=3, year=2024, opened="2024-01-20")
    make_agency(name="Health", name_zh="虚构省卫健委", region=region)
    make_agency(name="Science", name_zh="虚构省科技厅")
    make_agency(name="Finance", name_zh="虚构省财政厅")
    scheme = OutcomeScheme.objects.create(slug="fictia", name_en="Classes of Fictia", name_zh="虚构省分类")
    OutcomeClass.objects.create(scheme=scheme, printed="B", outcome="planned")
    return make_proposal(session=session, slug="quince", title="Quince", number="0123", recommendations=["One", "Two"])


def planned(text):
    sheet = read(text.encode() if isinstance(text, str) else text)
    return REPLIES.plan(sheet, REPLIES.guess(sheet))


def imported(text):
    return carry_out(REPLIES, planned(text), Batch.objects.create(name="replies.csv"))


def faults(text):
    return [fault for row in planned(text) for fault in row.faults]


def written(form="csv"):
    return write(REPLIES.written, REPLIES.rows(Reply.objects.order_by("pk")), form).read()


def status():
    return Proposal.objects.get(slug="quince").status


def test_a_sheet_in_chinese_becomes_replies_that_find_what_they_answer(province):
    [row] = planned(CHINESE)
    assert (row.how, row.title, row.faults, row.notes) == ("new", TITLE, [], [])
    told = {(each.label, each.after) for each in row.changes}
    assert {("document number", "虚卫函[2024]012号"), ("date", "2024-08-12"), ("outcome", "Planned")} <= told
    assert {("Answer: proposal", "Quince"), ("Outcome of a recommendation: outcome", "Declined")} <= told
    batch = imported(CHINESE)
    assert (batch.new, batch.changed) == (1, 0)
    reply = Reply.objects.get()
    assert (reply.agency.name_en, reply.number, reply.date) == ("Health", "虚卫函[2024]012号", "2024-08-12")
    assert {each.name_en for each in reply.co_agencies.all()} == {"Science", "Finance"}
    assert (reply.class_printed, reply.scheme.slug, reply.outcome) == ("B", "fictia", "planned")
    assert (reply.source.title, reply.source.url) == ("省网", "https://example.org/1")
    assert reply.answers.get().proposal == province
    assert [(row.recommendation.text_en, row.outcome) for row in reply.outcomes.all()] == [
        ("One", "resolved"),
        ("Two", "declined"),
    ]
    assert status() == "replied"


def test_the_same_sheet_again_changes_nothing(province):
    imported(CHINESE)
    assert counted(planned(CHINESE))["unchanged"] == 1
    for other in ("虚卫函〔2024〕12号", "虚卫函【二〇二四】第12号"):
        assert counted(planned(CHINESE.replace("虚卫函[2024]012号", other)))["unchanged"] == 1, other
    with_unknown = CHINESE.replace("答复类别", "结果,答复类别").replace("八月十二日,", "八月十二日,不详,")
    assert counted(planned(with_unknown))["unchanged"] == 1, "the class says what it comes to"


def test_an_import_is_undone_with_what_followed_from_it(province):
    batch = imported(CHINESE)
    province.refresh_from_db()
    province.summary_en = "Written since."
    province.save()
    undo(batch)
    assert not Reply.objects.exists()
    assert not Answer.objects.exists()
    assert not Source.objects.exists()
    assert status() == "submitted"
    assert Proposal.objects.get(slug="quince").summary_en == "Written since."


def test_a_source_that_another_reply_cites_by_now_stays(province):
    batch = imported(CHINESE)
    make_reply(source=Source.objects.get())
    undo(batch)
    assert Source.objects.exists()


def test_a_reply_that_was_changed_since_is_not_undone(province):
    batch = imported(CHINESE)
    reply = Reply.objects.get()
    reply.note = "Changed"
    reply.save()
    with pytest.raises(ValidationError, match="These were changed since"):
        undo(batch)
    assert status() == "replied"


def test_a_change_is_told_done_and_undone(province):
    imported(CHINESE)
    later = CHINESE.replace("2：未采纳", "2：列入计划").replace("已研究。", "已办理。").replace("；虚构省财政厅", "")
    [row] = planned(later)
    assert [(each.label, each.before, each.after) for each in row.changes] == [
        ("summary in Chinese", "已研究。", "已办理。"),
        ("Outcome of a recommendation: outcome", "Declined", "Planned"),
    ], "what a sheet of others lists is added"
    batch = imported(later)
    assert (batch.new, batch.changed) == (0, 1)
    assert RecommendationOutcome.objects.get(recommendation__order=2).outcome == "planned"
    undo(batch)
    assert RecommendationOutcome.objects.get(recommendation__order=2).outcome == "declined"
    assert Reply.objects.get().summary_zh == "已研究。"
    assert status() == "replied"


def row(title="Reply", agency="Health", number="", date="", source="Site", answers="", outcome="", said=""):
    cells = (title, agency, number, date, source, answers, outcome, said)
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


def test_one_reply_answers_several_proposals_that_are_named(province):
    make_proposal(slug="medlar", session=province.session)
    imported(ENGLISH + row(answers="quince; medlar", outcome="正在解决"))
    assert {each.proposal.slug for each in Reply.objects.get().answers.all()} == {"quince", "medlar"}
    assert Reply.objects.get().outcome == "in_progress"


REFUSED = {
    "no title": (row(title=""), [("", "Give the title in at least one language.")]),
    "no agency": (row(agency=""), [("agency", "This field cannot be null.")]),
    "an agency that is not there": (row(agency="Moon"), [("agency", "“Moon” is not in the record")]),
    "no source": (row(source=""), [("source", "This field cannot be null.")]),
    "a date that is none": (
        row(date="soon", answers="quince"),
        [("date", "“soon” is not a date: write 2024, 2024-03 or 2024-03-12.")],
    ),
    "before the session": (
        row(date="2023-12", answers="quince"),
        [("date", "“Replied (答复)” cannot be before “Submitted (提交)”.")],
    ),
    "a proposal that is not there": (
        row(answers="quince; fig"),
        [("proposals", "no proposal has the slug “fig”")],
    ),
    "outcomes of nothing that is known": (
        row(said="1: planned"),
        [("recommendations", "which recommendations are meant is known only where exactly one proposal is answered")],
    ),
    "outcomes of several proposals": (
        row(answers="quince; medlar", said="1: planned"),
        [("recommendations", "which recommendations are meant is known only where exactly one proposal is answered")],
    ),
    "a recommendation that is not there": (
        row(answers="quince", said="2: planned; 3: planned"),
        [("recommendations", "“quince” has no recommendation 3")],
    ),
    "two outcomes of one": (
        row(answers="quince", said="1: planned; 1: declined"),
        [("recommendations", "recommendation 1 has two outcomes")],
    ),
    "an outcome without a number": (
        row(answers="quince", said="planned"),
        [("recommendations", "“planned” is no number with an outcome: write “1: Planned”")],
    ),
    "an outcome that is none": (
        row(outcome="good"),
        [
            (
                "outcome",
                "“good” is none of these: Resolved, In progress, Planned, Later, For reference, Declined, Not known",
            )
        ],
    ),
    "one number twice": (
        row(number="虚函〔2024〕1号") + row(title="Other", number="虚函[2024]01号"),
        [("", "the same reply as in row 2")],
    ),
    "one title twice": (row() + row(), [("", "the same reply as in row 2")]),
}


@pytest.mark.parametrize(("rows", "found"), REFUSED.values(), ids=REFUSED)
def test_what_the_record_would_not_take_is_refused_with_its_column(province, rows, found):
    make_proposal(slug="medlar", session=province.session)
    assert faults(ENGLISH + rows) == found
    with pytest.raises(NotImportedError):
        imported(ENGLISH + row(title="Good", number="虚函〔2024〕9号") + rows)
    assert not Reply.objects.exists()


def test_a_class_that_the_scheme_does_not_know_is_refused(province):
    assert faults(CHINESE.replace(",B,", ",C,")) == [("class_printed", "The scheme has no class “C”; it has: B.")]


def test_an_address_that_is_none_is_refused(province):
    assert faults(CHINESE.replace("https://example.org/1", "somewhere")) == [("source_url", "Enter a valid URL.")]


def test_a_title_that_could_mean_several_is_refused_until_one_is_named(province):
    other = make_session(body=make_body(short_name_zh="虚构省政协", region=make_region()), term=12, ordinal=3)
    make_proposal(slug="medlar", session=other, number="123")
    title = TITLE.replace("省政协", "虚构省政协")
    [(column, said)] = faults(ENGLISH + row(title=title))
    assert column == "proposals"
    assert all(word in said for word in ("could mean several", ": quince", ": medlar"))
    imported(ENGLISH + row(title=title, answers="medlar"))
    assert Answer.objects.get().proposal.slug == "medlar"


def test_a_reply_that_answers_nothing_known_waits_and_is_linked_when_it_is_read_again(province):
    sheet = ENGLISH + row(title=TITLE.replace("123", "9"), number="虚函〔2024〕9号") + row(title="A word")
    assert [each.notes for each in planned(sheet)] == [
        ["No proposal has the number that the title names: it waits for one."],
        ["The title names no proposal by its number: it waits until you say what it answers."],
    ]
    imported(sheet)
    assert Reply.objects.waiting().count() == 2
    came = make_proposal(session=province.session, number="9")
    [again, _word] = planned(sheet)
    assert [(each.label, each.after) for each in again.changes] == [("Answer: proposal", came.title)]


def test_a_reply_is_told_by_number_or_slug_and_never_guessed(province):
    health, other = Reply.agency.field.related_model.objects.get(name_en="Health"), make_agency(name="Other")
    reply = make_reply(agency=health, title="Reply", slug="first", number="虚函[2024]1号")
    assert planned(ENGLISH + row(number="虚函〔2024〕1号"))[0].record == reply
    assert planned(ENGLISH + row(number="虚函〔2024〕2号"))[0].how == "new"
    assert planned(ENGLISH + row(agency=other.name_en, number="虚函〔2024〕1号"))[0].how == "new"
    said = "the agency has a reply of this title: write its slug, first, or a new one"
    assert faults(ENGLISH + row()) == [("slug", said)]
    with_slug = "slug," + ENGLISH
    assert planned(f"{with_slug}first,{row(title='Better')}")[0].record == reply
    assert planned(f"{with_slug}second,{row()}")[0].how == "new"
    said = "the agency has this number already: see first"
    assert faults(f"{with_slug}second,{row(number='虚函〔2024〕1号')}") == [("number", said)]


@pytest.fixture
def answered(province):
    """Replies of every sort: of one proposal, of two with outcomes of both, of none, and of two that may be meant."""
    medlar = make_proposal(slug="medlar", session=province.session, recommendations=1)
    health = Reply.agency.field.related_model.objects.get(name_en="Health")
    one, two = province.recommendations.order_by("order")
    make_reply(to=[province], agency=health, outcomes={one: "planned", two: "later"}, slug="one", date="2024-05")
    make_reply(
        to=[province, medlar], agency=health, outcomes={two: "declined", medlar.recommendations.get(): "resolved"}
    )
    make_reply(title_zh=TITLE.replace("123", "9"), agency=health, source=make_source(title="Site", url=""))
    make_reply(title_zh=TITLE, agency=health, source=make_source(title="Site", url=""))
    return province


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_list_comes_back_unchanged(answered, language, form):
    with translation.override(language):
        content = written(form)
        sheet = read(content)
        assert [REPLIES.written[meaning] for meaning in REPLIES.guess(sheet).values()] == sheet.header
        rows = planned(content)
    assert [(each.how, each.faults, each.changes) for each in rows] == [("unchanged", [], [])] * 4


def test_a_list_that_was_changed_is_the_whole(answered):
    content = written().decode("utf-8-sig")
    moved = content.replace(",quince,1: Planned; 2: Later", ",medlar,1: Declined")
    assert moved != content
    batch = imported(moved)
    reply = Reply.objects.get(slug="one")
    assert [each.proposal.slug for each in reply.answers.all()] == ["medlar"]
    assert [(each.recommendation.proposal.slug, each.outcome) for each in reply.outcomes.all()] == [
        ("medlar", "declined")
    ]
    undo(batch)
    assert counted(planned(content))["unchanged"] == 4
    less = content.replace("1: Planned; 2: Later", "2: Later")
    imported(less)
    assert [each.outcome for each in reply.outcomes.all()] == ["later"]


def test_a_date_that_is_moved_before_the_session_is_refused(answered):
    early = written().decode("utf-8-sig").replace("2024-05", "2023")
    [(column, said)] = faults(early)
    assert (column, said.partition(" cannot ")[2]) == ("date", "be before “Submitted (提交)”.")


def test_replies_of_one_sheet_are_looked_at_beside_each_other(province):
    make_event(proposal=province, stage="feedback", date="2024-06")
    early, late = (row(title=each, date=each, answers="quince") for each in ("2024-05", "2024-08"))
    assert [column for column, _said in faults(ENGLISH + late)] == ["date"]
    assert faults(ENGLISH + early + late) == []
    assert imported(ENGLISH + early + late).new == 2


def test_what_is_unchanged_costs_no_query_of_its_own(province):
    def sheet(number):
        rows = [row(title=f"R{each}", number=f"虚函〔2024〕{each}号", answers="quince") for each in range(1, number)]
        return ENGLISH + "".join(rows)

    imported(sheet(20))
    counts = []
    for number in (3, 20):
        with CaptureQueriesContext(connection) as queries:
            assert counted(planned(sheet(number)))["unchanged"] == number - 1
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_replies_go_the_way_of_all_sheets_in_the_admin(client, admin_user, province):
    client.force_login(admin_user)
    page = client.get(address(Reply))
    assert f"{IMPORTS}?rows=replies" in page.text
    template = b"".join(client.get(f"{IMPORTS}replies.xlsx").streaming_content)
    assert all(REPLIES.guess(read(template)).values())
    upload = {"file": SimpleUploadedFile("r.csv", CHINESE.encode()), "rows": "replies"}
    page = client.post(IMPORTS, upload, follow=True)
    assert page.context["counts"] == {"new": 1, "changed": 0, "unchanged": 0, "refused": 0}
    url = page.request["PATH_INFO"]
    page = client.post(url, {"import": "1", "seen": page.context["seen"]}, follow=True)
    assert messages_of(page) == ["Imported: 1 new, 0 changed."]
    links = re.findall(r'href="(/admin/proposals/proposal/export/replies[^"]+)"', client.get(address(Reply)).text)
    assert len(links) == 4
    for link in links:
        [back] = planned(b"".join(client.get(link).streaming_content))
        assert (back.how, back.changes) == ("unchanged", [])
    assert messages_of(client.post(url, {"undo": "1"}, follow=True)) == ["“r.csv” is undone."]
    assert status() == "submitted"
