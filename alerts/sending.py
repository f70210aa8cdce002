"""Sending: who is due gets one mail with all that is new to them, whatever dies meanwhile, however many send at once.

A sender claims a subscriber by one conditional update, committed, for a while: whoever else comes finds nothing due. It
writes the mail down with its things, commits, and hands it over; as the server is ready for the content it marks the
mail, if the claim still holds, and marks it again when the server has taken it. What a later run finds written and not
handed over is written anew. What it finds handed over and not answered for is sent again under the same Message-ID,
once, and the log says that it may be double; not answered for that time either, it counts as sent.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from alerts.delivery import deliver
from alerts.digests import Digest, Finds, digest_of
from alerts.mails import digest_mail, new_name
from alerts.models import (
    KEPT_PENDING,
    KEPT_SUSPENDED,
    Frequency,
    Message,
    Pending,
    Run,
    Subscriber,
    Subscription,
    Tally,
    Thing,
    Told,
)
from alerts.server import MOST_SILENT, DoubtError, MailServer, RefusedError, ServerError
from proposals.catalogue import UnavailableError

STEPS = 12
"""Of the dialogue with a mail server, at each of which it may be silent, and what we ourselves do before."""
BACK_OFF = [timedelta(hours=hours) for hours in (0.25, 0.5, 1, 4, 12, 24)]
"""How long to wait after the first failure in a row, the second and so on; after the last always as long.

