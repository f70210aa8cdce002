"""The second factor: no page of the admin without it where it is demanded; the app, the codes on paper, losing both."""

import base64
import re
import time
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts import second_factor
from accounts.models import FailedSignIn
from accounts.second_factor import StaticDevice, StaticToken, TOTPDevice
from alerts.models import Run
from tests.admin_pages import make_record
from tests.factories import make_intake
from tests.signing_in import (
    ELSEWHERE,
    PASSWORD,
    STEP,
    browser,
    give_code,
    give_password,
    is_in,
    make_account,
    shown,
)
from tests.test_roles import keys, table

pytestmark = pytest.mark.django_db
APP, CODE, OVERVIEW = "/admin/second-factor/app/", "/admin/second-factor/code/", "/admin/second-factor/"
KEPT, TEXT = "/admin/second-factor/recovery-codes/", "/admin/second-factor/recovery-codes.txt"
WITHOUT = {"login/", "logout/", "language/", "second-factor/code/", "second-factor/app/", "second-factor/app/qr.svg"}
"""Where somebody gets who has given the password alone."""


@pytest.fixture(autouse=True)
def _demanded(settings):
    settings.SECOND_FACTOR, settings.TRUSTED_PROXIES = True, 1


@pytest.fixture
def at(monkeypatch):
    """The clock of the server, in seconds since 1970, which is moved by `at.append`."""
    times = [1_900_000_000.0]
    monkeypatch.setattr(time, "time", lambda: times[-1])
    return times


@pytest.fixture
def owner(db):
    return make_account(app=True)


def half_in(at_address=ELSEWHERE, name="owner"):
    client = browser(at_address)
    assert give_password(client, name).status_code == 302
    return client


def wholly_in(owner, now):
    client = half_in()
    assert give_code(client, shown(owner.key, now)).status_code == 302
    assert is_in(client)
    return client


def landing(client, page="/admin/"):
    """Where somebody is led who asks for a page."""
    return client.get(page, follow=True).redirect_chain[-1][0]


def test_no_address_of_the_admin_is_reached_by_the_password_alone(owner):
    make_record(2)
    make_intake()
    Run.objects.create()
    FailedSignIn.objects.create(username="somebody", ip_address="192.0.2.1", failures_since_start=1)
    client = half_in()
    addresses = [address for address in table() if address not in WITHOUT]
    assert len(addresses) > 200
    for address in addresses:
        path = f"/admin/{address.format(**keys(address))}"
        for ask in (client.get, client.post):
            answer = ask(path)
            assert answer.status_code == 302, (path, ask.__name__)
            assert answer["Location"].startswith("/admin/login/?next="), path
    assert (
        landing(client, "/admin/proposals/proposal/?q=x") == f"{CODE}?next=%2Fadmin%2Fproposals%2Fproposal%2F%3Fq%3Dx"
    )


def test_nor_by_whoever_has_none_yet():
    make_account()
    client = half_in()
    assert landing(client) == APP
    assert landing(client, "/admin/auth/user/") == APP
    page = client.get(APP)
    assert 'id="nav-sidebar"' not in page.text
    assert "Change password" not in page.text


def test_a_form_sent_by_the_password_alone_is_refused_and_kept(owner, at):
    client = half_in()
    answer = client.post("/admin/auth/group/add/", {"name": "intruders"})
    assert answer.status_code == 403
    assert "What you typed is kept" in answer.text


def test_the_code_lets_in_and_leads_to_where_one_wanted_to_go(owner, at):
    client = half_in()
    before = client.session.session_key
    answer = give_code(client, shown(owner.key, at[-1]), next="/admin/auth/user/")
    assert answer["Location"] == "/admin/auth/user/"
    assert client.get("/admin/auth/user/").status_code == 200
    assert client.session.session_key != before


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_leads_to_no_other_site(owner, at, evil):
    assert give_code(half_in(), shown(owner.key, at[-1]), next=evil)["Location"] == "/admin/"


