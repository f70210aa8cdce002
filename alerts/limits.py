"""How often one client may ask, and how many mails of ours one address gets before it has said yes.

Whom a tally counts is a hash with the day and the site's secret: nobody can read an address from it, and on the next
day it is gone.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from alerts.models import Tally

OF_A_CLIENT = 30
"""Subscriptions that one client can ask for in a day."""
TO_AN_ADDRESS = 5
"""Mails a day that ask one address for confirmation."""


def once_more(what: str, who: str, most: int) -> bool:
    """Count that `who` asked for `what` once more today; tell whether that is within `most`."""
    day = timezone.localdate()
    hashed = salted_hmac("alerts.limits", f"{what} {day} {who}", algorithm="sha256").hexdigest()
    Tally.objects.filter(day__lt=day).delete()
    with transaction.atomic():
        Tally.objects.bulk_create([Tally(who=hashed, day=day)], ignore_conflicts=True)
        Tally.objects.filter(who=hashed, number__lte=most).update(number=F("number") + 1)
        return Tally.objects.get(who=hashed).number <= most


def seconds_left() -> int:
    """Give how long this day still lasts."""
    now = timezone.localtime()
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return max(1, int((tomorrow - now).total_seconds()))
