"""Numbers that proposals quote: the inline and the page."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from people.language import in_language
from people.record_admin import RecordAdmin, RecordStackedInline
from proposals.admin.sources import CitationInline
from proposals.models import Figure

FACT = [
    ("value", "unit_en", "unit_zh", "amount"),
    ("what_en", "what_zh"),
    ("as_of", "still_true"),
    ("attribution_en", "attribution_zh"),
    ("note_en", "note_zh"),
]


class FigureInline(RecordStackedInline):
    """The figures of a proposal; each has its sources on a page of its own."""

    model = Figure
    fields = [*FACT]
    classes = ["collapse"]
    show_change_link = True


@admin.register(Figure)
class FigureAdmin(RecordAdmin[Figure]):
    """Numbers, what they measure and whether they still hold."""

    named_by = ["proposal"]
    list_display = ["value", "unit_en", "what", "as_of", "still_true", "proposal"]
    ordering = ["-proposal_id", "pk"]
    list_filter = ["still_true", "proposal__state", "proposal__session__year"]
    list_select_related = ["proposal"]
    search_fields = ["value", "what_en", "what_zh", "proposal__title_en", "proposal__title_zh"]
    autocomplete_fields = ["proposal"]
    fieldsets = [(None, {"fields": ["proposal", *FACT]})]
    inlines = [CitationInline]

    @admin.display(description=_("what"), ordering="what_en")
    def what(self, figure: Figure) -> str:
        """Say what it measures, in the language there is."""
        return in_language(figure, "what")[0]

    def full_name(self, row: Figure) -> str:
        """Say which proposal quotes it."""
        return f"{row} · {row.proposal}"
