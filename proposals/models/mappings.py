"""Mappings: what the columns of somebody's sheets are, remembered by name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mapping(models.Model):
    """For the sheets of one origin what each column is; columns that are not named are kept aside."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("rows"), max_length=20, default="proposals")
    columns = models.JSONField(_("columns"), default=dict)

    class Meta:
        verbose_name = _("mapping of columns")
        verbose_name_plural = _("mappings of columns")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
