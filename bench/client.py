"""A client that costs little: HTTP/1.1 over one connection that is kept open, many at once in one process."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass, field

HEADERS = "Host: 127.0.0.1\r\nAccept-Encoding: gzip\r\nX-Forwarded-Proto: https\r\n"
"""What a proxy before the site sends with every request."""
LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class Answer:
    """What came back; the names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    raw: bytes = field(repr=False)

    @property
    def body(self) -> bytes:
        """The content, no longer compressed."""
        return gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw


class Connection:
    """One connection to a server on this machine; made anew where the server has closed it meanwhile."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.opened = 0

    async def get(self, address: str, network_address: str, more: dict[str, str] | None = None) -> Answer:
        """Ask for an address and read all of the answer; raise OSError or EOFError where none comes.

        A connection that was kept may be closed at the very moment in which it is used: then, and only then, it is
        asked a second time, as browsers and proxies do.
        """
        lines = f"{HEADERS}X-Forwarded-For: {network_address}\r\n"
        lines += "".join(f"{name}: {value}\r\n" for name, value in (more or {}).items())
        request = f"GET {address} HTTP/1.1\r\n{lines}\r\n".encode()
        if self.writer is not None:
            try:
                return await self._exchange(request)
            except (ConnectionError, EOFError):
                await self.close()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=LONGEST_LINE)
        self.opened += 1
        return await self._exchange(request)

    async def close(self) -> None:
        """Close it; the next request opens another."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None

    async def _exchange(self, request: bytes) -> Answer:
        assert self.reader is not None  # noqa: S101 - for mypy: opened by whoever calls
        assert self.writer is not None  # noqa: S101
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, _colon, value in pairs}
        status = int(head[0].split(" ", 2)[1])
        raw = await self._content(status, headers)
        if headers.get("connection", "").lower() == "close":
            await self.close()
        return Answer(status, headers, raw)

    async def _content(self, status: int, headers: dict[str, str]) -> bytes:
        assert self.reader is not None  # noqa: S101
        if status in (204, 304):
            return b""
        if "content-length" in headers:
            return await self.reader.readexactly(int(headers["content-length"]))
        if headers.get("transfer-encoding") != "chunked":
            return await self.reader.read()
        parts = []
        while size := int((await self.reader.readline()).split(b";")[0], 16):
            parts.append(await self.reader.readexactly(size))
            await self.reader.readline()
        await self.reader.readline()
        return b"".join(parts)
