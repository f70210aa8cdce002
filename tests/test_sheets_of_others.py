"""Sheets of delegates, agencies and topics; lists that are written as sheets and come back unchanged."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from people.batches import Batch
from people.history import Version
from people.models import Agency, Delegate, Membership, Position
from proposals.models import Proposal, Reply, Source, Synonym, Topic
from proposals.sheets.importing import NotImportedError, carry_out, undo
from proposals.sheets.kinds import KINDS
from proposals.sheets.planning import counted
from proposals.sheets.reading import SheetError, read
from proposals.sheets.romanising import romanised
from proposals.sheets.suggesting import Suggestions
from proposals.sheets.writing import FORMS, LONGEST_IN_WORKBOOK, write
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_membership,
    make_proposal,
    make_region,
    make_reply,
    make_session,
    make_source,
    make_topic,
)

pytestmark = pytest.mark.django_db
DELEGATES = """姓名,拼音,届别,身份,省份,工作单位,现任职务,别名
丁列明,Ding Lieming,全国政协十四届,委员,浙江,贝达药业,董事长,Ding Leeming；Ding Liming
欧阳单,,全国政协第14届,常委,,,,
"""


def planned(name, text):
    sheet = read(text.encode() if isinstance(text, str) else text)
    return KINDS[name].plan(sheet, KINDS[name].guess(sheet))


def imported(name, text):
    return carry_out(KINDS[name], planned(name, text), Batch.objects.create(name=f"{name}.csv"))


def faults(name, text):
    return [fault for row in planned(name, text) for fault in row.faults]


@pytest.fixture
def committee():
    """The national committee of the CPPCC, and a province."""
    make_region(name="Zhejiang", name_zh="浙江")
    return make_body(name="CPPCC National Committee", short_name_zh="全国政协", system="cppcc")


def test_a_sheet_of_delegates_brings_names_seats_and_posts(committee):
    batch = imported("delegates", DELEGATES)
    assert (batch.new, batch.changed) == (2, 0)
    ding = Delegate.objects.get(name_zh="丁列明")
    assert (ding.slug, ding.name_en) == ("ding-lieming", "Ding Lieming")
    assert sorted(row.spelling for row in ding.name_variants.all()) == ["Ding Leeming", "Ding Liming"]
    seat, post = ding.memberships.get(), ding.positions.get()
    assert (seat.body, seat.term, seat.role, seat.region.name_zh) == (committee, 14, "member", "浙江")
    assert (post.employer_zh, post.post_zh) == ("贝达药业", "董事长")
    other = Delegate.objects.get(name_zh="欧阳单")
    assert other.name_en == "Ouyang Dan"
    assert "made from the characters" in other.note
    assert other.memberships.get().role == "standing_committee_member"
    assert [version.batch for version in Version.objects.of(ding)] == [batch]


def test_the_same_sheet_of_delegates_changes_nothing_and_a_new_cell_only_what_it_says(committee):
    imported("delegates", DELEGATES)
    assert counted(planned("delegates", DELEGATES))["unchanged"] == 2
    batch = imported("delegates", DELEGATES.replace("董事长", "董事长兼首席执行官").replace("Ding Liming", "丁黎明"))
    assert (batch.new, batch.changed) == (0, 1)
    ding = Delegate.objects.get(name_zh="丁列明")
    assert ding.name_variants.count() == 3
    assert [row.post_zh for row in ding.positions.order_by("pk")] == ["董事长", "董事长兼首席执行官"]
    undo(batch)
    assert ding.name_variants.count() == 2
    assert ding.positions.get().post_zh == "董事长"


def test_a_namesake_who_sits_elsewhere_is_never_taken_silently(committee):
    elsewhere = make_membership(delegate=make_delegate(name="Zhang Yi", name_zh="张怡", slug="zhang-yi")).delegate
    text = "姓名,拼音,届别,届\n张怡,Zhang Yi,全国政协,14\n"
    said = "a “张怡” is there, with another seat and employer: write their slug, “zhang-yi”, or a new one"
    assert faults("delegates", text) == [("slug", said)]
    imported("delegates", "标识," + text.replace("\n张怡", "\nzhang-yi-2,张怡"))
    assert Delegate.objects.filter(name_zh="张怡").count() == 2
    imported("delegates", "标识," + text.replace("\n张怡", "\nzhang-yi,张怡"))
    assert elsewhere.memberships.count() == 2
    assert counted(planned("delegates", text)) == {"new": 0, "changed": 0, "unchanged": 0, "refused": 1}


def test_a_name_alone_is_nobody_and_a_seat_or_an_employer_is_evidence(committee):
    imported("delegates", DELEGATES)
    for row in ("丁列明,,,某医院", "丁列明,全国政协,13,", "丁列明委员,,,"):
        assert [column for column, _said in faults("delegates", f"姓名,届别,届,单位\n{row}\n")] == ["slug"]
    for row in ("丁列明,,,贝达药业", "丁列明,全国政协,14,某医院"):
        assert faults("delegates", f"姓名,届别,届,单位\n{row}\n") == []


def test_two_who_are_written_alike_in_latin_letters_only_are_two(committee):
    make_delegate(name="Zhang Yi", slug="zhang-yi")
    rows = "姓名,拼音,单位\n章毅,Zhang Yi,甲\n张怡,Zhang Yi,乙\n"
    assert [column for column, _said in faults("delegates", rows)] == ["slug", "slug"], (
        "which is the one that is there?"
    )
    Delegate.objects.all().delete()
    assert imported("delegates", rows).new == 2


def test_one_name_in_two_rows_is_one_delegate_only_where_a_slug_says_so(committee):
    rows = "姓名,拼音,单位\n张怡,Zhang Yi,甲\n张怡,Zhang Yi,乙\n"
    assert faults("delegates", rows) == [("", "the same as in row 2: give each a slug, or both the same")]
    batch = imported("delegates", "slug," + rows.replace("\n张怡", "\nzhang-yi,张怡"))
    assert (batch.new, batch.changed) == (1, 1)
    assert {post.employer_zh for post in Delegate.objects.get().positions.all()} == {"甲", "乙"}


REFUSED = {
    "no name": ("delegates", "拼音,单位\n,甲\n", [("", "there is no name")]),
    "a name that is spelled otherwise": (
        "delegates",
        "姓名\n买买提·依明\n",
        [("name_en", "This field cannot be blank.")],
    ),
    "a body that is not there": ("delegates", "姓名,届别\n张怡,火星\n", [("body", "“火星” is not in the record")]),
    "a seat without a term": ("delegates", "姓名,届别\n张怡,全国政协\n", [("term", "This field cannot be null.")]),
    "a deputy in the CPPCC": (
        "delegates",
        "姓名,届别,届,身份\n张怡,全国政协,14,代表\n",
        [("role", "A congress has deputies (代表), the CPPCC has members (委员).")],
    ),
    "a date that is none": (
        "delegates",
        "姓名,单位,post began\n张怡,甲,soon\n",
        [("post_began", "“soon” is not a date: write 2024, 2024-03 or 2024-03-12.")],
    ),
    "neither yes nor no": (
        "delegates",
        "姓名,单位,post inferred\n张怡,甲,maybe\n",
        [("post_inferred", "“maybe” is neither yes nor no")],
    ),
    "an agency of no kind": ("agencies", "name\nNMPA\n", [("kind", "This field cannot be blank.")]),
    "a kind that is none": ("agencies", "name,kind\nNMPA,club\n", [
        ("kind", "“club” is none of these: The State as a whole, Ministry or commission, Centre or institute of an "
         "agency, Provincial government, Provincial department, Authority of a zone, Institutions of one kind, "
         "Not named in the source")]),
    "a parent that comes later": (
        "topics",
        "name,名称,parent\nOrganoids,类器官,Models\nModels,模型,\n",
        [("parent", "“Models” is not in the record")],
    ),
    "a number that is none": ("topics", "name,名称,order\nModels,模型,first\n", [
        ("order", "“first” value must be an integer.")]),
    "a topic twice": ("topics", "name,名称\nModels,模型\nModels,模型\n", [
        ("", "the same as in row 2: give each a slug, or both the same")]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "found"), REFUSED.values(), ids=REFUSED)
def test_what_the_record_would_not_take_is_refused_with_its_column(committee, name, text, found):
    assert faults(name, text) == found


def test_agencies_and_topics_may_lie_below_one_of_a_row_before():
    imported("agencies", "name,short name,kind,parent\nNMPA,,Ministry or commission,\nCDE,药审中心,institute,NMPA\n")
    assert Agency.objects.get(name_en="CDE").parent.name_en == "NMPA"
    batch = imported(
        "topics",
        "name,名称,parent,synonyms\n"
        "Models,模型,,\n"
        "Organoids,类器官,Models,organ-on-a-chip; OoC (acronym); ACT (ambiguous); 器官芯片\n",
    )
    topic = Topic.objects.get(name_en="Organoids")
    assert topic.parent.name_en == "Models"
    assert {(row.text, row.language, row.acronym, row.ambiguous) for row in topic.synonyms.all()} == {
        ("organ-on-a-chip", "en", False, False),
        ("OoC", "en", True, False),
        ("ACT", "en", True, True),
        ("器官芯片", "zh", False, False),
    }
    undo(batch)
    assert not Topic.objects.exists()


def test_what_is_in_use_is_not_undone(committee):
    batch = imported("delegates", DELEGATES)
    make_proposal(delegates=[Delegate.objects.get(name_zh="丁列明")])
    with pytest.raises(ValidationError) as refused:
        undo(batch)
    assert refused.value.messages[0] == "What was imported is in use:"
    assert Delegate.objects.filter(name_zh="欧阳单").exists()


def test_what_only_the_database_refuses_names_the_row():
    rows = planned("topics", "name,名称,mesh\nModels,模型,D000001\nOrganoids,类器官,D000001\n")
    with pytest.raises(NotImportedError, match=r"Row 3: .*MeSH"):
        carry_out(KINDS["topics"], rows, Batch.objects.create(name="topics.csv"))
    assert not Topic.objects.exists()


@pytest.fixture
def tangled(committee):
    """A record in which names have commas, namesakes, two languages, and signs that a program would run."""
    session = make_session(body=committee, term=14, ordinal=2, year=2024)
    namesakes = [make_delegate(name="Zhang Wei", name_zh="张伟", slug=f"zhang-wei{end}") for end in ("", "-2")]
    for delegate in namesakes:
        make_membership(delegate=delegate, body=committee, term=14)
        make_membership(delegate=delegate, body=committee, term=13)
    Position.objects.create(delegate=namesakes[0], employer_en="=1+1, Ltd.", post_en="Head; deputy head")
    topic = make_topic(name="Cells, genes and more", name_zh="细胞、基因", parent=make_topic(name="Medicine"))
    Synonym.objects.create(topic=topic, text="ACT", acronym=True, ambiguous=True)
    agencies = [make_agency(name="Ministry of Science, Technology"), make_agency(name="Same"), make_agency(name="Same")]
    proposal = make_proposal(
        title="-Support the cells",
        title_zh="支持细胞",
        session=session,
        number="0042",
        submitted="2024-03",
        delegates=namesakes,
        topics=[topic],
        regions=[make_region(name="Hainan, Boao")],
        sources=[make_source(title="@report", url="https://example.org/a")],
        recommendations=[{"text": "+1 Hire\n  more", "to": agencies}, {"text_en": "", "text_zh": "一、招人"}],
        proposers_in_all=12,
        summary_en="One\n\nTwo",
    )
    proposal.sponsorships.create(order=5, organisation_en="Jiusan Society, Shanghai Committee")
    row = proposal.recommendations.get(order=1)
    row.text_zh = "招\n人"
    row.save()
    source = make_source(title="@report", url="")
    first = make_reply(
        to=[proposal], title="=Reply", title_zh="关于提案的答复", number="虚函[2024]012号", date="2024-08",
        source=source, agency=agencies[0], class_printed="A", outcome="planned", summary_zh="一。\n二。",
        outcomes={row: "declined"},
    )  # fmt: skip
    first.co_agencies.set(agencies[1:])
    make_reply(title="=Reply", agency=agencies[0], source=make_source(title="@report", url=""))
    return proposal


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_list_that_was_written_comes_back_unchanged(tangled, language, name, form):
    kind = KINDS[name]
    with translation.override(language):
        content = write(kind.written, kind.rows(kind.model._default_manager.order_by("pk")), form).read()
        sheet = read(content)
        assert [kind.written[meaning] for meaning in kind.guess(sheet).values()] == sheet.header
        rows = kind.plan(sheet, kind.guess(sheet))
    assert [(row.how, row.faults, row.changes) for row in rows] == [("unchanged", [], [])] * len(rows)
    assert len(rows) >= kind.model._default_manager.count()


@pytest.mark.parametrize("form", ["csv", "json"])
def test_lists_that_were_written_and_read_into_an_empty_record_are_written_the_same(tangled, form):
    order = ("agencies", "topics", "delegates", "proposals", "replies")
    Source.objects.filter(title="@report", url="").update(title="another report")  # a title alone means any of it

    def lists():
        found = {name: (kind := KINDS[name], kind.model._default_manager.order_by("slug")) for name in order}
        return {name: write(kind.written, kind.rows(rows), form).read() for name, (kind, rows) in found.items()}

    before = lists()
    for model in (Reply, Proposal, Delegate, Topic, Agency, Source):
        while model.objects.exists():
            model.objects.filter(pk__in=[row.pk for row in model.objects.all() if removable(row)]).delete()
    for name in order:
        kind, sheet = KINDS[name], read(before[name])
        rows = kind.plan(sheet, kind.guess(sheet))
        assert [row.faults for row in rows if row.faults] == []
        carry_out(kind, rows, Batch.objects.create(name=name, kind=name))
    assert lists() == before


def removable(row):
    """Tell whether no other lies below a row of a tree."""
    return not hasattr(row, "parent") or not type(row).objects.filter(parent=row).exists()


def test_a_cell_changed_in_a_list_that_was_written_is_all_that_changes(tangled):
    kind = KINDS["proposals"]
    content = write(kind.written, kind.rows(Proposal.objects.all()), "csv").read().decode("utf-8-sig")
    for old, new, change in (
        ("一、招人", "二、不招人", ("recommendation", "一、招人", "二、不招人")),
        ("\n2. 一、招人", "", ("recommendation", "一、招人", "")),
        ("\n2. 一、招人", "\n2. New\n3. 一、招人", ("recommendation", "", "New")),
        (
            "1. 招 人\n2. 一、招人",
            "1. 一、招人\n2. +1 Hire more",
            ("order of the recommendations", "", "as in the sheet"),
        ),
        ("0042", "0043", ("number", "0042", "0043")),
        ("-Support the cells", "-Support all", ("title", "-Support the cells", "-Support all")),
        ('""Cells, genes and more""', "Medicine", ("topics", '"Cells, genes and more"', "Medicine")),
    ):
        assert old in content
        [row] = planned("proposals", content.replace(old, new))
        assert [(each.label, each.before, each.after) for each in row.changes] == [change], row.faults
        batch = imported("proposals", content.replace(old, new))
        assert counted(planned("proposals", content.replace(old, new)))["unchanged"] == 1
        undo(batch)
        assert counted(planned("proposals", content))["unchanged"] == 1


def test_an_addressee_that_is_inferred_stays_so_and_one_that_is_taken_away_goes(tangled):
    kind = KINDS["proposals"]
    first = tangled.recommendations.get(order=1)
    asked = first.addressees.get(agency__name_en__startswith="Ministry")
    asked.stated = False
    asked.save()
    content = write(kind.written, kind.rows(Proposal.objects.all()), "csv").read().decode("utf-8-sig")
    assert counted(planned("proposals", content))["unchanged"] == 1
    same = Agency.objects.filter(name_en="Same").first().slug
    changed = content.replace(f"{same}; ", "")
    assert changed != content
    [row] = planned("proposals", changed)
    assert [each.label for each in row.changes] == ["each recommendation addressed to"]
    imported("proposals", changed)
    assert not first.addressees.filter(agency__slug=same).exists()
    assert not first.addressees.get(agency=asked.agency).stated


def test_what_a_workbook_would_cut_off_is_said():
    with pytest.raises(SheetError, match="row 2, column “b”: a workbook holds 32767 characters"):
        write({"a": "b"}, [{"a": "x" * (LONGEST_IN_WORKBOOK + 1)}], "xlsx")
    assert len(write({"a": "b"}, [{"a": "x\x07y"}], "xlsx").read()) > 1000


def test_names_are_romanised_with_the_family_name_first():
    names = {"丁列明": "Ding Lieming", "欧阳修": "Ouyang Xiu", "单霁翔": "Shan Jixiang", "吕建": "Lyu Jian", "张": ""}
    assert {name: romanised(name) for name in names} == names


def test_topics_are_suggested_by_their_names_and_words():
    cells = make_topic(name="Cell therapy", name_zh="细胞治疗")
    stem = make_topic(name="Stem cells", name_zh="干细胞", parent=cells)
    act = make_topic(name="Adoptive transfer", name_zh="过继")
    Synonym.objects.create(topic=act, text="ACT", acronym=True, ambiguous=True)
    Synonym.objects.create(topic=stem, text="iPSC", acronym=True)
    suggestions = Suggestions()
    assert suggestions.of("细胞治疗和干细胞") == [stem.pk], "what lies above goes without saying"
    assert suggestions.of("They act on iPSC lines") == [stem.pk]
    assert suggestions.of("ACT, and factIPSCs") == [act.pk]
    assert suggestions.of("") == []


def test_suggested_topics_are_taken_where_that_is_asked(committee, tmp_path):
    make_session(body=committee, term=14, ordinal=2)
    topic = make_topic(name="Stem cells", name_zh="干细胞")
    file = tmp_path / "sheet.csv"
    file.write_text("会议,标题\n全国政协十四届二次会议,支持干细胞\n")
    assert [row.suggested for row in planned("proposals", file.read_bytes())] == [{topic.pk: "Stem cells"}]
    call_command("import_proposals", str(file), "--suggested", stdout=io.StringIO())
    assert Proposal.objects.get().topics.get() == topic


def test_the_command_takes_other_rows(committee, tmp_path):
    file = tmp_path / "sheet.csv"
    file.write_text(DELEGATES)
    call_command("import_proposals", str(file), "--rows", "delegates", stdout=io.StringIO())
    assert Membership.objects.count() == 2


def test_what_is_unchanged_costs_no_query_of_its_own(committee):
    def sheet(number):
        rows = [f"代表{each:04},Delegate {each},全国政协,14,单位{each}" for each in range(number)]
        return "\n".join(["姓名,拼音,届别,届,单位", *rows]).encode()

    imported("delegates", sheet(40))
    counts = []
    for number in (5, 40):
        with CaptureQueriesContext(connection) as queries:
            assert counted(planned("delegates", sheet(number)))["unchanged"] == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
