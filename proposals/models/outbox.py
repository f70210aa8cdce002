"""The outbox: what has changed in public, noted in the transaction that changes it.

Every change that can show in public raises one counter, the generation, and notes the proposals concerned. Readers
that keep something derived from the record (the catalogue, a cache) compare generations and catch up. The counter's
row stays locked until the transaction ends, so generations are in the order of commits, which ids of a sequence are
not. Changes are noted by signals; `QuerySet.update` sends none and is not for rows that show in public.
"""

from __future__ import annotations

import fcntl
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any

from django.db import OperationalError, connection, connections, models, router, transaction
from django.db.models import F, Model, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.signals import ModelSignal, m2m_changed, post_save, pre_delete, pre_save

from people.history import At, Edit, RecordModel, edit, edited, in_batches
from people.models import (
    Agency,
    Body,
    Delegate,
    Membership,
    NameVariant,
    Position,
    Region,
    Sector,
    Session,
)
from proposals.models.life_cycle import Event
from proposals.models.lineage import Lineage
from proposals.models.outcome_classes import OutcomeClass, OutcomeScheme
from proposals.models.policies import Echo, PolicyDocument
from proposals.models.proposals import Proposal
from proposals.models.recommendations import Addressee, Figure, Recommendation
from proposals.models.replies import Answer, RecommendationOutcome, Reply
from proposals.models.showing import Seen
from proposals.models.sources import Citation, Source
from proposals.models.sponsorships import Sponsorship
from proposals.models.topics import Synonym, Topic


