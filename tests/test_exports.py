"""Downloads of a list: what pandas, openpyxl and others read in them is what the record says, row for row."""

import csv
import io
import json
import re
from datetime import datetime

import bibtexparser
import pandas
import pytest
import rispy
from django.core.cache import cache
from django.utils import timezone
from openpyxl import load_workbook

from people.models import Position
from proposals.exports import COLUMNS, Kind, workbook
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_event,
    make_proposal,
    make_region,
    make_reply,
    make_session,
    make_source,
    make_topic,
)

LISTS = ["proposals", "recommendations"]
SHAPES = ["csv", "xlsx", "jsonl", "bib", "ris", "csl.json"]


def content(response):
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content) if response.streaming else response.content


def rows_of(response):
    return list(csv.DictReader(io.StringIO(content(response).decode(), newline="")))


def lines_of(response):
    return [json.loads(line) for line in content(response).decode().splitlines()]


@pytest.fixture
def record(db):
    """One proposal of which all is known, and one of which next to nothing is."""
    china = make_region(slug="china", iso_code="CN", name="China", kind="country")
    guangdong = make_region(slug="guangdong", iso_code="CN-GD", name="Guangdong", parent=china)
    zone = make_region(slug="a-zone", name="Zone", parent=guangdong, kind="zone")
    body = make_body(slug="cppcc", name="CPPCC National Committee", short_name_zh="全国政协", region=china)
    session = make_session(body=body, term=14, ordinal=2, year=2024, opened="2024-03-04", slug="cppcc-14-2")
    topic, other = make_topic(slug="cells", name="Cells", order=1), make_topic(slug="banks", name="Banks", order=2)
    nmpa, nhc = make_agency(slug="nmpa", name="NMPA"), make_agency(slug="nhc", name="NHC")
    ding = make_delegate(slug="ding", name="Ding Lieming", name_zh="丁列明", employer="Betta; Pharma Co.")
    Position.objects.create(delegate=ding, employer_zh="某研究院", inferred=True)
    Position.objects.create(delegate=ding, employer_en="Later Co.", began="2025")
    wang = make_delegate(slug="wang", name="Wang Guilin")
    source = make_source(url="https://news.example/a", title="A report")
    full = make_proposal(
        title="Grow quinces",
        title_zh="关于种植榅桲的提案",
        summary_en="Line one\r\nline “two”, with a comma",
        number="0462",
        session=session,
        submitted="2024-03",
        topics=[topic],
        regions=[guangdong, zone],
        delegates=[ding, wang],
        organisations=["Jiusan Society"],
        proposers_in_all=9,
        recommendations=[
            {"text": "Plant trees", "text_zh": "种树", "topics": [topic, other], "to": [nmpa], "group_en": "First"},
            {"text": "Build a bank", "inferred": [nhc], "implied": True, "note_en": "Complained of"},
        ],
        sources=[source, make_source(title="A book", url="")],
        published=True,
    )
    make_event(proposal=full, stage="assigned", date="2024-04", agency=nhc, role="lead", source=source)
    first = full.recommendations.first()
    replied = make_reply(to=[full], agency=nmpa, date="2024-08-12", outcome="planned", outcomes={first: "in_progress"})
    bare = make_proposal(title_zh="仅有中文题目", title_en="", session=make_session(year=2023), published=True)
    make_proposal(title="Draft of quinces", session=session)
    full.refresh_from_db()
    return {"full": full, "bare": bare, "reply": replied, "first": first}


