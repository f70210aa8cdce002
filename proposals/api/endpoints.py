"""Endpoints: what all addresses of the API have in common; how parameters are read and pages of rows are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from math import ceil
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from people.doubles import successor
from proposals.api.parameters import OneParameters, checked, documented
from proposals.api.problems import PROBLEM, MovedError, ProblemShape, WithdrawnShape, WrongParametersShape
from proposals.api.shapes.lists import page_of
from proposals.api.shapes.pieces import Around, Shape
from proposals.models import Proposal

View = Callable[..., Any]
Told = Promise | str
HEADERS = (
    OpenApiParameter(
        "ETag",
        str,
        OpenApiParameter.HEADER,
        response=[200, 304],
        description=_(
            "Names the state of the answer: send it along as `If-None-Match`, and what is the same is not sent again."
        ),
    ),
    OpenApiParameter(
        "Link",
        str,
        OpenApiParameter.HEADER,
        response=True,
        description=_("Where the OpenAPI document is (`service-desc`); on a list that goes on, `next` too."),
    ),
    OpenApiParameter(
        "Location",
        {"type": "string", "format": "uri-reference"},
        OpenApiParameter.HEADER,
        required=True,
        response=[301],
        description=_("Its address of today, with the parameters that were given."),
    ),
    OpenApiParameter(
        "Retry-After",
        {"type": "integer", "minimum": 1},
        OpenApiParameter.HEADER,
        required=True,
        response=[429, 503],
        description=_("The seconds after which to ask again."),
    ),
)
"""Headers of answers, by the statuses that come with them."""


def described(
    name: str,
    told: Told,
    shape: type[Shape],
    parameters: type[django_filters.FilterSet] = OneParameters,
    *,
    many: bool = False,
    facets: bool = False,
    withdrawn: bool = False,
    moved: bool = False,
) -> Callable[[View], View]:
    """Make a view an endpoint that answers GET and HEAD, described by what it takes and gives.

    `withdrawn`: it can be so with a thing that is asked for here; `moved`: a thing can have been called otherwise.
    """
    answers: dict[Any, Any] = {200: OpenApiResponse(page_of(shape, facets=facets) if many else shape, description="OK")}
    answers[304] = OpenApiResponse(description=_("What was given to you before, as its `ETag` says, is the same."))
    if moved:
        answers[301] = OpenApiResponse(description=_("It has another address, or was made one with something else."))
    wrong = {400: WrongParametersShape, 404: ProblemShape, 429: ProblemShape, 503: ProblemShape}
    wrong |= {410: WithdrawnShape} if withdrawn else {}
    for status, problem in wrong.items():
        answers[(status, PROBLEM)] = OpenApiResponse(problem, description=str(problem.__doc__))

    def endpoint(view: View) -> View:
        asked = api_view(["GET", "HEAD"])(wraps(view)(view))
        return extend_schema(
            operation_id=name,
            summary=told,
            description=told,
            parameters=[*documented(parameters, shape), *HEADERS],
            responses=answers,
            tags=[name.split("_")[0]],
        )(asked)

    return endpoint


def one(request: Request, thing: Any, shape: type[Shape]) -> Response:
    """Answer with one thing, as far as it is asked for."""
    asked = checked(OneParameters(request.GET, queryset=Proposal.objects.none()), request.GET, shape)
    only = asked.form.cleaned_data["fields"]
    return Response(shape(thing, only=only, context={"around": Around(request)}).data)


def page(
    request: Request,
    asked: Any,
    shape: type[Shape],
    fetch: Callable[[QuerySet[Any]], Iterable[Any]] = list,
) -> Response:
    """Answer with rows of the list `asked`: by their page where one is asked for, else by a cursor through all.

    `fetch` reads the few rows that are given, with what is to stand beside them.
    """
    given, found, keyset = asked.form.cleaned_data, asked.qs, asked.keyset
    number, size, total = given["page"] or 1, given["page_size"], found.order_by().count()
    if number > pages_of(total, size):
        raise Http404(gettext("There is no such page of results."))
    first = (number - 1) * size
    rows = list(fetch(keyset.after(found, given["cursor"])[first : first + size + 1]))
    shown = rows[:size]
    ways = beside_page(number, pages_of(total, size))
    if not given["page"]:
        onward = {"cursor": keyset.written(shown[-1])} if len(rows) > size else None
        ways = {"next": onward, "previous": None}
    return listed(request, asked, shape, shown, total, ways)


def listed(
    request: Request,
    asked: Any,
    shape: type[Shape],
    rows: Sequence[Any],
    total: int,
    ways: Mapping[str, Mapping[str, str] | None],
    **more: Any,
) -> Response:
    """Answer with rows, their total, and the ways on and back: parameters to be put in the place of those asked."""
    only = asked.form.cleaned_data["fields"]
    around = Around(request)
    links = {way: _leading(request, changed) for way, changed in ways.items()}
    results = shape(rows, many=True, only=only, context={"around": around}).data
    following = {"Link": f'<{links["next"]}>; rel="next"'} if links["next"] else {}
    return Response({"count": total, **links, "results": results, **more}, headers=following)


def pages_of(total: int, size: int) -> int:
    """Give how many pages a list has, at least one."""
    return max(1, ceil(total / size))


def beside_page(number: int, pages: int) -> dict[str, dict[str, str] | None]:
    """Give the ways from one page to the next and to that before."""
    return {
        "next": {"page": str(number + 1)} if number < pages else None,
        "previous": {"page": str(number - 1)} if number > 1 else None,
    }


def _leading(request: Request, changed: Mapping[str, str] | None) -> str | None:
    """Give the address of this list with other parameters."""
    if changed is None:
        return None
    parameters: QueryDict = request.GET.copy()
    for name in ("page", "cursor"):
        parameters.pop(name, None)
    parameters.update(changed)
    return str(request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}"))


def called(model: Any, resource: str, slug: str, shown: Callable[[Any], Any]) -> Any:
    """Give what `shown` knows by this slug; lead to what had it before, or was made one with what had it."""
    if (found := shown({"slug": slug})) is not None:
        return found
    former = successor(model, slug=slug)
    if former is None or shown({"pk": former.pk}) is None:
        raise Http404
    raise MovedError(f"/api/v1/{resource}/{former.slug}/")
