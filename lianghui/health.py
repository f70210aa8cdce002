"""Whether this process is alive (`/healthz`), and whether all is well with what it stands on (`/readyz`)."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from lianghui.patience import AT_FIRST, patient
from proposals.catalogue import catalogue
from proposals.models import Generation
from proposals.replica import behind, has_replica

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

LEAST_FREE = 200_000_000
"""Bytes on the disk below which somebody should look: a new index and the downloads need room beside the old."""
LONGEST_BEHIND = 60
"""Seconds for which a replica may have changes to follow and follow none, before somebody should look."""


def alive(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; nothing else is asked."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


def ready(request: HttpRequest) -> HttpResponse:
    """Say how database, index, disk and replica are: 200 where all is well, else 503; no names, addresses, messages."""
    told = {"database": _database(), "index": _index(), "disk": _disk()}
    if has_replica():
        told["replica"] = _replica()
    well = all(part["ok"] for part in told.values())
    return JsonResponse({"ready": well, **told}, status=HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)


ADDRESSES = {"/healthz": alive, "/readyz": ready}


class HealthMiddleware:
    """Answers both before anything asks for the host: who balances the load asks by number, and by plain HTTP."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or pass the request on."""
        view = ADDRESSES.get(request.path_info)
        if view is None or request.method == "OPTIONS":
            return self.get_response(request)
        request.unnoted = True  # type: ignore[attr-defined]
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = view(request)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response


def _database() -> dict[str, Any]:
    """Tell whether the database answers, may be written to, and has the tables of this program."""
    try:
        with patient(AT_FIRST):
            applied = MigrationRecorder(connection).applied_migrations()
            writable = _writable()
    except (DatabaseError, InterfaceError):
        return {"ok": False, "reachable": False}
    migrated = _migrations() <= applied.keys()
    return {"ok": writable and migrated, "reachable": True, "writable": writable, "migrated": migrated}


def _writable() -> bool:
    answer: object
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        statement, answer = "PRAGMA query_only", 0
        kept = (file, file.parent) if file.is_absolute() else ()
        there = all(os.access(each, os.W_OK, effective_ids=True) for each in kept)
    else:
        statement, answer, there = "SELECT current_setting('transaction_read_only')", "off", True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return there and bool(cursor.fetchone() == (answer,))


@lru_cache(maxsize=1)
def _migrations() -> frozenset[tuple[str, str]]:
    """Give what this program brings, less what others stand for."""
    found = MigrationLoader(None).disk_migrations
    replaced = {each for migration in found.values() for each in migration.replaces}
    return frozenset(name for name, migration in found.items() if not migration.replaces and name not in replaced)


def _index() -> dict[str, Any]:
    """Tell whether there is an index, for how long it has been as it is, and how many changes it has not yet."""
    opened = catalogue().look(again=True)
    if opened is None:
        return {"ok": False}
    try:
        age = max(0, int(time.time() - (catalogue().root / opened.name / "meta.json").stat().st_mtime))
    except OSError:
        return {"ok": False}
    try:
        with patient(AT_FIRST):
            now = Generation.now()
    except (DatabaseError, InterfaceError):
        return {"ok": True, "seconds": age, "behind": None}
    fits = catalogue().fits(opened, now)
    return {"ok": fits, "seconds": age, "behind": max(0, now.value - opened.position)}


def _disk() -> dict[str, Any]:
    """Tell how much room there is where things are kept."""
    try:
        free = shutil.disk_usage(settings.VAR_DIR).free
    except OSError:
        return {"ok": False}
    return {"ok": free >= LEAST_FREE, "free": free}


def _replica() -> dict[str, Any]:
    """Tell whether the replica answers, and follows: by how many changes it is behind, and for how long."""
    with patient(AT_FIRST):
        found = behind()
    if found is None:
        return {"ok": False, "reachable": False}
    changes, seconds = found
    follows = changes == 0 or (seconds is not None and seconds < LONGEST_BEHIND)
    return {"ok": follows, "reachable": True, "behind": changes, "seconds": None if seconds is None else int(seconds)}
