"""The single demands of a proposal: the inline in which they are put in order, and their pages."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from people.admin import through
from people.language import in_language
from people.models import Agency
from people.record_admin import RecordAdmin, RecordStackedInline, RecordTabularInline
from people.record_forms import RecordForm, SearchMany, SearchManyField
from people.versions import State
from proposals.admin.numbering import NumberedForm, NumberedFormSet, number_field
from proposals.admin.sources import CitationInline
from proposals.models import Addressee, Proposal, Recommendation

NAMES_OF_BUTTONS = (gettext_noop("Move to first position"), gettext_noop("Move to last position"))
"""What the template of adminsortable2 says, which does not say it in Chinese."""


def agencies_field(**words: Any) -> SearchManyField:
    """Give a field that finds agencies by searching; one that is not there yet is entered in place."""
    links: Any = Recommendation._meta.get_field("agencies")
    search = SearchMany(links, admin.site)
    widget = RelatedFieldWidgetWrapper(search, links.remote_field, admin.site, can_add_related=True)
    return SearchManyField(Agency.objects.all(), required=False, widget=widget, **words)


class RecommendationForm(NumberedForm):
    """One demand and of whom it is made."""

    stated = agencies_field(label=_("Addressed to (stated)"), help_text=_("Whom the source names: “NMPA”."))
    inferred = agencies_field(label=_("Addressed to (inferred)"), help_text=_("Whom you conclude to be meant."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill the two fields from the addressees there are."""
        super().__init__(*args, **kwargs)
        addressees = self.instance.addressees.all() if self.instance.pk else []
        self.initial["stated"] = [row.agency_id for row in addressees if row.stated]
        self.initial["inferred"] = [row.agency_id for row in addressees if not row.stated]

    @classmethod
    def initial_in(cls, state: State, key: int) -> dict[str, Any]:
        """Give what the two fields hold in a state of the record."""
        rows = [row for row in state[Addressee].values() if row["recommendation_id"] == key]
        return {
            name: sorted(row["agency_id"] for row in rows if row["stated"] == stated) for stated, name in STATED.items()
        }

    def clean(self) -> dict[str, Any]:
        """Refuse an agency that is both stated and inferred."""
        super().clean()
        cleaned = self.cleaned_data
        both = set(cleaned.get("stated", ())) & set(cleaned.get("inferred", ()))
        if both:
            names = ", ".join(sorted(map(str, both)))
            self.add_error("inferred", _("Stated in the source already: %(names)s.") % {"names": names})
        return cleaned

    def _save_m2m(self) -> None:
        """Write the addressees, too: only those rows that are new, gone or different."""
        super()._save_m2m()  # type: ignore[misc]
        wanted = {agency.pk: stated for stated in (True, False) for agency in self.cleaned_data[STATED[stated]]}
        for row in self.instance.addressees.all():
            stated = wanted.pop(row.agency_id, None)
            if stated is None:
                row.delete()
            elif stated != row.stated:
                row.stated = stated
                row.save()
        for agency, stated in wanted.items():
            Addressee.objects.create(recommendation=self.instance, agency_id=agency, stated=stated)


STATED = {True: "stated", False: "inferred"}


class RecommendationFormSet(NumberedFormSet):
    """The demands of a proposal, each with its own number."""

    numbers_differ = True
    makes_way = "order"


