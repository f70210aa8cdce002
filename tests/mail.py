"""Mail for tests: a site that sends it, readers who subscribe as visitors do, and what they then get."""

import re
from urllib.parse import urlsplit

from django.core import mail
from django.utils import timezone

from alerts.delivery import deliver
from alerts.models import Pending, Subscriber
from alerts.sending import Sender

SITE = "https://lianghui.example"
LINK = re.compile(rf"{SITE}[^\s\"<>)]*")


def mail_on(settings):
    """Set mail up, as the environment would."""
    settings.ALERTS_BY_MAIL, settings.SITE_URL = True, SITE
    settings.FROM_EMAIL = "Lianghui <alerts@lianghui.example>"


def text(message):
    return message.body


def html(message):
    return message.alternatives[0][0]


def link(message, part):
    """The path of the first link in a mail that has `part` in it."""
    found = next(each for each in LINK.findall(text(message)) if f"/{part}/" in each)
    assert found in html(message)
    return urlsplit(found).path


def follow(client, page, address="reader@example.org", frequency="daily", *, deliver=deliver, **more):
    """Ask to be told, as a visitor does, and let the mail be sent that asks back; give the answer."""
    answer = client.post(page, {"address": address, "frequency": frequency}, **more)
    if deliver:
        deliver()
    return answer


def subscribe(client, page, address="reader@example.org", frequency="daily"):
    """Ask, and press the button behind the link in the mail; give the subscriber."""
    before = len(mail.outbox)
    assert follow(client, page, address, frequency).status_code == 302
    (asking,) = mail.outbox[before:]
    assert client.post(link(asking, "confirm")).status_code == 200
    mail.outbox.remove(asking)
    return Subscriber.objects.get(address=address)


def make_reader(proposal):
    """A subscriber who follows a list, a proposal and its delegate and agency, and one who has not confirmed yet."""
    wish = {"language": "en-gb", "frequency": "daily"}
    subscriber = Subscriber.objects.create(address="reader@example.org", due=timezone.now(), **wish)
    agency = proposal.recommendations.first().agencies.first()
    subjects = {"proposal": proposal, "delegate": proposal.delegates.first(), "agency": agency}
    for followed, record in subjects.items():
        subscriber.subscriptions.create(followed=followed, key=record.pk, same=followed)
    for followed in ("proposals", "recommendations"):
        subscriber.subscriptions.create(followed=followed, query="q=cells&sort=oldest", same=followed)
    Pending.objects.create(address="other@example.org", followed="proposals", query="q=cells", due=None, **wish)


def make_due():
    """Let a day go by."""
    Subscriber.objects.update(due=timezone.now())


def told():
    """Let a day go by and send; give the mails."""
    mail.outbox.clear()
    make_due()
    Sender().send()
    return list(mail.outbox)
