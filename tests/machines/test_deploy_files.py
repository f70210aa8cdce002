"""The files in `deploy/`: systemd takes the units, their commands run, during a restart visitors wait."""

import http.client
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.management import get_commands

from lianghui.headers import of_a_page
from tests.machines.proxies import caddy, nginx, put_in
from tests.machines.units import DEPLOY, commands, environment_file, here, units, verified
from tests.machines.visitors import Visitors
from tests.site import MAIL, ROOT, Kept, database, environment, free_port, wait_for

OTHERS = {"Caddyfile", "nginx.conf", "environment", "lianghui-manage"}
"""`nginx.conf` is what tests/machines/test_two_hosts.py runs."""
WAIT = 30
"""Seconds for which Caddy lets somebody wait for a server."""


@pytest.fixture
def deployed(prepared_site: Kept, tmp_path_factory):
    """Give the environment of a deployed site, with the founding data."""
    var = tmp_path_factory.mktemp("deployed") / "var"
    shutil.copytree(prepared_site.var, var)
    with database(prepared_site.database) as address:
        own = {"SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "127.0.0.1", "LIANGHUI_VAR": str(var)}
        yield environment(var) | environment_file(own | {"DATABASE_URL": address} | MAIL)


def test_each_file_is_used_by_a_test():
    assert {path.name for path in DEPLOY.iterdir()} == {*units(), *OTHERS}


def test_the_page_on_deploying_names_what_there_is():
    page = (ROOT / "docs" / "deploy.md").read_text()
    assert {*re.findall(r"lianghui-manage (\w+)", page)} <= get_commands().keys()
    [begun] = re.findall(r"(?m)^    systemctl enable --now (lianghui-backup.+)$", page)
    assert {*begun.split()} == {unit for unit in units() if unit.endswith(".timer")}
    assert {*re.findall(r"deploy/([\w-][\w.-]*\w)", page)} <= {path.name for path in DEPLOY.iterdir()}


def test_systemd_takes_the_units(tmp_path):
    done = verified(tmp_path)
    if done is not None:
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_each_timer_has_its_service_and_each_command_runs(deployed, tmp_path):
    backups = tmp_path / "backups"
    backups.mkdir()
    services = [unit for unit in units() if unit.endswith(".service")]
    for timer in set(units()) - set(services):
        name = timer.removesuffix(".timer")
        assert f"{name}.service" in services or f"{name.partition('@')[0]}@.service" in services
    lines = [line for unit in services for line in commands(unit, "ExecStartPre")]
    lines += [line for unit in services if unit != "lianghui.service" for line in commands(unit)]
    assert len(lines) == 5
    for line in lines:
        command = [part.replace("/var/backups/lianghui", str(backups)) for part in line]
        done = subprocess.run(command, cwd=ROOT, env=deployed, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert [path.suffix for path in backups.iterdir()] == [".zip"]


def test_manage_reads_what_the_site_is_told(deployed, tmp_path):
    told = tmp_path / "environment"
    text = (DEPLOY / "environment").read_text()
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "LIANGHUI_VAR", "DATABASE_URL"):
        text = re.sub(rf"(?m)^{name}=.*$", f"{name}='{deployed[name]}'", text)
    told.write_text(text)
    places = {"/etc/lianghui/environment": str(told), "runuser -u lianghui -- ": ""}
    script = here(put_in((DEPLOY / "lianghui-manage").read_text(), places))
    done = subprocess.run(
        ["sh", "-c", script, "sh", "catalogue", "status"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "generation" in done.stdout


@contextmanager
def served(env, port, log):
    """Start the server as systemd does, until it says that it is ready."""
    [command] = commands("lianghui.service")
    command = [part.replace("127.0.0.1:8000", f"127.0.0.1:{port}") for part in command]
    with (
        TemporaryDirectory(prefix="lianghui-", dir="/tmp") as short,  # a socket's path may have 107 bytes
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told,
        log.open("ab") as output,
    ):
        notices = Path(short) / "notices"
        told.bind(str(notices))
        told.settimeout(120)
        process = subprocess.Popen(
            command, cwd=ROOT, env=env | {"NOTIFY_SOCKET": str(notices)}, stdout=output, stderr=output
        )
        try:
            assert b"READY=1" in told.recv(4096)
            wait_for(f"http://127.0.0.1:{port}/healthz", process, log, seconds=120)
            yield process
        finally:
            process.terminate()
            process.wait(60)


def test_during_a_restart_caddy_has_visitors_wait(deployed, tmp_path):
    """A restart is what a new version takes. A server that starts more slowly than Caddy waits answers nobody yet."""
    port, log = free_port(), tmp_path / "log"
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input"]
    subprocess.run(collect, cwd=ROOT, env=deployed, capture_output=True, check=True)
    (tmp_path / "caddy").mkdir()
    with caddy(tmp_path / "caddy", port) as proxy, ExitStack() as stack:
        first = ExitStack()
        stack.enter_context(first)
        first.enter_context(served(deployed, port, log))
        visitors = Visitors(proxy.port, proxy.trusted, number=5, pause=0.2)
        with visitors.reading():
            time.sleep(1)
            first.close()
            stack.enter_context(served(deployed, port, log))
            time.sleep(1)
        assert visitors.seen
        lost = [each for each in visitors.seen if each.failed or each.status != 200]
        assert [each for each in lost if each.seconds <= WAIT] == []


def test_caddy_writes_nothing_of_a_request_while_the_server_is_away(tmp_path):
    with caddy(tmp_path, free_port(), patience=1) as proxy:
        assert_a_page_of_its_own(proxy, 503, "/alerts/a-token/")
        assert_a_page_of_its_own(proxy, 413, "/alerts/", **{"Content-Length": str(34 << 20)})
    output = (tmp_path / "output").read_text()
    assert "server running" in output
    assert not re.search(r"alerts|a-token|remote_ip", output)


def test_caddy_hands_on_nothing_of_a_form_before_all_of_it_is_there(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server, caddy(tmp_path, server.getsockname()[1]) as proxy:
        raw = socket.create_connection(("127.0.0.1", proxy.port), timeout=WAIT)
        with proxy.trusted.wrap_socket(raw, server_hostname="127.0.0.1") as client:
            client.sendall(b"POST /alerts/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nname=")
            server.settimeout(1)
            with pytest.raises(TimeoutError):
                server.accept()
            client.sendall(b"long")
            server.settimeout(WAIT)
            taken, _ = server.accept()
            taken.close()


def test_nginx_says_on_its_own_pages_what_the_site_says_on_all(tmp_path):
    with nginx(tmp_path / "nginx", [free_port(), free_port()]) as proxy:
        assert_a_page_of_its_own(proxy, 503, "/proposals/")
        assert_a_page_of_its_own(proxy, 413, "/alerts/", **{"Content-Length": str(33 << 20)})
        assert_a_page_of_its_own(proxy, 400, "/", Host="two names")


def assert_a_page_of_its_own(proxy, status, address, **headers):
    """Ask a proxy for what no server answers; the page has each header once that any page of the site has."""
    connection = http.client.HTTPSConnection("127.0.0.1", proxy.port, timeout=WAIT, context=proxy.trusted)
    with closing(connection):
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        assert answer.status == status
        assert answer.read()
        names = Counter(name.lower() for name in answer.headers)
    assert {name: names[name.lower()] for name in of_a_page()} == dict.fromkeys(of_a_page(), 1)
    assert ("retry-after" in names) == (status == 503)