@pytest.mark.parametrize("typed", ["{0} {1}", "{0}-{1}", " {0}{1} ", "{2}"])
def test_a_code_may_be_divided_and_of_any_width(owner, at, typed):
    code = shown(owner.key, at[-1])
    wide = code.translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
    assert give_code(half_in(), typed.format(code[:3], code[3:], wide)).status_code == 302


def test_a_code_is_good_once(owner, at):
    wholly_in(owner, at[-1])
    again = half_in()
    answer = give_code(again, shown(owner.key, at[-1]))
    assert "or it was used before" in answer.text
    assert not is_in(again)


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_wrong(owner, at, steps, right):
    client = half_in()
    give_code(client, shown(owner.key, at[-1], steps))
    assert is_in(client) is right


@pytest.mark.parametrize("typed", ["", "0", "abc", "12345", "1234567", "x" * 61, "\x00", "½½½½½½", "１２３"])
def test_what_is_no_code_is_said_to_be_none(owner, at, typed):
    client = half_in()
    answer = give_code(client, typed)
    assert answer.status_code == 200
    assert 'class="errorlist"' in answer.text
    assert not is_in(client)


def test_wrong_codes_make_the_next_wait_and_five_end_it(owner, at):
    client = half_in()
    assert "not the right code" in give_code(client, "000000").text
    TOTPDevice.objects.update(throttling_failure_count=9)
    assert "has to wait" in give_code(client, shown(owner.key, at[-1])).text
    assert [give_code(client, "000000").status_code for _ in range(3)] == [200, 200, 429]
    answer = give_code(client, shown(owner.key, at[-1]))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert give_password(client).status_code == 429
    TOTPDevice.objects.update(throttling_failure_count=0)  # a minute later
    assert give_code(half_in("192.0.2.99"), shown(owner.key, at[-1])).status_code == 302


def test_wrong_codes_without_end_lock_the_owner_out_for_a_quarter_of_an_hour_at_most(owner, at, clock):
    TOTPDevice.objects.update(throttling_failure_count=40, throttling_failure_timestamp=timezone.now())
    assert "has to wait" in give_code(half_in(), shown(owner.key, at[-1])).text
    clock(minutes=15)
    assert give_code(half_in(), shown(owner.key, at[-1])).status_code == 302


def test_one_cannot_sign_in_by_the_code_of_another(owner, at):
    other = make_account("other", app=True)
    client = half_in()
    give_code(client, shown(other.key, at[-1]))
    assert not is_in(client)


def test_a_recovery_code_lets_in_once(owner, at):
    client = half_in()
    assert give_code(client, owner.codes[3].upper().replace("-", " ")).status_code == 302
    page = client.get("/admin/")
    assert "You have 9 recovery codes left." in page.text
    again = half_in()
    assert "not the right code" in give_code(again, owner.codes[3]).text
    assert not is_in(again)


def test_recovery_codes_are_not_in_the_database(owner):
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(kept) == 10
    assert not kept & {code.replace("-", "") for code in owner.codes}
    assert len({*owner.codes}) == 10
    assert all(re.fullmatch("[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}", code) for code in owner.codes)


