"""What is offered below a list needs: its address in other formats."""

from django import template
from django.urls import reverse

from proposals.catalogue import Query
from proposals.shapes import list_in_the_api

register = template.Library()


@register.simple_tag
def export(query: Query, shape: str, more: str = "") -> str:
    """Give the address of the whole list in the format `shape`; `more` is added to the parameters: `bom=1`."""
    asked = "&".join(filter(None, [query.whole.canonical.lstrip("?"), more]))
    address = reverse("recommendation_export" if query.recommendations else "proposal_export", args=[shape])
    return f"{address}?{asked}" if asked else address


@register.simple_tag
def in_the_api(query: Query) -> str:
    """Give the address of the same list in the API."""
    return list_in_the_api(query)
