"""Policy documents that take up what was recommended, and their list."""

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from proposals.models import Echo, PolicyDocument
from proposals.views.paging import page_of

ON_A_PAGE = 50


def policy_list(request: HttpRequest) -> HttpResponse:
    """List the documents that take up something published, the newest first."""
    page = page_of(request, _shown(), ON_A_PAGE)
    return render(request, "proposals/policy_list.html", {"page": page})


def policy_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a document, and its passages beside the recommendations that they take up."""
    policy = get_object_or_404(_shown().select_related("source"), pk=pk)
    return render(request, "proposals/policy_detail.html", {"policy": policy})


def _shown() -> QuerySet[PolicyDocument]:
    """Give public documents with what is public of that which they take up."""
    echoes = Echo.objects.published().select_related("recommendation__proposal__session__body")
    shown = Prefetch("echoes", echoes, to_attr="shown_echoes")
    return PolicyDocument.objects.published().select_related("issuer").prefetch_related("co_issuers", shown)
