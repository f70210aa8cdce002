"""The parameters of the API: those of the pages, and a few that only programs need; fields check and describe them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter

from people.models import Body, Delegate
from proposals.api.problems import WrongParametersError
from proposals.api.shapes.pieces import DATE, SENTENCES, Shape
from proposals.catalogue import PAGE_SIZE, PAGE_SIZES, Place
from proposals.catalogue.documents import CHOICES
from proposals.catalogue.schema import FACETS
from proposals.filters import (
    LONGEST_QUESTION,
    MOST_CHOICES,
    FacetField,
    PartialDateField,
    ProposalFilter,
    ReplyFilter,
    WordsField,
    parameter,
)

ALL = "all"
LANGUAGES = {"en": _("English"), "zh": _("Chinese")}
MOST_PAGES = 1_000_000
"""A number that no list has so many pages as."""


class NamesField(forms.Field):
    """Names divided by commas, each one of those that are known."""

    widget = forms.MultipleHiddenInput
    names: Collection[str] = ()

    def __init__(self, names: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.names = names

    def clean(self, value: Iterable[str] | None) -> tuple[str, ...]:
        """Give the names, each once; refuse those that are not known."""
        given = [name for each in value or () for name in each.split(",")]
        unknown = [name for name in dict.fromkeys(given) if name not in self.names]
        if unknown:
            told = gettext("There is no “%(value)s” to choose here.") % {"value": unknown[0][:60]}
            raise ValidationError(f"{told} {', '.join(self.names)}")
        return tuple(dict.fromkeys(given))


class CursorField(forms.CharField):
    """Where a walk through all rows has come to."""

    def clean(self, value: str) -> Place | None:
        """Give the place; None for the start."""
        try:
            return Place.read(super().clean(value)) if value else None
        except ValueError:
            raise ValidationError(gettext("Follow `next`, or begin without a cursor.")) from None


FIELDS = parameter(NamesField, _("Fields"), _("Only these fields, divided by commas."), method="beside")
LANG = parameter(
    forms.ChoiceField,
    _("Language"),
    _("Of labels, messages and the addresses of pages: en or zh. Texts of the record come in both."),
    choices=[*LANGUAGES.items()],
    error_messages={"invalid_choice": _("Choose en or zh.")},
    method="beside",
)
PAGE = parameter(forms.IntegerField, _("Page"), _("From 1."), min_value=1, max_value=MOST_PAGES, method="beside")
SIZE = parameter(
    forms.TypedChoiceField,
    _("On a page"),
    _("How many stand on a page: 20, 50 or 100."),
    choices=[(size, str(size)) for size in PAGE_SIZES],
    coerce=int,
    empty_value=PAGE_SIZE,
    error_messages={"invalid_choice": _("Choose 20, 50 or 100.")},
    method="beside",
)


class OneParameters(django_filters.FilterSet):
    """What can be said of every address: which fields, in which language."""

    fields = FIELDS
    lang = LANG

    def beside(self, rows: Any, _name: str, _value: object) -> Any:
        """Leave the rows as they are: it is no condition."""
        return rows


class PageParameters(OneParameters):
    """What can be said of every list that is given in pages."""

    page = PAGE
    page_size = SIZE


class ListParameters(ProposalFilter):
    """All parameters of the pages' lists but for looking within a filter, which is done by hand."""

    cursor = parameter(
        CursorField,
        _("Cursor"),
        _("Where to go on, as `next` has it: through all rows, whatever changes meanwhile."),
        strip=False,
    )
    facets = parameter(
        NamesField,
        _("Filters to count by"),
        _("Filters whose values are listed with the number found, divided by commas; `all` for each of them."),
        names=(ALL, *FACETS),
    )
    fields = FIELDS
    lang = LANG
    find_in: Any = None
    find: Any = None

    @property
    def wanted(self) -> tuple[str, ...]:
        """The facets to count by."""
        names: tuple[str, ...] = self.form.cleaned_data["facets"]
        return tuple(FACETS) if ALL in names else names


class ReplyParameters(PageParameters, ReplyFilter):
    """All parameters of the page of replies."""


class SlugField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django has no arguments for it
    """One of the things that show in public, by its slug."""

    def __init__(self, queryset: Any, **kwargs: Any) -> None:
        super().__init__(queryset, to_field_name="slug", **kwargs)
        self.error_messages["invalid_choice"] = _("There is no such thing in public.")


