"""Who wants to hear of what, what was told to whom, and how the sending went.

Addresses are personal data: they stand in `Subscriber` and `Pending` alone, in no history, no log, no export and no
page of the admin, and go with their row. Nothing that prints a row prints an address.
"""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONGEST_ADDRESS = 254
MOST_SUBSCRIPTIONS = 50
"""Of one address."""
KEPT_PENDING = timedelta(days=3)
"""How long a subscription waits for its confirmation, and the link in that mail is good."""
KEPT_SUSPENDED = timedelta(days=30)
"""How long an address is kept to which no mail can be delivered."""


class Thing(NamedTuple):
    """Something that can be told: what it is (`proposal`, `recommendation`, `reply`, `event`, `ended`), and its key."""

    kind: str
    key: int


class Language(models.TextChoices):
    """The languages in which mails are written."""

    ENGLISH = "en-gb", _("English")
    CHINESE = "zh-hans", _("Chinese")


class Frequency(models.TextChoices):
    """How often a mail comes at most; where nothing is new none does."""

    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")

    @classmethod
    def next(cls, frequency: str, now: datetime) -> datetime:
        """Give the time from which the next mail is due: the next day begins, or the next week, on a Monday."""
        today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return today + timedelta(days=1 if frequency == cls.DAILY else 7 - today.weekday())


class Followed(models.TextChoices):
    """What can be followed: a list, by its query, or one record, by its key."""

    PROPOSALS = "proposals", _("a list of proposals")
    RECOMMENDATIONS = "recommendations", _("a list of recommendations")
    PROPOSAL = "proposal", _("a proposal")
    DELEGATE = "delegate", _("a delegate")
    AGENCY = "agency", _("an agency")


class Subject(models.Model):
    """What is followed: for a list the end of its address without the question mark, for a record its key."""

    followed = models.CharField(max_length=15, choices=Followed)
    query = models.TextField(blank=True)
    key = models.PositiveBigIntegerField(null=True, blank=True)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.followed} {self.key or self.query}"


class PendingQuerySet(models.QuerySet["Pending"]):
    """The words in which subscriptions are asked for that wait."""

    def due(self, now: datetime) -> Self:
        """Narrow down to those whose mail is to be sent."""
        return self.filter(due__lte=now, created__gte=now - KEPT_PENDING)


class Pending(Subject):
    """A subscription that waits for the mail to its address to be sent, from `due` on, and then to be answered."""

    address = models.CharField(max_length=LONGEST_ADDRESS)
    language = models.CharField(max_length=7, choices=Language)
    frequency = models.CharField(max_length=6, choices=Frequency)
    created = models.DateTimeField(default=timezone.now, db_index=True)
    due = models.DateTimeField(default=timezone.now, null=True, blank=True)

    objects = PendingQuerySet.as_manager()


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """The words in which subscribers are asked for."""

    def due(self, now: datetime, frequencies: Iterable[str] = Frequency.values) -> Self:
        """Narrow down to those whose mail is due and on whom no other sender is at work."""
        free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        return self.filter(free, due__lte=now, suspended_at=None, frequency__in=[*frequencies])


class Subscriber(models.Model):
    """An address that was confirmed, and what its owner wishes."""

    address = models.CharField(max_length=LONGEST_ADDRESS)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    language = models.CharField(max_length=7, choices=Language)
    frequency = models.CharField(max_length=6, choices=Frequency)
    created = models.DateTimeField(default=timezone.now)
    due = models.DateTimeField(db_index=True)
    failures = models.PositiveSmallIntegerField(default=0)
    suspended_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("address"), name="an_address_subscribes_once")]

    def __str__(self) -> str:
        return f"subscriber {self.pk}"


class Subscription(Subject):
    """Something that a subscriber follows, and what was there already when that began."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="subscriptions")
    same = models.CharField(max_length=64, editable=False)
    confirmed = models.DateTimeField(default=timezone.now)
    packed = models.BinaryField(default=b"", editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["subscriber", "same"], name="a_thing_is_followed_once")]

    @property
    def before(self) -> dict[str, set[int]]:
        """The keys, by kind, of what was there when it began: of that nothing is told."""
        return unpacked(bytes(self.packed))


def packed(keys: Mapping[str, Iterable[int]]) -> bytes:
    """Put keys by kind into few bytes: a list of 100,000 proposals takes less than one each."""
    steps = {}
    for kind, some in keys.items():
        ordered = sorted(some)
        steps[kind] = [key - last for last, key in zip([0, *ordered], ordered, strict=False)]
    return zlib.compress(json.dumps(steps, separators=(",", ":")).encode())


def unpacked(content: bytes) -> dict[str, set[int]]:
    """Read what `packed` gave."""
    found: dict[str, set[int]] = {}
    for kind, steps in json.loads(zlib.decompress(content)).items() if content else ():
        key, keys = 0, set()
        for step in steps:
            key += step
            keys.add(key)
        found[kind] = keys
    return found


class Run(models.Model):
    """One run of the sending, in numbers."""

    started = models.DateTimeField(_("started"), default=timezone.now)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)
    mails = models.PositiveIntegerField(_("mails"), default=0)
    things = models.PositiveIntegerField(_("things told"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    suspended = models.PositiveIntegerField(_("refused for good"), default=0)
    doubtful = models.PositiveIntegerField(_("may be double"), default=0)
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.started:%Y-%m-%d %H:%M}"


class Message(models.Model):
    """A mail to a subscriber: written down before it is handed to the server, and marked before and after.

    One that was handed over and not answered for may have been delivered: it is sent again under the same name, once
    (`handings` says how often it may have been taken), and marked as doubtful when that is over.
    """

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="messages")
    name = models.CharField(max_length=320, unique=True)
    written = models.DateTimeField(default=timezone.now)
    handed = models.DateTimeField(null=True, blank=True)
    handings = models.PositiveSmallIntegerField(default=0)
    sent = models.DateTimeField(null=True, blank=True)
    doubtful = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber"], condition=Q(sent=None), name="one_mail_at_a_time")
        ]

    def __str__(self) -> str:
        return self.name


class Told(models.Model):
    """One thing that a subscriber was told, or is about to be: nothing is told twice."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="told")
    message = models.ForeignKey(Message, models.CASCADE, related_name="told")
    kind = models.CharField(max_length=15)
    key = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "kind", "key"], name="a_thing_is_told_once_to_each")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Tally(models.Model):
    """How often somebody asked on one day; whom it counts is hashed with the day and a secret, and gone on the next."""

    who = models.CharField(max_length=64, primary_key=True)
    day = models.DateField(db_index=True)
    number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day}: {self.number}"
