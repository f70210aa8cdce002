"""What a query finds, in pictures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from proposals.catalogue import search
from proposals.filters import ProposalFilter
from proposals.pictures import Pictures


def matrix(request: HttpRequest) -> HttpResponse:
    """Show what the list of proposals shows, by the same parameters, as tables with shaded cells, bars and a map."""
    asked = ProposalFilter(request.GET)
    query = asked.query
    results = search(query, asked.vocabulary, facets=())
    pictures = Pictures(query, asked.vocabulary)
    tables = [pictures.table("topic", "region"), pictures.table("topic", "year")]
    context = {"form": asked.form, "query": query, "results": results, "pictures": pictures, "tables": tables}
    return render(request, "proposals/matrix.html", context)
