"""`manage.py backup` and `restore`: all of one moment, in one file; whole or not at all."""

import hashlib
import json
import os
import resource
import stat
from dataclasses import asdict, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import ForeignKey, IntegerField
from django.utils import timezone

from alerts.models import Subscriber, Subscription
from proposals.backup import BackupError, backup, check, compare, kept, read_manifest, restore
from proposals.backup.archive import MANIFEST
from proposals.dataset import dump
from proposals.downloads.offered import offer
from proposals.downloads.writing import write
from proposals.models import Generation, Mapping, Proposal, Recommendation
from tests.factories import make_delegate, make_figure, make_intake, make_proposal


def silent(_table, _rows):
    pass


@pytest.fixture
def record(record_on_disk):
    """A record with what is hard to write down in it, as several connections see it."""
    User.objects.create_user("analyst", "analyst@example.org", "secret")
    make_intake(title="An article", about={"b": [1, None, 2.5], "a": {"z": 0, "y": "\u2028"}})
    Mapping.objects.create(name="Theirs", columns={"title_zh": "案由", "number": "编号"})
    reader = Subscriber.objects.create(
        address="reader@example.org", language="en-gb", frequency="daily", due=timezone.now()
    )
    Subscription.objects.create(subscriber=reader, followed="proposals", same="all", packed=b"\x00\xff of bytes")
    proposal = make_proposal(
        title="Quote “cells” – 干细胞 \\ \t' 😀",
        recommendations=["One", "Two"],
        delegates=[make_delegate(name="Ding Lieming")],
        published=True,
    )
    make_figure(proposal=proposal, amount="226100000000.5")
    return proposal


@pytest.fixture
def file(record, tmp_path):
    """A backup of that record."""
    path = tmp_path / "backup.zip"
    call_command("backup", str(path), verbosity=0)
    return path


def restored(path, **options):
    with path.open("rb") as source:
        return restore(source, silent, **options)


def differing(path):
    with path.open("rb") as source:
        return compare(source, silent)


def checked(content):
    return check(BytesIO(content), silent)


def test_what_is_lost_comes_back(record, file):
    before = Generation.now().record
    title, texts = record.title_en, [*Recommendation.objects.values_list("text_en", flat=True)]
    assert not differing(file)
    Recommendation.objects.first().delete()
    record.title_en = "Gone"
    record.save()
    assert {"proposals_recommendation", "proposals_proposal"} <= {*differing(file)}
    restored(file, replace=True)
    assert differing(file) == ["proposals_generation"]  # it is another record from now on
    assert Generation.now().record != before
    assert Proposal.objects.get().title_en == title
    assert [*Recommendation.objects.values_list("text_en", flat=True)] == texts
    assert User.objects.get().check_password("secret")


def test_it_gives_the_same_data_set_to_the_byte(record, file, tmp_path):
    dump(tmp_path / "before")
    record.delete()
    restored(file, replace=True)
    dump(tmp_path / "after")
    first, second = (
        {each.name: each.read_bytes() for each in (tmp_path / name).iterdir()} for name in ("before", "after")
    )
    assert first == second
    assert b"226100000000.5" in b"".join(first.values())


def test_keys_that_were_given_once_are_not_given_again(record, tmp_path):
    gone = make_proposal(title="Gone").pk
    Proposal.objects.get(pk=gone).delete()
    call_command("backup", str(tmp_path / "backup.zip"), verbosity=0)
    for _ in range(3):
        make_proposal()
    restored(tmp_path / "backup.zip", replace=True)
    assert make_proposal().pk == gone + 1


def test_a_failed_restore_leaves_the_keys_alone(record, file, monkeypatch):
    later = make_proposal().pk
    monkeypatch.setattr("proposals.backup.restoring._holds", lambda *_: False)
    with pytest.raises(BackupError, match="does not come out as it went in"):
        restored(file, replace=True)
    assert make_proposal().pk == later + 1


def test_files_for_re_users_are_of_another_record_and_not_given_out(record, file):
    write(silent)
    assert offer().stands
    restored(file, replace=True)
    assert not (there := offer()) or not there.stands


def test_every_table_is_in_it_but_those_of_a_moment(file):
    with file.open("rb") as source:
        tables = read_manifest(source).tables
    every = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert {*tables} == {model._meta.db_table for model in kept()}
    left_out = every - {*tables}
    assert {"django_session", "people_presence", "alerts_tally"} == {name for name in left_out if "axes" not in name}
    assert tables["auth_user"].rows == 1


