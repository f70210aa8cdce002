"""Alerts by e-mail as a reader meets them: ask, confirm, be told, change, stop; in both languages, without a cookie."""

import re
from datetime import timedelta

import html5lib
import pytest
from django.core import mail
from django.utils import timezone

from alerts.links import stop_link, yours_link
from alerts.models import Message, Pending, Subscriber, Subscription, Told
from tests.factories import make_agency, make_delegate, make_event, make_proposal, make_reply, make_topic
from tests.mail import SITE, follow, html, link, mail_on, subscribe, text, told

pytestmark = pytest.mark.django_db
LIST = "/alerts/proposals/?topic=stem-cells"


@pytest.fixture(autouse=True)
def _mail(settings):
    mail_on(settings)


@pytest.fixture
def stem_cells():
    return make_topic(slug="stem-cells", name="Stem cells", name_zh="干细胞")


@pytest.fixture
def bank(stem_cells):
    agency = make_agency(slug="nmpa", name="NMPA", name_zh="药监局")
    return make_proposal(
        title="Bank stem cells",
        title_zh="建干细胞库",
        topics=[stem_cells],
        delegates=[make_delegate(slug="ding-lieming", name="Ding Lieming")],
        recommendations=[{"text": "Hire reviewers", "to": [agency]}],
        published=True,
    )


