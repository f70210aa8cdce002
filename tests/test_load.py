"""`python -m bench.load`: it asks for what its pattern says, notices whatever is wrong, and writes its page."""

import asyncio
import gzip
import random
from collections import Counter

import pytest

from bench import load
from bench.checks import CHECKS, faults
from bench.client import Answer, get
from bench.loaded import Loaded, Memory, percentile
from bench.visitors import STAYS, Kind, Values, Visitor, pattern

RECORD = {
    **{name: [name] for name in ("topic", "region", "agency", "delegate", "session")},
    "code": ["CN"],
    "year": [2024],
    "proposal": ["1/one"],
    "pk": [1],
    "recommendation": [1],
    "reply": [1],
    "published": 5,
}
WHOLE = b"<html><title>Proposals</title>%s</html>"


def visitor(number=0):
    return Visitor(number, pattern(), Values(RECORD, ["/static/a.css"]))


def answer(body=b"", status=200, **headers):
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


# ---- what is asked for


def test_the_same_seed_asks_for_the_same():
    first, second, other = ([one.next() for _ in range(50)] for one in (visitor(), visitor(), visitor(1)))
    assert [address for _, address in first] == [address for _, address in second]
    assert [address for _, address in first] != [address for _, address in other]


def test_every_kind_is_asked_for_by_its_share():
    one = visitor()
    asked = Counter(one.next()[0].name for _ in range(20_000))
    whole = sum(kind.share for kind in one.kinds)
    for kind in one.kinds:
        assert asked[kind.name] / 20_000 == pytest.approx(kind.share / whole, rel=0.35)


def test_every_address_has_its_values_and_can_be_checked():
    values, rng = Values(RECORD, ["/static/a.css"]), random.Random(1)
    for kind in pattern():
        assert kind.check in {*CHECKS, "again"}
        for address in kind.addresses:
            filled = values.filled(address, rng)
            assert filled.isascii()
            assert "{" not in filled


def test_visitors_come_from_addresses_of_their_own():
    addresses = set()
    for number in range(3):
        one = visitor(number)
        for _ in range(STAYS * 4):
            one.next()
            addresses.add(one.network_address)
    assert 12 <= len(addresses) <= 15


# ---- what is noticed


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        ("page", answer(status=500)),
        ("page", answer(status=429)),
        ("page", answer(WHOLE[:-7])),
        ("page", answer(b"<html></html>")),
        ("list", answer(WHOLE % b"<p>nothing is told</p>")),
        ("list", answer(WHOLE % b'<h1 id="found" class="sentence">4 proposals</h1><article class="card">')),
        ("list", answer(WHOLE % b'<h1 id="found" class="sentence">5 proposals</h1>')),
        ("proposal", answer(WHOLE % b"another")),
        ("feed", answer(b"<feed><entry>")),
        ("api", answer(b'{"count": 1, "results": [1, 2]}')),
        ("api", answer(b'{"count": 1')),
        ("api", answer(b'{"results": []}')),
        ("file", answer(b"id", content_type="application/octet-stream")),
        ("picture", answer(b"\x89PNG\r\n")),
        ("static", answer(b"")),
        ("missing", answer(b"found")),
        ("refused", answer(b"{}")),
        ("again", answer(status=503)),
    ],
)
def test_what_is_wrong_with_an_answer_is_noticed(check, wrong):
    assert faults(check, "/proposals/", wrong, range(5, 7))


def test_what_is_as_it_must_be_is_left_alone():
    page = WHOLE % b'<h1 id="found" class="sentence">1,234 proposals</h1><article class="card">'
    packed = answer(gzip.compress(page), content_encoding="gzip")
    assert faults("list", "/proposals/?page=2", packed, range(1_234, 1_240)) == ""
    assert faults("again", "/", answer(status=304), range(1)) == ""
    assert faults("proposal", "/zh/proposals/1/one/", answer(WHOLE % b"one"), range(1)) == ""


async def serve(answers):
    """Answer each connection with the next of `answers`."""
    given = iter(answers)

    async def one(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(next(given))
        await writer.drain()
        writer.close()

    return await asyncio.start_server(one, "127.0.0.1", 0)


def ask(*answers):
    async def talk():
        async with await serve(answers) as server:
            return [await get(server.sockets[0].getsockname()[1], "/", "10.0.0.1") for _ in answers]

    return asyncio.run(asyncio.wait_for(talk(), 20))


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
UNCHANGED = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'


def test_an_answer_is_read_whole_whatever_says_how_long_it_is():
    got = ask(PLAIN, CHUNKED, UNCHANGED)
    assert [(each.status, each.body) for each in got] == [(200, b"ab"), (200, b"abc"), (304, b"")]


def test_an_answer_that_breaks_off_is_none():
    with pytest.raises(EOFError):
        ask(PLAIN[:-1])


# ---- what is told


def test_percentiles_are_values_that_there_were():
    assert [percentile(range(1, 101), share) for share in (50, 95, 100)] == [50, 95, 100]
    assert percentile([7.0], 95) == 7
    assert percentile([], 95) == 0


def loaded(*, seconds=0.1, memory=(100, 100), error=False, requests=60_000):
    kind = Kind("list", 1, ["/"], "list", list=True)
    found = Loaded(5, 600, 100, 50, elapsed=600, in_time=requests, times={kind: [seconds] * 100})
    found.statuses[200] = 100
    found.errors = [("list", "/", "status 500")] if error else []
    found.memory = [Memory(50, 40), *(Memory(each, each) for each in memory for _ in range(100))]
    return found


def test_what_the_issue_asks_for_is_met_or_is_not():
    assert loaded().is_as_asked
    assert not loaded(seconds=0.3).is_as_asked
    assert not loaded(memory=(100, 111)).is_as_asked
    assert not loaded(error=True).is_as_asked
    assert not loaded(requests=59_000).is_as_asked
    page = loaded(error=True).report()
    assert "| list | `/` | status 500 | 1 |" in page
    assert "| errors: none | 1 | **no** |" in page


# ---- the real thing, small


def test_a_small_site_in_production_is_put_under_load(site, monkeypatch):
    monkeypatch.setattr(load, "SAVES", 2)
    running = site(deployed=True)
    env = running.environment()
    [process] = running.processes.values()
    found = load.drive(running.ports[0], process.pid, env, load.described(env), seconds=9, rate=20, clients=4)
    assert found.errors == []
    assert found.requests > 100
    assert len(found.saves) == 2
    assert found.statuses[200] > 60
    assert found.memory[0].resident > found.memory[0].own > 0
    assert "| errors: none | 0 | yes |" in found.report()


def test_the_command_says_what_it_takes(capsys):
    with pytest.raises(SystemExit):
        load.main(["--help"])
    assert "--rate" in capsys.readouterr().out
