"""`make audit`: a known hole fails it, whoever knows of it; a service that knows nothing is named and fails nothing."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from supply import audit
from tests.site import ROOT, free_port

LOCK = """
sound==1.0 \\
    --hash=sha256:{0}
    # via lianghui (pyproject.toml)
holed==2.0 ; python_full_version < '3.99' \\
    --hash=sha256:{0}
    # via sound
holed==3.0 ; python_full_version >= '3.99' \\
    --hash=sha256:{0}
    # via sound
""".format("0" * 64)
OLD = ("django", "2.2.0")


def hole(name, number, fixed=None):
    """A hole as osv tells of it."""
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    package = {"name": name, "ecosystem": "PyPI"}
    affected = [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
    return {"id": number, "aliases": [f"CVE-{number}"], "summary": "-", "affected": affected}


@contextmanager
def service(known, status=200):
    """A service that knows of holes, by name and version; give its address."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            holes = known.get((asked["package"]["name"], asked["version"]), [])
            body = json.dumps({"vulns": holes} if holes else {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


@pytest.fixture
def run(tmp_path, capsys):
    """Give a function that audits a lock of three lines by one service; it gives the status and the lines printed."""
    lock = tmp_path / "some.lock"
    lock.write_text(LOCK.strip())

    def run(address):
        status = audit.main([str(lock), "--service", "osv", "--osv-url", address])
        return status, capsys.readouterr().out.splitlines()

    return run


def test_a_known_hole_fails_and_is_named_with_what_closes_it(run):
    known = {OLD: [hole("django", "1")], ("holed", "2.0"): [hole("holed", "2", fixed="2.1"), hole("holed", "3")]}
    known["holed", "3.0"] = [hole("holed", "4", fixed="3.1")]  # for another version of Python
    with service(known) as address:
        assert run(address) == (
            1,
            [
                "checked: osv: 3 of 3 parts in some.lock",
                "known hole: holed 2.0: CVE-2, closed in 2.1",
                "known hole: holed 2.0: CVE-3, not closed yet",
                "known hole: holed 3.0: CVE-4, closed in 3.1",
            ],
        )


def test_a_hole_that_is_accepted_with_a_reason_fails_nothing(run, monkeypatch):
    monkeypatch.setattr(audit, "ACCEPTED", {"2": "we call none of it"})
    with service({OLD: [hole("django", "1")], ("holed", "2.0"): [hole("holed", "2")]}) as address:
        assert run(address) == (0, ["checked: osv: 3 of 3 parts in some.lock"])


def test_a_service_without_data_is_told_from_one_that_knows_of_nothing(run):
    with service({}) as address:
        assert run(address) == (0, ["not checked: osv: it has no data on known holes"])


def test_a_service_that_fails_is_named_and_fails_nothing(run):
    with service({}, status=500) as address:
        status, [line] = run(address)
    assert status == 0
    assert line.startswith("not checked: osv: ")


def test_a_service_that_cannot_be_reached_is_named_and_fails_nothing(run):
    assert run(f"http://127.0.0.1:{free_port()}/") == (0, ["not checked: osv: it cannot be reached"])


def test_a_machine_without_a_network_checks_nothing_and_says_so(monkeypatch, capsys):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert audit.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"not checked: {name}: it cannot be reached" for name in audit.SERVICES]


def test_what_a_service_does_not_know_is_named(monkeypatch, capsys):
    vulnerable = {"name": "django", "version": "2.2.0", "vulns": [{"id": "1", "aliases": [], "fix_versions": []}]}
    mirrored = [{"name": "asgiref", "skip_reason": "not found"}]
    monkeypatch.setattr(audit, "ask", lambda _service, asked, _more: mirrored if len(asked) > 1 else [vulnerable])
    assert audit.main(["--service", "pypi", str(ROOT / "requirements.lock")]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "not checked: pypi: it does not know asgiref"


def test_ci_asks_for_it():
    makefile = (ROOT / "Makefile").read_text()
    assert "\nlint: .venv/dev.stamp audit " in makefile
    assert "make lint" in (ROOT / ".ci" / "run").read_text()
