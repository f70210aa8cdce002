"""The log tells of each request what it was, and of nobody who asked, nor for what; not even where something breaks."""

import contextlib
import http.client
import io
import json
import logging
import re
import socket
import urllib.error
import urllib.parse
import urllib.request

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import path

from lianghui.logs import DiscreetFilter, JsonLines, logging_as
from lianghui.urls import urlpatterns as site_map

CANARY = "xqzvcanary"
NUMBER = "0123456789abcdef0123456789abcdef"


def broken(request, word=""):
    private = request.GET.get("q")  # as frames hold it
    raise ValueError(f"invalid literal: {private!r}")


def broken_database(request):
    raise OperationalError(f'connection to server, user "{CANARY}" failed: refused\nDETAIL: {CANARY}')


def broken_rule(request):
    try:
        raise KeyError(CANARY)
    except KeyError as error:
        raise IntegrityError(f"Key (email)=({CANARY}@example.org) already exists") from error


def broken_later(request):
    return StreamingHttpResponse(iter_broken())


def iter_broken():
    yield b"piece"
    raise ValueError(CANARY)


handler500 = "lianghui.unavailable.error_page"
urlpatterns = [
    path("broken/<str:word>/", broken, name="broken"),
    path("broken-database/", broken_database, name="broken_database"),
    path("broken-rule/", broken_rule, name="broken_rule"),
    path("broken-later/", broken_later, name="broken_later"),
    *site_map,
]


