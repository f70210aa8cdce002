"""Who runs this copy of the site, as far as its pages say, and whom to tell of a hole in it."""

from datetime import UTC, datetime, time, timedelta
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

GOOD_FOR = timedelta(days=180)
"""How long somebody may go by a copy of `security.txt`; RFC 9116 recommends less than a year."""


def contact(request: HttpRequest) -> dict[str, object]:
    """Give templates the address for corrections, "" where none is set, and whether one person keeps the record."""
    return {"contact_email": settings.CONTACT_EMAIL, "one_person_team": settings.ONE_PERSON_TEAM}


def security_txt(request: HttpRequest) -> HttpResponse:
    """Say where to report a vulnerability (RFC 9116); 404 where no address is set.

    It expires half a year after the day on which it is asked for, and is the same all that day.
    """
    if not settings.CONTACT_EMAIL:
        raise Http404
    expires = datetime.combine(timezone.localdate() + GOOD_FOR, time(), UTC)
    lines = (
        f"Contact: mailto:{quote(settings.CONTACT_EMAIL, safe='@+')}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, zh",
        f"Canonical: {request.build_absolute_uri(request.path)}",
    )
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")
