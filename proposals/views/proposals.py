"""A proposal, and the places of its recommendations."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from proposals.catalogue import Related, UnavailableError, related
from proposals.models import Citation, Proposal, Recommendation


def proposal_detail(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show one proposal with its recommendations, figures and sources; another slug leads to the right one."""
    proposal = get_object_or_404(Proposal.objects.published().for_page(), pk=pk)
    if slug != proposal.slug:
        return redirect(proposal)
    delegates = [each.delegate_id for each in proposal.sponsorships.all() if each.delegate_id]
    try:
        groups = related(pk, proposal.title_and_summary, delegates, proposal.every_topic, proposal.every_agency)
    except UnavailableError:  # the proposal itself stands in the record
        groups = Related([], [], [])
    others = Proposal.objects.for_links(groups.keys)
    context = {
        "proposal": proposal,
        "citations": list(Citation.objects.on(proposal)),
        "related": {name: [others[key] for key in keys if key in others] for name, keys in asdict(groups).items()},
        "address": request.build_absolute_uri(proposal.get_absolute_url()),
    }
    return render(request, "proposals/proposal_detail.html", context)


def recommendation(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the place of a recommendation in its proposal."""
    found = get_object_or_404(Recommendation.objects.published().select_related("proposal"), pk=pk)
    return redirect(f"{found.proposal.get_absolute_url()}#r{found.order}")
