"""`manage.py run`: what `make run` does once everything is installed."""

import os
import re
import secrets
import socket
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections

from proposals.models import Topic

HOST = "127.0.0.1"
FOUNDING_DATA = Path("proposals") / "data" / "two-sessions-2024"


class Command(BaseCommand):
    """Prepare what a first start needs, then become the web server."""

    help = "Prepares the database, the founding data and the catalogue, then serves the site on this machine."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the port as text: what is no port gets one line of ours, not a page of usage."""
        parser.add_argument("--port", default="8000", help="1 to 65535; 8000 where none is given.")

    def handle(self, *_: object, port: str, **__: object) -> None:
        """Check, prepare, say where to look, serve."""
        number = free_port(port)
        check_var()
        os.chdir(settings.BASE_DIR)
        try:
            self.prepare()
        except DatabaseError as error:
            raise CommandError(f"The database does not work: {str(error).splitlines()[0]}") from error
        connections.close_all()
        self.stdout.write(f"Lianghui is at http://{HOST}:{number}/, for analysts http://{HOST}:{number}/admin/.")
        self.stdout.write("Stop it with Ctrl+C; what was entered stays.")
        self.stdout.flush()
        address = f"{HOST}:{number}"
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-b", address, "--log-level", "warning"])  # noqa: S606

    def prepare(self) -> None:
        """Bring database, founding data, catalogue and a first account into being, each where it is missing."""
        call_command("migrate", interactive=False, verbosity=0)
        if not Topic.objects.exists():
            self.stdout.write("Loading the founding data ...")
            call_command("load_dataset", str(FOUNDING_DATA))
        call_command("catalogue", "refresh")
        call_command("write_downloads", verbosity=0)
        users = get_user_model().objects
        if not users.exists() and not settings.PRODUCTION:  # there `createsuperuser` asks for a password
            password = secrets.token_urlsafe(12)
            users.create_superuser("analyst", password=password)
            self.stdout.write(f"The first account: analyst, password {password} (shown only now: note it down).")
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # or every start warns that it is missing


def free_port(port: str) -> int:
    """Give the number of `port`, or say in one line why nothing can listen there."""
    if not (re.fullmatch("[0-9]{1,5}", port) and 1 <= int(port) <= 65535):
        raise CommandError(f"“{port[:20]}” is no port: choose 1 to 65535, as in `make run PORT=8001`.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does: a port just left is free
        try:
            probe.bind((HOST, int(port)))
        except OSError as error:
            other = 8002 if port == "8001" else 8001
            problem = f"Port {port} cannot be used: {error.strerror}."
            raise CommandError(f"{problem} Choose another: `make run PORT={other}`.") from error
    return int(port)


def check_var() -> None:
    """Say in one line when the directory for everything that is kept cannot be written to."""
    if not os.access(settings.VAR_DIR, os.W_OK | os.X_OK):
        raise CommandError(
            f"{settings.VAR_DIR} must be a directory that you may write to. Set LIANGHUI_VAR to choose another."
        )