def test_a_row_says_what_the_record_says(client, record):
    [full, bare] = lines_of(client.get("/proposals/export.jsonl"))
    key, reply = record["full"].pk, record["reply"].pk
    assert full == {
        "id": key,
        "permalink": f"http://testserver/proposals/{key}/",
        "number": "0462",
        "title_en": "Grow quinces",
        "title_zh": "关于种植榅桲的提案",
        "summary_en": "Line one\r\nline “two”, with a comma",
        "summary_zh": "",
        "kind": "proposal",
        "body": "cppcc",
        "body_en": "CPPCC National Committee",
        "body_zh": "",
        "level": "national",
        "session": "cppcc-14-2",
        "session_en": "14th CPPCC National Committee, 2nd session",
        "session_zh": "全国政协十四届二次会议",
        "term": 14,
        "ordinal": 2,
        "year": 2024,
        "submitted": "2024-03",
        "date": "2024-03",
        "status": record["full"].status,
        "proposers_en": ["Ding Lieming", "Wang Guilin", "Jiusan Society"],
        "proposers_zh": ["丁列明", "Wang Guilin", "Jiusan Society"],
        "delegates": ["ding", "wang"],
        "first_proposer": "ding",
        "proposers_in_all": 9,
        "employers": full["employers"],
        "regions": ["CN-GD", "a-zone"],
        "topics": ["cells"],
        "recommendation_topics": ["cells", "banks"],
        "recommendations": 2,
        "agencies": ["nmpa"],
        "agencies_inferred": ["nhc"],
        "lead_agencies": ["nhc", "nmpa"],
        "replied": True,
        "replies": [reply],
        "days_to_reply": None,
        "outcomes": ["planned"],
        "note_en": "",
        "note_zh": "",
        "published_at": full["published_at"],
        "sources": full["sources"],
    }
    assert {*full["employers"]} == {"Betta; Pharma Co.", "某研究院 (inferred)"}
    assert {*full["sources"]} == {"https://news.example/a", "A book"}
    assert datetime.fromisoformat(full["published_at"]) == record["full"].published_at.replace(microsecond=0)
    assert bare["id"] == record["bare"].pk
    assert bare["title_en"] == bare["submitted"] == bare["first_proposer"] == ""
    assert (bare["date"], bare["replied"], bare["proposers_in_all"]) == ("2023", False, None)
    assert bare["topics"] == bare["replies"] == bare["sources"] == []


def test_a_row_of_a_recommendation_says_what_the_record_says(client, record):
    first, second = lines_of(client.get("/recommendations/export.jsonl"))
    assert (first["number"], second["number"]) == (1, 2)
    assert first["permalink"] == f"http://testserver/recommendations/{record['first'].pk}/"
    told = ("text_en", "text_zh", "group_en", "topics", "agencies", "agencies_inferred", "implied", "outcomes")
    assert [first[name] for name in told] == [
        *("Plant trees", "种树", "First", ["cells", "banks"], ["nmpa"], [], False, ["in_progress"])
    ]
    assert [second[name] for name in told] == ["Build a bank", "", "", [], [], ["nhc"], True, []]
    assert second["note_en"] == "Complained of"
    assert first["proposal"] == second["proposal"] == record["full"].pk
    assert first["proposal_title_zh"] == "关于种植榅桲的提案"
    assert (first["year"], first["date"], first["delegates"]) == (2024, "2024-03", ["ding", "wang"])
    assert first["regions"] == ["CN-GD", "a-zone"]


@pytest.mark.parametrize("name", [*LISTS, "replies"])
def test_every_shape_has_the_columns_that_are_described_and_no_other(client, record, name):
    names = [column.name for column in COLUMNS[name]]
    assert len({*names}) == len(names)
    told = client.get(f"/{name}/export.csv-metadata.json").json()
    assert [column["name"] for column in told["tableSchema"]["columns"]] == names
    for row in lines_of(client.get(f"/{name}/export.jsonl")):
        assert [*row] == names
        for column in COLUMNS[name]:
            several, value = isinstance(row[column.name], list), row[column.name]
            assert several == column.several, column
            for each in value if several else [value]:
                kinds = {Kind.INTEGER: int | None, Kind.BOOLEAN: bool, Kind.MOMENT: str | None}
                assert isinstance(each, kinds.get(column.kind, str)), column
    assert [*rows_of(client.get(f"/{name}/export.csv"))[0]] == names
    sheet = load_workbook(io.BytesIO(content(client.get(f"/{name}/export.xlsx"))))[name]
    assert [box.value for box in sheet[1]] == names


