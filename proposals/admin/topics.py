"""The pages of topics and of the words for them."""

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.utils.translation import gettext_lazy as _

from people.record_admin import RecordAdmin, RecordTabularInline
from proposals.models import Synonym, Topic


class SynonymInline(RecordTabularInline):
    """Other words for a topic."""

    model = Synonym
    fields = ["text", "language", "acronym", "ambiguous"]


@admin.register(Topic)
class TopicAdmin(RecordAdmin[Topic]):
    """What proposals are about."""

    sheet = "topics"
    list_display = ["name_en", "name_zh", "parent", "order", "mesh_id"]
    list_filter = [("parent", RelatedOnlyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["name_en", "name_zh", "slug", "synonyms__text", "mesh_id"]
    search_help_text = _("A name, a synonym or an acronym.")
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": [("name_en", "name_zh"), ("parent", "order"), "slug"]}),
        (_("Its page"), {"fields": ["scope_en", "scope_zh"]}),
        (_("Medical Subject Headings"), {"fields": [("mesh_id", "mesh_heading")]}),
    ]
    inlines = [SynonymInline]


@admin.register(Synonym)
class SynonymAdmin(RecordAdmin[Synonym]):
    """Other words for topics."""

    list_display = ["text", "topic", "language", "acronym", "ambiguous"]
    list_filter = ["language", "acronym", "ambiguous", ("topic", RelatedOnlyFieldListFilter)]
    list_select_related = ["topic"]
    search_fields = ["text", "topic__name_en", "topic__name_zh"]
    autocomplete_fields = ["topic"]
    fieldsets = [(None, {"fields": ["topic", ("text", "language"), ("acronym", "ambiguous")]})]
