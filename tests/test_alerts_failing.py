"""What becomes of alerts when addresses, servers, senders or our own program fail: nobody is told twice."""

import logging
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from alerts.models import Frequency, Message, Run, Subscriber, Told
from alerts.sending import MOST_FAILURES, Sender
from alerts.server import DoubtError, MailServer, RefusedError, ServerError
from proposals.models import Proposal
from tests.mail import make_due, subscribe, text, told
from tests.test_alerts_sending import LIST, _mail, new, topic, withdraw

__all__ = ["_mail", "topic"]


def failing(monkeypatch, fails):
    """Let the server fail as `fails(address)` says: it gives an exception, or None."""
    hand = MailServer.hand

    def hands(self, message, beginning=lambda: True):
        error = fails(message.to[0])
        if isinstance(error, DoubtError):
            beginning()
        if error:
            raise error
        return hand(self, message, beginning)

    monkeypatch.setattr(MailServer, "hand", hands)


def many(client, topic, number=5):
    for each in range(number):
        subscribe(client, LIST, f"reader-{each}@example.org")
    mail.outbox.clear()
    new(topic)
    make_due()


def test_it_goes_on_after_an_address_that_fails_and_gives_up_one_that_is_refused_for_good(
    client, topic, monkeypatch, caplog
):
    many(client, topic)
    wrong = {"reader-1@example.org": RefusedError(550, for_good=True), "reader-2@example.org": ValueError("reader-2")}
    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        failing(patched, wrong.get)
        run = Sender().send()
    assert (run.mails, run.failed, run.suspended, run.doubtful) == (3, 2, 1, 0)
    assert "reader" not in caplog.text
    assert "suspended" in caplog.text
    assert Subscriber.objects.exclude(suspended_at=None).get().address == "reader-1@example.org"
    Sender().send()
    assert len(mail.outbox) == 3, "who failed stands in front of others"
    make_due()
    Sender().send()
    assert sorted(message.to[0] for message in mail.outbox) == [f"reader-{each}@example.org" for each in (0, 2, 3, 4)]
    subscribe(client, LIST, "reader-1@example.org")
    assert not Subscriber.objects.exclude(suspended_at=None).exists()
    mail.outbox.clear()
    make_due()
    Sender().send()
    assert [message.to for message in mail.outbox] == [["reader-1@example.org"]]


def test_it_waits_longer_each_time_and_gives_up_in_the_end(client, topic, monkeypatch):
    many(client, topic, 1)
    failing(monkeypatch, lambda _: RefusedError(451, for_good=False))
    waits = []
    for _ in range(MOST_FAILURES):
        make_due()
        Sender().send()
        waits.append(round((Subscriber.objects.get().due - timezone.now()).total_seconds() / 3600, 2))
    assert waits[:7] == [0.25, 0.5, 1, 4, 12, 24, 24]
    assert Subscriber.objects.get().suspended_at
    assert Message.objects.count() == Told.objects.count() == 0


def test_a_mail_that_may_have_been_taken_is_sent_again_under_its_name_and_the_log_says_so(
    client, topic, monkeypatch, caplog
):
    many(client, topic, 1)
    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        failing(patched, lambda _: DoubtError())
        Sender().send()
    message = Message.objects.get()
    assert message.name in caplog.text
    new(topic, "Later")
    make_due()
    run = Sender().send()
    assert (run.mails, run.doubtful) == (1, 1)
    (again,) = mail.outbox
    assert again.extra_headers["Message-ID"] == message.name
    assert "Later" not in text(again), "it is the same mail"
    (later,) = told()
    assert "New cells" not in text(later)
    assert "Later" in text(later)


