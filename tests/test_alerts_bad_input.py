"""Alerts and hostile input: odd addresses, links that were cut, changed or kept too long, floods; never a 500."""

import secrets
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.test import RequestFactory
from django.utils import timezone
from django.views.debug import ExceptionReporter

from alerts.delivery import deliver
from alerts.following import LONGEST_QUERY
from alerts.limits import OF_A_CLIENT, TO_AN_ADDRESS
from alerts.links import confirm_link, stop_link, yours_link
from alerts.models import MOST_SUBSCRIPTIONS, Pending, Subscriber, Subscription, Tally
from alerts.sending import Sender
from alerts.server import DoubtError, MailServer, RefusedError, ServerError
from proposals.clients import client_address
from proposals.models import Topic
from tests.factories import make_delegate, make_proposal, make_topic
from tests.mail import SITE, follow, link, mail_on, subscribe, told

pytestmark = pytest.mark.django_db
LIST = "/alerts/proposals/"


@pytest.fixture(autouse=True)
def _mail(settings):
    mail_on(settings)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "Type your e-mail address."),
        ("   ", "Type your e-mail address."),
        ("reader", "This is no e-mail address"),
        ("reader@", "This is no e-mail address"),
        ("@example.org", "This is no e-mail address"),
        ("reader@localhost", "This is no e-mail address"),
        ("reader@[127.0.0.1]", "After the @ stands a name"),
        ("reader@example..org", "This is no e-mail address"),
        ("reader@example.org\nBcc: all@example.org", "runs over several"),
        ("reader@example.org\r\nSubject: x", "runs over several"),
        ("reader@example.org\x00", "runs over several"),
        ("reader@example.org\u2028x", "runs over several"),
        ("reader@example.org, other@example.org", "one address only"),
        ("reader@example.org;other@example.org", "one address only"),
        ("reader@example.org、other@example.org", "one address only"),
        ("reader other@example.org", "one address only"),
        ("a@b@example.org", "one address only"),
        ("读者@example.org", "only Latin letters"),
        (f"{'x' * 250}@example.org", "No address is longer than 254 characters."),
        (f"reader@{'干' * 240}.org", "This is no e-mail address"),
        ("<script>@example.org", "This is no e-mail address"),
        ("\ud800@example.org", "only Latin letters"),
    ],
)
def test_what_is_no_single_address_is_refused_beside_the_field(client, address, said):
    answer = follow(client, LIST, address.encode("utf-8", "surrogatepass") if "\ud800" in address else address)
    assert answer.status_code == 200
    if "\ud800" not in address:
        assert said in answer.text
    assert 'id="address-errors"' in answer.text
    assert "<script>@" not in answer.text
    assert mail.outbox == []
    assert not Pending.objects.exists()


def test_a_domain_in_chinese_is_written_to_as_mail_servers_know_it(client):
    assert follow(client, LIST, "reader@例子.中国").status_code == 302
    assert mail.outbox[0].to == ["reader@xn--fsqu00a.xn--fiqs8s"]


def test_a_frequency_that_there_is_none_of_is_refused(client):
    for frequency in ("", "hourly", "x" * 10_000):
        answer = follow(client, LIST, frequency=frequency)
        assert answer.status_code == 200
        assert "Choose how often." in answer.text


def test_a_program_that_fills_in_what_nobody_sees_is_answered_and_not_written_for(client):
    answer = client.post(LIST, {"address": "a@example.org", "frequency": "daily", "website": "https://spam.example"})
    assert answer.status_code == 302
    assert mail.outbox == []


