"""Rows: what the columns say of proposals and recommendations, read from the record block by block.

Plain rows of each table are read for a whole block and put together here: model instances would take several times as
long. Only what is published when its block is read is given; values stand in the order of `columns`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, F

from people.dates import date_key
from people.models import Agency, Region, Session
from proposals.exports.reading import Who, among, grouped, linked, sources
from proposals.models import Addressee, Answer, Event, Proposal, Recommendation, RecommendationOutcome, Topic
from proposals.models.life_cycle import ANSWERS, LEADING, SHOW_A_REPLY
from proposals.models.reply_times import days_to_reply

Value = str | int | bool | datetime | None | list[str] | list[int]
Row = dict[str, Value]
AT_ONCE = 1_000
"""Rows that are read and held at a time."""
OF_PROPOSAL = (
    *("pk", "number", "title_en", "title_zh", "summary_en", "summary_zh", "kind", "session", "submitted", "status"),
    *("proposers_in_all", "note_en", "note_zh", "published_at"),
)
OF_RECOMMENDATION = (
    *("pk", "order", "text_en", "text_zh", "group_en", "group_zh", "implied", "note_en", "note_zh", "proposal"),
    *("proposal__number", "proposal__title_en", "proposal__title_zh", "proposal__kind", "proposal__session"),
    *("proposal__submitted", "proposal__status"),
)


class Names:
    """What stands for topics, regions, agencies and sessions, read once for a file; `site` begins each permalink."""

    def __init__(self, site: str) -> None:
        self.site = site
        self._sessions: dict[int, tuple[Row, str]] = {}

    @cached_property
    def topics(self) -> dict[int, str]:
        """The slugs of topics."""
        return dict(Topic.objects.order_by().values_list("pk", "slug"))

    @cached_property
    def agencies(self) -> dict[int, str]:
        """The slugs of agencies."""
        return dict(Agency.objects.order_by().values_list("pk", "slug"))

    @cached_property
    def regions(self) -> dict[int, str]:
        """The codes of regions; the slugs of zones."""
        rows = Region.objects.order_by().values_list("pk", "iso_code", "slug")
        return {key: code or slug for key, code, slug in rows}

    def meet(self, sessions: Iterable[int]) -> None:
        """Read those of the sessions that were not met before."""
        for held in Session.objects.select_related("body").filter(pk__in={*sessions} - self._sessions.keys()):
            told: Row = {
                "body": held.body.slug,
                "body_en": held.body.name_en,
                "body_zh": held.body.name_zh,
                "level": held.body.level,
                "session": held.slug,
                "session_en": held.name_en,
                "session_zh": held.name_zh,
                "term": held.term,
                "ordinal": held.ordinal,
                "year": held.year,
            }
            self._sessions[held.pk] = told, held.date

    def meeting(self, session: int) -> tuple[Row, str]:
        """Give what a row says of its session, and when that was, as exactly as is known."""
        return self._sessions[session]


def pieces(keys: Sequence[int], size: int = AT_ONCE) -> Iterator[Sequence[int]]:
    """Cut keys into blocks that are read at a time."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def proposal_rows(keys: Sequence[int], names: Names) -> Iterator[Row]:
    """Yield the rows of the proposals with `keys` that are published, in that order."""
    for some in pieces(keys):
        rows = Proposal.objects.published().filter(pk__in=among(some)).order_by().values_list(*OF_PROPOSAL)
        found = {row[0]: row for row in rows}
        here = [key for key in some if key in found]
        yield from _proposals([found[key] for key in here], here, names)


def _proposals(rows: Sequence[Any], keys: Sequence[int], names: Names) -> Iterator[Row]:
    """Put rows of proposals together with what other tables say of them."""
    mine: dict[str, Any] = {"proposal__in": among(keys)}
    theirs: dict[str, Any] = {"recommendation__proposal__in": among(keys)}
    who = Who(keys)
    names.meet(row[7] for row in rows)
    regions = linked(Proposal.target_regions, names.regions, "region", "proposal", mine)
    topics = linked(Proposal.topics, names.topics, "topic", "proposal", mine)
    single_topics = linked(Recommendation.topics, names.topics, "topic", "recommendation__proposal", theirs)
    numbers = dict(Recommendation.objects.filter(**mine).order_by().values_list("proposal").annotate(Count("pk")))
    addressees = grouped(Addressee, "recommendation__proposal", "agency", "stated", of=theirs)
    events = grouped(Event, "proposal", "stage", "agency", "role", "date", of=mine)
    answers = grouped(Answer, "proposal", "reply", "reply__agency", "reply__date", "reply__outcome", of=mine)
    said = sources("proposal", "recommendation__proposal", "figure__proposal", keys=keys)
    for key, number, title_en, title_zh, summary_en, summary_zh, kind, session, submitted, status, *more in rows:
        in_all, note_en, note_zh, published_at = more
        meeting, opened = names.meeting(session)
        date = submitted or opened
        happened, answered, asked = events.get(key, ()), answers.get(key, ()), addressees.get(key, ())
        led = [agency for _stage, agency, role, _date in happened if role in LEADING and agency]
        days = [each for stage, _agency, _role, each in happened if stage in ANSWERS]
        yield {
            "id": key,
            "permalink": f"{names.site}/proposals/{key}/",
            "number": number,
            "title_en": title_en,
            "title_zh": title_zh,
            "summary_en": summary_en,
            "summary_zh": summary_zh,
            "kind": kind,
            **meeting,
            "submitted": submitted,
            "date": date,
            "status": status,
            **who.told(key),
            "first_proposer": who.first(key),
            "proposers_in_all": in_all,
            "employers": who.employers(key, date),
            "regions": regions.get(key, []),
            "topics": topics.get(key, []),
            "recommendation_topics": single_topics.get(key, []),
            "recommendations": numbers.get(key, 0),
            "agencies": _known(names.agencies, (agency for agency, stated in asked if stated)),
            "agencies_inferred": _known(names.agencies, (agency for agency, stated in asked if not stated)),
            "lead_agencies": _known(names.agencies, [*led, *(row[1] for row in answered)]),
            "replied": bool(answered) or any(stage in SHOW_A_REPLY for stage, *_rest in happened),
            "replies": [row[0] for row in answered],
            "days_to_reply": days_to_reply(date, [*(row[2] for row in answered), *days]),
            "outcomes": _outcomes(answered),
            "note_en": note_en,
            "note_zh": note_zh,
            "published_at": published_at,
            "sources": said.get(key, []),
        }


