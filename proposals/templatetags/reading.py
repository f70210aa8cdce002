"""What templates need to print the record: hits marked, dates in words, texts with their language."""

import re
from collections.abc import Iterable

from django import template
from django.forms import BoundField, Form
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from people.dates import date_words
from people.language import CHINESE, ENGLISH, TAGS, foreign, in_language, reader_language
from proposals.catalogue import Value, marked
from proposals.catalogue.words import HAN, Phrase
from proposals.filters import printable

register = template.Library()
VALUE = (
    '<li class="depth-{}"><a href="{}" rel="nofollow"{}>'
    '<span><span{}>{}</span>{}</span> <span class="count">{}</span></a></li>'
)
IN_CHINESE = re.compile(f"[{HAN}]")
register.filter("date_words", date_words)


@register.simple_tag
def say(thing: object, field: str, sought: Iterable[Phrase] = ()) -> SafeString:
    """Print `field` (`title` for `title_en`, `title_zh`) for the reader, with hits marked.

    Where only the other language has it, that stands there, marked as being in that language.
    """
    text, language = in_language(thing, field)
    printed = with_hits(text, sought)
    if text and (tag := foreign(language)):
        return format_html('<span lang="{}">{}</span>', tag, printed)
    return printed


@register.simple_tag
def say_plainly(thing: object, field: str) -> str:
    """Print `field` for the reader as text for an attribute."""
    return in_language(thing, field)[0]


@register.simple_tag
def also(thing: object, field: str) -> SafeString:
    """Print `field` in the language that the reader's page is not in, marked as such; nothing where there is none."""
    language = CHINESE if reader_language() == ENGLISH else ENGLISH
    text = getattr(thing, f"{field}_{language}")
    if not text or text == in_language(thing, field)[0]:
        return SafeString("")
    return format_html('<span class="also" lang="{}">{}</span>', TAGS[language], text)


@register.simple_tag
def facet_values(values: Iterable[Value]) -> SafeString:
    """Print values of a facet, each with its link and its count.

    A page has hundreds of them: a template takes ten times as long, a third of the time of the whole page.
    """
    chosen = format_html('<span class="unseen"> ({})</span>', gettext("chosen"))
    each = (
        (
            value.depth,
            value.url,
            SafeString(' class="chosen"') if value.selected else "",
            format_html(' lang="{}"', value.language) if value.language else "",
            value.label,
            chosen if value.selected else "",
            value.count if value.added is None else f"+{value.added}",
        )
        for value in values
    )
    return format_html_join("\n", VALUE, each)


@register.filter
def each_name(names: str) -> SafeString:
    """Print names that are divided by semicolons, each marked as Chinese or English, as its characters say."""
    each = [name.strip() for name in names.split(";") if name.strip()]
    tagged = ((TAGS[CHINESE if IN_CHINESE.search(name) else ENGLISH], name) for name in each)
    return format_html_join("; ", '<span lang="{}">{}</span>', tagged)


@register.filter
def field(form: Form, name: str) -> BoundField:
    """Give the form's field of that name, where the name is itself a variable."""
    return form[name]


@register.filter
def typed(text: object) -> str:
    """Give back what a visitor typed, in its box or in a message on it, as a page can print it."""
    return printable(str(text or ""))


@register.filter
def with_hits(text: str, sought: Iterable[Phrase]) -> SafeString:
    """Print `text` with hits in `<mark>`."""
    pieces = marked(text, sought) if sought else [(text, False)]
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", piece) if hit else piece,) for piece, hit in pieces)
    )
