"""Downloads asked for wrongly, with hostile parameters, of hostile texts, or broken off half way."""

import csv
import io
import json
from pathlib import Path
from zipfile import ZipFile

import bibtexparser
import pytest
import rispy
from django.db import connection
from openpyxl import load_workbook

from people.cells import harmless, unharmed
from proposals.catalogue import UnavailableError, walk
from proposals.exports import SHAPES, answers, listed, workbook
from proposals.models import Proposal
from tests.factories import make_agency, make_delegate, make_proposal, make_topic
from tests.test_exports import content, lines_of, rows_of

pytestmark = pytest.mark.django_db
LISTS = ["proposals", "recommendations"]
SIGNS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "#N/A", "=", "-"]


@pytest.mark.parametrize("shape", [*SHAPES, "csv-metadata.json"])
@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_each_wrong_parameter_is_named_in_a_line(client, proposals, shape, prefix):
    wrong = "q=%3F&topic=none&region=XX&year=1&sort=password&submitted_after=2024-13&bom=x"
    for name in LISTS:
        answer = client.get(f"{prefix}/{name}/export.{shape}?{wrong}")
        assert answer.status_code == 400
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer["X-Robots-Tag"] == "noindex"
        named = {line.split(":")[0] for line in answer.text.splitlines()}
        assert named == {"q", "topic", "region", "year", "sort", "submitted_after", "bom"}


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("topic=%00", "topic"),
        ("topic=%ed%a0%80", "topic"),
        ("topic=%ff%fe", "topic"),
        ("q=" + "a" * 501, "q"),
        ("q=" + "+".join(f"w{n}" for n in range(31)), "q"),
        ("&".join(f"topic={n}" for n in range(201)), "topic"),
        ("sort=%0d%0aX-Injected:%201", "sort"),
        ("submitted_after=2025&submitted_before=2024", "submitted_before"),
        ("bom=2&q=quince", "bom"),
        ("delegate=<script>alert(1)</script>", "delegate"),
    ],
)
def test_hostile_parameters_are_refused_by_name(client, proposals, asked, named):
    answer = client.get(f"/proposals/export.csv?{asked}")
    assert answer.status_code == 400
    assert answer.text.startswith(f"{named}: ")
    assert "X-Injected" not in answer.headers


@pytest.mark.parametrize("asked", ["q=%00quince%00", "q=quince%ed%a0%80", "q=quince%0d%0aX:1%202", "nobody=%00", "q=’"])
def test_what_can_be_answered_is_answered(client, proposals, asked):
    for shape in [*SHAPES, "csv-metadata.json"]:
        answer = client.get(f"/proposals/export.{shape}?{asked}")
        assert answer.status_code in (200, 400)
        if answer.status_code == 200:
            content(answer)
            assert all(sign.isprintable() and sign.isascii() for sign in answer.get("Content-Disposition", ""))


@pytest.mark.parametrize("asked", ["page=99", "page=x", "page=-1&page_size=7", "find_in=x&find=y", "page=%00"])
def test_what_only_pages_have_is_ignored(client, proposals, asked):
    assert len(rows_of(client.get(f"/proposals/export.csv?{asked}"))) == 3


