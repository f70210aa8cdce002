"""People who sign in, for tests: by name and password, from somewhere, with an app whose clock is theirs."""

import re

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP

from accounts import second_factor

PASSWORD = "quinces are not pears"
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
STEP = 30
"""Seconds for which an app shows the same code."""


def make_account(name="owner", *, superuser=True, app=False):
    """An account with PASSWORD; with an app, whose key is on `account.key`, and codes on `account.codes`."""
    make = User.objects.create_superuser if superuser else User.objects.create_user
    account = make(name, password=PASSWORD, is_staff=True)
    if app:
        device = second_factor.TOTPDevice.objects.create(user=account, name="app")
        account.key, account.codes = device.key, second_factor.new_codes(account)
    return account


def shown(key, at, steps=0):
    """What an app with this key shows at a moment, in seconds since 1970, or so many steps before or after it."""
    clock = TOTP(bytes.fromhex(key))
    clock.time = at + steps * STEP
    return f"{clock.token():06}"


def browser(at=HOME, **headers):
    """A browser behind one proxy, which says where it is."""
    return Client(headers={"X-Forwarded-For": at, **headers})


def give_password(client, name="owner", password=PASSWORD, **more):
    return client.post(reverse("admin:login"), {"username": name, "password": password, **more})


def give_code(client, typed, **more):
    return client.post(reverse("admin:second_factor_code"), {"code": typed, **more})


def is_in(client):
    """Whether the first page of the admin is shown."""
    return client.get(reverse("admin:index")).status_code == 200


def hidden(page):
    """The hidden fields of a page, but for Django's own."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode())
    return [(name, value) for name, value in found if name != "csrfmiddlewaretoken"]