def test_keys_are_numbers_which_both_databases_put_in_the_same_order():
    keys = {model: model._meta.pk for model in kept()}
    keys = {model: key.target_field if isinstance(key, ForeignKey) else key for model, key in keys.items()}
    assert not [model for model, key in keys.items() if not isinstance(key, IntegerField)]


def test_who_is_signed_in_signs_in_again(record, file, client):
    client.force_login(User.objects.get())
    restored(file, replace=True)
    assert client.get("/admin/").status_code == 302


def test_only_its_owner_may_read_it(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir() if "backup" in path.name] == ["backup.zip"]


def damaged(content):
    """Yield a backup cut off, and with a byte turned, at many places."""
    step = max(1, len(content) // 40)
    for place in range(0, len(content), step):
        yield content[:place]
        yield content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]


def test_damage_is_found_wherever_it_is(file):
    content = file.read_bytes()
    whole = checked(content)
    found = 0
    for each in damaged(content):
        try:
            assert checked(each) == whole  # a byte that says when an entry was made says nothing of ours
        except BackupError:
            found += 1
    assert found > 60


def changed(content, name, change, *, sums=False):
    """Write a backup anew, one entry changed; with the sums that this takes, where wished."""
    with ZipFile(BytesIO(content)) as archive:
        entries = {each: archive.read(each) for each in archive.namelist()}
    entries[name] = change(entries[name].decode()).encode()
    manifest = read_manifest(BytesIO(content))
    if sums:
        table = name.removesuffix(".jsonl")
        told = replace(manifest.tables[table], sha256=hashlib.sha256(entries[name]).hexdigest())
        entries[MANIFEST] = replace(manifest, tables=manifest.tables | {table: told}).written().encode()
    return zipped(entries)


def zipped(entries):
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for each, content in entries.items():
            archive.writestr(each, content)
    return made.getvalue()


def otherwise(content, **more):
    """Write a backup anew, with another manifest that is right in itself."""
    with ZipFile(BytesIO(content)) as archive:
        entries = {each: archive.read(each) for each in archive.namelist()}
    entries[MANIFEST] = replace(read_manifest(BytesIO(content)), **more).written().encode()
    return zipped(entries)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda content: b"PK no archive", "damaged, or no backup"),
        (lambda content: b"", "damaged, or no backup"),
        (lambda content: zipped({"manifest.json": b"[1]"}), "its manifest cannot be read"),
        (lambda content: zipped({"another.txt": b"1"}), "damaged, or no backup"),
        (
            lambda content: changed(content, MANIFEST, lambda text: text.replace('"format": 1', '"format": 2')),
            "format 2",
        ),
        (lambda content: changed(content, MANIFEST, lambda text: text.replace("+00:00", "+08:00")), "manifest is not"),
        (
            lambda content: changed(content, "people_delegate.jsonl", lambda text: text.replace("Ding", "Dong")),
            "is damaged",
        ),
        (lambda content: changed(content, "people_delegate.jsonl", lambda text: ""), "is damaged"),
        (lambda content: otherwise(content, migrations=["people.9_of_next_year"]), "newer program.*9_of_next_year"),
        (lambda content: otherwise(content, migrations=["people.0001_initial"]), "before the migrations.*empty one"),
        (lambda content: otherwise(content, tables={}), "does not hold the tables that its manifest names"),
        (
            lambda content: changed(content, "proposals_sponsorship.jsonl", lambda text: "[1]\n", sums=True),
            "cannot be stored here",
        ),
        (
            lambda content: changed(content, "people_delegate.jsonl", lambda text: "", sums=True),
            "is damaged",  # their number
        ),
    ],
)
def test_what_cannot_be_restored_changes_nothing(record, file, change, said):
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(CommandError, match=said) as raised:
        call_command("restore", str(file), replace=True, verbosity=0)
    assert "\n" not in str(raised.value)
    assert Proposal.objects.get() == record
    assert User.objects.get()


def test_rows_that_name_none_are_refused(record, file):
    def elsewhere(text):
        rows = [json.loads(line) for line in text.splitlines()]
        place = read_manifest(BytesIO(file.read_bytes())).tables["proposals_sponsorship"].columns.index("delegate_id")
        for row in rows:
            row[place] = 99_999
        return "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)

    file.write_bytes(changed(file.read_bytes(), "proposals_sponsorship.jsonl", elsewhere, sums=True))
    with pytest.raises(CommandError, match="names rows that it does not hold"):
        call_command("restore", str(file), replace=True, verbosity=0)
    assert Proposal.objects.get() == record


