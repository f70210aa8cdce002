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
from people.language import CHINESE, ENGLISH, TAGS, in_language, in_other_language, language_of, reader_language, turns
from people.versions import Different
from proposals.catalogue import Proposer, Query, Results, Row, marked
from proposals.catalogue.words import Phrase, words
from proposals.filters import printable
from proposals.models import Recommendation, Sponsorship
from proposals.models.lineage import Line
from proposals.sentence import sentence

LONGEST_HIT, BEFORE_HIT = 240, 80
"""Characters that a card shows of a recommendation that matched, and how many of them before the hit."""
register = template.Library()
register.filter("date_words", date_words)


@register.simple_tag
def say(thing: object, field: str, sought: Iterable[Phrase] = ()) -> SafeString:
    """Print `field` (`title` for `title_en`, `title_zh`) for the reader, with hits marked.

    Where only the other language has it, that stands there, marked as being in that language.
    """
    text, language = in_language(thing, field)
    printed = _isolated(text, with_hits(text, sought))
    return SafeString(f'<span lang="{language}">{printed}</span>') if text and language else printed


@register.simple_tag
def also(thing: object, field: str) -> SafeString:
    """Print `field` in the language that the reader's page is not in, marked as such; nothing where there is none."""
    text, language = in_other_language(thing, field)
    return SafeString(f'<span class="also" lang="{language}">{isolated(text)}</span>' if text else "")


@register.simple_tag
def original(thing: object, field: str) -> SafeString:
    """Say that `field` stands in the language of the original, where the reader's has no text."""
    if not in_language(thing, field)[1]:
        return SafeString("")
    return format_html('<p class="facts">{}</p>', gettext("No English title is on record: the original stands here."))


@register.simple_tag
def link(thing: Any, sought: Iterable[Phrase] = ()) -> SafeString:
    """Print the name of a thing as a link to its page."""
    return SafeString(f'<a href="{thing.get_absolute_url()}">{say(thing, "name", sought)}</a>')


@register.simple_tag
def who(sponsorships: Iterable[Sponsorship | Proposer], sought: Iterable[Phrase] = ()) -> SafeString:
    """Print who put a proposal forward, in order, each delegate with the employers of the time."""
    proposers = [_proposer(each, sought) for each in sponsorships]
    return SafeString(gettext(", ").join(proposers) if proposers else escape(gettext("Proposer not known")))


def _proposer(sponsorship: Sponsorship | Proposer, sought: Iterable[Phrase]) -> str:
    delegate = sponsorship.delegate
    if delegate is None:
        anywhere = [phrase for phrase in sought if not phrase.field]
        return f'<span class="person">{say(sponsorship, "organisation", anywhere)}</span>'
    name = say(delegate, "name", sought) + also(delegate, "name")
    posts = [
        f" ({say(position, 'employer', sought)}{_inferred() if position.inferred else ''})"
        for position in sponsorship.positions
    ]
    return "".join([f'<a class="person" href="{delegate.get_absolute_url()}">{name}</a>', *posts])


def _inferred() -> str:
    inferred = gettext("inferred")  # not within the f-string, where xgettext does not look
    return f", <em>{html.escape(inferred)}</em>"


@register.simple_tag
def row(shown: Row, results: Results, *, comparable: bool = False) -> SafeString:
    """Print a proposal as lists show it, with hits marked; where it is `comparable`, with the box that chooses it.

    A page has twenty: a template takes thrice as long.
    """
    marks, place = results.query.marks, shown.get_absolute_url()
    known = " · ".join([who(shown.proposers, marks["delegate"]), say(shown.session, "name"), date_words(shown.date)])
    facts = [
        f'<span class="status {shown.status}">{html.escape(shown.status_label)}</span>',
        html.escape(recommendations(shown.recommendation_count)),
        *(link(region, marks["text"]) for region in shown.regions),
    ]
    tags = "".join(f"<li>{link(topic, marks['text'])}</li>" for topic in shown.topics)
    summary = say(shown, "summary", marks["text"])
    return SafeString(
        f'<article class="card"><h2><a href="{place}">{say(shown, "title", marks["title"])}</a></h2>'
        f'{also(shown, "title")}<p class="who">{known}</p>'
        f'{f"""<p class="summary">{summary}</p>""" if summary else ""}'
        f"{_hit(shown, shown.hit, marks['text']) if shown.hit else ''}"
        f'<p class="facts">{" · ".join(facts)}</p><ul class="tags">{tags}</ul>'
        f"{_tick(shown) if comparable else ''}</article>"
    )


def _hit(proposal: Row, matched: Recommendation, sought: Iterable[Phrase]) -> str:
    """Print the recommendation that matched: its number, which leads there, and what stands around the first hit.

    Where only the text in the other language has the hit, that stands there.
    """
    reader = reader_language()
    languages = [reader, CHINESE if reader == ENGLISH else ENGLISH]
    texts = [(language, text) for language in languages if (text := getattr(matched, f"text_{language}"))]
    language, text = max(texts, key=lambda each: len(list(marked(each[1], sought))) > 1)
    number = escape(gettext("Recommendation %(number)s") % {"number": matched.order})
    foreign = f' lang="{TAGS[language]}"' if language != reader else ""
    link = f'<a href="{proposal.get_absolute_url()}#r{matched.order}">{number}</a>'
    words_around = _around(text, sought)
    printed = _isolated(words_around, with_hits(words_around, sought))
    return f'<p class="hit">{link}{escape(gettext(": "))}<span{foreign}>{printed}</span></p>'


def _around(text: str, sought: Iterable[Phrase]) -> str:
    """Cut a long text down to what stands around its first hit; it begins and ends where words begin."""
    if len(text) <= LONGEST_HIT:
        return text
    before, *rest = [piece for piece, _ in marked(text, sought)]
    first = len(before) if rest else 0
    starts = [word.start for word in words(text)]
    begin = next((start for start in starts if start >= first - BEFORE_HIT), 0) if first > BEFORE_HIT else 0
    if len(text) - begin <= LONGEST_HIT:
        return f"…{text[begin:]}"
    end = max([first + len("".join(rest[:1])), *(start for start in starts if start <= begin + LONGEST_HIT)])
    return f"{'…' if begin else ''}{text[begin:end].strip()}…"


@register.simple_tag
def kept(query: Query, *changed: str) -> SafeString:
    """Print what is asked as hidden fields of a form, but for the parameters that are `changed` by the form itself."""
    fields = ((name, value) for name, value in query.parameters() if name not in changed)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields)


def _tick(shown: Row) -> str:
    """Print the box that chooses a proposal for comparing; for those who do not see it, with the title."""
    title = f'<span class="unseen">{html.escape(gettext(": "))}{say(shown, "title")}</span>'
    box = f'<input type="checkbox" name="p" value="{shown.pk}" form="compare">'
    return f'<label class="choice">{box} {html.escape(gettext("Compare"))}{title}</label>'


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
    pieces = marked(text, sought) if sought else [(text, False)]
    return SafeString(
        "".join(f"<mark>{html.escape(each)}</mark>" if hit else html.escape(each) for each, hit in pieces)
    )


@register.filter
def isolated(text: object) -> SafeString:
    """Print `text` so that its direction stays its own affair: a name from right to left moves no date after it."""
    return _isolated(str(text), SafeString(html.escape(str(text))))


def _isolated(text: str, printed: SafeString) -> SafeString:
    return SafeString(f"<bdi>{printed}</bdi>") if turns(text) else printed
