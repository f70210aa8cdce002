"""Who puts a proposal forward: the inline and the page."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from people.admin import through
from people.record_admin import RecordAdmin, RecordTabularInline
from proposals.admin.numbering import NumberedForm, NumberedFormSet
from proposals.models import Sponsorship


class SponsorshipForm(NumberedForm):
    """One proposer. A new row counts as filled in when it names somebody."""

    checked_together = frozenset({"order", "first"})

    def has_changed(self) -> bool:
        """Let the tick and the number of an empty new row be nothing."""
        named = {"delegate", "organisation_en", "organisation_zh"}
        return super().has_changed() and bool(self.instance.pk or named & set(self.changed_data))


class SponsorshipFormSet(NumberedFormSet):
    """The proposers, one of them the first."""

    makes_way = "first"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Propose the first new row as first proposer while there is none."""
        super().__init__(*args, **kwargs)
        if not any(row.first for row in self.get_queryset()):
            self.initial_extra = [{"first": True}]

    def clean(self) -> None:
        """Refuse a second first proposer."""
        super().clean()
        firsts = [form for form in self.kept if form.cleaned_data.get("first")]
        elsewhere = self.instance.pk and self.elsewhere().filter(first=True).exists()
        for form in firsts[0 if elsewhere else 1 :]:
            form.add_error("first", _("A proposal has only one first proposer."))


class SponsorshipInline(RecordTabularInline):
    """The proposers of a proposal."""

    model = Sponsorship
    form = SponsorshipForm
    formset = SponsorshipFormSet
    verbose_name = _("proposer")
    verbose_name_plural = _("proposers")
    fields = ["order", "first", "delegate", "organisation_en", "organisation_zh"]
    autocomplete_fields = ["delegate"]


@admin.register(Sponsorship)
class SponsorshipAdmin(RecordAdmin[Sponsorship]):
    """Who proposes what."""

    named_by = ["delegate"]
    list_display = ["__str__", "first", "order", "proposal"]
    list_filter = ["first", "proposal__state", "proposal__session__year"]
    ordering = ["-proposal_id", "order", "pk"]
    list_select_related = ["proposal", "delegate"]
    search_fields = [
        *through("delegate"),
        "organisation_en",
        "organisation_zh",
        "proposal__title_en",
        "proposal__title_zh",
    ]
    autocomplete_fields = ["proposal", "delegate"]
    fieldsets = [
        (None, {"fields": ["proposal", ("order", "first")]}),
        (_("One of the two"), {"fields": ["delegate", ("organisation_en", "organisation_zh")]}),
    ]
