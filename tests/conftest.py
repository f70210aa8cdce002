"""What every test can ask for, and what holds for all of them."""

import importlib
import os
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Model
from django.utils import timezone, translation

from proposals.models import Proposal
from tests.browser import chromium
from tests.factories import make_proposal
from tests.kinds import EDITED
from tests.site import FOUNDING_DATA, Kept, Site, prepared, running, succeed


@pytest.fixture(autouse=True)
def _own_catalogue(settings, tmp_path: Path) -> None:
    """Give each test a catalogue of its own, empty at first, no page that another was shown, no search in vain."""
    settings.CATALOGUE_DIR = tmp_path / "catalogue"
    settings.DOWNLOADS_DIR = tmp_path / "downloads"
    settings.VAR_DIR = tmp_path
    files = settings.CACHES["default"] | {"LOCATION": str(tmp_path / "pages")}
    settings.CACHES = settings.CACHES | {"default": files}


@pytest.fixture(autouse=True)
def _own_language(settings) -> Iterator[None]:
    """Leave no test in the language in which the one before it asked for a page."""
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def folder(settings) -> Path:
    """Give the folder of this test's catalogue."""
    return Path(settings.CATALOGUE_DIR)


@pytest.fixture
def record_on_disk(transactional_db, tmp_path: Path) -> Iterator[None]:
    """Give a record for several connections: on SQLite that takes a file, as in use; pytest-django's is in memory."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    file = tmp_path / "record.sqlite3"
    with closing(sqlite3.connect(file)) as copy:
        in_memory.backup(copy)
    connection.connection, connection.settings_dict["NAME"] = None, str(file)
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = in_memory, name


@pytest.fixture
def aside(record_on_disk) -> Iterator[Callable[..., Future]]:
    """Give a function that runs another in a thread, with a connection of its own, and gives its future."""

    def closing_connections(work, *args):
        try:
            return work(*args)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        yield lambda work, *args: pool.submit(closing_connections, work, *args)


@pytest.fixture
def proposals(db) -> list[Proposal]:
    """Give three published proposals on quinces, with two recommendations each."""
    return [make_proposal(title=f"Quince {number}", recommendations=2, published=True) for number in range(3)]


@pytest.fixture
def founding(db, founding_rows: list[list[Model]]) -> None:
    """Load the founding data set: by its command the first time, then the rows that this gave."""
    if not founding_rows:
        call_command("load_dataset", str(FOUNDING_DATA), verbosity=0)
        models = chain.from_iterable(
            apps.get_app_config(app).get_models(include_auto_created=True) for app in ("people", "proposals")
        )
        founding_rows += [list(model._default_manager.order_by("pk")) for model in models]
        return
    for rows in filter(None, founding_rows):
        type(rows[0])._default_manager.bulk_create(rows)


@pytest.fixture
def clock(monkeypatch):
    """A clock that is moved by hand: `clock(minutes=16)`."""
    real, moved = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: real() + moved[0])

    def move(**by):
        moved[0] += timedelta(**by)

    return move


@pytest.fixture
def roles(db) -> None:
    """Give the groups that migrations make, where a test with transactions of its own has emptied the tables."""
    if not Group.objects.exists():
        for migration in (
            "proposals.migrations.0005_roles",
            "proposals.migrations.0008_roles_in_the_life_cycle",
            "proposals.migrations.0010_roles_in_lineage",
            "proposals.migrations.0012_roles_in_intake",
            "alerts.migrations.0002_roles",
        ):
            module = importlib.import_module(migration)
            module.Migration.operations[0].code(apps, connection.schema_editor())


@pytest.fixture(scope="session")
def founding_rows() -> list[list[Model]]:
    """Hold the rows of the founding data set, table by table, once they are loaded."""
    return []


@pytest.fixture(scope="session")
def prepared_site(tmp_path_factory) -> Iterator[Kept]:
    """Give the database and the catalogue, with the founding data, that sites are copied from."""
    with prepared(tmp_path_factory.mktemp("prepared")) as kept:
        yield kept


@pytest.fixture
def site(prepared_site: Kept, tmp_path_factory) -> Iterator[Callable[..., Site]]:
    """Give a function that starts the real thing with the founding data: `site(servers=2, own_catalogues=True)`."""
    with ExitStack() as stack:
        yield lambda servers=1, **options: stack.enter_context(
            running(prepared_site, tmp_path_factory.mktemp("site"), servers, **options)
        )


@pytest.fixture(scope="session")
def reading_site(prepared_site: Kept, tmp_path_factory) -> Iterator[Site]:
    """Give one running site for all tests that only read."""
    with running(prepared_site, tmp_path_factory.mktemp("reading")) as started:
        succeed(started.manage("shell", "--command", EDITED))
        yield started


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Give the Chromium to test with."""
    return chromium.found() or pytest.skip("this machine has no Chromium: sudo apt-get install chromium fonts-noto-cjk")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: what was not looked at is not known to work."""
    if in_ci() and skips(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was skipped, and why, where nobody overlooks it."""
    for reason, names in skips(config).items():
        terminalreporter.write_line(f"NOT TESTED: {reason}: {', '.join(names)}", red=True)
    if in_ci() and skips(config):
        terminalreporter.write_line("CI=true, where a skipped test fails the run.", red=True)


def in_ci() -> bool:
    return os.environ.get("CI") == "true"


def skips(config: pytest.Config) -> dict[str, list[str]]:
    """Give the tests that were skipped under each reason."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    found = defaultdict(list)
    for report in reporter.stats.get("skipped", []) if reporter else []:
        found[report.longrepr[2].removeprefix("Skipped: ")].append(report.nodeid)
    return found
