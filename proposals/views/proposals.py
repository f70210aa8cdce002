"""A proposal, and the places of its recommendations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from proposals.models import Citation, Proposal, Recommendation


def proposal_detail(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show one proposal with its recommendations, figures and sources; another slug leads to the right one."""
    proposal = get_object_or_404(Proposal.objects.published().for_page(), pk=pk)
    if slug != proposal.slug:
        return redirect(proposal)
    citations = list(Citation.objects.on(proposal))
    return render(request, "proposals/proposal_detail.html", {"proposal": proposal, "citations": citations})


def recommendation(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the place of a recommendation in its proposal."""
    found = get_object_or_404(Recommendation.objects.published().select_related("proposal"), pk=pk)
    return redirect(f"{found.proposal.get_absolute_url()}#r{found.order}")
