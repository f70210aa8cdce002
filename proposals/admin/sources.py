"""The pages of sources and citations, and the inlines that cite."""

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.admin import EmptyFieldListFilter
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from people.models import Membership, NameVariant, Position
from people.record_admin import RecordAdmin, RecordStackedInline, RecordTabularInline
from people.record_forms import page_of
from proposals.models import Citation, Source
from proposals.models.sources import SUPPORTED

NAMES_OF_SUPPORTED = [
    "proposal__session__body",
    "recommendation__proposal",
    "figure__proposal",
    "membership__delegate",
    "membership__body",
    "position__delegate",
    "name_variant__delegate",
]


def supported_by(citation: Citation) -> Model | None:
    """Give the one thing that `citation` bears out; a row that is not stored yet has none."""
    things: Iterator[Model] = (getattr(citation, field) for field in SUPPORTED if getattr(citation, f"{field}_id"))
    return next(things, None)


@admin.display(description=_("supports"))
def supports(citation: Citation) -> str:
    """Name the thing that `citation` bears out, with a link to its page."""
    thing = supported_by(citation)
    if thing is None:
        return ""
    kind, site = thing._meta, admin.site
    url = reverse(f"{site.name}:{kind.app_label}_{kind.model_name}_change", args=[thing.pk])
    return format_html('<a href="{}">{}: {}</a>', url, kind.verbose_name, page_of(site, type(thing)).full_name(thing))


class CitationInline(RecordTabularInline):
    """The sources of whatever the page is about."""

    model = Citation
    fields = ["source", "role", "passage"]
    autocomplete_fields = ["source"]


class SupportedInline(RecordTabularInline):
    """What a source supports, to read or to delete."""

    model = Citation
    verbose_name_plural = _("what it supports")
    fields = ["supports", "role", "passage"]
    readonly_fields = ["supports", "role", "passage"]
    extra = 0
    show_change_link = True

    supports = staticmethod(supports)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Citation]:
        """Fetch what the names are made of with the rows."""
        return super().get_queryset(request).select_related(*NAMES_OF_SUPPORTED)

    def has_add_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        """Leave adding to the next inline."""
        return False


class NewlySupportedInline(RecordStackedInline):
    """Further things that a source supports; apart, so that what is there stays short to read."""

    model = Citation
    verbose_name = _("citation")
    verbose_name_plural = _("further things it supports: one for each")
    fields = [("role", "passage"), ("proposal", "recommendation", "figure"), ("membership", "position", "name_variant")]
    autocomplete_fields = SUPPORTED
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Citation]:
        """Leave what is there to the inline before."""
        return super().get_queryset(request).none()


@admin.register(Source)
class SourceAdmin(RecordAdmin[Source]):
    """Articles, documents and broadcasts."""

    list_display = ["title", "outlet", "kind", "reliability", "language", "published", "accessed"]
    list_filter = ["kind", "reliability", "language", "machine_translated", ("link_fault", EmptyFieldListFilter)]
    readonly_fields = ["link_fault", "link_checked"]
    search_fields = ["title", "outlet", "url", "slug"]
    prepopulated_fields = {"slug": ["title"]}
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (None, {"fields": ["title", ("outlet", "published"), "url", ("link_fault", "link_checked"), "archive_url"]}),
        (
            _("What it is"),
            {"fields": [("kind", "reliability"), ("language", "machine_translated"), "accessed", "slug"]},
        ),
        (_("Editor's note"), {"fields": ["note_en", "note_zh"]}),
    ]
    inlines = [SupportedInline, NewlySupportedInline]


@admin.register(Citation)
class CitationAdmin(RecordAdmin[Citation]):
    """Which source bears out what."""

    named_by = ["source"]
    list_display = ["source", "role", supports, "passage"]
    list_filter = ["role", "source__kind", "source__reliability"]
    ordering = ["-pk"]
    list_select_related = ["source", *NAMES_OF_SUPPORTED]
    search_fields = [
        "source__title",
        "source__outlet",
        "passage",
        "proposal__title_en",
        "proposal__title_zh",
        "recommendation__text_en",
        "recommendation__text_zh",
        "name_variant__spelling",
    ]
    autocomplete_fields = ["source", *SUPPORTED]
    fieldsets = [
        (None, {"fields": ["source", ("role", "passage")]}),
        (_("Supports one of these"), {"fields": SUPPORTED}),
    ]


for _model in (NameVariant, Membership, Position):
    _page = admin.site.get_model_admin(_model)
    _page.inlines = [*_page.inlines, CitationInline]  # type: ignore[misc]
