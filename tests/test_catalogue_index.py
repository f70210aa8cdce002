"""The index on disk: missing, damaged, foreign, locked, full, behind; and the commands that look after it."""

import json
import resource
import shutil
import time
import uuid
from io import StringIO

import pytest
import tantivy
from django.core.management import call_command

from proposals.catalogue import Query, UnavailableError, catalogue, count, index
from proposals.catalogue.check import differences
from proposals.catalogue.index import Catalogue
from proposals.catalogue.names import Names, is_number
from proposals.catalogue.schema import META
from proposals.models import Generation, Proposal
from tests.factories import make_proposal


def as_a_new_process():
    """Forget what this process has opened, as one does that has just been started."""
    index._catalogue.cache_clear()


def change(proposal, **values):
    for name, value in values.items():
        setattr(proposal, name, value)
    proposal.save()


def current(folder):
    """The folder of the index in use."""
    return folder / json.loads((folder / "CURRENT").read_text())["index"]


def assert_answers(number=3):
    assert count(Query(q="quince")) == number
    assert count(Query(recommendations=True)) == 2 * number
    assert list(differences(catalogue())) == []


def run(action):
    out = StringIO()
    call_command("catalogue", action, stdout=out, verbosity=0)
    return out.getvalue()


# ---- missing, damaged, foreign


def test_a_missing_index_is_built(proposals, folder):
    assert not folder.exists()
    assert_answers()
    assert current(folder).is_dir()


def test_a_record_without_proposals_has_an_index_too(db):
    assert count(Query()) == 0
    assert list(differences(catalogue())) == []


def overwrite(text):
    return lambda folder: (folder / "CURRENT").write_bytes(text)


def without_position(folder):
    writer = tantivy.Index.open(str(current(folder))).writer(15_000_000, 1)
    writer.delete_documents_by_query(is_number("type", META))
    writer.commit()
    writer.wait_merging_threads()


def files(folder):
    return [file for file in current(folder).iterdir() if not file.name.startswith(".")]


def delete(suffix):
    return lambda folder: [file.unlink() for file in files(folder) if file.name.endswith(suffix)]


