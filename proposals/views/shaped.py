"""Pages that are there in other shapes too, and say so."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from proposals.shapes import ATOM, Shape, header


def shaped(
    request: HttpRequest, template: str, context: Mapping[str, Any], shapes: list[Shape], end: str = ""
) -> HttpResponse:
    """Render a page that names its `shapes`; `end` is the end of the address by which it should be known."""
    feed = next((shape for shape in shapes if shape.type == ATOM), None)
    response = render(request, template, {**context, "other_shapes": shapes, "feed": feed})
    response["Link"] = header(f"{request.scheme}://{request.get_host()}", f"{request.path}{end}", shapes)
    return response
