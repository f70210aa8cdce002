"""Addresses of pages. Those given before are kept: a list prints a hundred, and Django works out each anew."""

from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language


def address(view: str, *args: str | int) -> str:
    """Give the address of the page `view` of a thing, in the reader's language."""
    return _address(get_urlconf(), get_script_prefix(), get_language(), view, *args)


@lru_cache(maxsize=20_000)
def _address(_site_map: str | None, _prefix: str, _language: str | None, view: str, *args: str | int) -> str:
    return reverse(view, args=args)
