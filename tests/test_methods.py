"""Every address of the site, for every role, by every method: what it answers stands in one table.

A public address answers everybody the same, and is only read. An address that is not in the table fails: public ones
stand in `tests/public_ways.py`, those of the admin in `tests/test_roles.py`, what answers otherwise than most here.
"""

import pytest
from django.db import transaction
from django.test import Client

from people.history import Version
from proposals.models import Proposal
from tests.drafts import Draft, keys, make_known
from tests.mail import mail_on
from tests.public_ways import WAYS, public_ways
from tests.test_roles import ALL_ROLES, browsers, filled, for_all, table
from tests.test_roles import keys as admin_keys

__all__ = ["browsers", "filled"]
pytestmark = pytest.mark.django_db
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
METHODS = ("GET", "HEAD", "OPTIONS", *UNSAFE, "TRACE")
NEVER = {**dict.fromkeys((*UNSAFE, "TRACE"), 405), "OPTIONS": 204}

READ_ONLY = {"GET": 200, "HEAD": 200, **NEVER}
LEADS_ON = READ_ONLY | {"GET": 302, "HEAD": 302}
FORM = READ_ONLY | {"POST": 200, "OPTIONS": 405}
NOT_WRITTEN = READ_ONLY | {"GET": 404, "HEAD": 404}
PUBLIC = {
    "proposals/<int:pk>/": LEADS_ON,
    "recommendations/<int:pk>/": LEADS_ON,
    **dict.fromkeys(("data/<str:name>", ".well-known/security.txt"), NOT_WRITTEN),
    **dict.fromkeys(("compare.md", "compare.xlsx"), READ_ONLY | {"GET": 400, "HEAD": 400}),
    **{route: FORM for route in WAYS if route.startswith("alerts/")},
}
"""What a public address answers by each method; most are read only. One proposal is not compared, files that nobody
wrote are not there, and nobody is named to whom one could write."""
ALLOW = {"alerts/": {"GET", "HEAD", "POST"}, "": {"GET", "HEAD", "OPTIONS"}}
"""What an address that refuses a method says that it takes, by how it begins."""
ONCE = ("robots.txt", "sitemap", "oembed", "api/v1/", "healthz", "readyz", ".well-known/")
"""What is there once for both languages, without a prefix, by how it begins."""


OF_EVERYBODY = ("login/", "logout/", "language/")
SIGNED_IN = ALL_ROLES[2:-1]


@pytest.fixture(autouse=True)
def _no_log(caplog):
    """Each refusal is a line, and there are thousands."""
    caplog.set_level("CRITICAL")


@pytest.fixture
def public(settings, db):
    """Every public address under its route, in each language that it has."""
    mail_on(settings)
    at = keys(Draft(make_known()))
    return [
        (route, f"/{prefix}{route.partition('<')[0]}{ends[0]}".format(**at))
        for route, ends in WAYS.items()
        for prefix in (("",) if route.startswith(ONCE) else ("", "zh/"))
    ]


def answer(browser, method, address):
    """Ask without following; whatever the answer does to the record is undone."""
    if method not in ("POST", "PUT", "PATCH", "DELETE"):
        return browser.generic(method, address)
    with transaction.atomic():
        found = browser.generic(method, address, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    return found


def content(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_every_public_address_is_in_the_table():
    assert public_ways() == set(WAYS)
    assert set(PUBLIC) <= set(WAYS)


def test_every_public_address_answers_each_method_as_it_should(public, browsers):
    wanted, found = {}, {}
    for route, address in public:
        for method in METHODS:
            wanted[address, method] = {PUBLIC.get(route, READ_ONLY)[method]}
            answers = [answer(browser, method, address) for browser in browsers.values()]
            found[address, method] = {each.status_code for each in answers} - ({503} if route == "readyz" else set())
            if route != "readyz" and not route.startswith("alerts/"):  # room on the disk; what is signed tells when
                assert len({content(each) for each in answers}) == 1, f"{method} {address} depends on who asks"
            assert not any(each.cookies for each in answers), f"{method} {address} sets a cookie"
            if found[address, method] == {405}:
                [allow] = {each["Allow"] for each in answers}
                start = next(each for each in ALLOW if route.startswith(each))
                assert {*allow.split(", ")} >= ALLOW[start] - {"OPTIONS"}, address
                assert {*allow.split(", ")} <= ALLOW[start], address
    assert {key: status for key, status in found.items() if status - wanted[key]} == {}
    assert len(found) > 8 * 150


def test_an_address_that_is_only_read_asks_for_no_token(public, settings):
    """What is sent there is refused for what it is, not for what it lacks."""
    careful = Client(enforce_csrf_checks=True)
    found = {
        (method, address): careful.generic(method, address).status_code
        for route, address in public
        for method in UNSAFE
        if PUBLIC.get(route, READ_ONLY)["POST"] == 405
    }
    assert {*found.values()} == {405}
    assert careful.generic("POST", "/no-such-page/").status_code == 404


def test_the_admin_knows_three_methods(browsers, filled):
    before = Version.objects.count()
    for address in table():
        place = f"/admin/{address.format(**admin_keys(address))}"
        for method in ("OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"):
            answers = [browser.generic(method, place) for browser in browsers.values()]
            assert {each.status_code for each in answers} == {NEVER[method]}, f"{method} {place}"
            assert {each["Allow"] for each in answers} == {"GET, HEAD, OPTIONS, POST"}
    assert Version.objects.count() == before


def test_a_form_of_the_admin_without_its_token_is_refused_whoever_sends_it(browsers, filled):
    before = Version.objects.count()
    found = {}
    for browser in browsers.values():
        browser.handler.enforce_csrf_checks = True
    for address in table():
        place = f"/admin/{address.format(**admin_keys(address))}"
        found[address] = {browser.post(place, {"post": "yes"}).status_code for browser in browsers.values()}
    assert {address: statuses for address, statuses in found.items() if statuses != {403}} == {}
    assert (Version.objects.count(), Proposal.objects.count() > 0) == (before, True)


def test_no_form_of_the_admin_lets_in_whom_its_page_turns_away(browsers, filled):
    """With its token, that is; `tests/test_roles.py` proves that who may only look writes nothing."""
    wrong = {}
    for address, statuses in table().items():
        if address in OF_EVERYBODY:
            continue
        place = f"/admin/{address.format(**admin_keys(address))}"
        for role, status in zip(ALL_ROLES, for_all(statuses), strict=True):
            if status == 200 or (status, role in SIGNED_IN) == (302, True):  # it may, or is only led on
                continue
            sent = answer(browsers[role], "POST", place)
            refused = sent.status_code in (400, 403, 404, 405)
            if not refused and not sent.get("Location", "").startswith("/admin/login/"):
                wrong[address, role] = (status, sent.status_code)
    assert wrong == {}
