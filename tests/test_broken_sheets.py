"""Files that are no sheet, or a broken one, are refused with the place and the reason; none takes the machine down."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from people import cells
from people.cells import harmless, unharmed
from proposals.sheets import reading
from proposals.sheets.reading import SheetError, read
from tests.site import ROOT

CSV = "title,number\nHire,0462\n"


def workbook(rows, change=lambda sheet: None):
    """A workbook with some rows, after a change of its sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    change(book.active)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def packed(files):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in files.items():
            into.writestr(name, content)
    return kept.getvalue()


def changed(content, member, change):
    """The same workbook with one member changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        files = {each: old.read(each) for each in old.namelist()}
    return packed({**files, member: change(files[member])})


GOOD = workbook([["title", "number"], ["Hire", "0462"]])
SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
WIDE = [f"c{each}" for each in range(200)]

BROKEN = {
    "nothing": (b"", "the file is empty"),
    "white space": (b" \n\t\n", "the file is empty"),
    "only a header": (b"title,number\n", "there is a header and no row"),
    "only a header, XLSX": (workbook([["title", "number"]]), "there is a header and no row"),
    "an empty workbook": (workbook([]), "the file is empty"),
    "a ragged row": (f"{CSV}Train,1,2\n".encode(), "row 3: 3 cells for 2 columns"),
    "a ragged row, XLSX": (workbook([["title", "n"], ["Hire", "1", "2"]]), "row 2: 3 cells for 2 columns"),
    "a column without a name": (b"title,,number\nHire,1,2\n", "row 1, column “B”: the column has no name"),
    "a name twice": (b"title,number,title\nHire,1,2\n", "row 1, column “title”: this name is there twice"),
    "200 columns": (f"{','.join(WIDE)}\n{','.join('1' * 200)}\n".encode(), "row 1: more than 100 columns"),
    "200 columns, XLSX": (workbook([WIDE, [1] * 200]), "row 1: more than 100 columns"),
    "half a quotation": (b'title\n"Hire\n', "row 2: this cannot be cut into cells"),
    "text after a quotation": (b'title\n"Hire" them\n', "row 2: this cannot be cut into cells"),
    "a row of a million blank cells": (
        changed(GOOD, SHEET, lambda xml: xml.replace(b"</row>", b'<c r="A2"/>' * 1_000_000 + b"</row>", 1)),
        "the workbook holds more than a sheet can",
    ),
    "six million texts": (
        packed({"xl/workbook.xml": b"<workbook/>", "xl/sharedStrings.xml": b"<sst>" + b"<si/>" * 6_000_000}),
        "the workbook holds more than a sheet can",
    ),
    "entities behind a long comment": (
        changed(GOOD, SHEET, lambda xml: b"<!--" + b"x" * 5_000 + b"-->" + ENTITIES + xml),
        "the workbook defines entities",
    ),
    "JSON of nothing, six million times": (b"[" + b"{}," * 6_000_000 + b"{}]", "more than 1500000 cells"),
    "ten million cells": (
        f"{','.join(WIDE[:100])}\n".encode() + f"{','.join(['1'] * 100)}\n".encode() * 90_000,
        "cells: cut",
    ),
    "Shift-JIS": ("タイトル,会\nあ,い\n".encode("shift-jis"), "row 1"),
    "NUL": (b"title,number\nHi\x00re,1\n", "row 2: there is a NUL"),
    "a cell too long": (b"title\n" + b"x" * 100_001 + b"\n", "row 2"),
    "Latin-1": ("title\nCafé crème\n".encode("latin-1"), "row 2: this is neither UTF-8 nor GB18030"),
    "Windows-1251": ("title\nПредложение\n".encode("cp1251"), "row 2"),
    "Big5": ("title\n關於推動幹細胞產業發展的建議，第一條\n".encode("big5"), "row 2"),
    "UTF-16 without its mark": ("title\nHire\n".encode("utf-16-le"), "there is a NUL"),
    "half of UTF-16": ("title\nHire\n".encode("utf-16")[:-1], "this says it is UTF-16 and is not"),
    "cut in the middle of a character": ("title\n建议".encode()[:-1], "row 2"),
    "bytes by chance": (bytes(range(128, 256)) * 9, "row 1"),
    "PDF": (b"%PDF-1.7 ...", "this is PDF; save it as XLSX, CSV or JSON"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "this is XLS, DOC"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "this is PNG"),
    "a web page": (b"<!DOCTYPE html><table><tr><td>title</td></tr></table>", "this is HTML"),
    "gzip": (b"\x1f\x8b\x08\x00", "this is gzip"),
    "JSON cut off": (b'[{"title": "Hire"', "this is no JSON"),
    "JSON that is numbers": (b"[1, 2]", "this is no list of objects"),
    "JSON with two tables": (b'{"a": [], "b": []}', "this is no list of objects"),
    "a table in a cell": (json.dumps([{"title": {"en": "Hire"}}]).encode(), "row 2, column “title”: there is a table"),
    "JSON a thousand deep": (b"[" * 100_000, "this is no JSON"),
    "a lone surrogate": (b'[{"title": "\\ud800"}]', "row 2, column “A”: there is a sign that is none"),
    "NUL in JSON": (b'[{"title": "a\\u0000b"}]', "row 2, column “A”: there is a sign that is none"),
    "a ZIP of texts": (packed({"a.csv": CSV}), "this is a ZIP file but no XLSX workbook"),
    "half a workbook": (GOOD[: len(GOOD) // 2], "this is no workbook that can be read"),
    "a damaged sheet": (changed(GOOD, SHEET, lambda _old: b"<worksheet"), "this is no workbook that can be read"),
    "a formula": (workbook([["title"], ["=1+1"]]), "row 2, column “A”: a formula"),
    "an error": (workbook([["title"], ["#DIV/0!"]]), "row 2, column “A”: the cell holds the error #DIV/0!"),
    "merged cells": (
        workbook([["title", "number"], ["Hire", "1"], ["", "2"]], lambda sheet: sheet.merge_cells("A2:A3")),
        "the cells A2:A3 are merged: unmerge them",
    ),
    "a bomb of entities": (
        changed(GOOD, SHEET, lambda old: old.replace(b"<worksheet", ENTITIES + b"<worksheet", 1)),
        "the workbook defines entities",
    ),
    "a bomb of zeros": (packed({"xl/workbook.xml": b"", SHEET: b"0" * 201_000_000}), "unpacks to more than 100 MB"),
}


@pytest.mark.parametrize(("content", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_refused_with_its_place(content, said):
    with pytest.raises(SheetError) as refused:
        read(content)
    assert said in str(refused.value)


def test_there_are_forty_of_them():
    assert len(BROKEN) >= 40


def test_too_large_a_file_and_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 20)
    with pytest.raises(SheetError, match="larger"):
        read(CSV.encode())
    monkeypatch.undo()
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    with pytest.raises(SheetError, match="row 4: more than 2 rows"):
        read(b"title\na\nb\nc\n")


def with_another(sheet):
    """Put a list behind a cover."""
    listed = sheet.parent.create_sheet("list")
    listed.append(["title", "number"])
    listed.append(["Hire", "0462"])


GOOD_ONES = {
    "CSV": CSV.encode(),
    "with a mark": CSV.encode("utf-8-sig"),
    "UTF-16": CSV.encode("utf-16"),
    "TSV": CSV.replace(",", "\t").encode(),
    "semicolons": CSV.replace(",", ";").encode(),
    "Windows lines": CSV.replace("\n", "\r\n").encode(),
    "blank rows and cells": b"\n,\ntitle,number,\n\n Hire , 0462 ,\n,,\n",
    "JSON": json.dumps([{"title": "Hire", "number": "0462"}]).encode(),
    "JSON in an object": json.dumps({"rows": [{"title": "Hire", "number": "0462"}]}).encode(),
    "XLSX": GOOD,
    "a title above the header": b"Proposals of a province,\ntitle,number\nHire,0462\n",
    "a title above the header, merged": workbook(
        [["Proposals of a province"], ["title", "number"], ["Hire", "0462"]], lambda sheet: sheet.merge_cells("A1:B1")
    ),
    "a cover before the sheet": workbook([["See the next"]], with_another),
    "XLSX with blank rows": workbook([[], ["title", "number"], [], ["Hire", "0462"], [None, " "]]),
}


@pytest.mark.parametrize("content", GOOD_ONES.values(), ids=GOOD_ONES)
def test_what_is_a_sheet_is_read_whatever_it_is_called(content):
    sheet = read(content)
    assert sheet.header == ["title", "number"]
    assert [cells for _, cells in sheet.rows] == [["Hire", "0462"]]


def test_chinese_files_are_read_as_chinese_programs_write_them():
    text = "标题,编号\n关于推动干细胞产业发展的建议,0462\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"):
        assert read(text.encode(encoding)).rows == [(2, ["关于推动干细胞产业发展的建议", "0462"])]


def test_dates_and_numbers_of_a_workbook_are_texts():
    rows = [["a", "b", "c", "d", "e"], [date(2024, 3, 12), datetime(2024, 3, 12, 9), 12.0, 1.5, True]]
    assert read(workbook(rows)).rows[0][1] == ["2024-03-12", "2024-03-12", "12", "1.5", "yes"]


def test_rows_bear_the_numbers_that_a_reader_sees():
    assert [number for number, _ in read(b'title\n"two\nlines"\nnext\n').rows] == [2, 4]


RUN = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", "'=1", "''=1", "'x", "x=1", ""]


@pytest.mark.parametrize("text", RUN)
def test_what_a_program_would_run_is_made_harmless_and_comes_back(text):
    written = harmless(text)
    assert written[:1] not in cells.RUN
    assert unharmed(written) == text
    kept = io.StringIO()
    csv.writer(kept).writerows([["title", "x"], [written, "1"]])
    assert read(kept.getvalue().encode()).rows[0][1][0] == text


READING = """
import pathlib, django, sys
django.setup()
from proposals.sheets.reading import SheetError, read_file
try:
    print(len(read_file(pathlib.Path(sys.argv[1])).rows), "rows")
