"""The analysts' admin: Django's own, in which every request that writes is noted as one change."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.messages.storage import default_storage
from django.db import IntegrityError
from django.db.models import Case, Model, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django.views.i18n import set_language

from people.history import LONGEST_REASON, edit
from people.presence import enter
from people.record_admin import RecordAdmin
from people.record_forms import is_key
from proposals.models.outbox import recorded
from proposals.models.workflow import IncompleteError, stay_complete

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
NOT_IN_DJANGO = (gettext_noop("Model name"), gettext_noop("Add link"), gettext_noop("Change or view list link"))
"""Headings of Django's index that are read out only; its Chinese lacks them."""
NEARNESS = ("iexact", "istartswith")
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class NamedResults(AutocompleteJsonView):
    """What a field that searches offers, under names that tell namesakes apart."""

    def process_request(self, request: HttpRequest) -> tuple[Any, ...]:
        """Read what is asked for; PostgreSQL would fall over a NUL in it."""
        term, *rest = super().process_request(request)
        return term.replace("\x00", ""), *rest

    def get_queryset(self) -> QuerySet[Any]:
        """Offer first what bears the very name that was typed, then what begins with it."""
        found: QuerySet[Any] = super().get_queryset()
        columns = {field.name for field in found.model._meta.concrete_fields}
        names = [name for name in ("name_en", "name_zh", "short_name_en", "title") if name in columns]
        if not names or not self.term:
            return found
        same, begins = (Q(*((f"{name}__{how}", self.term) for name in names), _connector=Q.OR) for how in NEARNESS)
        rank = Case(When(same, then=0), When(begins, then=1), default=2)
        ranked: QuerySet[Any] = found.annotate(rank=rank).order_by("rank", *found.query.order_by)
        return ranked

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        """Give `{"id": "3", "text": "Zhang Yi 张毅 · CPPCC National Committee, term 14"}`."""
        result = super().serialize_result(obj, to_field_name)
        if isinstance(self.model_admin, RecordAdmin):
            result["text"] = self.model_admin.full_name(obj)
        return result


class LianghuiAdminSite(admin.AdminSite):
    """Django's admin site with our name on it."""

    site_header = "Lianghui 两会"
    site_title = "Lianghui"
    index_title = _("The record")

    def get_urls(self) -> list[Any]:
        """Add the address to which the switch between languages is sent; anybody may switch, to log in for one."""
        return [
            path("language/", set_language, name="set_language"),
            path("presence/", super().admin_view(self.presence), name="presence"),  # changes nothing of the record
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show first what waits."""
        return super().index(request, {**self.dashboard(request.user), **(extra_context or {})})

    dashboard: Callable[[Any], dict[str, Any]] = staticmethod(lambda _user: {})
    """Gives what the first page shows besides; the pages of proposals put theirs here."""

    def presence(self, request: HttpRequest) -> HttpResponse:
        """Note that somebody still has a record open, "proposals.proposal 12"; answer who else does."""
        kind, _space, key = request.POST.get("open_on", "").partition(" ")
        pages = {model._meta.label_lower: page for model, page in self._registry.items()}
        if not is_key(key) or kind not in pages or not pages[kind].has_change_permission(request):
            return JsonResponse({"error": "open_on"}, status=HTTPStatus.BAD_REQUEST)
        return JsonResponse({"others": enter(request.user, kind, int(key))})

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Wrap a view as Django does; what a request writes is one transaction and one change, or nothing.

        Where another request commits first what this one's checks could not see yet, a slug or a number, all is asked
        once more: this time the checks see it. So it is where what is public would be left incomplete: this time the
        form knows, and shows what was typed.
        """

        @wraps(view)
        def recording(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.method in READING:
                return view(request, *args, **kwargs)
            posted, reason = request.POST, request.POST.get("_reason", "").replace("\x00", "")[:LONGEST_REASON]

            def once() -> HttpResponseBase:
                with recorded(request.user, reason), edit() as going:
                    response = view(request, *args, **kwargs)
                    stay_complete(going)
                    return response

            try:
                return once()
            except (IntegrityError, IncompleteError) as error:
                request.POST = posted
                request._messages = default_storage(request)  # type: ignore[attr-defined]  # what was said is not so
                request.refused = str(error) if isinstance(error, IncompleteError) else ""  # type: ignore[attr-defined]
            try:
                return once()
            except IncompleteError as error:
                request._messages = default_storage(request)  # type: ignore[attr-defined]
                messages.error(request, str(error))
                return HttpResponseRedirect(request.get_full_path())

        return super().admin_view(cast("View", recording), cacheable)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the search of a field."""
        return cast("HttpResponse", NamedResults.as_view(admin_site=self)(request))
