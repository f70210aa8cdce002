"""What the analysts' pages of all models share: lists, forms that nobody overwrites, deleting with its reasons."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters, InlineModelAdmin
from django.contrib.admin.utils import NestedObjects, unquote
from django.contrib.admin.views.main import ChangeList
from django.db import router
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet, prefetch_related_objects
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext

from people.conflicts import Rows, settled
from people.doubles import successor
from people.history import RecordModel, Version, lock
from people.history_admin import HistoryPages
from people.presence import enter, leave
from people.record_forms import (
    RecordForm,
    RecordFormSet,
    SearchMany,
    SearchManyField,
    SearchOne,
    is_key,
    names_of,
    page_of,
)

if TYPE_CHECKING:
    AnyBaseAdmin = BaseModelAdmin[Any]
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyInline = InlineModelAdmin[Any, Any]
    AnyTabularInline = admin.TabularInline[Any, Any]
    AnyStackedInline = admin.StackedInline[Any, Any]
    AnyInlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    AnyBaseAdmin = BaseModelAdmin
    AnyModelAdmin = admin.ModelAdmin
    AnyInline = InlineModelAdmin
    AnyTabularInline = admin.TabularInline
    AnyStackedInline = admin.StackedInline
    AnyInlineFormSet = BaseInlineFormSet

MOST_WORDS = 30
"""Words that are looked for at a time."""
M = TypeVar("M", bound=RecordModel)
SHOWN_IN_THE_WAY = 100
ROW_FIELD = re.compile(r"([\w-]+?)-(\d+)-(\w+)")
"""The name of a field of a row below: its formset, the number of the row, the field."""


class RecordOptions(AnyBaseAdmin):
    """What pages and inlines share: rows of other models are found by searching, never in a long list."""

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: object
    ) -> forms.ModelChoiceField[Any] | None:
        """Choose one row by searching."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = SearchOne(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: object
    ) -> forms.ModelMultipleChoiceField[Any] | None:
        """Choose several rows by searching."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = SearchMany(db_field, self.admin_site)
            kwargs["form_class"] = SearchManyField
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class RecordInline(RecordOptions, AnyInline):
    """What both kinds of inline share."""

    formset = RecordFormSet
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Fetch what names are made of with the rows."""
        return super().get_queryset(request).prefetch_related(*page_of(self.admin_site, self.model).named_by)


class RecordTabularInline(RecordInline, AnyTabularInline):
    """Rows below a record, one line each."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[AnyInlineFormSet]:
        """Let fields in columns say their names."""
        rows: type[AnyInlineFormSet] = super().get_formset(request, obj, **kwargs)
        rows.in_columns = True  # type: ignore[attr-defined]
        return rows


class RecordStackedInline(RecordInline, AnyStackedInline):
    """Rows below a record, one block each."""


class RecordChangeList(ChangeList):
    """A list, asked for by an address that anybody may have written."""

    def get_filters_params(self, params: dict[str, list[str]] | None = None) -> dict[str, Any]:
        """Refuse what a database would fall over: NUL on PostgreSQL, endless numbers on SQLite."""
        asked: dict[str, Any] = super().get_filters_params(params)
        words = [word for values in asked.values() for value in values for word in value.split(",")]
        if any("\x00" in word or (word.strip("-").isdigit() and not is_key(word.strip("-"))) for word in words):
            raise IncorrectLookupParameters
        return asked


class SteadyLists(AnyModelAdmin):
    """Lists and searches that the database can answer whatever stands in the address, whoever's pages they are."""

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        """Give the kind of list that stands up to any address."""
        return RecordChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow no regular expressions in addresses: a broken one breaks the query."""
        return not lookup.endswith("regex") and super().lookup_allowed(lookup, value, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Look for no more words than a query of the database can hold."""
        if len(search_term.split()) > MOST_WORDS:
            self.message_user(request, gettext("Look for at most %(most)s words at a time.") % {"most": MOST_WORDS})
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)


