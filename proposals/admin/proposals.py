"""The page on which a proposal is entered, and the list from which proposals are published."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import ValidationError
from django.db.models import Count, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.admin import through
from people.doubles_admin import DoublePages
from people.language import language_of
from people.record_admin import RecordAdmin
from people.record_forms import RecordForm, is_key
from proposals.admin.dashboard import LackFilter, MineFilter
from proposals.admin.figures import FigureInline
from proposals.admin.importing import SheetPages
from proposals.admin.life_cycle import EventInline
from proposals.admin.lineage import LineageInline
from proposals.admin.recommendations import RecommendationInline
from proposals.admin.sources import CitationInline
from proposals.admin.sponsorships import SponsorshipInline
from proposals.admin.workflow import WorkflowPages
from proposals.models import Citation, Proposal, Recommendation, Reply
from proposals.models.likeness import like_proposals
from proposals.models.pasting import points

NAMED_PROPOSERS, MOST_PASTED = 3, 300


class ProposalForm(RecordForm):
    """A proposal, and a list of recommendations to make rows of."""

    pasted = forms.CharField(
        label=_("A list"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        help_text=_("Lines, or points with 1. (1) 一、 （一） ① or a dash: each becomes a recommendation."),
    )

    def save_pasted(self) -> int:
        """Make recommendations of the points of the list, numbered after those there are; give how many."""
        listed = points(self.cleaned_data.get("pasted", ""))
        last = self.instance.recommendations.aggregate(last=Max("order"))["last"] or 0
        for number, text in enumerate(listed, start=last + 1):
            field = f"text_{language_of(text)}"
            Recommendation.objects.create(proposal=self.instance, order=number, **{field: text})
        return len(listed)

    def clean_pasted(self) -> str:
        """Refuse more than a proposal has room for."""
        text: str = self.cleaned_data["pasted"]
        if len(points(text)) > MOST_PASTED:
            raise ValidationError(_("More than %(most)s points at once: paste fewer.") % {"most": MOST_PASTED})
        return text


@admin.register(Proposal)
class ProposalAdmin(SheetPages, WorkflowPages, DoublePages, RecordAdmin[Proposal]):
    """Proposals, suggestions and bills."""

    sheet = "proposals"
    likes = staticmethod(like_proposals)
    typed = ["session", "number", "title_en", "title_zh"]

    named_by = ["session__body"]
    list_display = ["__str__", "state", "proposers", "meeting", "number", "recommended", "status", "changed"]
    ordering = ["-pk"]
    list_filter = [
        "state",
        LackFilter,
        MineFilter,
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
    readonly_fields = ["status", "state", "sent_by", "published_at", "created", "changed"]
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
        (_("Paste recommendations"), {"fields": ["pasted"]}),
        (_("What it is about"), {"fields": [("topics", "target_regions")]}),
        (_("Editor's note"), {"fields": [("note_en", "note_zh")], "classes": ["collapse"]}),
        (_("Publication"), {"fields": [("state", "sent_by"), "slug", ("published_at", "created", "changed")]}),
    ]
    form = ProposalForm
    inlines = [SponsorshipInline, RecommendationInline, EventInline, LineageInline, FigureInline, CitationInline]

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

    def finish(self, request: HttpRequest, form: ProposalForm) -> None:
        """Make rows of what was pasted, link replies that waited for this number, take over what became of it."""
        form.save_pasted()
        for reply, meant in Reply.objects.waiting_for(form.instance):
            try:
                reply.answer(meant)
                said = gettext("“%(reply)s” waited for this and answers it now.") % {"reply": reply}
                self.message_user(request, said, messages.SUCCESS)
            except ValidationError as error:
                self.message_user(request, " ".join([str(reply), *error.messages]), messages.WARNING)
        form.instance.refresh_from_db(fields=["status"])

    def response_add(self, request: HttpRequest, obj: Proposal, post_url_continue: str | None = None) -> HttpResponse:
        """Keep session, kind and source for the next one, where there is to be another: a report has several."""
        response = super().response_add(request, obj, post_url_continue)
        if "_addanother" not in request.POST:
            return response
        kept = {"session": obj.session_id, "kind": obj.kind}
        if citation := Citation.objects.on(obj).first():
            kept["source"] = citation.source_id
        return HttpResponseRedirect(f"{request.path}?{urlencode(kept)}")

    def get_formset_kwargs(self, request: HttpRequest, obj: Proposal, inline: Any, prefix: str) -> dict[str, Any]:
        """Cite the source of the one before in a new one; what is sent back with it counts as typed."""
        given: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        source = request.GET.get("source", "") if request.method == "GET" else ""
        if isinstance(inline, CitationInline) and obj.pk is None and is_key(source):
            given["initial"] = [{"source": source}]
        if isinstance(inline, LineageInline):
            given["initial"] = inline.suggested(request, obj)
        return given

    def full_name(self, row: Proposal) -> str:
        """Tell proposals with one title apart by their session."""
        return f"{row} · {row.session}"

    def view_on_site(self, proposal: Proposal) -> str | None:
        """Give the public address, of what is stored as published only."""
        public = Proposal.objects.published().filter(pk=proposal.pk).first()
        return public.get_absolute_url() if public else None
