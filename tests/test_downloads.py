"""The whole record as files: read by those they are made for, of nothing but what is public, and gone in time."""

import csv
import hashlib
import io
import json
import re
import sqlite3
import subprocess
import sys
import tracemalloc
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from frictionless import Package
from frictionless.system import system

from people.models import Delegate, Membership
from people.models.delegates import Position
from proposals.downloads import writing
from proposals.downloads.held import WATCHED
from proposals.downloads.offered import offer
from proposals.downloads.tables import TABLES
from proposals.models import Event, Lineage, Proposal, Reply, Source
from tests.factories import make_agency, make_proposal, make_reply, make_source
from tests.public_ways import DOWNLOADS
from tests.test_nothing_unpublished_shows import CANARY, draft, known

__all__ = ["draft", "known"]
ANALYSTS_ONLY = {"note", "withdrawn_because_en", "withdrawn_because_zh", "state", "sent_by_id", "link_fault", "created"}
NAME = "[A-Za-z0-9_-]+"
DATE = r"\d{4}(-\d{2}){0,2}"
POPOLO = {
    "areas": {"id": str, "name": str, "identifier": str, "classification": str, "parent_id": "areas"},
    "organizations": {
        "id": str,
        "name": str,
        "classification": str,
        "other_names": list,
        "parent_id": "organizations",
        "area_id": "areas",
    },
    "posts": {"id": str, "label": str, "role": str, "organization_id": "organizations", "area_id": "areas"},
    "persons": {"id": str, "name": str, "other_names": list, "identifiers": list, "sources": list},
    "memberships": {
        "id": str,
        "label": str,
        "role": str,
        "start_date": DATE,
        "end_date": DATE,
        "person_id": "persons",
        "organization_id": "organizations",
        "post_id": "posts",
        "on_behalf_of_id": "organizations",
        "area_id": "areas",
    },
    "events": {
        "id": str,
        "name": str,
        "classification": str,
        "start_date": DATE,
        "end_date": DATE,
        "organization_id": "organizations",
    },
}
"""The properties of Popolo's classes that we use: a type, a pattern, or the list of that to which they lead."""
PARTS = {
    "other_names": {"name", "note"},
    "identifiers": {"scheme", "identifier"},
    "sources": {"url", "note"},
}


def written(**options):
    """Write the files, and give what is on offer then."""
    writing.write(lambda _table, _rows: None, **options)
    return offer()


def got(client, name, prefix=""):
    """What an address answers: status and content."""
    response = client.get(f"{prefix}/data/{name}")
    return response.status_code, b"".join(response) if response.streaming else response.content


def taken_away(client):
    """Whether no address gives a file; either all do or none does."""
    answers = {name: client.get(f"/data/{name}") for name in DOWNLOADS}
    statuses = {response.status_code for response in answers.values()}
    assert statuses in ({200}, {503})
    if statuses == {503}:
        assert all(response["Retry-After"] == "60" for response in answers.values())
        assert "SHA-256" not in client.get("/data/").text
    return statuses == {503}


@pytest.fixture
def package(tmp_path):
    """A function that unpacks the data package and gives its folder."""

    def unpack():
        folder = tmp_path / "package"
        with ZipFile(offer().folder / "lianghui.zip") as zipped:
            zipped.extractall(folder)
        return folder

    return unpack


@pytest.fixture
def odd(founding):
    """The founding data, and beside them a reply, an event and texts that look like formulas."""
    proposal = Proposal.objects.order_by("pk")[0]
    source, agency = make_source(title="=1+1", url="https://example.org/1", note_en="'=2"), make_agency(name="Office")
    reply = make_reply(to=[proposal], agency=agency, source=source, date="2024-08", summary_en='"Yes",\r\nthey say\n')
    reply.co_agencies.add(make_agency(name="Other office", parent=agency))
    other = make_proposal(title="@SUM(A1)", published=True, proposers_in_all=9)
    Event.objects.create(proposal=proposal, stage="merged", into=other, source=source)
    Lineage.objects.create(proposal=proposal, other=other, relation="unrelated")
    return proposal