@pytest.mark.parametrize("name", LISTS)
def test_pandas_reads_the_csv_file_and_finds_numbers_and_dates(client, record, name):
    frame = pandas.read_csv(io.BytesIO(content(client.get(f"/{name}/export.csv"))), dtype={"number": str})
    again = pandas.read_json(io.BytesIO(content(client.get(f"/{name}/export.jsonl"))), lines=True, dtype=False)
    assert frame["id"].tolist() == again["id"].tolist()
    assert frame["year"].dtype == "int64"
    whole = frame.iloc[0]
    if name == "proposals":
        assert whole["number"] == "0462"
        assert whole["summary_en"] == "Line one\r\nline “two”, with a comma"
        assert {*whole["employers"].split("; ")} == {"Betta, Pharma Co.", "某研究院 (inferred)"}
        assert bool(whole["replied"]) is True
        assert whole["proposers_zh"].split("; ") == ["丁列明", "Wang Guilin", "Jiusan Society"]
    else:
        assert frame["agencies"].str.split("; ").explode().dropna().tolist() == ["nmpa"]


def test_csv_begins_with_the_sign_that_excel_needs_where_that_is_asked_for(client, record):
    plain = content(client.get("/proposals/export.csv?bom=0"))
    marked = content(client.get("/proposals/export.csv?bom=1"))
    assert marked == b"\xef\xbb\xbf" + plain
    assert plain.startswith(b"id,permalink,")
    assert plain.count(b"\r\n") == 4  # a header, two rows, and one within a cell
    assert client.get("/proposals/export.csv")["Content-Type"] == "text/csv; charset=utf-8; header=present"


def test_the_workbook_has_typed_cells_both_lists_and_says_what_it_is(client, record):
    book = load_workbook(io.BytesIO(content(client.get("/proposals/export.xlsx?topic=cells"))))
    assert book.sheetnames == ["proposals", "recommendations", "About this file"]
    sheet = book["proposals"]
    assert sheet.freeze_panes == "B2"
    cells = dict(zip((box.value for box in sheet[1]), sheet[2], strict=True))
    assert cells["id"].value == record["full"].pk
    assert cells["year"].data_type == "n"
    assert cells["replied"].value is True
    assert (cells["number"].data_type, cells["number"].value) == ("s", "0462")
    assert cells["published_at"].is_date
    assert (cells["submitted"].data_type, cells["submitted"].value) == ("s", "2024-03")
    assert sheet.max_row == 2
    below = book["recommendations"]
    assert [row[3].value for row in below.iter_rows(min_row=2)] == ["Plant trees", "Build a bank"]
    about = {row[0].value: row[1].value for row in book["About this file"] if row[0].value}
    assert about["What it shows"] == "1 proposal on cells"
    assert about["Address of the list"] == "http://testserver/proposals/?topic=cells"
    assert about["Licence"] == "CC BY 4.0"
    assert about["As of"].date() == timezone.localdate()
    described = [row[1].value for row in book["About this file"] if row[0].value in LISTS]
    assert described == [column.name for name in LISTS for column in COLUMNS[name]]
    frames = pandas.read_excel(io.BytesIO(content(client.get("/recommendations/export.xlsx"))), sheet_name=None)
    assert [*frames] == ["recommendations", "proposals", "About this file"]
    assert frames["proposals"]["id"].tolist() == [record["full"].pk]
    assert len(frames["recommendations"]) == 2


