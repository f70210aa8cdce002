"""Agencies: whom a recommendation is addressed to and who handles a proposal."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.addresses import address
from people.language import Named, has_name, one_of
from people.models.regions import Region
from people.tree import Tree, TreeQuerySet


class AgencyKind(models.TextChoices):
    """What sort of addressee it is."""

    STATE = "state", _("The State as a whole")
    MINISTRY = "ministry", _("Ministry or commission")
    INSTITUTE = "institute", _("Centre or institute of an agency")
    GOVERNMENT = "provincial_government", _("Provincial government")
    DEPARTMENT = "provincial_department", _("Provincial department")
    ZONE = "zone", _("Authority of a zone")
    INSTITUTION = "institution", _("Institutions of one kind")
    UNNAMED = "unnamed", _("Not named in the source")


class AgencyQuerySet(TreeQuerySet["Agency"]):
    """The words of trees, for this one."""


class Agency(Named, Tree):
    """A ministry, a department, an institute, or an addressee that the source leaves unnamed."""

    found_by_slug = True

    Kind = AgencyKind

    kind = models.CharField(
        _("kind"), max_length=30, choices=Kind, help_text=_("“Ministry or commission” for the NMPA.")
    )
    slug = models.SlugField(_("slug"), max_length=80, unique=True, help_text=_("The address of its page: “nmpa”."))
    name_en = models.CharField(
        _("English name"), max_length=200, help_text=_("“National Medical Products Administration”.")
    )
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True, help_text=_("“国家药品监督管理局”."))
    short_name_en = models.CharField(_("English short name"), max_length=40, blank=True, help_text=_("“NMPA”."))
    short_name_zh = models.CharField(_("Chinese short name"), max_length=40, blank=True, help_text=_("“国家药监局”."))
    other_names = models.CharField(
        _("other names"),
        max_length=300,
        blank=True,
        help_text=_("Further names that search should find, divided by semicolons: “药监局; former CFDA”."),
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        verbose_name=_("region"),
        null=True,
        blank=True,
        related_name="agencies",
        help_text=_("The province of a provincial agency; empty for national ones."),
    )

    objects = AgencyQuerySet.as_manager()

    class Meta(Tree.Meta):
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["name_en"]
        constraints = [*Tree.Meta.constraints, one_of("kind", AgencyKind), has_name()]

    def get_absolute_url(self) -> str:
        """Give the address of the page."""
        return address("agency", self.slug)
