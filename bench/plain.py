"""What most would write: the list straight from Django's ORM, and the floor, a view that does nothing."""

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from lianghui.urls import urlpatterns as site_map
from proposals.catalogue import catalogue
from proposals.models import Proposal, Recommendation, Topic

FACETS = {
    "topic": "topics__slug",
    "region": "target_regions__iso_code",
    "year": "session__year",
    "level": "session__body__level",
    "status": "status",
}
FILTERS = {
    "region": "target_regions__iso_code",
    "year": "session__year",
    "level": "session__body__level",
    "delegate": "delegates__slug",
}
TEXTS = (
    *("title_en", "title_zh", "summary_en", "summary_zh"),
    *("recommendations__text_en", "recommendations__text_zh"),
)
SINGLE_TEXTS = ("text_en", "text_zh")
PAGE = 20


class ColdMiddleware:
    """Empties what this process keeps of earlier answers, for a request that says `X-Cold`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Empty it and pass the request on."""
        if "X-Cold" in request.headers:
            cache.clear()
            if opened := catalogue().look():
                opened.kept.clear()
        return self.get_response(request)


def empty(_request: HttpRequest) -> HttpResponse:
    """Answer at once."""
    return HttpResponse("")


def proposals(request: HttpRequest) -> HttpResponse:
    """List proposals: `icontains` for each word, a `count`, one `annotate` for each facet."""
    found = published = Proposal.objects.filter(state="published")
    for name, field in FILTERS.items():
        if values := request.GET.getlist(name):
            found = found.filter(**{f"{field}__in": values})
    if topics := request.GET.getlist("topic"):
        below = Topic.objects.all().below(*Topic.objects.filter(slug__in=topics).values_list("pk", flat=True))
        found = found.filter(Q(topics__in=below) | Q(recommendations__topics__in=below))
    found = _saying(found, request, TEXTS)
    if found is not published:
        # Joins give a proposal several times, and would narrow the facets down to the values that were asked for.
        found = published.filter(pk__in=found.values("pk"))
    start = (int(request.GET.get("page", 1)) - 1) * PAGE
    rows = found.select_related("session__body").prefetch_related("topics", "target_regions", "delegates")
    rows = rows.order_by("-session__opened", "-pk")[start : start + PAGE]
    facets = {
        name: list(found.values_list(field).annotate(number=Count("pk", distinct=True)).order_by("-number"))
        for name, field in FACETS.items()
    }
    return render(request, "plain.html", {"rows": rows, "total": found.count(), "facets": facets})


def recommendations(request: HttpRequest) -> HttpResponse:
    """List recommendations in the same way."""
    found = _saying(Recommendation.objects.filter(proposal__state="published"), request, SINGLE_TEXTS)
    rows = found.select_related("proposal").prefetch_related("topics").order_by("-proposal__session__opened", "-pk")
    facets = {
        name: list(
            found.values_list(field if name == "topic" else f"proposal__{field}")
            .annotate(number=Count("pk", distinct=True))
            .order_by("-number")
        )
        for name, field in FACETS.items()
    }
    return render(request, "plain.html", {"rows": rows[:PAGE], "total": found.count(), "facets": facets})


def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one proposal."""
    found = Proposal.objects.filter(state="published").select_related("session__body")
    one = get_object_or_404(found.prefetch_related("topics", "delegates", "recommendations"), pk=pk)
    return render(request, "plain.html", {"rows": [one, *one.recommendations.all()], "total": 1, "facets": {}})


def _saying(found: Any, request: HttpRequest, texts: tuple[str, ...]) -> Any:
    question = request.GET.get("q", "")
    for word in [question.strip('"')] if question.startswith('"') else question.split():
        anywhere = Q()
        for text in texts:
            anywhere |= Q(**{f"{text}__icontains": word})
        found = found.filter(anywhere)
    return found


urlpatterns = [
    path("empty/", empty),
    path("plain/proposals/", proposals),
    path("plain/proposals/<int:pk>/", proposal),
    path("plain/recommendations/", recommendations),
    *site_map,
]
