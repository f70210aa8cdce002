"""What templates need to print the record: hits marked, dates in words, texts with their language."""

import html
from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BoundField, Form
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from people.dates import date_words
from people.language import TAGS, in_language, in_other_language, language_of, reader_language, turns
from people.versions import Different
from proposals.catalogue import Proposer, Query, Results, marked
from proposals.catalogue.words import Phrase
from proposals.filters import printable
from proposals.models import Sponsorship
from proposals.models.lineage import Line
from proposals.sentence import sentence

register = template.Library()
register.filter("date_words", date_words)


@register.simple_tag
def say(thing: object, field: str, sought: Iterable[Phrase] = (), reader: str = "") -> SafeString:
    """Print `field` (`title` for `title_en`, `title_zh`) for the reader, with hits marked.

    Where only the other language has it, that stands there, marked as being in that language.
    """
    text, language = in_language(thing, field, reader)
    printed = isolated_as(text, with_hits(text, sought))
    return SafeString(f'<span lang="{language}">{printed}</span>') if text and language else printed


@register.simple_tag
def also(thing: object, field: str, reader: str = "") -> SafeString:
    """Print `field` in the language that the reader's page is not in, marked as such; nothing where there is none."""
    text, language = in_other_language(thing, field, reader)
    return SafeString(f'<span class="also" lang="{language}">{isolated(text)}</span>' if text else "")


@register.simple_tag
def original(thing: object, field: str) -> SafeString:
    """Say that `field` stands in the language of the original, where the reader's has no text."""
    if not in_language(thing, field)[1]:
        return SafeString("")
    return format_html('<p class="facts">{}</p>', gettext("No English title is on record: the original stands here."))


@register.simple_tag
def link(thing: Any, sought: Iterable[Phrase] = (), reader: str = "") -> SafeString:
    """Print the name of a thing as a link to its page."""
    return SafeString(f'<a href="{thing.get_absolute_url()}">{say(thing, "name", sought, reader)}</a>')


@register.simple_tag
def who(sponsorships: Iterable[Sponsorship | Proposer], sought: Iterable[Phrase] = (), reader: str = "") -> SafeString:
    """Print who put a proposal forward, in order, each delegate with the employers of the time."""
    reader = reader or reader_language()
    proposers = [_proposer(each, sought, reader) for each in sponsorships]
    return SafeString(gettext(", ").join(proposers) if proposers else escape(gettext("Proposer not known")))


def _proposer(sponsorship: Sponsorship | Proposer, sought: Iterable[Phrase], reader: str) -> str:
    delegate = sponsorship.delegate
    if delegate is None:
        anywhere = [phrase for phrase in sought if not phrase.field]
        return f'<span class="person">{say(sponsorship, "organisation", anywhere, reader)}</span>'
    name = say(delegate, "name", sought, reader) + also(delegate, "name", reader)
    posts = [
        f" ({say(position, 'employer', sought, reader)}{_inferred() if position.inferred else ''})"
        for position in sponsorship.positions
    ]
    return "".join([f'<a class="person" href="{delegate.get_absolute_url()}">{name}</a>', *posts])


def _inferred() -> str:
    inferred = gettext("inferred")  # not within the f-string, where xgettext does not look
    return f", <em>{html.escape(inferred)}</em>"


@register.simple_tag
def kept(query: Query, *changed: str) -> SafeString:
    """Print what is asked as hidden fields of a form, but for the parameters that are `changed` by the form itself."""
    fields = ((name, value) for name, value in query.parameters() if name not in changed)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields)


@register.simple_tag
def told(results: Results, *, ordered: bool = True) -> SafeString:
    """Print in a sentence what a list shows."""
    return sentence(results.query, results.total, ordered=ordered)


@register.simple_tag
def raised(line: Line) -> str:
    """Print how often something was raised: “Raised 2022, 2023, 2024, by 4 delegates in 3 provinces.”."""
    said = [gettext("Raised in %(years)s") % {"years": gettext(", ").join(map(str, line.years))}]
    if line.delegates:
        by = ngettext("by %(number)s delegate", "by %(number)s delegates", line.delegates)
        said.append(by % {"number": line.delegates})
    if line.provinces:
        places = ngettext("in %(number)s province", "in %(number)s provinces", line.provinces)
        said[-1] = gettext("%(by)s %(places)s") % {"by": said[-1], "places": places % {"number": line.provinces}}
    return pgettext("between clauses", ", ").join(said) + gettext(". ").strip()


@register.simple_tag
def recommendations(number: int) -> str:
    """Print how many recommendations there are."""
    return ngettext("%(total)s recommendation", "%(total)s recommendations", number) % {"total": number}


@register.filter
def each_name(names: str) -> SafeString:
    """Print names that are divided by semicolons, each marked as `one_name` marks it."""
    each = [one_name(name.strip()) for name in names.split(";") if name.strip()]
    return SafeString("; ".join(each))


@register.filter
def one_name(name: str) -> SafeString:
    """Print words of a language that the record does not say, marked as Chinese or English, as its characters say."""
    tag = TAGS[language_of(name)]
    return SafeString(f'<span lang="{tag}">{isolated(name)}</span>')


@register.simple_tag
def pieces(different: Different) -> SafeString:
    """Print both texts of a change in one: what is gone in `<del>`, what is new in `<ins>`."""
    marks = {"same": "span", "gone": "del", "new": "ins"}
    printed = format_html_join("", "<{0}>{1}</{0}>", ((marks[how], text) for how, text in different.pieces))
    tag = TAGS[language_of(different.after or different.before)]
    return format_html('<span lang="{}">{}</span>', tag, printed)


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
    if not sought:
        return SafeString(html.escape(text))
    pieces = marked(text, sought)
    return SafeString(
        "".join(f"<mark>{html.escape(each)}</mark>" if hit else html.escape(each) for each, hit in pieces)
    )


@register.filter
def isolated(text: object) -> SafeString:
    """Print `text` so that its direction stays its own affair: a name from right to left moves no date after it."""
    return isolated_as(str(text), SafeString(html.escape(str(text))))


def isolated_as(text: str, printed: SafeString) -> SafeString:
    """Print `text` so that its direction stays its own affair, given how it is printed otherwise."""
    return SafeString(f"<bdi>{printed}</bdi>") if turns(text) else printed
