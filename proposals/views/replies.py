"""Replies: what agencies answered, and their list."""

from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from proposals.filters import ReplyFilter
from proposals.models import Answer, Proposal, RecommendationOutcome, Reply
from proposals.views.paging import page_of

ON_A_PAGE = 50


def reply_list(request: HttpRequest) -> HttpResponse:
    """List the replies to published proposals, the newest first, by agency, outcome, year and words."""
    asked = ReplyFilter(request.GET, _shown())
    page = page_of(request, asked.qs, ON_A_PAGE)
    return render(
        request, "proposals/reply_list.html", {"form": asked.form, "page": page, "total": page.paginator.count}
    )


def reply_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a reply, which published proposals it answers, and what it says of single recommendations."""
    reply = get_object_or_404(_shown().select_related("source", "scheme"), pk=pk)
    return render(request, "proposals/reply_detail.html", {"reply": reply})


def _shown() -> QuerySet[Reply]:
    """Give public replies with what is public of that which they answer."""
    public = Proposal.objects.published()
    answers = Answer.objects.filter(proposal__in=public).select_related("proposal__session__body")
    outcomes = RecommendationOutcome.objects.filter(
        recommendation__proposal__in=public, reply__answers__proposal=F("recommendation__proposal")
    )
    return (
        Reply.objects.published()
        .select_related("agency")
        .prefetch_related(
            "co_agencies",
            Prefetch("answers", answers, to_attr="shown_answers"),
            Prefetch("outcomes", outcomes.select_related("recommendation__proposal"), to_attr="shown_outcomes"),
        )
    )
