"""The log: one event a line, as JSON where machines read it; nothing that tells who asked, or for what.

No line shows an address, of a client or of a mail, no words of a search, no token of a link, no user. What others say
of a request (Django, gunicorn) is cut down to that. An exception shows where it happened, line by line, without any
values; of what it says itself only what databases and disks say, for all else may repeat what somebody typed.
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import traceback
from contextvars import ContextVar
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Names the request that this thread answers, or answered last."""

OF_A_REQUEST = ("django.request", "django.security", "gunicorn")
"""Loggers whose messages repeat addresses, hosts or headers."""
SPEAKING = {"OperationalError", "InterfaceError", "NotAskedError", "ConnectionTimeout", "ImproperlyConfigured"}
"""Exceptions whose first line says what is wrong with the machine, and nothing of what was asked."""
QUOTED = re.compile(r"""(["'“«]).*?["'”»]""")
FIELDS = ("route", "method", "status", "milliseconds", "bytes", "stale", "broken")


class DiscreetFilter(logging.Filter):
    """Gives each event the number of its request, and takes from it what others would tell of that."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the event, and let it through unless it says nothing new."""
        record.request = None
        record.request_id = request_id.get()
        if record.name.startswith(OF_A_REQUEST):
            message = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
            if message.startswith("Invalid request from ip="):
                record.msg, record.args = "Invalid request", ()
            elif message.startswith("Error handling request"):
                record.msg, record.args = "Error handling request", ()
            elif record.name == "django.request" and not record.exc_info:
                return False  # the line of the request says so
            elif not record.name.startswith("gunicorn"):
                status = getattr(record, "status_code", None)
                kind = record.name.rpartition(".")[2]
                record.msg, record.args = f"{kind}: answered {status}" if status else kind, ()
        return True


def place(error: BaseException) -> list[str]:
    """Give what was raised, where, and what had been raised before it: files, lines and names, but no values."""
    lines = []
    for each in _chain(error):
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(each.__traceback__)]
        lines.append(": ".join(filter(None, (type(each).__name__, _said(each)))))
    return lines


def _chain(error: BaseException) -> list[BaseException]:
    """Give an exception after what led to it."""
    chain: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in chain:
        chain.insert(0, each)
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return chain


def _said(error: BaseException) -> str:
    """Give what an exception says of the machine; "" for any that may repeat what somebody typed."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if type(error).__name__ not in SPEAKING:
        return ""
    return QUOTED.sub("…", (str(error).splitlines() or [""])[0])


class JsonLines(logging.Formatter):
    """An event as one JSON object: `time level logger message`, the request's number, and what a request line holds."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the event."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        event: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": getattr(record, "request_id", "") or None,
        }
        event |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1]:
            event["exception"] = place(record.exc_info[1])
        return json.dumps({name: value for name, value in event.items() if value is not None}, ensure_ascii=False)


def logging_as(*, json_lines: bool) -> dict[str, Any]:
    """Give the settings of logging: JSON for machines, or lines for people with whole tracebacks."""
    line = {"format": "{asctime} {levelname} {name}: {message} {request_id}", "style": "{"}
    starts = "INFO" if json_lines else "WARNING"  # who runs the site by hand sees that it has started
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"discreet": {"()": "lianghui.logs.DiscreetFilter"}},
        "formatters": {"line": {"()": "lianghui.logs.JsonLines"} if json_lines else line},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["discreet"]},
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "lianghui": {"level": "INFO"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "gunicorn.error": {"handlers": ["console"], "level": starts, "propagate": False},
            "gunicorn.access": {"handlers": [], "propagate": False},
        },
    }
