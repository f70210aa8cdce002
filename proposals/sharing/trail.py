"""The way from the home page to a page, and what each thing on it is called."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from people.language import in_language
from people.models import Agency, Delegate, Region, Session
from proposals.models import PolicyDocument, Proposal, Recommendation, Reply, Topic
from proposals.models.proposals import Headed


def trail_of(subject: object, page: str, base: str) -> list[tuple[str, str]]:
    """Give the names and addresses from the home page to this one."""
    if page == "home":
        return []
    steps = [(gettext("Home"), reverse("home"))]
    lists = {
        "proposals": gettext("Proposals"),
        "recommendations": gettext("Recommendations"),
        "outcomes": gettext("Outcomes"),
        "replies": gettext("Replies"),
        "policies": gettext("Policy documents"),
        "delegates": gettext("Delegates"),
        "topics": gettext("Topics"),
        "regions": gettext("Regions"),
        "agencies": gettext("Agencies"),
        "sessions": gettext("Sessions"),
    }
    above = page if page in lists else LISTED.get(type(subject), "")
    if above:
        steps.append((lists[above], reverse(above)))
    if isinstance(subject, Proposal):
        steps += [(subject.session.name, subject.session.get_absolute_url())]
        steps += [(subject.title, subject.get_absolute_url())]
    elif isinstance(subject, Recommendation):
        proposal = subject.proposal
        steps += [(proposal.title, proposal.get_absolute_url())]
        steps += [(called(subject), reverse("recommendation_citation", args=[subject.pk]))]
    elif subject:
        thing: Any = subject
        parent = thing.parent if isinstance(subject, Topic | Region) else None
        steps += [(called(each), each.get_absolute_url()) for each in (parent, thing) if each]
    return [(name, f"{base}{path}") for name, path in steps]


def called(thing: Any) -> str:
    """Give the name of a thing, or the title or the text of what has one, in the reader's language."""
    if isinstance(thing, Recommendation):
        return in_language(thing, "text")[0]
    name: str = thing.title if isinstance(thing, Headed | Reply | PolicyDocument) else thing.name
    return name


LISTED: dict[type, str] = {
    Proposal: "proposals",
    Recommendation: "recommendations",
    Reply: "replies",
    PolicyDocument: "policies",
    Delegate: "delegates",
    Topic: "topics",
    Region: "regions",
    Agency: "agencies",
    Session: "sessions",
}
