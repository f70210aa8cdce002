"""Several processes make the documents of an index; it is the same as that of one."""

import sys

import pytest

from proposals.catalogue import makers
from proposals.catalogue.documents import entries
from tests.site import succeed

BROKEN_OFF = "import struct, sys; sys.stdout.buffer.write(struct.pack('<Q', 100) + b'half')"
REBUILD = "from proposals.catalogue import catalogue; catalogue().rebuild(anyway=True, processes={})"


@pytest.mark.parametrize("processes", [1, 2])
def test_rebuild_by_several_processes_writes_what_the_record_says(prepared_site, processes):
    succeed(prepared_site.manage("shell", "--no-imports", "-c", REBUILD.format(processes)))
    verified = prepared_site.manage("catalogue", "verify")
    succeed(verified)
    assert verified.stdout == "The catalogue says what the record says.\n"


@pytest.mark.django_db
def test_a_process_that_has_ended_is_told_of(monkeypatch):
    for command in (["true"], [sys.executable, "-c", BROKEN_OFF]):
        monkeypatch.setattr(makers, "COMMAND", command)
        with pytest.raises(OSError, match="has ended"):
            list(makers.made_by_several([[1]], 1))


@pytest.mark.django_db
def test_an_empty_record_has_no_entries():
    assert list(entries(make=lambda batches: makers.made_by_several(batches, 2))) == []