def test_columns_that_nobody_knows_are_refused(record, file):
    tables = read_manifest(BytesIO(file.read_bytes())).tables
    other = replace(tables["people_delegate"], columns=[*tables["people_delegate"].columns[:-1], 'x"; DROP TABLE y'])
    file.write_bytes(otherwise(file.read_bytes(), tables=tables | {"people_delegate": other}))
    with pytest.raises(CommandError, match="does not hold the tables and columns"):
        call_command("restore", str(file), replace=True, verbosity=0)


def test_a_database_in_use_is_left_alone(record, file):
    with pytest.raises(CommandError, match=r"holds rows .* --replace throws them away"):
        call_command("restore", str(file), verbosity=0)
    assert Proposal.objects.get() == record


def test_what_cannot_be_written_or_read_is_said_in_a_line(record, tmp_path):
    with pytest.raises(CommandError, match=r"nowhere/backup\.zip cannot be written: No such file"):
        call_command("backup", str(tmp_path / "nowhere" / "backup.zip"))
    with pytest.raises(CommandError, match=r"none\.zip cannot be read: No such file"):
        call_command("restore", str(tmp_path / "none.zip"))
    with pytest.raises(CommandError, match="cannot be read: Is a directory"):
        call_command("restore", str(tmp_path))


def test_a_database_that_is_ahead_of_the_program_is_not_kept_in_part(record, tmp_path):
    recorder = MigrationRecorder(connection)
    recorder.record_applied("people", "9999_of_next_year")
    try:
        with pytest.raises(CommandError, match=r"newer program.*people\.9999_of_next_year"):
            call_command("backup", str(tmp_path / "backup.zip"))
    finally:
        recorder.record_unapplied("people", "9999_of_next_year")
    assert not [*tmp_path.glob("*.zip")]


def test_a_file_that_is_there_is_replaced_only_when_told(file):
    before = file.read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(file))
    assert file.read_bytes() == before
    call_command("backup", str(file), overwrite=True, verbosity=0)
    assert checked(file.read_bytes()).made > checked(before).made


def test_in_a_directory_it_is_named_by_the_time_and_only_the_newest_are_kept(record, tmp_path, capsys):
    old = [tmp_path / f"lianghui-2024-03-0{day}T02-30-00Z.zip" for day in range(1, 6)]
    for path in [*old, tmp_path / "lianghui-of-mine.zip"]:
        path.write_bytes(b"")
    call_command("backup", str(tmp_path), keep=2)
    [new] = {*tmp_path.glob("lianghui-2*.zip")} - {*old}
    assert [path for path in old if path.exists()] == [old[-1]]
    assert (tmp_path / "lianghui-of-mine.zip").exists()
    assert f"{datetime.now(UTC):%Y-%m-%dT}" in new.name
    assert checked(new.read_bytes()).sha256 in capsys.readouterr().out
    with pytest.raises(CommandError, match="--keep is for a directory"):
        call_command("backup", str(tmp_path / "one.zip"), keep=2)


def test_a_whole_file_is_told_from_a_damaged_one(record, file, capsys):
    call_command("restore", str(file), check=True)
    assert capsys.readouterr().out.endswith(": whole.\n")
    call_command("restore", str(file), compare=True)
    assert capsys.readouterr().out.endswith(": the database holds the same.\n")
    record.delete()
    with pytest.raises(CommandError, match=r"differs from it in .*proposals_proposal"):
        call_command("restore", str(file), compare=True)


def test_a_disk_that_is_full_leaves_the_last_backup(file):
    before = file.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, hard))  # as a disk that takes so many bytes more
    try:
        with pytest.raises(CommandError, match="cannot be written"):
            call_command("backup", str(file), overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert file.read_bytes() == before
    assert not [path for path in Path(file.parent).iterdir() if path.name.startswith(".")]


def test_a_program_that_reads_no_further_is_said(record):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as broken, pytest.raises(OSError, match="Broken pipe"):
        backup(broken, silent)
    assert not connection.in_atomic_block


def test_the_sum_of_the_whole_is_of_all_that_is_in_it(record, file):
    content = file.read_bytes()
    first = checked(content)
    assert asdict(first)["tables"].keys() == first.tables.keys()
    record.title_en = "Other"
    record.save()
    made = BytesIO()
    assert backup(made, silent).sha256 != first.sha256
    assert checked(made.getvalue()).tables["auth_user"] == first.tables["auth_user"]
    assert Subscriber.objects.count() == first.tables["alerts_subscriber"].rows
