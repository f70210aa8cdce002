"""Documents: published proposals and recommendations as the index holds them.

The record is read in batches of plain rows. Names that many proposals share (of topics, regions, agencies, sessions and
delegates) are documents of their own: a question looks there first for the values whose names hold a word, then finds
the proposals that hold the word or have one of those values.
"""

import hashlib
import marshal
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from django.db.models import Choices, Model, QuerySet
from tantivy import Document

from people.dates import date_key, today
from people.models import Agency, Delegate, Level, Membership, Region, Session
from people.tree import lineage
from proposals.catalogue.pinyin import spelled
from proposals.catalogue.rows import packed, proposer
from proposals.catalogue.schema import NAME, PROPOSAL, RECOMMENDATION, SCHEMA, coded, name_number, uncoded
from proposals.catalogue.words import cut
from proposals.models import (
    Addressee,
    Answer,
    Event,
    Figure,
    Outcome,
    Proposal,
    Recommendation,
    RecommendationOutcome,
    Sponsorship,
    Topic,
)
from proposals.models.life_cycle import ANSWERS, LEADING, SHOW_A_REPLY, Replied, reply_due
from proposals.models.reply_times import days_to_reply
from proposals.models.sponsorships import NAME as COLUMNS

Row = tuple[Any, ...]
CHOICES: dict[str, type[Choices]] = {
    "level": Level,
    "kind": Proposal.Kind,
    "status": Proposal.Status,
    "replied": Replied,
    "outcome": Outcome,
}
NUMBER_OF: dict[str, dict[str, int]] = {
    facet: {value: number for number, value in enumerate(choices.values)} for facet, choices in CHOICES.items()
}
APART = re.compile(r"[^\w\u0300-\u036f]+")
BATCH = 1_000
"""Proposals that are read at a time."""


def choice_number(facet: str, value: str) -> int:
    """Give the number under which the index knows a choice: its place in the list."""
    return NUMBER_OF[facet][value]


@dataclass
class Entry:
    """One document before it is written: numbers and texts, cut into words, by field; all in a steady order.

    Values of facets stand there as the index has them, with the kind of document (`schema.coded`).
    """

    numbers: dict[str, Sequence[int]]
    texts: dict[str, list[str]]
    acronyms: list[str] = field(default_factory=list)
    row: bytes = b""
    """What a list shows of a proposal."""
    fingerprint: int = 0
    """A number that differs when anything in the entry differs."""

    def __post_init__(self) -> None:
        """Take the fingerprint, where it is not known yet."""
        self.fingerprint = self.fingerprint or self._fingerprint()

    def _fingerprint(self) -> int:
        whole: Any = (self.numbers, self.texts, self.acronyms, self.row)
        content = marshal.dumps(whole, 2)  # the same for the same, in any process
        return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest())

    def document(self) -> Document:
        """Give the entry as the index takes it."""
        more = {"acronym": self.acronyms, "fingerprint": [self.fingerprint]}
        document = Document.from_dict(self.numbers | self.texts | more, SCHEMA)
        if self.row:
            document.add_bytes("row", self.row)
        return document


class Lineages:
    """A tree in memory: of each node the keys of all above it."""

    def __init__(self, model: type[Model]) -> None:
        parents: dict[int, int | None] = dict(model._default_manager.order_by().values_list("pk", "parent"))
        self.above = {key: frozenset(lineage(key, parents)) for key in parents}
        self.of = lru_cache(maxsize=20_000)(self._of)

    def _of(self, keys: frozenset[int], kind: int) -> list[int]:
        """Give `keys` and all keys above them as a document of that `kind` has them."""
        above = [self.above.get(key, {key}) for key in keys]  # a node may be newer: its change is yet to be written
        return [coded(kind, key) for key in sorted(set().union(*above))]


