"""Proposals side by side: the page, and its copies as Markdown and XLSX."""

import re
from collections.abc import Callable
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from proposals.catalogue import search
from proposals.comparison import MOST, Asked, Comparison, as_markdown, as_workbook, compare
from proposals.filters import ProposalFilter, printable
from proposals.models import Proposal
from proposals.models.numbers import document_number

OFFERED = 10
ADDRESS = re.compile(r"/proposals/([0-9]{1,18})(?:[/?#]|$)")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def comparison(request: HttpRequest) -> HttpResponse:
    """Show up to five proposals side by side; offer others to add."""
    asked = Asked.of(request.GET)
    words = QueryDict(mutable=True)
    words["q"] = typed = request.GET.get("q", "").strip()
    adding = ProposalFilter(words)
    found = _offered(adding, asked) if asked.room else []
    context = {
        "comparison": compare(asked),
        "form": adding.form,
        "words": typed,
        "offered": [(proposal, asked.adding(proposal.pk)) for proposal in found],
    }
    return render(request, "proposals/compare.html", context)


def comparison_markdown(request: HttpRequest) -> HttpResponse:
    """Give the comparison as Markdown."""
    return _copy(request, "md", "text/markdown; charset=utf-8", as_markdown)


def comparison_workbook(request: HttpRequest) -> HttpResponse:
    """Give the comparison as XLSX."""
    return _copy(request, "xlsx", WORKBOOK, as_workbook)


def _offered(adding: ProposalFilter, asked: Asked) -> list[Proposal]:
    """Give published proposals to add: by an address, by words, or, without words, on the topics of the only one."""
    query = adding.query
    if not query.q and len(asked.proposals) == 1:
        topics = [topic.slug for topic in asked.proposals[0].topics.all()]
        query = query.choosing("topic", adding.vocabulary.values("topic", topics))
    if adding.form.errors or not query.narrowed:
        return []
    typed, numbered = ADDRESS.search(query.q), document_number(query.q)
    if typed:
        found = [int(typed[1])]
    elif numbered:
        same = Proposal.objects.published().numbered(**asdict(numbered))
        found = list(same.values_list("pk", flat=True)[: OFFERED + MOST])
    else:
        found = search(query, adding.vocabulary, facets=()).ids
    return Proposal.objects.for_cards([key for key in found if key not in asked.keys][:OFFERED])


def _copy(
    request: HttpRequest, ending: str, kind: str, written: Callable[[Comparison, str], str | bytes]
) -> HttpResponse:
    """Send a copy for download, or one line that says what is wrong with `p`."""
    asked = Asked.of(request.GET)
    if not asked.enough:
        line = " ".join([_("p: name two to five published proposals, as in ?p=1&p=2."), *asked.problems])
        return HttpResponse(f"{printable(line)}\n", status=400, content_type="text/plain; charset=utf-8")
    name = f"lianghui-compare-{'-'.join(map(str, asked.keys))}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex"}
    site = f"{request.scheme}://{request.get_host()}"
    return HttpResponse(written(compare(asked), site), content_type=kind, headers=headers)