except SheetError as error:
    print(error)
print(pathlib.Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""
HUGE = {
    "a million blank rows": (
        lambda: changed(GOOD, SHEET, lambda old: old.replace(b"</sheetData>", b"<row/>" * 1_000_000 + b"</sheetData>")),
        "1 rows",
    ),
    "200 MB": (lambda: b"title\n" + b"x" * 200_000_000, "larger than"),
    "the largest that is read": (lambda: b"title,b\n" + b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n" * 660_000, "more than"),
    "the most cells that are read": (
        lambda: (f"{','.join(WIDE[:15])}\n" + f"{'xyz,' * 15}\n" * 99_999).encode(),
        "99999 rows",
    ),
    **{
        name: (lambda name=name: BROKEN[name][0], BROKEN[name][1])
        for name in (
            "a bomb of zeros",
            "a row of a million blank cells",
            "six million texts",
            "JSON of nothing, six million times",
            "ten million cells",
        )
    },
}


@pytest.mark.parametrize(("content", "said"), HUGE.values(), ids=HUGE)
def test_what_is_huge_takes_less_than_300_mb(tmp_path, content, said):
    """Each in a process of its own."""
    file = tmp_path / "sheet"
    file.write_bytes(content())
    done = subprocess.run([sys.executable, "-c", READING, file], cwd=ROOT, capture_output=True, text=True, check=True)
    answer, memory = done.stdout.splitlines()
    assert said in answer
    assert int(memory) < 300_000


def test_what_is_read_of_a_workbook_is_told():
    sheet = read(GOOD_ONES["a cover before the sheet"])
    assert (sheet.name, sheet.others) == ("list", ("Sheet",))


def test_zeros_that_a_workbook_shows_before_a_number_are_kept():
    def padded(sheet):
        sheet["B2"].number_format = "0000"

    assert read(workbook([["title", "number"], ["Hire", 462]], padded)).rows == [(2, ["Hire", "0462"])]


def test_json_is_read_as_it_is():
    assert read(json.dumps([{"title": "'=x", "number": "''=x"}]).encode()).rows == [(2, ["'=x", "''=x"])]