def parsed(response):
    """The page, if it is valid enough for a strict parser."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(response.content)


def words(response):
    return " ".join("".join(parsed(response).find("body/main").itertext()).split())


def test_each_page_offers_what_can_be_followed_from_it(client, bank):
    offered = {
        "/proposals/?topic=stem-cells": LIST,
        "/recommendations/?topic=stem-cells&page=1": "/alerts/recommendations/?topic=stem-cells",
        bank.get_absolute_url(): f"/alerts/proposal/{bank.pk}/",
        "/delegates/ding-lieming/": "/alerts/delegate/ding-lieming/",
        "/agencies/nmpa/": "/alerts/agency/nmpa/",
        "/topics/stem-cells/": LIST,
        bank.session.get_absolute_url(): f"/alerts/proposals/?session={bank.session.slug}",
    }
    for page, form in offered.items():
        for prefix in ("", "/zh"):
            assert f'href="{prefix}{form}"' in client.get(f"{prefix}{page}").text, page
            assert client.get(f"{prefix}{form}").status_code == 200


@pytest.mark.parametrize(
    ("prefix", "language", "subject"),
    [("", "en-gb", "New: 1 proposal on stem cells"), ("/zh", "zh-hans", "干细胞")],
)
def test_a_reader_asks_confirms_is_told_and_stops(client, bank, stem_cells, prefix, language, subject):
    answer = follow(client, f"{prefix}{LIST}")
    assert (answer.status_code, answer["Location"]) == (302, f"{prefix}/alerts/asked/")
    assert client.get(answer["Location"]).status_code == 200
    (asking,) = mail.outbox
    assert asking.to == ["reader@example.org"]
    assert not Subscriber.objects.exists()
    assert client.get(confirm := link(asking, "confirm")).status_code == 200
    assert confirm.startswith(f"{prefix}/alerts/confirm/")
    assert not Subscriber.objects.exists(), "a program that opens links has confirmed"
    assert client.post(confirm).status_code == client.post(confirm).status_code == 200
    assert Subscriber.objects.get().language == language
    assert not Pending.objects.exists()
    assert told() == []
    new = make_proposal(title="Freeze cells", title_zh="冻存细胞", topics=[stem_cells], published=True)
    (message,) = told()
    assert subject in message.subject
    assert f"{SITE}{prefix}/proposals/{new.pk}/" in text(message)
    assert f"{SITE}{prefix}/proposals/{new.pk}/" in html(message)
    assert "Bank stem cells" not in text(message)
    assert told() == []
    assert client.get(stop := link(message, "stop")).status_code == 200
    assert Subscriber.objects.exists()
    assert client.post(stop).status_code == client.post(stop).status_code == client.get(stop).status_code == 200
    assert not any(model.objects.exists() for model in (Subscriber, Subscription, Message, Told, Pending))
    assert client.get(link(message, "yours")).status_code == 410


def test_a_mail_has_what_mail_programs_look_for(client, bank, stem_cells):
    subscribe(client, LIST)
    make_proposal(title="Freeze cells", topics=[stem_cells], published=True)
    (message,) = told()
    headers = message.message()
    assert headers["List-Unsubscribe"] == f"<{SITE}{link(message, 'stop')}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Id"] == "Lianghui alerts <alerts.lianghui.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"] == Message.objects.get().name
    assert headers["Message-ID"].endswith("@lianghui.example>")
    assert headers["Date"]
    assert headers.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in headers.get_payload()] == ["text/plain", "text/html"]
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html(message))
    assert not [each for each in page.iter() if each.tag in ("img", "script", "link", "iframe")]
    assert not re.findall(r"\bsrc=|url\(", html(message))


def test_one_click_in_a_mail_program_stops_everything(client, bank, stem_cells):
    subscribe(client, LIST)
    make_proposal(title="Freeze cells", topics=[stem_cells], published=True)
    (message,) = told()
    other_site = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}
    answer = client.post(link(message, "stop"), {"List-Unsubscribe": "One-Click"}, headers=other_site)
    assert answer.status_code == 200
    assert not Subscriber.objects.exists()


def test_what_is_told_is_escaped_and_no_line_of_a_title_becomes_a_header(client, bank, stem_cells):
    subscribe(client, "/alerts/proposals/?q=%22cells%22%3Cb%3E")
    subscribe(client, LIST)
    make_proposal(title="Cells <b>bold</b>\nBcc: all@example.org & more", topics=[stem_cells], published=True)
    (message,) = told()
    assert "<b>" not in html(message)
    assert "Cells <b>bold</b> Bcc: all@example.org & more" in text(message)
    assert message.recipients() == ["reader@example.org"]
    assert "\n" not in message.subject


def test_one_mail_tells_of_all_that_a_reader_follows_and_of_each_thing_once(client, bank, stem_cells):
    for page in (f"/alerts/proposal/{bank.pk}/", "/alerts/delegate/ding-lieming/", "/alerts/agency/nmpa/", LIST):
        subscribe(client, page)
    assert Subscriber.objects.get().subscriptions.count() == 4
    make_event(proposal=bank, stage="filed", date="2024-04")
    reply = make_reply(to=[bank], agency=bank.recommendations.get().agencies.get(), title="We answer")
    delegate = bank.delegates.get()
    make_proposal(title="Freeze cells", topics=[stem_cells], delegates=[delegate], published=True)
    (message,) = told()
    assert text(message).count(f"/replies/{reply.pk}/") == 1
    assert text(message).count("Freeze cells") == 1
    assert "Filed" in text(message)
    assert message.subject == "New: 2 entries on “Bank stem cells”, and 1 more"
    assert {(row.kind) for row in Told.objects.all()} == {"event", "reply", "proposal"}
    assert told() == []


def test_what_is_followed_and_how_is_changed_by_the_link_in_the_mail(client, bank, stem_cells):
    subscriber = subscribe(client, LIST)
    subscribe(client, f"/alerts/proposal/{bank.pk}/")
    make_proposal(title="Freeze cells", topics=[stem_cells], published=True)
    yours = link(told()[0], "yours")
    assert "Bank stem cells" in words(client.get(yours))
    answer = client.post(yours, {"frequency": "weekly", "language": "zh-hans"})
    assert "Changed." in words(answer)
    subscriber.refresh_from_db()
    assert (subscriber.frequency, subscriber.language) == ("weekly", "zh-hans")
    assert timezone.localtime(subscriber.due).weekday() == 0
    bad = client.post(yours, {"frequency": "hourly", "language": "tlh"})
    assert bad.status_code == 200
    assert bad.text.count('class="errors"') == 2
    first, second = subscriber.subscriptions.all()
    assert client.post(yours, {"remove": first.pk}).status_code == 200
    assert subscriber.subscriptions.get() == second
    assert client.post(yours, {"remove": "99999999999999999999"}).status_code == 200
    assert "deleted" in words(client.post(yours, {"remove": second.pk}))
    assert not Subscriber.objects.exists()


def test_nobody_learns_who_subscribes(client, bank):
    def all_of(answer):
        return answer.status_code, {**answer.headers, "X-Request-ID": ""}, answer.content

    known = subscribe(client, LIST)
    assert all_of(follow(client, LIST, known.address)) == all_of(follow(client, LIST, "other@example.org"))
    assert len(mail.outbox) == 2
    assert len({message.subject for message in mail.outbox}) == 1


def test_a_reader_who_asks_again_keeps_the_first_wish_is_told_so_and_follows_nothing_twice(client, bank):
    subscriber = subscribe(client, LIST, "Reader@example.org")
    due = subscriber.due
    assert follow(client, "/zh/alerts/proposals/?topic=stem-cells", "Reader@example.org", "weekly").status_code == 302
    page = client.post(link(mail.outbox[-1], "confirm"))
    subscriber.refresh_from_db()
    assert (subscriber.frequency, subscriber.language, subscriber.due) == ("daily", "en-gb", due)
    said = " ".join(client.post(link(mail.outbox[-1], "confirm").removeprefix("/zh")).text.split())
    assert "at most every day, in this language: English" in said
    assert yours_link(subscriber, "zh-hans") in page.text
    assert Subscription.objects.count() == 1
    follow(client, LIST, "reader@EXAMPLE.org")
    client.post(link(mail.outbox[-1], "confirm"))
    assert Subscriber.objects.count() == 1


def test_these_pages_are_kept_nowhere_and_set_no_cookie(client, bank, stem_cells):
    subscribe(client, LIST)
    make_proposal(title="Freeze cells", topics=[stem_cells], published=True)
    (message,) = told()
    follow(client, LIST)
    pages = [LIST, "/alerts/asked/", *(link(message, part) for part in ("yours", "stop"))]
    pages += [link(mail.outbox[-1], "confirm"), "/alerts/stop/none/", "/alerts/yours/x.y/"]
    for page in pages:
        for answer in (client.get(page), client.post(page)):
            assert answer["Cache-Control"] == "no-store"
            assert answer["Referrer-Policy"] == "no-referrer"
            assert answer["X-Robots-Tag"] == "noindex"
            assert not answer.cookies
            parsed(answer) if answer.content else None


def test_without_a_mail_server_the_feature_is_visibly_off(client, bank, settings):
    subscriber = subscribe(client, LIST)
    settings.ALERTS_BY_MAIL = False
    assert "Alerts by e-mail are not set up" in client.get("/proposals/").text
    assert "/alerts/" not in client.get("/proposals/").text
    for page in (LIST, f"/alerts/proposal/{bank.pk}/"):
        assert client.get(page).status_code == follow(client, page).status_code == 404
        assert "not set up" in words(client.get(page))
    assert client.post(stop_link(subscriber).removeprefix(SITE)).status_code == 200
    assert not Subscriber.objects.exists(), "links in mails that were sent go on working"


def test_what_is_not_confirmed_is_deleted(client, bank):
    follow(client, LIST)
    Pending.objects.update(created=timezone.now() - timedelta(days=3, minutes=1))
    assert client.post(link(mail.outbox[0], "confirm")).status_code == 410
    follow(client, LIST, "other@example.org")
    assert Pending.objects.get().address == "other@example.org"


def test_the_privacy_page_stands_in_both_languages(client):
    for prefix in ("", "/zh"):
        assert client.get(f"{prefix}/about/privacy/").status_code == 200
