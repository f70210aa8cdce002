"""The first page."""

from dataclasses import replace

from django.db.models import Max
from django.http import HttpRequest, HttpResponse

from proposals.catalogue import Query, Vocabulary, count, search
from proposals.exports.workbook import not_of
from proposals.models import Proposal
from proposals.pictures import Pictures
from proposals.sentence import heading
from proposals.shapes import of_list
from proposals.views.shaped import shaped


def home(request: HttpRequest) -> HttpResponse:
    """Say what this is; show the newest proposals, topics and regions."""
    vocabulary, public = Vocabulary(), Proposal.objects.published()
    results = search(Query(), vocabulary, facets=())
    return shaped(
        request,
        "proposals/home.html",
        {
            "results": results,
            "pictures": Pictures(Query(), vocabulary, ("topic", "region", "year")),
            "newest": replace(results, ids=results.ids[:5]).rows(),
            "changed": public.with_public_times().aggregate(last=Max("changed_in_public"))["last"],
            "recommendation_total": count(Query(recommendations=True)),
        },
        of_list(Query(), heading(Query()), without=not_of(results.total)),
    )
