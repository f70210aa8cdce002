"""The import's pages: a file is taken, its columns are told apart, what it would do is shown, then done or undone."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook

from people.history import Batch, Version
from people.history_admin import HistoryPages
from proposals.models import Mapping
from proposals.sheets.columns import COLUMNS, EXAMPLE, guess
from proposals.sheets.importing import NotImportedError, carry_out, undo
from proposals.sheets.planning import CHANGED, NEW, REFUSED, UNCHANGED, Planned, counted, plan, refused_rows
from proposals.sheets.reading import LARGEST, Sheet, SheetError, read

SHOWN = 200
"""Rows of each sort that the preview shows; all are counted, and the refused ones are in a file."""
EXAMPLES = 3
ABANDONED = timedelta(days=7)
"""A file that was looked at and not imported is forgotten after that."""
IN_ORDER = (REFUSED, CHANGED, NEW, UNCHANGED)
"""What needs a look comes first."""


class UploadForm(forms.Form):
    """A file to be imported."""

    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("XLSX, CSV, TSV or JSON, up to 50 MB."))
    mapping = forms.ModelChoiceField(
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


class ImportPages(HistoryPages):
    """What the pages of proposals have for sheets."""

    takes_sheets = True

    def get_urls(self) -> list[Any]:
        """Add the pages of imports."""
        wrap = self.admin_site.admin_view
        return [
            path("import/", wrap(self.imports_view), name="proposals_proposal_imports"),
            path("import/template.xlsx", wrap(self.template_view), name="proposals_proposal_template"),
            path("import/<int:key>/", wrap(self.import_view), name="proposals_proposal_import"),
            path("import/<int:key>/refused.csv", wrap(self.refused_view), name="proposals_proposal_refused"),
            *super().get_urls(),
        ]

    def imports_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file; list the imports there were."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_valid():
            Batch.objects.filter(done_at=None, at__lt=timezone.now() - ABANDONED).delete()
            mapping = form.cleaned_data["mapping"]
            batch = Batch.objects.create(
                name=form.cleaned_data["file"].name[:200],
                by=request.user,  # type: ignore[misc]  # the page is for those who are logged in
                content=form.content,
                columns=mapping.columns if mapping else guess(form.sheet),
            )
            return HttpResponseRedirect(self._import_url(batch))
        batches = Batch.objects.select_related("by").defer("content")[:50]
        context = {"title": _("Imports"), "form": form, "batches": batches, "columns": COLUMNS.values()}
        return self._page(request, "proposals/proposal/imports", context)

    def import_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Show what a file would do, with the mapping of its columns to correct; do it, or undo it."""
        if not self.has_add_permission(request) or not self.has_change_permission(request):
            raise PermissionDenied
        batch = get_object_or_404(Batch.objects.select_related("by"), pk=key)
        if batch.done_at:
            return self._done(request, batch)
        sheet = read(bytes(batch.content))
        if request.method == "POST" and "map" in request.POST:
            return self._map(request, batch, sheet)
        rows = plan(sheet, batch.columns)
        seen = _fingerprint(rows, batch.columns)
        if request.method == "POST" and "import" in request.POST:
            return self._carry_out(request, batch, rows, fresh=request.POST.get("seen") == seen)
        context = {
            "title": _("Import: %(name)s") % {"name": batch.name},
            "batch": batch,
            "columns": [(name, batch.columns.get(name, ""), _examples(sheet, name)) for name in sheet.header],
            "choices": COLUMNS.values(),
            "counts": counted(rows),
            "seen": seen,
            "shown": [(how, [row for row in rows if row.how == how][:SHOWN]) for how in IN_ORDER],
        }
        return self._page(request, "proposals/proposal/import", context)

    def _map(self, request: HttpRequest, batch: Batch, sheet: Sheet) -> HttpResponse:
        """Take over what the analyst says of the columns; remember it under a name if one is given."""
        chosen = {name: request.POST.get(f"column-{index}", "") for index, name in enumerate(sheet.header)}
        columns = {name: meaning for name, meaning in chosen.items() if meaning in COLUMNS}
        if len(set(columns.values())) < len(columns):
            self.message_user(request, _("Two columns cannot mean the same."), messages.ERROR)
            return HttpResponseRedirect(self._import_url(batch))
        batch.columns = columns
        batch.save(update_fields=["columns"])
        if name := request.POST.get("name", "").replace("\x00", "").strip()[:100]:
            Mapping.objects.update_or_create(name=name, defaults={"columns": columns})
            self.message_user(request, _("The mapping “%(name)s” is kept.") % {"name": name}, messages.SUCCESS)
        return HttpResponseRedirect(self._import_url(batch))

    def _carry_out(self, request: HttpRequest, batch: Batch, rows: list[Planned], *, fresh: bool) -> HttpResponse:
        if not fresh:
            said = _("The record was changed since you looked: look again, and import again.")
            self.message_user(request, said, messages.ERROR)
            return HttpResponseRedirect(self._import_url(batch))
        try:
            batch.by = request.user  # type: ignore[assignment]  # the page is for those who are logged in
            carry_out(rows, batch)
        except (NotImportedError, ValidationError) as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            words = {"new": batch.new, "changed": batch.changed}
            self.message_user(
                request, _("Imported: %(new)s new drafts, %(changed)s changed.") % words, messages.SUCCESS
            )
        return HttpResponseRedirect(self._import_url(batch))

    def _done(self, request: HttpRequest, batch: Batch) -> HttpResponse:
        """Show what an import did, and undo it where that is asked."""
        if request.method == "POST":
            try:
                undo(batch, request.user)
                self.message_user(request, _("“%(name)s” is undone.") % {"name": batch.name}, messages.SUCCESS)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(self._import_url(batch))
        versions: Iterable[Version] = batch.versions.order_by("pk")[:SHOWN]
        title = _("Import: %(name)s") % {"name": batch.name}
        return self._page(
            request, "proposals/proposal/import_done", {"title": title, "batch": batch, "versions": versions}
        )

    def refused_view(self, request: HttpRequest, key: int) -> HttpResponse | FileResponse:
        """Give the refused rows, each with its reasons, as a file to mend and import."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        batch = get_object_or_404(Batch, pk=key, done_at=None)
        sheet = read(bytes(batch.content))
        refused = [row for row in plan(sheet, batch.columns) if row.how == REFUSED]
        content = io.BytesIO(refused_rows(sheet.header, refused).encode("utf-8-sig"))
        return FileResponse(content, as_attachment=True, filename=f"refused-{key}.csv", content_type="text/csv")

    def template_view(self, request: HttpRequest) -> HttpResponse | FileResponse:
        """Give a workbook with the names of columns and a row as an example."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in (EXAMPLE.keys(), EXAMPLE.values()):
            sheet.append(list(row))
        content = io.BytesIO()
        book.save(content)
        content.seek(0)
        return FileResponse(content, as_attachment=True, filename="proposals.xlsx")

    def _import_url(self, batch: Batch) -> str:
        return reverse("admin:proposals_proposal_import", args=[batch.pk])


def _fingerprint(rows: Iterable[Planned], columns: dict[str, str]) -> str:
    """Tell whether the same would be done to the same versions of the same proposals."""
    known = {row.proposal.pk for row in rows if row.proposal is not None}
    versions = (
        Version.objects.filter(kind="proposals.proposal", key__in=known).order_by("pk").values_list("pk", flat=True)
    )
    done = [(row.line, row.how) for row in rows]
    return hashlib.blake2b(repr(((done, list(versions)), sorted(columns.items()))).encode(), digest_size=16).hexdigest()


def _examples(sheet: Sheet, column: str) -> list[str]:
    index = sheet.header.index(column)
    return [text[:60] for text in (cells[index] for _line, cells in sheet.rows) if text][:EXAMPLES]
