"""`manage.py dump_dataset`, which writes the record as a data set: read again, it gives the same bytes."""

import io

import pytest
from django.core.management import CommandError, call_command

from proposals.dataset import dump, load
from proposals.models import Proposal, Source
from tests.admin_pages import make_record
from tests.factories import make_delegate, make_figure, make_membership, make_proposal, make_source
from tests.site import FOUNDING_DATA

pytestmark = pytest.mark.django_db


def written(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_founding_data_come_out_as_they_went_in(founding, tmp_path):
    dump(tmp_path / "out")
    for file in FOUNDING_DATA.glob("*.csv"):
        lines = file.read_text("utf-8").splitlines()
        assert len((tmp_path / "out" / file.name).read_text("utf-8").splitlines()) == len(lines), file.name


@pytest.mark.django_db(transaction=True)
def test_written_read_into_an_empty_record_and_written_again_it_is_the_same_to_the_byte(tmp_path):
    load(FOUNDING_DATA)
    make_record(3)
    make_proposal(title="=1+1", title_zh="-负号", number="0012", recommendations=["+one", "@two\nlines"])
    gone = {"withdrawn_because_en": "A hoax; entered twice", "published_at": "2024-03-01T00:00Z"}
    make_proposal(title="Withdrawn", state="withdrawn", **gone)
    make_figure(proposal=Proposal.objects.first(), amount="226100000000.5", still_true=False, sources=[make_source()])
    make_membership(delegate=make_delegate(note="Namesakes, “two”", employer="甲,乙"))
    dump(tmp_path / "first")
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
    assert not Source.objects.exists()
    load(tmp_path / "first")
    dump(tmp_path / "second")
    first, second = written(tmp_path / "first"), written(tmp_path / "second")
    assert first == second
    assert sum(content.count(b"\n") for content in first.values()) > 600
    assert b"'=1+1" in first["proposals.csv"]
    assert Proposal.objects.filter(title_en="=1+1").exists()
    assert Proposal.objects.withdrawn().get().withdrawn_because_en == "A hoax; entered twice"


def test_the_command_says_how_much_or_why_not(founding, tmp_path):
    said = io.StringIO()
    call_command("dump_dataset", str(tmp_path / "out"), stdout=said)
    assert said.getvalue() == "573 rows in 26 files.\n"
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written to"):
        call_command("dump_dataset", str(tmp_path / "file"))
