"""Whatever is entered, wherever it shows: no page, file, feed or mail takes a text for markup.

A page with payloads in every text has the same elements, with the same attributes, as with harmless words in their
place. `tests/browser/test_injection.py` lets Chromium try to run them.
"""

import csv
import json
import re
from collections import Counter
from io import BytesIO, StringIO
from urllib.parse import quote, urlencode

import html5lib
import pytest
from django.test import Client
from lxml import etree
from openpyxl import load_workbook

from people.history import Version
from people.models import Delegate
from proposals.models import Intake, Proposal, Source
from tests.admin_pages import REGISTERED, address
from tests.injected import (
    LONGEST,
    ROWS,
    VARIANTS,
    complete,
    edited,
    entered,
    fill,
    numbered,
    packed,
    payloads,
    rows,
)
from tests.kinds import ADDRESSES, EDITED
from tests.mail import follow, html, mail_on, make_reader, text, told
from tests.payloads import PAYLOADS, fitting, harmless
from tests.public_ways import public_ways

pytestmark = pytest.mark.django_db
ADDRESS = {"href", "src", "action", "formaction", "data", "poster", "cite", "srcset", "ping", "background"}
FINE = re.compile(r"https?://|mailto:|/(?!/)|\?|#|\.{0,2}/?[\w.-]*(?:[/?#]|$)", re.IGNORECASE)
"""How an address in a page may begin: with a scheme that shows pages and sends mails, or on the site itself."""
SHAPES = ("csv", "csv?bom=1", "jsonl", "bib", "ris", "csl.json", "csv-metadata.json", "xlsx")
XML = (
    "/proposals/feed/",
    "/zh/proposals/feed/",
    "/recommendations/feed/",
    "/replies/feed/",
    "/opensearch.xml",
    "/sitemap.xml",
    *(f"/sitemap-{kind}-0.xml" for kind in ("pages", "proposals", "replies", "policies", "delegates", "topics")),
)
FORMULA = re.compile(r"^[=+\-@\t\r]")
LISTS = ("/proposals/", "/recommendations/", "/replies/", "/proposals/matrix/", "/outcomes/", "/compare/")
PARAMETERS = ("q", "topic", "region", "delegate", "year", "submitted_after", "sort", "page", "find_in", "find", "p")


@pytest.fixture
def record(founding, settings):
    """The founding data and what they lack; gives a function that fills it with what stands in every text."""
    mail_on(settings)
    return prepared()


def prepared():
    exec(EDITED, {})  # what a command does to the founding data for tests of pages
    complete()
    edited()
    return fill


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


def read(client, wanted):
    """Every address as it is answered: status and text."""
    found = {}
    for name in wanted:
        answer = client.get(name)
        found[name] = answer.status_code, answer.content.decode()
    return found


def tree(page):
    return html5lib.parse(page, namespaceHTMLElements=False)


def elements(page):
    """The elements of a page as a browser builds them: for each the way to it, and which attributes it has."""
    waiting, found = [("", page)], Counter()
    while waiting:
        way, element = waiting.pop()
        way = f"{way}/{element.tag if isinstance(element.tag, str) else 'comment'}"
        found[way, *sorted(map(str, element.keys()))] += 1
        waiting += [(way, child) for child in element]
    return found


def foreign(page):
    """Every handler in a page, and every address that leads elsewhere than to a page or a mail."""
    found = []
    for element in page.iter():
        for name, value in element.items() if isinstance(element.tag, str) else ():
            local = str(name).rpartition("}")[2].rpartition(":")[2].lower()
            if local.startswith("on") or (local in ADDRESS and not FINE.match(value)):
                found.append(f"<{element.tag} {name}={value!r}>")
    return found


def differing(before, after):
    """What has other elements in `after`; of compared texts there are as many pieces as words, with breaks in any."""
    found = {}
    for name, (status, page) in after.items():
        was, now = elements(tree(before[name][1])), elements(tree(page))
        if "/changes/" in name or "/history/" in name:
            was, now = (Counter({each for each in one if not each[0].endswith("/br")}) for one in (was, now))
        if (before[name][0], was) != (status, now):
            found[name] = (before[name][0], dict(was - now), status, dict(now - was))
    return found


def test_every_text_is_filled_and_there_are_many_payloads(record):
    """Every model of the record that holds a text has a row that is filled: a new one fails until it has."""
    number = record(payloads())
    assert len(PAYLOADS) == len(set(PAYLOADS)) > 150
    texts = {str(field) for found, fields in rows() if found for field in fields}
    assert {str(field) for model in REGISTERED for field in entered(model)} - texts == set()
    assert (number > 4_000, len(texts) > 150) == (True, True)
    print(f"\n{len(PAYLOADS)} payloads in {number} texts of {len(texts)} fields")


