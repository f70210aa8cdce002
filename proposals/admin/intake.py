"""Articles in the admin: one is handed in and read, its suggestions are corrected and accepted as drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from people.dates import PartialDateFormField, validate_partial_date
from people.record_admin import SteadyLists
from people.record_forms import is_key
from proposals.admin.intake_desk import MARKS, Desk, address_of
from proposals.admin.intake_forms import web_address
from proposals.admin.intake_panels import (
    FEW,
    PER_PAGE,
    SORTS,
    SourceForm,
    known_names,
    look_again,
    marked_text,
    opened,
    panels,
    source_of,
)
from proposals.intake.beginning import begin
from proposals.intake.lexicon import Lexicon
from proposals.intake.likeness import Seen, seen_before, sketch
from proposals.intake.plain import IntakeError, plain_text
from proposals.intake.reading import read
from proposals.models import Intake, Proposal
from proposals.models.sources import WEB_ONLY
from proposals.sheets.names import Names

if TYPE_CHECKING:
    IntakeModelAdmin = admin.ModelAdmin[Intake]
else:
    IntakeModelAdmin = admin.ModelAdmin


class ArticleForm(forms.Form):
    """An article that is handed in."""

    use_required_attribute = False

    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "autofocus": True}),
        help_text=gettext_lazy("The whole page will do: what stands around the article is left out."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"), required=False, help_text=gettext_lazy("Text, HTML or DOCX, up to 3 MB.")
    )
    url = forms.URLField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=500,
        validators=[WEB_ONLY],
        assume_scheme="https",
        widget=web_address(),
    )
    outlet = forms.CharField(label=gettext_lazy("Outlet"), required=False, max_length=120)
    published = PartialDateFormField(
        label=gettext_lazy("Published"),
        required=False,
        validators=[validate_partial_date],
        help_text=gettext_lazy("2024-03-12, 2024-03 or 2024; empty where the article says it."),
    )
    again = forms.BooleanField(label=gettext_lazy("Read it all the same"), required=False)

    seen: list[Seen] = []
    too_much = False

    def clean(self) -> dict[str, Any]:
        """Read what was handed in; refuse what is no article, and what is in already."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.too_much:
            self.add_error("text", _("This is too much to paste: hand it in as a file, 3 MB at most."))
            return cleaned
        file = cleaned.get("file")
        try:
            self.plain = plain_text(file.read() if file else cleaned.get("text", ""))
        except IntakeError as error:
            self.add_error("file" if file else "text", str(error))
            return cleaned
        if file:  # a browser does not send a file twice
            self.data = {**dict(self.data.items()), "text": self.plain.text}
        self.article = article = read(self.plain, Lexicon.of_record())
        title = article.title.value if article.title else ""
        published = cleaned.get("published", "") or (article.date.value if article.date else "")
        self.seen = [*seen_before(self.plain.text, cleaned.get("url", ""), title, published)]
        if self.seen and not cleaned["again"]:
            self.add_error("again", _("This is in already: look there, or tick this."))
        return cleaned

    def intake(self) -> Intake:
        """Give what was read; it is not saved."""
        article = self.article
        intake = Intake(url=self.cleaned_data["url"], sketch=sketch(self.plain.text))
        begin(intake, article, Names())
        said = {"outlet": article.outlet, "published": article.date}
        for name, found in said.items():
            setattr(intake, name, self.cleaned_data[name] or (found.value[:120] if found else ""))
        first = next((line for line in article.text.splitlines() if line.strip()), "")
        intake.title = (article.title.value if article.title else first).strip()[:300]
        return intake