@pytest.mark.parametrize("shape", ["html", "exe", "csv.gz", "", "CSV", "json", "csl"])
def test_another_ending_is_no_page(client, db, shape):
    assert client.get(f"/proposals/export.{shape}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_download_is_asked_for_and_nothing_else(client, proposals, method):
    assert getattr(client, method)("/proposals/export.csv").status_code == 405


@pytest.mark.parametrize("accept", ["", "*/*", "text/html", "nonsense", "a/b;q=x, ,", "\xff"])
def test_the_ending_decides_whatever_is_accepted(client, proposals, accept):
    assert client.get("/proposals/export.csv", headers={"Accept": accept})["Content-Type"].startswith("text/csv")


def test_while_there_is_no_catalogue_it_is_asked_to_come_again(client, proposals, monkeypatch):
    def none(_self):
        raise UnavailableError("built")

    monkeypatch.setattr("proposals.catalogue.index.Catalogue.fresh", none)
    for shape in [*SHAPES, "csv-metadata.json"]:
        answer = client.get(f"/proposals/export.{shape}")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")


# ---- texts that a program would act on


@pytest.fixture
def nasty(db):
    """A proposal every text of which begins with what some program runs, or holds what divides cells and lines."""
    rest = ' "quoted", a;b; c\r\nnext\x0b line \u2028 {brace} \\begin{x} % $ & # _ ~ ^ <b> \U0001f980 终'
    return [
        make_proposal(
            title=f"{sign}{rest}",
            summary_en=f"{sign}{rest}",
            delegates=[make_delegate(name=f"{sign} Person; Other")],
            topics=[make_topic(slug=f"-topic-{number}")],
            recommendations=[{"text": f"{sign}{rest}", "to": [make_agency(slug=f"-agency-{number}")]}],
            published=True,
        )
        for number, sign in enumerate(SIGNS)
    ]


def test_no_cell_of_a_csv_file_is_a_formula_and_each_can_be_read_back(client, nasty):
    for name, title in (("proposals", "title_en"), ("recommendations", "text_en")):
        rows = rows_of(client.get(f"/{name}/export.csv?sort=oldest"))
        assert len(rows) == len(nasty)
        assert not any(cell[:1] in set("=+-@\t\r\n＝＋－＠") for row in rows for cell in row.values() if cell)
        texts = [unharmed(row[title]) for row in rows]
        assert texts == [proposal.title_en for proposal in nasty]
        assert all(row["proposers_en"].count("; ") == 0 for row in rows)  # what divides is a comma within a name


@pytest.mark.parametrize("text", SIGNS)
def test_harmless_is_undone_by_unharmed(text):
    assert unharmed(harmless(text)) == text
    assert harmless("plain") == "plain"
    assert harmless("") == ""


def test_no_cell_of_a_workbook_is_a_formula_or_an_error(client, nasty):
    found = content(client.get("/proposals/export.xlsx?sort=oldest"))
    book = load_workbook(io.BytesIO(found))
    boxes = [box for sheet in book.worksheets for row in sheet for box in row]
    assert {box.data_type for box in boxes} <= {"s", "n", "b", "d"}
    with ZipFile(io.BytesIO(found)) as packed:
        assert not any(b"<f>" in packed.read(name) for name in packed.namelist())
    titles = [row[3].value for row in book["proposals"].iter_rows(min_row=2)]
    assert titles[0].startswith("=1+1 ")
    assert book["proposals"]["D2"].quotePrefix
    assert all("\x0b" not in title for title in titles)


def test_json_lines_and_reference_managers_keep_one_entry_for_each_row(client, nasty):
    lines = lines_of(client.get("/proposals/export.jsonl?sort=oldest"))
    assert [line["title_en"] for line in lines] == [proposal.title_en for proposal in nasty]
    library = bibtexparser.parse_string(content(client.get("/proposals/export.bib")).decode())
    assert not library.failed_blocks
    assert len(library.entries) == len(nasty)
    assert len(rispy.loads(content(client.get("/proposals/export.ris")).decode())) == len(nasty)
    assert len(json.loads(content(client.get("/proposals/export.csl.json")))) == len(nasty)


def test_a_text_too_long_for_a_cell_ends_in_a_sign_and_is_whole_elsewhere(client, db):
    make_proposal(title="Long", summary_en="x" * 40_000, published=True)
    book = load_workbook(io.BytesIO(content(client.get("/proposals/export.xlsx"))))
    longest = max((str(box.value) for row in book["proposals"] for box in row), key=len)
    assert (len(longest), longest[-1]) == (32_767, "…")
    assert lines_of(client.get("/proposals/export.jsonl"))[0]["summary_en"] == "x" * 40_000


def test_a_list_too_long_for_a_workbook_is_refused_in_words(client, proposals, monkeypatch):
    monkeypatch.setattr(workbook, "MOST", 8)
    answer = client.get("/proposals/export.xlsx")  # three proposals and six recommendations
    assert answer.status_code == 400
    assert answer.text == "xlsx: these are 9 rows, and a workbook takes 8: take csv, or narrow the list down.\n"
    assert client.get("/recommendations/export.xlsx").status_code == 200
    monkeypatch.setattr(workbook, "MOST", 2)
    assert "3 rows" in client.get("/proposals/export.xlsx").text


# ---- broken off, and while the record changes


def open_files():
    links = [*Path("/proc/self/fd").iterdir()]
    return {str(link.readlink()) for link in links if link.is_symlink() and link.exists()}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_download_that_is_broken_off_leaves_nothing_behind(client, proposals, shape, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(walk, "BLOCK", 1)
    before = open_files()
    answer = client.get(f"/proposals/export.{shape}")
    parts = iter(answer.streaming_content)
    next(parts)
    answer.close()
    with pytest.raises((StopIteration, ValueError)):
        next(parts)  # a file that is closed says so
    del parts, answer
    assert not any(str(tmp_path) in path for path in open_files() - before)
    assert [path for path in tmp_path.iterdir() if path.name != "catalogue" and path.is_file()] == []
    assert not connection.in_atomic_block or connection.savepoint_ids == []


def test_a_workbook_that_fails_leaves_no_file_behind(client, proposals, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(workbook, "recommendation_block", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        client.get("/proposals/export.xlsx")
    assert list(tmp_path.rglob("openpyxl*")) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_asking_for_the_headers_alone_reads_and_writes_nothing(client, proposals, shape, monkeypatch):
    whole = client.get(f"/proposals/export.{shape}")
    content(whole)
    monkeypatch.setattr(listed.Listed, "rows", lambda _self: 1 / 0)
    monkeypatch.setattr(answers, "_content", lambda *_args, **_more: 1 / 0)
    head = client.head(f"/proposals/export.{shape}")
    assert head.status_code == 200
    assert content(head) == b""
    for name in ("Content-Type", "Content-Disposition", "ETag", "Link"):
        assert head[name] == whole[name]
    monkeypatch.undo()
    assert content(client.get(f"/proposals/export.{shape}"))  # no page without content was kept for others


@pytest.mark.parametrize("address", ["proposals/export.csv", "proposals/export.jsonl", "recommendations/export.ris"])
def test_what_is_withdrawn_while_a_file_is_written_is_not_in_it(client, db, monkeypatch, address):
    made = [make_proposal(title=f"Quince {number}", recommendations=2, published=True) for number in range(6)]
    monkeypatch.setattr(walk, "BLOCK", 2)
    parts = iter(client.get(f"/{address}?sort=oldest").streaming_content)
    first = next(parts) + next(parts)
    Proposal.objects.filter(pk=made[-1].pk).update(state="draft")
    whole = (first + b"".join(parts)).decode()
    assert "Quince 0" in whole
    assert "Quince 4" in whole
    assert "Quince 5" not in whole


def test_rows_keep_their_order_while_others_are_published(client, db, monkeypatch):
    made = [make_proposal(title=f"Quince {number}", published=True) for number in range(6)]
    monkeypatch.setattr(walk, "BLOCK", 2)
    answer = client.get("/proposals/export.csv?sort=oldest")
    parts = iter(answer.streaming_content)
    first = next(parts)
    make_proposal(title="Published meanwhile", published=True)
    rows = list(csv.DictReader(io.StringIO((first + b"".join(parts)).decode(), newline="")))
    assert [int(row["id"]) for row in rows] == [proposal.pk for proposal in made]


def test_a_long_question_does_not_make_a_header_that_proxies_refuse(client, db):
    for number in range(60):
        make_proposal(topics=[make_topic(slug=f"a-topic-with-a-long-name-{number}")], published=True)
    asked = "&".join(f"topic=a-topic-with-a-long-name-{number}" for number in range(60))
    answer = client.get(f"/proposals/export.csv?{asked}")
    assert answer.status_code == 200
    assert max(len(value) for value in answer.headers.values()) < 1_700
    assert len(rows_of(answer)) == 60