@pytest.fixture
def log():
    """Collect what production would write; gives a function that reads it, event by event."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(DiscreetFilter())
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def visitor(settings):
    settings.ROOT_URLCONF = __name__
    settings.TRUSTED_PROXIES = 1
    return Client(raise_request_exception=False)


def lines_of_requests(log):
    return [event for event in log() if event["logger"] == "lianghui.requests"]


@pytest.mark.django_db
def test_a_request_has_one_line_and_a_number(visitor, log):
    answer = visitor.get("/proposals/?q=quince", headers={"x-request-id": NUMBER})
    [line] = lines_of_requests(log)
    assert answer["X-Request-ID"] == line["request"] == NUMBER
    assert (line["method"], line["route"], line["status"]) == ("GET", "proposals", answer.status_code)
    assert line["bytes"] == len(answer.content)
    assert line["milliseconds"] >= 0
    visitor.get("/proposals/?q=quince")
    visitor.get("/nowhere/at/all/")
    visitor.get("/healthz")
    assert [event["route"] for event in lines_of_requests(log)] == ["proposals", "proposals", "-"]


@pytest.mark.django_db
@pytest.mark.parametrize("given", [CANARY, "short", "a" * 65, "0123456789abcdef\n0", "x" * 32, ""])
def test_a_number_that_is_none_is_not_taken_over(visitor, given):
    number = visitor.get("/robots.txt", headers={"x-request-id": given})["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", number)


@pytest.mark.django_db
def test_without_a_proxy_nobody_numbers_requests_but_we(visitor, settings):
    settings.TRUSTED_PROXIES = 0
    assert visitor.get("/robots.txt", headers={"x-request-id": NUMBER})["X-Request-ID"] != NUMBER


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/broken/word/", "/broken-database/"])
def test_an_error_page_shows_the_number_that_the_log_has(visitor, log, address):
    answer = visitor.get(address)
    assert f"<code>{answer['X-Request-ID']}</code>" in answer.text
    [error] = [event for event in log() if event["level"] == "ERROR"]
    assert error["request"] == answer["X-Request-ID"]


@pytest.mark.django_db
def test_an_exception_shows_where_it_happened_and_no_value(visitor, log):
    visitor.get(f"/broken/{CANARY}/?q={CANARY}")
    [error] = [event for event in log() if event["level"] == "ERROR"]
    assert error["exception"][-1] == "ValueError"
    assert re.search(r"test_log\.py:\d+ broken$", error["exception"][-2])
    visitor.get("/broken-database/")
    told = [event for event in log() if event["level"] == "ERROR"][-1]["exception"][-1]
    assert told == "OperationalError: connection to server, user … failed: refused"


@pytest.mark.django_db
def test_a_file_that_breaks_halfway_says_so(visitor, log):
    answer = visitor.get("/broken-later/")
    with pytest.raises(ValueError, match=CANARY):
        list(answer.streaming_content)
    [line] = lines_of_requests(log)
    assert (line["broken"], line["bytes"]) == (True, 5)


def refuse(execute, sql, params, many, context):
    raise OperationalError(f'refused for "{CANARY}"')


@pytest.mark.django_db
def test_no_line_tells_who_asked_or_for_what_whatever_breaks(visitor, log):
    headers = {
        "x-forwarded-for": "203.0.113.77",
        "user-agent": CANARY,
        "referer": f"http://127.0.0.1/{CANARY}",
        "x-request-id": CANARY,
    }
    addresses = (
        f"/proposals/?q={CANARY}",
        f"/zh/proposals/?topic={CANARY}&page={CANARY}",
        f"/{CANARY}/",
        f"/alerts/confirm/{CANARY}/",
        f"/alerts/stop/{CANARY}/",
        f"/api/v1/proposals/?q={CANARY}&page=x{CANARY}",
        f"/broken/{CANARY}/?q={CANARY}",
        "/broken-database/",
        "/broken-rule/",
        f"/admin/{CANARY}/",
    )
    for address in addresses:
        visitor.get(address, headers=headers)
        visitor.post(address, {"email": f"{CANARY}@example.org", "username": CANARY}, headers=headers)
        visitor.generic(CANARY.upper(), address, headers=headers)
    visitor.get("/", headers={**headers, "host": f"{CANARY}.example.org"})
    Client(enforce_csrf_checks=True).post("/admin/login/", {"username": CANARY, "password": CANARY})
    with connection.execute_wrapper(refuse):
        for address in addresses:
            visitor.get(address, headers=headers)
            visitor.post(address, {"email": f"{CANARY}@example.org"}, headers=headers)
    written = json.dumps(log())
    assert len(lines_of_requests(log)) >= 50
    assert CANARY not in written.lower()
    assert "203.0.113" not in written


def test_what_people_read_at_home_has_whole_tracebacks():
    assert "class" not in logging_as(json_lines=False)["formatters"]["line"]
    assert "()" in logging_as(json_lines=True)["formatters"]["line"]


def test_all_lines_of_a_deployed_server_are_json_and_tell_of_nobody(site):
    """The real thing: gunicorn's own lines, and requests that it refuses before Django sees them."""
    deployed = site(deployed=True)
    host, port = urllib.parse.urlsplit(deployed.url).netloc.split(":")
    for raw in (
        f"GET /{CANARY} {CANARY}\r\n\r\n",
        f"{CANARY} / HTTP/1.1\r\nHost: {CANARY}\r\n\r\n",
        f"GET / HTTP/1.1\r\nBad header {CANARY}\r\n\r\n",
        f"GET /proposals/?q={CANARY} HTTP/1.1\r\nHost: {CANARY}\r\n\r\n",
    ):
        with socket.create_connection((host, int(port)), timeout=30) as connected:
            connected.sendall(raw.encode())
            connected.recv(100)
    for address in (f"/proposals/?q={CANARY}", f"/{CANARY}/", f"/alerts/confirm/{CANARY}/", "/proposals/export.csv"):
        asked = urllib.request.Request(f"{deployed.url}{address}", headers=deployed.HTTPS | {"Referer": CANARY})
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(asked, timeout=60) as answer:
            answer.read()
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    connection.request("GET", "/healthz", headers={"Host": "10.0.0.9"})
    assert connection.getresponse().status == 200
    connection.close()
    text = deployed.log(0).read_text()
    events = [json.loads(line) for line in text.splitlines()]
    assert {"proposals", "confirm_alert", "proposal_export"} <= {event.get("route") for event in events}
    assert {"gunicorn.error", "lianghui.requests"} <= {event["logger"] for event in events}
    assert CANARY not in text.lower()
    assert "127.0.0.1" not in text.replace(f"http://127.0.0.1:{port}", "")
