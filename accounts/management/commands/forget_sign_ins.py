"""`manage.py forget_sign_ins`: deletes what is kept of signing in once nobody needs it; run by a timer, every day."""

from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import guessing


class Command(BaseCommand):
    """Safe to run at any time."""

    help = "Delete sessions that are over, and the names and addresses of failed sign-ins that are older than a week."

    def handle(self, *_: Any, **__: Any) -> None:
        """Delete, and print how many."""
        failures = guessing.forget()
        sessions = Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
        days = settings.FAILED_SIGN_INS_KEPT.days
        self.stdout.write(f"Forgotten: {failures} failed sign-ins older than {days} days, {sessions} sessions.")
