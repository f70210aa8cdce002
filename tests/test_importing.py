"""Sheets that other people made are mapped, planned, imported as drafts and undone; all of a sheet, or nothing."""

import io
import json

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.imports import write
from people.batches import Batch
from people.history import Version
from people.models import Delegate
from people.versions import as_it_was
from proposals.models import Mapping, Proposal, Recommendation, Source
from proposals.sheets.importing import NotImportedError, carry_out, undo
from proposals.sheets.kinds import KINDS
from proposals.sheets.planning import counted
from proposals.sheets.reading import read
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_membership,
    make_proposal,
    make_region,
    make_session,
    make_topic,
)

pytestmark = pytest.mark.django_db
PROPOSALS = KINDS["proposals"]
guess, plan = PROPOSALS.guess, PROPOSALS.plan
CHINESE = """序号,届次,案由,提案人,提案全文,承办单位,领域,涉及地区,来源链接,处理意见
0462,全国政协十四届二次会议,关于支持干细胞产业发展的提案,丁列明、章毅委员,"【调研情况】
产业发展很快。
【问题分析】
审评力量不足。
【具体建议】
一、增加审评人员。
二、设立专项资金。",国家药监局,干细胞；审评,上海,https://example.org/1,已立案
0463,政协十四届二次,关于养老的提案,马永青等9人,老龄化加快。,,,,,
0464,14届全国政协2次会议,九三学社的提案,九三学社上海市委员会,全文,,,,,
"""
MAPPED = {
    "序号": "number",
    "届次": "session",
    "案由": "title_zh",
    "提案人": "proposers",
    "提案全文": "text",
    "承办单位": "addressees",
    "领域": "topics",
    "涉及地区": "target_regions",
    "来源链接": "source_url",
}


@pytest.fixture
def record():
    """What the sheet names: a session, three delegates, topics, an agency, a region."""
    body = make_body(
        name="CPPCC National Committee", name_zh="中国人民政治协商会议全国委员会", short_name_zh="全国政协"
    )
    session = make_session(body=body, term=14, ordinal=2, year=2024)
    for name_zh in ("丁列明", "章毅", "马永青"):
        make_delegate(name=f"Delegate {name_zh}", name_zh=name_zh)
    make_topic(name="Stem cells", name_zh="干细胞")
    make_topic(name="Review", name_zh="审评")
    make_agency(name="NMPA", name_zh="国家药品监督管理局", short_name_zh="国家药监局")
    make_region(name="Shanghai", name_zh="上海")
    return session


def imported(text=CHINESE, name="sheet.csv", mapping=None):
    sheet = read(text.encode())
    return carry_out(PROPOSALS, plan(sheet, mapping or guess(sheet)), Batch.objects.create(name=name))


def test_columns_are_known_by_their_names_in_any_order():
    assert guess(read(CHINESE.encode())) == MAPPED
    english = read(b"Remarks,Delegates,Proposal number,Session,Title\nx,y,1,z,t\n")
    assert guess(english) == {
        "Remarks": "note_en",
        "Delegates": "proposers",
        "Proposal number": "number",
        "Session": "session",
        "Title": "title_en",
    }


def test_columns_without_a_telling_name_are_known_by_their_cells():
    cells = "甲某、乙某,全国政协十四届二次会议,2024年3月{0}日,https://example.org/{0},046{0},{1}\n"
    rows = "".join(cells.format(day, "全文" * 100) for day in range(1, 5))
    assert guess(read(f"a,b,c,d,e,f\n{rows}".encode())) == {
        "a": "proposers",
        "b": "session",
        "c": "submitted",
        "d": "source_url",
        "e": "number",
        "f": "text",
    }


def test_a_sheet_in_chinese_becomes_drafts(record):
    batch = imported()
    assert (batch.new, batch.changed) == (3, 0)
    first, second, third = Proposal.objects.order_by("number")
    assert {one.state for one in (first, second, third)} == {"draft"}
    assert (first.number, first.session, first.kind) == ("0462", record, "proposal")
    assert first.title_zh == "关于支持干细胞产业发展的提案"
    assert first.summary_zh == "产业发展很快。\n审评力量不足。"
    assert [row.text_zh for row in first.recommendations.order_by("order")] == ["增加审评人员。", "设立专项资金。"]
    assert {row.agency.name_en for row in first.recommendations.first().addressees.all()} == {"NMPA"}
    assert [(row.delegate.name_zh, row.first) for row in first.sponsorships.order_by("order")] == [
        ("丁列明", True),
        ("章毅", False),
    ]
    assert {row.name_zh for row in first.topics.all()} == {"干细胞", "审评"}
    assert first.target_regions.get().name_zh == "上海"
    assert first.citations.get().source.url == "https://example.org/1"
    assert (second.sponsorships.get().delegate.name_zh, second.proposers_in_all) == ("马永青", 9)
    assert third.sponsorships.get().organisation_zh == "九三学社上海市委员会"
    assert [(each.batch, each.number) for each in Version.objects.of(first)] == [(batch, 1)]


