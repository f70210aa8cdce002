"""How long sessions last, and what becomes of a form that is sent when one is over."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from proposals.models import Topic
from tests.admin_pages import address, sent_back
from tests.signing_in import PASSWORD, browser, give_password, hidden, is_in, make_account

pytestmark = pytest.mark.django_db
ADD = "/admin/proposals/topic/add/"


@pytest.fixture
def owner(db):
    return make_account()


@pytest.fixture(autouse=True)
def _limits(settings):
    settings.SESSION_IDLE, settings.SESSION_LONGEST = timedelta(hours=2), timedelta(hours=12)


@pytest.fixture
def client(owner):
    client = browser()
    give_password(client)
    assert is_in(client)
    return client


@pytest.fixture
def topic(client):
    """A form that somebody has filled in."""
    typed = {"slug": "quinces", "name_en": "Quinces & <pears>", "name_zh": "榅桲", "_save": "Save"}
    return {name: str(value) for name, value in (sent_back(client.get(ADD)) | typed).items()}


def test_a_session_ends_when_nothing_is_done_in_it_for_long(client, clock):
    clock(minutes=100)
    assert is_in(client)
    clock(minutes=100)
    assert is_in(client)
    clock(minutes=121)
    assert not is_in(client)


def test_it_ends_in_any_case_after_a_day_of_work(client, clock):
    for _ in range(7):
        clock(minutes=100)
        assert is_in(client)
    clock(minutes=30)
    assert not is_in(client)


def test_a_form_that_stands_open_is_nothing_done(client, clock):
    for _ in range(3):
        clock(minutes=41)
        client.post(reverse("admin:presence"), {"open_on": "proposals.topic 1"})
    assert not is_in(client)


def test_an_old_cookie_does_not_bring_it_back(client, clock):
    cookie = client.cookies["sessionid"].value
    clock(minutes=121)
    assert not is_in(client)
    client.cookies["sessionid"] = cookie
    assert not is_in(client)


def test_who_is_disabled_is_out_at_the_next_request(client, owner, topic):
    owner.is_active = False
    owner.save()
    assert not is_in(client)
    assert client.post(ADD, topic).status_code == 403
    assert not Topic.objects.exists()
    owner.is_active = True
    owner.save()


def test_a_new_password_ends_the_other_sessions(client, owner):
    other = browser()
    give_password(other)
    new = {"old_password": PASSWORD, "new_password1": "pears are no quinces", "new_password2": "pears are no quinces"}
    assert client.post(reverse("admin:password_change"), new).status_code == 302
    assert is_in(client)
    assert not is_in(other)


def test_another_group_counts_at_once(roles):
    account = make_account("reader", superuser=False)
    account.groups.set(Group.objects.filter(name="reader"))
    reader = browser()
    give_password(reader, "reader")
    assert reader.get(ADD).status_code == 403
    account.groups.set(Group.objects.filter(name="analyst"))
    assert reader.get(ADD).status_code == 200
    account.groups.clear()
    assert reader.get(address(Topic)).status_code == 403


def sent_again(client, page):
    """Sign in on the page that answered a form, and press the button on the page that then comes."""
    kept = dict(hidden(page))
    answer = client.post(reverse("admin:login"), {"username": "owner", "password": PASSWORD, **kept})
    assert answer["Location"] == reverse("admin:kept_form")
    offered = client.get(answer["Location"])
    assert offered.status_code == 200
    return offered


@pytest.mark.parametrize("how", ["idle", "signed out elsewhere", "no session at all"])
def test_a_form_that_comes_too_late_is_saved_after_signing_in_again(client, clock, how, topic):
    if how == "idle":
        clock(minutes=121)
    elif how == "signed out elsewhere":
        client.post(reverse("admin:logout"))
    else:
        client.cookies.clear()
    page = client.post(ADD, topic)
    assert page.status_code == 403
    assert "What you typed is kept on this page" in page.text
    assert not Topic.objects.exists()
    offered = sent_again(client, page)
    form = offered.context["kept_form"]
    assert form.path == ADD
    assert dict(form.fields) == topic
    assert "Quinces &amp; &lt;pears&gt;" in offered.text
    assert client.post(form.path, dict(form.fields)).status_code == 302
    assert Topic.objects.get().name_en == "Quinces & <pears>"
    assert client.get(reverse("admin:kept_form")).status_code == 302  # nothing waits any more


def test_who_switches_the_language_then_loses_nothing(client, clock, topic):
    clock(minutes=121)
    page = client.post(ADD, topic)
    assert page.text.count(reverse("admin:set_language")) == 1
    page = client.post(reverse("admin:set_language"), {**dict(hidden(page)), "language": "zh-hans"})
    assert 'lang="zh-hans"' in page.text
    assert dict(sent_again(client, page).context["kept_form"].fields) == topic
    assert 'lang="zh-hans"' in client.get(reverse("admin:index")).text


def test_a_wrong_password_and_a_pause_lose_nothing_either(client, clock, topic):
    clock(minutes=121)
    page = client.post(ADD, topic)
    for status in (200, 200, 200, 200, 429, 429):
        page = client.post(reverse("admin:login"), {**dict(hidden(page)), "username": "owner", "password": "no"})
        assert page.status_code == status
    clock(minutes=16)
    back = client.post(reverse("admin:login"), dict(hidden(page)))  # the button of the page that says to wait
    assert dict(sent_again(client, back).context["kept_form"].fields) == topic


def test_what_one_typed_is_not_given_to_another(client, clock, topic):
    make_account("other")
    clock(minutes=121)
    kept = dict(hidden(client.post(ADD, topic)))
    answer = client.post(reverse("admin:login"), {"username": "other", "password": PASSWORD, **kept})
    assert answer["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:kept_form"))["Location"] == reverse("admin:index")


def test_many_values_of_one_field_and_no_passwords_are_kept(client, clock):
    clock(minutes=121)
    sent = {"action": "publish", "_selected_action": ["1", "2"], "password1": "secret", "csrfmiddlewaretoken": "x"}
    offered = sent_again(client, client.post(address(Topic), sent))
    assert offered.context["kept_form"].fields == [
        ["action", "publish"],
        ["_selected_action", "1"],
        ["_selected_action", "2"],
    ]


def test_more_is_kept_only_of_somebody_who_had_a_session(client, clock):
    long = {"name_en": "q" * 1_000_001}
    unknown = browser().post(ADD, long)
    assert unknown.status_code == 302
    assert not unknown.content
    clock(minutes=121)
    assert "What you typed is kept on this page" in client.post(ADD, long).text


def test_files_are_named_that_have_to_be_chosen_again(client, clock):
    clock(minutes=121)
    file = SimpleUploadedFile("quinces.csv", b"title\nQuinces\n")
    page = client.post("/admin/proposals/proposal/import/", {"file": file, "delimiter": ","})
    assert "quinces.csv" in sent_again(client, page).text


def test_what_this_site_did_not_sign_is_not_taken(owner):
    client = browser()
    forged = {"_kept": "eyJwYXRoIjoiaHR0cHM6Ly9ldmlsLmV4YW1wbGUvIn0:1:x", "next": reverse("admin:kept_form")}
    answer = client.post(reverse("admin:login"), {"username": "owner", "password": PASSWORD, **forged})
    assert answer["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:kept_form"))["Location"] == reverse("admin:index")


def test_without_the_token_of_a_form_nothing_is_kept(client, clock, topic):
    strict = Client(enforce_csrf_checks=True)
    page = strict.post(ADD, topic)
    assert page.status_code == 403
    assert "_kept" not in page.text


def test_scripts_that_ask_beside_a_page_are_sent_to_the_password_as_before(client, clock):
    clock(minutes=121)
    answer = client.post(reverse("admin:presence"), {"open_on": "x 1"}, headers={"Sec-Fetch-Dest": "empty"})
    assert answer.status_code == 302


def test_it_can_be_given_up(client, clock, topic):
    clock(minutes=121)
    sent_again(client, client.post(ADD, topic))
    assert client.post(reverse("admin:kept_form"))["Location"] == ADD
    assert client.get(reverse("admin:kept_form"))["Location"] == reverse("admin:index")
    assert not Topic.objects.exists()


def test_public_pages_read_no_session(client, clock, django_assert_num_queries):
    answer = client.get("/about/")
    assert "Cookie" not in answer.get("Vary", "")
