"""How often one client may ask, and how many mails of ours one address gets before it has said yes.

Whom a tally counts is a hash with the day and the site's secret: nobody can read an address from it, and on the next
day it is gone.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from alerts.models import Tally

OF_A_CLIENT = 30
"""Subscriptions that one client can ask for in a day."""
TO_AN_ADDRESS = 5
"""Mails a day that ask one address for confirmation."""
OWN_NETWORK = 64
"""Bits of an IPv6 address that are somebody's network: in it one machine has as many addresses as it likes."""


def client_address(request: HttpRequest) -> str:
    """Give the network address of who asks, as the outermost of our own proxies saw it.

    Of `X-Forwarded-For` only what our proxies wrote is believed: its last `TRUSTED_PROXIES` addresses.
    """
    forwarded = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
    trusted = settings.TRUSTED_PROXIES
    address = forwarded[-min(trusted, len(forwarded))] if trusted and forwarded else request.META.get("REMOTE_ADDR", "")
    try:
        read = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(read, IPv6Address):
        read = read.ipv4_mapped or read
    return str(int(read) >> (128 - OWN_NETWORK)) if isinstance(read, IPv6Address) else str(read)


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
