"""These tests bring their own PostgreSQL: they run once, beside the other tests of PostgreSQL."""

import os
from collections.abc import Iterator

import pytest

from tests.machines.hosts import Machines, machines
from tests.site import Kept

collect_ignore_glob = [] if os.environ.get("DATABASE_URL", "").startswith("postgres") else ["test_*.py"]


@pytest.fixture
def all_machines(prepared_site: Kept, tmp_path_factory) -> Iterator[Machines]:
    """Give two web hosts behind nginx, over a primary and a replica."""
    with machines(prepared_site, tmp_path_factory.mktemp("machines")) as started:
        yield started