def test_a_mail_that_is_never_answered_for_is_sent_twice_and_each_run_counts_its_own_doubts(
    client, topic, monkeypatch, caplog
):
    many(client, topic, 1)
    counts = []
    with monkeypatch.context() as patched:
        for fails in [DoubtError(), RefusedError(451, for_good=False), ServerError("x"), DoubtError(), DoubtError()]:
            failing(patched, {"reader-0@example.org": fails}.get)
            make_due()
            run = Sender().send()
            counts.append((run.mails, run.failed, run.doubtful))
            patched.undo()
    assert counts == [(0, 1, 0), (0, 1, 0), (0, 1, 0), (0, 1, 1), (0, 0, 0)]
    message = Message.objects.get()
    assert message.sent
    assert message.doubtful
    assert f"{message.name} may have been taken: it is not sent again" in caplog.text
    assert told() == []


def test_what_a_sender_died_over_for_the_second_time_is_not_sent_again(client, topic, monkeypatch):
    many(client, topic, 1)
    with monkeypatch.context() as patched:
        failing(patched, lambda _: DoubtError())
        Sender().send()
    Message.objects.update(handings=2)
    make_due()
    run = Sender().send()
    assert (run.mails, run.doubtful, len(mail.outbox)) == (0, 1, 0)
    assert Message.objects.get().doubtful


def test_what_fails_here_costs_no_subscriber_their_alerts(client, topic, monkeypatch):
    many(client, topic, 1)
    with monkeypatch.context() as patched:
        failing(patched, lambda _: ValueError())
        for _ in range(MOST_FAILURES + 1):
            make_due()
            assert Sender().send().failed == 1
            assert Sender().send().failed == 0, "it stands in front of the others"
    assert not Subscriber.objects.filter(failures__gt=0).exists()
    assert len(told()) == 1


def test_what_may_have_been_told_and_is_withdrawn_since_is_not_told_and_holds_nothing_up(client, topic, monkeypatch):
    many(client, topic, 1)
    with monkeypatch.context() as patched:
        failing(patched, lambda _: DoubtError())
        Sender().send()
    withdraw(Proposal.objects.get())
    new(topic, "Later")
    (later,) = told()
    assert "Later" in text(later)
    assert "New cells" not in text(later)


def test_a_server_that_is_away_ends_the_run_and_nobody_is_to_blame(client, topic, monkeypatch):
    many(client, topic)
    with monkeypatch.context() as patched:
        failing(patched, lambda _: ServerError("ConnectionRefusedError"))
        with pytest.raises(CommandError, match="mail server"):
            call_command("send_alerts")
    assert Run.objects.get().remark
    assert not Subscriber.objects.filter(failures__gt=0).exists()
    assert Message.objects.count() == 0
    assert Sender().send().mails == 5


def test_nobody_at_work_elsewhere_is_disturbed_until_the_claim_runs_out(client, topic):
    many(client, topic, 1)
    Subscriber.objects.update(claim="0" * 32, claimed_until=timezone.now() + timedelta(minutes=5))
    assert Sender().send().mails == 0
    Subscriber.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert Sender().send().mails == 1


@pytest.mark.parametrize("meanwhile", ["stopped", "claimed"])
def test_what_is_stopped_or_claimed_meanwhile_is_not_handed_over(client, topic, monkeypatch, meanwhile):
    many(client, topic, 1)
    hand = MailServer.hand

    def late(self, message, beginning):
        if meanwhile == "stopped":
            Subscriber.objects.all().delete()
        else:
            Subscriber.objects.update(claim="0" * 32)
        return hand(self, message, beginning)

    monkeypatch.setattr(MailServer, "hand", late)
    assert Sender().send().mails == 0
    assert mail.outbox == []


def test_two_senders_at_once_send_nothing_twice(aside, client, topic):
    many(client, topic, 25)
    start = threading.Barrier(2)

    def send():
        start.wait(timeout=20)
        return Sender().send()

    runs = [work.result() for work in [aside(send), aside(send)]]
    assert sum(run.mails for run in runs) == len(mail.outbox) == 25
    assert len({message.to[0] for message in mail.outbox}) == 25
    assert sum(run.failed + run.doubtful for run in runs) == 0
    assert not Subscriber.objects.exclude(claim=None).exists()
    assert {each.frequency for each in Subscriber.objects.all()} == {Frequency.DAILY}