class RecommendationInline(RecordStackedInline):
    """The demands of a proposal, put in order by number or by dragging."""

    model = Recommendation
    form = RecommendationForm
    formset = RecommendationFormSet
    template = "adminsortable2/edit_inline/stacked-django-5.2.html"
    classes = ["sortable"]
    ordering = ["order"]
    autocomplete_fields = ["topics"]
    show_change_link = True
    view_on_site = False
    fieldsets = [
        (
            None,
            {"fields": [("order", "group_en", "implied"), ("text_en", "text_zh"), "topics", ("stated", "inferred")]},
        ),
        (_("Group in Chinese, notes"), {"fields": ["group_zh", "note_en", "note_zh"], "classes": ["collapse"]}),
    ]

    def get_extra(self, request: HttpRequest, obj: Proposal | None = None, **kwargs: object) -> int:
        """Offer three empty rows for a new proposal, then one: without scripts there is no “Add another”."""
        return 1 if obj else 3

    class Media:
        css = {"all": ["adminsortable2/css/sortable.css"]}
        js = ["adminsortable2/js/adminsortable2.min.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recommendation]:
        """Fetch what the rows show with them."""
        return super().get_queryset(request).prefetch_related("topics", "addressees__agency")

    @admin.display(description=_("Addressed to (stated)"))
    def stated(self, recommendation: Recommendation) -> str:
        """Name the agencies to those who may only look."""
        return "; ".join(str(row) for row in recommendation.addressees.all() if row.stated)

    @admin.display(description=_("Addressed to (inferred)"))
    def inferred(self, recommendation: Recommendation) -> str:
        """Name those that are inferred."""
        return "; ".join(str(row) for row in recommendation.addressees.all() if not row.stated)


class AddresseeInline(RecordTabularInline):
    """Of whom a recommendation asks something."""

    model = Addressee
    fields = ["agency", "stated"]
    autocomplete_fields = ["agency"]


class OneRecommendationForm(RecordForm):
    """A demand on a page of its own."""

    order = number_field(required=True)


@admin.register(Recommendation)
class RecommendationAdmin(RecordAdmin[Recommendation]):
    """Single demands."""

    form = OneRecommendationForm
    named_by = ["proposal"]
    list_display = ["order", "text", "group_en", "addressed_to", "implied", "proposal"]
    list_display_links = ["text"]
    list_filter = [
        "proposal__state",
        "proposal__session__year",
        ("proposal__session__body", RelatedOnlyFieldListFilter),
        "implied",
        ("topics", RelatedOnlyFieldListFilter),
        ("agencies", RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["proposal"]
    ordering = ["-proposal_id", "order"]
    search_fields = [
        "text_en",
        "text_zh",
        "group_en",
        "group_zh",
        "proposal__title_en",
        "proposal__title_zh",
        *through("proposal__sponsorships__delegate"),
    ]
    search_help_text = _("Text, title of the proposal, or any spelling of a proposer's name.")
    autocomplete_fields = ["proposal", "topics"]
    fieldsets = [
        (
            None,
            {"fields": ["proposal", ("order", "implied"), ("group_en", "group_zh"), "text_en", "text_zh", "topics"]},
        ),
        (_("Editor's note"), {"fields": ["note_en", "note_zh"]}),
    ]
    inlines = [AddresseeInline, CitationInline]

    @admin.display(description=_("text"), ordering="text_en")
    def text(self, recommendation: Recommendation) -> str:
        """Give the beginning of the text."""
        return Truncator(in_language(recommendation, "text")[0]).chars(120)

    @admin.display(description=_("addressed to"))
    def addressed_to(self, recommendation: Recommendation) -> str:
        """Name the agencies; brackets stand around those that are inferred."""
        rows = recommendation.addressees.all()
        return "; ".join(row.agency.name if row.stated else f"({row.agency.name})" for row in rows)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recommendation]:
        """Fetch the agencies with the rows."""
        return super().get_queryset(request).prefetch_related("addressees__agency")

    def full_name(self, row: Recommendation) -> str:
        """Say which proposal makes it."""
        return f"{Truncator(str(row)).chars(120)} · {row.proposal}"

    def view_on_site(self, recommendation: Recommendation) -> str | None:
        """Give the public address, of a published proposal's only."""
        public = Recommendation.objects.published().filter(pk=recommendation.pk).first()
        return public.get_absolute_url() if public else None


@admin.register(Addressee)
class AddresseeAdmin(RecordAdmin[Addressee]):
    """Of whom what is asked."""

    named_by = ["agency"]
    ordering = ["-pk"]
    list_display = ["agency", "stated", "recommendation", "proposal"]
    list_filter = ["stated", ("agency", RelatedOnlyFieldListFilter)]
    list_select_related = ["agency", "recommendation__proposal"]
    search_fields = [
        "agency__name_en",
        "agency__name_zh",
        "agency__short_name_en",
        "recommendation__text_en",
        "recommendation__text_zh",
    ]
    autocomplete_fields = ["recommendation", "agency"]
    fieldsets = [(None, {"fields": ["recommendation", "agency", "stated"]})]

    @admin.display(description=_("proposal"), ordering="recommendation__proposal__title_en")
    def proposal(self, addressee: Addressee) -> str:
        """Name the proposal that asks."""
        return str(addressee.recommendation.proposal)
