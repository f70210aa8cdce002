"""`manage.py second_factor`: for the operator, when an administrator has lost the telephone."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import second_factor


class Command(BaseCommand):
    """Say whether an account has a second factor; take it away."""

    help = (
        "Say whether an account has a second factor; --reset takes it away, so that the next sign-in sets up another."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose, and whether to take it away."""
        parser.add_argument("username")
        parser.add_argument("--reset", action="store_true", help="take away the app and the recovery codes")

    def handle(self, *_: Any, username: str, reset: bool, **__: Any) -> None:
        """Do it, and say so in one line."""
        account = User.objects.filter(username=username).first()
        if account is None:
            raise CommandError(f"There is no account “{username}”.")
        if reset:
            second_factor.take_away(account, account)
            self.stdout.write(f"{username} has no second factor any more; the next sign-in sets up another.")
        elif second_factor.device_of(account):
            left = second_factor.codes_left(account)
            self.stdout.write(f"{username} has a second factor, and {left} recovery codes left.")
        else:
            self.stdout.write(f"{username} has no second factor.")
