"""`manage.py load_dataset`, which brings a directory of CSV files into the record."""

import re
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import UniqueConstraint

from people.models import Agency, Delegate
from proposals.dataset import TABLES, DatasetError, load
from proposals.models import Generation, Proposal, Recommendation
from tests.site import FOUNDING_DATA

pytestmark = pytest.mark.django_db

# Ten recommendations and what they need: a tenth of the data set, so that a damaged file takes a moment.
EXCERPT = re.compile(
    "(china|zhejiang|cppcc-national|npc-national|cppcc-national-14-2|chinese-peasants-and-workers-democratic-party"
    "|cgt|clinical|dual-track|industry|priority-review|regulation|review-approval|reviewer-capacity|standards-qc"
    "|technical-guidelines|nmpa|cde|unspecified|ding-lieming|betta-news-2023|cgt-industry-2024),"
)


@pytest.fixture
def excerpt(tmp_path: Path) -> Path:
    """Give a directory with the first rows of each file."""
    directory = tmp_path / "excerpt"
    directory.mkdir()
    for file in FOUNDING_DATA.glob("*.csv"):
        header, *lines = file.read_text("utf-8").splitlines(keepends=True)
        kept = list(filter(EXCERPT.match, lines))[:10]
        (directory / file.name).write_text("".join([header, *kept]), "utf-8")
    return directory


def damage(directory: Path, file: str, old: str | bytes, new: str | bytes) -> None:
    """Put `new` in the place where `old` stands first."""
    old, new = (text if isinstance(text, bytes) else text.encode() for text in (old, new))
    before = (directory / file).read_bytes()
    assert old in before
    (directory / file).write_bytes(before.replace(old, new, 1))


def faults(directory: Path) -> list[str]:
    with pytest.raises(DatasetError) as caught:
        load(directory)
    return list(caught.value.args)


def tables() -> dict[str, list[dict]]:
    """Give every row of every table of ours, times and links included."""
    models = [model for app in ("people", "proposals") for model in apps.get_app_config(app).get_models(True)]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_a_second_load_changes_no_row_and_no_generation(founding):
    before = tables()
    counts = load(FOUNDING_DATA)
    assert tables() == before
    assert sum(count["unchanged"] for count in counts.values()) == sum(count.total() for count in counts.values()) > 500


def test_it_says_how_many_rows_were_created_and_changed(excerpt, capsys):
    call_command("load_dataset", str(excerpt))
    damage(excerpt, "topics.csv", "Industry policy", "Policy for industry")
    call_command("load_dataset", str(excerpt))
    call_command("load_dataset", str(excerpt), verbosity=0)
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"\d+ rows in 26 files: \d+ created, 0 changed, 0 unchanged\.", first)
    assert re.fullmatch(r"\d+ rows in 26 files: 0 created, 1 changed, \d+ unchanged\.", second)


def test_it_shows_its_progress_when_asked(excerpt, capsys):
    load(excerpt)
    assert capsys.readouterr().err == ""
    load(excerpt, progress=True)
    assert "rows" in capsys.readouterr().err


