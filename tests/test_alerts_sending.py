"""What is told to whom, and when: once, in the order of the page, only what is public, whatever fails meanwhile."""

from datetime import timedelta

import pytest
from django.contrib.admin import site
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from alerts.digests import SHOWN, Finds, digest_of
from alerts.following import things
from alerts.links import yours_link
from alerts.models import Run, Subscriber, Subscription, Thing, Told
from people.doubles import merge
from people.history import edit
from proposals.catalogue import Vocabulary, Walk
from proposals.filters import ProposalFilter
from proposals.models import Proposal
from proposals.models.outbox import recorded
from tests.factories import make_agency, make_delegate, make_event, make_proposal, make_reply, make_topic
from tests.mail import SITE, html, mail_on, make_due, subscribe, text, told

LIST = "/alerts/proposals/?topic=stem-cells"


@pytest.fixture(autouse=True)
def _mail(settings):
    mail_on(settings)


@pytest.fixture
def topic(db):
    return make_topic(slug="stem-cells", name="Stem cells")


def new(topic, title="New cells", **fields):
    return make_proposal(title=title, **{"topics": [topic], "published": True, **fields})


def withdraw(proposal):
    with recorded():
        proposal.state, proposal.withdrawn_at = "withdrawn", timezone.now()
        proposal.withdrawn_because_en = "Twice"
        proposal.save()


def publish(proposal):
    with recorded():
        proposal.state = "published"
        proposal.withdrawn_because_en = ""
        proposal.save()


def test_things_stand_in_the_order_of_the_page(client, topic):
    for year in range(30):
        new(topic, f"Cells {year}", submitted=f"2024-{1 + year % 12:02}")
    for query in ("topic=stem-cells", "topic=stem-cells&sort=oldest", "q=cells", ""):
        asked = ProposalFilter(client.get(f"/proposals/?{query}").wsgi_request.GET)
        keys = [key for block in Walk(asked.query.whole, Vocabulary()) for key in block]
        whole = Subscription(followed="proposals", query=query)
        assert things(whole) == [Thing("proposal", key) for key in keys]
        assert len(keys) == 30
    subscriber = subscribe(client, LIST)
    Subscription.objects.update(packed=b"")
    lines = digest_of(subscriber, Finds()).sections[0].lines
    page = client.get("/proposals/?topic=stem-cells&page_size=50").text
    places = [page.index(f'href="{line.path}"') for line in lines]
    assert places == sorted(places)
    assert len(places) == 30


def test_what_was_there_is_not_told_and_drafts_never_are(client, topic):
    old = new(topic, "Old cells")
    subscribe(client, LIST)
    draft = new(topic, "Draft xqzv", published=False)
    assert told() == []
    new(topic)
    (message,) = told()
    assert "New cells" in text(message)
    assert "xqzv" not in message.message().as_string()
    assert old.title not in text(message)
    publish(draft)
    assert "Draft xqzv" in text(told()[0])


def test_what_is_published_and_withdrawn_before_the_mail_is_not_told_and_later_once(client, topic):
    subscribe(client, LIST)
    proposal = new(topic)
    withdraw(proposal)
    assert told() == []
    publish(proposal)
    assert len(told()) == 1
    withdraw(proposal)
    assert told() == []
    publish(proposal)
    assert told() == [], "what was told before it was withdrawn is not news"


def test_what_goes_out_of_public_between_looking_and_writing_is_not_told(client, topic):
    subscriber = subscribe(client, LIST)
    proposal, finds = new(topic), Finds()
    assert finds.of(subscriber.subscriptions.get())
    withdraw(proposal)
    assert not digest_of(subscriber, finds).things


def test_what_was_entered_before_the_subscription_and_committed_after_it_is_told(client, topic):
    subscriber = subscribe(client, LIST)
    proposal = new(topic)
    Proposal.objects.filter(pk=proposal.pk).update(published_at=subscriber.created - timedelta(hours=1))
    assert len(told()) == 1


def test_what_is_edited_so_that_a_list_shows_it_is_told(client, topic):
    other = new(make_topic(), "Elsewhere")
    subscribe(client, LIST)
    subscribe(client, "/alerts/proposals/?status=filed")
    with recorded():
        other.topics.add(topic)
    (message,) = told()
    assert "Elsewhere" in text(message)
    make_event(proposal=new(topic, "To be filed"), stage="filed")
    assert text(told()[0]).count("To be filed") == 1


def test_a_list_whose_filter_is_gone_is_silent_and_does_not_become_the_whole_list(client, topic):
    doomed = make_topic(slug="doomed")
    subscriber = subscribe(client, "/alerts/proposals/?topic=doomed")
    doomed.delete()
    new(topic)
    assert told() == []
    page = client.get(yours_link(subscriber).removeprefix(SITE))
    assert "no longer knows" in page.text


def test_a_list_by_a_former_slug_goes_on(client, topic):
    subscribe(client, LIST)
    with edit():
        topic.slug = "cells-of-stems"
        topic.save()
    new(topic)
    assert len(told()) == 1


