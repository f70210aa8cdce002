"""Who may go where in the admin: every address, for every role. An address that is not in the table fails."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.urls import URLResolver, get_resolver

from accounts.models import FailedSignIn
from alerts.models import Run
from people.history import Version
from people.models import Delegate, NameVariant
from proposals.models import Intake, Proposal
from tests.admin_pages import REGISTERED, make_record
from tests.factories import make_intake, make_proposal
from tests.signing_in import PASSWORD

pytestmark = pytest.mark.django_db
ROLES = ("nobody", "visitor", "reader", "analyst", "reviewer", "administrator")
"""Nobody is not logged in, and a visitor has an account but is not of the staff."""
ALL_ROLES = (*ROLES, "superuser", "disabled")
"""A superuser gets what an administrator gets; who is disabled, and was an administrator, what nobody gets."""
PARTS = {model._meta.model_name for model in REGISTERED if model.part_of}

SIGN_IN = (302, 302)
STAFF = (*SIGN_IN, 200, 200, 200, 200)
EDITORS = (*SIGN_IN, 403, 200, 200, 200)
REVIEWERS = (*SIGN_IN, 403, 403, 200, 200)
ADMINISTRATORS = (*SIGN_IN, 403, 403, 403, 200)

OF_A_RECORD = {
    "": STAFF,
    "add/": EDITORS,
    "{key}/": (*SIGN_IN, 302, 302, 302, 302),
    "{key}/change/": STAFF,
    "{key}/history/": STAFF,
    "deleted/": STAFF,
}
OF_ACCOUNTS = {
    "": ADMINISTRATORS,
    "add/": ADMINISTRATORS,
    "{key}/": (*SIGN_IN, 302, 302, 302, 302),
    "{key}/change/": ADMINISTRATORS,
    "{key}/history/": ADMINISTRATORS,
    "{key}/delete/": ADMINISTRATORS,
}


def table():
    """Every address of the admin with what each role gets there."""
    found = {
        "": STAFF,
        "login/": (200, 200, 302, 302, 302, 302),
        "logout/": (302, 302, 405, 405, 405, 405),
        "password_change/": STAFF,
        "password_change/done/": STAFF,
        "autocomplete/": (*SIGN_IN, 403, 403, 403, 403),
        "jsi18n/": STAFF,
        "r/{type}/{key}/": (*SIGN_IN, 302, 302, 302, 302),
        "language/": (302,) * 6,
        "presence/": (*SIGN_IN, 400, 400, 400, 400),
        "people/": STAFF,
        "proposals/": STAFF,
        "auth/": (*SIGN_IN, 404, 404, 404, 200),
        "no-such-page": (*SIGN_IN, 404, 404, 404, 404),
        "preview/{key}/": STAFF,
        "proposals/proposal/{key}/withdraw/": REVIEWERS,
        "auth/user/{key}/password/": ADMINISTRATORS,
        "auth/user/{key}/second-factor/": (*SIGN_IN, 403, 403, 403, 403, 200),
        "accounts/": (*SIGN_IN, 404, 404, 404, 200),
        "second-factor/": STAFF,
        "second-factor/code/": (302,) * 6,  # nobody here has set one up
        "second-factor/app/": STAFF,
        "second-factor/app/qr.svg": STAFF,
        "second-factor/recovery-codes/": (302,) * 6,
        "second-factor/recovery-codes.txt": (302,) * 6,
        "signed-in/": (302,) * 6,  # no form waits
    }
    for model in ("user", "group"):
        found |= {f"auth/{model}/{end}": roles for end, roles in OF_ACCOUNTS.items()}
    found |= {
        "proposals/proposal/import/": EDITORS,
        "proposals/proposal/import/proposals.xlsx": EDITORS,
        "proposals/proposal/export/proposals.csv": STAFF,
        "proposals/proposal/import/{key}/": (*SIGN_IN, 403, 404, 404, 404),
        **{
            f"proposals/proposal/import/{{key}}/{end}": (*SIGN_IN, 403, 404, 404, 404)
            for end in ("refused.csv", "planned.csv", "file")
        },
    }
    for start in ("people/delegate/", "proposals/proposal/"):
        found |= {f"{start}doubles/": EDITORS, f"{start}like/": STAFF, f"{start}{{key}}/merge/{{other}}/": REVIEWERS}
    for model in REGISTERED:
        name = model._meta.model_name
        start = f"{model._meta.app_label}/{name}/"
        found |= {f"{start}{end}": roles for end, roles in OF_A_RECORD.items()}
        found[f"{start}{{key}}/delete/"] = EDITORS if name in PARTS else REVIEWERS
        found[f"{start}{{key}}/history/1/restore/"] = EDITORS if not model.part_of else (*SIGN_IN, 404, 404, 404, 404)
        if name == "proposal":  # the first one is public
            found[f"{start}{{key}}/history/1/restore/"] = REVIEWERS
    intakes = {"": EDITORS, "add/": EDITORS, "{key}/": (*SIGN_IN, 302, 302, 302, 302)}
    intakes |= {f"{{key}}/{end}/": EDITORS for end in ("change", "history", "delete")}
    found |= {f"proposals/intake/{end}": roles for end, roles in intakes.items()}
    nobody_may = (*SIGN_IN, 403, 403, 403, 403)
    runs = {"": REVIEWERS, "add/": nobody_may, "{key}/": (*SIGN_IN, 302, 302, 302, 302), "{key}/delete/": nobody_may}
    runs |= {"{key}/change/": REVIEWERS, "{key}/history/": REVIEWERS}
    found |= {f"alerts/run/{end}": roles for end, roles in runs.items()}
    failures = {**OF_ACCOUNTS, "add/": nobody_may}
    found |= {f"accounts/failedsignin/{end}": roles for end, roles in failures.items()}
    return found


def for_all(statuses):
    """The same for all roles; where a superuser gets what no administrator does, that stands last."""
    of_groups, superuser = statuses[: len(ROLES)], statuses[-1]
    return (*of_groups, superuser, statuses[0])


@pytest.fixture
def browsers(client, roles):
    """A browser for each role."""
    found = {role: type(client)() for role in ALL_ROLES}
    for role, browser in found.items():
        if role != "nobody":
            user = User.objects.create_user(role, is_staff=role != "visitor", is_superuser=role == "superuser")
            user.groups.set(Group.objects.filter(name="administrator" if role == "disabled" else role))
            browser.force_login(user)
    User.objects.filter(username="disabled").update(is_active=False)  # while it is signed in
    return found


@pytest.fixture
def filled(db):
    """A row of every model; the proposals are public, and every record has a history."""
    make_record(2)
    make_intake()
    Run.objects.create()
    FailedSignIn.objects.create(username="somebody", ip_address="192.0.2.1", failures_since_start=1)


def keys(address):
    """The row that an address is about."""
    parts = address.split("/")
    if parts[0] in ("people", "proposals", "alerts", "auth", "accounts") and len(parts) > 2:
        model = apps.get_model(parts[0], parts[1])
        rows = model._default_manager.order_by("pk")
        return {"key": rows.first().pk, "other": rows.last().pk}
    return {"key": Proposal.objects.first().pk, "type": ContentType.objects.get_for_model(Proposal).pk}


def test_every_role_gets_what_it_may(browsers, filled):
    wanted = {address: for_all(statuses) for address, statuses in table().items()}
    found = {
        address: tuple(
            browser.get(f"/admin/{address.format(**keys(address))}").status_code for browser in browsers.values()
        )
        for address in wanted
    }
    assert found == wanted


def routes():
    """Every route of the admin, as the table writes them."""
    waiting = [("", one) for one in get_resolver().url_patterns if str(one.pattern).startswith("admin/")]
    found = set()
    while waiting:
        start, one = waiting.pop()
        route = start + str(one.pattern).removeprefix("admin/")
        if isinstance(one, URLResolver):
            waiting += [(route, below) for below in one.url_patterns]
        else:
            found.add(route)
    return found


AS_IN_THE_TABLE = {
    "<path:object_id>": "{key}",
    "<int:key>": "{key}",
    "<int:pk>": "{key}",
    "<id>": "{key}",
    "<int:number>": "1",
    "<int:other>": "{other}",
    "<slug:name>.xlsx": "proposals.xlsx",
    "<slug:name>.<slug:form>": "proposals.csv",
    "<path:content_type_id>/<path:object_id>": "{type}/{key}",
}


def test_every_address_is_in_the_table():
    known, missing = set(table()), []
    assert len(routes()) > 150
    for route in routes():
        if "(?P<" in route:  # lists of an app, and what is nowhere
            continue
        address = route
        for pattern, written in sorted(AS_IN_THE_TABLE.items(), key=lambda pair: -len(pair[0])):
            address = address.replace(pattern, written)
        if address not in known:
            missing.append(route)
    assert missing == []


@pytest.mark.parametrize("role", ["nobody", "visitor", "reader"])
def test_who_may_only_look_writes_nothing(browsers, filled, role):
    browser, proposal = browsers[role], Proposal.objects.first()
    delegate, variant = Delegate.objects.first(), NameVariant.objects.first()
    before = Version.objects.count()
    for address in (
        f"proposals/proposal/{proposal.pk}/change/",
        f"proposals/proposal/{proposal.pk}/delete/",
        f"proposals/proposal/{proposal.pk}/withdraw/",
        f"proposals/proposal/{proposal.pk}/history/1/restore/",
        "proposals/proposal/add/",
        f"people/delegate/{delegate.pk}/change/",
        f"people/namevariant/{variant.pk}/delete/",
        "proposals/intake/add/",
        f"proposals/intake/{Intake.objects.get().pk}/change/",
        f"proposals/intake/{Intake.objects.get().pk}/delete/",
    ):
        sent = {"title_en": "Mine", "name_en": "Mine", "post": "yes", "_version": 1, "reason_en": "Mine"}
        sent |= {"text": "Mine", "do": "accept"}
        assert browser.post(f"/admin/{address}", sent).status_code in (302, 403), address
    for action in ("publish", "withdraw", "send", "return_to_draft", "delete_selected"):
        sent = {"action": action, "_selected_action": [proposal.pk], "confirmed": "1", "post": "yes"}
        browser.post("/admin/proposals/proposal/", sent)
    assert Version.objects.count() == before
    assert Intake.objects.get().edits == 1
    assert Proposal.objects.filter(pk=proposal.pk).exists()


def test_an_analyst_deletes_a_draft_that_was_never_public(browsers):
    draft, public = make_proposal(), make_proposal(published=True)
    pages = [f"/admin/proposals/proposal/{one.pk}/delete/" for one in (draft, public)]
    assert [browsers["analyst"].get(page).status_code for page in pages] == [200, 403]


def test_an_administrator_gives_nobody_more_than_a_role(browsers):
    own, other = (User.objects.get(username=name) for name in ("administrator", "reader"))
    every = Permission.objects.values_list("pk", flat=True)
    for account in (own, other):
        groups = list(account.groups.values_list("pk", flat=True))
        sent = {"username": account.username, "is_active": "on", "is_staff": "on", "last_name": "Quince"}
        sent |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00", "groups": groups}
        sent |= {"is_superuser": "on", "user_permissions": list(every)}
        assert browsers["administrator"].post(f"/admin/auth/user/{account.pk}/change/", sent).status_code == 302
        account.refresh_from_db()
        assert (account.last_name, account.is_superuser) == ("Quince", False)
        assert not account.user_permissions.exists()
    sent = {"username": "new", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    browsers["administrator"].post("/admin/auth/user/add/", {**sent, "is_superuser": "on"})
    assert not User.objects.get(username="new").is_superuser


def test_nor_touches_the_account_of_a_superuser(browsers):
    above = User.objects.get(username="superuser")
    new = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "set-password": "1"}
    for end, sent in (("change", {"username": "mine"}), ("password", new), ("delete", {"post": "yes"})):
        answer = browsers["administrator"].post(f"/admin/auth/user/{above.pk}/{end}/", sent)
        assert answer.status_code == 403, end
    chosen = {"action": "delete_selected", "_selected_action": [above.pk], "post": "yes"}
    assert browsers["administrator"].post("/admin/auth/user/", chosen).status_code == 403
    kept = User.objects.get(pk=above.pk)
    assert (kept.username, kept.password) == (above.username, above.password)
    assert browsers["superuser"].get(f"/admin/auth/user/{above.pk}/password/").status_code == 200
