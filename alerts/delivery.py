"""Delivering the mails that ask for confirmation, beside the requests that want them: no mail server holds up a page.

What is asked for is committed first. One thread in each process hands over what is due, and `send_alerts` what none
did. In the instant before its content leaves a mail is marked by one conditional update: nothing goes twice, whoever
else is at work, and who gets nothing because a process died then asks again.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.utils import timezone

from alerts.mails import confirmation
from alerts.models import Pending
from alerts.server import MOST_SILENT, DoubtError, MailServer, RefusedError, ServerError
from proposals.catalogue import UnavailableError

STEP, ANSWER = 10, 60
"""Seconds for which the server may be silent at one step, and after the end of a mail: others wait behind it."""
NEXT_TRY = timedelta(minutes=15)
LOG = logging.getLogger("alerts")


def deliver() -> None:
    """Hand over each mail that is due, over one connection; leave to a later call what the server does not take now."""
    last = silent = 0
    step, answer = min(STEP, settings.EMAIL_TIMEOUT), min(ANSWER, settings.EMAIL_ANSWER_TIMEOUT)
    with MailServer(step, answer) as server:
        while silent < MOST_SILENT:
            pending = Pending.objects.due(timezone.now()).filter(pk__gt=last).order_by("pk").first()
            if pending is None:
                return
            last = pending.pk
            try:
                _hand(pending, server)
                silent = 0
            except ServerError as error:
                silent += 1
                LOG.warning("Confirmation %s is not handed over: %s.", pending.pk, error)
            except DoubtError:  # it may have arrived; who gets it can answer
                silent += 1
            except UnavailableError:  # the catalogue, which says what is followed, is being built
                return
            except Exception as error:
                _later(pending)
                LOG.error("Confirmation %s: %s", pending.pk, type(error).__name__)


def _hand(pending: Pending, server: MailServer) -> None:
    try:
        server.hand(confirmation(pending), lambda: _claimed(pending))
    except RefusedError as error:
        if error.for_good:
            pending.delete()
        else:
            _later(pending)
    except ServerError as error:
        if error.met:  # the mail itself may be what it broke off at
            _later(pending)
        raise


def _claimed(pending: Pending) -> bool:
    """Mark a mail as sent, if no other has sent it."""
    return bool(Pending.objects.filter(pk=pending.pk).exclude(due=None).update(due=None))


def _later(pending: Pending) -> None:
    """Let what the server does not have be sent after a while."""
    Pending.objects.filter(pk=pending.pk).update(due=timezone.now() + NEXT_TRY)


class Postman:
    """The one thread of this process that delivers; whoever calls it at work makes it look once more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._called = False

    def call(self) -> None:
        """Let what is committed be delivered, and return at once."""
        if not settings.ALERTS_BESIDE:
            return
        with self._lock:
            self._called = True
            if self._thread is not None and self._thread.is_alive():
                return
            thread = threading.Thread(target=self._work, name="alerts", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the machine has no more threads: `send_alerts` delivers
                LOG.warning("There is no thread to send mails by; send_alerts sends them.")
                return
            self._thread = thread

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is left to do, for so long at most; tell whether that is so."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def _work(self) -> None:
        while self._taken():
            try:
                deliver()
            except Exception as error:
                LOG.error("Confirmations are not sent: %s", type(error).__name__)
            finally:
                connections.close_all()

    def _taken(self) -> bool:
        with self._lock:
            called, self._called = self._called, False
            if not called:
                self._thread = None
            return called


POSTMAN = Postman()
