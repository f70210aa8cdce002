"""A client that costs little: HTTP/1.1, a connection for each request, many at once in one process."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import closing
from dataclasses import dataclass, field

HEADERS = "Host: 127.0.0.1\r\nAccept-Encoding: gzip\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"
"""What a proxy before the site sends with every request (`deploy/nginx.conf`)."""
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


async def get(port: int, address: str, network_address: str, more: dict[str, str] | None = None) -> Answer:
    """Ask a server on this machine for an address and read all of the answer; OSError or EOFError where none comes."""
    lines = f"{HEADERS}X-Forwarded-For: {network_address}\r\n"
    lines += "".join(f"{name}: {value}\r\n" for name, value in (more or {}).items())
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LONGEST_LINE)
    with closing(writer):
        writer.write(f"GET {address} HTTP/1.1\r\n{lines}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, _colon, value in pairs}
        status = int(head[0].split(" ", 2)[1])
        return Answer(status, headers, await _content(reader, status, headers))


async def _content(reader: asyncio.StreamReader, status: int, headers: dict[str, str]) -> bytes:
    if status in (204, 304):
        return b""
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    if headers.get("transfer-encoding") != "chunked":
        return await reader.read()
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)
