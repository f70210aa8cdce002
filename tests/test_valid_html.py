"""Every kind of page is valid HTML, as the Nu checker sees it: in both languages, and when something is wrong."""

import urllib.error
import urllib.request
from urllib.parse import quote, urlsplit

import pytest
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation

from alerts.urls import urlpatterns as alerts
from lianghui.faults import BUILDING
from lianghui.urls import about, public
from proposals.urls import urlpatterns
from tests import nu
from tests.kinds import ADDRESSES, KINDS, MISSING, NO_PAGES
from tests.site import ROOT

HEAD = b'<!doctype html><html lang="en"><head><title>Quinces</title></head><body>'
WRONG = {"wrong nesting": HEAD + b"<ul><p>Quince</p></ul>", "one id twice": HEAD + b'<p id="q"></p><b id="q"></b>'}
IN_TROUBLE = sorted(path.name for path in (ROOT / "templates").glob("[45]??.html"))


@pytest.fixture(scope="module")
def pages(reading_site):
    """Every kind of page in both languages, as it is sent: status and content under its name."""
    found = {}
    for name, address in ADDRESSES.items():
        try:
            with urllib.request.urlopen(f"{reading_site.url}{quote(address, safe='/?&=+%')}") as answer:
                found[name] = answer.status, answer.read()
        except urllib.error.HTTPError as answer:
            found[name] = answer.code, answer.read()
    return found


def in_trouble():
    """The pages for when something is wrong, in both languages, made without a database."""
    for prefix, language in (("", "en-gb"), ("/zh", "zh-hans")):
        for name in IN_TROUBLE:
            with translation.override(language):
                yield (
                    f"{name} {language}",
                    render(RequestFactory().get(f"{prefix}/proposals/"), name, {"fault": BUILDING}).content,
                )


@pytest.fixture(scope="module")
def errors(pages, tmp_path_factory):
    """What the checker has to say of them all, and of two that are wrong: it is asked once, for it starts slowly."""
    right = {name: content for name, (_, content) in pages.items()}
    return nu.errors({**right, **dict(in_trouble()), **WRONG}, tmp_path_factory.mktemp("pages"))


def test_every_address_of_the_site_map_is_of_some_kind():
    named = {name for pattern in [*urlpatterns, *about, *alerts, *public] if (name := getattr(pattern, "name", ""))}
    tried = {resolve(urlsplit(address).path).url_name for kind, address in KINDS.items() if kind not in MISSING}
    assert tried == named - NO_PAGES
    assert named >= NO_PAGES


def test_every_kind_is_answered_as_it_should_be(pages):
    wanted = {name: MISSING.get(name.rpartition(",")[0], 200) for name in pages}
    assert {name: status for name, (status, _) in pages.items()} == wanted


def test_pages_for_when_something_is_wrong_are_checked_too():
    assert {"400.html", "404.html", "500.html", "503.html"} <= {*IN_TROUBLE}
    assert len(dict(in_trouble())) == 2 * len(IN_TROUBLE)


def test_every_page_is_valid_and_what_is_not_is_found(errors):
    assert [error for error in errors if error.partition(",")[0] not in WRONG] == []
    assert {error.partition(",")[0] for error in errors} == WRONG.keys()
