"""Links: whether the addresses of sources still answer; nobody leads us into the machine's own network."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from urllib.parse import SplitResult, urljoin, urlsplit

PATIENCE = 15
"""Seconds for one answer."""
HOPS = 5
AGENT = "Lianghui link check"


def is_public(address: str) -> bool:
    """Tell whether an IP address is anybody's: not of this machine, nor of a network behind it."""
    found = ipaddress.ip_address(address)
    return found.is_global and not found.is_multicast


def fault_of(url: str, *, allowed: Callable[[str], bool] = is_public) -> str:
    """Ask for a page and follow where it leads; give what is wrong in a few words, "" where it answers.

    Every host on the way must have an address that is `allowed`, and that very address is asked.
    """
    for _hop in range(HOPS):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return f"leads to {url[:80]}"
        try:
            status, location = _ask(parts, allowed)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return f"{type(error).__name__}: {error}"[:200]
        if status in (301, 302, 303, 307, 308) and location:
            url = urljoin(url, location)
        else:
            return "" if status < 400 else f"status {status}"
    return "leads on and on"


def _ask(parts: SplitResult, allowed: Callable[[str], bool]) -> tuple[int, str]:
    """Ask one server for the head of a page; give the status and where it leads."""
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not addresses or not all(map(allowed, addresses)):
        raise ValueError(f"{host} is no public address")
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    plain = socket.create_connection((min(addresses), port), timeout=PATIENCE)
    with plain:
        safe = parts.scheme == "https"
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if safe else plain
        path = parts.path or "/"
        headers = {"User-Agent": AGENT, "Accept": "*/*"}
        connection.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location", "")