class Generation(models.Model):
    """One row: which record this is, and how often what it shows has changed."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    record = models.UUIDField(default=uuid.uuid4)
    value = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_generation")]

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def now(cls) -> Generation:
        """Read the counter; a record in which nothing was ever noted is at 0.

        Each request does; to let Django make the statement takes longer than all else of a page that is kept.
        """
        with connections[router.db_for_read(cls)].cursor() as cursor:
            cursor.execute(f"SELECT record, value FROM {cls._meta.db_table} WHERE id = 1")  # noqa: S608 - our own name
            record, value = cursor.fetchone() or (uuid.UUID(int=0), 0)
        return cls(record=record if isinstance(record, uuid.UUID) else uuid.UUID(record), value=value)


class Change(models.Model):
    """The generation in which what a proposal shows in public changed last; it outlives the proposal."""

    proposal = models.PositiveBigIntegerField(primary_key=True)
    generation = models.PositiveBigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.proposal} at {self.generation}"

    @classmethod
    def last_of(cls, ids: Iterable[int]) -> dict[int, int]:
        """Give of the proposals with `ids` that are published the generation in which each changed last, or 0."""
        change = Subquery(cls.objects.filter(proposal=OuterRef("pk")).values("generation"))
        published = Proposal.objects.published().filter(pk__in=ids).order_by()
        return dict(published.annotate(last=Coalesce(change, 0)).values_list("pk", "last"))


Keys = Sequence[int]


def _of_delegates(**delegates: Any) -> Q:
    return Q(sponsorships__delegate__in=Delegate.objects.filter(**delegates))


def _on_topics(topics: Iterable[int]) -> Q:
    below = Topic.objects.all().below(*topics)
    return Q(topics__in=below) | Q(recommendations__topics__in=below)


def _citing(**citations: Any) -> Q:
    found = Citation.objects.filter(**citations)
    return Q(citations__in=found) | Q(recommendations__citations__in=found) | Q(figures__citations__in=found)


def _citing_delegates(**citations: Any) -> Q:
    found = Citation.objects.filter(**citations)
    of_posts = _of_delegates(positions__citations__in=found) | _of_delegates(name_variants__citations__in=found)
    return _of_delegates(memberships__citations__in=found) | of_posts


def _of_agencies(keys: Iterable[int]) -> Q:
    replying = Q(answers__reply__agency__in=keys) | Q(answers__reply__co_agencies__in=keys)
    issuing = Q(recommendations__echoes__document__issuer__in=keys)
    issuing |= Q(recommendations__echoes__document__co_issuers__in=keys)
    return Q(recommendations__addressees__agency__in=keys) | Q(events__agency__in=keys) | replying | issuing


def _in_regions(regions: Keys) -> Q:
    below = Region.objects.all().below(*regions)
    return (
        Q(target_regions__in=below)
        | Q(session__body__region__in=below)
        | _of_delegates(memberships__region__in=below)
        | Q(recommendations__addressees__agency__region__in=below)
    )


SHOWN_BY: dict[type[Model], Callable[[Keys], Q]] = {
    Proposal: lambda keys: Q(pk__in=keys),
    Sponsorship: lambda keys: Q(sponsorships__in=keys),
    Recommendation: lambda keys: Q(recommendations__in=keys),
    Addressee: lambda keys: Q(recommendations__addressees__in=keys),
    Figure: lambda keys: Q(figures__in=keys),
    Citation: lambda keys: _citing(pk__in=keys) | _citing_delegates(pk__in=keys),
    Source: lambda keys: (
        _citing(source__in=keys)
        | _citing_delegates(source__in=keys)
        | Q(events__source__in=keys)
        | Q(answers__reply__source__in=keys)
        | Q(lineage__source__in=keys)
        | Q(lineage_elsewhere__source__in=keys)
        | Q(recommendations__echoes__document__source__in=keys)
    ),
    Topic: _on_topics,
    Synonym: lambda keys: _on_topics(Topic.objects.filter(synonyms__in=keys).values_list("pk", flat=True)),
    Delegate: lambda keys: Q(sponsorships__delegate__in=keys),
    NameVariant: lambda keys: _of_delegates(name_variants__in=keys),
    Membership: lambda keys: _of_delegates(memberships__in=keys),
    Position: lambda keys: _of_delegates(positions__in=keys),
    Sector: lambda keys: _of_delegates(memberships__sector__in=keys),
    Event: lambda keys: Q(events__in=keys),
    Reply: lambda keys: Q(answers__reply__in=keys),
    Answer: lambda keys: Q(answers__in=keys),
    RecommendationOutcome: lambda keys: Q(answers__reply__outcomes__in=keys),
    OutcomeScheme: lambda keys: Q(answers__reply__scheme__in=keys),
    OutcomeClass: lambda keys: Q(answers__reply__scheme__classes__in=keys),
    Lineage: lambda keys: Q(lineage__in=keys) | Q(lineage_elsewhere__in=keys),
    PolicyDocument: lambda keys: Q(recommendations__echoes__document__in=keys),
    Echo: lambda keys: Q(recommendations__echoes__in=keys),
    Session: lambda keys: Q(session__in=keys),
    Body: lambda keys: Q(session__body__in=keys) | _of_delegates(memberships__body__in=keys),
    Region: _in_regions,
    Agency: lambda keys: _of_agencies(Agency.objects.all().below(*keys)),
}
"""Which proposals show something of some rows, given by key, by what the database says of it at this moment."""
RECORD = tuple(SHOWN_BY)
ON_PAGES_OF_THEIR_OWN = (Topic, Synonym, Region, Session, Body)
"""These show in public whether a published proposal shows them or not."""


class Gathering:
    """What a transaction has changed so far: rows, and the proposals that showed them before they changed.

    Who shows a row now is asked last, with the counter locked: another transaction may have published it meanwhile.
    """

    def __init__(self) -> None:
        self.rows: set[tuple[type[Model], int]] = set()
        self.proposals: set[int] = set()
        self.shown: set[int] = set()
        self.seen = Seen()

    def before(self, model: type[Model], *keys: int) -> None:
        """Take in the proposals, drafts too, that show some rows as the database has them at this moment.

        Each way to show them is looked for by itself: to look for any, SQLite goes through the whole record.
        """
        shown = SHOWN_BY[model](keys)
        every = Proposal.objects.order_by().values_list("pk", "state")
        first, *others = map(every.filter, shown.children if shown.connector == Q.OR else [shown])
        for proposal, state in first.union(*others):
            self.proposals.add(proposal)
            if state == Proposal.State.PUBLISHED:
                self.shown.add(proposal)

    def after(self, model: type[Model], key: int) -> None:
        """Take in a row that has been changed."""
        self.rows.add((model, key))

    def write(self) -> None:
        """Raise the counter, if anything public has changed, and note the proposals; to be done under `_locked`."""
        changed: dict[type[Model], list[int]] = defaultdict(list)
        for model, key in self.rows:
            changed[model].append(key)
        for model, keys in changed.items():
            for some in in_batches(keys):
                self.before(model, *some)
        self.shown.update(Proposal.objects.published().filter(pk__in=self.proposals).values_list("pk", flat=True))
        # What was a draft when it was read may have been published, and noted, before this transaction's turn came.
        self.shown.update(Change.objects.filter(proposal__in=self.proposals).values_list("proposal", flat=True))
        if not self.shown and not any(model in ON_PAGES_OF_THEIR_OWN for model, _ in self.rows):
            return
        Generation.objects.filter(id=1).update(value=F("value") + 1)
        generation = Generation.now().value
        Change.objects.bulk_create(
            [Change(proposal=key, generation=generation) for key in sorted(self.shown)],
            update_conflicts=True,
            unique_fields=["proposal"],
            update_fields=["generation"],
            batch_size=500,
        )
        if self.seen:
            self.seen.write()


_gathering: ContextVar[Gathering | None] = ContextVar("gathering", default=None)
longest_wait: ContextVar[float | None] = ContextVar("longest_wait", default=None)
"""Seconds that an edit waits for those before it to be written, where the record is an SQLite file; None for ever."""


@contextmanager
def _locked() -> Iterator[None]:
    """Run a transaction in which the counter is ours from now until its end."""
    with transaction.atomic():
        if Generation.objects.select_for_update().filter(id=1).first() is None:
            Generation.objects.bulk_create([Generation()], ignore_conflicts=True)
            Generation.objects.select_for_update().get(id=1)
        yield


@contextmanager
def _in_turn() -> Iterator[None]:
    """Let those who write into an SQLite file in one after another, as they came: its own waiting is a lottery.

    Of eight who save without a pause one or the other would draw no lot in 20 seconds, and fail. A request whose turn
    does not come within `longest_wait`, as while a sheet is imported, is told so: it holds a thread that others need.
    """
    file = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or connection.in_atomic_block or not file.is_file():
        yield
        return
    with ExitStack() as held:
        with suppress(OSError):  # where nothing may be written the database says so itself
            turn = held.enter_context(file.with_name(f"{file.name}-turn").open("a"))
            _wait_for(turn)
        yield


class BusyError(OperationalError):
    """Another edit is being written, and takes longer than a request may wait."""


def _wait_for(turn: IO[str]) -> None:
    if (limit := longest_wait.get()) is None:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return
    deadline = time.monotonic() + limit
    while True:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise BusyError("an edit that is being written takes long") from None
            time.sleep(0.005)
        else:
            return


@contextmanager
def recorded(by: Any = None, reason: str = "") -> Iterator[None]:
    """Run a transaction whose changes are one edit, and are noted together at its end, under one generation.

    Late, because whoever holds the counter keeps all others from noting. Blocks may lie within one another.
    """
    if _gathering.get() is not None:
        with transaction.atomic():
            yield
        return
    gathering = Gathering()
    token = _gathering.set(gathering)
    try:
        with _in_turn(), transaction.atomic():
            with edit(by, reason):
                yield
            with _locked():
                gathering.write()
    finally:
        _gathering.reset(token)


def _note(model: type[Model], key: int, *, changed: bool) -> None:
    gathering = _gathering.get()
    if gathering is None:
        with _locked():
            gathering = Gathering()
            gathering.before(model, key)
            gathering.after(model, key)
            gathering.write()
    elif changed:
        gathering.after(model, key)
    else:
        gathering.before(model, key)
        gathering.after(model, key)


def _note_row(sender: type[Model], instance: Model, signal: ModelSignal, **_more: Any) -> None:
    """Before a save or a deletion, and after a save: note who shows the row."""
    if instance.pk is not None:
        _note(sender, instance.pk, changed=signal is post_save)


def _note_links(instance: Model, action: str, **_more: Any) -> None:
    """Around a change of links between two rows, from either end: note who shows the row."""
    _note(type(instance), instance.pk, changed=action.startswith("post"))


def _note_what_is_seen(edit: Edit, stand: Mapping[At, RecordModel], **_more: Any) -> None:
    """At the end of an edit: note when what the public sees has changed."""
    if gathering := _gathering.get():
        gathering.seen.take(edit, stand)
        return
    seen = Seen()
    seen.take(edit, stand)
    if seen:
        with _locked():
            seen.write()


edited.connect(_note_what_is_seen, dispatch_uid="outbox of what is seen")
for _model in RECORD:
    for _signal in (pre_save, post_save, pre_delete):
        _signal.connect(_note_row, sender=_model, dispatch_uid=f"outbox {_model.__name__}")
for _links in (
    Proposal.topics,
    Proposal.target_regions,
    Proposal.delegates,
    Recommendation.topics,
    Recommendation.agencies,
    Reply.co_agencies,
    PolicyDocument.co_issuers,
):
    m2m_changed.connect(_note_links, sender=_links.through, dispatch_uid=f"outbox {_links.through.__name__}")
