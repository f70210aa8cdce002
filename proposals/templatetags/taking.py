"""What is offered below a list needs: its address in other formats, and which of them it is too long for."""

from django import template
from django.urls import reverse

from proposals.catalogue import Query
from proposals.exports.workbook import MOST, not_of
from proposals.filters import ReplyFilter
from proposals.shapes import IN_THE_API, list_in_the_api

register = template.Library()
register.simple_tag(lambda rows: not_of(rows), name="not_of")
register.simple_tag(lambda: MOST, name="longest_workbook")


@register.simple_tag
def export(listed: Query | ReplyFilter, shape: str, more: str = "") -> str:
    """Give the address of the whole list in the format `shape`; `more` is added to the parameters: `bom=1`."""
    if isinstance(listed, ReplyFilter):
        name, end = "reply_export", listed.address(1)
    else:
        name, end = "recommendation_export" if listed.recommendations else "proposal_export", listed.whole.canonical
    asked = "&".join(filter(None, [end.lstrip("?"), more]))
    address = reverse(name, args=[shape])
    return f"{address}?{asked}" if asked else address


@register.simple_tag
def in_the_api(listed: Query | ReplyFilter) -> str:
    """Give the address of the same list in the API."""
    if isinstance(listed, ReplyFilter):
        return f"{IN_THE_API['replies']}{listed.address(1)}"
    return list_in_the_api(listed)
