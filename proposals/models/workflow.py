"""The workflow: how a proposal comes before the public, by whose hands, and what must be there first.

draft -> in review -> published -> withdrawn. Whoever sends a draft to review does not publish it, unless the team is
one person (`ONE_PERSON_TEAM`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.history import GONE, Edit, Version
from proposals.models.proposals import Proposal, ProposalState
from proposals.models.recommendations import Recommendation
from proposals.models.sources import Citation

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

CHANGE, PUBLISH = "proposals.change_proposal", "proposals.publish_proposal"


@dataclass(frozen=True)
class Step:
    """One step on the way: between which states, who may take it, what its button says and what is said after it."""

    name: str
    start: ProposalState
    end: ProposalState
    permission: str
    label: StrPromise
    done: StrPromise


STEPS = {
    step.name: step
    for step in (
        Step(
            "send",
            ProposalState.DRAFT,
            ProposalState.REVIEW,
            CHANGE,
            gettext_lazy("Send to review"),
            gettext_lazy("“%(proposal)s” waits for review now."),
        ),
        Step(
            "publish",
            ProposalState.REVIEW,
            ProposalState.PUBLISHED,
            PUBLISH,
            gettext_lazy("Publish"),
            gettext_lazy("“%(proposal)s” is public now."),
        ),
        Step(
            "return",
            ProposalState.REVIEW,
            ProposalState.DRAFT,
            CHANGE,
            gettext_lazy("Return to draft"),
            gettext_lazy("“%(proposal)s” is a draft again."),
        ),
        Step(
            "withdraw",
            ProposalState.PUBLISHED,
            ProposalState.WITHDRAWN,
            PUBLISH,
            gettext_lazy("Withdraw"),
            gettext_lazy("“%(proposal)s” is withdrawn: its address gives the reason and nothing else."),
        ),
        Step(
            "reopen",
            ProposalState.WITHDRAWN,
            ProposalState.DRAFT,
            PUBLISH,
            gettext_lazy("Make it a draft again"),
            gettext_lazy("“%(proposal)s” is a draft again."),
        ),
    )
}


@dataclass(frozen=True)
class Item:
    """One line of the checklist: what should be there, whether it is, and whether nothing is published without it."""

    text: str
    there: bool
    required: bool


def checklist(proposal: Proposal) -> list[Item]:
    """Say what a stored proposal has and lacks, what is required first."""
    recommendations = proposal.recommendations.count()
    return [
        Item(_("at least one recommendation"), recommendations > 0, required=True),
        Item(_("a source"), Citation.objects.on(proposal).exists(), required=True),
        Item(_("a session"), bool(proposal.session_id), required=True),
        Item(_("a topic"), proposal.topics.exists(), required=False),
        Item(_("who put it forward"), proposal.sponsorships.exists(), required=False),
        Item(_("a target region"), proposal.target_regions.exists(), required=False),
        Item(_("a summary"), bool(proposal.summary_en or proposal.summary_zh), required=False),
    ]


class IncompleteError(Exception):
    """An edit would take from what is public the last of something that nothing is published without."""


def stay_complete(going: Edit) -> None:
    """Raise `IncompleteError` where an edit leaves a public proposal without a recommendation or a source."""
    removed = {
        key: {part for (part, _key), how in rows.items() if how == GONE} & {Recommendation, Citation}
        for (model, key), rows in going.touched.items()
        if model is Proposal
    }
    for proposal in Proposal.objects.published().filter(pk__in=[key for key, parts in removed.items() if parts]):
        there: dict[Any, Any] = {Recommendation: proposal.recommendations, Citation: Citation.objects.on(proposal)}
        if any(not there[part].exists() for part in removed[proposal.pk]):
            said = _("“%(proposal)s” is public and keeps a recommendation and a source: withdraw it first.")
            raise IncompleteError(said % {"proposal": proposal})


def steps_from(proposal: Proposal, user: Any) -> list[Step]:
    """Give the steps that `user` may take from where a proposal is, whatever it still lacks."""
    return [step for step in STEPS.values() if not list(_who_may_not(proposal, step, user))]


def objections(proposal: Proposal, step: Step, user: Any, *, touched: bool = False) -> list[str]:
    """Say why `user` cannot take a step with a stored proposal; nothing where it can be taken.

    `touched` says that the very request changes it as well.
    """
    reasons = list(_who_may_not(proposal, step, user))
    if touched and step.name == "publish" and not settings.ONE_PERSON_TEAM and not reasons:
        reasons.append(_("You changed it: somebody else publishes it."))
    if step.end == ProposalState.PUBLISHED:
        missing = [item.text for item in checklist(proposal) if item.required and not item.there]
        reasons += [_("It lacks %(missing)s.") % {"missing": _(", ").join(missing)}] if missing else []
    return reasons


def _who_may_not(proposal: Proposal, step: Step, user: Any) -> Iterator[str]:
    alone = settings.ONE_PERSON_TEAM
    starts = {step.start, ProposalState.DRAFT} if step.name == "publish" and alone else {step.start}
    if proposal.state not in starts:
        yield _("It is not “%(state)s” but “%(is)s”.") % {"state": step.start.label, "is": proposal.get_state_display()}
    elif not user.has_perm(step.permission):
        yield _("You may not do this.")
    elif step.name == "publish" and proposal.sent_by_id == user.pk and not alone:
        yield _("You sent it to review: somebody else publishes it.")
    elif step.name == "publish" and not alone and worked_on_by(proposal, user):
        yield _("You worked on it: somebody else publishes it.")


def worked_on_by(proposal: Proposal, user: Any) -> bool:
    """Tell whether `user` made a version of it since it was last public."""
    versions = Version.objects.of(proposal)
    last = versions.filter(public=True).aggregate(last=Max("number"))["last"] or 0
    return bool(versions.filter(number__gt=last, by=user).exists())


def take(
    proposal: Proposal, step: Step, user: Any, *, touched: bool = False, reason_en: str = "", reason_zh: str = ""
) -> None:
    """Take a step with a proposal; a withdrawal gives the public its reason, in a language at least.

    Raises `ValidationError`, with all that stands against it; then nothing is changed.
    """
    reasons = objections(proposal, step, user, touched=touched)
    if step.end == ProposalState.WITHDRAWN and not (reason_en or reason_zh):
        reasons.append(_("Say why: the public reads it."))
    if reasons:
        raise ValidationError(reasons)
    proposal.state = step.end
    if step.name == "send":
        proposal.sent_by = user
    if step.end == ProposalState.WITHDRAWN:
        proposal.withdrawn_at = timezone.now()
    proposal.withdrawn_because_en, proposal.withdrawn_because_zh = reason_en, reason_zh
    proposal.full_clean()
    proposal.save()
