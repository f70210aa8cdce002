"""SECURITY.md: whom to tell of a hole, and which tests prove what is in place."""

import re

from django.urls import reverse

from tests.site import ROOT

TEXT = (ROOT / "SECURITY.md").read_text()


def test_every_test_that_it_names_is_there_and_proves_something():
    named = re.findall(r"`(tests/[\w/]+\.py)`", TEXT)
    assert len(named) > 10
    assert [path for path in named if "def test_" not in (ROOT / path).read_text()] == []


def test_every_link_leads_somewhere_and_the_commands_are_there():
    assert [path for path in re.findall(r"\]\(([\w/.-]+)\)", TEXT) if not (ROOT / path).exists()] == []
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {*re.findall(r"`make (\w+)`", TEXT)} <= {*targets}


def test_it_sends_reporters_to_the_address_that_the_site_names(client, db, settings):
    assert reverse("security_txt") in TEXT
    settings.CONTACT_EMAIL = "editors@example.org"
    assert "mailto:editors@example.org" in client.get(reverse("security_txt")).text
    assert "mailto:editors@example.org" in client.get("/about/privacy/").text
