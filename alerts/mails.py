"""Mails: the one that asks for confirmation, and the one that tells what is new; as text and as HTML."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from alerts.digests import Digest
from alerts.following import Subjected
from alerts.links import absolute, confirm_link, stop_link, yours_link
from alerts.models import KEPT_PENDING, Message, Pending, Subscriber
from people.language import TAGS, reader_language

LONGEST_SUBJECT = 120
SITE = "Lianghui 两会"


def new_name(token: str) -> str:
    """Give a mail the name by which servers and readers know it, its Message-ID."""
    return f"<{token}@{parseaddr(settings.FROM_EMAIL)[1].rpartition('@')[2]}>"


def confirmation(pending: Pending) -> EmailMultiAlternatives:
    """Ask whoever reads mail to an address whether they want to be told."""
    with override(pending.language):
        context = {
            "words": Subjected(pending).words(),
            "marked": Subjected(pending).marked(),
            "link": confirm_link(pending),
            "days": KEPT_PENDING.days,
            "frequency": pending.get_frequency_display(),
            "privacy": absolute(reverse("privacy")),
        }
        subject = gettext("Please confirm: alerts by e-mail from %(site)s") % {"site": SITE}
        return _mail("confirmation", subject, context, pending.address, new_name(pending.token.hex))


def digest_mail(subscriber: Subscriber, message: Message, digest: Digest) -> EmailMultiAlternatives:
    """Tell what is new."""
    with override(subscriber.language):
        stop = stop_link(subscriber)
        context = {
            "sections": digest.sections,
            "site_url": settings.SITE_URL,
            "yours": yours_link(subscriber),
            "stop": stop,
            "frequency": subscriber.get_frequency_display(),
            "privacy": absolute(reverse("privacy")),
        }
        mail = _mail("digest", _subject(digest), context, subscriber.address, message.name)
    mail.extra_headers |= {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"{SITE.split()[0]} alerts <alerts.{urlsplit(settings.SITE_URL).hostname}>",
    }
    return mail


def _subject(digest: Digest) -> str:
    """Say what is new and how much: the first subscription in words, of the others the number."""
    told = [section for section in digest.sections if section.total]
    if not told:
        return gettext("You follow something that is no longer here")
    first = told[0].words
    if not told[0].is_list:
        said = ngettext("%(number)s entry on “%(name)s”", "%(number)s entries on “%(name)s”", told[0].total)
        first = said % {"number": told[0].total, "name": first}
    others = digest.total - told[0].total
    if others:
        said = ngettext("New: %(first)s, and %(number)s more", "New: %(first)s, and %(number)s more", others)
        return said % {"first": first, "number": others}
    return gettext("New: %(first)s") % {"first": first}


def _mail(template: str, subject: str, context: dict[str, Any], address: str, name: str) -> EmailMultiAlternatives:
    """Make a mail of the text and the HTML that a template gives, in the language that is active."""
    subject = " ".join(subject.split())
    if len(subject) > LONGEST_SUBJECT:
        subject = f"{subject[: LONGEST_SUBJECT - 1]}…"
    context |= {"site": SITE, "subject": subject, "mail_language": TAGS[reader_language()]}
    headers = {"Message-ID": name, "Auto-Submitted": "auto-generated", "Content-Language": TAGS[reader_language()]}
    text = render_to_string(f"alerts/mail/{template}.txt", context)
    mail = EmailMultiAlternatives(subject, text, settings.FROM_EMAIL, [address], headers=headers)
    mail.attach_alternative(render_to_string(f"alerts/mail/{template}.html", context), "text/html")
    return mail