def test_the_first_administrator_sets_it_up_and_gets_codes_that_are_shown_once(at):
    make_account()
    client = half_in()
    page = client.get(APP)
    key = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page.text)[1].replace(" ", "")
    hexadecimal = base64.b32decode(key).hex()
    drawn = client.get("/admin/second-factor/app/qr.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert "no-store" in drawn["Cache-Control"]
    assert ElementTree.fromstring(drawn.content).tag.endswith("svg")
    assert "style" not in drawn.text
    assert not TOTPDevice.objects.exists()
    wrong = client.post(APP, {"code": "000000"})
    assert "not what the app should show" in wrong.text
    assert key in wrong.text.replace(" ", "")
    assert client.post(APP, {"code": shown(hexadecimal, at[-1])})["Location"] == KEPT
    codes = re.findall("<code>([a-z2-7-]{14})</code>", client.get(KEPT).text)
    assert len(codes) == 10
    file = client.get(TEXT)
    assert file["Content-Disposition"].startswith("attachment")
    assert [line for line in file.text.splitlines() if line in codes] == codes
    assert client.post(KEPT)["Location"] == "/admin/"
    assert is_in(client)
    for gone in (KEPT, TEXT):
        assert client.get(gone)["Location"] == OVERVIEW
    again = half_in("192.0.2.50")
    assert "used before" in give_code(again, shown(hexadecimal, at[-1])).text  # the code that set it up
    assert give_code(half_in(), codes[0]).status_code == 302


def test_who_has_one_cannot_set_up_another_by_the_password_alone(owner, at):
    client = half_in()
    for ask in (client.get, client.post):
        assert ask(APP)["Location"] == CODE
    assert client.get("/admin/second-factor/app/qr.svg")["Location"] == APP
    assert TOTPDevice.objects.get().key == owner.key


def set_up_another(client, now, **proof):
    page = client.get(APP)
    key = client.session[second_factor.KEY]
    assert page.status_code == 200
    return key, client.post(APP, {"code": shown(key, now), **proof})


def test_another_app_takes_a_proof_and_the_place_of_the_first(owner, at):
    client, other = wholly_in(owner, at[-1]), None
    at.append(at[-1] + 2 * STEP)
    other = browser("192.0.2.77")
    give_password(other)
    give_code(other, shown(owner.key, at[-1]))
    assert is_in(other)
    _, answer = set_up_another(client, at[-1])
    assert answer.status_code == 200
    _, answer = set_up_another(client, at[-1], proof="wrong")
    assert "neither your password nor one of your codes" in answer.text
    assert TOTPDevice.objects.get().key == owner.key
    key, answer = set_up_another(client, at[-1], proof=PASSWORD)
    assert answer["Location"] == KEPT
    assert TOTPDevice.objects.get().key == key
    assert is_in(client)
    assert not is_in(other)  # whoever holds the old one is out
    assert not second_factor.verified(owner, owner.codes[0])  # and so are the old codes


def test_new_recovery_codes_take_a_proof(owner, at):
    client = wholly_in(owner, at[-1])
    assert "You have 10 recovery codes left." in client.get(OVERVIEW).text
    assert client.post(OVERVIEW, {"proof": ""}).status_code == 200
    assert client.post(OVERVIEW, {"proof": "wrong"}).status_code == 200
    assert client.post(OVERVIEW, {"proof": owner.codes[0]})["Location"] == KEPT
    codes = re.findall("<code>([a-z2-7-]{14})</code>", client.get(KEPT).text)
    assert not {*codes} & {*owner.codes}
    assert StaticToken.objects.count() == 10


def test_guesses_at_the_proof_are_counted_like_any_other(owner, at):
    client = wholly_in(owner, at[-1])
    answers = [client.post(OVERVIEW, {"proof": "wrong"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_where_it_is_demanded_nobody_does_without(owner, at):
    client = wholly_in(owner, at[-1])
    assert "take_away" not in client.get(OVERVIEW).text
    client.post(OVERVIEW, {"proof": PASSWORD, "take_away": "x"})
    assert TOTPDevice.objects.exists()


def test_where_it_is_not_demanded_who_has_one_is_asked_for_it_and_may_give_it_up(owner, at, settings):
    settings.SECOND_FACTOR = False
    make_account("other")
    assert is_in(half_in(name="other"))
    client = half_in()
    assert not is_in(client)
    assert landing(client) == f"{CODE}?next=%2Fadmin%2F"
    give_code(client, shown(owner.key, at[-1]))
    assert client.post(OVERVIEW, {"proof": PASSWORD, "take_away": "x"})["Location"] == OVERVIEW
    assert is_in(client)
    assert is_in(half_in())


def test_a_superuser_takes_a_lost_one_away_and_it_is_noted_who_did(owner, at):
    make_account("administrator", app=True)
    lost = make_account("lost", app=True, superuser=False)
    theirs = half_in("192.0.2.60", "lost")
    give_code(theirs, shown(lost.key, at[-1]))
    assert theirs.get("/admin/").status_code == 200
    client = wholly_in(owner, at[-1])
    page = reverse("admin:auth_user_second_factor", args=[lost.pk])
    assert page in client.get(reverse("admin:auth_user_change", args=[lost.pk])).text
    assert client.get(page).status_code == 200
    assert TOTPDevice.objects.filter(user=lost).exists()
    client.post(page)
    assert not TOTPDevice.objects.filter(user=lost).exists()
    assert not StaticDevice.objects.filter(user=lost).exists()
    assert TOTPDevice.objects.filter(user=owner).exists()
    assert theirs.get("/admin/").status_code == 302
    assert landing(theirs) == APP
    entry = LogEntry.objects.get(object_id=str(lost.pk))
    assert (entry.user, entry.get_change_message()) == (owner, "Deleted second factor “lost”.")
    history = client.get(reverse("admin:auth_user_history", args=[lost.pk])).text
    assert "Deleted second factor “lost”." in history
    assert "owner" in history
    assert client.get(reverse("admin:auth_user_second_factor", args=[0])).status_code == 404


def test_the_operator_takes_it_away_by_a_command(owner):
    said = StringIO()
    call_command("second_factor", "owner", stdout=said)
    call_command("second_factor", "owner", "--reset", stdout=said)
    call_command("second_factor", "owner", stdout=said)
    assert said.getvalue().splitlines() == [
        "owner has a second factor, and 10 recovery codes left.",
        "owner has no second factor any more; the next sign-in sets up another.",
        "owner has no second factor.",
    ]
    assert LogEntry.objects.filter(object_id=str(owner.pk)).exists()
    with pytest.raises(CommandError, match="There is no account “nobody”"):
        call_command("second_factor", "nobody")


def test_no_page_of_the_admin_shows_a_key(owner, at):
    client = wholly_in(owner, at[-1])
    secret = base64.b32encode(bytes.fromhex(owner.key)).decode()
    for path in ("/admin/", "/admin/auth/user/", f"/admin/auth/user/{owner.pk}/change/", OVERVIEW, "/admin/accounts/"):
        page = client.get(path)
        assert page.status_code == 200
        assert not {owner.key, secret} & {*re.findall(r"\w+", page.text)}
    for path in ("/admin/otp_totp/totpdevice/", "/admin/otp_static/staticdevice/", "/admin/axes/accessattempt/"):
        assert client.get(path).status_code == 404


def test_who_has_given_the_password_can_go_away_again(owner):
    client = half_in()
    assert reverse("admin:logout") in client.get(CODE).text
    assert client.post(reverse("admin:logout")).status_code == 200
    assert client.get(CODE)["Location"].startswith("/admin/login/")


def test_who_is_not_of_the_staff_gets_to_none_of_these_pages():
    User.objects.create_user("visitor", password=PASSWORD)
    client = browser()
    client.force_login(User.objects.get(username="visitor"))
    for page in (APP, CODE, OVERVIEW, KEPT, TEXT):
        assert client.get(page)["Location"].startswith("/admin/login/")


def test_a_form_is_kept_through_the_code_too(owner, at):
    client = wholly_in(owner, at[-1])
    client.post(reverse("admin:logout"))
    page = client.post("/admin/auth/group/add/", {"name": "growers of quinces"})
    kept = re.search(r'name="_kept" value="([^"]+)"', page.text)[1]
    sent = {"username": "owner", "password": PASSWORD, "_kept": kept, "next": "/admin/signed-in/"}
    asked = client.post(reverse("admin:login"), sent, follow=True)
    assert asked.redirect_chain[-1][0] == f"{CODE}?next=%2Fadmin%2Fsigned-in%2F"
    at.append(at[-1] + STEP)
    answer = give_code(client, shown(owner.key, at[-1]), next=asked.context["next"])
    assert answer["Location"] == "/admin/signed-in/"
    assert "growers of quinces" in client.get(answer["Location"]).text


@pytest.mark.parametrize("page", [APP, OVERVIEW, CODE])
def test_the_pages_are_in_chinese_too(owner, at, page):
    client = wholly_in(owner, at[-1]) if page != CODE else half_in()
    found = client.get(page, headers={"accept-language": "zh-CN"})
    assert '<html lang="zh-hans"' in found.text
    assert "验证码" in found.text