def test_frictionless_finds_no_fault_in_the_package(odd, package):
    there = written()
    folder = package()
    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    assert report.flatten(["taskName", "rowNumber", "fieldName", "note"]) == []
    assert {task.name: task.stats.get("rows", 0) for task in report.tasks} == there.rows
    assert there.rows["proposals"] == 6
    described = json.loads((folder / "datapackage.json").read_text())
    assert described["licenses"][0]["name"] == "CC-BY-4.0"
    keys = sum(len(resource["schema"]["foreignKeys"]) for resource in described["resources"])
    assert keys > 50
    for resource in described["resources"]:
        assert resource["title"].isascii()
        assert resource["description"]
        assert all(field["title"] and field["description"] for field in resource["schema"]["fields"])
        assert resource["hash"] == f"sha256:{hashlib.sha256((folder / resource['path']).read_bytes()).hexdigest()}"


def test_a_fault_would_be_found(odd, package):
    written()
    folder = package()
    rows = re.sub(r"\n(\d+),\d+,", r"\n\1,999999,", (folder / "sponsorships.csv").read_text(), count=1)
    (folder / "sponsorships.csv").write_text(rows, newline="")
    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    assert "foreign-key" in {kind for (kind,) in report.flatten(["type"])}


def test_no_cell_of_the_csv_is_taken_for_a_formula_and_the_database_has_the_very_text(odd, package):
    there = written()
    folder = package()
    titles = {row["title"] for row in csv.DictReader(io.StringIO((folder / "sources.csv").read_text()))}
    assert "'=1+1" in titles
    for file in folder.glob("*.csv"):
        cells = (cell for row in csv.reader(io.StringIO(file.read_text())) for cell in row)
        assert [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell] == [], file
    with closing(sqlite3.connect(there.folder / "lianghui.sqlite3")) as database:
        assert database.execute("SELECT title, note_en FROM sources WHERE title LIKE '=%'").fetchall() == [
            ("=1+1", "'=2")
        ]
        assert database.execute("SELECT summary_en FROM replies").fetchall() == [('"Yes",\r\nthey say\n',)]
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("SELECT count(*) FROM lineage").fetchone() == (0,)  # looked at: not related


