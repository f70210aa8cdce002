"""The dashboard: what waits for an analyst, on the admin's first page, and the filters that list it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.batches import Batch
from people.doubles import Double
from people.history import Version
from people.models import Delegate
from proposals.models import Citation, Intake, Proposal, Reply, Source
from proposals.models.searches import searched_in_vain

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

DUE = timedelta(days=183)
"""A reply is due within six months: three, and three more where it is put off."""
LATEST, LAST_IMPORTS, SEARCHES = 8, 3, 10
Rows = QuerySet[Proposal]


def _without_source(proposals: Rows) -> Rows:
    bearing = Q(proposal=OuterRef("pk")) | Q(recommendation__proposal=OuterRef("pk"))
    return proposals.filter(~Exists(Citation.objects.filter(bearing | Q(figure__proposal=OuterRef("pk")))))


def _without_reply(proposals: Rows) -> Rows:
    early = timezone.localdate() - DUE
    held = Q(session__opened__gt="", session__opened__lt=early.isoformat())
    status = Proposal.Status
    known = [status.REPLIED, status.FEEDBACK, status.FOLLOWED_UP, status.MERGED, status.OPINION]
    return proposals.filter(held | Q(session__opened="", session__year__lt=early.year)).exclude(status__in=known)


LACKS: dict[str, tuple[StrPromise, Callable[[Rows], Rows]]] = {
    "source": (gettext_lazy("without a source"), _without_source),
    "topic": (gettext_lazy("without a topic"), lambda rows: rows.filter(topics=None)),
    "recommendation": (gettext_lazy("without a recommendation"), lambda rows: rows.filter(recommendations=None)),
    "reply": (gettext_lazy("without a reply after six months"), _without_reply),
}


class LackFilter(admin.SimpleListFilter):
    """What a proposal lacks."""

    title = gettext_lazy("what is missing")
    parameter_name = "lacks"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name what can be lacking."""
        return [(name, label) for name, (label, _rows) in LACKS.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Narrow down to what lacks it."""
        return LACKS[value][1](queryset) if (value := self.value()) in LACKS else queryset


class MineFilter(admin.SimpleListFilter):
    """Who worked on a proposal."""

    title = gettext_lazy("analyst")
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what the analyst had a hand in."""
        return [("yes", gettext_lazy("that I worked on"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        """Narrow down to those with an edit of the analyst's."""
        return worked_on(queryset, request.user) if self.value() == "yes" else queryset


def worked_on(proposals: Rows, user: Any) -> Rows:
    """Narrow down to proposals of which `user` made a version."""
    return proposals.filter(Exists(Version.objects.filter(kind="proposals.proposal", key=OuterRef("pk"), by=user)))


class Waiting(NamedTuple):
    """Something that waits: in words, how many, and where they are listed."""

    label: str
    number: int
    url: str


def dashboard(user: Any) -> dict[str, Any]:
    """Give what waits for `user`, and the last edits of all; nothing to who may not see proposals."""
    if not user.has_perm("proposals.view_proposal"):
        return {}
    every, state = Proposal.objects.order_by(), Proposal.State
    drafts = worked_on(every.filter(state=state.DRAFT), user)
    lists = [
        (_("drafts that you worked on"), drafts, "mine=yes&state__exact=draft"),
        (_("in review"), every.filter(state=state.REVIEW), "state__exact=review"),
        *((str(label), rows(every), urlencode({"lacks": name})) for name, (label, rows) in LACKS.items()),
    ]
    page = reverse("admin:proposals_proposal_changelist")
    waiting = [Waiting(label, rows.count(), f"{page}?{asked}") for label, rows, asked in lists]
    for model, label in (
        (Proposal, _("pairs of proposals that may be one")),
        (Delegate, _("pairs of delegates that may be one")),
    ):
        pairs = Double.objects.undecided(model).count()
        waiting.append(Waiting(label, pairs, reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_doubles")))
    replies = reverse("admin:proposals_reply_changelist")
    waiting.append(
        Waiting(_("replies to no proposal that is known"), Reply.objects.waiting().count(), f"{replies}?waits=yes")
    )
    if user.has_perm("proposals.view_intake"):
        begun = Intake.objects.unfinished().count()
        intakes = reverse("admin:proposals_intake_changelist")
        waiting.append(Waiting(_("articles begun and not finished"), begun, f"{intakes}?state__exact=begun"))
    broken = Source.objects.exclude(link_fault="").count()
    sources = reverse("admin:proposals_source_changelist")
    waiting.append(Waiting(_("sources whose address does not answer"), broken, f"{sources}?link_fault__isempty=0"))
    edits = Version.objects.select_related("by")[: 10 * LATEST]
    latest = list({(edit.kind, edit.key): edit for edit in reversed(edits)}.values())[::-1][:LATEST]
    return {
        "waiting": waiting,
        "reads": user.has_perm("proposals.add_intake"),
        "latest": latest,
        "searched": [(words, times, urlencode({"q": words})) for words, times in searched_in_vain(SEARCHES)],
        "imports": Batch.objects.exclude(done_at=None).defer("content")[:LAST_IMPORTS],
    }
