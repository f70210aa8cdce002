"""The first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from proposals.catalogue import Query, Vocabulary, count, search
from proposals.models import Proposal


def home(request: HttpRequest) -> HttpResponse:
    """Say what this is; show the newest proposals, topics and regions."""
    results = search(Query(), Vocabulary(), facets=("topic", "region"))
    return render(
        request,
        "proposals/home.html",
        {
            "results": results,
            "proposals": Proposal.objects.for_cards(results.ids[:5]),
            "recommendation_total": count(Query(recommendations=True)),
        },
    )