Never no time at all: in the next runs who was not tried yet comes first.
"""
OUR_FAULT = timedelta(hours=1)
"""How long to wait after something failed here."""
MOST_HANDINGS = 2
"""Times that a mail is handed over at most, where no answer comes."""
MOST_FAILURES = 14
"""In a row, after which an address is given up."""
LOG = logging.getLogger("alerts")


def lease() -> timedelta:
    """Give for how long a claim holds: longer than one mail takes with a server that hangs at every step."""
    return timedelta(seconds=STEPS * settings.EMAIL_TIMEOUT + settings.EMAIL_ANSWER_TIMEOUT)


def forget() -> None:
    """Delete what is kept no longer: what was never confirmed, addresses that take no mail, tallies of days past."""
    now = timezone.now()
    Pending.objects.filter(created__lt=now - KEPT_PENDING).delete()
    Subscriber.objects.filter(suspended_at__lt=now - KEPT_SUSPENDED).delete()
    Tally.objects.filter(day__lt=timezone.localdate()).delete()


class Sender:
    """One run over all who are due."""

    def __init__(self, frequencies: Collection[str] = Frequency.values) -> None:
        self.frequencies = frequencies
        self.claim = uuid.uuid4()
        self.finds = Finds()
        self.run = Run()
        self.silent = 0

    def send(self) -> Run:
        """Send to everybody who is due; give the run with its counts, which are written down as it goes."""
        forget()
        self.run.save()
        try:
            deliver()  # what asks for confirmation and no thread has sent
            with MailServer() as server:
                for subscriber in self._due():
                    self._one(subscriber, server)
                    if self.silent == MOST_SILENT:
                        self.run.remark = "The mail server does not answer or let us in; the next run goes on."
                        break
        finally:
            self.run.ended = timezone.now()
            self.run.save()
        return self.run

    def _due(self) -> Iterator[Subscriber]:
        """Claim one after another of those who are due; each comes once in a run."""
        last = 0
        while True:
            now = timezone.now()
            due = Subscriber.objects.due(now, self.frequencies)
            key = due.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True).first()
            if key is None:
                return
            last = key
            if due.filter(pk=key).update(claim=self.claim, claimed_until=now + lease()):
                subscriber = Subscriber.objects.filter(pk=key, claim=self.claim).first()
                if subscriber is not None:
                    yield subscriber

    def _one(self, subscriber: Subscriber, server: MailServer) -> None:
        """Send what is new to one subscriber, and let go of them whatever comes of it."""
        mine = Subscriber.objects.filter(pk=subscriber.pk, claim=self.claim)
        with self._released(subscriber):
            written = self._written(subscriber)
            if written is None:
                due = Frequency.next(subscriber.frequency, timezone.now())
                mine.update(due=due, failures=0)
                return
            message, digest = written
            try:
                taken = server.hand(digest_mail(subscriber, message, digest), lambda: self._handing(message))
            except ServerError as error:
                self.silent += 1
                self._failed(message, f"not handed over: {error}")
                if error.met:
                    self._later(subscriber)
            except DoubtError:
                self.silent += 1
                self._count(failed=1)
                self._doubted(subscriber, message)
            except RefusedError as error:
                self.silent = 0
                self._failed(message, str(error))
                self._refused(subscriber, for_good=error.for_good)
            else:
                self.silent = 0
                if taken:
                    self._count(mails=1, things=digest.total)
                    self._done(subscriber, message, doubtful=message.handings > 0)

    @contextmanager
    def _released(self, subscriber: Subscriber) -> Iterator[None]:
        """Let go of a subscriber at the end; what goes wrong is said without the address, and stops no other."""
        mine = Subscriber.objects.filter(pk=subscriber.pk, claim=self.claim)
        try:
            yield
        except UnavailableError:
            raise
        except Exception as error:
            self._count(failed=1)
            LOG.error("Subscriber %s: %s", subscriber.pk, type(error).__name__)
            with suppress(Exception):  # no failure of the address: nobody is given up for our own
                mine.update(due=timezone.now() + OUR_FAULT)
        finally:
            mine.update(claim=None, claimed_until=None)

    def _written(self, subscriber: Subscriber) -> tuple[Message, Digest] | None:
        """Give the mail that is to be sent, written down with all that it tells; None where nothing is new."""
        subscriber.messages.filter(sent=None, handed=None).delete()
        doubtful = subscriber.messages.filter(sent=None).first()
        if doubtful is not None:
            told = {Thing(*row) for row in doubtful.told.values_list("kind", "key")}
            again = doubtful.handings < MOST_HANDINGS  # else a sender died as it handed it over for the last time
            digest = digest_of(subscriber, self.finds, only=told) if again else Digest()
            if digest.sections:
                LOG.warning("Message %s is sent again: it may be double.", doubtful.name)
                return doubtful, digest
            # Or all that it told is withdrawn since: what was told stays told, and nobody is told of it twice.
            self._given_up(subscriber, doubtful)
        digest = digest_of(subscriber, self.finds)
        if not digest.sections:
            return None
        with transaction.atomic():
            if not Subscriber.objects.filter(pk=subscriber.pk, claim=self.claim).update(
                claimed_until=timezone.now() + lease()
            ):
                return None  # stopped, or claimed by another
            message = Message.objects.create(subscriber=subscriber, name=new_name(uuid.uuid4().hex))
            Told.objects.bulk_create(
                [Told(subscriber=subscriber, message=message, kind=kind, key=key) for kind, key in digest.things],
                batch_size=500,
            )
        return message, digest

    def _handing(self, message: Message) -> bool:
        """Mark a mail as handed over, if nobody else has claimed its subscriber, or stopped everything, meanwhile."""
        now = timezone.now()
        mine = Subscriber.objects.filter(pk=message.subscriber_id, claim=self.claim)
        with transaction.atomic():
            held = mine.update(claimed_until=now + lease())  # when an answer must have come
            ours = Message.objects.filter(pk=message.pk, sent=None) if held else Message.objects.none()
            return bool(ours.update(handed=now, handings=F("handings") + 1))

    def _failed(self, message: Message, reason: str) -> None:
        """Note that the server does not have a mail, so that this time counts for nothing."""
        self._count(failed=1)
        mine = Message.objects.filter(pk=message.pk)
        if message.handings:
            mine.update(handings=message.handings)  # it may have it from the time before
        else:
            mine.delete()
        LOG.warning("Message %s %s.", message.name, reason)

    def _doubted(self, subscriber: Subscriber, message: Message) -> None:
        """Note that nobody knows whether the server has a mail: it is sent again, once."""
        if message.handings + 1 < MOST_HANDINGS:
            LOG.warning("Message %s may have been taken: it is sent again, and may be double.", message.name)
            self._later(subscriber)
        else:
            self._given_up(subscriber, message)

    def _given_up(self, subscriber: Subscriber, message: Message) -> None:
        """Let a mail that may have been taken count as sent, and say so."""
        LOG.warning("Message %s may have been taken: it is not sent again, and counts as sent.", message.name)
        self._done(subscriber, message, doubtful=True)

    def _refused(self, subscriber: Subscriber, *, for_good: bool) -> None:
        if for_good:
            Subscriber.objects.filter(pk=subscriber.pk).update(suspended_at=timezone.now())
            self._count(suspended=1)
            LOG.warning("Subscriber %s is suspended: the server knows no such address.", subscriber.pk)
        else:
            self._later(subscriber)

    def _later(self, subscriber: Subscriber) -> None:
        """Try again after a while, ever longer; give up after many failures in a row."""
        failures = min(subscriber.failures + 1, MOST_FAILURES)
        now = timezone.now()
        wait = BACK_OFF[min(failures, len(BACK_OFF)) - 1]
        mine = Subscriber.objects.filter(pk=subscriber.pk, claim=self.claim)
        if failures >= MOST_FAILURES:
            mine.update(failures=failures, suspended_at=now)
            self._count(suspended=1)
            LOG.warning("Subscriber %s is suspended: %s failures in a row.", subscriber.pk, failures)
        else:
            mine.update(failures=failures, due=now + wait)

    def _done(self, subscriber: Subscriber, message: Message, *, doubtful: bool) -> None:
        """Note that a mail is sent; where everything was stopped meanwhile there is nothing left to note."""
        now = timezone.now()
        self._count(doubtful=int(doubtful))
        if not Message.objects.filter(pk=message.pk).update(sent=now, doubtful=doubtful):
            return
        ended = [*message.told.filter(kind="ended").values_list("key", flat=True)]
        Subscription.objects.filter(subscriber=subscriber, pk__in=ended).delete()
        due = Frequency.next(subscriber.frequency, now)
        Subscriber.objects.filter(pk=subscriber.pk, claim=self.claim).update(due=due, failures=0)
        if ended:
            Subscriber.objects.filter(pk=subscriber.pk, subscriptions=None).delete()

    def _count(self, **more: int) -> None:
        """Count, in the run and in its row, so that what a killed run did is on record."""
        Run.objects.filter(pk=self.run.pk).update(**{name: F(name) + number for name, number in more.items()})
        for name, number in more.items():
            setattr(self.run, name, getattr(self.run, name) + number)