def test_reference_managers_read_an_entry_for_each_row(client, record):
    keys = [record["full"].pk, record["bare"].pk]
    library = bibtexparser.parse_string(content(client.get("/proposals/export.bib")).decode())
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == [f"lianghui-proposal-{key}" for key in keys]
    entries = rispy.loads(content(client.get("/proposals/export.ris")).decode())
    assert [entry["urls"] for entry in entries] == [[f"http://testserver/proposals/{key}/"] for key in keys]
    objects = json.loads(content(client.get("/proposals/export.csl.json")))
    assert [each["id"] for each in objects] == [f"lianghui-proposal-{key}" for key in keys]
    of_single = json.loads(content(client.get("/recommendations/export.csl.json")))
    assert of_single[0]["URL"] == f"http://testserver/recommendations/{record['first'].pk}/"
    assert len(of_single) == len(rispy.loads(content(client.get("/recommendations/export.ris")).decode())) == 2


def test_the_rows_are_the_same_in_both_languages(client, record):
    for name in LISTS:
        for shape in ("csv", "jsonl"):
            ours, theirs = (content(client.get(f"{prefix}/{name}/export.{shape}")) for prefix in ("", "/zh"))
            assert ours == theirs
    assert "lang" in client.get("/zh/proposals/").text
    assert "/zh/proposals/export.csv" in client.get("/zh/proposals/").text


def test_the_sidecar_says_licence_date_filter_and_every_column_in_both_languages(client, record):
    answer = client.get("/proposals/export.csv?topic=cells&bom=1")
    sidecar = "http://testserver/proposals/export.csv-metadata.json?topic=cells"
    assert answer["Link"] == (
        '<https://creativecommons.org/licenses/by/4.0/>; rel="license", '
        f'<{sidecar}>; rel="describedby"; type="application/csvm+json"'
    )
    content(answer)
    response = client.get(sidecar)
    assert response["Content-Type"] == "application/csvm+json"
    told = response.json()
    assert told["@context"][0] == "http://www.w3.org/ns/csvw"
    assert told["url"] == "http://testserver/proposals/export.csv?topic=cells"
    assert told["dc:title"] == "Lianghui 两会: 1 proposal on cells"
    assert told["dc:source"] == "http://testserver/proposals/?topic=cells"
    assert told["dc:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert told["dc:date"] == timezone.localdate().isoformat()
    columns = {column["name"]: column for column in told["tableSchema"]["columns"]}
    assert columns["topics"]["separator"] == "; "
    assert columns["year"]["datatype"] == "integer"
    assert columns["submitted"]["datatype"] == "string"
    assert "2024-03-12" in columns["submitted"]["dc:description"][0]["@value"]
    assert columns["regions"]["dc:conformsTo"] == "ISO 3166-2"
    for column in columns.values():
        assert column["titles"]["en"][0] == column["titles"]["zh"][0] == column["name"]
        assert [each["@language"] for each in column["dc:description"]] == ["en", "zh"]
        assert all(each["@value"].strip() for each in column["dc:description"])


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("", "lianghui-proposals"),
        ("?page=3&page_size=50&bom=1", "lianghui-proposals"),
        ("?topic=cells&region=CN-GD", "lianghui-proposals-topic-cells-region-CN-GD"),
        ("?year=2024&sort=oldest", "lianghui-proposals-year-2024-sort-oldest"),
        ("?q=干细胞", "lianghui-proposals-q-[0-9a-f]{8}"),
        ("?q=stem+cells", "lianghui-proposals-q-stem-cells-[0-9a-f]{8}"),
        ("?q=" + "long" * 40, "lianghui-proposals-q-(long)+[a-z]*-[0-9a-f]{8}"),
        ('?q="%0d%0aSet-Cookie: x', "lianghui-proposals-q-Set-Cookie-x-[0-9a-f]{8}"),
    ],
)
def test_a_file_is_named_after_what_is_asked_and_the_day(client, record, asked, name):
    disposition = client.get(f"/proposals/export.csv{asked}")["Content-Disposition"]
    day = timezone.localdate().isoformat()
    assert re.fullmatch(f'attachment; filename="{name}-{day}.csv"', disposition), disposition
    assert len(disposition) < 160


