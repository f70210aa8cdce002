"""`manage.py send_alerts`: sends everybody who is due one mail with what is new to them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from alerts.models import Frequency
from alerts.sending import Sender
from proposals.catalogue import UnavailableError


class Command(BaseCommand):
    """Safe to run twice, or on two machines at once; run by a timer, once an hour or once a day."""

    help = "Send alerts by e-mail to everybody who is due."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what narrows the run down."""
        parser.add_argument("--daily", action="store_true", help="only to those who wish a mail every day")
        parser.add_argument("--weekly", action="store_true", help="only to those who wish a mail every week")

    def handle(self, *_: Any, daily: bool, weekly: bool, **__: Any) -> None:
        """Send, and print the counts in one line."""
        if not settings.ALERTS_BY_MAIL:
            raise CommandError("Alerts by e-mail are off: EMAIL_URL names no mail server.")
        wanted = [each for each, on in ((Frequency.DAILY, daily), (Frequency.WEEKLY, weekly)) if on]
        try:
            run = Sender(wanted or Frequency.values).send()
        except UnavailableError as error:
            raise CommandError("The catalogue is being built: nobody was told anything. Run this again.") from error
        self.stdout.write(
            f"{run.mails} mails, {run.things} things told, {run.failed} failed, {run.suspended} refused for good, "
            f"{run.doubtful} may be double."
        )
        if run.remark:
            raise CommandError(run.remark)
