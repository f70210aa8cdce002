"""The page on which an article is handed in: text, file, address; what is in already; what is no article."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from proposals.admin import intake as pages
from proposals.intake.reading import read
from proposals.models import Intake, Source
from tests.article import START, TEXT, accept_all, article, make_names, signed_in
from tests.factories import make_source

FOUNDING = Path(__file__).parent / "intake" / "founding.txt"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read(monkeypatch):
    """The rules are tried elsewhere: here an article says what `article` says."""
    monkeypatch.setattr(pages, "read", lambda _plain, _lexicon: article())


@pytest.fixture
def record(db):
    make_names()


@pytest.fixture
def analyst(client, roles):
    return signed_in(client)


def test_an_excerpt_of_what_is_in_and_a_source_of_the_same_day_with_a_title_like_it_are_told(analyst, record):
    analyst.post(START, {"text": TEXT})
    excerpt = TEXT[TEXT.index("The market") : TEXT.index("Zhang Yi")]
    make_source(title="Quinces: at the Two Sessions, retold", published="2024-03-12")
    page = analyst.post(START, {"text": excerpt})
    assert "an article in which most of this text stands" in page.text
    assert "a source of the same day with a title like this" in page.text
    page = analyst.post(START, {"text": excerpt, "published": "2024-03-13"})
    assert "a source of the same day" not in page.text
    assert Intake.objects.count() == 1


def test_the_founding_article_is_known_by_the_title_of_its_source(founding, analyst, monkeypatch):
    monkeypatch.setattr(pages, "read", read)
    page = analyst.post(START, {"text": FOUNDING.read_text()})
    assert "a source of the same day with a title like this" in page.text


def test_an_article_that_is_in_is_refused_with_a_link_unless_that_is_meant(analyst, record):
    analyst.post(START, {"text": TEXT, "url": "https://example.org/quinces"})
    source = make_source(url="http://www.example.org/pears/")
    page = analyst.post(START, {"text": "Pears\n" * 9, "url": "https://example.org/pears"})
    assert f"/admin/proposals/source/{source.pk}/change/" in page.text
    page = analyst.post(START, {"text": TEXT.replace("2024-03-12", "2024-03-13"), "outlet": "Another"})
    assert "nearly the same text" in page.text
    assert f"/admin/proposals/intake/{Intake.objects.get().pk}/change/" in page.text
    assert 'value="Another"' in page.text
    assert "The Daily Quince" in page.text
    analyst.post(START, {"text": TEXT, "again": "on"})
    assert Intake.objects.count() == 2


def test_a_file_is_read_and_its_text_is_not_lost(analyst, record):
    file = SimpleUploadedFile("article.txt", TEXT.encode())
    page = analyst.post(START, {"file": file, "published": "some day"})
    assert "“some day” is not a date" in page.text
    assert "Ding Leeming, member" in page.text
    page = analyst.post(START, {"file": SimpleUploadedFile("article.txt", TEXT.encode())}, follow=True)
    assert page.context["intake"].title == "Quinces at the Two Sessions"


def test_a_text_too_long_to_be_taken_is_told_beside_the_field(record, roles, caplog):
    careful = signed_in(Client(enforce_csrf_checks=True))
    page = careful.post(START, {"text": "quince " * 1_300_000})
    assert page.status_code == 413
    assert "3 MB at most" in page.text
    assert not [row for row in caplog.records if row.exc_info]
    assert careful.post(START, {"text": TEXT}).status_code == 403
    assert not Intake.objects.exists()


def test_an_address_may_come_without_its_beginning(analyst, record):
    page = analyst.get(START)
    assert 'type="url"' not in page.text
    page = analyst.post(START, {"text": TEXT, "url": "example.org/quinces"}, follow=True)
    assert 'type="url"' not in page.text
    page = accept_all(analyst, page, source_url="example.org/pears")
    assert Source.objects.get().url == "https://example.org/pears"


def test_what_is_no_article_is_told_beside_the_field(analyst, record):
    for sent in ({}, {"text": "  "}, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7\x00")}):
        page = analyst.post(START, sent)
        assert page.status_code == 200
        assert page.context["form"].errors
    assert not Intake.objects.exists()
