"""`manage.py run`: what `make run` does once everything is installed."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from tests.site import ROOT, environment, free_port, wait_for


def run(var: Path, port: object) -> subprocess.CompletedProcess[str]:
    """Run it where it cannot go far."""
    command = [sys.executable, "manage.py", "run", "--port", str(port)]
    return subprocess.run(
        command, cwd=ROOT, env=environment(var), capture_output=True, text=True, timeout=60, check=False
    )


@contextmanager
def started(var: Path, port: int) -> Iterator[str]:
    """Run it until it serves, give what it has said by then, and end it."""
    log = var.parent / f"{port}.log"
    command = [sys.executable, "manage.py", "run", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(var), stdout=out, stderr=out, start_new_session=True
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/admin/login/", process, log, seconds=60)
        yield log.read_text()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask(var: Path, statement: str) -> list[tuple]:
    connection = sqlite3.connect(var / "lianghui.sqlite3")
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def assert_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


def test_a_taken_port_is_named_with_a_way_out(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_one_line(run(tmp_path, port), f"Port {port}", "in use", "make run PORT=8001")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80", "", "８０００", "9" * 5000])
def test_what_is_no_port_is_refused_in_one_line(tmp_path, port):
    assert_one_line(run(tmp_path, port), f"“{port[:20]}” is no port")


def test_a_var_that_is_no_directory_is_named_in_one_line(tmp_path):
    var = tmp_path / "var"
    var.write_text("")
    assert_one_line(run(var, free_port()), f"{var} must be a directory that you may write to")


def test_a_database_that_is_none_is_named_in_one_line(tmp_path):
    (tmp_path / "lianghui.sqlite3").write_text("This is no database. " * 100)
    assert_one_line(run(tmp_path, free_port()), "The database does not work", "not a database")


def test_the_first_run_loads_and_makes_an_account_and_the_second_keeps_both(tmp_path):
    var = tmp_path / "var"
    port = free_port()
    with started(var, port) as said:
        assert f"http://127.0.0.1:{port}/" in said
        assert f"http://127.0.0.1:{port}/admin/" in said
        (password,) = re.findall(r"analyst, password (\S+) \(shown only now", said)
        account = ask(var, "SELECT username, is_superuser, password FROM auth_user")
        assert [row[:2] for row in account] == [("analyst", 1)]
        assert PBKDF2PasswordHasher().verify(password, account[0][2])
        assert ask(var, "SELECT count(*) FROM proposals_proposal WHERE state = 'published'") == [(5,)]

    connection = sqlite3.connect(var / "lianghui.sqlite3")
    connection.execute("UPDATE proposals_topic SET name_en = 'Renamed by an analyst' WHERE slug = 'stem-cells'")
    connection.commit()
    connection.close()
    port = free_port()
    with started(var, port) as said:
        assert f"http://127.0.0.1:{port}/" in said
        assert "password" not in said
        assert "Loading" not in said
        assert ask(var, "SELECT username, is_superuser, password FROM auth_user") == account
        assert ask(var, "SELECT count(*) FROM proposals_topic WHERE name_en = 'Renamed by an analyst'") == [(1,)]
