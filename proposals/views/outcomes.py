"""What came of what a query finds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from proposals.catalogue import search
from proposals.filters import ProposalFilter
from proposals.outcomes import Overview


def outcomes(request: HttpRequest) -> HttpResponse:
    """Show what is known of filings and replies, by the parameters of the list, and how long replies took."""
    asked = ProposalFilter(request.GET)
    query = asked.query
    results = search(query, asked.vocabulary, facets=())
    context = {"form": asked.form, "query": query, "results": results, "overview": Overview(query, asked.vocabulary)}
    return render(request, "proposals/outcomes.html", context)
