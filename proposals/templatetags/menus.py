"""The menus of every page: they depend on the language and on where the reader is, and are made once for each."""

from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import get_script_prefix, get_urlconf
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag(takes_context=True)
def menu(context: Context, name: str) -> str:
    """Print the menu in the template `name`, in which the page that the reader is on is marked."""
    match = context["request"].resolver_match
    view = (match.url_name if match else "") or ""
    return _menu(get_urlconf(), get_script_prefix(), get_language(), name, view)


@lru_cache(maxsize=500)
def _menu(_site_map: str | None, _prefix: str, _language: str | None, name: str, view: str) -> str:
    return render_to_string(name, {"view": view})