class Shelf:
    """Makes entries; reads what proposals share once, and keeps account of what they do share."""

    def __init__(self) -> None:
        self.trees = {"topic": Lineages(Topic), "region": Lineages(Region), "agency": Lineages(Agency)}
        self.called = {model: _names(model) for model in (Topic, Region)}
        self.delegates: dict[int, Delegate] = {}
        self.sessions: dict[int, Session] = {}
        self.seats: dict[int, dict[tuple[int, int], int | None]] = {}
        self.of_session = lru_cache(maxsize=None)(self._of_session)
        self.used: dict[str, set[int]] = {facet: set() for facet in NAMED}
        self.today = today()

    def entries(self, keys: Sequence[int]) -> Iterator[Entry]:
        """Yield the entries of the published proposals with `keys` and of their recommendations."""
        batch = Batch(self, keys)
        for proposal in batch.proposals:
            yield from batch.entries(proposal)

    def note(self, entry: Entry) -> None:
        """Take account of the values that an entry has."""
        if PROPOSAL in entry.numbers["type"]:  # it has all that its recommendations have
            for facet, used in self.used.items():
                used.update(entry.numbers[facet])

    def names(self) -> Iterator[Entry]:
        """Yield the entries of the names by which the proposals noted so far are found."""
        for facet, (things, words) in NAMED.items():
            for keys in _in_batches({uncoded(facet, value) for value in self.used[facet]}):
                for thing in things.filter(pk__in=keys).order_by("pk"):
                    number = name_number(facet, thing.pk)
                    numbers: dict[str, Sequence[int]] = {"type": [NAME], "id": [number], "proposal": [number]}
                    yield Entry(numbers, {"words": _cut(*words(thing))}, _acronyms(thing))

    def meet(self, sessions: Collection[int], delegates: Collection[int]) -> None:
        """Read the sessions and the seats of delegates that were not met before."""
        for keys in _in_batches(sessions - self.sessions.keys()):
            self.sessions |= Session.objects.select_related("body").in_bulk(keys)
        for keys in _in_batches(delegates - self.seats.keys()):
            self.delegates |= Delegate.objects.only(*COLUMNS).prefetch_related("positions").in_bulk(keys)
            held: dict[int, list[Membership]] = {key: [] for key in keys}
            for seat in Membership.objects.filter(delegate__in=keys):
                held[seat.delegate_id].append(seat)
            for key, seats in held.items():
                self.seats[key] = {at: seat.region_id for at, seat in Membership.in_each(seats).items()}

    def _of_session(self, session: int, kind: int) -> dict[str, Sequence[int]]:
        """Give what a document has from its session."""
        held = self.sessions[session]
        facets = {
            "level": choice_number("level", held.body.level),
            "body": held.body_id,
            "session": session,
            "year": held.year,
        }
        return {facet: [coded(kind, key)] for facet, key in facets.items()}