def recommendation_rows(keys: Sequence[int], names: Names) -> Iterator[Row]:
    """Yield the rows of the recommendations with `keys` of published proposals, in that order."""
    for some in pieces(keys):
        rows = Recommendation.objects.published().filter(pk__in=among(some)).order_by().values_list(*OF_RECOMMENDATION)
        found = {row[0]: row for row in rows}
        yield from _recommendations([found[key] for key in some if key in found], names)


def recommendations_of(keys: Sequence[int]) -> list[int]:
    """Give the keys of the recommendations of the published proposals with `keys`, in their order."""
    place = {key: number for number, key in enumerate(keys)}
    rows = Recommendation.objects.published().filter(proposal__in=among(keys)).order_by()
    found = sorted(
        (place[proposal], order, key) for proposal, order, key in rows.values_list("proposal", "order", "pk")
    )
    return [key for _place, _order, key in found]


def _recommendations(rows: Sequence[Any], names: Names) -> Iterator[Row]:
    """Put rows of recommendations together with what other tables say of them and of their proposals."""
    keys, proposals = [row[0] for row in rows], list(dict.fromkeys(row[9] for row in rows))
    mine: dict[str, Any] = {"recommendation__in": among(keys)}
    who = Who(proposals)
    names.meet(row[14] for row in rows)
    regions = linked(Proposal.target_regions, names.regions, "region", "proposal", {"proposal__in": among(proposals)})
    topics = linked(Recommendation.topics, names.topics, "topic", "recommendation", mine)
    addressees = grouped(Addressee, "recommendation", "agency", "stated", of=mine)
    of_it: dict[str, Any] = {
        "reply__answers__proposal": F("recommendation__proposal")
    }  # others are of no reply to this
    reply = ("reply", "reply__agency", "reply__date", "outcome")
    outcomes = grouped(RecommendationOutcome, "recommendation", *reply, of=mine | of_it)
    said = sources("recommendation", keys=keys)
    for key, order, text_en, text_zh, group_en, group_zh, implied, note_en, note_zh, proposal, *more in rows:
        number, title_en, title_zh, kind, session, submitted, status = more
        meeting, opened = names.meeting(session)
        asked = addressees.get(key, ())
        yield {
            "id": key,
            "permalink": f"{names.site}/recommendations/{key}/",
            "number": order,
            "text_en": text_en,
            "text_zh": text_zh,
            "group_en": group_en,
            "group_zh": group_zh,
            "implied": implied,
            "topics": topics.get(key, []),
            "agencies": _known(names.agencies, (agency for agency, stated in asked if stated)),
            "agencies_inferred": _known(names.agencies, (agency for agency, stated in asked if not stated)),
            "outcomes": _outcomes(outcomes.get(key, ())),
            "note_en": note_en,
            "note_zh": note_zh,
            "sources": said.get(key, []),
            "proposal": proposal,
            "proposal_permalink": f"{names.site}/proposals/{proposal}/",
            "proposal_number": number,
            "proposal_title_en": title_en,
            "proposal_title_zh": title_zh,
            "kind": kind,
            **meeting,
            "date": submitted or opened,
            "status": status,
            **who.told(proposal),
            "regions": regions.get(proposal, []),
        }


def _known(names: dict[int, str], keys: Iterable[int]) -> list[str]:
    """Give what stands for `keys`, each once; what came into the record after the names were read is left out."""
    return [names[key] for key in dict.fromkeys(keys) if key in names]


def _outcomes(answers: Iterable[Any]) -> list[str]:
    """Give what the last answer of each agency comes to; answers are (reply, agency, date, outcome)."""
    in_order = sorted(answers, key=lambda row: (date_key(row[2]), row[0]))
    last = {agency: outcome for _reply, agency, _date, outcome in in_order}
    return sorted({*last.values()})
