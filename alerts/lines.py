"""Things as lines for readers: title, address, what else there is to say; only of what is public at this moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext

from alerts.following import keys
from alerts.models import Thing
from people.dates import date_words
from people.history import in_batches
from people.language import in_language
from proposals.cards.texts import who
from proposals.models import Answer, Event, Proposal, Recommendation, Reply


@dataclass(frozen=True)
class Line:
    """One thing in a mail: `language` is the tag of the title's language where that is not the mail's."""

    title: str
    path: str
    facts: str
    language: str = ""


PUBLIC: dict[str, Callable[[], Any]] = {
    "proposal": lambda: Proposal.objects.published(),
    "recommendation": lambda: Recommendation.objects.published(),
    "reply": lambda: Reply.objects.published(),
    "event": lambda: Event.objects.filter(proposal__in=Proposal.objects.published()),
}


def public(things: Iterable[Thing]) -> set[Thing]:
    """Give those things that the public may see, as the record has them at this moment."""
    wanted, found = list(things), set()
    for kind, rows in PUBLIC.items():
        for some in in_batches(keys(wanted, kind)):
            found |= {Thing(kind, key) for key in rows().filter(pk__in=some).values_list("pk", flat=True)}
    return found


def lines(things: list[Thing]) -> list[Line]:
    """Give the lines of things, in their order; what is not public any more is left out."""
    made: dict[Thing, Line] = {}
    for kind, make in MAKERS.items():
        if wanted := keys(things, kind):
            made |= {Thing(kind, key): line for key, line in make(wanted)}
    return [made[thing] for thing in things if thing in made]


def _line(thing: Any, field: str, facts: Iterable[str], prefix: str = "") -> Line:
    text, language = in_language(thing, field)
    return Line(f"{prefix}{_plain(text)}", thing.get_absolute_url(), _facts(facts), language)


def _plain(text: object) -> str:
    return " ".join(str(text).split())


def _facts(facts: Iterable[str]) -> str:
    return " · ".join(_plain(fact) for fact in facts if fact)


def _proposals(wanted: list[int]) -> Iterable[tuple[int, Line]]:
    for proposal in Proposal.objects.for_cards(wanted):
        shown: Any = proposal
        facts = [who(shown.proposers, proposal.proposers_in_all), proposal.session.name, date_words(proposal.date)]
        yield proposal.pk, _line(proposal, "title", facts)


def _recommendations(wanted: list[int]) -> Iterable[tuple[int, Line]]:
    for each in Recommendation.objects.for_cards(wanted):
        number = gettext("Recommendation %(number)s") % {"number": each.order}
        facts = [number, _plain(each.proposal.title), date_words(each.proposal.date)]
        yield each.pk, _line(each, "text", facts)


def _replies(wanted: list[int]) -> Iterable[tuple[int, Line]]:
    answers = Answer.objects.filter(proposal__in=Proposal.objects.published()).select_related("proposal")
    found = Reply.objects.published().filter(pk__in=wanted).select_related("agency")
    for reply in found.prefetch_related(Prefetch("answers", answers, to_attr="shown_answers")):
        shown: Any = reply
        answered = [answer.proposal.title for answer in shown.shown_answers]
        to = gettext("to “%(title)s”") % {"title": _plain(answered[0])} if len(answered) == 1 else ""
        facts = [gettext("Reply"), in_language(reply.agency, "name")[0], date_words(reply.date)]
        yield reply.pk, _line(reply, "title", [*facts, reply.get_outcome_display(), to])


def _events(wanted: list[int]) -> Iterable[tuple[int, Line]]:
    found = PUBLIC["event"]().filter(pk__in=wanted).select_related("agency", "into", "proposal")
    for event in found:
        into = event.into
        merged = gettext("into “%(title)s”") % {"title": into.title} if into and into.is_public else ""
        agency = in_language(event.agency, "name")[0] if event.agency else ""
        satisfied = event.get_satisfaction_display() if event.satisfaction else ""
        facts = [date_words(event.date), agency, satisfied, merged]
        path = f"{event.proposal.get_absolute_url()}#way"
        yield event.pk, Line(_plain(event.get_stage_display()), path, _facts(facts))


MAKERS: dict[str, Callable[[list[int]], Iterable[tuple[int, Line]]]] = {
    "proposal": _proposals,
    "recommendation": _recommendations,
    "reply": _replies,
    "event": _events,
}
