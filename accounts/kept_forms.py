"""A form that was sent after its session had ended: it goes with its sender through signing in, and loses nothing.

The browser carries it, signed, in the page that asks for the password; the session of whoever then signs in takes it
over until it is sent once more. So nobody who is not signed in can leave anything here.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest

FIELD, IN_SESSION = "_kept", "kept_form"
"""Under which name the page carries it, and the session."""
SALT, LASTS = "accounts.kept_forms", 12 * 3600
"""Seconds for which a page that asks for the password may stand open."""
MOST = 1_000_000
"""Characters that are kept of somebody who is not known: to sign and show more is work that anybody could ask for."""
NEVER = ("csrfmiddlewaretoken", FIELD)


@dataclass(frozen=True)
class KeptForm:
    """Where it was sent, by whom if that is known, its fields in their order, the names of files, which are lost."""

    path: str
    user: str | None
    fields: list[tuple[str, str]]
    files: list[str]


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Give what was posted, but for passwords."""
    names = [name for name in request.POST if name not in NEVER and "password" not in name]
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def is_worth_keeping(request: HttpRequest) -> bool:
    """Whether a person sent it: scripts that ask beside a page would have no use for another page."""
    by_a_person = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if request.method != "POST" or not by_a_person:
        return False
    length = sum(len(name) + len(value) for name, value in fields_of(request))
    return length > 0 and (length <= MOST or bool(getattr(request, "session_of", None)))


def packed(request: HttpRequest) -> str:
    """Give the form that was posted as one signed text."""
    names = [file.name or "" for files in request.FILES.lists() for file in files[1]]
    form = KeptForm(request.get_full_path(), getattr(request, "session_of", None), fields_of(request), names)
    return signing.dumps(asdict(form), salt=SALT, compress=True)


def unpacked(text: str) -> KeptForm | None:
    """Read it again; None where this site did not write it, or too long ago."""
    try:
        found: dict[str, Any] = signing.loads(text, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    return KeptForm(**found)


def take_over(request: HttpRequest, text: str) -> KeptForm | None:
    """Put it into the session of who has just given the password; not what is known to be somebody else's."""
    form = unpacked(text)
    if form is None or form.user not in (None, str(request.user.pk)):
        return None
    request.session[IN_SESSION] = text
    return form


def waiting(request: HttpRequest) -> KeptForm | None:
    """Give the form that waits to be sent once more."""
    return unpacked(request.session.get(IN_SESSION, ""))
