"""The parts of pictures, printed: a page has a hundred, a table thousands, and a template takes thrice as long."""

import html
from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from proposals.pictures import Part, Tile
from proposals.templatetags.reading import isolated

CHOSEN = ' class="chosen"'
register = template.Library()


@register.simple_tag
def bars(parts: Iterable[Part], place: str) -> SafeString:
    """Print parts as rows of a table: name, which leads to those of the list at `place`, bar and number."""
    word = html.escape(gettext("chosen"))
    return SafeString("".join(_bar(part, place, f' <span class="facts">({word})</span>') for part in parts))


def _bar(part: Part, place: str, chosen: str) -> str:
    name: str = isolated(part.label)
    if part.count:
        name = f'<a href="{html.escape(place + part.url)}" rel="nofollow">{name}</a>'
    share = "" if part.share is None else f' <span class="facts">{part.share}%</span>'
    return (
        f'<tr{CHOSEN if part.chosen else ""}><th scope="row"{_language(part)}>{name}'
        f'{chosen if part.chosen else ""}</th><td aria-hidden="true"><svg class="bar" width="100%" height="12">'
        f'<rect width="{part.width}" height="12"/></svg></td><td class="amount">{part.count}{share}</td></tr>'
    )


@register.simple_tag
def tiles(provinces: Iterable[Tile], place: str) -> SafeString:
    """Print the provinces of the map, each as a tile that leads to those of the list at `place` that are about it."""
    between = html.escape(gettext(": "))
    return SafeString("".join(_tile(tile, place, between) for tile in provinces))


def _tile(tile: Tile, place: str, between: str) -> str:
    part = tile.part
    told = f"{html.escape(str(part.label))}{between}{part.count}"
    drawn = (
        f'<title>{told}</title><rect x="{tile.x}" y="{tile.y}" width="60" height="60" rx="6"/>'
        f'<text x="{tile.middle}" y="{tile.upper}"{_language(part)}>{html.escape(tile.name)}</text>'
    )
    if not part.count:
        return f"<g>{drawn}</g>"
    return (
        f'<a href="{html.escape(place + part.url)}" aria-label="{told}"'
        f' class="shade-{part.shade}{" chosen" if part.chosen else ""}">{drawn}'
        f'<text class="number" x="{tile.middle}" y="{tile.lower}">{part.count}</text></a>'
    )


@register.simple_tag
def cells(parts: Iterable[Part], place: str) -> SafeString:
    """Print the cells of a row of a table, each leading to those of the list at `place` that it counts."""
    between = html.escape(gettext(": "))
    return SafeString("".join(_cell(part, place, between) for part in parts))


def _cell(part: Part, place: str, between: str) -> str:
    if not part.count:
        return f'<td class="shade-{part.shade}">0</td>'
    told = f"{html.escape(str(part.label))}{between}{part.count}"
    link = f'<a href="{html.escape(place + part.url)}" rel="nofollow" aria-label="{told}">{part.count}</a>'
    return f'<td class="shade-{part.shade}">{link}</td>'


def _language(part: Part) -> str:
    return f' lang="{part.language}"' if part.language else ""
