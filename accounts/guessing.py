"""Guesses at passwords and codes: counted by name and address, each before anybody looks whether it is right.

Axes counts a failure after the fact: of eight guesses at once all eight would be looked at. And it keeps what was sent
with each, which is more than anybody needs to know. So its handler and its backend are ours; the rest is its own.
"""

from datetime import datetime
from ipaddress import IPv4Address, ip_network
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.exceptions import AxesBackendPermissionDenied
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from proposals.clients import client_address

UNKNOWN = str(IPv4Address(0))
LONGEST = 255
"""Characters of a name that its column holds; no account's is as long."""


def attempt_address(request: HttpRequest) -> str:
    """Give who asks as the column of addresses holds it: of a network its first address, 0.0.0.0 of who has none."""
    try:
        return str(ip_network(client_address(request)).network_address)
    except ValueError:
        return UNKNOWN


def as_kept(name: str | None) -> str:
    """Give a name as its column holds it: PostgreSQL refuses a longer one, and so the request that it came with."""
    return (name or "")[:LONGEST]


def recent() -> QuerySet[AccessAttempt]:
    """Give the failures that still count; not those that a clock noted which was put back since."""
    now, span = timezone.now(), settings.AXES_COOLOFF_TIME
    failures: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(
        attempt_time__gt=now - span, attempt_time__lt=now + span
    )
    return failures


def tries(name: str | None) -> int:
    """How many tries at `name` each address has; fewer while many addresses guess at it, but never none."""
    failures = recent().filter(username=as_kept(name)).aggregate(all=Sum("failures_since_start"))["all"] or 0
    return settings.AXES_FAILURE_LIMIT if failures < settings.GUESSES_AT_ONE_NAME else settings.TRIES_WHILE_GUESSED_AT


def free_again(rows: QuerySet[AccessAttempt], most: int) -> datetime | None:
    """Say when fewer than `most` failures are left in `rows`; None where that is so already."""
    counted = list(rows.order_by("attempt_time").values_list("attempt_time", "failures_since_start"))
    left, end = sum(failures for _, failures in counted), None
    for at, failures in counted:
        if left < most:
            break
        left, end = left - failures, at + settings.AXES_COOLOFF_TIME
    return end


def locked_until(request: HttpRequest, name: str | None) -> datetime | None:
    """Say until when nobody may try `name` from where this request comes from; None where they may."""
    here = recent().filter(ip_address=attempt_address(request))
    ends = (
        free_again(here.filter(username=as_kept(name)), tries(name)),
        free_again(here, settings.GUESSES_FROM_ONE_ADDRESS),
    )
    return max(filter(None, ends), default=None)


def count(request: HttpRequest, name: str | None) -> bool:
    """Count a try before it is looked at; False where there were too many, and it is not to be looked at."""
    if locked_until(request, name):
        return False
    now, most = timezone.now(), tries(name)
    with transaction.atomic():
        row, first = AccessAttempt.objects.select_for_update().get_or_create(
            username=as_kept(name),
            ip_address=attempt_address(request),
            user_agent="",
            defaults={"failures_since_start": 1},
        )
        if not first:
            lately = abs(row.attempt_time - now) < settings.AXES_COOLOFF_TIME
            row.failures_since_start = row.failures_since_start + 1 if lately else 1
            row.attempt_time = now
            row.save(update_fields=["failures_since_start", "attempt_time"])
    return bool(row.failures_since_start <= most)


def forgive(request: HttpRequest, name: str) -> None:
    """Forget the failures of somebody who is in now, and those of others that are old."""
    AccessAttempt.objects.filter(username=as_kept(name), ip_address=attempt_address(request)).delete()
    forget()


def forget() -> int:
    """Delete failures that are older than names and addresses are kept; give how many."""
    before = timezone.now() - settings.FAILED_SIGN_INS_KEPT
    deleted: int = AccessAttempt.objects.filter(attempt_time__lt=before).delete()[0]
    return deleted


class GuessBackend(AxesStandaloneBackend):  # type: ignore[misc]  # axes has no types
    """Stands before the backend that looks at passwords, and lets through it what may be tried."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> None:
        """Refuse who made too many guesses; count this one."""
        super().authenticate(request, username, password, **kwargs)
        if request is not None and not count(request, username):
            request.axes_locked_out = True  # type: ignore[attr-defined]
            raise AxesBackendPermissionDenied("Others of the same name and address were quicker.")


class GuessHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """Axes' own, but for what is counted when, and what is kept of it: a name, an address, how often and when last."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether no more may be tried."""
        return locked_until(request, get_client_username(request, credentials)) is not None

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Answer at once whose last try this was, where it is the page of the locked out that answers."""
        if request is not None and self.is_locked(request, credentials):
            request.axes_locked_out = True  # type: ignore[attr-defined]
            request.axes_credentials = credentials  # type: ignore[attr-defined]

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        """Keep nothing: whoever is asked for a code is not in yet."""

    def user_logged_out(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        """Keep nothing."""