def test_each_that_is_new_has_a_slug_of_its_own(record):
    make_proposal(slug="proposal-3")
    imported()
    assert set(Proposal.objects.values_list("slug", flat=True)) == {f"proposal{end}" for end in ("", "-2", "-3", "-4")}


def test_the_same_sheet_again_changes_nothing(record):
    imported()
    before = Version.objects.count()
    sheet = read(CHINESE.encode())
    rows = plan(sheet, guess(sheet))
    assert counted(rows) == {"new": 0, "changed": 0, "unchanged": 3, "refused": 0}
    carry_out(PROPOSALS, rows, Batch.objects.create(name="again.csv"))
    assert Version.objects.count() == before


def test_what_differs_is_told_cell_by_cell_and_changed(record):
    imported()
    later = CHINESE.replace("关于养老的提案", "关于健康养老的提案").replace(
        "二、设立专项资金", "二、设立专项资金。\n三、培训"
    )
    sheet = read(later.encode())
    rows = plan(sheet, guess(sheet))
    assert counted(rows) == {"new": 0, "changed": 2, "unchanged": 1, "refused": 0}
    assert [(each.before, each.after) for each in rows[1].changes] == [("关于养老的提案", "关于健康养老的提案")]
    assert [each.after for each in rows[0].changes] == ["培训。"]
    carry_out(PROPOSALS, rows, Batch.objects.create(name="later.csv"))
    assert Proposal.objects.get(number="0463").title_zh == "关于健康养老的提案"
    assert Recommendation.objects.filter(proposal__number="0462").count() == 3


def test_an_empty_cell_takes_nothing_away(record):
    imported()
    kept = Proposal.objects.get(number="0462")
    imported("编号,会议,标题,备注\n0462,全国政协十四届二次会议,关于支持干细胞产业发展的提案,核对过\n")
    now = Proposal.objects.get(number="0462")
    assert (now.note_zh, now.summary_zh, now.topics.count()) == ("核对过", kept.summary_zh, 2)


REFUSED = {
    "no title": ("全国政协十四届二次会议,,丁列明", [("title_zh", "there is no title")]),
    "no session": (",提案,丁列明", [("session", "there is no session")]),
    "an unknown session": ("二十届九次,提案,丁列明", [("session", "“二十届九次” is not in the record")]),
    "unknown delegates": ("14届全国政协2次会议,提案,李四、王五", [
        ("proposers", "“李四” is not in the record"), ("proposers", "“王五” is not in the record"),
    ]),
    "namesakes": ("14届全国政协2次会议,提案,张怡", [("proposers", "“张怡” could be several")]),
}  # fmt: skip


