"""The second factor: codes that an app makes by the time of day, and ten on paper for when it is lost."""

import json
import re
import secrets
import time
import unicodedata
from base64 import b32encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import django_otp
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

ASKED, KEY = "second_factor_asked", "second_factor_key"
"""In the session: whether its user has one and is asked for it; the key of one that is being set up."""
CODES, LETTERS, GROUP = 10, 12, 4
BY_TIME, ON_PAPER = re.compile("[0-9]{6}"), re.compile(f"[a-z2-7]{{{LETTERS}}}")
DOUBLED = 10
"""Wrong codes after which the wait grows no more, at under nine minutes: who guesses would lock the owner out for ever.
The tries of each address are counted besides."""
AHEAD = timedelta(minutes=1)
"""By which another host's clock may be ahead."""
NAME = gettext_noop("second factor")


class WaitError(Exception):
    """After wrong codes the next is not looked at before a moment."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until}")
        self.until = until


def device_of(user: Any) -> TOTPDevice | None:
    """Give the app that somebody has set up."""
    return TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).first()


def is_due(request: HttpRequest) -> bool:
    """Whether somebody who gave the password has yet to give a code."""
    asked = settings.SECOND_FACTOR or request.session.get(ASKED, False)
    return asked and getattr(request.user, "otp_device", None) is None


def codes_left(user: Any) -> int:
    """How many recovery codes somebody has left."""
    left: int = StaticToken.objects.filter(device__user_id=user.pk).count()
    return left


def cleaned(typed: str) -> str:
    """Give a code as it is compared: however it was divided, and in whichever width it was typed."""
    return re.sub(r"[\s\-‐‑–—]", "", unicodedata.normalize("NFKC", typed)).lower()


def fingerprint(code: str) -> str:
    """Give what is kept of a recovery code: whoever reads the database cannot sign in by it."""
    return sha256(code.encode()).hexdigest()[:16]


def verified(user: Any, typed: str) -> Device | None:
    """Give the device that a code belongs to, which is then used up; None where it is wrong.

    Raises WaitError after wrong ones: then it was not looked at.
    """
    code = cleaned(typed)
    kind, token = (TOTPDevice, code) if BY_TIME.fullmatch(code) else (StaticDevice, fingerprint(code))
    with transaction.atomic():
        device = kind.objects.filter(user_id=user.pk, confirmed=True).select_for_update().first()
        if device is None:
            return None
        noted = device.throttling_failure_timestamp
        if noted and noted > timezone.now() + AHEAD:  # by a clock that was put back since: none is waited for
            device.throttling_failure_timestamp = None
        device.throttling_failure_count = min(device.throttling_failure_count, DOUBLED)
        allowed, why = device.verify_is_allowed()
        if not allowed:
            raise WaitError(why["locked_until"])
        return device if device.verify_token(token) else None


def proved(user: Any, typed: str) -> bool:
    """Whether what was typed is the password of somebody, or a code of theirs."""
    code = cleaned(typed)
    if not BY_TIME.fullmatch(code) and user.check_password(typed):
        return True
    return bool(BY_TIME.fullmatch(code) or ON_PAPER.fullmatch(code)) and verified(user, typed) is not None


def new_key(request: HttpRequest) -> str:
    """Give the key of the app that is being set up, the same until it is."""
    key: str = request.session.get(KEY) or secrets.token_hex(20)
    request.session[KEY] = key
    return key


def clock_of(key: str, typed: str) -> TOTP | None:
    """Give the clock of an app with this key, as the code that it shows tells; None where that is wrong."""
    code, clock = cleaned(typed), TOTP(bytes.fromhex(key))
    clock.time = time.time()
    return clock if BY_TIME.fullmatch(code) and clock.verify(int(code), tolerance=1) else None


def set_up(user: Any, key: str, clock: TOTP) -> TOTPDevice:
    """Keep the app with this key in the place of the one before; the code that set it up is used up."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user_id=user.pk).delete()
        return TOTPDevice.objects.create(user_id=user.pk, key=key, name="app", drift=clock.drift, last_t=clock.t())


def new_codes(user: Any) -> list[str]:
    """Make ten recovery codes in the place of those before; what is given here is kept nowhere."""
    codes = [b32encode(secrets.token_bytes(10)).decode().lower()[:LETTERS] for _ in range(CODES)]
    with transaction.atomic():
        device, _ = StaticDevice.objects.get_or_create(user_id=user.pk, defaults={"name": "paper"})
        device.token_set.all().delete()
        StaticToken.objects.bulk_create(StaticToken(device=device, token=fingerprint(code)) for code in codes)
    return ["-".join(code[at : at + GROUP] for at in range(0, LETTERS, GROUP)) for code in codes]


def sign_in(request: HttpRequest, device: Device) -> None:
    """Let in whoever gave a code of this device, in a session with a new key."""
    django_otp.login(request, device)
    request.session[ASKED] = True
    request.session.pop(KEY, None)
    request.session.cycle_key()


def take_away(user: User, by: User) -> None:
    """Take somebody's app and recovery codes away: the next sign-in sets up others. Who did it stands in the log."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        LogEntry.objects.create(
            user=by,
            content_type=ContentType.objects.get_for_model(User),
            object_id=str(user.pk),
            object_repr=user.get_username(),
            action_flag=CHANGE,
            change_message=json.dumps([{"deleted": {"name": NAME, "object": user.get_username()}}]),
        )