class Batch:
    """Some proposals with their rows of other tables."""

    def __init__(self, shelf: Shelf, keys: Sequence[int]) -> None:
        self.shelf = shelf
        published = Proposal.objects.published().filter(pk__in=keys).order_by("pk")
        self.proposals = list(published.values_list(*PROPOSAL_FIELDS, named=True))
        mine, theirs = _among("proposal", keys), _among("recommendation__proposal", keys)
        self.sponsorships = _rows(
            Sponsorship, "proposal", "delegate", "first", "order", "organisation_en", "organisation_zh", **mine
        )
        self.regions = _rows(Proposal.target_regions.through, "proposal", "region", **mine)
        self.topics = _rows(Proposal.topics.through, "proposal", "topic", **mine)
        self.figures = _rows(Figure, "proposal", "value", "unit_en", "unit_zh", "what_en", "what_zh", **mine)
        self.recommendations = _rows(
            Recommendation, "proposal", "pk", "order", "text_en", "text_zh", "group_en", "group_zh", **mine
        )
        self.single_topics = _rows(Recommendation.topics.through, "recommendation", "topic", **theirs)
        self.addressees = _rows(Addressee, "recommendation", "agency", **theirs)
        self.events = _rows(Event, "proposal", "stage", "agency", "role", "date", **mine)
        self.answers = _rows(Answer, "proposal", "reply__agency", "reply__date", "reply", "reply__outcome", **mine)
        self.outcomes = _rows(
            RecommendationOutcome, "recommendation", "reply__agency", "reply__date", "reply", "outcome", **theirs
        )
        sponsors = {row[1] for rows in self.sponsorships.values() for row in rows if row[1]}
        shelf.meet({proposal.session for proposal in self.proposals}, sponsors)

    def entries(self, proposal: Any) -> Iterator[Entry]:
        """Yield the entry of `proposal` and those of its recommendations."""
        key = proposal.pk
        of_all = self._numbers(proposal, RECOMMENDATION)
        topics = {topic for _, topic in self.topics[key]}
        organisations = [text for *_, en, zh in self.sponsorships[key] for text in _cut(en, zh)]
        replies = {row[3] for row in self.answers[key]}
        agencies: set[int] = set()
        said: list[str] = []
        parts: list[Entry] = []
        for _, single, order, text_en, text_zh, group_en, group_zh in self.recommendations[key]:
            on = {topic for _, topic in self.single_topics[single]}
            to = {agency for _, agency in self.addressees[single]}
            text, group = _cut(text_en, text_zh), _cut(group_en, group_zh)
            own = {"title": text, "lead": group, "words": organisations}
            numbers = self._numbered(RECOMMENDATION, single, of_all, on, to, order)
            of_it = [row for row in self.outcomes[single] if row[3] in replies]  # others are of no reply to this
            parts.append(Entry(numbers | _outcomes(of_it, RECOMMENDATION), own))
            topics |= on
            agencies |= to
            said += [*text, *group]
        figures = [
            text
            for _, value, unit_en, unit_zh, what_en, what_zh in self.figures[key]
            for text in _cut(f"{value} {unit_en}", unit_zh and f"{value} {unit_zh}", what_en, what_zh)
        ]
        texts = {
            "title": _cut(proposal.title_en, proposal.title_zh),
            "proposers": organisations,
            "lead": _cut(proposal.summary_en, proposal.summary_zh),
            "words": [*said, *figures, *_cut(proposal.number)],
        }
        of_whole = self._numbers(proposal, PROPOSAL)
        yield Entry(self._numbered(PROPOSAL, key, of_whole, topics, agencies, 0), texts, row=self._row(proposal))
        yield from parts

    def _row(self, proposal: Any) -> bytes:
        """Pack what a list shows of a proposal; each thing's topics and regions in the order of the record."""
        key, shelf = proposal.pk, self.shelf
        session, topics, regions = shelf.sessions[proposal.session], shelf.called[Topic], shelf.called[Region]
        date = proposal.submitted or session.date
        who = [
            proposer(delegate, date) if delegate else (en, zh)
            for _, delegate_key, _first, _order, en, zh in sorted(self.sponsorships[key], key=lambda row: row[3])
            for delegate in [shelf.delegates.get(delegate_key)]
        ]
        on, about = ({row[1] for row in rows[key]} for rows in (self.topics, self.regions))
        return packed(
            *(getattr(proposal, name) for name in ("pk", "slug", *SHOWN, "status")),
            date,
            len(self.recommendations[key]),
            session=tuple(getattr(session, name) for name in COLUMNS),
            proposers=who,
            topics=[name for topic, name in topics.items() if topic in on],
            regions=[name for region, name in regions.items() if region in about],
        )

    def _numbered(
        self,
        kind: int,
        key: int,
        numbers: dict[str, Sequence[int]],
        topics: Iterable[int],
        agencies: Iterable[int],
        order: int,
    ) -> dict[str, Sequence[int]]:
        """Give the `numbers` that all of a proposal share with those that this document has of its own."""
        [proposal], [date] = numbers["proposal"], numbers["date"]
        return numbers | {
            "id": [key],
            "topic": self.shelf.trees["topic"].of(frozenset(topics), kind),
            "agency": self.shelf.trees["agency"].of(frozenset(agencies), kind),
            **_order(proposal, date, order),
            "added": [numbers["added"][0] - order],
        }

    def _numbers(self, proposal: Any, kind: int) -> dict[str, Sequence[int]]:
        """Give the numbers that documents of a `kind` have from their proposal."""
        session = self.shelf.sessions[proposal.session]
        sponsorships = self.sponsorships[proposal.pk]
        delegates = [key for _, key, *_ in sponsorships if key]
        seat = session.body_id, session.term
        origins = {self.shelf.seats[key].get(seat) for key in delegates}
        date = proposal.submitted or session.date
        return {
            "type": [kind],
            "proposal": [proposal.pk],
            "date": [date_key(date)],
            "date_end": [date_key(date, end=True)],
            "added": [_added(proposal.pk, proposal.published_at)],
            "region": self.shelf.trees["region"].of(frozenset(key for _, key in self.regions[proposal.pk]), kind),
            "delegate_region": self.shelf.trees["region"].of(frozenset(filter(None, origins)), kind),
            **self.shelf.of_session(session.pk, kind),
            "kind": [coded(kind, choice_number("kind", proposal.kind))],
            "status": [coded(kind, choice_number("status", proposal.status))],
            **self._handling(proposal, date, kind),
            "delegate": [coded(kind, key) for key in delegates],
            "first_proposer": [coded(kind, key) for _, key, first, *_ in sponsorships if first and key],
        }

    def _handling(self, proposal: Any, date: str, kind: int) -> dict[str, Sequence[int]]:
        """Give what agencies did with a proposal: whether it was replied to, is overdue, how, and who led."""
        events, answers = self.events[proposal.pk], self.answers[proposal.pk]
        replied = bool(answers) or any(stage in SHOW_A_REPLY for _, stage, *_more in events)
        due = 0 if replied else reply_due(date, proposal.status)
        known = {Replied.YES} if replied else {Replied.NO, *([Replied.OVERDUE] if 0 < due < self.shelf.today else ())}
        leads = {agency for _, _stage, agency, role, _date in events if role in LEADING and agency}
        reply_dates = [row[2] for row in answers] + [row[4] for row in events if row[1] in ANSWERS]
        days = days_to_reply(date, reply_dates)
        return {
            "due": [due],
            "days": [] if days is None else [days],
            "replied": sorted(coded(kind, choice_number("replied", value)) for value in known),
            "lead_agency": self.shelf.trees["agency"].of(frozenset(leads | {row[1] for row in answers}), kind),
            **_outcomes(answers, kind),
        }


