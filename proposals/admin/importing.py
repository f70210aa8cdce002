"""Sheets in the admin: one is read, its columns told apart, what it would do shown, done, undone; lists are written."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.batches import Batch
from people.history import Version
from people.history_admin import HistoryPages
from people.record_forms import page_of
from proposals.models import Mapping
from proposals.sheets.importing import NotImportedError, carry_out, undo
from proposals.sheets.kinds import KINDS
from proposals.sheets.planning import (
    CHANGED,
    NEW,
    REFUSED,
    UNCHANGED,
    Kind,
    Planned,
    counted,
    of_all_columns,
    refused_rows,
)
from proposals.sheets.reading import LARGEST, Sheet, SheetError, read
from proposals.sheets.writing import FORMS, write

SHOWN = 200
"""Rows of each sort that the preview shows; all are counted, and the refused ones are in a file."""
EXAMPLES = 3
ABANDONED = timedelta(days=7)
"""A file that was looked at and not imported is forgotten after that."""
IN_ORDER = (REFUSED, CHANGED, NEW, UNCHANGED)
"""What needs a look comes first."""


class MappingField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django does not let fields be subscripted
    """One of the mappings that were kept, told with what its rows are."""

    def label_from_instance(self, obj: Mapping) -> str:
        """Name it."""
        return f"{obj} ({KINDS[obj.kind].label})" if obj.kind in KINDS else str(obj)


class UploadForm(forms.Form):
    """A file to be imported."""

    rows = forms.ChoiceField(label=gettext_lazy("Rows"), choices=[(name, kind.label) for name, kind in KINDS.items()])
    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("XLSX, CSV, TSV or JSON, up to 20 MB."))
    mapping = MappingField(
        label=gettext_lazy("Mapping of columns"),
        queryset=Mapping.objects.all(),
        required=False,
        empty_label=gettext_lazy("guess"),
    )

    def clean_file(self) -> Any:
        """Read the file once, so that what is broken is told beside it."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than %(most)s MB.") % {"most": LARGEST // 1_000_000})
        self.content = file.read()
        try:
            self.sheet = read(self.content)
        except SheetError as error:
            raise ValidationError(str(error)) from error
        return file

    def clean(self) -> dict[str, Any] | None:
        """Refuse a mapping that was made for rows of another kind."""
        cleaned = super().clean() or {}
        mapping = cleaned.get("mapping")
        if mapping and mapping.kind != cleaned.get("rows"):
            self.add_error("mapping", _("This mapping was made for other rows."))
        return cleaned


class SheetPages(HistoryPages):
    """What the pages of proposals have for sheets, of proposals and of other things."""

    def get_urls(self) -> list[Any]:
        """Add the pages of sheets."""
        wrap = self.admin_site.admin_view
        return [
            path("import/", wrap(self.imports_view), name="proposals_proposal_imports"),
            path("import/<slug:name>.xlsx", wrap(self.template_view), name="proposals_proposal_template"),
            path("import/<int:key>/", wrap(self.import_view), name="proposals_proposal_import"),
            path("import/<int:key>/refused.csv", wrap(self.refused_view), name="proposals_proposal_refused"),
            path("import/<int:key>/planned.csv", wrap(self.planned_view), name="proposals_proposal_planned"),
            path("import/<int:key>/file", wrap(self.file_view), name="proposals_proposal_file"),
            path("export/<slug:name>.<slug:form>", wrap(self.export_view), name="proposals_proposal_export"),
            *super().get_urls(),
        ]

    def _may_import(self, request: HttpRequest, kind: Kind) -> None:
        """Refuse who may not enter and change what the rows are."""
        page = page_of(self.admin_site, kind.model)
        if not page.has_add_permission(request) or not page.has_change_permission(request):
            raise PermissionDenied

    def imports_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file; list the imports there were."""
        kind = _kind(request.POST.get("rows") or request.GET.get("rows", ""))
        self._may_import(request, kind)
        if "forget" in request.POST:
            for mapping in Mapping.objects.filter(name=request.POST["forget"].replace("\x00", "")):
                self._may_import(request, _kind(mapping.kind))
                mapping.delete()
            return HttpResponseRedirect(reverse("admin:proposals_proposal_imports"))
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm(initial=request.GET)
        if form.is_valid():
            Batch.objects.filter(done_at=None, at__lt=timezone.now() - ABANDONED).delete()
            mapping = form.cleaned_data["mapping"]
            batch = Batch.objects.create(
                name=form.cleaned_data["file"].name[:200],
                kind=kind.name,
                by=request.user,  # type: ignore[misc]  # the page is for those who are logged in
                content=form.content,
                columns=of_all_columns(form.sheet, mapping.columns if mapping else kind.guess(form.sheet)),
            )
            return HttpResponseRedirect(self._import_url(batch))
        batches = [(each, KINDS[each.kind].label) for each in Batch.objects.select_related("by").defer("content")[:50]]
        context = {"title": _("Imports"), "form": form, "batches": batches, "kinds": KINDS.values()}
        context["mappings"] = Mapping.objects.all()
        return self._page(request, "proposals/proposal/imports", context)

    def import_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Show what a file would do, with the mapping of its columns to correct; do it, or undo it."""
        batch, kind = self._batch(request, key)
        if batch.done_at:
            return self._done(request, batch)
        if request.method == "POST" and "map" in request.POST:
            return self._map(request, batch)
        sheet, rows = _preview(batch, kind)
        seen = _fingerprint(kind, rows, batch.columns)
        if request.method == "POST" and "import" in request.POST:
            return self._carry_out(request, batch, rows, fresh=request.POST.get("seen") == seen)
        context = {
            "title": _("Import: %(name)s") % {"name": batch.name},
            "batch": batch,
            "rows_are": kind.label,
            "sheet": sheet,
            "shown_at_most": SHOWN,
            "all_shown": max(counted(rows).values()) <= SHOWN,
            "columns": [(name, batch.columns.get(name, ""), _examples(sheet, name)) for name in sheet.header],
            "choices": kind.columns.values(),
            "counts": counted(rows),
            "seen": seen,
            "shown": [(how, [row for row in rows if row.how == how][:SHOWN]) for how in IN_ORDER],
            "suggested": sum(bool(row.suggested) for row in rows),
        }
        return self._page(request, "proposals/proposal/import", context)

    def _batch(self, request: HttpRequest, key: int) -> tuple[Batch, Kind]:
        """Give an import and what its rows are, to who may import them."""
        batch = Batch.objects.select_related("by").defer("content").filter(pk=key).first()
        kind = _kind(batch.kind if batch else "")
        self._may_import(request, kind)
        if batch is None:
            raise Http404
        return batch, kind

    def _map(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        """Take over what the analyst says of the columns; remember it under a name if one is given."""
        sheet, known = read(bytes(batch.content)), KINDS[batch.kind].columns
        chosen = {name: request.POST.get(f"column-{index}", "") for index, name in enumerate(sheet.header)}
        batch.columns = {name: meaning if meaning in known else "" for name, meaning in chosen.items()}
        batch.save(update_fields=["columns"])
        if name := request.POST.get("name", "").replace("\x00", "").strip()[:100]:
            self._keep(request, batch, name)
        return HttpResponseRedirect(self._import_url(batch))

    def _keep(self, request: HttpRequest, batch: Batch, name: str) -> None:
        """Keep a mapping under a name; one that is there is replaced only where that is asked."""
        there = Mapping.objects.filter(name=name).first()
        kept = {
            "kind": batch.kind,
            "columns": {column: meaning for column, meaning in batch.columns.items() if meaning},
        }
        if there and "replace" not in request.POST and kept != {"kind": there.kind, "columns": there.columns}:
            said = _("There is a mapping “%(name)s” that says something else: take another name, or tick “replace”.")
            self.message_user(request, said % {"name": name}, messages.ERROR)
            return
        Mapping.objects.update_or_create(name=name, defaults=kept)
        self.message_user(request, _("The mapping “%(name)s” is kept.") % {"name": name}, messages.SUCCESS)

    def _carry_out(self, request: HttpRequest, batch: Batch, rows: list[Planned], *, fresh: bool) -> HttpResponse:
        if not fresh:
            said = _("The record was changed since you looked: look again, and import again.")
            self.message_user(request, said, messages.ERROR)
            return HttpResponseRedirect(self._import_url(batch))
        try:
            batch.by = request.user  # type: ignore[assignment]  # the page is for those who are logged in
            if "suggested" in request.POST:
                for row in rows:
                    row.take_suggested()
            carry_out(KINDS[batch.kind], rows, batch)
        except (NotImportedError, ValidationError) as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            words = {"new": batch.new, "changed": batch.changed}
            self.message_user(request, _("Imported: %(new)s new, %(changed)s changed.") % words, messages.SUCCESS)
        return HttpResponseRedirect(self._import_url(batch))

    def _done(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        """Show what an import did, and undo it where that is asked."""
        if request.method == "POST" and "undo" not in request.POST:
            self.message_user(request, _("This was imported already."), messages.WARNING)
            return HttpResponseRedirect(self._import_url(batch))
        if request.method == "POST" and not (
            batch.by == request.user or page_of(self.admin_site, KINDS[batch.kind].model).has_delete_permission(request)
        ):
            raise PermissionDenied
        if request.method == "POST":
            try:
                undo(batch, request.user)
                self.message_user(request, _("“%(name)s” is undone.") % {"name": batch.name}, messages.SUCCESS)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(self._import_url(batch))
        versions: Iterable[Version] = batch.versions.order_by("kind", "pk")[:SHOWN]  # sources come last
        context = {
            "title": _("Import: %(name)s") % {"name": batch.name},
            "batch": batch,
            "versions": versions,
            "more": max(batch.versions.count() - SHOWN, 0),
            "file": Batch.objects.filter(pk=batch.pk).exclude(content=b"").exists(),
            "aside": [name for name, meaning in batch.columns.items() if not meaning],
        }
        return self._page(request, "proposals/proposal/import_done", context)

    def file_view(self, request: HttpRequest, key: int) -> HttpResponse | FileResponse:
        """Give the file of an import as it was, with the columns that were kept aside."""
        batch, _kind = self._batch(request, key)
        return FileResponse(io.BytesIO(bytes(batch.content)), as_attachment=True, filename=batch.name)

    def planned_view(self, request: HttpRequest, key: int) -> HttpResponse | FileResponse:
        """Give all that a file would do, change by change, as a sheet."""
        batch, kind = self._batch(request, key)
        if batch.done_at:
            raise Http404
        names = {"row": _("Row"), "how": _("What"), "name": _("Name"), "field": _("Field")}
        names |= {"before": _("In the record now"), "after": _("In the sheet")}
        rows = (
            {"row": str(row.line), "how": row.how, "name": row.title, "field": field, "before": before, "after": after}
            for row in _preview(batch, kind)[1]
            for field, before, after in (
                *((each.label, each.before, each.after) for each in row.changes),
                *((name, "", fault) for name, fault in row.faults),
                *(("", "", note) for note in row.notes),
            )
        )
        return FileResponse(write(names, rows, "csv"), as_attachment=True, filename=f"import-{key}.csv")

    def refused_view(self, request: HttpRequest, key: int) -> HttpResponse | FileResponse:
        """Give the refused rows, each with its reasons, as a file to mend and import."""
        batch, kind = self._batch(request, key)
        if batch.done_at:
            raise Http404
        sheet, rows = _preview(batch, kind)
        refused = [row for row in rows if row.how == REFUSED]
        content = io.BytesIO(refused_rows(sheet.header, refused).encode("utf-8-sig"))
        return FileResponse(content, as_attachment=True, filename=f"refused-{key}.csv", content_type="text/csv")

    def template_view(self, request: HttpRequest, name: str) -> HttpResponse | FileResponse:
        """Give a workbook with the names of columns and a row as an example."""
        if name not in KINDS:
            raise Http404
        kind = KINDS[name]
        self._may_import(request, kind)
        names = {column.name: str(column.label) for column in kind.columns.values()}
        return FileResponse(write(names, [kind.example], "xlsx"), as_attachment=True, filename=f"{name}.xlsx")

    def export_view(self, request: HttpRequest, name: str, form: str) -> HttpResponse | FileResponse:
        """Give a list, narrowed down as its page is, as a sheet that can be imported again."""
        if name not in KINDS or form not in FORMS:
            raise Http404
        kind = KINDS[name]
        page = page_of(self.admin_site, kind.model)
        if not page.has_view_permission(request):
            raise PermissionDenied
        back = reverse(f"admin:{kind.model._meta.label_lower.replace('.', '_')}_changelist")
        try:
            found = page.get_changelist_instance(request).queryset
            file = write(kind.written, kind.rows(found), form)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{back}?e=1")
        except SheetError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(back)
        return FileResponse(file, as_attachment=True, filename=f"{name}-{timezone.localdate():%Y-%m-%d}.{form}")

    def _import_url(self, batch: Batch) -> str:
        return reverse("admin:proposals_proposal_import", args=[batch.pk])


def _kind(name: str) -> Kind:
    """Give what the rows of a sheet are; proposals where nothing that is known is said."""
    return KINDS.get(name, KINDS["proposals"])


def _preview(batch: Batch, kind: Kind) -> tuple[Sheet, list[Planned]]:
    """Give the sheet of an import and what its rows would do."""
    sheet = read(bytes(batch.content))
    return sheet, kind.preview(sheet, batch.columns)


def _fingerprint(kind: Kind, rows: Iterable[Planned], columns: dict[str, str]) -> str:
    """Tell whether the same would be done to the same versions of the same records."""
    known = {row.record.pk for row in rows if row.record is not None and row.record.pk}
    label = kind.model._meta.label_lower
    versions = Version.objects.filter(kind=label, key__in=known).order_by("pk").values_list("pk", flat=True)
    done = [(row.line, row.how, row.changes) for row in rows]
    return hashlib.blake2b(repr(((done, list(versions)), sorted(columns.items()))).encode(), digest_size=16).hexdigest()


def _examples(sheet: Sheet, column: str) -> list[str]:
    index = sheet.header.index(column)
    return [text[:60] for text in (cells[index] for _line, cells in sheet.rows) if text][:EXAMPLES]