def shorten(suffix):
    """In a new file of the same name, as a disk would that lost the end: the old one may still be in memory."""

    def shortened(folder):
        for file in files(folder):
            if file.name.endswith(suffix):
                content = file.read_bytes()
                file.unlink()
                file.write_bytes(content[: len(content) // 2])

    return shortened


def scramble(suffix):
    """Noise in the middle, where the engine looks only when it is asked for something."""

    def scrambled(folder):
        for file in files(folder):
            if file.name.endswith(suffix):
                content = file.read_bytes()
                quarter = len(content) // 4
                file.unlink()
                file.write_bytes(content[:quarter] + b"\xa5" * (2 * quarter) + content[3 * quarter :])

    return scrambled


DAMAGE = {
    "CURRENT is gone": lambda folder: (folder / "CURRENT").unlink(),
    "CURRENT is empty": overwrite(b""),
    "CURRENT is not JSON": overwrite(b"index"),
    "CURRENT is not text": overwrite(b"\xff\xfe\x00\x80"),
    "CURRENT is a list": overwrite(b"[]"),
    "CURRENT is a number": overwrite(b"5"),
    "CURRENT names nothing": overwrite(b"{}"),
    "CURRENT names a number": overwrite(b'{"index": 5, "built_from": ""}'),
    "CURRENT names no folder": overwrite(b'{"index": "index-0", "built_from": ""}'),
    "the index is gone": lambda folder: shutil.rmtree(current(folder)),
    "all is gone": shutil.rmtree,
    "all is gone but the locks": lambda folder: [shutil.rmtree(current(folder)), (folder / "CURRENT").unlink()],
    "the index is empty": lambda folder: [file.unlink() for file in files(folder)],
    "the list of segments is gone": delete("meta.json"),
    "the list of segments is cut off": shorten("meta.json"),
    **{f"{suffix} is gone": delete(suffix) for suffix in (".store", ".term", ".idx", ".pos", ".fast", ".fieldnorm")},
    **{f"{suffix} is cut off": shorten(suffix) for suffix in (".store", ".term", ".idx", ".pos", ".fast")},
    "the list of files is gone": lambda folder: (current(folder) / ".managed.json").unlink(),
    "the list of files is cut off": lambda folder: (current(folder) / ".managed.json").write_text("["),
    "the position is gone": without_position,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_index_is_built_anew(proposals, folder, damage):
    assert_answers()
    damage(folder)
    as_a_new_process()
    assert_answers()
    change(proposals[0], title_en="Melon")
    assert count(Query(q="melon")) == 1
    assert list(differences(catalogue())) == []


@pytest.mark.parametrize("suffix", [".store", ".term", ".idx", ".pos", ".fast"])
def test_damage_inside_a_file_is_named_and_no_page_breaks(proposals, folder, suffix, client):
    assert_answers()
    scramble(suffix)(folder)
    as_a_new_process()
    named = list(differences(catalogue()))
    assert len(named) == len([file for file in files(folder) if file.name.endswith(suffix)]) or "readable" in named[0]
    for path in ("/proposals/", "/proposals/?q=quince", '/recommendations/?q="do+thing"', "/topics/", "/"):
        assert client.get(path).status_code in (200, 503), path
    catalogue().rebuild(anyway=True)
    assert_answers()
    assert list(differences(catalogue())) == []


def test_an_index_that_the_engine_cannot_search_is_built_anew(proposals, folder, client):
    assert_answers()
    scramble(".fast")(folder)
    as_a_new_process()
    statuses = [client.get("/proposals/").status_code for _ in range(3)]
    assert statuses[-1] == 200, statuses
    assert list(differences(catalogue())) == []


def test_what_breaks_again_and_again_is_not_built_again_and_again(proposals, folder):
    """A question that the engine cannot answer must not keep the machine busy."""
    assert_answers()
    built = set()
    for _ in range(3):
        with pytest.raises(UnavailableError):
            catalogue().fresh().searcher.search(tantivy.Query.all_query(), 1, order_by_field="title")
        built.add(current(folder))
    assert len(built) == 1
    assert_answers()


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_an_index_that_is_damaged_while_in_use_is_built_anew(proposals, folder, damage):
    """At the latest when something changes: until then the process has the whole index in memory."""
    assert_answers()
    damage(folder)
    assert count(Query(q="quince")) == 3
    change(proposals[0], title_en="Melon")
    assert count(Query(q="melon")) == 1
    as_a_new_process()
    assert count(Query(q="melon")) == 1
    assert list(differences(catalogue())) == []


def test_the_index_of_another_record_is_built_anew(proposals, folder):
    assert_answers()
    before = current(folder)
    Generation.objects.update(record=uuid.uuid4())
    Proposal.objects.update(title_en="Melon")
    assert count(Query(q="melon")) == 3
    assert current(folder) != before
    assert list(differences(catalogue())) == []


def test_the_index_of_another_version_of_the_program_is_built_anew(proposals, folder, monkeypatch):
    assert_answers()
    before = current(folder)
    monkeypatch.setattr(index, "SHAPE", "another")
    assert_answers()
    assert current(folder) != before


def test_an_index_from_the_records_future_is_built_anew(proposals, folder):
    """As after the record was put back to what it was yesterday."""
    assert_answers()
    Generation.objects.update(value=1)
    Proposal.objects.filter(pk=proposals[0].pk).update(state=Proposal.State.DRAFT)
    assert_answers(2)


def test_how_far_this_host_has_come_outlives_its_processes(proposals, folder):
    """Where the primary is lost, a replica that is behind that has what was taken back since."""
    assert_answers()
    now = Generation.now()
    before = Generation(record=now.record, value=now.value - 1)
    assert (Catalogue(folder).is_ahead_of(before), Catalogue(folder).is_ahead_of(now)) == (True, False)
    assert not Catalogue(folder).is_ahead_of(Generation(value=now.value - 1))  # another record


# ---- building


def test_an_index_that_fits_is_not_built_again(proposals, folder):
    assert_answers()
    before = current(folder)
    catalogue().rebuild()
    assert current(folder) == before
    catalogue().rebuild(anyway=True)
    assert current(folder) != before
    assert_answers()


def test_an_index_is_read_again_only_where_something_was_committed(proposals, folder):
    opened = catalogue().fresh()
    assert catalogue().look(again=True) is opened
    change(proposals[0], title_en="Compote")
    index.Catalogue(folder).catch_up()  # another process
    assert catalogue().look() is opened
    assert catalogue().look(again=True).position == Generation.now().value


def test_leftovers_of_a_rebuild_that_was_killed_are_removed(proposals, folder):
    assert_answers()
    before = current(folder)
    shutil.copytree(before, folder / "index-half")
    (folder / "CURRENT.half").write_text("{")
    catalogue().rebuild(anyway=True)
    assert {file.name for file in folder.iterdir()} == {
        "CURRENT", "rebuild.lock", "write.lock", before.name, current(folder).name,
    }  # fmt: skip
    catalogue().rebuild(anyway=True)
    assert not before.exists()
    assert_answers()


def test_one_who_reads_the_old_index_can_finish(proposals):
    old = catalogue().fresh().searcher
    catalogue().rebuild(anyway=True)
    as_a_new_process()
    assert old.search(Query(q="quince").matching(Names(old)), 10).count == 3
    assert_answers()


def test_a_change_in_the_middle_of_a_rebuild_is_in_the_next_answer(proposals, monkeypatch):
    assert_answers()
    read = index.entries

    def entries_with_a_change(*args, **options):
        yield from read(*args, **options)
        monkeypatch.setattr(index, "entries", read)
        change(proposals[0], title_en="Melon")
        assert count(Query(q="melon")) == 1  # from the old index, which is kept up meanwhile

    monkeypatch.setattr(index, "entries", entries_with_a_change)
    catalogue().rebuild(anyway=True)
    assert count(Query(q="melon")) == 1
    assert list(differences(catalogue())) == []


@pytest.mark.parametrize("work", ["rebuild", "catch up"])
def test_work_that_breaks_off_changes_nothing_and_is_done_the_next_time(proposals, folder, monkeypatch, caplog, work):
    assert_answers()
    before = current(folder)
    read = index.entries

    def half_the_entries(*args, **options):
        yield next(read(*args, **options))
        raise OSError("broken off")

    monkeypatch.setattr(index, "entries", half_the_entries)
    if work == "rebuild":
        with pytest.raises(OSError, match="broken off"):
            catalogue().rebuild(anyway=True)
    else:
        change(proposals[0], title_en="Melon")
        assert count(Query(q="melon")) == 0
        assert "could not be brought up" in caplog.text
    assert current(folder) == before
    assert count(Query(q="quince")) == 3
    monkeypatch.setattr(index, "entries", read)
    change(proposals[0], title_en="Melon")
    assert count(Query(q="melon")) == 1
    assert list(differences(catalogue())) == []


# ---- locked, many, full


def test_while_another_writes_for_long_the_old_answer_is_given(proposals, folder, monkeypatch):
    monkeypatch.setattr(index, "PATIENCE", 0.3)
    assert_answers()
    with index._locked(folder / "write.lock"):
        change(proposals[0], title_en="Melon")
        started = time.monotonic()
        assert count(Query(q="melon")) == 0
        assert 0.3 <= time.monotonic() - started < 3
    assert count(Query(q="melon")) == 1


def test_while_another_builds_readers_of_the_old_index_do_not_wait(proposals, folder):
    assert_answers()
    with index._locked(folder / "rebuild.lock"):
        change(proposals[0], title_en="Melon")
        assert count(Query(q="melon")) == 1


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def finished():
    """Whether no thread is at work beside the requests."""
    free = catalogue()._busy.acquire(blocking=False)
    if free:
        catalogue()._busy.release()
    return free


@pytest.mark.django_db(transaction=True)
def test_more_changes_than_a_request_takes_on_arrive_soon(monkeypatch):
    proposals = [make_proposal(title=f"Quince {number}", recommendations=2, published=True) for number in range(4)]
    assert_answers(4)
    monkeypatch.setattr(index, "FEW", 2)
    with index._locked(catalogue().root / "write.lock"):  # so that the thread is not done before we look
        for proposal in proposals[:3]:
            change(proposal, title_en="Melon")
        assert count(Query(q="melon")) == 0
        assert count(Query(q="quince")) == 4
        assert not finished()
    until(lambda: count(Query(q="melon")) == 3)
    until(finished)
    assert list(differences(catalogue())) == []


@pytest.mark.django_db(transaction=True)
def test_a_record_larger_than_a_request_takes_on_is_built_beside_it(monkeypatch, client):
    for number in range(4):
        make_proposal(title=f"Quince {number}", recommendations=2, published=True)
    monkeypatch.setattr(index, "FEW", 2)
    with index._locked(catalogue().root / "rebuild.lock"):
        with pytest.raises(UnavailableError):
            count(Query())
        with pytest.raises(UnavailableError):
            count(Query())
        response = client.get("/proposals/")
        assert response.status_code == 503
        assert int(response["Retry-After"]) > 0
    until(finished)
    assert_answers(4)
    assert client.get("/proposals/").status_code == 200


def test_where_no_folder_can_be_made_the_answer_is_that_there_is_none(proposals, settings, tmp_path, caplog, client):
    (tmp_path / "file").write_text("")
    settings.CATALOGUE_DIR = tmp_path / "file" / "catalogue"
    with pytest.raises(UnavailableError):
        count(Query())
    assert "could not be brought up" in caplog.text
    assert client.get("/proposals/").status_code == 503
    (tmp_path / "file").unlink()
    assert_answers()


@pytest.fixture
def full_disk():
    """Give functions that make the disk full, as far as this process is concerned, and give it room again."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield (
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1])),
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, usual),
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_on_a_full_disk_the_old_answer_is_given(proposals, full_disk, caplog):
    fill, make_room = full_disk
    assert_answers()
    change(proposals[0], title_en="Melon")
    fill()
    old, new = count(Query(q="quince")), count(Query(q="melon"))
    make_room()
    assert (old, new) == (3, 0)
    assert "could not be brought up" in caplog.text
    assert count(Query(q="melon")) == 1
    assert list(differences(catalogue())) == []


def test_on_a_full_disk_without_an_index_there_is_none(proposals, full_disk):
    fill, make_room = full_disk
    fill()
    try:
        with pytest.raises(UnavailableError):
            count(Query())
    finally:
        make_room()
    assert_answers()
