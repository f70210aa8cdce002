"""The machine's clock is moved by hours, forward or back, while the site runs: nobody is locked out, nothing stays old.

What is counted by time is in tests/test_limits.py, the index in tests/test_index_in_trouble.py.
"""

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import FailedSignIn
from accounts.second_factor import StaticDevice
from people import presence
from tests.signing_in import browser, give_code, give_password, is_in, make_account

pytestmark = pytest.mark.django_db
LIST = "/proposals/?q=quince"


@pytest.fixture(params=[-5, 5], ids=["back", "forward"])
def moved(request, clock, monkeypatch):
    """Move every clock but that which only runs, by hours; called again, move it to where it was."""
    real, shifts = time.time, [request.param, -request.param]
    monkeypatch.setattr(time, "time", lambda: real() + (request.param * 3_600 if len(shifts) == 1 else 0))
    return lambda: clock(hours=shifts.pop(0))


def test_wrong_passwords_of_another_time_lock_nobody_out_and_new_ones_count(moved):
    make_account()
    for _ in range(2):
        assert [give_password(browser(), "owner", "wrong").status_code for _ in range(6)] == [200] * 4 + [429] * 2
        moved()
        assert FailedSignIn.objects.get().failures_since_start == 5
        client = browser()
        assert give_password(client).status_code == 302
        assert is_in(client)


def test_nobody_waits_for_the_next_code_until_the_clock_is_there_again(moved, settings):
    settings.SECOND_FACTOR = True
    owner = make_account(app=True)
    for _ in range(2):
        StaticDevice.objects.update(throttling_failure_count=9, throttling_failure_timestamp=timezone.now())
        client = browser()
        give_password(client)
        assert "has to wait" in give_code(client, owner.codes[0]).text
        moved()
        client = browser()
        give_password(client)
        assert give_code(client, owner.codes.pop()).status_code == 302
        assert is_in(client)


def test_a_session_ends_rather_than_to_last_for_longer_and_one_signs_in_again(moved, settings):
    settings.SESSION_IDLE, settings.SESSION_LONGEST = timedelta(hours=2), timedelta(hours=4)
    make_account()
    client = browser()
    for _ in range(2):
        give_password(client)
        assert is_in(client)
        moved()
        assert not is_in(client)
        give_password(client)
        assert is_in(client)


def test_who_had_a_form_open_at_another_time_has_it_open_no_more(moved):
    one, other = (User.objects.create_user(name) for name in ("one", "other"))
    for _ in range(2):
        presence.enter(one, "proposals.topic", 1)
        assert presence.enter(other, "proposals.topic", 1) == ["one"]
        moved()
        assert presence.enter(other, "proposals.topic", 1) == []


def test_a_change_shows_at_once_whatever_the_clock_says(moved, proposals, client):
    for word in ("jam", "jelly"):
        assert word not in client.get(LIST).text
        moved()
        proposals[0].title_en = f"Quince {word}"
        proposals[0].save()
        assert f"<mark>Quince</mark> {word}" in client.get(LIST).text