def test_a_form_on_another_site_is_turned_away(client):
    for where in ("same-origin", "none"):
        assert follow(client, LIST, f"{where}@example.org", headers={"Sec-Fetch-Site": where}).status_code == 302
    answer = follow(client, LIST, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Open the page on this site" in answer.text
    assert len(mail.outbox) == 2


def test_methods_nobody_needs_are_refused(client):
    for method in ("put", "delete", "patch", "options"):
        assert getattr(client, method)(LIST).status_code == 405


@pytest.mark.parametrize(
    "query", ["topic=none", "submitted_after=2024-13", "sort=x&page=0", "q=%3F&q=%00", "region=龘"]
)
def test_a_list_with_wrong_parameters_is_not_followed_and_says_what_is_wrong(client, query):
    for page in (f"{LIST}?{query}", f"/zh/alerts/recommendations/?{query}"):
        for answer in (client.get(page), follow(client, page)):
            assert answer.status_code == 200
            assert 'class="errors"' in answer.text
    assert mail.outbox == []


def test_a_list_by_more_than_an_alert_holds_is_refused(client):
    for number in range(150):
        make_topic(slug=f"topic-{number}-{'x' * 45}")
    slugs = "&".join(f"topic={topic.slug}" for topic in Topic.objects.all())
    assert len(slugs) > LONGEST_QUERY
    assert "more than an alert can hold" in client.get(f"{LIST}?{slugs}").text


def test_what_is_not_public_cannot_be_followed(client):
    draft = make_proposal(title="xqzv", delegates=[make_delegate(slug="xqzv")])
    for page in (f"/alerts/proposal/{draft.pk}/", "/alerts/delegate/xqzv/", "/alerts/agency/none/"):
        assert client.get(page).status_code == follow(client, page).status_code == 404
    assert client.get("/alerts/proposal/99999999999999999999999/").status_code == 404


@pytest.fixture
def links(client):
    """A good link of each kind, by the page it leads to."""
    subscriber = subscribe(client, LIST)
    follow(client, LIST, "other@example.org")
    pending = Pending.objects.get()
    good = {"confirm": confirm_link(pending), "yours": yours_link(subscriber), "stop": stop_link(subscriber)}
    return {page: address.removeprefix(SITE) for page, address in good.items()}


def test_a_link_that_was_changed_gets_a_plain_page_and_does_nothing(client, links):
    for page, good in links.items():
        token = good.rstrip("/").rpartition("/")[2]
        head, _, signature = token.rpartition(".")
        others = [links[other].rstrip("/").rpartition("/")[2] for other in links if other != page]
        wrong = [token[:-1], token[1:], f"{token}x", head, f"{head}.", f".{signature}", ".", "a.b.c", "x" * 5_000]
        wrong += [f"{secrets.token_hex(16)}.{signature}", token.swapcase(), "%00", "%ff", "龘", *others]
        for each in wrong:
            for answer in (client.get(f"/alerts/{page}/{each}/"), client.post(f"/zh/alerts/{page}/{each}/")):
                assert answer.status_code == 404, each
        assert "not whole" in client.get(f"/alerts/{page}/{token[:-1]}/").text
        assert client.get(good).status_code == 200
    assert Subscriber.objects.count() == Subscription.objects.count() == Pending.objects.count() == 1


def test_a_link_that_is_too_old_says_what_to_do(client, links, monkeypatch):
    later = time.time() + timedelta(days=3, minutes=1).total_seconds()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    for answer in (client.get(links["confirm"]), client.post(links["confirm"])):
        assert answer.status_code == 410
        assert "ask again" in answer.text
    assert client.get(links["yours"]).status_code == client.get(links["stop"]).status_code == 200, "these last"


def test_no_log_holds_a_link_by_which_somebody_could_come_in(client, links, caplog, monkeypatch):
    monkeypatch.setattr("alerts.subscribing.MOST_SUBSCRIPTIONS", 0)
    assert client.post(links["confirm"]).status_code == 409
    assert client.get(links["stop"].rstrip("/") + "x/").status_code == 404
    assert client.get(links["yours"].rstrip("/")[:-1] + "/").status_code == 404
    assert not any(page.rstrip("/").rpartition("/")[2] in caplog.text for page in links.values())


def test_a_link_signed_with_another_secret_is_not_good(client, links, settings):
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    for page in links.values():
        assert client.get(page).status_code == 404
    settings.SECRET_KEY_FALLBACKS = [before]
    for page in links.values():
        assert client.get(page).status_code == 200


@pytest.mark.parametrize("asked", [100, pytest.param(2_000, marks=pytest.mark.soak)])
def test_2000_subscriptions_from_one_client_are_too_many(client, asked):
    answers = [follow(client, LIST, f"reader-{number}@example.org") for number in range(asked)]
    assert [answer.status_code for answer in answers] == [302] * OF_A_CLIENT + [429] * (asked - OF_A_CLIENT)
    assert 0 < int(answers[-1]["Retry-After"]) <= 24 * 3600
    assert "tomorrow" in answers[-1].text
    assert Pending.objects.count() == OF_A_CLIENT
    assert not [each for each in Tally.objects.all() if "127.0.0.1" in each.who or "reader" in each.who]
    assert follow(client, LIST, REMOTE_ADDR="192.0.2.7").status_code == 302
    Tally.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert follow(client, LIST).status_code == 302
    assert Tally.objects.count() == 2, "what was counted yesterday is gone"


def test_nobody_is_bombed_with_mails_through_us(client):
    for number in range(TO_AN_ADDRESS + 5):
        address = "Victim@example.org" if number % 2 else "victim@EXAMPLE.org"
        assert follow(client, LIST, address, REMOTE_ADDR=f"192.0.2.{number}").status_code == 302
    assert len(mail.outbox) == TO_AN_ADDRESS


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "client_is"),
    [
        (0, "203.0.113.5", "192.0.2.1", "192.0.2.1"),
        (1, "1.1.1.1, 203.0.113.5", "192.0.2.1", "203.0.113.5"),
        (2, "1.1.1.1, 203.0.113.5, 10.0.0.1", "192.0.2.1", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1", "203.0.113.5"),
        (1, "", "192.0.2.1", "192.0.2.1"),
        (1, "nonsense' OR 1", "192.0.2.1", "nonsense%27%20OR%201"),
        (1, "\ud800", "192.0.2.1", "%3F"),
        (0, "", "", "unknown"),
        (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.5, ::ffff:192.0.2.7", "192.0.2.1", "192.0.2.7"),
        (0, "", "2001:db8:0:1:ffff::9", "2001:db8:0:1::/64"),
        (0, "", "fe80::1%eth0", "fe80::/64"),
    ],
)
def test_the_client_is_who_our_own_proxies_saw(settings, proxies, forwarded, remote, client_is):
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)) == client_is


