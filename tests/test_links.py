"""`manage.py check_links`: which sources no longer answer, asked without being led into one's own network."""

import io
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.management import call_command

from proposals import links
from proposals.links import fault_of, is_public
from proposals.models import Source
from tests.factories import make_source

ANSWERS = {
    "/good": (200, ""),
    "/gone": (410, ""),
    "/moved": (301, "/good"),
    "/round": (302, "/round"),
    "/out": (302, "file:///etc/passwd"),
}


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        status, location = ANSWERS.get(self.path, (404, ""))
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/good", ""),
        ("/moved", ""),
        ("/gone", "status 410"),
        ("/none", "status 404"),
        ("/round", "leads on and on"),
        ("/out", "leads to file:///etc/passwd"),
    ],
)
def test_what_is_wrong_is_said(server, path, fault):
    assert fault_of(f"{server}{path}", allowed=lambda _address: True) == fault


def test_the_own_network_is_never_asked(server):
    for url in (
        f"{server}/good",
        "http://localhost/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
    ):
        assert "is no public address" in fault_of(url)
    assert not any(
        map(
            is_public,
            ("127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "::1", "fe80::1", "fd00::1", "0.0.0.0", "224.0.0.1"),
        )
    )
    assert is_public("93.184.216.34")


def test_a_redirect_into_the_own_network_is_not_followed(server):
    ANSWERS["/in"] = 302, "http://10.0.0.1/"
    assert "is no public address" in fault_of(f"{server}/in", allowed=lambda address: address == "127.0.0.1")


def test_nobody_there_is_a_fault(server):
    assert "Error" in fault_of("http://127.0.0.1:9/", allowed=lambda _address: True)


@pytest.mark.django_db
def test_the_command_notes_and_names_what_is_broken(monkeypatch):
    good, bad = make_source(url="https://example.org/good"), make_source(url="https://example.org/bad")
    make_source(url="")
    command = "proposals.management.commands.check_links.fault_of"
    monkeypatch.setattr(command, lambda url: "status 404" if url.endswith("bad") else "")
    said = io.StringIO()
    call_command("check_links", stdout=said)
    assert said.getvalue() == f"{bad.slug}: https://example.org/bad: status 404\n"
    assert {row.slug: row.link_fault for row in Source.objects.exclude(link_checked=None)} == {
        good.slug: "",
        bad.slug: "status 404",
    }
    assert links.PATIENCE > 0
