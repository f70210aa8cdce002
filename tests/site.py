"""The real thing, for tests: gunicorn processes with a database, a catalogue and a `var/` of their own."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import environ
import psycopg

ROOT = Path(__file__).resolve().parent.parent
FOUNDING_DATA = ROOT / "proposals" / "data" / "two-sessions-2024"
OURS = {"LIANGHUI_ENV", "SECRET_KEY", "ALLOWED_HOSTS", "CATALOGUE_DIR", "CONTACT_EMAIL", "DATABASE_URL", "DEBUG"}
OURS |= {"EMAIL_URL", "EMAIL_TIMEOUT", "FROM_EMAIL", "SITE_URL", "TRUSTED_PROXIES", "HSTS_SUBDOMAINS"}
OURS |= {"DATABASE_REPLICA_URL", "SECRET_KEY_BEFORE"}
OURS |= {"SECOND_FACTOR", "SESSION_IDLE_MINUTES", "SESSION_HOURS"}
RATES = ("PAGES_RATE", "EXPORTS_RATE", "FEEDS_RATE", "API_RATE", "ALERTS_RATE", "SIGN_IN_RATE")
UNHURRIED = dict.fromkeys(RATES, "0") | {"STATEMENT_TIMEOUT": "0"}
"""One address asks as often as it likes, for tests are many people; and a busy machine takes its time."""


MAIL = {"EMAIL_URL": "smtp://127.0.0.1:9", "FROM_EMAIL": "alerts@example.org", "SITE_URL": "https://example.org"}
"""A site that offers alerts, by a mail server that is not there."""


def environment(var: Path, **more: str) -> dict[str, str]:
    """Give the environment in which a fresh clone would run that keeps its things in `var`."""
    others = {name: value for name, value in os.environ.items() if name not in {*OURS, "DJANGO_SETTINGS_MODULE"}}
    return others | {"LIANGHUI_VAR": str(var)} | UNHURRIED | more


def production(var: Path, **more: str) -> dict[str, str]:
    """Give what production has to be told, for a site that keeps its things in `var`."""
    return {
        "LIANGHUI_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{var}/lianghui.sqlite3",
        **MAIL,
        **more,
    }


def free_port() -> int:
    """Give a port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Kept:
    """What a site keeps: its `var/` directory and, where the tests run on PostgreSQL, the address of its database.

    `settings` is what else stands in its environment.
    """

    var: Path
    database: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        address = {"DATABASE_URL": self.database} if self.database else {}
        return environment(self.var, **self.settings | address)

    def manage(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on it; the result has `returncode`, `stdout` and `stderr`."""
        command = [sys.executable, "manage.py", *args]
        return subprocess.run(command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False)


class Site(Kept):
    """Servers on free ports over what they share: each one process group with so many `workers`.

    `more` is what else stands in the environment of one of them. What asks one that is deployed sends `HTTPS`, as a
    proxy would.
    """

    HTTPS = {"X-Forwarded-Proto": "https"}
    workers = 1

    def __init__(self, kept: Kept, servers: int, *, own_catalogues: bool) -> None:
        super().__init__(kept.var, kept.database, kept.settings)
        self.own_catalogues = own_catalogues
        self.ports = [free_port() for _ in range(servers)]
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self.lifelines: dict[int, int] = {}
        self.more: dict[int, dict[str, str]] = {}

    @property
    def urls(self) -> list[str]:
        """The addresses of the servers, without a slash at the end."""
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    @property
    def url(self) -> str:
        """The address of the first server."""
        return self.urls[0]

    def start(self) -> None:
        """Start every server that is not running, and wait until all answer."""
        for index, port in enumerate(self.ports):
            if index not in self.processes:
                self.processes[index] = self.spawn(index, port)
        for index, url in enumerate(self.urls):
            wait_for(f"{url}/healthz", self.processes[index], self.log(index))

    def spawn(self, index: int, port: int) -> subprocess.Popen[bytes]:
        """Start one server, without waiting for it."""
        env = self.environment() | self.more.get(index, {})
        if self.own_catalogues:  # as on hosts of their own
            env["CATALOGUE_DIR"] = str(self.var / f"catalogue-{index}")
        command = [sys.executable, "-m", "gunicorn", "--workers", str(self.workers), "--bind", f"127.0.0.1:{port}"]
        self.lifelines[index], held = os.pipe()
        with self.log(index).open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True, pass_fds=[held]
            )
        os.close(held)
        return process

    def log(self, index: int) -> Path:
        """Where a server writes what it has to say."""
        return self.var / f"server-{index}.log"

    def kill(self, index: int) -> None:
        """End one server, master and worker, as a power cut would; none of it lives on when this returns."""
        process = self.processes.pop(index)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        lifeline = self.lifelines.pop(index)
        os.read(lifeline, 1)  # it ends when the last of them has let go of what it held, its locks too
        os.close(lifeline)

    def stop(self) -> None:
        """Ask every server to finish, and see that none is left."""
        for process in self.processes.values():
            process.terminate()
        for index, process in list(self.processes.items()):
            try:
                process.wait(timeout=10)
                del self.processes[index]
                os.close(self.lifelines.pop(index))
            except subprocess.TimeoutExpired:
                self.kill(index)

    def analyst(self, username: str = "analyst") -> tuple[str, str]:
        """Make an account that may do everything; give its name and password."""
        password = secrets.token_urlsafe(12)
        code = f"create_superuser({username!r}, password={password!r})"
        succeed(self.manage("shell", "--command", f"from django.contrib.auth.models import User; User.objects.{code}"))
        return username, password


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, *, seconds: float = 30) -> None:
    """Return as soon as `url` is answered, with whatever status; fail with the log where it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(urllib.request.Request(url, headers=Site.HTTPS), timeout=seconds).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"Nothing answers at {url}:\n{log.read_text()}")


