"""When what the public is shown of a proposal, or of a reply, changed last.

What counts is a change of what a public proposal or reply itself shows: its columns but for those that are `unseen`,
its rows (proposers, recommendations, addressees, figures, citations, events, relations to other public proposals), the
replies that answer it with what they say of its recommendations, and the passages that take these up; and that it
became public. What does not count: a save that changes nothing, what analysts alone see, drafts that have to do with
it, and edits elsewhere, as of the name of a delegate, a topic or a source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import cast

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.history import CHANGED, GONE, NEW, At, Edit, RecordModel, in_batches
from proposals.models.life_cycle import Event
from proposals.models.lineage import Lineage
from proposals.models.policies import Echo, PolicyDocument
from proposals.models.proposals import Proposal
from proposals.models.recommendations import Recommendation
from proposals.models.replies import Answer, RecommendationOutcome, Reply


class ShownProposal(models.Model):
    """When what a proposal shows in public changed last. One without such a row shows what was first published."""

    # Without the database's own check, which would lock the proposal while the counter of changes is held.
    proposal = models.OneToOneField(
        Proposal, models.CASCADE, primary_key=True, related_name="shown", db_constraint=False
    )
    changed = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.changed}"


class ShownReply(models.Model):
    """Since when a reply shows in public, and when what it shows changed last."""

    reply = models.OneToOneField(Reply, models.CASCADE, primary_key=True, related_name="shown", db_constraint=False)
    since = models.DateTimeField()
    changed = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.reply_id}: {self.changed}"


@dataclass
class Seen:
    """What edits changed of what the public may see, as keys; whether the public does see it is asked in `write`."""

    proposals: set[int] = field(default_factory=set)
    moved: set[int] = field(default_factory=set)
    """Proposals that became public or ceased to be."""
    pairs: set[tuple[int, int]] = field(default_factory=set)
    """Proposals that a relation joins: each shows it where the other is public too."""
    leading: set[tuple[int, int]] = field(default_factory=set)
    """Proposals, and what an event of theirs leads to, which they show where that is public."""
    replies: set[int] = field(default_factory=set)
    documents: set[int] = field(default_factory=set)
    answers: set[tuple[int, int]] = field(default_factory=set)
    """Replies, and what they answer or do no longer."""
    demands: set[tuple[int, int]] = field(default_factory=set)
    """Replies, or 0, and recommendations of which they, or policy documents, say something else now."""

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def take(self, edit: Edit, stand: Mapping[At, RecordModel]) -> None:
        """Take in an edit that is about to end; `stand` are the rows that it touched, as they stand."""
        for (kind, key), rows in edit.touched.items():
            for where, how in rows.items() if kind in (Proposal, Reply, PolicyDocument) else ():
                states = [edit.were.get(where) if how != NEW else None, stand.get(where) if how != GONE else None]
                there = [row for row in states if row is not None]
                other = {*_different(there)} if how == CHANGED and len(there) == 2 else {"pk"}
                if other or where in edit.linked:
                    self._take(key, where[0], there, set() if where in edit.linked else other)

    def _take(self, key: int, model: type[RecordModel], states: Iterable[RecordModel], other: set[str]) -> None:
        """Take in a row of the record with that key; `other` are the columns in which its states differ."""
        for row in states:
            if isinstance(row, Lineage):
                if row.relation != Lineage.Relation.UNRELATED:  # which is for analysts only
                    self.pairs.add((row.proposal_id, row.other_id))
            elif isinstance(row, Event) and other == {"into"}:
                self.leading.add((key, row.into_id or 0))
            elif isinstance(row, Answer):
                self.answers.add((key, row.proposal_id))
            elif isinstance(row, RecommendationOutcome):
                self.demands.add((key, row.recommendation_id))
            elif isinstance(row, Echo):
                self.demands.add((0, row.recommendation_id))
            else:
                kinds: dict[type[RecordModel], set[int]] = {Reply: self.replies, PolicyDocument: self.documents}
                kinds.get(model, self.proposals).add(key)
        if model is Proposal and other & {"state", "pk"} and any(row.record.is_public for row in states):
            self.moved.add(key)

    def write(self) -> None:
        """Note the time for all of it that is public; to be done while the counter of public changes is held."""
        answers = self.answers | self._answering()
        asked = dict(_pairs(Recommendation, "pk", "proposal", pk__in=[demand for _, demand in self.demands]))
        answers |= {(reply, asked[demand]) for reply, demand in self.demands if demand in asked}
        ends = chain(self.proposals, *self.pairs, *self.leading, (proposal for _, proposal in answers))
        public = {key for key, _ in _pairs(Proposal, "pk", "pk", pk__in={*ends}, state=Proposal.State.PUBLISHED)}
        shown = self.proposals | {proposal for _, proposal in answers}
        shown.update(chain.from_iterable(pair for pair in self.pairs if public.issuperset(pair)))
        shown.update(proposal for proposal, into in self.leading if into in public)
        replies = self.replies | {reply for reply, proposal in answers if proposal in public | self.moved}
        seen = {reply for some in in_batches(replies - {0}) for reply in _public_replies(some)}
        now = timezone.now()
        ShownProposal.objects.bulk_create(
            [ShownProposal(proposal_id=key, changed=now) for key in sorted(shown & public)],
            update_conflicts=True,
            unique_fields=["proposal"],
            update_fields=["changed"],
            batch_size=500,
        )
        ShownReply.objects.bulk_create(
            [ShownReply(reply_id=key, since=now, changed=now) for key in sorted(seen)],
            update_conflicts=True,
            unique_fields=["reply"],
            update_fields=["changed"],
            batch_size=500,
        )

    def _answering(self) -> set[tuple[int, int]]:
        """Give what the replies and documents that changed as a whole show in, and the replies to what was moved."""
        found = {*_pairs(Answer, "reply", "proposal", reply__in=self.replies)}
        found |= {*_pairs(Answer, "reply", "proposal", proposal__in=self.moved)}
        echoed = _pairs(Echo, "document", "recommendation__proposal", document__in=self.documents)
        return found | {(0, proposal) for _, proposal in echoed}


def _different(states: list[RecordModel]) -> Iterable[str]:
    """Give the columns that the public sees in which two states of a row differ."""
    before, after = states
    for column in before._meta.concrete_fields:
        unseen = column.name in before.unseen or getattr(column, "auto_now", False)
        if not unseen and getattr(before, column.attname) != getattr(after, column.attname):
            yield column.name


def _pairs(model: type[models.Model], first: str, second: str, **by: object) -> Iterable[tuple[int, int]]:
    """Read two columns of rows. A collection that is asked `by` is taken in batches; an empty one asks nothing."""
    [name] = [name for name in by if name.endswith("__in")]
    for some in in_batches(cast("Iterable[int]", by[name])):
        yield from model._base_manager.filter(**by | {name: some}).order_by().values_list(first, second)


def _public_replies(keys: Iterable[int]) -> Iterable[int]:
    return Reply.objects.published().filter(Q(pk__in=keys)).order_by().values_list("pk", flat=True)
