"""What a card says of a proposal, in the reader's language or the one there is."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from people.language import in_language, in_other_language
from proposals.models import Proposal, Sponsorship

NAMES = 3
"""Proposers named; of the others there is the number."""


@dataclass(frozen=True)
class Card:
    """The texts of a card, each on one line but for the title."""

    title: str
    other_title: str = ""
    who: str = ""
    session: str = ""
    about: str = ""
    number: str = ""
    status: str = ""


def site_card() -> Card:
    """Give the card of every page that has none of its own."""
    return Card(
        title=gettext("Who asked for what at China's Two Sessions"),
        who=gettext("Proposals put forward at the NPC and the CPPCC"),
        session=gettext("Who asked, of whom, on which topic, for which region, and on what evidence"),
        about=gettext("Data: CC BY 4.0"),
    )


def card_of(proposal: Proposal) -> Card:
    """Give the card of a proposal as it comes from `Proposal.objects.for_cards`."""
    fetched: Any = proposal  # with what `for_cards` puts into attributes
    number = fetched.recommendation_count
    told = ngettext("%(total)s recommendation", "%(total)s recommendations", number) % {"total": number}
    return Card(
        title=proposal.title,
        other_title=in_other_language(proposal, "title")[0],
        who=who(fetched.proposers, proposal.proposers_in_all),
        session=proposal.session.name,
        about=" · ".join(thing.name for thing in [*fetched.shown_regions, *fetched.shown_topics]),
        number=told if number else "",
        status=proposal.status_label,
    )


def who(sponsorships: list[Sponsorship], in_all: int | None = None) -> str:
    """Name the proposers in order, with the employers that a source states; what an editor infers stays out."""
    if not sponsorships:
        return gettext("Proposer not known")
    named = gettext(", ").join(_proposer(each) for each in sponsorships[:NAMES])
    more = max(len(sponsorships), in_all or 0) - len(sponsorships[:NAMES])
    if more <= 0:
        return named
    return ngettext("%(names)s and %(number)s more", "%(names)s and %(number)s more", more) % {
        "names": named,
        "number": more,
    }


def _proposer(sponsorship: Sponsorship) -> str:
    delegate = sponsorship.delegate
    if delegate is None:
        return in_language(sponsorship, "organisation")[0]
    name = " ".join(filter(None, (delegate.name, in_other_language(delegate, "name")[0])))
    employers = [in_language(each, "employer")[0] for each in sponsorship.positions if not each.inferred]
    return gettext("%(name)s (%(employer)s)") % {"name": name, "employer": employers[0]} if employers else name
