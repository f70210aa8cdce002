"""What the head of a page says of it: title, description, picture and linked data, from what its view shows."""

import json
from dataclasses import dataclass
from typing import Any

from django import template
from django.template import RequestContext
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from people.addresses import address
from proposals.cards import HEIGHT, WIDTH
from proposals.models import Proposal
from proposals.sharing import Said, card_alternative, graph_of, said_of

register = template.Library()
LOCALES = {"en-GB": "en_GB", "zh-Hans": "zh_CN"}
KINDS = {"proposal": "article", "delegate": "profile"}
"""Open Graph's word for a page, by the name of its address; every other is a `website`."""
SUBJECTS = ("proposal", "thing", "reply", "policy", "recommendation")
"""What a view calls the one thing that its page is about."""
IN_HTML = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""Signs with which a text could end the element that it stands in."""


@dataclass(frozen=True)
class Picture:
    """The picture that stands beside a link: its address, its size in pixels, what it shows."""

    url: str
    alternative: str
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Shared:
    """All that `_sharing.html` prints."""

    said: Said
    url: str
    kind: str
    locale: str
    other_locale: str
    picture: Picture
    linked_data: SafeString


@register.simple_tag(takes_context=True)
def sharing(context: RequestContext) -> Shared:
    """Give what is said of this page; its subject is what the view calls by one of the names for it."""
    request = context["request"]
    page = request.resolver_match.url_name if request.resolver_match else ""
    values: dict[str, Any] = {str(name): value for name, value in context.flatten().items()}
    subject = next(filter(None, map(values.get, SUBJECTS)), None)
    query = values.get("query")
    base = f"{request.scheme}://{request.get_host()}"
    url = f"{base}{request.path}{query.canonical if query else ''}"
    said = said_of(subject, page, values)
    locale = LOCALES[values["page_language"]]
    return Shared(
        said=said,
        url=url,
        kind=KINDS.get(page, "website"),
        locale=locale,
        other_locale=next(each for each in LOCALES.values() if each != locale),
        picture=_picture(subject, base),
        linked_data=_script(graph_of(subject, page, said.title, said.description, url, values)),
    )


def _picture(subject: object, base: str) -> Picture:
    if isinstance(subject, Proposal):
        path = address("proposal_card", subject.pk, subject.slug)
        return Picture(f"{base}{path}", card_alternative(subject))
    return Picture(f"{base}{address('card')}", gettext("Lianghui: who asked for what at China's Two Sessions"))


def _script(data: object) -> SafeString:
    """Print data as JSON that can stand in a `script` element, whatever its texts are."""
    return SafeString(json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(IN_HTML))
