"""The parts of a page that are the same whatever it shows: menus, help, icons. They are made once for each language."""

from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import get_script_prefix, get_urlconf
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag(takes_context=True)
def fixed(context: Context, name: str) -> str:
    """Print the template `name`, which is told nothing but the `view` that the reader is on, as menus mark it."""
    match = context["request"].resolver_match
    view = (match.url_name if match else "") or ""
    return _fixed(get_urlconf(), get_script_prefix(), get_language(), name, view)


@lru_cache(maxsize=500)
def _fixed(_site_map: str | None, _prefix: str, _language: str | None, name: str, view: str) -> str:
    return render_to_string(name, {"view": view})
