"""A proposal, what was changed in it, and the places of its recommendations."""

from itertools import pairwise
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from people.doubles import successor
from people.history import Version
from people.versions import State, differences, states
from proposals.catalogue import Related, UnavailableError, related
from proposals.embedding import Frame
from proposals.models import Citation, Lineage, Proposal, Recommendation
from proposals.models.came_of_it import read_what_came_of_it
from proposals.models.life_cycle import way_of
from proposals.models.lineage import line_of
from proposals.shapes import of_proposal
from proposals.views.shaped import shaped

NOT_COMPARED = ("slug", "into", *Proposal.set_apart)
"""What the public does not see compared: what leads to another proposal may lead to one that is not public."""


def proposal_detail(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show one proposal with its recommendations, figures and sources; another slug leads to the right one."""
    proposal = Proposal.objects.published().for_page().filter(pk=pk).first()
    if proposal is None:
        return gone(request, pk)
    if slug != proposal.slug:
        return redirect(proposal)
    page = {**_page(request, proposal), "changes": Version.objects.public_run(proposal)[:-1]}
    return shaped(request, "proposals/proposal_detail.html", page, of_proposal(proposal, page["address"]))


def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an analyst the page of a proposal as the public would see it, whatever its state."""
    if not request.user.has_perm("proposals.view_proposal"):
        raise PermissionDenied
    proposal = get_object_or_404(Proposal.objects.for_page(), pk=pk)
    return render(request, "proposals/proposal_detail.html", {**_page(request, proposal), "preview": True})


def _page(request: HttpRequest, proposal: Any) -> dict[str, Any]:
    read_what_came_of_it(proposal)
    delegates = [each.delegate_id for each in proposal.sponsorships.all() if each.delegate_id]
    text, topics, agencies = proposal.title_and_summary, proposal.every_topic, proposal.every_agency
    try:
        groups = related(proposal.pk, text, delegates, topics, agencies)
    except UnavailableError:  # the proposal itself stands in the record
        groups = Related()
    return {
        "proposal": proposal,
        "way": way_of(proposal) if proposal.has_events or proposal.has_answers else [],
        "line": line_of(proposal) if proposal.has_line else None,
        "citations": list(Citation.objects.on(proposal)),
        "related": groups,
        "address": request.build_absolute_uri(proposal.get_absolute_url()),
        "embed": Frame(f"{request.scheme}://{request.get_host()}", proposal).html,
    }


def gone(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to what it was made one with, or tell why it is no longer here and nothing else; 404 if it never was."""
    merged = successor(Proposal, key=pk)
    if merged is not None and merged.is_public:
        return redirect(merged, permanent=True)
    proposal = Proposal.objects.withdrawn().filter(pk=merged.pk if merged is not None else pk).first()
    if proposal is None:
        raise Http404
    return render(request, "proposals/withdrawn.html", {"withdrawn": proposal}, status=410)


def proposal_changes(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Show what was changed in a proposal since it was published, word by word, the newest first."""
    proposal = Proposal.objects.published().filter(pk=pk).first()
    if proposal is None:
        return gone(request, pk)
    if slug != proposal.slug:
        return redirect("proposal_changes", pk=pk, slug=proposal.slug)
    run = Version.objects.public_run(proposal)
    stood = {number: _shown(state) for number, state in states(Proposal, pk)} if len(run) > 1 else {}
    pairs = [
        (new, differences(stood[old.number], stood[new.number], hidden=NOT_COMPARED)) for new, old in pairwise(run)
    ]
    context = {"changed": proposal, "edits": [(version, changes) for version, changes in pairs if changes]}
    return render(request, "proposals/proposal_changes.html", context)


def _shown(state: State) -> State:
    """Give a state without what it is to others, some of which may not be public."""
    return {model: rows for model, rows in state.items() if model is not Lineage}


def recommendation(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the place of a recommendation in its proposal."""
    found = Recommendation.objects.select_related("proposal").filter(pk=pk).first()
    if found is None or not found.proposal.is_public:
        return gone(request, found.proposal_id if found else 0)
    return redirect(f"{found.proposal.get_absolute_url()}#r{found.order}")
