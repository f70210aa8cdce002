"""Rows: what the columns say of proposals and recommendations, read from the record block by block.

Plain rows of each table are read for a whole block and put together here, column by column: model instances would take
several times as long. Only what is published when its block is read is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import Count, F, QuerySet

from people.dates import date_key
from people.models import Agency, Region, Session
from proposals.exports.columns import COLUMNS
from proposals.exports.reading import NONE, Who, addressed, among, grouped, linked, sources
from proposals.models import Answer, Event, Proposal, Recommendation, RecommendationOutcome, Topic
from proposals.models.life_cycle import ANSWERS, LEADING, SHOW_A_REPLY
from proposals.models.reply_times import days_to_reply

Block = dict[str, Sequence[Any]]
"""Some rows of a list, column by column, in the order of `columns`."""
AT_ONCE = 2_000
"""Rows that are read and held at a time: of more, less of the time goes into asking, and more memory is taken."""
OF_PROPOSAL = (
    *("pk", "number", "title_en", "title_zh", "summary_en", "summary_zh", "kind", "session", "submitted", "status"),
    *("proposers_in_all", "note_en", "note_zh", "published_at"),
)
OF_RECOMMENDATION = {
    **{name: name for name in ("pk", "text_en", "text_zh", "group_en", "group_zh", "implied", "note_en", "note_zh")},
    "number": "order",
    **{name: name.replace("proposal_", "proposal__") for name in ("proposal", "proposal_number")},
    **{name: name.replace("proposal_", "proposal__") for name in ("proposal_title_en", "proposal_title_zh")},
    **{name: f"proposal__{name}" for name in ("kind", "session", "submitted", "status")},
}
OF_SESSION = (
    *("body", "body_en", "body_zh", "level", "session", "session_en", "session_zh", "term", "ordinal", "year"),
    "opened",
)


LEADS, REPLIES, SHOWING = (frozenset(map(str, each)) for each in (LEADING, ANSWERS, SHOW_A_REPLY))
"""The same as plain texts, among which one is found several times as fast."""
NOTHING_CAME_OF_IT: tuple[Any, ...] = (NONE, False, NONE, None, NONE)


class Names:
    """What stands for topics, regions, agencies and sessions, read once for a file; `site` begins each permalink."""

    def __init__(self, site: str) -> None:
        self.site = site
        self._sessions: dict[int, Sequence[Any]] = {}

    @cached_property
    def topics(self) -> dict[int, str]:
        """The slugs of topics, in their order."""
        return dict(Topic.objects.values_list("pk", "slug"))

    @cached_property
    def agencies(self) -> dict[int, str]:
        """The slugs of agencies, by their names."""
        return dict(Agency.objects.values_list("pk", "slug"))

    @cached_property
    def regions(self) -> dict[int, str]:
        """The codes of regions, by their names; the slugs of zones."""
        rows = Region.objects.values_list("pk", "iso_code", "slug")
        return {key: code or slug for key, code, slug in rows}

    def sessions(self, keys: Sequence[int]) -> Block:
        """Give what rows say of their sessions, and as `opened` when these were, as exactly as is known."""
        for held in Session.objects.select_related("body").filter(pk__in={*keys} - self._sessions.keys()):
            body, own = held.body, (held.slug, held.name_en, held.name_zh, held.term, held.ordinal, held.year)
            self._sessions[held.pk] = (body.slug, body.name_en, body.name_zh, body.level, *own, held.date)
        return by_column(OF_SESSION, [self._sessions[key] for key in keys])


def pieces(keys: Sequence[int], size: int = AT_ONCE) -> Iterator[Sequence[int]]:
    """Cut keys into blocks that are read at a time."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def by_column(names: Iterable[str], rows: Sequence[Sequence[Any]]) -> Block:
    """Turn rows into columns."""
    columns = zip(*rows, strict=True) if rows else [() for _name in names]
    return dict(zip(names, columns, strict=True))


def published(rows: QuerySet[Any], keys: Sequence[int], fields: Mapping[str, str]) -> Block:
    """Read `fields`, by the names of the columns, of those among `keys` that `rows` has, in their order."""
    found = {row[0]: row for row in rows.filter(pk__in=among(keys)).order_by().values_list(*fields.values())}
    return by_column(fields, [found[key] for key in keys if key in found])


def proposal_block(keys: Sequence[int], names: Names) -> Block:
    """Give the rows of the proposals with `keys` that are published, in that order."""
    own = published(Proposal.objects.published(), keys, {name: name for name in OF_PROPOSAL})
    keys, these = own["pk"], among(own["pk"])
    mine: dict[str, Any] = {"proposal__in": these}
    theirs: dict[str, Any] = {"recommendation__proposal__in": these}
    of_session, who = names.sessions(own["session"]), Who(these)
    dates = [submitted or opened for submitted, opened in zip(own["submitted"], of_session["opened"], strict=True)]
    regions = linked(Proposal.target_regions.through, "proposal", "region", names.regions, mine)
    topics = linked(Proposal.topics.through, "proposal", "topic", names.topics, mine)
    their, on = "recommendation__proposal", Recommendation.topics.through
    asked, inferred = addressed(their, names.agencies, theirs)
    found = {
        "id": keys,
        "permalink": [f"{names.site}/proposals/{key}/" for key in keys],
        **own,
        **of_session,
        "date": dates,
        **_who(who, keys),
        "first_proposer": [who.first.get(key, "") for key in keys],
        "employers": _lists(who.employers(dict(zip(keys, dates, strict=True))), keys),
        "regions": _lists(regions, keys),
        "topics": _lists(topics, keys),
        "recommendation_topics": _lists(linked(on, their, "topic", names.topics, theirs), keys),
        "recommendations": _numbers(Recommendation.objects.filter(**mine), keys),
        "agencies": _lists(asked, keys),
        "agencies_inferred": _lists(inferred, keys),
        **_came_of_it(keys, dates, mine, names),
        "sources": _lists(sources("proposal", their, "figure__proposal", keys=these), keys),
    }
    return {column.name: found[column.name] for column in COLUMNS["proposals"]}


