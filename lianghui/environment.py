"""What the environment says, read and checked: a setting that is missing or wrong stops the start with one line."""

import os
import re
import secrets
from contextlib import suppress
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

env = environ.Env()

NO_MAIL = "none"
"""What EMAIL_URL says where there shall be no mail."""
HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)
SHORTEST_KEY, FEWEST_CHARACTERS = 50, 5
"""As Django's own check of a deployment has them, which nobody need run."""


def is_production() -> bool:
    """Tell whether the site is in earnest; stop with one line where that is not said plainly, or something lacks."""
    kind = env.str("LIANGHUI_ENV", default="") or "development"
    if kind not in ("development", "production"):
        raise ImproperlyConfigured(f"LIANGHUI_ENV must be production or development, not {kind!r}.")
    if kind == "production":
        _nothing_missing()
    return kind == "production"


def _nothing_missing() -> None:
    """Name all that production cannot do without and does not have."""
    names = ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL"]
    if os.environ.get("EMAIL_URL", "").strip() != NO_MAIL:
        names += ["FROM_EMAIL", "SITE_URL"]
    missing = [name for name in names if not os.environ.get(name, "").strip()]
    if missing:
        hint = f" EMAIL_URL={NO_MAIL} means: no alerts by e-mail." if "EMAIL_URL" in missing else ""
        listed = " and ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
        raise ImproperlyConfigured(f"LIANGHUI_ENV=production needs {listed} in the environment.{hint}")


def secret_key(name: str = "SECRET_KEY") -> str:
    """Read a secret key; stop with one line, which does not repeat it, where it could be guessed."""
    key = os.environ[name]  # as it stands: django-environ takes a dollar at its beginning for a reference
    if len(key) < SHORTEST_KEY or len({*key}) < FEWEST_CHARACTERS or key.startswith("django-insecure-"):
        raise ImproperlyConfigured(
            f"{name} is too weak: it must be random, of at least {SHORTEST_KEY} characters;"
            """ python3 -c "import secrets; print(secrets.token_urlsafe(50))" makes one."""
        )
    return key


def hosts() -> list[str]:
    """Read the site's names; stop with one line where one is none, or stands for every host there is."""
    names = [name.strip() for name in env.str("ALLOWED_HOSTS").split(",") if name.strip()]
    for name in names or [""]:
        if not HOST.fullmatch(name):
            raise ImproperlyConfigured(
                f"ALLOWED_HOSTS must be names divided by commas, as lianghui.example.org, without scheme and port:"
                f" {name!r} is none."
            )
    return names


def database(name: str) -> dict[str, Any]:
    """Read the address of a database; stop with one line, which repeats no password, where it is none."""
    found: dict[str, Any] = {}
    if env.str(name).startswith(("postgres://", "postgresql://", "sqlite:////")):
        with suppress(KeyError, ValueError, ImproperlyConfigured):
            found = env.db_url(name)
    if not found.get("NAME"):
        raise ImproperlyConfigured(
            f"{name} must be like postgres://user:password@host/name, or sqlite:////var/lib/lianghui/lianghui.sqlite3."
        )
    return found


def replica(name: str, primary: dict[str, Any]) -> dict[str, Any]:
    """Read the address of a replica, which is asked as the primary is; stop with one line where there cannot be one."""
    found = database(name)
    if not (found["ENGINE"].endswith("postgresql") and primary["ENGINE"].endswith("postgresql")):
        raise ImproperlyConfigured(f"{name} must name a replica in PostgreSQL of what DATABASE_URL names.")
    found["ENGINE"] = primary["ENGINE"]
    found["OPTIONS"] = primary["OPTIONS"] | {"target_session_attrs": "any"} | found.get("OPTIONS", {})
    return primary | found | {"TEST": {"MIRROR": "default"}}


def mail_server(address: str) -> dict[str, Any]:
    """Read the address of the mail server; stop with one line, which repeats no password, where it is none."""
    try:
        server: dict[str, Any] = env.email_url_config(address)
        known = bool(server["EMAIL_HOST"]) or not address.startswith("smtp")
    except (KeyError, ValueError, ImproperlyConfigured):
        known = False
    if not known:
        raise ImproperlyConfigured("EMAIL_URL must be like smtp+tls://user:password@mail.example.org:587.")
    return server


def sender(address: str) -> str:
    """Check the address that mails come from; stop with one line where it is none."""
    try:
        validate_email(parseaddr(address)[1])
    except ValidationError as error:
        raise ImproperlyConfigured(
            "EMAIL_URL needs FROM_EMAIL: the address that mails come from, as alerts@example.org."
        ) from error
    return address


def contact_address() -> str:
    """Read where readers write to, "" where nothing is said; stop with one line where it is no address."""
    address: str = env.str("CONTACT_EMAIL", default="").strip()
    try:
        validate_email(address or "nobody@example.org")
    except ValidationError as error:
        raise ImproperlyConfigured("CONTACT_EMAIL must be an address, as lianghui@example.org.") from error
    return address


def origin(address: str) -> str:
    """Check the beginning of the site's addresses; stop with one line where it is none."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ImproperlyConfigured("EMAIL_URL needs SITE_URL: where the site is, as https://lianghui.example.org.")
    return f"{parts.scheme}://{parts.netloc}"


def number(name: str, default: int, most: int, least: int = 0) -> int:
    """Read a whole number from `least` to `most`; stop with one line where it is none."""
    text = env.str(name, default="") or str(default)
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
    return int(text)


def switch(name: str, *, default: bool) -> bool:
    """Read whether something is on; stop with one line where that is not clear."""
    text = env.str(name, default="").strip().lower() or str(default).lower()
    if text not in ("true", "false"):
        raise ImproperlyConfigured(f"{name} must be true or false, not {text!r}.")
    return text == "true"


def rate(name: str, default: str) -> tuple[int, int]:
    """Read how often one address may ask: the number, 0 for "as often as it likes", and in how many seconds.

    Stop with one line where it is none.
    """
    text = env.str(name, default="") or default
    most, _, unit = text.partition("/")
    seconds = {"second": 1, "minute": 60, "hour": 3_600, "": 1 if most == "0" else 0}.get(unit, 0)
    if not (most.isascii() and most.isdecimal() and len(most) < 10 and seconds):
        raise ImproperlyConfigured(f"{name} must be like {default}, or 0 for as often as they like, not {text!r}.")
    return int(most), seconds


def development_key(folder: Path) -> str:
    """Give this checkout a secret key of its own, kept in `folder`; stop with one line where it cannot be kept."""
    path = folder / "secret-key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            own = folder / f"secret-key.{os.getpid()}"
            own.touch(mode=0o600)
            own.write_text(secrets.token_urlsafe(50))
            with suppress(FileExistsError):
                path.hardlink_to(own)  # of several processes one is first, and nobody reads half a key
            own.unlink()
        return path.read_text()
    except OSError as error:
        problem = f"{folder} must be a directory that you may write to ({error.strerror})."
        raise ImproperlyConfigured(f"{problem} Set LIANGHUI_VAR to choose another.") from error
