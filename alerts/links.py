"""Signed links: who has one may do what it says, and nobody can make one up."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import override

from alerts.models import KEPT_PENDING, Pending, Subscriber

CONFIRM, YOURS, STOP = "alerts.confirm", "alerts.yours", "alerts.stop"
LONGEST = 200


class BadLinkError(Exception):
    """A link that was cut short or changed."""


class OldLinkError(Exception):
    """A link that was good once."""


def absolute(path: str) -> str:
    """Give an address on this site as one that can be opened from anywhere."""
    return f"{settings.SITE_URL}{path}"


def confirm_link(pending: Pending) -> str:
    """Give the link that confirms a subscription."""
    token = signing.TimestampSigner(sep=".", salt=CONFIRM).sign(pending.token.hex)
    return _link("confirm_alert", token, pending.language)


def yours_link(subscriber: Subscriber, language: str = "") -> str:
    """Give the link to what a subscriber follows."""
    return _link("your_alerts", _signed(subscriber, YOURS), language or subscriber.language)


def stop_link(subscriber: Subscriber, language: str = "") -> str:
    """Give the link that stops everything."""
    return _link("stop_alerts", _signed(subscriber, STOP), language or subscriber.language)


def _signed(subscriber: Subscriber, salt: str) -> str:
    return signing.Signer(sep=".", salt=salt).sign(subscriber.token.hex)


def _link(view: str, token: str, language: str) -> str:
    with override(language):
        return absolute(reverse(view, args=[token]))


def read(token: str, salt: str) -> uuid.UUID:
    """Give whom or what a link means; raise `BadLinkError` or `OldLinkError`."""
    if len(token) > LONGEST:
        raise BadLinkError
    try:
        if salt == CONFIRM:
            return uuid.UUID(signing.TimestampSigner(sep=".", salt=salt).unsign(token, max_age=KEPT_PENDING))
        return uuid.UUID(signing.Signer(sep=".", salt=salt).unsign(token))
    except signing.SignatureExpired as error:
        raise OldLinkError from error
    except (signing.BadSignature, ValueError, OverflowError) as error:
        raise BadLinkError from error
