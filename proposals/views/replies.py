"""Replies: what agencies answered, and their list."""

from django.core.paginator import InvalidPage, Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from proposals.filters import ReplyFilter
from proposals.models import Answer, Proposal, RecommendationOutcome, Reply

ON_A_PAGE = 50


def reply_list(request: HttpRequest) -> HttpResponse:
    """List the replies to published proposals, the newest first, by agency, outcome, year and words."""
    asked = ReplyFilter(request.GET, _shown())
    pages = Paginator(asked.qs, ON_A_PAGE)
    try:
        page = pages.page(request.GET.get("page", 1))
    except InvalidPage:
        raise Http404(_("There is no such page of results.")) from None
    return render(request, "proposals/reply_list.html", {"form": asked.form, "page": page, "total": pages.count})


def reply_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a reply, which published proposals it answers, and what it says of single recommendations."""
    reply = get_object_or_404(_shown().select_related("source", "scheme"), pk=pk)
    return render(request, "proposals/reply_detail.html", {"reply": reply})


def _shown() -> QuerySet[Reply]:
    """Give public replies with what is public of that which they answer."""
    public = Proposal.objects.published()
    answers = Answer.objects.filter(proposal__in=public).select_related("proposal__session__body")
    outcomes = RecommendationOutcome.objects.filter(recommendation__proposal__in=public)
    return (
        Reply.objects.published()
        .select_related("agency")
        .prefetch_related(
            "co_agencies",
            Prefetch("answers", answers, to_attr="shown_answers"),
            Prefetch("outcomes", outcomes.select_related("recommendation__proposal"), to_attr="shown_outcomes"),
        )
    )
