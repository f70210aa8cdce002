"""The analysts' pages of what was raised before and elsewhere, and of policy documents that take it up."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from people.record_admin import RecordAdmin, RecordStackedInline, RecordTabularInline
from proposals.models import Echo, Lineage, PolicyDocument, Proposal
from proposals.models.likeness import perhaps_related


class LineageInline(RecordTabularInline):
    """What others are to a proposal; those that may be related stand in rows that are nothing until one is chosen."""

    model = Lineage
    fk_name = "proposal"
    fields = ["other", "relation", "source"]
    autocomplete_fields = ["other", "source"]

    def suggested(self, request: HttpRequest, proposal: Proposal | None) -> list[dict[str, Any]]:
        """Give what a form that is opened offers: proposals of other sessions that seem to ask for the same."""
        opened = request.method == "GET" and proposal is not None and proposal.pk
        if proposal is None or not opened or not self.has_add_permission(request, proposal):
            return []
        if not hasattr(request, "suggested"):
            request.suggested = [{"other": key} for key in perhaps_related(proposal)]  # type: ignore[attr-defined]
        suggested: list[dict[str, Any]] = request.suggested  # type: ignore[attr-defined]
        return suggested

    def get_extra(self, request: HttpRequest, obj: Proposal | None = None, **kwargs: Any) -> int:
        """Make room for the suggestions, and one that the analyst thinks of."""
        return len(self.suggested(request, obj)) + 1

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let a row that holds no more than a suggestion count as empty, whatever would be suggested by then."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "other" and field:
            field.show_hidden_initial = True
        return field


@admin.register(Lineage)
class LineageAdmin(RecordAdmin[Lineage]):
    """Related proposals, across proposals."""

    named_by = ["proposal", "other"]
    list_display = ["proposal", "relation", "other", "source"]
    list_filter = ["relation"]
    list_select_related = ["proposal", "other", "source"]
    ordering = ["-pk"]
    search_fields = [f"{end}__title_{language}" for end in ("proposal", "other") for language in ("en", "zh")]
    autocomplete_fields = ["proposal", "other", "source"]
    fieldsets = [(None, {"fields": ["proposal", ("relation", "other"), "source"]})]

    def full_name(self, row: Lineage) -> str:
        """Say whose relation it is."""
        return f"{row.proposal} · {row}"


class EchoInline(RecordStackedInline):
    """What a document takes up."""

    model = Echo
    fields = [("recommendation", "place"), ("passage_zh", "passage_en"), "judgement", ("reason_en", "reason_zh")]
    autocomplete_fields = ["recommendation"]
    extra = 1


@admin.register(PolicyDocument)
class PolicyDocumentAdmin(RecordAdmin[PolicyDocument]):
    """Laws, plans, notices."""

    named_by = ["issuer"]
    list_display = ["title_zh", "title_en", "issuer", "number", "date"]
    list_display_links = ["title_zh", "title_en"]
    list_select_related = ["issuer"]
    ordering = ["-date", "-pk"]
    search_fields = ["title_zh", "title_en", "number", "slug", "issuer__name_en", "issuer__name_zh"]
    autocomplete_fields = ["issuer", "co_issuers", "source"]
    fieldsets = [
        (None, {"fields": ["title_zh", "title_en", ("issuer", "number", "date"), "co_issuers", "source"]}),
        (_("For analysts"), {"fields": ["note", "slug"], "classes": ["collapse"]}),
    ]
    inlines = [EchoInline]

    def get_view_on_site_url(self, obj: PolicyDocument | None = None) -> str | None:
        """Lead to the page of a document that takes up something public; others have none."""
        return super().get_view_on_site_url(obj) if obj is not None and obj.is_public else None


@admin.register(Echo)
class EchoAdmin(RecordAdmin[Echo]):
    """Single passages that take up a demand."""

    named_by = ["document", "recommendation"]
    list_display = ["recommendation", "document", "judgement", "place"]
    list_filter = ["judgement"]
    list_select_related = ["document", "recommendation"]
    ordering = ["-pk"]
    search_fields = ["document__title_zh", "document__title_en", "recommendation__text_en", "recommendation__text_zh"]
    autocomplete_fields = ["document", "recommendation"]
    fieldsets = [(None, {"fields": ["document", *EchoInline.fields]})]

    def full_name(self, row: Echo) -> str:
        """Say which document it is in."""
        return f"{row} · {row.document}"
