"""The analysts' pages of who: regions, bodies and sessions, delegates, agencies."""

from collections.abc import Sequence

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from people.doubles_admin import DoublePages
from people.likeness import like_delegates
from people.models import Agency, Body, Delegate, Membership, NameVariant, Position, Region, Sector, Session
from people.record_admin import RecordAdmin, RecordStackedInline, RecordTabularInline

DELEGATE_NAMES = ("name_en", "name_zh", "name_variants__spelling")


def through(relation: str, names: Sequence[str] = DELEGATE_NAMES) -> list[str]:
    """Give the names by which rows are searched through `relation`: "delegate" makes "delegate__name_en" of one."""
    return [f"{relation}__{name}" for name in names]


@admin.register(Region)
class RegionAdmin(RecordAdmin[Region]):
    """Places."""

    list_display = ["name_en", "name_zh", "kind", "parent", "iso_code", "gb_code"]
    list_filter = ["kind", ("parent", RelatedOnlyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = [
        "name_en",
        "name_zh",
        "full_name_en",
        "full_name_zh",
        "other_names",
        "slug",
        "iso_code",
        "gb_code",
    ]
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": [("name_en", "name_zh"), ("kind", "parent"), ("iso_code", "gb_code"), "slug"]}),
        (_("Further names"), {"fields": [("full_name_en", "full_name_zh"), "other_names"]}),
        (_("Its page"), {"fields": ["description_en", "description_zh"]}),
    ]


@admin.register(Body)
class BodyAdmin(RecordAdmin[Body]):
    """Congresses and committees."""

    list_display = ["name_en", "name_zh", "system", "level", "region"]
    list_filter = ["system", "level", ("region", RelatedOnlyFieldListFilter)]
    list_select_related = ["region"]
    search_fields = ["name_en", "name_zh", "short_name_zh", "slug", "region__name_en", "region__name_zh"]
    autocomplete_fields = ["region"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": [("name_en", "name_zh"), "short_name_zh", ("system", "level"), "region", "slug"]}),
    ]


@admin.register(Session)
class SessionAdmin(RecordAdmin[Session]):
    """Yearly meetings."""

    named_by = ["body"]
    list_display = ["__str__", "chinese_name", "term", "ordinal", "year", "opened", "closed"]
    list_filter = ["year", ("body", RelatedOnlyFieldListFilter), "body__level", "body__system"]
    search_fields = ["body__name_en", "body__name_zh", "body__short_name_zh", "slug", "year"]
    autocomplete_fields = ["body"]
    fieldsets = [
        (None, {"fields": ["body", ("term", "ordinal", "year"), ("opened", "closed"), "slug"]}),
    ]

    @admin.display(description=_("Chinese name"))
    def chinese_name(self, session: Session) -> str:
        """Give the name that is made of the body's short Chinese name."""
        return session.name_zh

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Session], search_term: str
    ) -> tuple[QuerySet[Session], bool]:
        """Find a session by its names too, which no column holds: “14th … 2nd session”, 全国政协十四届二次会议."""
        found, doubles = super().get_search_results(request, queryset, search_term)
        words = search_term.casefold().split()
        rows = queryset if words else ()
        named = [row.pk for row in rows if all(word in f"{row} {row.name_zh} {row.year}".casefold() for word in words)]
        return queryset.filter(Q(pk__in=found.values("pk")) | Q(pk__in=named)), doubles


