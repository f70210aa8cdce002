"""Guesses at names and passwords: five for each name from each address, then a pause that says when it ends."""

from io import StringIO
from unittest import mock

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts import guessing
from accounts.models import FailedSignIn
from accounts.sessions import BEGAN
from tests.signing_in import ELSEWHERE, HOME, PASSWORD, browser, give_password, is_in, make_account

pytestmark = pytest.mark.django_db
MINUTES = 15


@pytest.fixture(autouse=True)
def _one_proxy(settings):
    settings.TRUSTED_PROXIES = 1


@pytest.fixture
def owner(db):
    return make_account()


@pytest.fixture
def looked_at():
    """What reached the check of passwords: names and what was guessed, one by one."""
    seen = []
    check, unknown = User.check_password, User.set_password

    def checking(self, raw):
        seen.append((self.username, raw))
        return check(self, raw)

    def hashing(self, raw):
        seen.append(("nobody", raw))
        return unknown(self, raw)

    with mock.patch.object(User, "check_password", checking), mock.patch.object(User, "set_password", hashing):
        yield seen


def guess(times, at=HOME, name="owner", **headers):
    return [give_password(browser(at, **headers), name, f"guess {number}").status_code for number in range(times)]


def test_after_five_wrong_passwords_the_right_one_is_not_looked_at_either(owner, looked_at):
    assert guess(7) == [200, 200, 200, 200, 429, 429, 429]
    client = browser()
    assert give_password(client).status_code == 429
    assert not is_in(client)
    assert len(looked_at) == 5


def test_the_owner_gets_in_from_elsewhere_meanwhile(owner):
    guess(8)
    client = browser(ELSEWHERE)
    assert give_password(client).status_code == 302
    assert is_in(client)


def test_the_pause_ends_and_what_was_tried_meanwhile_does_not_lengthen_it(owner, clock):
    guess(5)
    clock(minutes=MINUTES - 1)
    assert guess(3) == [429] * 3
    clock(minutes=1, seconds=1)
    client = browser()
    assert give_password(client).status_code == 302
    assert is_in(client)


def test_who_gets_in_has_all_tries_again(owner):
    guess(4)
    assert give_password(browser()).status_code == 302
    assert guess(4) == [200] * 4


def test_forged_headers_and_other_browsers_give_no_further_try(owner, looked_at):
    for number in range(12):
        forged = f"203.0.113.{number}, 10.0.0.{number}, {HOME}"
        headers = {"User-Agent": f"Browser {number}", "Accept": f"text/{number}", "X-Real-IP": f"203.0.113.{number}"}
        give_password(browser(forged, **headers, Forwarded=f"for=203.0.113.{number}"), "owner", f"guess {number}")
    assert len(looked_at) == 5


def test_without_a_proxy_that_is_trusted_the_header_counts_for_nothing(owner, looked_at, settings):
    settings.TRUSTED_PROXIES = 0
    for number in range(8):
        give_password(browser(f"203.0.113.{number}"), "owner", f"guess {number}")
    assert len(looked_at) == 5


def test_all_addresses_of_one_ipv6_network_are_one(owner, looked_at):
    for number in range(8):
        give_password(browser(f"2001:db8:1:2::{number:x}"), "owner", f"guess {number}")
    assert len(looked_at) == 5
    assert guess(1, "2001:db8:1:3::1") == [200]
    assert FailedSignIn.objects.filter(ip_address="2001:db8:1:2::").get().failures_since_start == 5


@pytest.mark.parametrize("junk", ["unknown", "_hidden", "x" * 500, "1.2.3.4.5", "<script>", "::gg"])
def test_what_is_no_address_is_counted_as_one(owner, looked_at, junk):
    for number in range(10):
        give_password(browser(junk), "owner", f"guess {number}")
    assert len(looked_at) == 5


@pytest.mark.parametrize(("guesses", "places"), [(60, 5), pytest.param(1000, 40, marks=pytest.mark.soak)])
def test_many_guesses_give_at_most_five_tries_a_pair(owner, looked_at, guesses, places):
    addresses = [f"203.0.113.{number}" for number in range(places)]
    for number in range(guesses):
        address = addresses[number % places]
        give_password(browser(f"{number % 256}.1.1.1, {address}"), "owner", f"{address} {number}")
    tries = [raw.split()[0] for _, raw in looked_at]
    most = max(map(tries.count, addresses))
    print(f"\n{guesses} guesses from {places} addresses: {len(tries)} looked at, at most {most} from one")
    assert most <= 5
    client = browser(HOME)  # the owner's own, which nobody guessed from
    assert give_password(client).status_code == 302
    assert is_in(client)


def test_guesses_at_one_name_from_everywhere_leave_each_address_fewer_tries_but_never_none(owner, looked_at, settings):
    settings.GUESSES_AT_ONE_NAME = 10
    for number in range(10):
        give_password(browser(f"203.0.113.{number}"), "owner", f"guess {number}")
    assert guess(4, ELSEWHERE) == [200, 429, 429, 429]
    assert len(looked_at) == 10 + 2
    assert give_password(browser(HOME)).status_code == 302


