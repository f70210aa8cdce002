"""How to cite what a page is about: the styles to copy, and the files for reference managers."""

import re
from dataclasses import dataclass

from django import template
from django.template import RequestContext
from django.utils import timezone
from django.utils.safestring import SafeString

from people.characters import HAN
from people.language import CHINESE, ENGLISH, TAGS
from proposals.citations import Reference, apa, chicago, gbt7714, path_of, reference_to
from proposals.models import Proposal, Recommendation, Reply
from proposals.templatetags.reading import isolated

register = template.Library()
STYLES = {
    "apa": ("APA", apa, ENGLISH),
    "chicago": ("Chicago", chicago, ENGLISH),
    "gbt7714": ("GB/T 7714—2015", gbt7714, CHINESE),
}
"""Name, printer and language of each style; of the Chinese standard the edition, as others are or will be in force."""
FILES = {"bib": "BibTeX", "ris": "RIS", "csl.json": "CSL-JSON"}
RUNS = re.compile(f"([{HAN}][{HAN}〔〕（）《》，。：；、—·]*)")
"""What is written in Chinese characters, with the signs between and behind them."""
WORD = re.compile("[A-Za-z]{3}")


@dataclass(frozen=True)
class Style:
    """A citation in one style, as a page prints it."""

    slug: str
    name: str
    language: str
    text: SafeString


@register.inclusion_tag("proposals/_cite.html", takes_context=True)
def cite(context: RequestContext, thing: Proposal | Recommendation | Reply, ours: str = "") -> dict[str, object]:
    """Print how to cite `thing`, fetched as its page or a card needs it; today is the day of access."""
    request = context["request"]
    base = f"{request.scheme}://{request.get_host()}"
    reference, start = reference_to(thing, base, timezone.localdate()), f"{base}{path_of(thing)}cite."
    return {
        "styles": [_style(slug, reference) for slug in STYLES],
        "files": [(name, f"{start}{end}") for end, name in FILES.items()],
        "url": reference.url,
        "notes": reference.notes,
    }


def _style(slug: str, reference: Reference) -> Style:
    name, printer, language = STYLES[slug]
    return Style(slug, name, TAGS[language], _marked(printer(reference), language))


def _marked(text: str, language: str) -> SafeString:
    """Print a citation with what is Chinese in an English one marked as such, and words of English in a Chinese one."""
    printed = []
    for place, piece in enumerate(RUNS.split(text)):
        own = ENGLISH if place % 2 == 0 else CHINESE
        foreign = own != language and (own == CHINESE or WORD.search(piece))
        printed.append(f'<span lang="{TAGS[own]}">{isolated(piece)}</span>' if foreign else isolated(piece))
    return SafeString("".join(printed))
