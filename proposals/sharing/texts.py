"""The title and the description of each page, made from the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from people.dates import date_words
from people.language import in_language, in_other_language
from people.models import Agency, Delegate, Membership, Region, Session
from proposals.cards.texts import who
from proposals.models import PolicyDocument, Proposal, Reply, Topic
from proposals.sentence import plain_sentence

LONGEST = 160
"""Characters of a description: more than that a search engine cuts off itself."""
TOPICS = 3
"""How many topics the description of a delegate names."""


@dataclass(frozen=True)
class Said:
    """What a page is called and what it is about, in the reader's language."""

    title: str
    description: str


def said_of(subject: object, page: str, context: Mapping[str, Any]) -> Said:
    """Say what the page of `subject` is about, or where there is none the list or the home page with that name.

    `context` is the template's: what the view has counted and fetched already is told, and nothing else asked for.
    """
    for kind, say in ABOUT.items():
        if isinstance(subject, kind):
            return say(subject, context)
    return _page(page, context)


def cut(text: str) -> str:
    """Give the beginning of a text that a description has room for; it ends with a word."""
    text = " ".join(text.split())
    if len(text) <= LONGEST:
        return text
    head = text[: LONGEST - 1]
    words, space, _ = head.rpartition(" ")
    if not text[LONGEST - 1].isspace() and space and len(words) > LONGEST // 2:
        head = words
    return f"{head.rstrip(' ,;:.，、；：。')}…"


def _sentences(*sentences: str) -> str:
    """Join sentences that may be empty and have no full stop yet."""
    end = gettext(". ")  # not within the f-string, where xgettext does not look
    return "".join(f"{each}{end}" for each in sentences if each).strip()


def _of(name: str, said: str) -> str:
    """Say something of what is named; the name alone where there is nothing to say."""
    return gettext(": ").join(filter(None, (name, said)))


def _both(thing: object) -> str:
    """Name a thing in both scripts, the reader's first."""
    return " ".join(filter(None, (in_language(thing, "name")[0], in_other_language(thing, "name")[0])))


def _proposals(context: Mapping[str, Any]) -> str:
    results = context.get("results")
    total = results.total if results else 0
    return ngettext("%(total)s proposal on record", "%(total)s proposals on record", total) % {"total": total}


def _proposal(proposal: Proposal, _context: Mapping[str, Any]) -> Said:
    summary = in_language(proposal, "summary")[0]
    if not summary:
        number = len(proposal.recommendations.all())
        told = ngettext("%(total)s recommendation", "%(total)s recommendations", number) % {"total": number}
        proposers = who(list(proposal.sponsorships.all()), proposal.proposers_in_all)
        summary = _sentences(proposal.title, proposers, proposal.session.name, told if number else "")
    return Said(proposal.title, cut(summary))


def _delegate(delegate: Delegate, context: Mapping[str, Any]) -> Said:
    name = _both(delegate)
    seats = [_seat(seat) for seat in delegate.memberships.all()]
    pictures = context.get("pictures")
    topics = gettext(", ").join(part.label for part in pictures.topics.parts[:TOPICS]) if pictures else ""
    return Said(
        gettext("Proposals by %(name)s") % {"name": delegate.name},
        cut(_sentences(_of(name, seats[0] if seats else ""), _of(_proposals(context), topics))),
    )


def _seat(seat: Membership) -> str:
    return gettext("%(role)s of the %(body)s (term %(term)s)") % {
        "role": seat.get_role_display(),
        "body": seat.body.name,
        "term": seat.term,
    }


def _topic(topic: Topic, context: Mapping[str, Any]) -> Said:
    scope = in_language(topic, "scope")[0].rstrip("。. ")
    return Said(
        gettext("%(name)s: proposals on this topic") % {"name": topic.name},
        cut(_sentences(_both(topic), scope, _proposals(context))),
    )


def _region(region: Region, context: Mapping[str, Any]) -> Said:
    kind = _of(_both(region), region.get_kind_display())
    told = in_language(region, "description")[0].rstrip("。. ")
    return Said(
        gettext("Proposals about %(name)s") % {"name": region.name},
        cut(_sentences(kind, told, _proposals(context))),
    )


def _agency(agency: Agency, context: Mapping[str, Any]) -> Said:
    total = context.get("recommendation_total") or 0
    told = ngettext("%(total)s recommendation asked of it", "%(total)s recommendations asked of it", total)
    return Said(
        gettext("%(name)s: what is asked of it") % {"name": agency.name},
        cut(
            _sentences(
                _of(_both(agency), agency.get_kind_display()),
                told % {"total": total} if total else "",
                _proposals(context),
            )
        ),
    )


def _session(session: Session, context: Mapping[str, Any]) -> Said:
    held = " – ".join(date_words(date) for date in (session.date, session.closed) if date)
    return Said(
        gettext("Proposals at the %(name)s") % {"name": session.name},
        cut(_sentences(_both(session), held, _proposals(context))),
    )


