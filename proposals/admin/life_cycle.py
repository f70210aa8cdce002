"""The analysts' pages of what became of proposals: events, replies with their outcomes, schemes of classes."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.record_admin import RecordAdmin, RecordStackedInline, RecordTabularInline
from people.record_forms import RecordFormSet
from proposals.models import Answer, Event, OutcomeClass, OutcomeScheme, RecommendationOutcome, Reply
from proposals.models.life_cycle import refuse_impossible, reply_facts
from proposals.models.replies import could_be_several

HAPPENED = [("stage", "date"), ("agency", "role"), ("into", "satisfaction"), ("source", "passage")]
NAMED = 5


class EventFormSet(RecordFormSet):
    """The events of a proposal, checked beside each other."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        """Leave what one row is beside the others to `clean`: others may be changed with it."""
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.instance.checked_together = True
        return form

    def clean(self) -> None:
        """Refuse what cannot be: two leads, filed and turned away, one stage before another that precedes it."""
        super().clean()
        rows = [form.instance for form in self.kept if not form.errors]
        proposal = self.instance
        if not rows or not proposal.session_id:
            return
        answers = proposal.answers.select_related("reply") if proposal.pk else ()
        elsewhere = [event.fact for event in self.elsewhere()] if proposal.pk else []
        refuse_twice(rows)
        facts = [*elsewhere, *(row.fact for row in rows), *reply_facts(answer.reply for answer in answers)]
        refuse_impossible(proposal, facts)


def refuse_twice(rows: Sequence[Event]) -> None:
    """Raise `ValidationError` where two events say the same."""
    said = [(row.stage, row.date, row.agency_id, row.source_id, row.passage) for row in rows]
    if len(set(said)) < len(said):
        raise ValidationError(gettext("One event is entered twice."))


class EventInline(RecordStackedInline):
    """What became of a proposal."""

    model = Event
    formset = EventFormSet
    fk_name = "proposal"
    fields = [*HAPPENED]
    autocomplete_fields = ["agency", "into", "source"]
    extra = 0


@admin.register(Event)
class EventAdmin(RecordAdmin[Event]):
    """Events, across proposals."""

    named_by = ["agency"]
    list_display = ["stage", "date", "agency", "role", "proposal"]
    list_filter = ["stage", "role", "satisfaction", ("agency", RelatedOnlyFieldListFilter)]
    list_select_related = ["agency", "proposal"]
    ordering = ["-date", "-pk"]
    search_fields = ["proposal__title_en", "proposal__title_zh", "agency__name_en", "agency__name_zh"]
    autocomplete_fields = ["proposal", "agency", "into", "source"]
    fieldsets = [(None, {"fields": ["proposal", *HAPPENED]})]

    def full_name(self, row: Event) -> str:
        """Say what it happened to."""
        return f"{row} · {row.proposal}"


class AnswerInline(RecordTabularInline):
    """What a reply answers."""

    model = Answer
    fields = ["proposal"]
    autocomplete_fields = ["proposal"]


class RecommendationOutcomeInline(RecordStackedInline):
    """What a reply says of single recommendations."""

    model = RecommendationOutcome
    fields = [("recommendation", "outcome"), ("quotation_zh", "quotation_en")]
    autocomplete_fields = ["recommendation"]
    extra = 0


class WaitingFilter(admin.SimpleListFilter):
    """Whether it is known what a reply answers."""

    title = _("proposal")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer those that wait."""
        return [("yes", _("not known yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Reply]) -> QuerySet[Reply]:
        """Narrow down to replies without a proposal."""
        return queryset.filter(answers=None) if self.value() == "yes" else queryset


@admin.register(Reply)
class ReplyAdmin(RecordAdmin[Reply]):
    """What agencies answered."""

    sheet = "replies"
    named_by = ["agency"]
    list_display = ["title_zh", "agency", "number", "date", "outcome", "answered"]
    list_display_links = ["title_zh", "number"]
    list_filter = [WaitingFilter, "outcome", ("agency", RelatedOnlyFieldListFilter), "scheme"]
    list_select_related = ["agency"]
    ordering = ["-date", "-pk"]
    search_fields = ["title_zh", "title_en", "number", "slug", "agency__name_en", "agency__name_zh"]
    autocomplete_fields = ["agency", "co_agencies", "scheme", "source"]
    fieldsets = [
        (None, {"fields": ["title_zh", "title_en", ("agency", "number", "date"), "co_agencies", "source"]}),
        (_("What it comes to"), {"fields": [("class_printed", "scheme", "outcome"), ("summary_en", "summary_zh")]}),
        (_("For analysts"), {"fields": ["note", "slug"], "classes": ["collapse"]}),
    ]
    inlines = [AnswerInline, RecommendationOutcomeInline]

    @admin.display(description=_("answers"))
    def answered(self, reply: Reply) -> str:
        """Name what it answers."""
        return "; ".join(str(answer.proposal) for answer in reply.answers.all())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reply]:
        """Fetch what is answered with the rows."""
        return super().get_queryset(request).prefetch_related("answers__proposal")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save all, and find what is answered: by the demands that are, or else by the title."""
        reply: Reply = form.instance
        known = set(reply.answers.values_list("pk", flat=True))
        super().save_related(request, form, formsets, change)
        spoken = set(reply.outcomes.values_list("recommendation__proposal", flat=True))
        for proposal in spoken - set(reply.answers.values_list("proposal", flat=True)):  # taken away, but spoken of
            reply.answers.create(proposal_id=proposal)
        entered = {form.instance.pk for formset in formsets if formset.model is Answer for form in formset.forms}
        spoken_of = reply.answers.exclude(pk__in=known | entered).select_related("proposal__session")
        if spoken_of:
            names = format_html_join("; ", "“{}” ({})", ((each.proposal, each.proposal.session) for each in spoken_of))
            said = gettext("It speaks of demands of %(names)s, and so answers that too.") % {"names": names}
            self.message_user(request, said, messages.WARNING)
        if not reply.answers.exists():
            self._find(request, reply)
        if odd := reply.against_its_class():
            self.message_user(request, odd, messages.WARNING)

    def _find(self, request: HttpRequest, reply: Reply) -> None:
        """Link a reply with the proposals that its title names, or say why that is left to the analyst."""
        found = reply.meant()
        names = format_html_join("; ", "“{}” ({})", ((each, each.session) for each in found[:NAMED]))
        if not found:
            self.message_user(request, reply.why_it_waits(), messages.WARNING)
        elif could_be_several(found):
            said = gettext("The title could mean several proposals; choose below: %(names)s") % {"names": names}
            self.message_user(request, said, messages.WARNING)
        else:
            try:
                reply.answer(found)
                self.message_user(request, gettext("It answers %(names)s.") % {"names": names}, messages.SUCCESS)
            except ValidationError as error:
                self.message_user(request, " ".join([str(names), *error.messages]), messages.ERROR)

    def get_view_on_site_url(self, obj: Reply | None = None) -> str | None:
        """Lead to the page of a reply to something public; others have none."""
        return super().get_view_on_site_url(obj) if obj is not None and obj.is_public else None


class OfReplies(RecordAdmin[Any]):
    """What belongs to a reply, on pages of its own."""

    list_select_related = ["reply"]
    ordering = ["-pk"]

    def full_name(self, row: Any) -> str:
        """Say which reply it belongs to."""
        return f"{row} · {row.reply}"


@admin.register(Answer)
class AnswerAdmin(OfReplies):
    """Which reply answers what."""

    named_by = ["proposal"]
    list_display = ["reply", "proposal"]
    search_fields = ["reply__title_zh", "reply__title_en", "proposal__title_en", "proposal__title_zh"]
    autocomplete_fields = ["reply", "proposal"]
    fieldsets = [(None, {"fields": ["reply", "proposal"]})]


@admin.register(RecommendationOutcome)
class RecommendationOutcomeAdmin(OfReplies):
    """What came of single demands."""

    named_by = ["recommendation"]
    list_display = ["recommendation", "outcome", "reply"]
    list_filter = ["outcome"]
    search_fields = ["reply__title_zh", "reply__title_en", "recommendation__text_en", "recommendation__text_zh"]
    autocomplete_fields = ["reply", "recommendation"]
    fieldsets = [(None, {"fields": ["reply", ("recommendation", "outcome"), ("quotation_zh", "quotation_en")]})]


class OutcomeClassInline(RecordTabularInline):
    """The classes of a scheme."""

    model = OutcomeClass
    fields = ["printed", "outcome", "meaning_en", "meaning_zh"]


@admin.register(OutcomeScheme)
class OutcomeSchemeAdmin(RecordAdmin[OutcomeScheme]):
    """What letters mean, place by place."""

    list_display = ["name_en", "name_zh", "region"]
    list_select_related = ["region"]
    search_fields = ["name_en", "name_zh", "slug"]
    autocomplete_fields = ["region"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [(None, {"fields": [("name_en", "name_zh"), "region", "slug"]})]
    inlines = [OutcomeClassInline]


@admin.register(OutcomeClass)
class OutcomeClassAdmin(RecordAdmin[OutcomeClass]):
    """Single classes."""

    named_by = ["scheme"]
    list_display = ["printed", "scheme", "outcome", "meaning_en"]
    list_filter = ["outcome", "scheme"]
    list_select_related = ["scheme"]
    search_fields = ["printed", "meaning_en", "meaning_zh", "scheme__name_en"]
    autocomplete_fields = ["scheme"]
    fieldsets = [(None, {"fields": ["scheme", ("printed", "outcome"), ("meaning_en", "meaning_zh")]})]

    def full_name(self, row: OutcomeClass) -> str:
        """Say whose class it is."""
        return f"{row} · {row.scheme}"
