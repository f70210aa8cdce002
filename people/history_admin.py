"""The analysts' pages of histories: every version with what it changed, bringing one back, and what was deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from people.history import RecordModel, Version
from people.versions import ChangedRow, as_it_is, as_it_was, bring_back, differences, states

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyModelAdmin = admin.ModelAdmin
PER_PAGE = 20


class Edited(NamedTuple):
    """A version and what is different since the one before it."""

    version: Version
    changes: list[ChangedRow]


def edited(versions: Iterable[Version]) -> list[Edited]:
    """Give versions of one record, the newest first, each with what it changed."""
    newest_first = list(versions)
    if not newest_first:
        return []
    one = newest_first[0]
    known = dict(states(one.model, one.key, one.number))
    return [
        Edited(version, differences(known.get(version.number - 1, {}), known[version.number]))
        for version in newest_first
    ]


class HistoryPages(AnyModelAdmin):
    """The pages of histories that every model of the record has."""

    keeps_deleted = True
    """Whether a list leads to what was deleted from it."""

    def get_urls(self) -> list[Any]:
        """Add the pages on which something is brought back."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("deleted/", wrap(self.deleted_view), name=f"{name}_deleted"),
            path("<int:key>/history/<int:number>/restore/", wrap(self.restore_view), name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show every version of the record that a row belongs to: who, when, why, and what was changed."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        record = row.record
        pages = Paginator(Version.objects.of(record).select_related("by").order_by("-number"), PER_PAGE)
        page = pages.get_page(request.GET.get("p"))
        context = {
            "title": _("Change history: %s") % record,
            "object": row,
            "page": page,
            "edited": edited(page.object_list),
            "last": Version.objects.last(record),
            "restore": f"admin:{record._meta.app_label}_{record._meta.model_name}_restore",
            "may_restore": self._page_of(record).has_change_permission(request, record),
        }
        return self._page(request, "object_history", context | (extra_context or {}))

    def restore_view(self, request: HttpRequest, key: int, number: int) -> HttpResponse:
        """Show what bringing back a version would change, and do it."""
        version = Version.objects.filter(kind=self.opts.label_lower, key=key, number=number).first()
        if version is None or not issubclass(self.model, RecordModel):
            raise Http404
        record = self.model._base_manager.filter(pk=key).first()
        if not (self.has_change_permission(request, record) if record else self.has_add_permission(request)):
            raise PermissionDenied
        if record is not None and not self.may_restore(request, record):
            raise PermissionDenied
        last = Version.objects.filter(kind=version.kind, key=key).aggregate(last=Max("number"))["last"]
        if request.method == "POST" and request.POST.get("seen") == str(last):
            return self._bring_back(request, version)
        if request.method == "POST":
            said = _("The record was changed since you looked: look again.")
            self.message_user(request, said, messages.ERROR)
        now = as_it_is(record) if record else {}
        context = {
            "title": _("Bring back version %(number)s: %(name)s") % {"number": number, "name": version.name},
            "version": version,
            "seen": last,
            "changes": differences(now, as_it_was(self.model, key, number), hidden=self.model.set_apart),
            "record": record,
        }
        return self._page(request, "restore", context)

    def may_restore(self, request: HttpRequest, record: RecordModel) -> bool:
        """Tell whether somebody may bring back an old version of a record that is there."""
        return self.has_change_permission(request, record)

    def _bring_back(self, request: HttpRequest, version: Version) -> HttpResponse:
        """Bring a version back; where that is impossible say why and change nothing."""
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        try:
            bring_back(version.model, version.key, version.number)
        except ValidationError as error:
            self.message_user(request, " ".join([_("Nothing was changed."), *error.messages]), messages.ERROR)
            return HttpResponseRedirect(reverse(f"{page}_restore", args=[version.key, version.number]))
        words = {"number": version.number, "name": version.name}
        self.message_user(request, _("Version %(number)s of %(name)s is back.") % words, messages.SUCCESS)
        return HttpResponseRedirect(reverse(f"{page}_change", args=[version.key]))

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """List the records that were deleted and did not come back, each with a way to bring it back."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        there = self.model._base_manager.values("pk")
        gone = Version.objects.filter(kind=self.opts.label_lower, gone=True).exclude(key__in=there)
        page = Paginator(gone.select_related("by").order_by("-pk"), PER_PAGE).get_page(request.GET.get("p"))
        context = {
            "title": _("Deleted %(kind)s") % {"kind": self.opts.verbose_name_plural},
            "page": page,
            "restorable": [(version, version.number - 1) for version in page.object_list],
            "restore": f"admin:{self.opts.app_label}_{self.opts.model_name}_restore",
            "may_restore": self.has_add_permission(request),
        }
        return self._page(request, "deleted", context)

    def _page_of(self, record: RecordModel) -> admin.ModelAdmin[Any]:
        return self.admin_site.get_model_admin(type(record))

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        every = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "preserved_filters": self.get_preserved_filters(request),
        }
        return TemplateResponse(request, f"admin/{name}.html", every | context)
