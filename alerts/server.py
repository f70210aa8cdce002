"""The mail server: mails handed to it one after another, over one connection, with what is known of each afterwards.

Three things can become of a mail. The server says that it took it. It does not have it: it refused, or the connection
broke before the last line of the mail had left. Or nobody knows: the mail was handed over whole, and no answer came.
Django's and smtplib's own `sendmail` does not tell the last two apart, so the dialogue is led here.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from email.utils import parseaddr
from typing import Any, Self

from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

CONNECTION_LOST = 421
MAILBOX_FULL = 552
POLICY = {530, 535, 538, 554, 571}
"""Codes by which a server refuses us, and not the address that a mail is for."""
MOST_SILENT = 3
"""Times in a row that a server does not let us in or answer, after which it is left alone for a while."""
POLICY_SAID = re.compile(r"\b5\.7\.\d+\b")


class ServerError(Exception):
    """The server is away, does not let us in, or broke off before it had all of this mail: it has nothing of it.

    `met` says that it had let us in, so that the mail itself may be what it broke off at.
    """

    def __init__(self, what: str, *, met: bool = False) -> None:
        super().__init__(what)
        self.met = met


class RefusedError(Exception):
    """The server does not take this mail; `for_good` where it knows no such address."""

    def __init__(self, code: int, *, for_good: bool) -> None:
        super().__init__(f"refused with code {code}")
        self.code, self.for_good = code, for_good


class DoubtError(Exception):
    """The mail was handed over whole, and the server has not said whether it took it."""


class MailServer:
    """A connection to the mail server, opened when it is first needed and again where it was lost."""

    def __init__(self, step: float | None = None, answer: float | None = None) -> None:
        """Give it `step` seconds for each step of the dialogue, and `answer` seconds to take a mail handed over."""
        self._step = settings.EMAIL_TIMEOUT if step is None else step
        self._answer = settings.EMAIL_ANSWER_TIMEOUT if answer is None else answer
        self._backend: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the server."""
        if self._backend is not None:
            backend, self._backend = self._backend, None
            backend.fail_silently = True
            backend.close()

    def _drop(self) -> None:
        """Leave the server without a word: amid a mail it would take a farewell for a part of it."""
        if self._backend is not None and self._backend.connection is not None:
            self._backend.connection.close()
        self.close()

    def hand(self, message: EmailMultiAlternatives, beginning: Callable[[], bool] = lambda: True) -> bool:
        """Hand over a mail to one address; return when the server has taken it, False where `beginning` said no.

        `beginning` is called as soon as the server is ready for its content: what that commits tells a later run that
        the mail may have been taken; where it says no, nothing is handed over. Raises `ServerError`, `RefusedError`,
        `DoubtError`.
        """
        backend = self._opened()
        if not isinstance(backend, EmailBackend):  # a file, a console, a list in memory: nothing can go astray
            return beginning() and bool(backend.send_messages([message]))
        try:
            return self._hand(backend.connection, message, beginning)
        except (DoubtError, ServerError):
            self._drop()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise ServerError(type(error).__name__, met=True) from error
        except RefusedError:
            raise
        except Exception:  # of our own: the dialogue stands where nobody knows
            self._drop()
            raise

    def _opened(self) -> Any:
        if self._backend is None:
            self._backend = mail.get_connection(timeout=self._step)
            try:
                self._backend.open()
            except (OSError, smtplib.SMTPException) as error:
                self.close()
                raise ServerError(type(error).__name__) from error
        return self._backend

    def _hand(self, smtp: Any, message: EmailMultiAlternatives, beginning: Callable[[], bool]) -> bool:
        whole: Any = message.message()  # Django's own kind of message, which knows about line ends
        content = whole.as_bytes(linesep="\r\n")
        smtp.ehlo_or_helo_if_needed()
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        sender, (recipient,) = message.from_email, message.recipients()
        code, said = smtp.mail(parseaddr(sender)[1], options)
        if code != 250:
            raise ServerError(f"the server does not take mail from us: code {code}")
        code, said = smtp.rcpt(recipient)
        if code not in (250, 251):
            self._refuse(smtp, code, said)
        code, said = smtp.docmd("data")
        if code != 354:
            self._refuse(smtp, code, said, address=False)
        if not beginning():  # only the end of the mail would make the server take it
            self._drop()
            return False
        smtp.send(_dotted(content))
        smtp.sock.settimeout(self._answer)
        try:
            code, said = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise DoubtError from error
        smtp.sock.settimeout(self._step)
        if code != 250:
            self._refuse(smtp, code, said, address=False)
        return True

    def _refuse(self, smtp: smtplib.SMTP, code: int, said: bytes, *, address: bool = True) -> None:
        """Raise what a refusal means, ready for the next mail."""
        if code == CONNECTION_LOST:
            raise ServerError(f"the server closes: code {code}", met=True)
        smtp.rset()
        policy = code in POLICY or bool(POLICY_SAID.search(said.decode("latin-1")))
        raise RefusedError(code, for_good=address and code >= 500 and code != MAILBOX_FULL and not policy)


def _dotted(content: bytes) -> bytes:
    """Give a mail as it goes over the wire: a dot more where a line begins with one, and the dot that ends it."""
    lines = re.sub(rb"(?m)^\.", b"..", content)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"
