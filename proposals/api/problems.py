"""What goes wrong, said as problem details (RFC 9457), `application/problem+json`, naming each wrong parameter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.response import Response

from proposals.api.shapes.pieces import Shape, integer, string
from proposals.models import Proposal

PROBLEM = "application/problem+json"


class WrongParametersError(Exception):
    """Parameters that cannot be answered: messages by the name of the parameter."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(", ".join(errors))
        self.errors = [
            {"parameter": name, "message": str(message)} for name, messages in errors.items() for message in messages
        ]


class WithdrawnError(Exception):
    """A proposal that was public once, and why it is no longer."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__(str(proposal.pk))
        self.proposal = proposal


class MovedError(Exception):
    """A thing that is found elsewhere now."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class WrongParameterShape(Shape):
    """One parameter that is wrong."""

    parameter = string("Its name.")
    message = string("What is wrong with it, in the language asked for.")


class ProblemShape(Shape):
    """What went wrong, after RFC 9457."""

    type = string("What kind of problem it is, as an address; about:blank where the status says it all.")
    title = string("The status in words.")
    status = integer("The status.")
    detail = string("What went wrong, in the language asked for.")


class WrongParametersShape(ProblemShape):
    """Parameters that cannot be answered."""

    errors: Any = WrongParameterShape(many=True, help_text="Each parameter that is wrong.")


class WithdrawnShape(ProblemShape):
    """Why a proposal is no longer public."""

    withdrawn_because_en = string("The reason, in English; empty where it is not given in it.")
    withdrawn_because_zh = string("The reason, in Chinese; empty where it is not given in it.")


def problem(status: int, detail: str, **more: Any) -> dict[str, Any]:
    """Make the object that says what went wrong."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}


def answer_exception(exception: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer for a view that could not; None for what it has no answer to, which is a fault of ours."""
    match exception:
        case WrongParametersError():
            said = problem(400, gettext("Some parameters cannot be answered."), errors=exception.errors)
        case MovedError():
            asked = context["request"].META.get("QUERY_STRING", "")  # which fields, in which language
            return Response(status=301, headers={"Location": f"{exception.url}?{asked}".removesuffix("?")})
        case WithdrawnError():
            reasons = {name: getattr(exception.proposal, name) for name in Proposal.set_apart if name != "state"}
            said = problem(410, gettext("This proposal was withdrawn"), **reasons)
        case exceptions.MethodNotAllowed():
            said = problem(405, gettext("This is read only: ask by GET."))
        case Http404() | PermissionDenied():
            said = problem(404, str(exception) or gettext("There is nothing at this address."))
        case exceptions.APIException():
            said = problem(exception.status_code, str(exception.detail))
        case _:
            return None
    return Response(said, status=said["status"], content_type=PROBLEM)


def replace(response: HttpResponse) -> HttpResponse:
    """Say in JSON what a page says that went out in the place of an answer; what it tells by its headers stays."""
    status = response.status_code
    text = gettext("There is nothing at this address.") if status == 404 else HTTPStatus(status).phrase
    said = HttpResponse(json.dumps(problem(status, text), ensure_ascii=False), status=status, content_type=PROBLEM)
    for name in ("Retry-After", "Allow", "Content-Language"):
        if name in response:
            said[name] = response[name]
    return said
