"""Rows of lists, printed: a page has twenty, and a template takes thrice as long."""

import html
from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from people.dates import date_words
from people.language import CHINESE, ENGLISH, TAGS, reader_language
from proposals.catalogue import Results, Row, marked
from proposals.catalogue.words import Phrase, words
from proposals.models import Recommendation
from proposals.templatetags.reading import also, isolated_as, link, recommendations, say, who, with_hits

LONGEST_HIT, BEFORE_HIT = 240, 80
"""Characters that a row shows of a recommendation that matched, and how many of them before the hit."""
register = template.Library()


@register.simple_tag
def rows(shown: Iterable[Row], results: Results, *, comparable: bool = False) -> SafeString:
    """Print proposals as lists show them, with hits marked; what is `comparable` has a box that chooses it."""
    printer = _Printer(results, comparable=comparable)
    return SafeString("".join(map(printer.row, shown)))


class _Printer:
    """Prints the rows of one page, which have reader, words and hits in common."""

    def __init__(self, results: Results, *, comparable: bool) -> None:
        self.reader, self.marks, self.comparable = reader_language(), results.query.marks, comparable
        self.between, self.compare = html.escape(gettext(": ")), html.escape(gettext("Compare"))

    def row(self, shown: Row) -> str:
        """Print one proposal."""
        marks, reader, place = self.marks, self.reader, shown.get_absolute_url()
        proposers, session = who(shown.proposers, marks["delegate"], reader), say(shown.session, "name", (), reader)
        known = " · ".join([proposers, session, date_words(shown.date)])
        facts = [
            f'<span class="status {shown.status}">{html.escape(shown.status_label)}</span>',
            html.escape(recommendations(shown.recommendation_count)),
            *(link(region, marks["text"], reader) for region in shown.regions),
        ]
        tags = "".join(f"<li>{link(topic, marks['text'], reader)}</li>" for topic in shown.topics)
        summary = say(shown, "summary", marks["text"], reader)
        return (
            f'<article class="card"><h2><a href="{place}">{say(shown, "title", marks["title"], reader)}</a></h2>'
            f'{also(shown, "title", reader)}<p class="who">{known}</p>'
            f'{f"""<p class="summary">{summary}</p>""" if summary else ""}'
            f"{self._hit(place, shown.hit) if shown.hit else ''}"
            f'<p class="facts">{" · ".join(facts)}</p><ul class="tags">{tags}</ul>'
            f"{self._tick(shown) if self.comparable else ''}</article>"
        )

    def _hit(self, place: str, matched: Recommendation) -> str:
        """Print the recommendation that matched: its number, which leads there, and what stands around the first hit.

        Where only the text in the other language has the hit, that stands there.
        """
        reader, sought = self.reader, self.marks["text"]
        languages = [reader, CHINESE if reader == ENGLISH else ENGLISH]
        texts = [(language, text) for language in languages if (text := getattr(matched, f"text_{language}"))]
        language, text = max(texts, key=lambda each: len(list(marked(each[1], sought))) > 1)
        number = html.escape(gettext("Recommendation %(number)s") % {"number": matched.order})
        foreign = f' lang="{TAGS[language]}"' if language != reader else ""
        words_around = _around(text, sought)
        printed = isolated_as(words_around, with_hits(words_around, sought))
        return (
            f'<p class="hit"><a href="{place}#r{matched.order}">{number}</a>'
            f"{self.between}<span{foreign}>{printed}</span></p>"
        )

    def _tick(self, shown: Row) -> str:
        """Print the box that chooses a proposal for comparing; for those who do not see it, with the title."""
        title = f'<span class="unseen">{self.between}{say(shown, "title", (), self.reader)}</span>'
        box = f'<input type="checkbox" name="p" value="{shown.pk}" form="compare">'
        return f'<label class="choice">{box} {self.compare}{title}</label>'


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