def test_a_delegate_and_an_agency_are_told_of_with_what_they_are_made_one_with(client, topic):
    kept, other = make_delegate(name="Ding Lieming"), make_delegate(name="Ding Leiming")
    nmpa, cde = make_agency(name="NMPA"), make_agency(name="CDE")
    old = new(topic, delegates=[kept], recommendations=[{"to": [nmpa]}])
    new(topic, delegates=[other], recommendations=[{"to": [cde]}])
    subscribe(client, f"/alerts/delegate/{other.slug}/")
    subscribe(client, f"/alerts/agency/{cde.slug}/", "second@example.org")
    merge(kept, other)
    merge(nmpa, cde)
    make_reply(to=[old], agency=nmpa, title="We answer")
    new(topic, "Third", delegates=[kept], recommendations=[{"text": "Do more", "to": [nmpa]}])
    first, second = told()
    assert "Third" in text(first)
    assert "We answer" in text(first)
    assert "Do more" in text(second)
    assert "We answer" in text(second)


def test_two_proposals_made_one_are_told_once(client, topic):
    subscribe(client, LIST)
    one = new(topic, "Cells twice")
    told()
    other = make_proposal(title="Cells twice again", published=True)
    merge(other, Proposal.objects.get(pk=one.pk))
    with recorded():
        other.topics.add(topic)
    assert told() == []


def test_a_merger_into_something_unpublished_does_not_name_it(client, topic):
    one, hidden = new(topic), make_proposal(title="Hidden xqzv")
    subscribe(client, f"/alerts/proposal/{one.pk}/")
    make_event(proposal=one, stage="merged", into=hidden)
    (message,) = told()
    assert "Merged" in text(message)
    assert "xqzv" not in message.message().as_string()


def test_who_follows_what_is_withdrawn_is_told_so_once_and_it_ends(client, topic):
    one = new(topic, "Soon gone")
    subscriber = subscribe(client, f"/alerts/proposal/{one.pk}/")
    withdraw(one)
    (message,) = told()
    assert "no longer public" in text(message)
    assert f"{SITE}/proposals/{one.pk}/\n" in text(message), "the page that says why"
    assert "Soon" not in text(message) + html(message) + message.subject, "what is not public is not named"
    assert not Subscriber.objects.filter(pk=subscriber.pk).exists(), "nothing is followed: nothing is kept"
    assert told() == []


def test_a_long_mail_is_cut_and_all_of_it_counts_as_told(client, topic):
    subscribe(client, LIST)
    for number in range(SHOWN + 7):
        new(topic, f"Cells {number}")
    (message,) = told()
    assert "And 7 more." in text(message)
    assert f"{SHOWN + 7} proposals" in message.subject
    assert Told.objects.count() == SHOWN + 7
    assert told() == []


def test_a_mail_comes_once_a_period(client, topic):
    subscribe(client, LIST)
    subscribe(client, LIST, "weekly@example.org", "weekly")
    now = timezone.localtime()
    daily, weekly = (Subscriber.objects.get(frequency=each).due for each in ("daily", "weekly"))
    assert timezone.localtime(daily).date() == now.date() + timedelta(days=1)
    assert timezone.localtime(weekly).weekday() == 0
    new(topic)
    mail.outbox.clear()
    call_command("send_alerts")
    assert mail.outbox == []
    make_due()
    call_command("send_alerts", "--weekly")
    assert [message.to for message in mail.outbox] == [["weekly@example.org"]]
    call_command("send_alerts")
    call_command("send_alerts")
    assert len(mail.outbox) == 2


def test_the_command_prints_and_keeps_counts_and_no_address(client, topic, capsys):
    subscribe(client, LIST)
    new(topic)
    new(topic)
    make_due()
    call_command("send_alerts")
    assert capsys.readouterr().out == "1 mails, 2 things told, 0 failed, 0 refused for good, 0 may be double.\n"
    run = Run.objects.get()
    assert (run.mails, run.things, run.failed) == (1, 2, 0)
    assert run.ended
    assert "@" not in "".join(
        str(each) for model in (Run, Subscriber, Subscription, Told) for each in model.objects.all()
    )


def test_the_admin_shows_runs_and_no_address(admin_client, client, topic):
    subscribe(client, LIST)
    new(topic)
    told()
    assert [model for model in site._registry if model._meta.app_label == "alerts"] == [Run]
    for page in (
        "/admin/",
        "/admin/alerts/",
        "/admin/alerts/run/",
        f"/admin/alerts/run/{Run.objects.get().pk}/change/",
    ):
        answer = admin_client.get(page)
        assert answer.status_code == 200
        assert "reader@example.org" not in answer.text


@pytest.mark.parametrize(("days", "late"), [(None, True), (1, False), (3, True)])
def test_the_admin_says_when_alerts_were_last_sent_and_warns_where_that_is_long_ago(admin_client, settings, days, late):
    if days is not None:
        ended = timezone.now() - timedelta(days=days)
        Run.objects.create(started=ended, ended=ended, mails=77)
        Run.objects.create()  # under way, or killed
    said = " ".join(admin_client.get("/admin/").text.split())
    assert ("No run of send_alerts has ended" in said) == late
    assert ("(77 mails, 0 failed)" in said) == (days is not None)
    settings.ALERTS_BY_MAIL = False
    assert "No run of send_alerts has ended" not in admin_client.get("/admin/").text


def test_who_may_not_see_runs_is_not_told_of_them(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("analyst", password="x", is_staff=True))
    answer = client.get("/admin/")
    assert answer.status_code == 200
    assert "send_alerts" not in answer.text


def test_the_command_says_when_mail_is_off(settings):
    settings.ALERTS_BY_MAIL = False
    with pytest.raises(CommandError, match="EMAIL_URL"):
        call_command("send_alerts")
