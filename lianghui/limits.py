"""How often one address may ask: each group of addresses of the site has its rate, and what is over it gets 429.

What is answered from the kept pages, and static files, costs nothing and is not counted. Whom a tally counts is a hash
with the day and the site's secret: nobody can read an address from it, and it goes as soon as it no longer matters.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import ResolverMatch
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from lianghui.counting import Tallies
from lianghui.languages import languages
from proposals.api.problems import PROBLEM, problem
from proposals.clients import client_address

PAGES, EXPORTS, FEEDS, API, ALERTS, SIGN_IN = "pages", "exports", "feeds", "api", "alerts", "sign-in"
"""The groups; `settings.RATES` says how often each may be asked."""
NAMES = {
    EXPORTS: (
        *("proposal_export", "recommendation_export", "reply_export", "download"),
        *("compare_markdown", "compare_workbook"),
    ),
    FEEDS: ("proposals_feed", "recommendations_feed", "replies_feed"),
    ALERTS: (
        *("follow_proposals", "follow_recommendations", "follow_proposal", "follow_delegate", "follow_agency"),
        *("asked_alert", "confirm_alert", "your_alerts", "stop_alerts"),
    ),
}
"""Addresses by their names in the site map; the API and the admin are known by theirs, all others are pages."""
FREE = {"robots.txt", "healthz", "readyz", ".well-known/security.txt"}
"""What machines ask who look after the site, or wish to behave: as often as they like."""
GROUPS = {name: group for group, names in NAMES.items() for name in names}
DAY = 24 * 3600


def group_of(match: ResolverMatch, method: str, known: bool = False) -> str | None:
    """Tell in which group a request is counted; None where it is not.

    The admin is for those who may do more, but to sign in there costs more work than any page; and so may what is
    posted there by somebody who is not `known`, who has no session.
    """
    if match.app_name == "api":
        return API
    if match.route in FREE:
        return None
    if match.route.startswith("admin/"):
        return SIGN_IN if method == "POST" and (match.view_name == "admin:login" or not known) else None
    return GROUPS.get(match.view_name, PAGES)


class LimitsMiddleware:
    """Refuses who asks too often; stands within the kept pages, so that it sees only what has to be made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.tallies = Tallies(self.path)

    @property
    def path(self) -> Path:
        """Where this host counts."""
        return Path(settings.VAR_DIR) / "limits.sqlite3"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; what no view stands behind is counted as pages are, once that is known."""
        response = self.get_response(request)
        if request.resolver_match:
            return response
        return self._refusal(request, API if request.path_info.startswith("/api/") else PAGES) or response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: Any) -> HttpResponse | None:
        """Count the request, before anything of its body is read."""
        match = request.resolver_match
        known = bool(getattr(request, "session_of", None))
        group = group_of(match, request.method or "", known) if match else None
        return self._refusal(request, group) if group else None

    def _refusal(self, request: HttpRequest, group: str) -> HttpResponse | None:
        """Count the request; give what is answered where it is one too many."""
        most, span = settings.RATES[group]
        if not most:
            return None
        if self.tallies.path != self.path:
            self.tallies = Tallies(self.path)
        who = salted_hmac(__name__, f"{group} {int(time.time() / DAY)} {client_address(request)}").digest()[:16]
        wait = self.tallies.once_more(who, most, span)
        return refused(request, group, ceil(wait)) if wait else None


def refused(request: HttpRequest, group: str, wait: int) -> HttpResponse:
    """Say that it was too often and when to come back, in the form that was asked for."""
    if group == API:
        said = problem(429, gettext("Too many requests. Try again in %(wait)s seconds.") % {"wait": wait})
        response: HttpResponse = JsonResponse(
            said, status=429, content_type=PROBLEM, json_dumps_params={"ensure_ascii": False}
        )
    elif group in (EXPORTS, FEEDS):
        text = gettext(
            "Too many requests came from your connection. Try again in %(wait)s seconds.\n"
            "Who wants everything finds it in one file at %(everything)s\n"
        ) % {"wait": wait, "everything": request.build_absolute_uri("/data/")}
        response = HttpResponse(text, status=429, content_type="text/plain; charset=utf-8")
    else:
        context = {"page_language": languages(request)["page_language"], "wait": wait, "everything": group == PAGES}
        response = HttpResponse(render_to_string("429.html", context), status=429)
    response["Retry-After"] = str(wait)
    response["Cache-Control"] = "no-store"
    vars(response)["_has_been_logged"] = True  # Django would note each, and who asks in a loop would fill the log
    return response