def test_the_command_shows_progress_on_a_terminal(excerpt, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    call_command("load_dataset", str(excerpt), verbosity=0)
    assert "100%" in capsys.readouterr().err


def test_an_edited_cell_changes_its_row_in_one_generation(excerpt):
    load(excerpt)
    proposal = Proposal.objects.get()
    damage(excerpt, "proposals.csv", "Promote the cell", "Advance the cell")
    damage(excerpt, "recommendations.csv", "Hire more reviewers", "Hire many reviewers")
    counts = load(excerpt)
    changed = Proposal.objects.get()
    assert changed.title_en.startswith("Advance the cell")
    assert changed.changed > proposal.changed
    assert (changed.pk, changed.published_at, changed.created) == (proposal.pk, proposal.published_at, proposal.created)
    assert [count["changed"] for file, count in counts.items() if count["changed"]] == [1, 1]
    assert Generation.now().value == 2


def test_another_becomes_the_first_proposer(excerpt):
    load(excerpt)
    ding = "cgt-industry-2024,1,ding-lieming,,,yes"
    society = "cgt-industry-2024,1,,Jiusan Society,,yes\ncgt-industry-2024,2,ding-lieming,,,no"
    damage(excerpt, "sponsorships.csv", ding, society)
    assert load(excerpt)["sponsorships.csv"] == {"created": 1, "changed": 1, "unchanged": 0}
    [first] = Proposal.objects.get().sponsorships.filter(first=True)
    assert first.organisation_en == "Jiusan Society"
    damage(excerpt, "sponsorships.csv", "ding-lieming,,,no", "ding-lieming,,,yes")
    fault = "sponsorships.csv, line 3, field proposal, first: A proposal has only one first proposer."
    assert faults(excerpt) == [fault]


def test_an_edited_list_gains_loses_and_keeps_links(excerpt):
    damage(excerpt, "recommendations.csv", "nmpa (inferred)", "nmpa (inferred); cde; unspecified")
    load(excerpt)
    recommendation = Recommendation.objects.get(order=1)
    kept = recommendation.addressees.get(agency__slug="cde")
    damage(excerpt, "recommendations.csv", "nmpa (inferred); cde; unspecified", "nmpa; cde")
    damage(excerpt, "recommendations.csv", "technical-guidelines; standards-qc", "technical-guidelines;clinical")
    counts = load(excerpt)
    assert counts["recommendations.csv"] == {"created": 0, "changed": 1, "unchanged": 9}
    assert set(recommendation.addressees.values_list("agency__slug", "stated")) == {("nmpa", True), ("cde", True)}
    assert recommendation.addressees.get(agency__slug="cde") == kept
    assert set(recommendation.topics.values_list("slug", flat=True)) == {"technical-guidelines", "clinical"}
    assert Generation.now().value == 2


def test_rows_that_no_file_holds_stay_in_the_record(excerpt):
    Agency.objects.create(slug="nhc", kind=Agency.Kind.MINISTRY, name_en="National Health Commission")
    Delegate.objects.create(slug="ding-lieming", name_en="Ding", note="For analysts only.")
    load(excerpt)
    assert Agency.objects.filter(slug="nhc").exists()
    assert Delegate.objects.values_list("name_en", "note").get() == ("Ding Lieming", "For analysts only.")


def test_it_reads_what_spreadsheets_write(excerpt):
    for file in excerpt.glob("*.csv"):
        text = re.sub(r",(yes|no)\b(?!_)", lambda found: found[0].upper() + " ", file.read_text("utf-8"))
        file.write_bytes(b"\xef\xbb\xbf" + (text + ",,\n\n").replace("\n", "\r\n").encode())
    load(excerpt)
    assert Recommendation.objects.count() == 10


DAMAGES = {
    "a topic that is not there": (
        ("recommendations.csv", "reviewer-capacity,nmpa", "reviewer-capacity; stem-cels,nmpa"),
        "recommendations.csv, line 6, field topics: there is no topic “stem-cels”",
    ),
    "a topic twice": (
        ("recommendations.csv", "technical-guidelines; standards-qc", "standards-qc; standards-qc"),
        "recommendations.csv, line 2, field topics: “standards-qc” is there twice",
    ),
    "an addressee that is not there": (
        ("recommendations.csv", "nmpa (inferred)", "nmpb (inferred)"),
        "recommendations.csv, line 2, field addressees: there is no agency “nmpb”",
    ),
    "an empty name in a list": (
        ("recommendations.csv", "nmpa (inferred)", "nmpa (inferred);"),
        "recommendations.csv, line 2, field addressees: there is no agency “”",
    ),
    "a mark that only addressees have": (
        ("proposals.csv", "industry; clinical", "industry (inferred); clinical"),
        "proposals.csv, line 2, field topics: there is no topic “industry (inferred)”",
    ),
    "a region that is not there": (
        ("memberships.csv", "CN-ZJ", "CN-JZ"),
        "memberships.csv, line 2, field region: there is no region “CN-JZ”",
    ),
    "a recommendation that is not there": (
        ("citations.csv", ",,,,,ding-lieming@npc-national:12,,", ",,,cgt-industry-2024#99,,,,"),
        "citations.csv, line 2, field recommendation: there is no recommendation “cgt-industry-2024#99”",
    ),
    "a parent further down": (
        ("topics.csv", "cgt,,", "cgt,industry,"),
        "topics.csv, line 2, field parent: there is no topic “industry” above",
    ),
    "its own parent": (
        ("topics.csv", "cgt,,", "cgt,cgt,"),
        "topics.csv, line 2, field parent: there is no topic “cgt” above",
    ),
    "a number that is none": (
        ("sessions.csv", ",14,2,", ",fourteen,2,"),
        "sessions.csv, line 2, field term: “fourteen” value must be an integer.",
    ),
    "a number out of range": (
        ("sessions.csv", ",14,2,", ",114,2,"),
        "sessions.csv, line 2, field term, ordinal, year: Term 1 to 99, session 1 to 20, year from 1949.",
    ),
    "a number beyond all databases": (
        ("recommendations.csv", "cgt-industry-2024,1,", f"cgt-industry-2024,{'9' * 30},"),
        "recommendations.csv, line 2, field order: Ensure this value is less than or equal to ",
    ),
    "an amount that is none": (
        ("figures.csv", "products,款产品,5", "products,款产品,many"),
        "figures.csv, line 2, field amount: “many” value must be a decimal number.",
    ),
    "an amount that is not a number": (
        ("figures.csv", "products,款产品,5", "products,款产品,NaN"),
        "figures.csv, line 2, field amount: “NaN” value must be a decimal number.",
    ),
    "neither yes nor no": (
        ("memberships.csv", "CN-ZJ,yes", "CN-ZJ,ja"),
        "memberships.csv, line 4, field region_inferred: “ja” is neither yes nor no",
    ),
    "a date that is not in the calendar": (
        ("sessions.csv", "2024-03", "2024-13"),
        "sessions.csv, line 2, field opened: “2024-13” is not a date: write 2024, 2024-03 or 2024-03-12.",
    ),
    "a day that is none": (
        ("sources.csv", ",zh,no,,,", ",zh,no,,2024-02-31,"),
        "sources.csv, line 2, field accessed: “2024-02-31” value has the correct format",
    ),
    "a word that is no choice": (
        ("proposals.csv", ",proposal,published", ",porposal,published"),
        "proposals.csv, line 2, field kind: Value 'porposal' is not a valid choice.",
    ),
    "an address that is none": (
        ("sources.csv", "Betta Pharmaceuticals,,", "Betta Pharmaceuticals,javascript:alert(1),"),
        "sources.csv, line 2, field url: Enter a valid URL.",
    ),
    "a text that is too long": (
        ("topics.csv", "Industry policy", "Industry policy" * 9),
        "topics.csv, line 11, field name_en: Ensure this value has at most 120 characters (it has 135).",
    ),
    "a slug that is none": (
        ("agencies.csv", "nmpa,", "n m p a,"),
        "agencies.csv, line 2, field slug: Enter a valid “slug”",
    ),
    "an empty slug that the model would fill in": (
        ("proposals.csv", "cgt-industry-2024,", ","),
        "proposals.csv, line 2, field slug: no row can do without this",
    ),
    "an empty reference": (
        ("sponsorships.csv", "cgt-industry-2024,", ","),
        "sponsorships.csv, line 2, field proposal: no row can do without this",
    ),
    "a name that is needed": (
        ("bodies.csv", "National People's Congress,全国人民代表大会", ","),
        "bodies.csv, line 3, field name_en: This field cannot be blank.",
    ),
    "a code that another row has": (
        ("regions.csv", "CN-ZJ,330000", "CN,330000"),
        "regions.csv, line 3, field iso_code: Region with this ISO 3166-2 already exists.",
    ),
    "a sector in a congress": (
        ("memberships.csv", "12,deputy,", "12,deputy,chinese-peasants-and-workers-democratic-party"),
        "memberships.csv, line 2, field sector: Only the CPPCC has sectors; a congress has delegations.",
    ),
    "a citation of two things": (
        ("citations.csv", "source,,,,,ding", "source,,cgt-industry-2024,,,ding"),
        "citations.csv, line 2, field proposal, recommendation, figure, membership, position, name_variant: "
        "A citation supports exactly one thing.",
    ),
    "the same slug twice": (
        ("agencies.csv", "cde,", "nmpa,"),
        "agencies.csv, line 3, field slug: the same as in line 2",
    ),
    "the same number twice": (
        ("recommendations.csv", "cgt-industry-2024,2,", "cgt-industry-2024,1,"),
        "recommendations.csv, line 3, field proposal, order: the same as in line 2",
    ),
    "an unknown column": (
        ("topics.csv", "scope_zh", "colour"),
        "topics.csv, line 1, field colour: there is no such column",
    ),
    "a missing column": (
        ("topics.csv", ",scope_zh", ""),
        "topics.csv, line 1, field scope_zh: this column is missing",
    ),
    "a column twice": (
        ("topics.csv", "scope_zh", "scope_en"),
        "topics.csv, line 1, field scope_en: this column is there twice",
    ),
    "a column without a name": (
        ("topics.csv", "mesh_heading", "mesh_heading,"),
        "topics.csv, line 1, field without a name: there is no such column",
    ),
    "a row that is too short": (
        ("sponsorships.csv", "1,ding-lieming,,,yes", "1,ding-lieming"),
        "sponsorships.csv, line 2, field organisation_en: 3 cells for 6 columns",
    ),
    "a row that is too long": (
        ("sponsorships.csv", "1,ding-lieming,,,yes", "1,ding-lieming,,,yes,,"),
        "sponsorships.csv, line 2, field first: 8 cells for 6 columns",
    ),
    "a quotation mark that is not closed": (
        ("topics.csv", "Industry policy", '"Industry policy'),
        "topics.csv, line 11: this is not CSV: unexpected end of data",
    ),
    "another encoding": (
        ("topics.csv", "产业政策", "产业政策".encode("gb18030")),
        "topics.csv, line 11: this is not UTF-8",
    ),
    "a NUL byte": (
        ("topics.csv", "Industry policy", "Industry\0policy"),
        "topics.csv, line 11, field name_en: there is a NUL byte",
    ),
    "a NUL byte in a list": (
        ("proposals.csv", "industry; clinical", "indus\0try; clinical"),
        "proposals.csv, line 2, field topics: there is a NUL byte",
    ),
}


@pytest.mark.parametrize(("change", "fault"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_named_with_line_and_field_and_nothing_is_loaded(excerpt, change, fault):
    damage(excerpt, *change)
    assert faults(excerpt)[0].startswith(fault)
    assert not any(tables().values())


def test_a_fault_ends_the_command_with_one_line_and_leaves_the_record_as_it_was(excerpt):
    load(excerpt)
    before = tables()
    damage(excerpt, "topics.csv", "Cell and gene therapy", "Cells and genes")
    damage(excerpt, "citations.csv", "2023,source", "2023,sauce")
    with pytest.raises(CommandError) as caught:
        call_command("load_dataset", str(excerpt))
    assert str(caught.value) == "citations.csv, line 2, field role: Value 'sauce' is not a valid choice."
    assert tables() == before


def test_line_numbers_hold_after_cells_of_several_lines(excerpt):
    damage(
        excerpt,
        "recommendations.csv",
        "Update the technical guidelines for cell and gene therapy quickly",
        '"Update\nthe\r\nguidelines\n"',
    )
    damage(excerpt, "recommendations.csv", "cgt-industry-2024,4,", "\n\ncgt-industry-2024,4,")
    damage(excerpt, "recommendations.csv", "reviewer-capacity; review-approval", "nowhere")
    assert faults(excerpt) == ["recommendations.csv, line 10, field topics: there is no topic “nowhere”"]


def test_all_faults_are_told_at_once(excerpt):
    damage(excerpt, "agencies.csv", "ministry,", "monastery,")
    damage(excerpt, "agencies.csv", "Relevant authorities (not named),有关部门", ",")
    damage(excerpt, "recommendations.csv", "cgt-industry-2024,2,", "cgt-industry-2025,two,")
    assert faults(excerpt) == [
        "agencies.csv, line 2, field kind: Value 'monastery' is not a valid choice.",
        "agencies.csv, line 3, field parent: the agency “nmpa” has faults of its own",
        "agencies.csv, line 4, field name_en: This field cannot be blank.",
        "recommendations.csv, line 2, field addressees: the agency “nmpa” has faults of its own",
        "recommendations.csv, line 3, field proposal: there is no proposal “cgt-industry-2025”",
        "recommendations.csv, line 3, field order: “two” value must be an integer.",
        *(
            f"recommendations.csv, line {line}, field addressees: the agency “nmpa” has faults of its own"
            for line in range(3, 11)
        ),
        "recommendations.csv, line 11, field addressees: the agency “unspecified” has faults of its own",
    ]


def test_at_most_fifty_faults_are_shown():
    assert str(DatasetError(*"abc")) == "a\nb\nc"
    assert str(DatasetError(*map(str, range(53)))).splitlines()[49:] == ["49", "and 3 more"]


def test_a_file_that_cannot_be_read_hides_no_other_fault_and_makes_no_false_one(excerpt):
    (excerpt / "topics.csv").unlink()
    (excerpt / "synonyms.csv").write_bytes(b"")
    (excerpt / "sectors.csv").write_bytes("slug".encode("utf-16"))
    (excerpt / "figures.csv").unlink()
    (excerpt / "figures.csv").mkdir()
    damage(excerpt, "sponsorships.csv", ",1,ding-lieming", ",one,ding-lieming")
    assert faults(excerpt) == [
        "sectors.csv, line 1: this is not UTF-8",
        "topics.csv: the file cannot be read: No such file or directory",
        "synonyms.csv, line 1: the names of the columns are missing",
        "figures.csv: the file cannot be read: Is a directory",
        "sponsorships.csv, line 2, field order: “one” value must be an integer.",
    ]


def test_a_directory_that_is_missing_is_named(tmp_path):
    with pytest.raises(CommandError, match="nowhere: there is no such directory"):
        call_command("load_dataset", str(tmp_path / "nowhere"))


def test_a_name_that_two_rows_have_is_no_reference(excerpt):
    damage(excerpt, "memberships.csv", "ding-lieming,npc-national,13,deputy", "ding-lieming,npc-national,12,chair")
    damage(excerpt, "citations.csv", "ding-lieming@npc-national:13", "")
    assert faults(excerpt)[0] == (
        "citations.csv, line 2, field membership: there is more than one membership “ding-lieming@npc-national:12”"
    )


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_a_row_is_told_by_what_the_database_keeps_unique(table):
    unique = [{name} for name, field in table.columns.items() if field.unique]
    constraints = [one for one in table.model._meta.constraints if isinstance(one, UniqueConstraint)]
    assert any(fields <= set(table.key) for fields in [*unique, *(set(one.fields) for one in constraints)])