def test_in_all_variants_every_payload_stands_in_every_field(record):
    """So that the long proof leaves none out."""
    for found, fields in rows():
        places = [(variant, place) for variant in range(VARIANTS) for place in range(min(len(found), ROWS))]
        for field in fields if found else ():
            packs = {packed(variant)(field, 0, place) for variant, place in places}
            wanted = fitting(min(field.max_length or LONGEST, LONGEST) - 6)
            assert [one for one in wanted if not any(one in pack for pack in packs)] == [], field


def test_every_page_keeps_its_elements(record, client):
    record(numbered(payloads(), harmless))
    before = read(client, ADDRESSES.values())
    record(numbered(payloads()))
    after = read(client, ADDRESSES.values())
    assert differing(before, after) == {}


def test_no_page_leads_anywhere_but_to_pages_and_mails(record, client):
    record(payloads())
    for name, (status, page) in read(client, ADDRESSES.values()).items():
        assert status < 500, name
        assert foreign(tree(page)) == [], name


def linked_data(page):
    return [json.loads(each.text) for each in page.iter("script") if each.get("type") == "application/ld+json"]


def printed(text):
    """A text without what HTML knows no sign for, and with the same white space everywhere."""
    return " ".join(re.sub(r"[\x00-\x08\x0b\x0e-\x1f\x7f]", " ", text).split())


def strings(data):
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        return [text for each in data for text in strings(each)]
    return [data] if isinstance(data, str) else []


def test_linked_data_and_what_is_shared_say_the_texts_themselves(record, client):
    record(payloads())
    for proposal in Proposal.objects.published():
        page = tree(client.get(proposal.get_absolute_url()).content.decode())
        said = {text for data in linked_data(page) for text in strings(data)}
        assert printed(proposal.title_en) in {printed(text) for text in said}
        metas = {each.get("property") or each.get("name"): each.get("content") for each in page.iter("meta")}
        assert printed(metas["og:title"]) == printed(proposal.title_en)
        assert metas["og:url"].startswith("http://testserver/proposals/")
    everywhere = "".join(page for _, page in read(client, ADDRESSES.values()).values())
    assert everywhere.count("application/ld+json") > 50


def test_feeds_and_site_maps_are_xml_and_lead_nowhere_else(record, client):
    record(payloads())
    for name in XML:
        answer = client.get(name)
        assert answer.status_code == 200, name
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(answer.content, parser)
        assert not root.getroottree().docinfo.doctype
        assert all("x-stylesheet" not in str(each.target) for each in root.getroottree().iter(etree.PI))
        for element in root.iter(etree.Element):
            links = [element.get("href", ""), element.get("src", "")]
            assert all(not link or FINE.match(link) for link in links), name
            if element.get("type") in ("html", "xhtml"):
                inside = "".join([element.text or "", *(etree.tostring(child).decode() for child in element)])
                page = tree(inside)
                assert foreign(page) == [], name
                assert not [*page.iter("script"), *page.iter("img"), *page.iter("svg"), *page.iter("iframe")], name


def test_files_hold_texts_and_no_formulas(record, client):
    record(payloads())
    for start in ("/proposals/", "/zh/proposals/", "/recommendations/", "/replies/"):
        for shape in SHAPES:
            answer = client.get(f"{start}export.{shape}")
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert answer.status_code == 200
            assert "html" not in answer["Content-Type"]
            assert answer.get("Content-Disposition", "attachment").startswith("attachment"), shape
            if shape.startswith("csv") and "metadata" not in shape:
                cells = [cell for row in csv.reader(StringIO(content.decode("utf-8-sig"))) for cell in row]
                assert [cell for cell in cells if FORMULA.match(cell) and not re.fullmatch(r"-?[\d.]+", cell)] == []
            elif shape == "xlsx":
                book = load_workbook(BytesIO(content))
                cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
                assert {cell.data_type for cell in cells} <= {"s", "n", "d", "b", "inlineStr"}
                links = [cell.hyperlink.target for cell in cells if cell.hyperlink and cell.hyperlink.target]
                assert [link for link in links if not FINE.match(link)] == []
            elif shape in ("csl.json", "csv-metadata.json"):
                json.loads(content)
            elif shape == "jsonl":
                assert all(json.loads(line) for line in content.decode().split("\n") if line)


def test_the_api_says_json_that_no_browser_takes_for_a_page(record, client):
    record(payloads())
    for name in sorted(way for way in public_ways() if way.startswith("api/v1/") and "<" not in way):
        for lang in ("en", "zh"):
            answer = client.get(f"/{name}?lang={lang}")
            assert answer.status_code == 200, name
            assert "json" in answer["Content-Type"], name
            assert answer["X-Content-Type-Options"] == "nosniff"
            answer.json()


def test_hits_in_payloads_are_marked_and_nothing_else(record, client):
    wanted = [
        f"/{start}?q={word}" for word in ("script", "ran", "onerror") for start in ("proposals/", "zh/proposals/")
    ]
    wanted.append("/recommendations/?q=javascript")
    record(numbered(payloads(), harmless))
    before = read(client, wanted)
    record(numbered(payloads()))
    after = read(client, wanted)
    assert differing(before, after) == {}
    assert sum(page.count("<mark>") for _, page in after.values()) > 10


