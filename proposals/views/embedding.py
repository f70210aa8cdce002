"""Cards of proposals for other people's pages, and oEmbed (https://oembed.com), by which those find them."""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import Any
from urllib.parse import urlsplit
from xml.sax.xmlreader import AttributesImpl

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from people.doubles import successor
from proposals.cards import HEIGHT, WIDTH
from proposals.cards.texts import who
from proposals.embedding import Frame
from proposals.markup import Writer
from proposals.models import Proposal, Recommendation

PAGE = re.compile(r"(?P<chinese>/zh)?/(?P<kind>proposals|recommendations)/(?P<key>[0-9]{1,18})(/[-\w]{1,100})?/?")
"""The addresses of which a card can be made."""
LANGUAGES = {True: "zh-hans", False: "en-gb"}


def proposal_embed(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Show the card of a proposal, or of one of its recommendations (`r`), on a page without script."""
    proposal = next(iter(Proposal.objects.for_cards([pk])), None)
    if proposal is None:
        return _gone(request, pk)
    if slug != proposal.slug:
        return redirect("proposal_embed", pk=pk, slug=proposal.slug)
    number = request.GET.get("r", "")
    asked = proposal.recommendations.filter(order=int(number)) if re.fullmatch("[0-9]{1,4}", number) else ()
    context = {"proposal": proposal, "recommendation": next(iter(asked), None)}
    return render(request, "proposals/embed.html", context)


def _gone(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to what it was made one with, or say that it was withdrawn, and why; 404 if it never was here."""
    merged = successor(Proposal, key=pk)
    if merged is not None and merged.is_public:
        return redirect("proposal_embed", pk=merged.pk, slug=merged.slug, permanent=True)
    proposal = Proposal.objects.withdrawn().filter(pk=merged.pk if merged is not None else pk).first()
    if proposal is None:
        raise Http404
    return render(request, "proposals/embed.html", {"withdrawn": proposal}, status=410)


class RefusedError(Exception):
    """Why there is no card: the status, and what is wrong."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


def oembed(request: HttpRequest) -> HttpResponse:
    """Tell how a page of a proposal or of a recommendation is shown elsewhere.

    400 where a parameter is missing or wrong, 404 where nothing public stands at the address, 501 for other formats.
    """
    try:
        form = request.GET.get("format", "json")
        if form not in ("json", "xml"):
            raise RefusedError(501, "format: json or xml")
        limits = {name: _limit(request, f"max{name}") for name in ("width", "height")}
        proposal, number, chinese = _found(request, request.GET.get("url", ""))
    except RefusedError as refused:
        text = f"{refused}\n"
        return HttpResponse(text, status=refused.status, content_type="text/plain; charset=utf-8")
    with translation.override(LANGUAGES[chinese]):
        told = _told(Frame(f"{request.scheme}://{request.get_host()}", proposal, number), limits)
    if form == "xml":
        response = HttpResponse(_as_xml(told), content_type="text/xml; charset=utf-8")
    else:
        response = HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/json; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _limit(request: HttpRequest, name: str) -> int | None:
    """Read how wide or high the card may be, in pixels."""
    given = request.GET.get(name, "")
    if given and not (re.fullmatch("[0-9]{1,9}", given) and int(given)):
        raise RefusedError(400, f"{name}: a whole number of pixels")
    return int(given) if given else None


def _found(request: HttpRequest, url: str) -> tuple[Any, int, bool]:
    """Give the public proposal at an address of ours, the number of a recommendation or 0, and whether in Chinese."""
    if not url:
        raise RefusedError(400, "url: the address of a proposal's page is missing")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise RefusedError(400, "url: this is no address") from error
    place = PAGE.fullmatch(parts.path)
    if parts.scheme not in ("http", "https") or parts.netloc != request.get_host() or place is None:
        raise RefusedError(404, "url: no page of this site of which there are cards")
    key, number = int(place["key"]), 0
    if place["kind"] == "recommendations":
        found = Recommendation.objects.published().filter(pk=key).first()
        key, number = (found.proposal_id, found.order) if found else (0, 0)
    elif merged := successor(Proposal, key=key):
        key = merged.pk
    proposal = next(iter(Proposal.objects.for_cards([key])), None)
    if proposal is None:
        raise RefusedError(404, "url: nothing public stands there")
    return proposal, number, bool(place["chinese"])


def _told(frame: Frame, limits: dict[str, int | None]) -> dict[str, Any]:
    """Say what oEmbed asks for, in its words."""
    width, height = (min(filter(None, (getattr(frame, name), limit))) for name, limit in limits.items())
    proposal: Any = frame.proposal
    told = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Lianghui 两会",
        "provider_url": f"{frame.base}{reverse('home')}",
        "title": proposal.title,
        "author_name": who(list(proposal.proposers), proposal.proposers_in_all),
        "width": width,
        "height": height,
        "html": Frame(frame.base, proposal, frame.number, width, height).html,
    }
    delegates = [each.delegate for each in proposal.proposers if each.delegate]
    if len(delegates) == len(proposal.proposers) == 1:
        told["author_url"] = f"{frame.base}{delegates[0].get_absolute_url()}"
    if (limits["width"] or WIDTH) >= WIDTH and (limits["height"] or HEIGHT) >= HEIGHT:
        picture = f"{frame.base}{reverse('proposal_card', args=[proposal.pk, proposal.slug])}"
        told |= {"thumbnail_url": picture, "thumbnail_width": WIDTH, "thumbnail_height": HEIGHT}
    return {name: value for name, value in told.items() if value}


def _as_xml(told: dict[str, Any]) -> str:
    out = StringIO()
    write = Writer(out, "utf-8")
    write.startDocument()
    write.startElement("oembed", AttributesImpl({}))
    for name, value in told.items():
        write.element(name, str(value))
    write.endElement("oembed")
    write.endDocument()
    return out.getvalue()
