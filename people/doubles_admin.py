"""The analysts' pages of doubles: a warning at save, the suspected pairs, and two records made one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from people.conflicts import LARGEST_KEY
from people.doubles import Double, Like, merge, suspect
from people.history import RecordModel, Version
from people.history_admin import HistoryPages
from people.record_forms import is_key
from people.versions import Names, as_it_is, fields_of

PER_PAGE, NAMED = 50, 5


class Choice(NamedTuple):
    """A field of two records that may be made one, with what each says."""

    name: str
    label: str
    kept: str
    other: str


class DoublePages(HistoryPages):
    """What the pages of records have that may be entered twice."""

    likes: Callable[[Any], list[Like]]
    """Finds what a record is like; it need not be stored."""
    typed: ClassVar[Sequence[str]] = ()
    """The fields by which that is told while they are typed."""

    def get_urls(self) -> list[Any]:
        """Add the pages of pairs."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("doubles/", wrap(self.doubles_view), name=f"{name}_doubles"),
            path("like/", wrap(self.like_view), name=f"{name}_like"),
            path("<int:key>/merge/<int:other>/", wrap(self.merge_view), name=f"{name}_merge"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tell the page where to ask while something is typed."""
        return super().render_change_form(
            request, {**context, "like_url": self._url("like"), "typed": " ".join(self.typed)}, *args, **kwargs
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Warn of what this may be a double of."""
        super().save_related(request, form, formsets, change)
        record = form.instance
        doubles = suspect(record, type(self).likes(record))
        if doubles:
            links = format_html_join(
                "; ",
                '<a href="{}">{}</a> ({})',
                (
                    (self._url("merge", *pair), other, double.get_reason_display())
                    for double in doubles[:NAMED]
                    for other in double.records
                    if other.pk != record.pk
                    for pair in [sorted((record.pk, other.pk))]
                ),
            )
            said = format_html("{} {}", _("This may have been entered before:"), links)
            self.message_user(request, said, messages.WARNING)

    def like_view(self, request: HttpRequest) -> JsonResponse:
        """Answer what a record that is being typed is like: names, reasons and addresses."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        fields = {name: request.GET[name].replace("\x00", "")[:500] for name in self.typed if name in request.GET}
        key = request.GET.get("key", "")
        record = self.model(pk=int(key) if is_key(key) else None)
        for name, value in fields.items():
            attname = self.opts.get_field(name).attname  # type: ignore[union-attr]
            if attname == name or is_key(value):
                setattr(record, attname, value)
        likes = sorted(type(self).likes(record), key=lambda like: -like.percent)[:NAMED]
        found = self.model._base_manager.in_bulk([like.key for like in likes])
        answer = [
            {"name": str(found[like.key]), "why": str(like.reason.label), "url": self._url("change", like.key)}
            for like in likes
            if like.key in found
        ]
        return JsonResponse({"likes": answer})

    def doubles_view(self, request: HttpRequest) -> HttpResponse:
        """List the pairs that nobody has decided on, the likest first; take the decision that two are different."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            key = request.POST.get("different", "")
            Double.objects.filter(pk=int(key) if is_key(key) else 0).update(different=True)
            return HttpResponseRedirect(request.get_full_path())
        page = Paginator(Double.objects.undecided(self.model), PER_PAGE).get_page(request.GET.get("p"))
        rows = [(double, double.records) for double in page.object_list]
        title = _("Suspected doubles: %(kind)s") % {"kind": self.opts.verbose_name_plural}
        names = {"merge": self._name("merge"), "change": self._name("change")}
        return self._page(request, "doubles", {"title": title, "page": page, "rows": rows, **names})

    def merge_view(self, request: HttpRequest, key: int, other: int) -> HttpResponse:
        """Show two records side by side and make them one, with a choice for each field in which they differ."""
        found = self.model._base_manager.in_bulk([key, other]) if max(key, other) <= LARGEST_KEY else {}
        if len(found) < 2:
            raise Http404
        if not all(self.has_delete_permission(request, record) for record in found.values()):
            raise PermissionDenied
        kept, gone = found[key], found[other]
        choices = self._choices(kept, gone)
        seen = " ".join(str(Version.objects.last(record)) for record in (kept, gone))
        if request.method == "POST":
            if request.POST.get("seen") != seen:
                said = _("The record was changed since you looked: look again.")
                self.message_user(request, said, messages.ERROR)
                return HttpResponseRedirect(request.get_full_path())
            if against := self.against_merging(request, kept, gone):
                self.message_user(request, against, messages.ERROR)
                return HttpResponseRedirect(request.get_full_path())
            take = [choice.name for choice in choices if request.POST.get(choice.name) == "other"]
            try:
                merge(kept, gone, take)
            except ValidationError as error:
                self.message_user(request, " ".join([_("Nothing was changed."), *error.messages]), messages.ERROR)
                return HttpResponseRedirect(request.get_full_path())
            said = _("“%(other)s” is one with “%(kept)s” now.") % {"other": gone, "kept": kept}
            self.message_user(request, said, messages.SUCCESS)
            return HttpResponseRedirect(self._url("change", key))
        title = _("Make one of two: %(kind)s") % {"kind": self.opts.verbose_name_plural}
        double = Double.objects.filter(
            kind=self.opts.label_lower, first=min(key, other), second=max(key, other)
        ).first()
        context = {
            "title": title,
            "below": self._below(kept, gone),
            "kept": kept,
            "other": gone,
            "choices": choices,
            "seen": seen,
            "double": double,
            "turned": self._url("merge", other, key),
            "doubles": self._url("doubles"),
            "change": self._name("change"),
        }
        return self._page(request, "merge", context)

    def against_merging(self, request: HttpRequest, kept: RecordModel, gone: RecordModel) -> str:
        """Say why somebody cannot make one of two records; "" where they can."""
        return ""

    def _choices(self, kept: RecordModel, other: RecordModel) -> list[Choice]:
        """Give the fields of which one of two values is kept; what both have many of is kept of both."""
        states = [as_it_is(kept), as_it_is(other)]
        names = Names(states)
        choices = []
        for field in fields_of(type(kept)):
            if field.editable and not field.primary_key and not field.many_to_many and field.name not in kept.set_apart:
                mine, theirs = (
                    names.words(field, state[type(kept)][record.pk][field.attname])
                    for state, record in zip(states, (kept, other), strict=True)
                )
                if mine != theirs and field.name != "slug":
                    choices.append(Choice(field.name, str(field.verbose_name), mine, theirs))
        return choices

    def _below(self, kept: RecordModel, other: RecordModel) -> list[tuple[str, list[list[str]]]]:
        """Name the rows that belong to each of two records, kind by kind; the one that is kept gets them all."""
        states = [as_it_is(kept), as_it_is(other)]
        names = Names(states)
        found = []
        for model in list(states[0])[1:]:
            named = ((names.row(model, values) for values in state[model].values()) for state in states)
            both = [list(dict.fromkeys(each)) for each in named]
            if any(both):
                found.append((capfirst(str(model._meta.verbose_name_plural)), both))
        return found

    def _name(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _url(self, page: str, *keys: int) -> str:
        return reverse(self._name(page), args=keys)