def test_names_of_different_lists_differ(client, record):
    asked = ["?q=干细胞", "?q=细胞", "?q=stem+cells", "?q=stem-cells"]
    assert len({client.get(f"/proposals/export.csv{one}")["Content-Disposition"] for one in asked}) == len(asked)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_nothing_is_a_file_without_rows(client, record, name, shape):
    found = content(client.get(f"/{name}/export.{shape}?q=nothing-like-this"))
    match shape:
        case "csv":
            assert found.decode() == ",".join(column.name for column in COLUMNS[name]) + "\r\n"
        case "xlsx":
            assert [sheet.max_row for sheet in load_workbook(io.BytesIO(found)).worksheets][:2] == [1, 1]
        case "csl.json":
            assert json.loads(found) == []
        case _:
            assert found == b""


@pytest.mark.parametrize("shape", SHAPES)
def test_nobody_indexes_a_download_and_who_has_it_is_not_sent_it_again(client, record, shape):
    answer = client.get(f"/proposals/export.{shape}")
    assert answer["X-Robots-Tag"] == "noindex"
    first, tag = content(answer), answer["ETag"]
    again = client.get(f"/proposals/export.{shape}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    make_proposal(title="Another", published=True)
    later = client.get(f"/proposals/export.{shape}", headers={"If-None-Match": tag})
    assert later["ETag"] != tag
    assert content(later) != first
    assert client.get(f"/proposals/export.{shape}?q=quinces")["ETag"] != later["ETag"]


def test_the_page_offers_every_shape_of_what_it_shows(client, record):
    cache.clear()
    for prefix in ("", "/zh"):
        for name in LISTS:
            page = client.get(f"{prefix}/{name}/?topic=cells&page_size=50").text
            for shape in [*SHAPES, "csv-metadata.json"]:
                assert f'href="{prefix}/{name}/export.{shape}?topic=cells"' in page
            assert f'href="{prefix}/{name}/export.csv?topic=cells&amp;bom=1"' in page
            assert 'href="#take"' in page
    assert 'id="downloads"' not in client.get("/proposals/?q=nothing-like-this").text


def test_a_row_of_a_reply_says_what_the_record_says(client, record):
    hidden = make_proposal(title="Draft")
    reply = make_reply(
        to=[record["full"], hidden],
        agency=make_agency(slug="mof", name="MOF"),
        number="财办〔2024〕1号",
        date="2024-09",
        title_zh="对第0462号提案的答复",
        class_printed="A",
        outcome="resolved",
        source=make_source(title="The letter", url="https://mof.example/1"),
    )
    reply.co_agencies.add(make_agency(slug="most", name="MOST"))
    make_reply(to=[hidden], title="Of a draft")
    first, second = lines_of(client.get("/replies/export.jsonl"))
    assert (first["id"], second["id"]) == (reply.pk, record["reply"].pk)
    assert first["permalink"] == f"http://testserver/replies/{reply.pk}/"
    told = ("number", "title_zh", "date", "agency", "agency_en", "co_agencies", "class_printed", "outcome", "source")
    assert [first[name] for name in told] == [
        *("财办〔2024〕1号", "对第0462号提案的答复", "2024-09", "mof", "MOF", ["most"], "A", "resolved"),
        "https://mof.example/1",
    ]
    assert first["proposals"] == [record["full"].pk]
    assert first["proposal_permalinks"] == [f"http://testserver/proposals/{record['full'].pk}/"]


@pytest.mark.parametrize("asked", ["", "agency=nmpa", "outcome=planned", "year=2023", "q=Reply+1", "q=nothing-like-it"])
def test_downloads_of_replies_have_the_rows_of_their_page(client, record, asked):
    for number in range(30):
        make_reply(to=[record["full"]], title=f"Reply {number % 3}", date=f"202{number % 4}", outcome="planned")
    shown, page = [], 1
    while page:
        answer = client.get(f"/replies/?{asked}&page={page}")
        shown += [reply.pk for reply in answer.context["page"]]
        page = page + 1 if answer.context["page"].has_next() else 0
    got = {shape: content(client.get(f"/replies/export.{shape}?{asked}&page=1")) for shape in SHAPES}
    table = load_workbook(io.BytesIO(got["xlsx"]))["replies"]
    entries = bibtexparser.parse_string(got["bib"].decode()).entries
    keys = {
        "csv": [int(row["id"]) for row in csv.DictReader(io.StringIO(got["csv"].decode(), newline=""))],
        "jsonl": [json.loads(line)["id"] for line in got["jsonl"].decode().splitlines()],
        "xlsx": [key for (key,) in table.iter_rows(min_row=2, max_col=1, values_only=True)],
        "bib": [int(entry.key.rpartition("-")[2]) for entry in entries],
        "ris": [int(entry["urls"][0].rstrip("/").rpartition("/")[2]) for entry in rispy.loads(got["ris"].decode())],
        "csl.json": [int(each["id"].rpartition("-")[2]) for each in json.loads(got["csl.json"])],
    }
    assert keys == dict.fromkeys(SHAPES, shown)


def test_the_page_of_replies_offers_every_shape_and_names_it_in_its_head(client, record):
    for prefix in ("", "/zh"):
        answer = client.get(f"{prefix}/replies/?agency=nmpa&page=1")
        for shape in [*SHAPES, "csv-metadata.json"]:
            assert f'href="{prefix}/replies/export.{shape}?agency=nmpa"' in answer.text
        assert f"{prefix}/replies/export.csv?agency=nmpa" in answer["Link"]
        assert 'id="downloads"' not in client.get(f"{prefix}/replies/?agency=nmpa&year=1999").text
    told = client.get("/replies/export.csv-metadata.json?agency=nmpa").json()
    assert told["dc:source"] == "http://testserver/replies/?agency=nmpa"
    refused = client.get("/replies/export.csv?year=x&outcome=bad")
    assert (refused.status_code, refused.content.decode().count("\n")) == (400, 2)


@pytest.mark.parametrize("name", [*LISTS, "replies"])
def test_a_workbook_is_not_offered_where_it_cannot_be_had(client, record, monkeypatch, name):
    assert f'href="/{name}/export.xlsx"' in client.get(f"/{name}/").text
    monkeypatch.setattr(workbook, "MOST", 0)
    cache.clear()
    answer = client.get(f"/{name}/")
    assert "export.xlsx" not in answer.text
    assert "export.xlsx" not in answer["Link"]
    assert "<dt>XLSX</dt>" in answer.text
    assert client.get(f"/{name}/export.xlsx").status_code == 400


def test_two_workbooks_are_written_at_a_time_and_who_comes_then_is_asked_to_come_again(client, record):
    with workbook.AT_ONCE, workbook.AT_ONCE:
        answer = client.get("/proposals/export.xlsx")
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        assert client.get("/proposals/export.csv").status_code == 200
    assert client.get("/proposals/export.xlsx").status_code == 200


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_pages_of_things_lead_to_the_downloads_of_their_list(client, record, prefix):
    things = {"topics/cells/": "topic=cells", "regions/guangdong/": "region=CN-GD", "delegates/ding/": "delegate=ding"}
    things |= {"sessions/cppcc-14-2/": "session=cppcc-14-2", "agencies/nmpa/": "agency=nmpa"}
    for page, asked in things.items():
        assert f'href="{prefix}/proposals/?{asked}#take"' in client.get(f"{prefix}/{page}").text
        assert 'id="take"' in client.get(f"{prefix}/proposals/?{asked}").text
    assert f'href="{prefix}/recommendations/?agency=nmpa#take"' in client.get(f"{prefix}/agencies/nmpa/").text
