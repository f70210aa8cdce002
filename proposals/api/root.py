"""The root of the API: which resources there are."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import URLField

from proposals.api.endpoints import described, one
from proposals.api.shapes.pieces import Shape, string
from proposals.shapes import LICENCE

RESOURCES = (
    "proposals",
    "recommendations",
    "replies",
    "delegates",
    "memberships",
    "agencies",
    "topics",
    "regions",
    "bodies",
    "sessions",
    "sources",
)
VERSION = "1"


class ResourcesShape(Shape):
    """The resources, each with the address of its list."""

    version = string(_("The version of the API."))
    licence = string(_("The licence of the data."))
    schema = string(_("The address of the OpenAPI document."))
    documentation = string(_("The address of the documentation, for people."))


for _name in RESOURCES:
    ResourcesShape._declared_fields[_name] = URLField(help_text=_("The address of this list."))


@described("root_read", _("List the resources."), ResourcesShape)
def root(request: Request) -> Response:
    """Answer with the address of each list."""
    views = {"schema": "api:schema", "documentation": "api_docs"} | {name: f"api:{name}" for name in RESOURCES}
    addresses = {name: request.build_absolute_uri(reverse(view)) for name, view in views.items()}
    return one(request, {"version": VERSION, "licence": LICENCE, **addresses}, ResourcesShape)
