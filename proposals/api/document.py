"""The OpenAPI document: made from the shapes and the parameters, in either language, as JSON or YAML."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, renderer_classes
from rest_framework.request import Request
from rest_framework.response import Response

from people.language import reader_language
from proposals.api.problems import WrongParametersError
from proposals.api.shapes.references import CODE, KEY, SLUG

KEYS = {"id": KEY, "slug": SLUG, "code": CODE}
FORMATS = {"json": OpenApiJsonRenderer, "yaml": OpenApiYamlRenderer}


@extend_schema(exclude=True)
@api_view(["GET", "HEAD"])
@renderer_classes([OpenApiJsonRenderer, OpenApiYamlRenderer])
def schema(request: Request) -> Response:
    """Answer with the document."""
    form = request.GET.get("format", "json")
    if form not in FORMATS:
        raise WrongParametersError({"format": [_("Choose json or yaml.")]})
    request.accepted_renderer = FORMATS[form]()
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
            for parameter in operation["parameters"]:
                parameter.setdefault("description", str(KEYS.get(parameter["name"], "")))
            given = operation["responses"]["200"]["content"]["application/json"]["schema"]
            name = given["$ref"].rpartition("/")[2]
            rows = components[name]["properties"].get("results")
            chosen = rows["items"]["$ref"].rpartition("/")[2] if rows else name
            components[chosen].pop("required", None)
    return result