@pytest.fixture
def datasette(tmp_path_factory):
    """A function that asks a real Datasette for JSON, in a process of its own."""
    code = (
        "import asyncio, json, sys\n"
        "from datasette.app import Datasette\n"
        "async def main(path, metadata, *addresses):\n"
        "    datasette = Datasette([path], metadata=json.loads(open(metadata).read()))\n"
        "    await datasette.invoke_startup()\n"
        "    print(json.dumps([(await datasette.client.get(each)).json() for each in addresses]))\n"
        "asyncio.run(main(*sys.argv[1:]))\n"
    )

    def asked(there, *addresses):
        files = [str(there.folder / name) for name in ("lianghui.sqlite3", "metadata.json")]
        done = subprocess.run(
            [sys.executable, "-c", code, *files, *addresses], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return asked


def test_datasette_serves_the_database_with_its_metadata(odd, datasette):
    there = written()
    counted, found, view, tables, about = datasette(
        there,
        "/lianghui.json?sql=select+count(*)+as+n+from+recommendations",
        "/lianghui/recommendations.json?_search=stem&_shape=objects&_labels=on",
        "/lianghui/recommendations_with_agencies.json?_shape=array&agencies_stated__contains=NMPA&_size=3",
        "/lianghui.json",
        "/-/metadata.json",
    )
    assert counted["rows"][0] == [59]
    assert found["rows"]
    assert all("stem" in f"{row['text_en']}{row['text_zh']}".lower() for row in found["rows"])
    assert found["rows"][0]["proposal_id"]["label"]  # through the foreign key
    assert isinstance(view, list)
    assert {table.name for table in TABLES} <= {table["name"] for table in tables["tables"]}
    assert all(table["foreign_keys"] is not None for table in tables["tables"])
    assert about["license"] == "CC-BY-4.0"
    assert about["databases"]["lianghui"]["tables"]["addressees"]["facets"] == ["agency_id", "stated"]


def test_popolo_keeps_to_the_terms_of_popolo_and_says_only_what_is_stated(odd):
    ding = Delegate.objects.get(slug="ding-lieming")
    Position.objects.create(delegate=ding, employer_en="Guessed Ltd", inferred=True)
    Position.objects.create(delegate=ding, employer_en="Told Ltd", post_en="Chairman", began="2003")
    said = json.loads((written().folder / "popolo.json").read_text())
    assert said.keys() == POPOLO.keys()
    keys = {name: [each["id"] for each in objects] for name, objects in said.items()}
    for name, objects in said.items():
        assert len(set(keys[name])) == len(objects) > 0, name
        for each in objects:
            assert each.keys() <= POPOLO[name].keys(), each
            assert {"id", *({"name"} & POPOLO[name].keys())} <= each.keys()
            for prop, value in each.items():
                meant = POPOLO[name][prop]
                if meant in said:
                    assert value in keys[meant], each
                elif isinstance(meant, str):
                    assert re.fullmatch(meant, value), each
                else:
                    assert isinstance(value, meant), each
                assert all(part.keys() <= PARTS[prop] for part in (value if isinstance(value, list) else ()))
    text = json.dumps(said, ensure_ascii=False)
    assert "Told Ltd" in text
    assert "Guessed Ltd" not in text
    [person] = [each for each in said["persons"] if each["id"] == "person-ding-lieming"]
    assert person["name"] == "Ding Lieming"
    assert {"丁列明", "Ding Leeming"} <= {each["name"] for each in person["other_names"]}
    assert person["identifiers"] == [{"scheme": "wikidata", "identifier": "Q9097745"}]
    areas = {(each["person_id"], each.get("area_id")) for each in said["memberships"] if each.get("post_id")}
    assert ("person-ding-lieming", "CN-ZJ") in areas
    assert ("person-liu-yun", None) in areas  # Jiangsu is inferred


def test_no_word_of_a_draft_is_in_any_file(client, draft, package):
    draft.write()
    there = written()
    package()
    for file in [*there.folder.iterdir(), *(there.folder.parent.parent / "package").iterdir()]:
        found = CANARY.search(file.read_bytes().decode("utf-8", "replace"))
        assert found is None, (file.name, found)
    assert there.rows["proposals"] == there.rows["replies"] == there.rows["policy_documents"] == 1


def test_every_word_of_a_draft_would_be_found_once_it_is_published(client, draft, package):
    """Or the test above would look for words that no file has a place for."""
    draft.write()
    draft.publish()
    written()
    text = "".join(file.read_text() for file in package().iterdir())
    kinds = {name.partition(".")[0] for name, word in draft.words.items() if word in text}
    assert kinds == {name.partition(".")[0] for name in draft.words} - {"outcomeclass"}


def test_no_column_is_for_analysts_alone():
    names = {column for table in TABLES for column in table.fields}
    assert names & ANALYSTS_ONLY == set()
    assert not any(table.model is Delegate and "note" in table.fields for table in TABLES)


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_the_page_offers_what_the_addresses_give(client, odd, prefix):
    assert "SHA-256" not in client.get(f"{prefix}/data/").text
    assert got(client, "lianghui.zip", prefix)[0] == 404
    there = written()
    page = client.get(f"{prefix}/data/").text
    for file in there.files:
        status, content = got(client, file.name, prefix)
        assert (status, len(content)) == (200, file.bytes)
        assert hashlib.sha256(content).hexdigest() == file.sha256
        assert file.sha256 in page
        assert f'href="{prefix}/data/{file.name}"' in page
    manifest = json.loads(got(client, "manifest.json", prefix)[1])
    assert [file["name"] for file in manifest["files"]] == [file.name for file in there.files]
    assert manifest["rows"] == there.rows
    for other in ("held.json", "..%2Fcurrent.json", "x", "lock"):
        assert got(client, other, prefix)[0] == 404


def test_a_file_is_sent_in_parts_and_not_again(client, odd):
    whole = (written().folder / "lianghui.sqlite3").read_bytes()
    address = "/data/lianghui.sqlite3"
    first = client.get(address)
    assert b"".join(first) == whole
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    for asked, part in {"bytes=0-15": whole[:16], "bytes=100-": whole[100:], "bytes=-7": whole[-7:]}.items():
        response = client.get(address, headers={"Range": asked})
        assert response.status_code == 206
        assert b"".join(response) == part
        assert response["Content-Range"].endswith(f"/{len(whole)}")
        assert int(response["Content-Length"]) == len(part)
    assert client.get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    for odd_range in ("bytes=-", "bytes=5-2-1", "lines=1-2", "bytes=x-", f"bytes={'9' * 5000}-"):
        assert len(b"".join(client.get(address, headers={"Range": odd_range}))) == len(whole)
    other = client.get(address, headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert len(b"".join(other)) == len(whole)


def test_a_merger_into_a_draft_is_told_without_the_draft(db):
    proposal, hidden = make_proposal(published=True), make_proposal()
    Event.objects.create(proposal=proposal, stage="merged", into=hidden, source=make_source())
    with closing(sqlite3.connect(written().folder / "lianghui.sqlite3")) as database:
        assert database.execute("SELECT stage, into_id FROM events").fetchall() == [("merged", None)]


def test_nothing_is_written_twice_and_nothing_is_left_behind(db, capsys, settings):
    make_proposal(published=True)
    call_command("write_downloads", verbosity=1)
    assert "4 files" in capsys.readouterr().out
    first = offer()
    call_command("write_downloads", verbosity=1)
    assert "Nothing has changed" in capsys.readouterr().out
    (Path(settings.DOWNLOADS_DIR) / "written-broken-off").mkdir()
    call_command("write_downloads", anyway=True, verbosity=0)
    assert offer().folder != first.folder
    assert [path.name for path in Path(settings.DOWNLOADS_DIR).glob("written-*")] == [offer().folder.name]


def test_a_writing_that_fails_leaves_what_there_was(db, monkeypatch):
    make_proposal(published=True)
    there = written()
    monkeypatch.setattr(writing, "write_popolo", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written(anyway=True)
    assert offer() == there
    assert (there.folder / "lianghui.zip").exists()


def test_several_at_once_write_once(record_on_disk, aside, client):
    make_proposal(published=True)
    done = [aside(writing.write, lambda _table, _rows: None) for _ in range(4)]
    assert len([each for each in done if each.result(timeout=60) is not None]) == 1
    assert not taken_away(client)


def test_an_editor_may_write_while_the_record_is_read(record_on_disk, aside):
    make_proposal(published=True)
    told = []

    def progress(table, _rows):
        if table == "proposals" and not told:
            entering = aside(lambda: make_proposal(title="Meanwhile", published=True))
            told.append(entering.result(timeout=30))

    writing.write(progress)
    assert told
    there = offer()
    assert there.rows["proposals"] == 1
    assert there.rows["sessions"] == 1
    assert written().rows["proposals"] == 2


def test_memory_does_not_grow_with_the_rows(db):
    def peak(number):
        session = make_proposal(published=True).session
        now = Proposal.objects.order_by("pk")[0].published_at
        rows = (
            Proposal(session=session, slug=f"p-{number}-{n}", title_en="T" * 400, state="published", published_at=now)
            for n in range(number)
        )
        Proposal.objects.bulk_create(rows, batch_size=500)
        tracemalloc.start()
        written(anyway=True)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few = peak(1_500)
    assert peak(6_000) < 1.5 * few + 2_000_000


def test_what_is_watched_are_tables():
    assert {*WATCHED} <= {table.name for table in TABLES}
    assert {Proposal, Reply, Source, Delegate, Membership, Position, Event} <= {one.model for one in WATCHED.values()}


@pytest.mark.parametrize("prefix", ["", "/zh"])
def test_the_page_says_in_json_ld_which_files_there_are_as_long_as_they_stand(client, odd, prefix):
    def dataset():
        answer = client.get(f"{prefix}/data/")
        assert answer["Cache-Control"] == "no-store"
        text = re.search('<script type="application/ld.json">(.*?)</script>', answer.text)[1]
        nodes = {each["@type"]: each for each in json.loads(text)["@graph"]}
        assert nodes["WebPage"]["mainEntity"] == {"@id": nodes["Dataset"]["@id"]}
        return nodes["Dataset"], answer

    there = written()
    told, answer = dataset()
    assert [(each["contentUrl"], each["encodingFormat"], each["sha256"]) for each in told["distribution"]] == [
        (f"http://testserver{prefix}/data/{file.name}", file.media_type, file.sha256) for file in there.files
    ]
    assert told["distribution"][0]["contentSize"] == f"{there.files[0].bytes} B"
    assert f'<http://testserver{prefix}/data/lianghui.zip>; rel="alternate"; type="application/zip"' in answer["Link"]
    odd.delete()
    told, answer = dataset()
    assert "sha256" not in json.dumps(told)
    assert "lianghui.zip" not in answer["Link"]


def test_pages_elsewhere_may_open_the_files(client, odd):
    written()
    for headers in ({}, {"Range": "bytes=0-99"}, {"Range": "bytes=99999999999-"}):
        answer = client.get("/data/lianghui.sqlite3", headers=headers)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Content-Range" in answer["Access-Control-Expose-Headers"]
    odd.delete()
    assert client.get("/data/lianghui.sqlite3")["Access-Control-Allow-Origin"] == "*"