def succeed(done: subprocess.CompletedProcess[str]) -> None:
    """Fail with what the command said if it did not succeed."""
    assert done.returncode == 0, f"{done.args}\n{done.stdout}{done.stderr}"


@contextmanager
def prepared(directory: Path) -> Iterator[Kept]:
    """Make what every site starts from: a migrated database with the founding data, and its catalogue."""
    with database() as address:
        kept = Kept(directory / "var", address)
        succeed(kept.manage("migrate", "--verbosity", "0"))
        succeed(kept.manage("load_dataset", str(FOUNDING_DATA)))
        succeed(kept.manage("catalogue", "refresh"))
        (kept.var / "static").mkdir()
        yield kept


@contextmanager
def running(
    origin: Kept, directory: Path, servers: int = 1, *, own_catalogues: bool = False, deployed: bool = False
) -> Iterator[Site]:
    """Copy `origin` into `directory` and serve the copy; stop and remove what was made for it in the end.

    One that is `deployed` runs as in production: HTTPS only, its files collected, named by their content, compressed.
    But it asks for no second factor; tests of that set their own.
    """
    with database(origin.database) as address:
        shutil.copytree(origin.var, directory / "var")
        kept = Kept(
            directory / "var", address, production(directory / "var", SECOND_FACTOR="false") if deployed else {**MAIL}
        )
        site = Site(kept, servers, own_catalogues=own_catalogues)
        try:
            if deployed:
                succeed(site.manage("collectstatic", "--no-input"))
            site.start()
            yield site
        finally:
            site.stop()


@contextmanager
def database(template: str = "") -> Iterator[str]:
    """Give the address of a new database on the tests' PostgreSQL, a copy of `template`; nothing on SQLite."""
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        yield ""
        return
    name = f"site_{secrets.token_hex(6)}"
    execute(f"CREATE DATABASE {name} TEMPLATE {urlsplit(template).path.rpartition('/')[2] or 'template1'}")
    try:
        parts = urlsplit(address)
        yield parts._replace(path=f"{parts.path.rpartition('/')[0]}/{name}").geturl()
    finally:
        execute(f"DROP DATABASE {name} WITH (FORCE)")


def execute(statement: str) -> None:
    """Run a statement on the PostgreSQL that DATABASE_URL names, outside a transaction."""
    at = environ.Env().db_url("DATABASE_URL")
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    given = {ours: at[theirs] for ours, theirs in names.items() if at[theirs]}
    with psycopg.connect(**given, autocommit=True) as connection:
        connection.execute(statement)
