"""How long a session lasts: so long without anything done, and so long in all, whatever the browser's cookie says."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.second_factor import ASKED, device_of

BEGAN, SEEN = "began", "seen"
"""When it began and when something was last done in it: seconds since 1970."""
FRESH = 60
"""Seconds for which nothing new is noted, so that not every page writes."""
AHEAD = 300
"""Seconds by which another host's clock may be ahead; what was noted later still was so by one that was put back."""


def now() -> int:
    """Give the seconds since 1970."""
    return int(timezone.now().timestamp())


def begin(sender: object, request: HttpRequest, user: Any, **_: object) -> None:
    """Note when somebody gave their password, and whether they are to be asked for a code whatever the settings say."""
    request.session[BEGAN] = request.session[SEEN] = now()
    request.session[ASKED] = device_of(user) is not None


def is_over(session: Any) -> bool:
    """Whether a session has lasted as long as it may, or nobody can tell how long it has."""
    at = now()
    idle, whole = settings.SESSION_IDLE.total_seconds(), settings.SESSION_LONGEST.total_seconds()
    return not (-AHEAD <= at - session.get(SEEN, at) <= idle and -AHEAD <= at - session.get(BEGAN, at) <= whole)


class SessionLimitsMiddleware:
    """Ends sessions that have lasted long enough. Public pages are not looked at: they have none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the session before anybody asks who it belongs to, and remember whose it was."""
        if request.path_info.startswith("/admin/"):
            request.session_of = request.session.get(SESSION_KEY)  # type: ignore[attr-defined]
            if request.session_of:  # type: ignore[attr-defined]
                self.look(request)
        return self.get_response(request)

    def look(self, request: HttpRequest) -> None:
        """End it, or note that something is done in it; that a form is still open, which scripts say, is not."""
        session = request.session
        if is_over(session):
            session.flush()
        elif BEGAN not in session:
            session[BEGAN] = session[SEEN] = now()
        elif now() - session[SEEN] > FRESH and request.path != reverse("admin:presence"):
            session[SEEN] = now()