@pytest.mark.parametrize(("row", "faults"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_told_is_refused_with_its_column(record, row, faults):
    make_delegate(name_zh="张怡")
    make_delegate(name_zh="张怡")
    [planned] = plan(
        read(f"会议,标题,提案人\n{row}\n".encode()), {"会议": "session", "标题": "title_zh", "提案人": "proposers"}
    )
    assert planned.how == "refused"
    assert planned.faults == faults


def test_what_is_new_is_told_in_the_order_of_the_sheet(record):
    text = "备注,标题,编号,会议,摘要,提交日期\n注,提案,1,政协十四届二次,短,2024\n"
    [row] = plan(sheet := read(text.encode()), guess(sheet))
    assert [each.label for each in row.changes] == [
        "session", "editor's note in Chinese", "title in Chinese", "number", "summary in Chinese", "submitted",
    ]  # fmt: skip


def test_of_namesakes_the_one_who_sits_there_is_meant(record):
    make_delegate(name_zh="张怡")
    sits = make_delegate(name_zh="张怡")
    make_membership(delegate=sits, body=record.body, term=14)
    imported("会议,标题,提案人\n14届全国政协2次会议,提案,张怡\n")
    assert Proposal.objects.get().delegates.get() == sits


def test_with_one_row_refused_nothing_is_imported(record):
    sheet = read((CHINESE + "0465,不知道的会议,提案,丁列明,,,,,,\n").encode())
    with pytest.raises(NotImportedError):
        carry_out(PROPOSALS, plan(sheet, guess(sheet)), Batch(name="sheet.csv"))
    assert not Proposal.objects.exists()
    assert not Batch.objects.exists()


def test_a_row_twice_is_refused(record):
    sheet = read((CHINESE + "0462,全国政协十四届二次会议,另一个标题,丁列明,,,,,,\n").encode())
    last = plan(sheet, guess(sheet))[-1]
    assert last.faults == [("", "the same proposal as in row 2")]


def test_a_wrong_value_is_refused_beside_its_column(record):
    sheet = read(f"会议,标题,提交日期,类别\n14届全国政协2次会议,{'长' * 301},2024-13,密信\n".encode())
    [row] = plan(sheet, guess(sheet))
    assert {name for name, _ in row.faults} >= {"submitted", "kind"}
    sheet = read(f"会议,标题\n14届全国政协2次会议,{'长' * 301}\n".encode())
    [row] = plan(sheet, guess(sheet))
    assert [name for name, _ in row.faults] == ["title_zh"]


def test_an_import_is_undone_as_long_as_nothing_was_built_on_it(record):
    kept = make_proposal(title_zh="关于养老的提案", session=record, number="0463")
    batch = imported()
    assert (batch.new, batch.changed) == (2, 1)
    undo(batch)
    assert [one.pk for one in Proposal.objects.all()] == [kept.pk]
    assert not Proposal.objects.get().sponsorships.exists()
    assert not Source.objects.exists()
    with pytest.raises(ValidationError, match="already"):
        undo(batch)
    again = imported()
    changed = Proposal.objects.get(number="0462")
    changed.note_en = "Looked at"
    changed.save()
    with pytest.raises(ValidationError) as refused:
        undo(again)
    assert refused.value.messages == ["These were changed since:", "关于支持干细胞产业发展的提案"]
    assert Proposal.objects.count() == 3


def test_what_is_undone_is_read_at_once(record, tmp_path):
    write(tmp_path / "sheet.xlsx", 20)
    sheet = read((tmp_path / "sheet.xlsx").read_bytes())
    batch = carry_out(PROPOSALS, plan(sheet, guess(sheet)), Batch.objects.create(name="sheet.xlsx"))
    assert Recommendation.objects.count() == 100
    with CaptureQueriesContext(connection) as asked:
        undo(batch)
    assert not Proposal.objects.exists()
    assert not Recommendation.objects.exists()
    assert len(asked) < 20 * 20, "each has a dozen rows, and one question for each"
    version = Version.objects.filter(kind="proposals.proposal", gone=True).first()
    assert len(as_it_was(Proposal, version.key, 1)[Recommendation]) == 5


def test_a_like_title_with_another_number_is_another_proposal(record):
    kept = make_proposal(title_zh="同题的提案", session=record, number="0462", kind="proposal")
    imported("会议,标题,提案号\n14届全国政协2次会议,同题的提案,0500\n")
    assert Proposal.objects.filter(title_zh="同题的提案").count() == 2
    sheet = read("会议,标题,提案号\n14届全国政协2次会议,同题的提案,462\n".encode())
    [row] = plan(sheet, guess(sheet))
    assert (row.how, row.record) == ("unchanged", kept)


def test_a_kind_that_no_cell_gives_changes_nothing():
    session = make_session(body=make_body(system="npc", short_name_zh="全国人大"), term=14, ordinal=2)
    make_proposal(title_zh="议案", session=session, kind="bill")
    imported("会议,标题,备注\n全国人大十四届二次会议,议案,核对过\n")
    assert Proposal.objects.get().kind == "bill"


@pytest.mark.parametrize(
    ("header", "cell", "column"),
    [
        ("提案人", f"{'某' * 400}协会", "proposers"),
        ("来源链接", "no address", "source_url"),
        ("提案人", "丁列明等一百二十人", ""),
    ],
)
def test_what_the_record_would_not_take_is_refused_before(record, header, cell, column):
    sheet = read(f"会议,标题,{header}\n14届全国政协2次会议,提案,{cell}\n".encode())
    [row] = plan(sheet, guess(sheet))
    assert {name for name, _fault in row.faults} == {column} - {""}
    if not column:
        assert row.meant.values["proposers_in_all"] == 120


def test_a_file_is_imported_once_and_its_source_stays_where_it_is_cited(record):
    sheet = read(CHINESE.encode())
    batch = Batch.objects.create(name="sheet.csv")
    rows = plan(sheet, guess(sheet))
    carry_out(PROPOSALS, rows, batch)
    with pytest.raises(NotImportedError, match="first"):
        carry_out(PROPOSALS, plan(sheet, guess(sheet)), Batch.objects.get(pk=batch.pk))
    make_proposal(sources=[Source.objects.get()])
    undo(batch)
    assert Source.objects.exists()


def run(*arguments):
    said = io.StringIO()
    call_command("import_proposals", *map(str, arguments), stdout=said)
    return said.getvalue()


def test_the_command_says_what_it_would_do_and_does_it(record, tmp_path):
    file = tmp_path / "sheet.csv"
    file.write_bytes(CHINESE.encode("gb18030"))
    said = run(file, "--dry-run")
    assert "处理意见: kept aside" in said
    assert "3 new, 0 changed, 0 unchanged, 0 refused." in said
    assert not Proposal.objects.exists()
    assert "Imported as batch" in run(file)
    assert Proposal.objects.count() == 3
    assert bytes(Batch.objects.get().content) == file.read_bytes(), "with the columns that were kept aside"
    with pytest.raises(CommandError, match="no mapping “mine”; there are: none"):
        run(file, "--mapping", "mine")
    Mapping.objects.create(name="mine", columns={"案由": "title_zh", "届次": "session"})
    assert "3 unchanged" in run(file, "--mapping", "mine")
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "none.csv")
    (tmp_path / "broken.csv").write_bytes(b"a\n")
    with pytest.raises(CommandError, match="there is a header and no row"):
        run(tmp_path / "broken.csv")


def test_refused_rows_are_written_to_be_mended(record, tmp_path):
    file, refused = tmp_path / "sheet.json", tmp_path / "refused.csv"
    rows = [{"会议": "14届全国政协2次会议", "标题": "好"}, {"会议": "=cmd", "标题": "坏", "=x": "y"}]
    file.write_text(json.dumps(rows, ensure_ascii=False))
    with pytest.raises(CommandError, match="Nothing was imported"):
        run(file, "--refused", refused)
    assert "'=cmd" in refused.read_text()
    assert "'=x" in refused.read_text(), "the header too"
    sheet = read(refused.read_bytes())
    assert sheet.header == ["会议", "标题", "=x", "refused because"]
    assert sheet.rows == [(2, ["=cmd", "坏", "y", "会议: “=cmd” is not in the record"])]


def test_two_of_one_title_with_numbers_are_two_and_without_one_it_could_be_either(record):
    rows = "标题,届次,编号\n同题的提案,14届全国政协2次会议,0101\n同题的提案,14届全国政协2次会议,0202\n"
    assert imported(rows).new == 2
    sheet = read("标题,届次,备注\n同题的提案,14届全国政协2次会议,核对过\n".encode())
    [row] = plan(sheet, guess(sheet))
    assert row.faults == [("", "several have this title at the session: 0101, 0202")]


def test_whom_every_recommendation_is_addressed_to_is_shown_before(record):
    sheet = read(CHINESE.encode())
    first, *_others = plan(sheet, guess(sheet))
    assert ("each recommendation addressed to", "NMPA") in [(each.label, each.after) for each in first.changes]
    imported()
    make_agency(name="MOST", name_zh="科技部")
    sheet = read(CHINESE.replace("国家药监局", "国家药监局、科技部").encode())
    first, *_others = plan(sheet, guess(sheet))
    assert [(each.label, each.before, each.after) for each in first.changes] == [
        ("each recommendation addressed to", "NMPA", "NMPA; MOST")
    ]
    sheet = read("会议,标题,承办单位\n14届全国政协2次会议,没有建议,国家药监局\n".encode())
    [row] = plan(sheet, guess(sheet))
    assert row.notes == ["addressed to nobody: there is no recommendation"]


def test_a_proposer_who_is_known_to_sit_elsewhere_is_refused(record):
    make_membership(delegate=Delegate.objects.get(name_zh="丁列明"))
    sheet = read(CHINESE.encode())
    assert plan(sheet, guess(sheet))[0].faults == [
        ("proposers", "“丁列明” is not known to sit there: enter the seat first")
    ]


def test_a_column_of_somebody_elses_keys_is_no_slug(record):
    sheet = read("编号ID,ID,会议,案由,办理单位\n0012,7,政协十四届二次,提案,国家药监局\n".encode())
    assert guess(sheet) == {"编号ID": "number", "会议": "session", "案由": "title_zh", "办理单位": "addressees"}


def test_a_slug_that_nobody_has_is_that_of_a_new_one(record):
    text = "slug,会议,标题\nfirst,政协十四届二次,养老\nsecond,政协十四届二次,养老\nproposal,政协十四届二次,医保\n"
    imported(text + ",政协十四届二次,教育\n")
    assert [*Proposal.objects.order_by("pk").values_list("slug", flat=True)] == [
        "first",
        "second",
        "proposal",
        "proposal-2",
    ]
    make_proposal(slug="elsewhere", session=make_session(body=record.body, term=14, ordinal=1, year=2023))
    for row, said in (
        ("other,政协十四届二次,医保", "this proposal is there as “proposal”"),
        ("elsewhere,政协十四届二次,交通", "a proposal of another session has this slug"),
        ("a slug,政协十四届二次,交通", "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    ):
        [planned] = plan(sheet := read(f"slug,会议,标题\n{row}\n".encode()), guess(sheet))
        assert planned.faults == [("slug", said)]
    twice = read("slug,会议,标题,编号\na,政协十四届二次,甲,1\na,政协十四届二次,乙,2\n".encode())
    assert plan(twice, guess(twice))[1].faults == [("", "the same proposal as in row 2")]