@admin.register(Intake)
class IntakeAdmin(SteadyLists, IntakeModelAdmin):
    """Articles that are being read, and those that have been."""

    list_display = ["title", "outlet", "state", "decided", "by", "changed"]
    list_filter = ["state", "language"]
    list_select_related = ["by"]
    list_per_page = 50
    search_fields = ["title", "outlet", "url"]

    @admin.display(description=gettext_lazy("sections decided"))
    def decided(self, intake: Intake) -> str:
        """Tell of how many sections somebody has decided."""
        return f"{len(intake.sections) - len(intake.open_sections)}/{len(intake.sections)}"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave texts where they are: a list shows none."""
        return super().get_queryset(request).defer("text", "sketch")

    def get_urls(self) -> list[URLPattern]:
        """Look at how much is sent before anything else does."""
        return [path("add/", csrf_exempt(self._measured), name="proposals_intake_add"), *super().get_urls()]

    def _measured(self, request: HttpRequest) -> HttpResponse:
        """Say so where a text is too long to be looked at, not even for its token; else take the usual way."""
        try:
            request.POST  # noqa: B018 - it is read here
        except RequestDataTooBig:
            if not self.admin_site.has_permission(request) or not self.has_add_permission(request):
                raise PermissionDenied from None
            form = ArticleForm({})
            form.too_much = True
            answer = self._start(request, form)
            answer.status_code = 413
            return answer
        usual: HttpResponse = self.admin_site.admin_view(self.add_view)(request)
        return usual

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Take an article, and read it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = (
            ArticleForm(request.POST, request.FILES)
            if request.method == "POST"
            else ArticleForm(initial=request.GET.dict())
        )
        if form.is_bound and form.is_valid():
            intake = form.intake()
            intake.by = intake.changed_by = request.user  # type: ignore[assignment]  # the page is for those who are logged in
            intake.save()
            return HttpResponseRedirect(address_of(intake))
        return self._start(request, form)

    def _start(self, request: HttpRequest, form: ArticleForm) -> HttpResponse:
        context = {"title": _("Read an article"), "form": form, "latest": self.get_queryset(request).unfinished()[:10]}
        return self._page(request, "start", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show an article with its suggestions; do what is asked with them."""
        key = unquote(object_id)
        found = Intake.objects.filter(pk=key) if is_key(key) else Intake.objects.none()
        if request.method == "POST":
            found = found.select_for_update()
        intake = found.first()
        if intake is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        if not self.has_view_or_change_permission(request, intake):
            raise PermissionDenied
        drafts = look_again(intake)
        if request.method != "POST":
            return self.show(request, intake, drafts, Names())
        if not self.has_change_permission(request, intake):
            raise PermissionDenied
        return Desk(self, request, intake, drafts).do()

    def show(
        self,
        request: HttpRequest,
        intake: Intake,
        drafts: dict[int, Proposal],
        names: Names,
        checked: tuple[Any, ...] = (),
    ) -> HttpResponse:
        """Show the article; `checked` are panels, and the form of the source, that say what is wrong with them."""
        last = max(0, (len(intake.sections) - 1) // PER_PAGE)
        asked = request.GET.get("p", "")
        page = min(int(asked) if is_key(asked) else 0, last)
        faulty = [panel.number - 1 for panel in checked[1] if not panel.is_valid()] if checked else []
        if faulty:
            page = faulty[0] // PER_PAGE
        keys = [section["key"] for section in intake.sections[page * PER_PAGE : (page + 1) * PER_PAGE]]
        wrong = {panel.section["key"]: panel for panel in checked[1]} if checked else {}
        shown = [wrong.get(panel.section["key"], panel) for panel in panels(intake, keys, names)]
        context = {
            "title": intake.title,
            "intake": intake,
            "source": source_of(intake),
            "source_form": checked[0] if checked else SourceForm.of(intake, bound=False),
            "panels": shown,
            "drafts": drafts,
            "few": len(intake.sections) <= FEW,
            "opened": opened(intake, keys),
            "paragraphs": marked_text(intake, [panel.section for panel in shown]),
            "known_names": known_names(names),
            "marks": MARKS,
            "sorts": SORTS,
            "pages": range(last + 1) if last else (),
            "page": page,
            "is_nav_sidebar_enabled": False,  # two columns need the room
        }
        return self._page(request, "read", context)

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        every = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
        }
        return TemplateResponse(request, f"admin/proposals/intake/{name}.html", every | context)
