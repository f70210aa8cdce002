"""Whatever is entered, no file that is taken away is broken by it, or says other things than the record does."""

import csv
import datetime
import json
import re
import sqlite3
from contextlib import closing
from io import BytesIO, StringIO
from zipfile import ZipFile

import bibtexparser
import pytest
import rispy
from django.core.management import call_command
from lxml import etree
from PIL import Image

from proposals.citations import apa, chicago, gbt7714, reference_to
from proposals.exports.references import ROWS
from proposals.models import Proposal, Recommendation, Reply
from tests.injected import VARIANTS, fill, packed, payloads
from tests.payloads import PAYLOADS
from tests.public_ways import WAYS
from tests.test_injection import FORMULA, foreign, prepared, tree

pytestmark = pytest.mark.django_db
RIS_LINE = re.compile(
    r"(?:TY|ID|AU|TI|TT|T2|SE|PY|DA|M3|M1|PB|UR|Y2|LA|N1)  - [^\x00-\x1f\x7f-\x9f\u2028\u2029]+|ER  - "
)
BIBTEX = {"author", "title", "booktitle", "chapter", "howpublished", "type", "number", "publisher", "organization"}
BIBTEX |= {"year", "month", "day", "url", "urldate", "language", "note"}
CSL = {"id", "type", "author", "title", "container-title", "section", "genre", "number", "event-title", "publisher"}
CSL |= {"issued", "accessed", "URL", "language", "note", "custom"}
LISTS = {"proposals": Proposal, "recommendations": Recommendation, "replies": Reply}


def content(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def references_hold(client):
    """Each row of a list is one entry, with the fields that we write, in each format and language."""
    for start in ("/", "/zh/"):
        for name, model in LISTS.items():
            bib, ris, csl = (
                content(client.get(f"{start}{name}/export.{shape}")).decode() for shape in ("bib", "ris", "csl.json")
            )
            number = model.objects.published().count()
            entries = bibtexparser.parse_string(bib)
            assert (len(entries.entries), entries.failed_blocks, entries.comments) == (number, [], [])
            assert all({field.key for field in entry.fields} <= BIBTEX for entry in entries.entries)
            assert re.sub(r"\\[a-z]+\{\}", "", bib).count("{") == re.sub(r"\\[a-z]+\{\}", "", bib).count("}")
            assert len(re.findall(r"^\S", bib, re.MULTILINE)) == 2 * number  # where an entry begins and ends
            assert [line for line in ris.split("\r\n")[:-1] if not RIS_LINE.fullmatch(line)] == []
            assert (len(rispy.loads(ris)), ris.count("\r\nER  - \r\n")) == (number, number)
            assert len(json.loads(csl)) == number
            assert all(set(item) <= CSL for item in json.loads(csl))


def styles_hold():
    """A citation in words stands on one line."""
    for name, model in LISTS.items():
        for row in ROWS[name]([*model.objects.published().values_list("pk", flat=True)]):
            reference = reference_to(row, "https://lianghui.example", datetime.date(2026, 11, 27))
            said = [style(reference) for style in (apa, chicago, gbt7714)]
            assert [each for each in said if len(each.splitlines()) != 1] == []


def downloads_hold(settings):
    """The whole record as files is JSON, CSV without formulas, and a sound database."""
    call_command("write_downloads", verbosity=0)
    written = {path.name: path for path in settings.DOWNLOADS_DIR.rglob("*") if path.is_file()}
    json.loads(written["popolo.json"].read_text())
    json.loads(written["metadata.json"].read_text())
    with ZipFile(written["lianghui.zip"]) as package:
        json.loads(package.read("datapackage.json"))
        for name in (name for name in package.namelist() if name.endswith(".csv")):
            rows = [*csv.reader(StringIO(package.read(name).decode(), newline=""), strict=True)]
            assert {len(row) for row in rows} == {len(rows[0])}, name
            cells = [cell for row in rows for cell in row if FORMULA.match(cell)]
            assert [cell for cell in cells if not re.fullmatch(r"-?[\d.]+", cell)] == [], name
    with closing(sqlite3.connect(written["lianghui.sqlite3"])) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        titles = {title for (title,) in database.execute("SELECT title_en FROM proposals")}
        assert titles == set(Proposal.objects.published().values_list("title_en", flat=True))


def elsewhere_holds(client):
    """What other sites take: cards, frames, site maps, copies of a comparison."""
    for proposal in Proposal.objects.published():
        page = f"/proposals/{proposal.pk}/{proposal.slug}/"
        for start in ("", "/zh"):
            picture = Image.open(BytesIO(content(client.get(f"{start}{page}card.png"))))
            assert (picture.format, picture.size) == ("PNG", (1200, 630))
        asked = {"url": f"http://testserver{page}"}
        snippet = tree(client.get("/oembed", asked).json()["html"])
        assert [each.tag for each in snippet.iter()] == ["html", "head", "body", "iframe"]
        assert foreign(snippet) == []
        etree.fromstring(client.get("/oembed", asked | {"format": "xml"}).content)
    for end in WAYS["sitemap-<slug:kind>-<int:number>.xml"]:
        etree.fromstring(content(client.get(f"/sitemap-{end}")))


def api_holds(client):
    """A thing of the API is JSON, that no browser takes for a page."""
    for name in (
        "proposals",
        "recommendations",
        "replies",
        "sources",
        "memberships",
        "topics",
        "delegates",
        "agencies",
    ):
        thing = client.get(f"/api/v1/{name}/").json()["results"][0]
        answer = client.get(thing["url"])
        assert (answer.status_code, answer["X-Content-Type-Options"]) == (200, "nosniff")
        assert answer.json()["url"] == thing["url"]


def files_hold(client, settings):
    references_hold(client)
    styles_hold()
    downloads_hold(settings)
    elsewhere_holds(client)
    api_holds(client)


def test_no_file_is_broken_by_what_is_in_it(founding, client, settings):
    prepared()
    fill(payloads())
    files_hold(client, settings)


@pytest.mark.soak
def test_no_file_is_broken_whatever_is_in_it(founding, client, settings):
    """Every payload in every text."""
    prepared()
    for variant in range(VARIANTS):
        fill(packed(variant))
        files_hold(client, settings)
    print(f"\n{len(PAYLOADS)} payloads in {VARIANTS} variants: no file is broken")
