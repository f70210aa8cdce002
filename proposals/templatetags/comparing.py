"""What the page of a comparison needs to print rows of it."""

from collections.abc import Sequence

from django import template

from proposals.comparison import Column

register = template.Library()


@register.filter
def beside(columns: Sequence[Column], cells: Sequence[object]) -> list[tuple[Column, object]]:
    """Put each column's head beside its cell, for screens on which a row is a list."""
    return list(zip(columns, cells, strict=True))
