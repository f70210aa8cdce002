"""The OpenAPI document: made from the shapes and the parameters, in either language, as JSON or YAML."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, renderer_classes
from rest_framework.request import Request
from rest_framework.response import Response

from people.language import reader_language
from proposals.api.parameters import OneParameters, checked
from proposals.api.shapes.pieces import Shape
from proposals.api.shapes.references import CODE, KEY, SLUG
from proposals.filters import parameter
from proposals.models import Proposal

KEYS = {"id": KEY, "slug": SLUG, "code": CODE}
FORMATS = {"json": OpenApiJsonRenderer, "yaml": OpenApiYamlRenderer}


class DocumentParameters(OneParameters):
    """In which form the document is given, and in which language."""

    format = parameter(
        forms.ChoiceField,
        _("Form"),
        _("json or yaml."),
        choices=[(form, form) for form in FORMATS],
        error_messages={"invalid_choice": _("Choose json or yaml.")},
        method="beside",
    )
    fields: Any = None


@extend_schema(exclude=True)
@api_view(["GET", "HEAD"])
@renderer_classes([OpenApiJsonRenderer, OpenApiYamlRenderer])
def schema(request: Request) -> Response:
    """Answer with the document."""
    asked = checked(DocumentParameters(request.GET, queryset=Proposal.objects.none()), request.GET, Shape)
    request.accepted_renderer = FORMATS[asked.form.cleaned_data["format"] or "json"]()
    request.accepted_media_type = request.accepted_renderer.media_type
    return Response(description())


def description() -> Mapping[str, Any]:
    """Give the document in the reader's language; it is the same for everybody, and made once."""
    return _description(reader_language())


@lru_cache(maxsize=4)
def _description(_language: str) -> Mapping[str, Any]:
    generator: Any = SchemaGenerator
    made: Mapping[str, Any] = generator().get_schema(request=None, public=True)
    return made


def as_it_is(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Say what keys in addresses are, and take away what is not so: `fields` may leave out any field of an answer."""
    components = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            for told in operation["parameters"]:
                told.setdefault("description", str(KEYS.get(told["name"], "")))
            given = operation["responses"]["200"]["content"]["application/json"]["schema"]
            name = given["$ref"].rpartition("/")[2]
            rows = components[name]["properties"].get("results")
            chosen = rows["items"]["$ref"].rpartition("/")[2] if rows else name
            components[chosen].pop("required", None)
    return result
