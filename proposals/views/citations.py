"""Citations: the files for reference managers, and the page that cites a single recommendation."""

import json
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from proposals.citations import Reference, as_bibtex, as_csl, as_ris, reference_to
from proposals.models import Proposal, Recommendation, Reply
from proposals.shapes import of_recommendation
from proposals.views.proposals import gone
from proposals.views.shaped import shaped


def _csl_list(reference: Reference) -> str:
    return json.dumps([as_csl(reference)], ensure_ascii=False, indent=2) + "\n"


FORMS: dict[str, tuple[str, Callable[[Reference], str]]] = {
    "bib": ("application/x-bibtex", as_bibtex),
    "ris": ("application/x-research-info-systems", as_ris),
    "csl.json": ("application/vnd.citationstyles.csl+json", _csl_list),
}
"""The media type and the writer of each form, by the end of its address."""


def proposal_citation(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Give the citation of a proposal as a file."""
    found = Proposal.objects.for_cards([pk])
    return _file(request, found[0], form) if found else gone(request, pk)


def recommendation_citation(request: HttpRequest, pk: int, form: str = "") -> HttpResponse:
    """Show how to cite a recommendation, or give its citation as a file."""
    found = Recommendation.objects.for_cards([pk])
    if not found:
        return gone(request, Recommendation.objects.filter(pk=pk).values_list("proposal", flat=True).first() or 0)
    if form:
        return _file(request, found[0], form)
    shapes = of_recommendation(found[0])
    return shaped(request, "proposals/recommendation_citation.html", {"recommendation": found[0]}, shapes)


def reply_citation(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Give the citation of a reply as a file."""
    return _file(request, get_object_or_404(Reply.objects.published().select_related("agency"), pk=pk), form)


def _file(request: HttpRequest, thing: Proposal | Recommendation | Reply, form: str) -> HttpResponse:
    if form not in FORMS:
        raise Http404
    media_type, write = FORMS[form]
    reference = reference_to(thing, f"{request.scheme}://{request.get_host()}", timezone.localdate())
    response = HttpResponse(write(reference), content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{reference.key}.{form}"'
    return response