def _came_of_it(keys: Sequence[int], dates: Sequence[str], mine: Mapping[str, Any], names: Names) -> Block:
    """Give what agencies did with proposals."""
    events = grouped(Event, "proposal", "stage", "agency", "role", "date", of=mine)
    answers = grouped(Answer, "proposal", "reply", "reply__agency", "reply__date", "reply__outcome", of=mine)
    rows = []
    for key, date in zip(keys, dates, strict=True):
        if key not in events and key not in answers:
            rows.append(NOTHING_CAME_OF_IT)
            continue
        happened, answered = events.get(key, NONE), answers.get(key, NONE)
        led = [agency for _stage, agency, role, _date in happened if role in LEADS and agency]
        days = [each for stage, _agency, _role, each in happened if stage in REPLIES]
        leading = dict.fromkeys([*led, *(agency for _reply, agency, _date, _outcome in answered)])
        rows.append(
            (
                [names.agencies[agency] for agency in leading if agency in names.agencies],
                bool(answered) or any(stage in SHOWING for stage, *_rest in happened),
                [reply for reply, *_rest in answered],
                days_to_reply(date, [*(each for _reply, _agency, each, _outcome in answered), *days]),
                _outcomes(answered),
            )
        )
    return by_column(("lead_agencies", "replied", "replies", "days_to_reply", "outcomes"), rows)


def recommendation_block(keys: Sequence[int], names: Names) -> Block:
    """Give the rows of the recommendations with `keys` of published proposals, in that order."""
    own = published(Recommendation.objects.published(), keys, OF_RECOMMENDATION)
    keys, proposals = own["pk"], own["proposal"]
    mine: dict[str, Any] = {"recommendation__in": among(keys)}
    these = among({*proposals})
    of_session, who = names.sessions(own["session"]), Who(these)
    regions = linked(Proposal.target_regions.through, "proposal", "region", names.regions, {"proposal__in": these})
    topics = linked(Recommendation.topics.through, "recommendation", "topic", names.topics, mine)
    asked, inferred = addressed("recommendation", names.agencies, mine)
    of_it = {"reply__answers__proposal": F("recommendation__proposal")}  # others are of no reply to this
    reply = ("reply", "reply__agency", "reply__date", "outcome")
    outcomes = grouped(RecommendationOutcome, "recommendation", *reply, of=mine | of_it)
    found = {
        "id": keys,
        "permalink": [f"{names.site}/recommendations/{key}/" for key in keys],
        **own,
        **of_session,
        "proposal_permalink": [f"{names.site}/proposals/{key}/" for key in proposals],
        "date": [at or opened for at, opened in zip(own["submitted"], of_session["opened"], strict=True)],
        **_who(who, proposals),
        "regions": _lists(regions, proposals),
        "topics": _lists(topics, keys),
        "agencies": _lists(asked, keys),
        "agencies_inferred": _lists(inferred, keys),
        "outcomes": [_outcomes(outcomes.get(key, NONE)) for key in keys],
        "sources": _lists(sources("recommendation", keys=among(keys)), keys),
    }
    return {column.name: found[column.name] for column in COLUMNS["recommendations"]}


def recommendations_of(keys: Sequence[int]) -> list[int]:
    """Give the keys of the recommendations of the published proposals with `keys`, in their order."""
    place = {key: number for number, key in enumerate(keys)}
    rows = Recommendation.objects.published().filter(proposal__in=among(keys)).order_by()
    found = [(place[proposal], order, key) for proposal, order, key in rows.values_list("proposal", "order", "pk")]
    return [key for _place, _order, key in sorted(found)]


def _who(who: Who, proposals: Sequence[int]) -> Block:
    lists = {"proposers_en": who.english, "proposers_zh": who.chinese, "delegates": who.slugs}
    return {name: _lists(found, proposals) for name, found in lists.items()}


def _lists(found: Mapping[int, list[Any]], keys: Sequence[int]) -> list[list[Any]]:
    """Give what was found for each key."""
    return [found.get(key, NONE) for key in keys]


def _numbers(rows: QuerySet[Any], keys: Sequence[int]) -> list[int]:
    """Count the rows of each proposal."""
    found = dict(rows.order_by().values_list("proposal").annotate(Count("pk")))
    return [found.get(key, 0) for key in keys]


def _outcomes(answers: Sequence[Any]) -> list[str]:
    """Give what the last answer of each agency comes to; answers are (reply, agency, date, outcome)."""
    if not answers:
        return NONE
    in_order = sorted(answers, key=lambda row: (date_key(row[2]), row[0]))
    last = {agency: outcome for _reply, agency, _date, outcome in in_order}
    return sorted({*last.values()})