class RecordAdmin(SteadyLists, HistoryPages, RecordOptions, Generic[M]):
    """The pages of one model."""

    form = RecordForm
    list_per_page = 50
    named_by: Sequence[str] = ()
    """Relations that the name of a row is made of; they are fetched with it."""
    sheet = ""
    """What the rows are called as a kind of sheet, where they can be read from one and written into one."""

    class Media:
        css = {"all": ["admin/record.css"]}
        js = ["admin/record.js"]

    def full_name(self, row: M) -> str:
        """Name `row` so that it is told from its namesakes where one is chosen."""
        return str(row)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Fetch what names are made of with the rows."""
        return super().get_queryset(request).prefetch_related(*self.named_by)

    def get_form(self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Tell the form of a conflict, and of what was refused at the first try."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.conflict, form.refused = getattr(request, "conflict", None), getattr(request, "refused", "")
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or take a form; one that was opened on an older version is brought up to date and shown again."""
        row = self.get_object(request, unquote(object_id)) if object_id else None
        if row is None or not self.has_change_permission(request, row):
            return super().changeform_view(request, object_id, form_url, extra_context)
        record = row.record
        if request.method == "POST":
            lock(record)
        number = Version.objects.last(record)
        if request.method == "POST" and request.POST.get("_version") != str(number):
            self._settle(request, row)
        kind, key = record._meta.label_lower, record.pk
        more = {
            "version": number,
            "conflict": getattr(request, "conflict", None),
            "open_on": f"{kind} {key}",
            "others": enter(request.user, kind, key),
        }
        response = super().changeform_view(request, object_id, form_url, {**more, **(extra_context or {})})
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            leave(request.user, record)
        return response

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Give back what was typed into the form of a record that is gone by now, to be copied."""
        if request.method != "POST" or not is_key(object_id):
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[misc,no-any-return]
        context = {
            "title": gettext("%(kind)s %(key)s is gone") % {"kind": capfirst(opts.verbose_name), "key": object_id},
            "typed": list(self._typed(request)),
            "into": successor(self.model, key=int(object_id)),
            "deleted": f"admin:{opts.app_label}_{opts.model_name}_deleted",
            "change": f"admin:{opts.app_label}_{opts.model_name}_change",
        }
        response = self._page(request, "gone", context)
        response.status_code = HTTPStatus.GONE
        return response

    def _typed(self, request: HttpRequest) -> Iterator[tuple[str, str]]:
        """Give what a form of a record that is gone holds, field by field: labels, and names of what was chosen."""
        kinds = {"": self.get_form(request)}
        below = {}
        for formset, _inline in self.get_formsets_with_inlines(request):
            kinds[formset.get_default_prefix()] = formset.form
            below[formset.get_default_prefix()] = str(formset.model._meta.verbose_name)
        for name, texts in request.POST.lists():
            found = ROW_FIELD.fullmatch(name)
            prefix, number, field_name = found.groups() if found else ("", "", name)
            field = kinds.get(prefix, kinds[""]).base_fields.get(field_name)
            if field is None or not any(texts) or isinstance(field.widget, forms.HiddenInput):
                continue
            if isinstance(field, forms.ModelChoiceField):
                names = names_of(self.admin_site, field.queryset.model, texts)  # type: ignore[union-attr]
                texts = [names.get(text, text) for text in texts]
            row = f"{capfirst(below[prefix])} {int(number) + 1} · " if prefix else ""
            yield f"{row}{field.label}", "; ".join(texts)

    def _settle(self, request: HttpRequest, row: M) -> None:
        """Bring what was posted up to date with what others did meanwhile."""
        below, prefixes = [], Counter[str]()
        for formset, inline in self.get_formsets_with_inlines(request, row):
            name = formset.get_default_prefix()
            prefixes[name] += 1  # as Django numbers them
            prefix = f"{name}-{prefixes[name]}" if prefixes[name] > 1 else name
            if inline.has_change_permission(request, row):
                stored = inline.get_queryset(request).filter(**{formset.fk.name: row.pk})
                below.append(Rows(prefix, formset.model, formset.form, list(stored)))
        seen = request.POST.get("_version", "")
        conflict = settled(
            row, int(seen) if is_key(seen) else None, request.POST, self.get_form(request, row, change=True), below
        )
        request.conflict, request.POST = conflict, conflict.posted  # type: ignore[attr-defined, assignment]

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Iterable[Any], add: bool = False
    ) -> list[dict[str, dict[str, Any]]]:
        """Note the fields that were changed by names that are translated when somebody reads the history.

        Django notes the labels of the form, which begin with a capital and are in no catalogue of messages.
        """
        notes: list[dict[str, dict[str, Any]]] = super().construct_change_message(request, form, formsets, add)
        kinds = [model._meta for model in (self.model, *(formset.model for formset in formsets or ()))]
        with translation.override(None):
            names = [str(field.verbose_name) for kind in kinds for field in (*kind.fields, *kind.many_to_many)]
        by_label = {capfirst(name): name for name in names}
        for note in (part for parts in notes for part in parts.values()):
            if "fields" in note:
                note["fields"] = [by_label.get(label, label) for label in note["fields"]]
        return notes

    def response_action(  # type: ignore[override]  # the stubs are ahead of Django 5.2
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        """Run an action on what is ticked, leaving out what is no key."""
        post = request.POST.copy()
        post.setlist(ACTION_CHECKBOX_NAME, [key for key in post.getlist(ACTION_CHECKBOX_NAME) if is_key(key)])
        request.POST = post  # type: ignore[assignment]
        return super().response_action(request, queryset)

    def get_deleted_objects(
        self, objs: QuerySet[Any] | Sequence[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """List what would go and what stands in the way, as Django does, in a number of queries that is fixed.

        Of what stands in the way the first hundred are named; mere links between two rows, and what is noted of rows
        beside the record, go without saying.
        """
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(objs)
        going = cast("dict[type[Model], set[Model]]", collector.model_objs)
        in_the_way = sorted(self._linked({*collector.protected}), key=lambda row: (row._meta.label, row.pk))
        shown, hidden = in_the_way[:SHOWN_IN_THE_WAY], len(in_the_way[SHOWN_IN_THE_WAY:])
        self._fetch_names([*chain(*going.values()), *shown])
        for rows in collector.edges.values():
            rows[:] = [row for row in rows if isinstance(row, RecordModel)]
        forbidden = {
            str(model._meta.verbose_name)
            for model in {type(row) for row in chain(*going.values(), in_the_way)}
            if self.admin_site.is_registered(model)
            and not self.admin_site.get_model_admin(model).has_delete_permission(request)
        } | {
            str(self.opts.verbose_name)
            for row in going.get(self.model, ())
            if not self.has_delete_permission(request, row)
        }
        return (
            collector.nested(self._link),
            {
                str(kind._meta.verbose_name_plural): len(rows)
                for kind, rows in going.items()
                if issubclass(kind, RecordModel)
            },
            forbidden,
            [*map(self._link, shown), *([gettext("… and %(hidden)s more") % {"hidden": hidden}] if hidden else [])],
        )

    def _linked(self, rows: set[Model]) -> set[Model]:
        """Put in the place of each mere link the row that it belongs to."""
        kinds = {type(row): cast("type[Model]", row._meta.auto_created) for row in rows if row._meta.auto_created}
        for kind, owner in kinds.items():
            name = str(owner._meta.model_name)
            links = [row for row in rows if type(row) is kind]
            prefetch_related_objects(links, name)
            rows = rows - {*links} | {getattr(link, name) for link in links}
        return rows

    def _fetch_names(self, rows: Iterable[Model]) -> None:
        by_model = defaultdict(list)
        for row in rows:
            by_model[type(row)].append(row)
        for model, alike in by_model.items():
            if self.admin_site.is_registered(model):
                prefetch_related_objects(alike, *page_of(self.admin_site, model).named_by)

    def _link(self, row: Model) -> str:
        page = f"{self.admin_site.name}:{row._meta.app_label}_{row._meta.model_name}_change"
        return format_html(
            '{}: <a href="{}">{}</a>', capfirst(row._meta.verbose_name), reverse(page, args=[row.pk]), row
        )
