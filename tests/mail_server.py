"""`python -m tests.mail_server PORT FILE [FAULT [AFTER]]`: a real SMTP server for tests, in a process of its own.

Each mail that it takes becomes a line of JSON in FILE, on the disk before the sender is told. A fault sets in after as
many mails: it may die, hang, drop the connection or refuse, at a point of the dialogue.
"""

import asyncio
import json
import os
import re
import sys
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.smtp import SMTP

REFUSED = {
    "gone": "550 5.1.1 No such mailbox",
    "later": "451 4.7.1 Greylisted",
    "full": "552 5.2.2 Mailbox full",
    "policy": "550 5.7.1 Relaying denied",
}
"""How an address is answered that begins with such a word."""


class Handler:
    """What aiosmtpd asks at each step; the names are its own."""

    def __init__(self, file, fault, after):
        self.file, self.fault, self.after, self.taken = file, fault, after, 0

    async def trouble(self, point, server):
        """Do what the fault says, at its point."""
        what, _, at = self.fault.partition("-")
        if at != point or self.taken < self.after:
            return
        if what == "die":
            os._exit(1)
        if what == "hang":
            await asyncio.sleep(600)
        if what == "slow":
            await asyncio.sleep(3)
        if what == "drop":
            server.transport.abort()
            await asyncio.sleep(600)

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        await self.trouble("mail", server)
        envelope.mail_from = address
        return "530 5.7.0 Authentication required" if self.fault == "refuse-mail" else "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        await self.trouble("rcpt", server)
        answer = REFUSED.get(re.split("[-@]", address)[0])
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await self.trouble("data", server)
        if self.fault == "refuse-data":
            return "554 5.6.0 No such content here"
        message = message_from_bytes(envelope.content, policy=policy.default)
        line = {
            "to": envelope.rcpt_tos,
            "id": message["Message-ID"],
            "subject": message["Subject"],
            "text": message.get_body(("plain",)).get_content().replace("\r\n", "\n"),
        }
        with self.file.open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        await self.trouble("taken", server)
        self.taken += 1
        asyncio.get_running_loop().call_soon(self.afterwards)
        return "250 OK"

    def afterwards(self):
        if self.fault == "die-afterwards" and self.taken >= self.after:
            os._exit(1)


async def serve(port, file, fault="", after="0"):
    handler = Handler(Path(file), fault, int(after))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="mail.test"), "127.0.0.1", int(port))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