def _outcomes(answers: Iterable[Row], kind: int) -> dict[str, Sequence[int]]:
    """Give what came of something: the outcome of the last answer of each agency."""
    in_order = sorted(answers, key=lambda row: (date_key(row[2]), row[3]))
    last = {agency: outcome for _, agency, _date, _reply, outcome in in_order}
    return {"outcome": sorted({coded(kind, choice_number("outcome", outcome)) for outcome in last.values()})}


START = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) // 3_600
"""The hour, since 1970, before which nothing was published here; 18 bits reach from it to 2049."""
SHOWN = ("title_en", "title_zh", "summary_en", "summary_zh")
PROPOSAL_FIELDS = ("pk", "slug", "session", "kind", "status", "submitted", "number", "published_at", *SHOWN)


def entries(
    proposals: Iterable[int] | None = None, make: Callable[[Iterable[list[int]]], Iterator[Entry]] | None = None
) -> Iterator[Entry]:
    """Yield the entries of all published proposals, or of those among `proposals` (keys), and their recommendations.

    After them come the entries of the names that they share: whatever makes a proposal appear, or changes one of its
    names, brings the names up to date with it. `make` makes the entries of batches of keys in another way.
    """
    shelf = Shelf()
    batches = _every_key() if proposals is None else _in_batches(proposals)
    for entry in make(batches) if make else chain.from_iterable(map(shelf.entries, batches)):
        shelf.note(entry)
        yield entry
    yield from shelf.names()


def _every_key() -> Iterator[list[int]]:
    """Give the keys of published proposals in batches; each is a query by itself, so that no reading lasts long."""
    keys = Proposal.objects.published().order_by("pk").values_list("pk", flat=True)
    batch = list(keys[:BATCH])
    while batch:
        yield batch
        batch = list(keys.filter(pk__gt=batch[-1])[:BATCH])


