"""Things that lie below one another: regions, agencies, topics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.history import RecordModel

Node = TypeVar("Node", bound="Tree", covariant=True)


class TreeQuerySet(models.QuerySet[Node]):
    """Words for asking a tree."""

    def below(self, *nodes: int) -> set[int]:
        """Give the keys of `nodes` and of everything below them, from one query."""
        children = defaultdict(list)
        for key, parent in self.model._default_manager.values_list("pk", "parent_id"):
            children[parent].append(key)
        found: set[int] = set()
        waiting = list(nodes)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += children[key]
        return found

    def within(self, node: Tree) -> Self:
        """Narrow down to `node` and everything below it."""
        return self.filter(pk__in=self.below(node.pk))


class Tree(RecordModel):
    """A node that may lie below another of its kind."""

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("parent"),
        null=True,
        blank=True,
        related_name="children",
        help_text=_("What this lies directly below; empty at the top of the tree."),
    )

    if TYPE_CHECKING:  # what Django gives each concrete tree
        parent_id: int | None
        objects: Any

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="%(app_label)s_%(class)s_not_own_parent"
            )
        ]

    def clean(self) -> None:
        """Refuse a parent that lies below this node, which would make a ring."""
        super().clean()
        below = type(self).objects.all().below(self.pk) if self.pk else set()
        if self.parent_id and self.parent_id in below:
            raise ValidationError({"parent": _("This lies below the thing itself: a tree has no rings.")})


def protect(links: models.ManyToManyField[Any, Any]) -> None:
    """Let no row be deleted that `links` lead to: Django would drop the links, and with them what they said.

    A plain many-to-many field has no `on_delete` of its own, and one with a model between has no field in the admin.
    """
    through: Any = links.remote_field.through
    through._meta.get_field(links.m2m_reverse_field_name()).remote_field.on_delete = models.PROTECT


def lineage(key: int, parents: Mapping[int, int | None]) -> Iterable[int]:
    """Yield `key` and every key above it, nearest first; `parents` maps a key to its parent's."""
    seen: set[int] = set()
    node: int | None = key
    while node is not None and node not in seen:
        seen.add(node)
        yield node
        node = parents.get(node)
