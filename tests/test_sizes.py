"""What is too large is refused with a page that says so: no traceback, next to no memory, and the site goes on."""

import http.client
import io
import json
import os
import re
import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string

from lianghui.sizes import LARGEST, LARGEST_IN_ADMIN
from tests.test_error_pages import assert_it_is_ours

LARGE = ("This is too large", "内容过大")
UNREADABLE = ("This request cannot be read", "无法读取此请求")
LONG = ("This address is too long", "地址过长")
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "lianghui-test"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def parts(number, extra=""):
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"{extra}\r\n\r\nx\r\n'
    return (part * number + f"--{BOUNDARY}--\r\n").encode()


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


class Unread(io.BytesIO):
    """A body that says how much of it was read."""

    taken = 0

    def read(self, size=-1):
        piece = super().read(size)
        self.taken += len(piece)
        return piece


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/zh"])
@pytest.mark.parametrize("path", ["/alerts/proposals/", "/proposals/", "/nowhere/"])
def test_a_public_page_reads_no_large_body(client, prefix, path):
    body = Unread(b"a=" + b"x" * LARGEST)
    more = {"CONTENT_LENGTH": str(LARGEST + 2), "wsgi.input": body, "CONTENT_TYPE": FORM}
    answer = client.post(f"{prefix}{path}", **more)
    assert answer.status_code == 413
    assert_it_is_ours(answer.text, *LARGE, languages_shown={"zh"} if prefix else {"en"})
    assert body.taken == 0


@pytest.mark.django_db
def test_the_api_says_it_as_a_problem(client):
    answer = client.post("/api/v1/proposals/", b"[" * (LARGEST + 1), content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(answer.content)["status"] == 413
    answer = client.post("/api/v1/proposals/", b"[" * LARGEST, content_type="application/json")
    assert answer.status_code == 405  # it reads nothing, however deep


def test_a_body_for_the_admin_that_is_larger_than_any_file_is_thrown_away(client, db):
    body = Unread(b"x" * (LARGEST_IN_ADMIN + 1))
    more = {"CONTENT_LENGTH": str(LARGEST_IN_ADMIN + 1), "wsgi.input": body, "CONTENT_TYPE": MULTIPART}
    answer = client.post("/admin/login/", **more)
    assert answer.status_code == 413
    assert_it_is_ours(answer.text, *LARGE, languages_shown={"en", "zh"})
    assert body.taken == LARGEST_IN_ADMIN + 1  # so that the browser shows the answer


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        (b"a=" + b"x" * 8_000_001, FORM, 413, LARGE),
        (b"&".join([b"a=1"] * 20_001), FORM, 400, UNREADABLE),
        (parts(100_000), MULTIPART, 400, UNREADABLE),
        (parts(100, '; filename="a.txt"'), MULTIPART, 413, LARGE),
    ],
    ids=["8 MB in a field", "20,001 fields", "100,000 parts", "100 files"],
)
def test_a_form_that_holds_too_much_is_refused_without_a_traceback(analyst, body, kind, status, words, caplog):
    answer = analyst.post("/admin/proposals/proposal/add/", body, content_type=kind)
    assert answer.status_code == status
    assert_it_is_ours(answer.text, *words, languages_shown={"en", "zh"})
    assert [each for each in caplog.records if each.exc_info] == []


def test_a_sheet_somewhat_too_large_is_told_so_beside_the_field(analyst, tmp_path):
    address = "/admin/proposals/proposal/import/"
    page = analyst.get(address)
    name = re.search(r'<input type="file" name="([^"]+)"', page.text)[1]
    answer = analyst.post(address, {name: SimpleUploadedFile("large.csv", b"title\n" + b"x" * 20_000_100)})
    assert answer.status_code == 200
    assert "20 MB" in answer.text


@pytest.mark.parametrize("body", [b"", b"--", b"--x\r\n", b'{"a":' * 50_000, b"\x00" * 1_000])
@pytest.mark.parametrize(
    "kind", [MULTIPART, "multipart/form-data", "application/json", FORM, "text/html; charset=no", ""]
)
def test_a_broken_body_is_no_fault_of_ours(analyst, body, kind, caplog):
    answer = analyst.generic("POST", "/admin/proposals/proposal/add/", body, content_type=kind)
    assert answer.status_code in (200, 400)
    assert [each for each in caplog.records if each.exc_info] == []


def test_the_pages_stand_in_both_languages_where_none_is_known():
    assert_it_is_ours(render_to_string("413.html"), *LARGE, languages_shown={"en", "zh"})
    assert_it_is_ours(render_to_string("414.html"), *LONG, languages_shown={"en", "zh"})


def asked(site, method, path, body=None, headers=()):
    """Ask the first server; give the status and the page."""
    connection = http.client.HTTPConnection("127.0.0.1", site.ports[0], timeout=60)
    connection.putrequest(method, path)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    for piece in body or ():
        connection.send(piece)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def memory(site):
    """The most memory that a worker of the first server ever took, in MB."""
    [children] = Path(f"/proc/{site.processes[0].pid}/task").glob("*/children")
    status = [Path(f"/proc/{pid}/status").read_text() for pid in children.read_text().split()]
    return max(int(re.search(r"VmHWM:\s+(\d+)", each)[1]) for each in status) / 1024


def test_a_real_site_refuses_what_is_too_large_and_goes_on(site):
    one = site()
    assert asked(one, "GET", "/about/")[0] == 200
    before = memory(one)
    upload = [("Content-Type", MULTIPART), ("Content-Length", str(100 << 20))]
    status, text = asked(one, "POST", "/admin/login/", (b"x" * (1 << 20) for _ in range(100)), upload)
    assert (status, LARGE[0] in text) == (413, True)
    for path in ("/admin/login/", "/alerts/proposals/"):
        status, text = asked(
            one, "POST", path, [parts(1_000)], [("Content-Type", MULTIPART), ("Content-Length", "9" * 12)]
        )
        assert status == 413
    chunked = [("Content-Type", FORM), ("Transfer-Encoding", "chunked")]
    status, _ = asked(
        one, "POST", "/alerts/proposals/", [b"10000\r\n" + b"x" * 65_536 + b"\r\n", b"0\r\n\r\n"], chunked
    )
    assert status < 500
    status, text = asked(one, "GET", f"/proposals/?q={'%E5%B9%B2' * 889}")
    assert (status, "to 500 characters" in text) == (200, True)
    for length in (8_190, 20_000, 500_000):
        status, text = asked(one, "GET", f"/proposals/?q={'x' * length}")
        assert status == 414
        assert_it_is_ours(text, *LONG, languages_shown={"en", "zh"})
    for headers in ([("X-Long", "x" * 8_200)], [(f"X-{number}", "x") for number in range(101)]):
        status, text = asked(one, "GET", "/", None, headers)
        assert status == 431
        assert_it_is_ours(text, *UNREADABLE, languages_shown={"en", "zh"})
    assert asked(one, "G(T", "/")[0] == 400
    assert asked(one, "GET", "/proposals/")[0] == 200
    grown = memory(one) - before
    print(f"memory of a worker: {before:.0f} MB, {grown:.0f} MB more after all of it")
    assert grown < 60
    log = one.log(0).read_text()
    assert "Traceback" not in log
    assert "127.0.0.1: " not in log
    assert not [each for each in Path(tempfile.gettempdir()).glob("*.upload*") if os.access(each, os.W_OK)]
