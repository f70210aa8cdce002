"""Regions: the country, its 34 province-level divisions, and zones that matter for pilots."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.addresses import address
from people.language import Named, has_name, one_of
from people.tree import Tree, TreeQuerySet


class RegionKind(models.TextChoices):
    """The steps of the tree, and the forms a province-level division takes."""

    COUNTRY = "country", _("Country")
    PROVINCE = "province", _("Province")
    MUNICIPALITY = "municipality", _("Municipality directly under the central government")
    AUTONOMOUS = "autonomous_region", _("Autonomous region")
    SPECIAL = "special_administrative_region", _("Special administrative region")
    ZONE = "zone", _("Zone")
    CLUSTER = "cluster", _("Group of provinces")


class RegionQuerySet(TreeQuerySet["Region"]):
    """The words of trees, for this one."""


class Region(Named, Tree):
    """A place that a delegate comes from or a proposal is about."""

    found_by_slug = True

    Kind = RegionKind

    kind = models.CharField(
        _("kind"),
        max_length=30,
        choices=Kind,
        help_text=_("Province-level (province, municipality, …), zone or country."),
    )
    slug = models.SlugField(
        _("slug"), max_length=60, unique=True, help_text=_("The address of its page: “shanghai”, “guangdong-ftz”.")
    )
    iso_code = models.CharField(
        "ISO 3166-2",
        max_length=6,
        null=True,
        blank=True,
        unique=True,
        validators=[RegexValidator(r"CN(-[A-Z]{2})?\Z", _("Write CN, or CN- and two capitals."))],
        help_text=_("“CN-SH” for Shanghai, “CN” for the country; empty for zones. Shaanxi is CN-SN, Shanxi CN-SX."),
    )
    gb_code = models.CharField(
        "GB/T 2260",
        max_length=6,
        null=True,
        blank=True,
        unique=True,
        validators=[RegexValidator(r"[0-9]{6}\Z", _("Write six digits."))],
        help_text=_("Six digits: “310000” for Shanghai; empty for zones and the country."),
    )
    name_en = models.CharField(_("English name"), max_length=200, help_text=_("Short: “Shanghai”, “Inner Mongolia”."))
    name_zh = models.CharField(_("Chinese name"), max_length=100, help_text=_("Short: “上海”, “内蒙古”."))
    full_name_en = models.CharField(
        _("full English name"), max_length=200, blank=True, help_text=_("“Inner Mongolia Autonomous Region”.")
    )
    full_name_zh = models.CharField(_("full Chinese name"), max_length=100, blank=True, help_text=_("“内蒙古自治区”."))
    other_names = models.CharField(
        _("other names"),
        max_length=300,
        blank=True,
        help_text=_("Further names that search should find, divided by semicolons: “Peking; Beiping”."),
    )
    description_en = models.TextField(
        _("English description"), blank=True, help_text=_("One or two sentences for its page, each fact with a source.")
    )
    description_zh = models.TextField(_("Chinese description"), blank=True, help_text=_("The same in Chinese."))

    objects = RegionQuerySet.as_manager()

    class Meta(Tree.Meta):
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["name_en"]
        constraints = [*Tree.Meta.constraints, one_of("kind", RegionKind), has_name()]

    def get_absolute_url(self) -> str:
        """Give the address of the page."""
        return address("region", self.slug)

    @property
    def code(self) -> str:
        """The value that stands in addresses: the ISO code, or the slug of a zone."""
        return self.iso_code or self.slug