class MembershipParameters(PageParameters):
    """Of whom, and in which body."""

    delegate = parameter(SlugField, _("Delegate"), _("Who sits, by slug."), queryset=Delegate.objects.none())
    body = parameter(SlugField, _("Body"), _("In which body, by slug."), queryset=Body.objects.none())

    def __init__(self, parameters: QueryDict, memberships: Any) -> None:
        super().__init__(parameters, queryset=memberships)
        for name, model in (("delegate", Delegate), ("body", Body)):
            shown = model._default_manager.filter(pk__in=memberships.order_by().values(name))
            self.form.fields[name].queryset = shown  # type: ignore[attr-defined]


def checked(asked: Any, given: QueryDict, shape: type[Shape]) -> Any:
    """Give what is asked, with all of its parameters right; raise `WrongParametersError` otherwise.

    Parameters that nobody knows are left aside, as on the pages.
    """
    if "fields" in asked.form.fields:
        asked.form.fields["fields"].names = tuple(shape().fields)
    errors = {name: [str(each) for each in messages] for name, messages in asked.form.errors.items()}
    for name, field in asked.form.fields.items():
        if len(given.getlist(name)) > 1 and not isinstance(field, FacetField | NamesField):
            errors.setdefault(name, [gettext("Give this once.")])
        if "" in given.getlist(name):  # who forgot to put a value in would take everything for the answer
            errors[name] = [gettext("Give this a value, or leave it out.")]
    if given.get("cursor") and given.get("page"):
        errors.setdefault("cursor", [gettext("Give a cursor or a page, not both.")])
    if errors:
        raise WrongParametersError({name: errors[name] for name in asked.form.fields if name in errors})
    return asked


def documented(parameters: type[django_filters.FilterSet], shape: type[Shape]) -> list[OpenApiParameter]:
    """Describe each parameter by the field that checks it."""
    return [
        OpenApiParameter(
            name,
            type=_schema(name, declared.field, shape),
            description=_told(declared),
            **(_divided(declared.field)),
        )
        for name, declared in parameters.base_filters.items()
    ]


def _told(declared: Any) -> Any:
    """Say what a parameter is, and of one whose values add up how several are given."""
    told = format_lazy(_("{label}. {told}"), label=declared.label, told=declared.extra["help_text"])
    if isinstance(declared.field, FacetField):
        return format_lazy(SENTENCES, told=told, more=_("Repeat it for several."))
    return told


def _divided(field: forms.Field) -> dict[str, Any]:
    """Say how several values of one parameter are written: repeated, or divided by commas."""
    if isinstance(field, FacetField | NamesField):
        return {"style": "form", "explode": isinstance(field, FacetField)}
    return {}


def _schema(name: str, field: forms.Field, shape: type[Shape]) -> dict[str, Any]:
    """Describe the values that a field takes."""
    match field:
        case NamesField():
            names = [*(field.names or shape().fields)]
            return {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1}
        case FacetField():
            return {"type": "array", "items": _value(name), "maxItems": MOST_CHOICES}
        case forms.IntegerField():
            most = {} if field.max_value is None else {"maximum": field.max_value}
            return {"type": "integer", "minimum": field.min_value, **most}
        case forms.TypedChoiceField():
            return {"type": "integer", "enum": [*PAGE_SIZES], "default": PAGE_SIZE}
        case forms.ChoiceField() if not isinstance(field, forms.ModelChoiceField):
            return {"type": "string", "enum": [value for value, _label in field.choices if value]}  # type: ignore[misc,union-attr]
        case PartialDateField():
            return {"type": "string", "pattern": f"^{DATE}$", "examples": ["2024", "2024-03", "2024-03-12"]}
        case WordsField():
            return {"type": "string", "minLength": 1, "maxLength": LONGEST_QUESTION}
        case CursorField():
            return {"type": "string", "pattern": "^[0-9]-[0-9]{1,20}$"}
        case _:
            return {"type": "string", "minLength": 1}


def _value(facet: str) -> dict[str, Any]:
    if choices := CHOICES.get(facet):
        return {"type": "string", "enum": [*choices.values]}
    return {"type": "string", "pattern": "^[1-9][0-9]{3}$"} if facet == "year" else {"type": "string", "minLength": 1}
