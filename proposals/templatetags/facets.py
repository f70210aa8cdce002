"""What lists are filtered by, printed: a page has fifteen facets with hundreds of values.

A template, or Django's `format_html`, takes a third of the time of the whole page.
"""

import html

from django import template
from django.forms import Form
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from people.language import turns
from proposals.catalogue import Facet, Results, Value
from proposals.filters import printable
from proposals.templatetags.reading import kept

register = template.Library()


@register.simple_tag
def facets(results: Results, form: Form) -> SafeString:
    """Print the facets of a list, each with what was wrong with its choice, a box to look among many values, and these.

    Where words were looked for, all that have them stand there; else the first, and the others behind "all".
    """
    asked, typed = kept(results.query), {str(form["find_in"].value()): printable(str(form["find"].value() or ""))}
    return SafeString("".join(_facet(each, results, form, asked, typed) for each in results.facets))


def _facet(facet: Facet, results: Results, form: Form, asked: str, typed: dict[str, str]) -> str:
    errors = [html.escape(printable(str(error))) for error in form.errors.get(facet.name, ())]
    if not (facet.values or facet.sought or errors):
        return ""
    key, label = f"facet-{facet.name}", html.escape(str(facet.label))
    wrong = f'<div class="errors" id="{facet.name}-errors"><p>{"</p><p>".join(errors)}</p></div>' if errors else ""
    within = _within(key, label, asked, facet.name, typed.get(facet.name, "")) if facet.searchable else ""
    word = html.escape(gettext("chosen"))
    values = [_value(value, f'<span class="unseen"> ({word})</span>') for value in facet.values]
    first = [printed for printed, value in zip(values, facet.values, strict=True) if facet.sought or value.at_once]
    after = _found(facet, results) if facet.sought else _all(facet, values) if facet.more else ""
    head = f'<section class="facet" aria-labelledby="{key}"><h3 id="{key}">{label}</h3>'
    shown = "\n".join(first)
    return f"{head}{wrong}{within}<ul>{shown}</ul>{after}</section>"


def _within(key: str, label: str, asked: str, name: str, typed: str) -> str:
    """Print the form that looks for words among the values of a facet."""
    find, button, between = html.escape(gettext("find")), html.escape(gettext("Find")), html.escape(gettext(": "))
    return (
        f'<form class="within" action="#{key}" role="search" aria-labelledby="{key}">{asked}'
        f'<input type="hidden" name="find_in" value="{name}"><input type="search" name="find"'
        f' value="{html.escape(typed)}" maxlength="100" aria-label="{label}{between}{find}">'
        f'<button type="submit">{button}</button></form>'
    )


def _found(facet: Facet, results: Results) -> str:
    """Print, after what was looked for, whether there is any, and the way back."""
    none = "" if facet.values else html.escape(gettext("No value of that name."))
    place, word = html.escape(f"{results.query.url}#facet-{facet.name}"), html.escape(gettext("Show all again"))
    return f'<p class="facts">{none} <a href="{place}" rel="nofollow">{word}</a></p>'


def _all(facet: Facet, values: list[str]) -> str:
    """Print all `values` that are listed, folded up, under how many there are."""
    numbers = {"listed": len(facet.values), "number": facet.number}
    said = gettext("All %(number)s")
    if facet.number is None:
        said = gettext("The first %(listed)s")
    elif len(facet.values) < facet.number:
        said = gettext("%(listed)s of %(number)s")
    summary, listed = html.escape(said % numbers), "\n".join(values)
    return f"<details><summary>{summary}</summary><ul>{listed}</ul></details>"


def _value(value: Value, chosen: str) -> str:
    """Print one value, with its link and its count, and the word `chosen` where it is."""
    chosen = chosen if value.selected else ""
    language = f' lang="{value.language}"' if value.language else ""
    kind = ' class="chosen"' if chosen else ""
    label = html.escape(value.label)
    if turns(label):
        label = f"<bdi>{label}</bdi>"
    name = f"<span><span{language}>{label}</span>{chosen}</span>"
    count = value.count if value.added is None else f"+{value.added}"
    return (
        f'<li class="depth-{value.depth}"><a href="{html.escape(value.url)}" rel="nofollow"{kind}>'
        f'{name} <span class="count">{count}</span></a></li>'
    )
