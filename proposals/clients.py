"""Who asks: the network address by which a client is counted, on the pages and in the API."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

OWN_NETWORK = 64
"""Bits of an IPv6 address that are somebody's network: in it one machine has as many addresses as it likes."""
LONGEST = 60


def client_address(request: HttpRequest | Request) -> str:
    """Give the network address of who asks, as the outermost of our own proxies saw it; of IPv6 the network.

    Of `X-Forwarded-For` only what our proxies wrote is believed: its last `TRUSTED_PROXIES` addresses. What is no
    address, as a proxy may write it, stands for itself; on a socket without a proxy there is none.
    """
    forwarded = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
    trusted = settings.TRUSTED_PROXIES
    address = forwarded[-min(trusted, len(forwarded))] if trusted and forwarded else request.META.get("REMOTE_ADDR", "")
    try:
        read = ip_address(address.strip())
    except ValueError:
        return quote(address[:LONGEST], errors="replace") or "unknown"
    if isinstance(read, IPv6Address):
        read = read.ipv4_mapped or read
    return str(IPv6Network((int(read), OWN_NETWORK), strict=False)) if isinstance(read, IPv6Address) else str(read)
