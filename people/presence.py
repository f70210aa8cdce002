"""Presence: who has which record open, so that two analysts know of each other before they collide."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, models, transaction
from django.utils import timezone

from people.addresses import LONGEST_KIND
from people.history import RecordModel

LASTS, FRESH = timedelta(minutes=10), timedelta(seconds=30)
"""A form counts as open so long after it was last heard of; with scripts it says every minute that it still is."""


PATIENCE = 250
"""Milliseconds."""


class Presence(models.Model):
    """Somebody has a record open."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=LONGEST_KIND)
    key = models.PositiveBigIntegerField()
    seen = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "key"], name="somebody_is_there_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind} {self.key}"


@contextmanager
def _as_a_courtesy() -> Iterator[None]:
    """Write without waiting for long who else writes, an import say, and leave it where that takes longer.

    PostgreSQL lets both write; SQLite one, and who only looks at a page is not to wait for that.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor, suppress(OperationalError):
        cursor.execute("PRAGMA busy_timeout")
        [usual] = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def enter(user: Any, kind: str, key: int) -> list[str]:
    """Note that `user` has a record open; give the names of the others who do."""
    now = timezone.now()
    fresh = (now - FRESH, now + FRESH)  # what is later still was noted by a clock that was put back since
    if not Presence.objects.filter(user=user, kind=kind, key=key, seen__range=fresh).exists():
        with _as_a_courtesy(), transaction.atomic():
            Presence.objects.exclude(seen__range=(now - LASTS, now + LASTS)).delete()
            Presence.objects.update_or_create(user=user, kind=kind, key=key, defaults={"seen": now})
    others = Presence.objects.filter(kind=kind, key=key).exclude(user=user).select_related("user")
    return sorted(each.user.get_full_name() or each.user.get_username() for each in others)


def leave(user: Any, record: RecordModel) -> None:
    """Note that `user` is done with a record."""
    Presence.objects.filter(user=user, kind=record._meta.label_lower, key=record.pk).delete()