@admin.register(Sector)
class SectorAdmin(RecordAdmin[Sector]):
    """Sectors of the CPPCC."""

    list_display = ["name_en", "name_zh", "kind", "order"]
    list_filter = ["kind"]
    search_fields = ["name_en", "name_zh", "slug"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [(None, {"fields": [("name_en", "name_zh"), "kind", "order", "slug"]})]


class NameVariantInline(RecordTabularInline):
    """Further spellings of a delegate's name."""

    model = NameVariant
    fields = ["spelling", "language"]
    show_change_link = True


class MembershipInline(RecordStackedInline):
    """A delegate's seats."""

    model = Membership
    autocomplete_fields = ["body", "sector", "region"]
    fields = [
        "body",
        ("term", "role"),
        "sector",
        ("delegation_en", "delegation_zh"),
        ("region", "region_inferred"),
        ("began", "ended"),
    ]
    show_change_link = True


class PositionInline(RecordStackedInline):
    """A delegate's employers and posts."""

    model = Position
    fields = [
        ("employer_en", "employer_zh"),
        ("post_en", "post_zh"),
        ("began", "ended"),
        "inferred",
    ]
    show_change_link = True


@admin.register(Delegate)
class DelegateAdmin(DoublePages, RecordAdmin[Delegate]):
    """Deputies and members."""

    sheet = "delegates"
    likes = staticmethod(like_delegates)
    typed = ["name_en", "name_zh"]

    named_by = ["memberships__body"]
    list_display = ["name_en", "name_zh", "seats", "changed"]
    list_filter = [
        ("memberships__body", RelatedOnlyFieldListFilter),
        ("memberships__region", RelatedOnlyFieldListFilter),
        ("memberships__sector", RelatedOnlyFieldListFilter),
    ]
    search_fields = [*DELEGATE_NAMES, "slug", "positions__employer_en", "positions__employer_zh"]
    search_help_text = _("Any spelling of the name, or the employer.")
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [(None, {"fields": [("name_en", "name_zh"), "slug", "wikidata", "note"]})]
    inlines = [NameVariantInline, MembershipInline, PositionInline]

    @admin.display(description=_("seats"))
    def seats(self, delegate: Delegate) -> str:
        """Write "CPPCC National Committee, term 14; National People's Congress, term 13"."""
        return "; ".join(seat.where for seat in delegate.memberships.all())

    def full_name(self, row: Delegate) -> str:
        """Tell namesakes apart by where they sit."""
        return " · ".join(filter(None, (str(row), self.seats(row))))

    def get_view_on_site_url(self, obj: Delegate | None = None) -> str | None:
        """Lead to the page of a delegate who has proposals in public; others have none."""
        shown = obj and obj.proposals.published().exists()
        return super().get_view_on_site_url(obj) if shown else None


@admin.register(NameVariant)
class NameVariantAdmin(RecordAdmin[NameVariant]):
    """Spellings, each with its sources."""

    named_by = ["delegate"]
    list_display = ["spelling", "language", "delegate"]
    list_filter = ["language"]
    search_fields = ["spelling", "delegate__name_en", "delegate__name_zh"]
    autocomplete_fields = ["delegate"]
    fieldsets = [(None, {"fields": ["delegate", "spelling", "language"]})]

    def full_name(self, row: NameVariant) -> str:
        """Say whose spelling it is."""
        return f"{row} · {row.delegate}"


@admin.register(Membership)
class MembershipAdmin(RecordAdmin[Membership]):
    """Seats, each with its sources."""

    named_by = ["delegate", "body"]
    list_display = ["delegate", "body", "term", "role", "sector", "delegation_en", "region", "began", "ended"]
    ordering = ["delegate__name_en", "-term", "pk"]
    list_filter = [
        ("body", RelatedOnlyFieldListFilter),
        "term",
        "role",
        ("sector", RelatedOnlyFieldListFilter),
        ("region", RelatedOnlyFieldListFilter),
        "region_inferred",
    ]
    list_select_related = ["delegate", "body", "sector", "region"]
    search_fields = [*through("delegate"), "body__name_en", "body__name_zh", "delegation_en", "delegation_zh"]
    autocomplete_fields = ["delegate", "body", "sector", "region"]
    fieldsets = [
        (None, {"fields": ["delegate", ("body", "term", "role")]}),
        (_("Where from"), {"fields": ["sector", ("delegation_en", "delegation_zh"), ("region", "region_inferred")]}),
        (_("Time"), {"fields": [("began", "ended")]}),
    ]

    def full_name(self, row: Membership) -> str:
        """Say whose seat it is."""
        return f"{row.delegate} · {row}"


@admin.register(Position)
class PositionAdmin(RecordAdmin[Position]):
    """Employers and posts, each with its sources."""

    named_by = ["delegate"]
    list_display = ["__str__", "delegate", "inferred", "began", "ended"]
    ordering = ["delegate__name_en", "-began", "pk"]
    list_filter = ["inferred"]
    search_fields = [*through("delegate"), "employer_en", "employer_zh", "post_en", "post_zh"]
    autocomplete_fields = ["delegate"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "delegate",
                    ("employer_en", "employer_zh"),
                    ("post_en", "post_zh"),
                    "inferred",
                    ("began", "ended"),
                ]
            },
        ),
    ]

    def full_name(self, row: Position) -> str:
        """Say whose post it is."""
        return f"{row.delegate} · {row}"


@admin.register(Agency)
class AgencyAdmin(RecordAdmin[Agency]):
    """Whom recommendations are addressed to."""

    sheet = "agencies"
    list_display = ["name_en", "name_zh", "short_name_en", "kind", "parent", "region"]
    list_filter = ["kind", ("region", RelatedOnlyFieldListFilter), ("parent", RelatedOnlyFieldListFilter)]
    list_select_related = ["parent", "region"]
    search_fields = ["name_en", "name_zh", "short_name_en", "short_name_zh", "other_names", "slug"]
    autocomplete_fields = ["parent", "region"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("name_en", "name_zh"),
                    ("short_name_en", "short_name_zh"),
                    "other_names",
                    "kind",
                    ("parent", "region"),
                    "slug",
                ]
            },
        ),
    ]

    def get_view_on_site_url(self, obj: Agency | None = None) -> str | None:
        """Lead to the page of an agency that, with those below it, is asked, is in charge or answers in public."""
        if obj is None:
            return None
        within = Agency.objects.within(obj)
        asked = obj.recommendations.model._default_manager.published().filter(agencies__in=within)
        leads = obj.events.model._default_manager.in_charge().filter(agency__in=within)
        answers = obj.replies.model._default_manager.published().filter(agency__in=within)
        shown = asked.exists() or leads.exists() or answers.exists()
        return super().get_view_on_site_url(obj) if shown else None
