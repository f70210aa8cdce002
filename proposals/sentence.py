"""What a list shows, as a sentence: “12 proposals on stem cells for Shanghai or Guangdong, newest first”."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from people.dates import date_words
from people.language import ENGLISH, reader_language, turns
from proposals.catalogue import Choice, Query
from proposals.catalogue.query import ADDED, NEWEST, OLDEST, RELEVANCE
from proposals.models import Outcome

NAMED = 3
"""Values of one facet that are named, where more are chosen."""
CLAUSES: dict[str, Promise] = {
    "topic": _("on %(values)s"),
    "region": _("for %(values)s"),
    "agency": _("addressed to %(values)s"),
    "delegate": _("by %(values)s"),
    "first_proposer": _("with %(values)s as first proposer"),
    "delegate_region": _("by delegates from %(values)s"),
    "level": _("at %(values)s level"),
    "body": _("in %(values)s"),
    "session": _("at %(values)s"),
    "year": _("of %(values)s"),
    "kind": _("of the kind %(values)s"),
    "status": _("with the status “%(values)s”"),
}
"""How the choices of each facet are told, in the order in which a sentence takes them."""
ORDERED: dict[str, Promise] = {
    RELEVANCE: _("best match first"),
    NEWEST: _("newest first"),
    OLDEST: _("oldest first"),
    ADDED: _("last added here first"),
}
COMMON_NOUNS = ("topic", "level")
"""Facets whose values are common nouns, which English writes small within a sentence."""
COMMON_NOUN = re.compile(r"[A-Z][a-z]+(?![a-z]*['’]s\b)")


def sentence(query: Query, total: int, *, ordered: bool = True) -> SafeString:
    """Tell in the reader's language what `query` asks and how many that is, and `ordered`, in which order they stand.

    Names in the other language are marked as such; what was typed may be in any, and is marked as in none.
    """
    conditions = gettext(" ").join(_conditions(query))
    if query.recommendations and conditions:
        said = ngettext("%(total)s recommendation %(conditions)s", "%(total)s recommendations %(conditions)s", total)
    elif query.recommendations:
        said = ngettext("%(total)s recommendation", "%(total)s recommendations", total)
    elif conditions:
        said = ngettext("%(total)s proposal %(conditions)s", "%(total)s proposals %(conditions)s", total)
    else:
        said = ngettext("%(total)s proposal", "%(total)s proposals", total)
    whole = said % {"total": total, "conditions": conditions}
    if ordered and total > 1:
        whole = gettext("%(what)s, %(order)s") % {"what": whole, "order": ORDERED[query.order]}
    return SafeString(whole)


def plain_sentence(query: Query, total: int) -> str:
    """Give the sentence as text, without the order, for the title of a page."""
    return html.unescape(strip_tags(sentence(query, total, ordered=False)))


def heading(query: Query) -> str:
    """Name what is followed by a feed, as text: as the sentence does, but without the number, which changes."""
    conditions = html.unescape(strip_tags(gettext(" ").join(_conditions(query))))
    if query.recommendations:
        said = gettext("Recommendations %(conditions)s") if conditions else gettext("Recommendations")
    else:
        said = gettext("Proposals %(conditions)s") if conditions else gettext("Proposals")
    return said % {"conditions": conditions}


def heading_of_replies(given: Mapping[str, Any]) -> str:
    """Name a list of replies by what is `given` of the parameters of its filter."""
    agency, outcome = given.get("agency"), given.get("outcome")
    named = [
        agency.name if agency else "",
        str(Outcome(outcome).label) if outcome else "",
        given.get("year"),
        given.get("q"),
    ]
    values = gettext(", ").join(str(each) for each in named if each)
    return gettext(": ").join(filter(None, (gettext("Replies"), values)))


def _conditions(query: Query) -> Iterator[str]:
    if query.q:
        yield gettext("with the words “%(words)s”") % {"words": f'<span class="typed">{html.escape(query.q)}</span>'}
    for facet, clause in CLAUSES.items():
        if choices := query.choices(facet):
            yield str(clause) % {"values": _either([_name(facet, choice) for choice in choices])}
    after, before = html.escape(date_words(query.submitted_after)), html.escape(date_words(query.submitted_before))
    if after and before:
        yield gettext("submitted from %(first)s to %(last)s") % {"first": after, "last": before}
    elif after:
        yield gettext("submitted from %(first)s on") % {"first": after}
    elif before:
        yield gettext("submitted until %(last)s") % {"last": before}


def _name(facet: str, choice: Choice) -> str:
    name = str(choice.label)
    if facet in COMMON_NOUNS and reader_language() == ENGLISH and COMMON_NOUN.match(name):
        name = name[0].lower() + name[1:]
    said = f"<bdi>{html.escape(name)}</bdi>" if turns(name) else html.escape(name)
    return f'<span lang="{choice.language}">{said}</span>' if choice.language else said


def _either(names: Iterable[str]) -> str:
    """Join names by “or”; of many only the first are named, and the others counted."""
    *first, last = names
    if len(first) >= NAMED:
        others = len(first) + 1 - NAMED
        first, last = first[:NAMED], ngettext("%(number)s other", "%(number)s others", others) % {"number": others}
    if not first:
        return last
    return gettext("%(first)s or %(last)s") % {"first": gettext(", ").join(first), "last": last}