def asked(words, parameters=PARAMETERS):
    """Lists that are asked for each of the words by each parameter, several at once."""
    for name in parameters:
        for start in LISTS:
            some = words if name != "q" else [word for word in words if start != "/compare/"]
            step = 1 if (name, start) == ("q", "/proposals/") else 25
            for at in range(0, len(some), step):
                yield f"{start}?{urlencode([(name, word) for word in some[at : at + step]])}"


def test_what_is_asked_for_is_said_again_as_it_was_typed(founding, client):
    """Every payload as the words to look for and as the wrong value of each parameter of each list."""
    number = 0
    for name in asked(PAYLOADS):
        answer = client.get(name)
        assert answer.status_code in (200, 404), name
        page = tree(answer.content.decode())
        assert foreign(page) == [], name
        assert {each.get("type") for each in page.iter("script")} <= {None, "application/ld+json"}
        assert [each for each in page.iter("script") if "ran(" in (each.text or "") and not each.get("type")] == []
        assert not [*page.iter("iframe"), *page.iter("img"), *page.iter("object"), *page.iter("base")], name
        linked_data(page)
        number += 1
    print(f"\n{number} addresses")


def test_mails_say_it_and_are_no_other_mails(record, client):
    proposal = Proposal.objects.published().filter(recommendations__agencies__isnull=False).first()
    make_reader(proposal)
    record(payloads())
    with_news = Proposal.objects.published().exclude(pk=proposal.pk).first()
    follow(client, f"/alerts/delegate/{proposal.delegates.first().slug}/", address="third@example.org")
    mails = [*told()]
    assert with_news is not None
    for message in mails:
        assert set(dict(message.message().items())) <= HEADERS, dict(message.message().items())
        assert not any("\n" in value or "\r" in value for value in dict(message.extra_headers).values())
        assert "\n" not in message.subject
        page = tree(html(message))
        assert foreign(page) == []
        assert not [*page.iter("script"), *page.iter("img"), *page.iter("iframe"), *page.iter("svg")]
        assert "ran(" in text(message)
        assert "ran(" in "".join(page.itertext())


HEADERS = {
    "Content-Type",
    "MIME-Version",
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-ID",
    "List-Id",
    "Auto-Submitted",
    "Content-Language",
    "Precedence",
}
"""What a mail of ours has at its head."""


def admin_addresses():
    """Pages of the admin that show what was entered: lists, searches, forms, histories, what is like it, previews."""
    found = ["/admin/", "/admin/proposals/proposal/import/", "/admin/proposals/intake/add/"]
    for model in REGISTERED:
        row = model._base_manager.order_by("pk").first()
        if row is None:
            continue
        found += [address(model), f"{address(model)}?q=script"]
        found += [address(model, page, row.pk) for page in ("change", "history", "delete")]
    proposal = Proposal.objects.get(slug="stem-cell-industry-system")
    found += [address(Proposal, page, proposal.pk) for page in ("change", "history", "delete")]
    found += [f"/admin/preview/{proposal.pk}/", f"/admin/proposals/proposal/{proposal.pk}/withdraw/"]
    found += ["/admin/proposals/proposal/doubles/", "/admin/people/delegate/doubles/"]
    first, last = Delegate.objects.order_by("pk").first().pk, Delegate.objects.order_by("pk").last().pk
    found += [f"/admin/people/delegate/{first}/merge/{last}/", "/admin/proposals/intake/", address(Source, "deleted")]
    gone = Version.objects.filter(kind="proposals.source", gone=True).first()
    found += [address(Source, "restore", gone.key, 1), address(Proposal, "restore", proposal.pk, 1)]
    return found + [f"/admin/proposals/intake/{key}/change/" for key in Intake.objects.values_list("pk", flat=True)[:1]]


def test_pages_of_the_admin_keep_their_elements(record, analyst):
    wanted = admin_addresses()
    record(numbered(payloads(), harmless))
    before = read(analyst, wanted)
    record(numbered(payloads()))
    after = read(analyst, wanted)
    assert differing(before, after) == {}


def test_what_is_typed_into_the_admin_is_said_again_as_it_was_typed(analyst, founding):
    """At the sign-in, in the search of a list, in an address that is none, and in what a list is ordered by."""
    for payload in PAYLOADS[::24]:
        asked = [f"/admin/proposals/proposal/?{urlencode({name: payload})}" for name in ("q", "o", "topics")]
        asked += [f"/admin/login/?{urlencode({'next': payload})}", f"/admin/{quote(payload)}/", f"/{quote(payload)}/"]
        answers = [analyst.get(name) for name in asked]
        answers.append(Client().post("/admin/login/", {"username": payload, "password": payload, "next": payload}))
        for answer in answers:
            page = tree(answer.text)
            assert foreign(page) == [], payload
            assert [each for each in page.iter("script") if "ran(" in (each.text or "")] == [], payload
            assert not [*page.iter("iframe"), *page.iter("object"), *page.iter("base")], payload