def _letter(letter: Reply | PolicyDocument, _context: Mapping[str, Any]) -> Said:
    """Tell of a reply or a policy document: from whom, which number, of when, what it says."""
    agency = letter.agency if isinstance(letter, Reply) else letter.issuer
    said = in_language(letter, "summary")[0] if isinstance(letter, Reply) else ""
    date = date_words(letter.date) if letter.date else ""
    return Said(letter.title, cut(_sentences(_both(agency), letter.number_in_one_form, date, said.rstrip("。. "))))


def _page(page: str, context: Mapping[str, Any]) -> Said:
    """Say what the home page, a list or a page on the site is about; one not known by name is the site."""
    title, description = PAGES.get(page, PAGES["home"])
    results = context.get("results")
    if page in SENTENCES and results:
        said = plain_sentence(results.query, results.total)
        title = said if page in ("proposals", "recommendations") else _of(str(title), said)
    if page == "proposals":
        return Said(str(title), cut(f"{_sentences(_proposals(context))} {description}".strip()))
    return Said(str(title), str(description))


SENTENCES = {"proposals", "recommendations", "matrix", "outcomes"}
"""Lists that are called what they show."""
PAGES: dict[str, tuple[str | Promise, str | Promise]] = {
    "home": (
        _("Proposals at China's Two Sessions"),
        _("An open tracker of the proposals put forward at China's Two Sessions."),
    ),
    "proposals": (_("Proposals"), _("Search and filter them by topic, region, delegate, agency and session.")),
    "recommendations": (
        _("Recommendations"),
        _("Every single recommendation in the proposals: what is asked, of whom, by whom."),
    ),
    "matrix": (
        _("Proposals in pictures"),
        _("Proposals by year, province, topic and status, and tables of topics by region and by year."),
    ),
    "outcomes": (
        _("What came of proposals"),
        _("Filed and replied by year, level, topic and agency, how long replies took, and how much of that is known."),
    ),
    "replies": (
        _("Replies to proposals"),
        _("What ministries, commissions and governments answered to proposals, and what it comes to."),
    ),
    "policies": (
        _("Policy documents that take up proposals"),
        _("Laws, plans and notices beside the recommendations that they take up, in an editor's judgement."),
    ),
    "proposal_changes": (
        _("What changed since this was published"),
        _("What was changed in a proposal since it was published here, word by word, the newest first."),
    ),
    "recommendation_citation": (
        _("How to cite a recommendation"),
        _("One recommendation of a proposal as APA, Chicago, GB/T 7714, BibTeX, RIS and CSL-JSON cite it."),
    ),
    "downloads": (
        _("The whole record as files"),
        _("Everything that is published here as a data package, an SQLite file and Popolo JSON, with checksums."),
    ),
    "compare": (
        _("Proposals side by side"),
        _("Choose two to five proposals. Their facts and recommendations then stand in columns, aligned by topic."),
    ),
    "delegates": (
        _("Delegates who put proposals forward"),
        _("Who put proposals forward: deputies and members with seats, posts and proposals."),
    ),
    "topics": (
        _("Topics of the proposals"),
        _("The tree of topics by which proposals are found, with the number of proposals on each."),
    ),
    "regions": (
        _("Regions that proposals are about"),
        _("China, its provinces and zones, with the number of proposals about each."),
    ),
    "agencies": (
        _("Agencies that proposals address"),
        _("Ministries, commissions and governments, with the number of proposals that address each."),
    ),
    "sessions": (
        _("Sessions of the NPC and the CPPCC"),
        _("The yearly meetings at which the proposals on record were put forward, newest first."),
    ),
    "about": (
        _("About Lianghui"),
        _("What the Two Sessions are, what delegates file there, and what this site records of it."),
    ),
    "method": (
        _("How entries are made"),
        _("How entries are made and checked, and what the reliabilities and statuses mean."),
    ),
    "about_outcomes": (
        _("What the outcomes mean"),
        _("What replies come to, when one counts as late, and how what was raised before or taken up is marked."),
    ),
    "data": (
        _("How to use the data"),
        _("How to filter the record, what its addresses mean, and what to keep in mind when counting."),
    ),
    "about_api": (
        _("The API, and what may change in it"),
        _("How programs read the record as JSON, what goes wrong, what is versioned and what may change."),
    ),
    "api_docs": (
        _("Reference of the API"),
        _("Every address of the API with its parameters and what it gives."),
    ),
    "licence": (
        _("Licence, and how to cite"),
        _("The data are under CC BY 4.0, the code under MIT: what you may do, and how to cite."),
    ),
    "accessibility": (
        _("Accessibility statement"),
        _("What this site is tested for, how, what is known to be lacking, and where to complain."),
    ),
}
"""Title and description of each page that is of no single thing, by the name of its address."""


def card_alternative(proposal: Proposal) -> str:
    """Say in words what the picture of a proposal shows."""
    proposers = who(list(proposal.sponsorships.all()), proposal.proposers_in_all)
    return _sentences(proposal.title, proposers, proposal.session.name, proposal.status_label)


ABOUT: dict[type, Callable[[Any, Mapping[str, Any]], Said]] = {
    Proposal: _proposal,
    Delegate: _delegate,
    Topic: _topic,
    Region: _region,
    Agency: _agency,
    Session: _session,
    Reply: _letter,
    PolicyDocument: _letter,
}
