"""Several processes make the documents of an index; it is the same as that of one."""

import re
import sys

import pytest
from django.core.management import CommandError, call_command

from proposals.catalogue import makers
from proposals.catalogue.documents import entries
from proposals.management.commands import catalogue
from tests.factories import make_proposal
from tests.site import succeed

BROKEN_OFF = "import struct, sys; sys.stdout.buffer.write(struct.pack('<Q', 100) + b'half')"
REBUILD = "from proposals.catalogue import catalogue; catalogue().rebuild(anyway=True, processes={})"

VERIFY = """
from proposals.catalogue import catalogue
from proposals.catalogue.check import differences
print(list(differences(catalogue(), {})))
"""
UNNOTED = """
from proposals.models import Proposal
one = Proposal.objects.published().earliest("pk")
Proposal.objects.filter(pk=one.pk).update(title_en=one.title_en + " again")
"""


@pytest.mark.parametrize("processes", [1, 2])
def test_rebuild_by_several_processes_writes_what_the_record_says(prepared_site, processes):
    succeed(prepared_site.manage("shell", "--no-imports", "-c", REBUILD.format(processes)))
    verified = prepared_site.manage("catalogue", "verify")
    succeed(verified)
    assert verified.stdout == "The catalogue says what the record says.\n"


@pytest.mark.parametrize("processes", [1, 2])
def test_verify_by_several_processes_names_what_differs(site, processes):
    copied = site()  # the prepared one is everybody's

    def differences():
        asked = copied.manage("shell", "--no-imports", "-c", VERIFY.format(processes))
        succeed(asked)
        return asked.stdout

    succeed(copied.manage("catalogue", "rebuild"))
    assert differences() == "[]\n"
    succeed(copied.manage("shell", "--no-imports", "-c", UNNOTED))
    assert re.fullmatch(r"\['proposal \d+ differs from the record'\]\n", differences())


@pytest.mark.django_db
def test_verify_says_in_one_line_that_a_process_has_ended(monkeypatch):
    make_proposal(published=True)
    call_command("catalogue", "refresh")
    monkeypatch.setattr(catalogue, "_processes", lambda: 1)
    monkeypatch.setattr(makers, "COMMAND", ["true"])
    with pytest.raises(CommandError, match=r"could not be compared: .* has ended"):
        call_command("catalogue", "verify")


@pytest.mark.django_db
def test_a_process_that_has_ended_is_told_of(monkeypatch):
    for command in (["true"], [sys.executable, "-c", BROKEN_OFF]):
        monkeypatch.setattr(makers, "COMMAND", command)
        with pytest.raises(OSError, match="has ended"):
            list(makers.made_by_several([[1]], 1))


@pytest.mark.django_db
def test_an_empty_record_has_no_entries():
    assert list(entries(make=lambda batches: makers.made_by_several(batches, 2))) == []
