"""How a subscription comes about, and goes: asked for, confirmed, changed, stopped."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from alerts.delivery import POSTMAN
from alerts.following import Subjected, as_it_is
from alerts.limits import TO_AN_ADDRESS, once_more
from alerts.models import KEPT_PENDING, MOST_SUBSCRIPTIONS, Frequency, Pending, Subject, Subscriber, Subscription


class TooManyError(Exception):
    """An address follows as much as one can."""


def ask(subject: Subject, wish: Mapping[str, Any], language: str) -> None:
    """Have an address written to and its owner asked whether they want to be told, as soon as this is committed.

    Nothing depends on whether the address is known here, so that nobody learns it. Who was written to often today is
    not written to again.
    """
    Pending.objects.filter(created__lt=timezone.now() - KEPT_PENDING).delete()
    if not once_more("confirmation", wish["address"].lower(), TO_AN_ADDRESS):
        return
    what = {"followed": subject.followed, "query": subject.query, "key": subject.key}
    Pending.objects.create(**what, address=wish["address"], frequency=wish["frequency"], language=language)
    transaction.on_commit(POSTMAN.call)


def confirm(token: uuid.UUID) -> Subscription | None:
    """Begin what was asked for; give it, at the second time too, or None where it is neither waiting nor active."""
    active = Subscription.objects.select_related("subscriber").filter(token=token).first()
    waiting = Pending.objects.filter(token=token, created__gte=timezone.now() - KEPT_PENDING).first()
    if active is not None or waiting is None:
        return active
    packed, same = as_it_is(waiting), Subjected(waiting).same
    with transaction.atomic():
        subscriber = _subscriber(waiting)
        subscription = subscriber.subscriptions.filter(same=same).first()
        if subscription is None:
            if subscriber.subscriptions.count() >= MOST_SUBSCRIPTIONS:
                raise TooManyError
            what = {"followed": waiting.followed, "query": waiting.query, "key": waiting.key}
            subscription = Subscription(**what, subscriber=subscriber, same=same, packed=packed)
        subscription.token = token  # whoever presses twice finds it
        subscription.save()
        waiting.delete()
    return subscription


def _subscriber(waiting: Pending) -> Subscriber:
    """Give the subscriber with that address; who is known already keeps the wish that holds for all they follow."""
    now = timezone.now()
    wish = {"frequency": waiting.frequency, "language": waiting.language}
    known = Subscriber.objects.select_for_update().filter(address__iexact=waiting.address).first()
    if known is None:
        try:
            with transaction.atomic():
                due = Frequency.next(waiting.frequency, now)
                return Subscriber.objects.create(address=waiting.address, due=due, **wish)
        except IntegrityError:  # by another confirmation at this moment
            known = Subscriber.objects.select_for_update().get(address__iexact=waiting.address)
    due = Frequency.next(known.frequency, now)
    Subscriber.objects.filter(pk=known.pk).exclude(suspended_at=None).update(suspended_at=None, failures=0, due=due)
    return known


def change(subscriber: Subscriber, wish: Mapping[str, str]) -> None:
    """Let a subscriber wish something else."""
    mine = Subscriber.objects.filter(pk=subscriber.pk)
    if wish["frequency"] != subscriber.frequency:
        mine.update(due=Frequency.next(wish["frequency"], timezone.now()))
    mine.update(frequency=wish["frequency"], language=wish["language"])
    subscriber.frequency, subscriber.language = wish["frequency"], wish["language"]


def remove(subscriber: Subscriber, key: str) -> bool:
    """End one subscription; with the last one the address goes too: tell whether that is so."""
    if key.isascii() and key.isdecimal() and len(key) < 19:
        subscriber.subscriptions.filter(pk=key).delete()
    gone, _ = Subscriber.objects.filter(pk=subscriber.pk, subscriptions=None).delete()
    return bool(gone)


def stop(token: uuid.UUID) -> None:
    """Delete an address and all that is kept of it."""
    subscriber = Subscriber.objects.filter(token=token).first()
    if subscriber is not None:
        Pending.objects.filter(address__iexact=subscriber.address).delete()
        subscriber.delete()
