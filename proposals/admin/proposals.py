"""The page on which a proposal is entered, and the list from which proposals are published."""

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.admin import through
from people.record_admin import RecordAdmin
from proposals.admin.figures import FigureInline
from proposals.admin.recommendations import RecommendationInline
from proposals.admin.sources import CitationInline
from proposals.admin.sponsorships import SponsorshipInline
from proposals.admin.workflow import WorkflowPages
from proposals.models import Proposal, Recommendation

NAMED_PROPOSERS = 3


@admin.register(Proposal)
class ProposalAdmin(WorkflowPages, RecordAdmin[Proposal]):
    """Proposals, suggestions and bills."""

    named_by = ["session__body"]
    list_display = ["__str__", "state", "proposers", "meeting", "number", "recommended", "status", "changed"]
    ordering = ["-pk"]
    list_filter = [
        "state",
        "status",
        "kind",
        "session__year",
        ("session__body", RelatedOnlyFieldListFilter),
        "session__body__level",
        ("topics", RelatedOnlyFieldListFilter),
        ("target_regions", RelatedOnlyFieldListFilter),
    ]
    search_fields = [
        "title_en",
        "title_zh",
        "number",
        "slug",
        *through("sponsorships__delegate"),
        "sponsorships__organisation_en",
        "sponsorships__organisation_zh",
    ]
    search_help_text = _("Title, number, or any spelling of a proposer's name.")
    autocomplete_fields = ["session", "topics", "target_regions"]
    readonly_fields = ["state", "sent_by", "published_at", "created", "changed"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "title_en",
                    "title_zh",
                    ("session", "kind"),
                    ("number", "submitted", "proposers_in_all"),
                    "status",
                ]
            },
        ),
        (_("What it says"), {"fields": [("summary_en", "summary_zh")]}),
        (_("What it is about"), {"fields": [("topics", "target_regions")]}),
        (_("Editor's note"), {"fields": [("note_en", "note_zh")], "classes": ["collapse"]}),
        (_("Publication"), {"fields": [("state", "sent_by"), "slug", ("published_at", "created", "changed")]}),
    ]
    inlines = [SponsorshipInline, RecommendationInline, FigureInline, CitationInline]

    @admin.display(description=_("proposers"))
    def proposers(self, proposal: Proposal) -> str:
        """Name the first three."""
        names = [str(row) for row in proposal.sponsorships.all()]
        more = len(names) - NAMED_PROPOSERS
        first = "; ".join(names[:NAMED_PROPOSERS])
        return gettext("%(names)s and %(more)s more") % {"names": first, "more": more} if more > 0 else first

    @admin.display(description=_("session"), ordering="session__year")
    def meeting(self, proposal: Proposal) -> str:
        """Name the session."""
        return proposal.session.name

    @admin.display(description=_("recommendations"), ordering="recommended")
    def recommended(self, proposal: Proposal) -> int:
        """Tell how many recommendations it makes."""
        count: int = proposal.recommended  # type: ignore[attr-defined]
        return count

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        """Count the recommendations, for the rows that are shown only, and fetch the proposers."""
        counts = (
            Recommendation.objects.filter(proposal=OuterRef("pk")).order_by().values("proposal").annotate(n=Count("pk"))
        )
        rows: QuerySet[Proposal] = super().get_queryset(request).prefetch_related("sponsorships__delegate")
        return rows.annotate(recommended=Coalesce(Subquery(counts.values("n"), output_field=IntegerField()), 0))

    def full_name(self, row: Proposal) -> str:
        """Tell proposals with one title apart by their session."""
        return f"{row} · {row.session}"

    def view_on_site(self, proposal: Proposal) -> str | None:
        """Give the public address, of what is stored as published only."""
        public = Proposal.objects.published().filter(pk=proposal.pk).first()
        return public.get_absolute_url() if public else None
