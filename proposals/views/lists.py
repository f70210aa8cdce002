"""The lists of proposals and of recommendations."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from proposals.catalogue import Query, search
from proposals.exports.workbook import not_of
from proposals.filters import ProposalFilter
from proposals.models import Proposal, Recommendation
from proposals.models.numbers import document_number
from proposals.models.searches import note_in_vain
from proposals.sentence import heading
from proposals.shapes import of_list
from proposals.views.shaped import shaped


def proposal_list(request: HttpRequest) -> HttpResponse:
    """List published proposals: words, facets, order, pages; the number of one leads to it."""
    return _list(request, recommendations=False)


def recommendation_list(request: HttpRequest) -> HttpResponse:
    """List single recommendations of published proposals, by the same parameters."""
    return _list(request, recommendations=True)


def _list(request: HttpRequest, *, recommendations: bool) -> HttpResponse:
    asked = ProposalFilter(request.GET, recommendations=recommendations)
    query = asked.query
    if not recommendations and not asked.form.errors and (numbered := _numbered(query)):
        return redirect(numbered)
    results = search(query, asked.vocabulary, sought=asked.sought)
    if results.query.page > results.pages:
        return render(request, "proposals/no_such_page.html", {"results": results}, status=404)
    if not results.total and results.query.parameters() == [("q", query.q)] and not request.user.is_authenticated:
        note_in_vain(query.q)
    rows = Recommendation.objects.for_cards(results.ids) if recommendations else results.rows()
    return shaped(
        request,
        "proposals/recommendation_list.html" if recommendations else "proposals/proposal_list.html",
        {"form": asked.form, "results": results, "rows": rows, "query": results.query},
        [] if asked.form.errors else of_list(query, heading(query), without=not_of(results.total)),
        query.canonical,
    )


def _numbered(query: Query) -> Proposal | None:
    """Give the one published proposal whose number is all that is asked."""
    typed = document_number(query.q) if query.parameters() == [("q", query.q)] else None
    found = list(Proposal.objects.published().numbered(**asdict(typed)).only("slug")[:2]) if typed else []
    return found[0] if len(found) == 1 else None