def _in_batches(keys: Iterable[int]) -> Iterator[list[int]]:
    every = sorted(keys)
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]


def _among(name: str, keys: Sequence[int]) -> dict[str, Any]:
    """Give the condition that `name` is among `keys`, which are sorted, or near them: a span is quicker to ask for."""
    if keys[-1] - keys[0] < 2 * len(keys):
        return {f"{name}__gte": keys[0], f"{name}__lte": keys[-1]}
    return {f"{name}__in": keys}


def _names(model: type[Model]) -> dict[int, Row]:
    """Give slug and names of all things of a kind, in their order."""
    return {key: tuple(name) for key, *name in model._default_manager.values_list("pk", *COLUMNS)}


def _rows(model: type[Model], key: str, *fields: str, **conditions: Any) -> dict[int, list[Row]]:
    """Read the column `key` and `fields` of a table, in the order of its keys, grouped by the first."""
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in model._default_manager.filter(**conditions).order_by("pk").values_list(key, *fields):
        grouped[row[0]].append(row)
    return grouped


def _cut(*texts: str) -> list[str]:
    """Cut texts for the index; leave out the empty ones."""
    return [cut(text) for text in texts if text]


def _acronyms(thing: object) -> list[str]:
    """Synonyms that are found in capitals only."""
    return [each.text for each in thing.synonyms.all() if each.ambiguous] if isinstance(thing, Topic) else []


def _topic_words(topic: Topic) -> Iterator[str]:
    yield from (topic.name_en, topic.name_zh)
    yield from (synonym.text for synonym in topic.synonyms.all() if not synonym.ambiguous)


def _agency_words(agency: Agency) -> Iterator[str]:
    yield from (agency.name_en, agency.name_zh, agency.short_name_en, agency.short_name_zh)
    yield from agency.other_names.split(";")


def _region_words(region: Region) -> Iterator[str]:
    yield from (region.name_en, region.name_zh, region.full_name_en, region.full_name_zh)
    yield from region.other_names.split(";")


def _session_words(session: Session) -> Iterator[str]:
    yield from (session.name_en, session.name_zh, session.body.name_zh, str(session.year))


def _delegate_words(delegate: Delegate) -> Iterator[str]:
    """Names in every known spelling and as they are typed, and employers."""
    yield from (delegate.name_en, delegate.name_zh)
    yield APART.sub("", delegate.name_en)
    yield from spelled(delegate.name_zh)
    yield from sorted(variant.spelling for variant in delegate.name_variants.all())
    for position in delegate.positions.all():
        yield from (position.employer_en, position.employer_zh)


NAMED: dict[str, tuple[QuerySet[Any], Callable[[Any], Iterable[str]]]] = {
    "topic": (Topic.objects.prefetch_related("synonyms"), _topic_words),
    "region": (Region.objects.all(), _region_words),
    "agency": (Agency.objects.all(), _agency_words),
    "session": (Session.objects.select_related("body"), _session_words),
    "delegate": (Delegate.objects.prefetch_related("name_variants", "positions"), _delegate_words),
}
"""Facets whose values have names that are looked for: what is read of them, and the words of one.

A document with a value is found by that value's names.
"""


def _added(proposal: int, published: datetime) -> int:
    """Give hour of publication and key in one integer, for an order by what was added: as wide as those of `_order`."""
    hour = max(0, int(published.timestamp()) // 3_600 - START)
    return (hour << 31 | proposal) << 15 | 0x7FFF


def _order(proposal: int, date: int, number: int) -> dict[str, Sequence[int]]:
    """Date and keys in one integer of 64 bits each way: total orders, the same everywhere.

    18 bits for the date, 31 for the proposal, 15 for the number of the recommendation, which rises in both.
    """
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    key = ((year - 1900) << 9 | month << 5 | day) << 31 | proposal
    return {"newest": [key << 15 | 0x7FFF - number], "oldest": [key << 15 | number]}
