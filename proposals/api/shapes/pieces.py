"""The pieces that shapes are made of: texts in two languages, dates, words of a list, and addresses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from django.db.models import Choices
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request

from proposals.catalogue import Query, count_by

Words = Any
"""A text, or one that is put into the reader's language when it is read."""
DATE = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"
PARTIAL_DATE = f"^({DATE})?$"
API_ADDRESS = _("Its address in the API.")
PAGE_ADDRESS = _("Its page, for people, in the language asked for.")
SENTENCES = _("{told} {more}")
"""Two sentences one after the other, as the reader's language sets them."""


@dataclass
class Around:
    """What a shape needs to know beside the thing itself: the address of the site, and which agencies have pages."""

    request: Request

    @cached_property
    def site(self) -> str:
        """The beginning of every address, "https://host"."""
        return str(self.request.build_absolute_uri("/")).removesuffix("/")

    @cached_property
    def root(self) -> str:
        """The address of the API, with the slash at its end."""
        return f"{self.site}{reverse('api:root')}"

    @cached_property
    def agencies(self) -> set[int]:
        """The keys of the agencies that show in public: those that something is asked of, and those that answer."""
        return {*count_by("agency", Query()), *count_by("lead_agency", Query())}


class Shape(serializers.Serializer[Any]):
    """A thing with named fields; `only` are those of them that are wanted, where not all are."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give it the name by which the document knows it: `Proposal` for what is whole, `ProposalInList` for lists."""
        super().__init_subclass__(**kwargs)
        name = cls.__name__.replace("Whole", "").replace("Shape", "").replace("LightPage", "Page")
        extend_schema_serializer(component_name=name.replace("Light", "InList"))(cls)

    def __init__(self, *args: Any, only: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {*self.fields} - {*only} if only else ():
            self.fields.pop(name)


def string(told: Words, **more: Any) -> Any:
    """Declare a text; "" where there is none."""
    return serializers.CharField(help_text=told, **more)


def english(told: Words, **more: Any) -> Any:
    """Declare the English one of two texts."""
    return string(format_lazy(SENTENCES, told=told, more=_("In English; empty where not known.")), **more)


def chinese(told: Words, **more: Any) -> Any:
    """Declare the Chinese one of two texts."""
    return string(format_lazy(SENTENCES, told=told, more=_("In Chinese; empty where not known.")), **more)


def integer(told: Words, **more: Any) -> Any:
    """Declare a whole number."""
    return serializers.IntegerField(help_text=told, **more)


def flag(told: Words, **more: Any) -> Any:
    """Declare something that is so or is not."""
    return serializers.BooleanField(help_text=told, **more)


def instant(told: Words, **more: Any) -> Any:
    """Declare a moment, as RFC 3339 has it."""
    return serializers.DateTimeField(help_text=told, **more)


class Open(serializers.ChoiceField):
    """One of a few words; None where the record leaves it open."""

    def to_representation(self, value: Any) -> Any:
        """Give the word, None for ""."""
        return super().to_representation(value) or None


def perhaps(choices: type[Choices], told: Words, **more: Any) -> Any:
    """Declare one of the words of `choices`, or null."""
    return Open(choices=choices.choices, help_text=told, allow_null=True, **more)


def choice(choices: type[Choices], told: Words, **more: Any) -> Any:
    """Declare one of the words of `choices`."""
    return serializers.ChoiceField(choices.choices, help_text=told, **more)


@extend_schema_field({"type": "string", "pattern": PARTIAL_DATE})
class PartialDate(serializers.CharField):
    """A day, a month or a year, as exactly as is known."""

    def __init__(self, told: Words, **kwargs: Any) -> None:
        exactly = _("2024-03-12, 2024-03 or 2024, as exactly as is known; empty where it is not.")
        super().__init__(help_text=format_lazy(SENTENCES, told=told, more=exactly), **kwargs)


class ApiUrl(serializers.URLField):
    """The address of a thing in the API: that of its resource, then its key."""

    def __init__(self, resource: str, key: str = "pk", told: Words = API_ADDRESS, **kwargs: Any) -> None:
        super().__init__(source="*", help_text=told, **kwargs)
        self.resource, self.key = resource, key

    def to_representation(self, value: Any) -> str | None:  # type: ignore[override]
        """Give the address."""
        around: Around = self.context["around"]
        return f"{around.root}{self.resource}/{quote(str(getattr(value, self.key)))}/"


class AgencyUrl(ApiUrl):
    """The address of an agency in the API, None for one that has none there: nobody asks it, and it leads nowhere."""

    def to_representation(self, value: Any) -> str | None:  # type: ignore[override]
        """Give the address, or None."""
        around: Around = self.context["around"]
        return super().to_representation(value) if value.pk in around.agencies else None


class PageUrl(serializers.URLField):
    """The address of the page of a thing."""

    def __init__(self, told: Words = PAGE_ADDRESS, **kwargs: Any) -> None:
        super().__init__(source="*", help_text=told, **kwargs)

    def to_representation(self, value: Any) -> str:
        """Give the address."""
        around: Around = self.context["around"]
        return f"{around.site}{value.get_absolute_url()}"


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class Listed(serializers.CharField):
    """Names that the record holds in one text, divided by semicolons, as a list."""

    def to_representation(self, value: str) -> list[str]:  # type: ignore[override]
        """Divide them."""
        return [name for each in value.split(";") if (name := each.strip())]