def test_guesses_from_one_address_at_many_names_come_to_an_end(owner, looked_at, settings):
    settings.GUESSES_FROM_ONE_ADDRESS = 8
    for number in range(12):
        give_password(browser(), f"name {number}", f"guess {number}")
    assert len(looked_at) == 8
    assert give_password(browser()).status_code == 429
    assert give_password(browser(ELSEWHERE)).status_code == 302


def test_guesses_at_the_same_moment_are_counted_before_they_are_looked_at(aside, transactional_db):
    make_account()
    started = []
    check = User.check_password

    def slow(self, raw):
        started.append(raw)
        timezone.now()
        return check(self, raw)

    with mock.patch.object(User, "check_password", slow):
        answers = [aside(give_password, browser(), "owner", f"guess {number}") for number in range(16)]
        found = [answer.result().status_code for answer in answers]
    assert len(started) <= 5
    assert found.count(429) >= 11


@pytest.mark.parametrize(("language", "words"), [("en", "Too many tries"), ("zh-CN", "尝试次数过多")])
def test_the_page_says_when_it_ends(owner, language, words):
    guess(4)
    page = browser(**{"Accept-Language": language}).post(
        reverse("admin:login"), {"username": "owner", "password": "no"}
    )
    assert page.status_code == 429
    assert 60 < int(page["Retry-After"]) <= MINUTES * 60
    assert words in page.text
    assert timezone.localtime(guessing.locked_until(page.wsgi_request, "owner")).strftime("%H:%M") in page.text
    assert "Beijing time" in page.text or language != "en"
    assert "max-age=0" in page["Cache-Control"]


def test_what_is_kept_is_a_name_an_address_and_how_often(owner):
    give_password(browser(**{"User-Agent": "Secret/1.0"}), "owner", "nearly my password", extra="typed")
    kept = FailedSignIn.objects.values().get()
    told = {name: value for name, value in kept.items() if value not in ("", None)}
    assert set(told) == {"id", "username", "ip_address", "attempt_time", "failures_since_start"}


def test_it_is_forgotten_after_a_week(owner, clock):
    guess(2)
    clock(days=6)
    guess(1, ELSEWHERE)
    clock(days=2)
    said = StringIO()
    call_command("forget_sign_ins", stdout=said)
    assert said.getvalue().startswith("Forgotten: 1 failed sign-ins older than 7 days")
    assert FailedSignIn.objects.get().ip_address == ELSEWHERE


def test_sessions_that_are_over_are_forgotten_with_it(owner, clock):
    give_password(browser())
    clock(days=30)
    said = StringIO()
    call_command("forget_sign_ins", stdout=said)
    assert "1 sessions" in said.getvalue()


def test_an_administrator_sees_it_and_lets_somebody_in_again(owner, roles):
    guess(5)
    client = browser(ELSEWHERE)
    administrator = User.objects.create_user("administrator", is_staff=True)
    administrator.groups.set(Group.objects.filter(name="administrator"))
    client.force_login(administrator)
    page = client.get(reverse("admin:accounts_failedsignin_changelist"))
    assert HOME in page.text
    row = FailedSignIn.objects.get()
    client.post(reverse("admin:accounts_failedsignin_delete", args=[row.pk]), {"post": "yes"})
    assert give_password(browser()).status_code == 302


def test_the_session_has_another_key_after_signing_in_and_leaving_takes_a_post(owner):
    client = browser()
    client.get(reverse("admin:login"))
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    give_password(client)
    assert client.session.session_key != session.session_key
    assert BEGAN in client.session
    assert client.get(reverse("admin:logout")).status_code == 405
    assert is_in(client)
    client.post(reverse("admin:logout"))
    assert not is_in(client)


def test_the_name_of_nobody_is_counted_like_any_other(looked_at):
    assert guess(6, name="nobody here") == [200, 200, 200, 200, 429, 429]
    assert len(looked_at) == 5


@pytest.mark.parametrize("name", ["", "x" * 151, "a\x00b", "ｏｗｎｅｒ"])
def test_no_name_is_too_odd(owner, name):
    assert give_password(browser(), name, "guess").status_code == 200


def test_a_wrong_password_does_not_sign_in_and_says_so(owner):
    page = give_password(browser(), "owner", PASSWORD.upper())
    assert "Please enter the correct username and password" in page.text


@pytest.mark.parametrize("name", ["x" * 300, "x" * 50_000, "榅" * 260])
def test_a_name_longer_than_any_is_a_wrong_name_like_others(owner, name):
    client = browser()
    assert [give_password(client, name, "bad").status_code for _ in range(6)] == [200] * 4 + [429] * 2
    assert FailedSignIn.objects.get().username == name[: guessing.LONGEST]
    give_password(client)
    assert is_in(client)
