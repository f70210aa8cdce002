"""What the analysts' forms of all models share: fields that search, names fetched together, rows that may swap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from people.conflicts import Conflict
from people.history import lock

if TYPE_CHECKING:
    from people.record_admin import RecordAdmin

    AnyModelForm = forms.ModelForm[Any]
    AnyModelMultipleChoiceField = forms.ModelMultipleChoiceField[Any]
    AnyInlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    AnyModelForm = forms.ModelForm
    AnyModelMultipleChoiceField = forms.ModelMultipleChoiceField
    AnyInlineFormSet = BaseInlineFormSet


def is_key(value: str) -> bool:
    """Tell whether `value`, as a browser sends it, can be the key of a row in any database."""
    return value.isascii() and value.isdigit() and len(value) < 19


def page_of(site: admin.AdminSite, model: type[Model]) -> RecordAdmin[Any]:
    """Give the pages of `model`, one of the record's."""
    return cast("RecordAdmin[Any]", site.get_model_admin(model))


def names_of(site: admin.AdminSite, model: type[Model], keys: Iterable[str]) -> dict[str, str]:
    """Fetch the full names of rows of `model` by key; what is no key, or has no row, is left out."""
    possible = {key for key in keys if is_key(key)}
    if not possible:
        return {}
    page = page_of(site, model)
    rows = model._default_manager.filter(pk__in=possible).prefetch_related(*page.named_by)
    return {str(row.pk): page.full_name(row) for row in rows}


class SearchOne(AutocompleteSelect):
    """A field that offers what is chosen in it already, and everything else by a search.

    Django's own asks the database for each field; ours can be told by `names` how to ask once for a whole formset.
    """

    names: Callable[[], Mapping[str, str]] | None = None

    def optgroups(self, name: str, value: Sequence[str], attr: object = None) -> list[Any]:
        """Give one group with what is chosen; a bad key, which has its message beside the field, is left out."""
        names = self.names() if self.names else names_of(self.admin_site, self.field.remote_field.model, value)
        options = []
        if not self.is_required and not self.allow_multiple_selected:
            options.append(self.create_option(name, "", "", selected=False, index=0))
        for key in value:
            if key in names:
                options.append(self.create_option(name, key, names[key], selected=True, index=len(options)))
        return [(None, options, 0)]


class SearchMany(SearchOne, AutocompleteSelectMultiple):
    """The same for any number of rows; each can be taken away, so there is no button that takes away all."""

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        """Leave out that button, which stands where no list may have one."""
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}


class SearchManyField(AnyModelMultipleChoiceField):
    """Takes the keys of any number of rows."""

    def clean(self, value: list[str] | None) -> QuerySet[Any]:
        """Refuse what is no key; SQLite would fall over a number that is too large."""
        for key in value or ():
            if not is_key(str(key)):
                raise ValidationError(self.error_messages["invalid_pk_value"], "invalid_pk_value", {"pk": key})
        return super().clean(value)


class RecordFormSet(AnyInlineFormSet):
    """Rows below a record: their names are fetched together, and what the database would refuse has a message."""

    in_columns = False
    """Whether the fields stand in columns under one heading, so that each must say its name to who cannot see."""

    def add_fields(self, form: forms.ModelForm[Any], index: int | None) -> None:
        """Tell the fields that search where to find the names of what is chosen in them."""
        super().add_fields(form, index)
        whole(form)
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if self.in_columns and widget and not widget.is_hidden:
                widget.attrs["aria-label"] = field.label
            if isinstance(widget, SearchOne):
                widget.names = partial(self.names, name, widget)

    def names(self, field: str, widget: SearchOne) -> dict[str, str]:
        """Fetch the names of all that is chosen in `field`, in every row."""
        if field not in self._names:
            chosen = {key for form in self.forms for key in widget.format_value(form[field].value())}
            self._names[field] = names_of(widget.admin_site, widget.field.remote_field.model, chosen)
        return self._names[field]

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        return {}

    @property
    def kept(self) -> list[forms.ModelForm[Any]]:
        """The rows there will be: the stored ones and the new ones that are filled in, without the deleted ones."""
        return [
            form
            for form in self.forms
            if (form.instance.pk or form.has_changed()) and not self._should_delete_form(form)  # type: ignore[attr-defined]
        ]

    def elsewhere(self) -> QuerySet[Any]:
        """Give the rows of the same record that are not in this form: somebody else has added them since."""
        rows: QuerySet[Any] = self.fk.model._default_manager.filter(**{self.fk.name: self.instance.pk})
        return rows.exclude(pk__in=[form.instance.pk for form in self.initial_forms])

    def clean(self) -> None:
        """Refuse a row that takes what another row still holds in the database."""
        super().clean()
        kept = set(self.kept)
        changed = [form for form in kept if form.has_changed() and not form.errors]
        if not changed or not self.instance.pk:
            return
        lock(self.instance)
        elsewhere = list(self.elsewhere())
        kind = self.fk.model._meta
        for constraint in kind.total_unique_constraints:
            fields = [kind.get_field(name) for name in constraint.fields if name != self.fk.name]
            others = {_values(row, fields) for row in elsewhere}
            held = {
                tuple(form.initial.get(field.name) for field in fields): form
                for form in self.initial_forms
                if form in kept
            }
            for form in changed:
                if {field.name for field in fields} & form._get_validation_exclusions():  # type: ignore[attr-defined]
                    continue
                values = _values(form.instance, fields)
                holder = held.get(values, form) if form.instance.pk else form
                if None not in values and (values in others or holder is not form):
                    form.add_error(None, _("Another row holds the same until it is saved: change them one at a time."))

    def save(self, commit: bool = True) -> list[Any]:
        """Delete first, so that what a deleted row held is free."""
        gone = [form.instance for form in self.deleted_forms if form.instance.pk]
        if commit:
            for row in gone:
                row.delete()
        saved = super().save(commit)
        self.deleted_objects = gone
        return saved


def _values(row: Model, fields: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(getattr(row, field.attname) for field in fields)


def whole(form: forms.BaseForm) -> None:
    """Let a browser send all that is pasted into a form, so that what is too long is told and not cut off unseen."""
    for field in form.fields.values():
        field.widget.attrs.pop("maxlength", None)


class RecordForm(AnyModelForm):
    """A form on a row; it is not saved before the analyst has seen what others did meanwhile."""

    conflict: ClassVar[Conflict | None] = None
    refused: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whole(self)

    def clean(self) -> dict[str, Any] | None:
        """Refuse what was typed over an older version, and what was refused when it was saved."""
        cleaned: dict[str, Any] | None = super().clean()
        if self.refused:
            self.add_error(None, self.refused)
        if self.conflict:
            self.add_error(
                None, _("Somebody else changed this after you opened it. Nothing is saved: look, save again.")
            )
        return cleaned