def test_a_network_of_somebodys_own_counts_as_one_client():
    def of(address):
        return client_address(RequestFactory().get("/", REMOTE_ADDR=address))

    assert of("2001:db8:0:1::1") == of("2001:db8:0:1:ffff::9") != of("2001:db8:0:2::1")


def test_one_address_follows_no_more_than_it_can(client):
    subscriber = subscribe(client, LIST)
    Subscription.objects.bulk_create(
        [
            Subscription(subscriber=subscriber, followed="proposals", query=f"q={number}", same=str(number))
            for number in range(MOST_SUBSCRIPTIONS - 1)
        ]
    )
    follow(client, "/alerts/recommendations/")
    answer = client.post(link(mail.outbox[-1], "confirm"))
    assert answer.status_code == 409
    assert "at most 50" in answer.text
    assert subscriber.subscriptions.count() == MOST_SUBSCRIPTIONS
    subscriber.subscriptions.last().delete()
    assert client.post(link(mail.outbox[-1], "confirm")).status_code == 200


def failing(monkeypatch, error, *, begun=False):
    def hand(self, message, beginning):
        if begun:
            assert beginning()
        raise error

    monkeypatch.setattr(MailServer, "hand", hand)


def test_what_a_mail_server_that_is_away_does_not_get_it_gets_later_and_once(client, monkeypatch, caplog):
    with monkeypatch.context() as patched:
        failing(patched, ServerError("TimeoutError"))
        assert follow(client, LIST).status_code == 302
    assert Pending.objects.get().due
    Sender().send()
    deliver()
    (asking,) = mail.outbox
    assert client.post(link(asking, "confirm")).status_code == 200
    assert "example.org" not in caplog.text


@pytest.mark.parametrize(
    ("error", "begun", "later"),
    [
        (RefusedError(550, for_good=True), False, None),
        (RefusedError(451, for_good=False), False, 1),
        (RefusedError(451, for_good=False), True, 1),
        (ServerError("broken", met=True), True, 1),
        (ValueError("reader@example.org"), False, 1),
        (DoubtError(), True, 0),
    ],
)
def test_a_mail_that_asks_is_sent_again_where_the_server_has_it_not_and_may_take_it(
    client, monkeypatch, caplog, error, begun, later
):
    with monkeypatch.context() as patched:
        failing(patched, error, begun=begun)
        assert follow(client, LIST).status_code == 302
        assert follow(client, LIST, "other@example.org").status_code == 302, "it holds up nobody else"
    assert Pending.objects.count() == (0 if later is None else 2)
    deliver()
    assert not mail.outbox
    Pending.objects.exclude(due=None).update(due=timezone.now())
    deliver()
    assert len(mail.outbox) == 2 * (later or 0)
    assert "example.org" not in caplog.text


def test_a_huge_form_is_no_trouble(client):
    assert follow(client, LIST, "x" * 90_000).status_code == 200
    assert follow(client, LIST, "x" * 2_000_000).status_code == 413
    assert client.post(LIST, b"\xff" * 1_000, content_type="application/octet-stream").status_code == 200
    assert client.post(LIST, b"x", content_type="multipart/form-data; boundary=y").status_code in (200, 400)


def test_what_fails_with_an_address_in_it_does_not_log_it(client, monkeypatch, caplog):
    client.raise_request_exception = False

    def fails(*_):
        raise RuntimeError("no")

    monkeypatch.setattr("alerts.views.ask", fails)
    assert follow(client, LIST, "secret-reader@example.org").status_code == 500
    record = next(each for each in caplog.records if each.exc_info)
    shown = ExceptionReporter(record.request, *record.exc_info).get_traceback_text()
    assert "secret-reader" not in shown


def test_drafts_do_not_come_through_a_mail(client):
    topic = make_topic(slug="cells", name="Cells")
    subscribe(client, f"{LIST}?topic=cells")
    make_proposal(title="xqzv", topics=[topic])
    public = make_proposal(title="Cells", topics=[topic], published=True, note_en="Seen")
    (message,) = told()
    assert f"/proposals/{public.pk}/" in message.body
    assert "xqzv" not in message.body
