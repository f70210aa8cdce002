"""Pictures for links to our pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from people.addresses import address
from proposals.cards import card_of, drawn, site_card
from proposals.models import Proposal

PNG = "image/png"


def proposal_card(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Draw what stands beside a link to a proposal; another slug leads to the right one."""
    published = get_object_or_404(Proposal.objects.published().only("slug"), pk=pk)
    if slug != published.slug:
        return redirect(address("proposal_card", pk, published.slug))
    found = Proposal.objects.for_cards([pk])
    if not found:  # taken back in between
        raise Http404
    return HttpResponse(drawn(card_of(found[0])), content_type=PNG)


def card(request: HttpRequest) -> HttpResponse:
    """Draw what stands beside a link to any other page."""
    return HttpResponse(drawn(site_card()), content_type=PNG)
