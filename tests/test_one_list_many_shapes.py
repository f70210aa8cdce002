"""One list, many shapes: page, CSV, XLSX and all the others give the same rows in the same order, and no draft's word.

A further shape is one function more in `SHAPES`: it gives the keys that an answer lists, in order, and what it says.
"""

import csv
import io
import json
import random
import re
from zipfile import ZipFile

import bibtexparser
import feedparser
import pytest
import rispy
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from openpyxl import load_workbook

from alerts.digests import Finds, digest_of
from alerts.mails import digest_mail
from alerts.models import Message, Subscriber
from proposals.catalogue import catalogue
from proposals.models import Proposal
from proposals.models.outbox import recorded
from tests.made_up_record import make_record
from tests.mail import mail_on
from tests.slow_reading import read_documents
from tests.test_catalogue_answers import make_parameters

pytestmark = pytest.mark.django_db
FILTERS = 200
CANARY = "xqzvcanary"
LISTS = {False: "proposals", True: "recommendations"}


def got(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.content[:200])
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def on_pages(client, name, asked):
    keys, said, page = [], "", 1
    while page:
        cache.clear()  # a page that is kept has no context
        answer = client.get(f"/{name}/?{asked}&page={page}&page_size=100")
        if answer.status_code == 302:  # the number of one leads to it
            return [int(answer["Location"].split("/")[2])], ""
        assert answer.status_code == 200, asked
        results, said = answer.context["results"], said + answer.text
        keys += [row.pk for row in answer.context["rows"]]
        page = page + 1 if page < results.pages else 0
    return keys, said


def in_csv(client, name, asked):
    text = got(client, f"/{name}/export.csv?{asked}").decode()
    return [int(row["id"]) for row in csv.DictReader(io.StringIO(text, newline=""))], text


def in_xlsx(client, name, asked):
    content = got(client, f"/{name}/export.xlsx?{asked}")
    book = load_workbook(io.BytesIO(content), read_only=True)
    keys = [key for (key,) in book[name].iter_rows(min_row=2, max_col=1, values_only=True)]
    with ZipFile(io.BytesIO(content)) as packed:
        return keys, "".join(packed.read(part).decode() for part in packed.namelist())


def in_json_lines(client, name, asked):
    text = got(client, f"/{name}/export.jsonl?{asked}").decode()
    return [json.loads(line)["id"] for line in text.splitlines()], text


def in_bibtex(client, name, asked):
    text = got(client, f"/{name}/export.bib?{asked}").decode()
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    return [int(entry.key.rpartition("-")[2]) for entry in library.entries], text


def in_ris(client, name, asked):
    text = got(client, f"/{name}/export.ris?{asked}").decode()
    return [int(entry["urls"][0].rstrip("/").rpartition("/")[2]) for entry in rispy.loads(text)], text


def in_csl(client, name, asked):
    text = got(client, f"/{name}/export.csl.json?{asked}").decode()
    return [int(each["id"].rpartition("-")[2]) for each in json.loads(text)], text


def in_api(client, name, asked):
    keys, said, address = [], "", f"/api/v1/{name}/?{asked}"
    while address:
        answer = got(client, address).decode()
        page = json.loads(answer)
        keys, said = keys + [each["id"] for each in page["results"]], said + answer
        address = page["next"] and page["next"].removeprefix("http://testserver")
    return keys, said


def in_feed(client, name, asked):
    keys, said, address = [], "", f"/{name}/feed/?{asked}"
    while address:
        text = got(client, address).decode()
        feed = feedparser.parse(text)
        assert not feed.bozo, address
        keys, said = keys + [int(re.search(r"/(\d+)/", entry.link)[1]) for entry in feed.entries], said + text
        address = next((link.href for link in feed.feed.links if link.rel == "next"), "")
        address = address.removeprefix("http://testserver")
    return keys, said


def in_alert(_client, name, asked):
    """What somebody is told to whom all of a list is new."""
    with transaction.atomic():
        reader = Subscriber.objects.create(address="reader@example.org", due=timezone.now())
        reader.subscriptions.create(followed=name, query=asked, same=name)
        digest = digest_of(reader, Finds())
        mail = digest_mail(reader, Message(subscriber=reader, name="<1@lianghui.example>"), digest)
        transaction.set_rollback(True)
    return [thing.key for thing in digest.things], f"{mail.subject}{mail.body}{mail.alternatives[0][0]}"


SHAPES = {
    "page": on_pages,
    "csv": in_csv,
    "xlsx": in_xlsx,
    "jsonl": in_json_lines,
    "bib": in_bibtex,
    "ris": in_ris,
    "csl.json": in_csl,
    "api": in_api,
    "feed": in_feed,
    "alert": in_alert,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("catalogue")


@pytest.fixture(scope="module")
def filters(folder, django_db_setup, django_db_blocker):
    """Make a record with a word in every draft that nothing public has, and filters that most find something."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(CATALOGUE_DIR=folder):
        rng = random.Random(20261127)
        with recorded():
            for one in make_record(rng, 45):
                if one.state != Proposal.State.PUBLISHED:
                    one.title_en = one.title_zh = one.summary_en = one.note_en = f"{CANARY} of stem cells 干细胞"
                    one.save()
                    one.recommendations.update(text_en=f"{CANARY} do it", note_zh=CANARY)
        catalogue().rebuild()
        documents = list(read_documents())
        asked = [make_parameters(rng, documents) for _ in range(FILTERS - 2)]
        every = [("", False), ("", True)]
        yield every + [(parameters.urlencode(), recommendations) for parameters, recommendations in asked]
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _own_catalogue(settings, folder):
    settings.CATALOGUE_DIR = folder
    mail_on(settings)
    cache.clear()


@pytest.fixture(scope="module")
def pages(filters):
    """What the pages list for each filter, once it was asked for."""
    return {}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_lists_what_the_pages_list(filters, pages, shape):
    client = Client()
    for asked, recommendations in filters:
        name = LISTS[recommendations]
        if (asked, name) not in pages:
            pages[asked, name], said = on_pages(client, name, asked)
            assert CANARY not in said, asked
        keys, said = SHAPES[shape](client, name, asked)
        assert keys == pages[asked, name], (shape, name, asked)
        assert CANARY not in said, (shape, name, asked)


def test_the_filters_are_worth_asking(filters, pages):
    client = Client()
    for asked, recommendations in filters:
        name = LISTS[recommendations]
        if (asked, name) not in pages:
            pages[asked, name], _ = on_pages(client, name, asked)
    assert len(filters) == FILTERS
    assert len({asked for asked, _ in filters}) > FILTERS * 0.8
    assert sum(bool(keys) for keys in pages.values()) > FILTERS * 0.5
    assert max(map(len, pages.values())) > 100  # more than a page
    assert sum(bool(re.search("q=", asked)) for asked, _ in filters) > FILTERS * 0.3
    assert Proposal.objects.filter(title_en__startswith=CANARY).count() >= 5
