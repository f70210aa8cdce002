"""Many at once: transactions that overlap, readers in the middle of saves, savers and readers in threads."""

import time
from threading import Event

import pytest
from django.db import connection, transaction
from django.db.models.signals import pre_save

from proposals.catalogue import Query, catalogue, count, index
from proposals.models import (
    Proposal,
)
from proposals.models.outbox import recorded
from tests.factories import (
    make_proposal,
    make_topic,
)
from tests.test_keeping_up import LONG, assert_nothing_is_missed, change, shown

# ---- many at once


def rename(pk, title):
    with recorded():
        change(Proposal.objects.get(pk=pk), title_en=title)


@pytest.mark.parametrize("block", [transaction.atomic, recorded])
def test_of_two_overlapping_transactions_neither_is_missed(aside, block):
    first, second = (make_proposal(published=True) for _ in range(2))
    count(Query())
    began, finish = Event(), Event()

    def slowly():
        with block():
            change(first, title_en="Marmalade")
            began.set()
            assert finish.wait(LONG)

    slow = aside(slowly)
    assert began.wait(LONG)
    quick = aside(rename, second.pk, "Compote")
    if connection.vendor == "postgresql" and block is recorded:
        quick.result(LONG)  # begun later, committed earlier
        assert shown("Compote")
    assert not shown("Marmalade")
    finish.set()
    slow.result(LONG)
    quick.result(LONG)
    assert shown("Marmalade")
    assert shown("Compote")
    assert_nothing_is_missed()


def test_a_proposal_published_while_its_topic_is_being_renamed_has_the_new_name(aside):
    topic = make_topic(name="Apricot")
    draft = make_proposal(topics=[topic])
    make_proposal(published=True)
    count(Query())
    began, finish = Event(), Event()

    def slowly_rename():
        with recorded():
            change(topic, name_en="Marmalade")
            began.set()
            assert finish.wait(LONG)

    def publish():
        with recorded():
            change(draft, state=Proposal.State.PUBLISHED)

    renaming = aside(slowly_rename)
    assert began.wait(LONG)
    publishing = aside(publish)
    if connection.vendor == "postgresql":
        publishing.result(LONG)
        assert shown("Apricot")
    finish.set()
    renaming.result(LONG)
    publishing.result(LONG)
    assert shown("Marmalade")
    assert_nothing_is_missed()


def test_a_draft_saved_over_what_another_has_just_published_is_not_shown(aside):
    """As when somebody sends back the form of a draft that somebody else is publishing at this moment."""
    draft = make_proposal(title="Damson")
    make_proposal(published=True)
    count(Query())
    publishing, publish, saved, finish = Event(), Event(), Event(), Event()

    def publish_slowly():
        with recorded():
            change(Proposal.objects.get(pk=draft.pk), state=Proposal.State.PUBLISHED)
            publishing.set()
            assert publish.wait(LONG)

    def save_over_it():
        with recorded():
            change(Proposal.objects.get(pk=draft.pk), title_en="Sloe", state=Proposal.State.DRAFT)
            saved.set()
            assert finish.wait(LONG)

    publisher = aside(publish_slowly)
    assert publishing.wait(LONG)
    saver = aside(save_over_it)
    wait_until_one_waits_for_another()
    publish.set()
    publisher.result(LONG)
    assert saved.wait(LONG)
    count(Query())  # a reader between the two
    finish.set()
    saver.result(LONG)
    assert not shown("Damson")
    assert_nothing_is_missed()


def wait_until_one_waits_for_another():
    """Until a transaction waits for the row of another; on SQLite the second one waits at its beginning."""
    end = time.monotonic() + LONG
    with connection.cursor() as cursor:
        while connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.mark.parametrize("state", [Proposal.State.DRAFT, Proposal.State.PUBLISHED])
def test_a_reader_in_the_middle_of_a_save_does_not_make_it_missed(aside, state):
    """Between what is noted before a save and the save itself; the save is in no transaction of the caller's."""
    proposal = make_proposal(title="Damson", published=True)
    count(Query())

    def read(**_signal):
        aside(count, Query()).result(LONG)

    pre_save.connect(read, sender=Proposal)
    try:
        change(proposal, title_en="Marmalade", state=state)
    finally:
        pre_save.disconnect(read, sender=Proposal)
    assert not shown("Damson")
    assert shown("Marmalade") is (state == Proposal.State.PUBLISHED)
    assert_nothing_is_missed()


def test_what_one_has_just_saved_is_not_hidden_by_a_slower_reader(aside, monkeypatch):
    """The slower one read the index before the save, and is done with it only after."""
    proposal = make_proposal(title="Damson", published=True)
    count(Query())
    change(proposal, title_en="Jam")
    index.Catalogue(catalogue().root).catch_up()  # another process, so that there is something to read
    change(proposal, title_en="Compote")
    reading, saved = Event(), Event()
    read, catch_up = index.Catalogue._read, index.Catalogue.catch_up

    def slowly_read(*opened):
        answer = read(*opened)
        if not reading.is_set():
            reading.set()
            saved.wait(1)
        return answer

    def catch_up_and_let_the_other_finish(self):
        catch_up(self)
        saved.set()
        slow.result(LONG)

    monkeypatch.setattr(index.Catalogue, "_read", slowly_read)
    slow = aside(lambda: catalogue().look(again=True))
    assert reading.wait(LONG)
    monkeypatch.setattr(index.Catalogue, "catch_up", catch_up_and_let_the_other_finish)
    assert count(Query(q="Compote")) == 1


def test_many_savers_and_readers_at_once_miss_nothing(aside, monkeypatch):
    """Each saver finds what it saved at once; nobody ever finds what is not published, or half a change."""
    monkeypatch.setattr(index, "PATIENCE", LONG)
    savers, rounds = 4, 12
    made = [make_proposal(title=f"Saver{number} Start", recommendations=2) for number in range(savers)]
    count(Query())
    stop = Event()

    def save(number):
        proposal = Proposal.objects.get(pk=made[number].pk)
        for turn in range(rounds):
            published = turn % 3 != 2
            with recorded():
                change(proposal, title_en=f"Saver{number} Turn{turn}", state=("draft", "published")[published])
                for recommendation in proposal.recommendations.all():
                    change(recommendation, text_en=f"Turn{turn} of Saver{number}")
            assert count(Query(q=f"Saver{number} Turn{turn}")) == published
            assert count(Query(q=f"Turn{turn} Saver{number}", recommendations=True)) == 2 * published

    def read():
        searches = 0
        while not stop.is_set():
            number, turn = searches % savers, searches % rounds
            assert count(Query(q=f"Saver{number} Start")) == 0
            assert count(Query(q=f"Saver{number} Turn{turn}")) <= 1
            searches += 1
        return searches

    saving = [aside(save, number) for number in range(savers)]
    reading = [aside(read) for _ in range(3)]
    try:
        for each in saving:
            each.result(4 * LONG)
    finally:
        stop.set()
    assert min(each.result(LONG) for each in reading) > 0
    assert_nothing_is_missed()
