"""What the address of a comparison asks for: which proposals, all rows or only those that differ."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.addresses import address
from proposals.models import Proposal

FEWEST, MOST = 2, 5
LOOKED_UP = 50
"""Values of `p` that are looked up, of however many there are."""
NAMED = 5
"""Values that a message repeats before it only counts."""
DIFFERENCES = "differences"
KEY = re.compile("[0-9]{1,18}")


@dataclass(frozen=True)
class Asked:
    """Published proposals in the order in which they were named, and what was left out of the address, in words."""

    proposals: tuple[Proposal, ...]
    only_differences: bool = False
    problems: tuple[str, ...] = ()

    @classmethod
    def of(cls, parameters: QueryDict) -> Asked:
        """Read `p` (keys of proposals) and `only` (`differences`). Whatever else stands there becomes a problem.

        What is not published answers as what does not exist.
        """
        given = [value.strip() for value in parameters.getlist("p") if value.strip()]
        values = list(dict.fromkeys(str(int(value)) if KEY.fullmatch(value) else value for value in given))
        looked_up = values[:LOOKED_UP]
        found = Proposal.objects.for_comparison([int(value) for value in looked_up if KEY.fullmatch(value)])
        known = {str(proposal.pk) for proposal in found}
        only = parameters.get("only", "")
        problems = [
            _left_out(
                _("Left out, as no published proposal has this number in its address: %(values)s."),
                [value for value in looked_up if value not in known],
            ),
            _left_out(
                _("At most %(most)s stand side by side. Left out: %(values)s."),
                [proposal.title for proposal in found[MOST:]],
            ),
            _("The same proposal was named more than once; it stands here once.") if len(values) < len(given) else "",
            _("Only the first %(most)s values were read.") % {"most": LOOKED_UP} if len(values) > LOOKED_UP else "",
            _left_out(_("There is no %(values)s to choose here."), [only] if only not in ("", DIFFERENCES) else []),
        ]
        return cls(tuple(found[:MOST]), only == DIFFERENCES, tuple(filter(None, problems)))

    @property
    def keys(self) -> list[int]:
        """The keys of the proposals."""
        return [proposal.pk for proposal in self.proposals]

    @property
    def enough(self) -> bool:
        """Whether there is something to compare with something."""
        return len(self.proposals) >= FEWEST

    @property
    def room(self) -> bool:
        """Whether another can be added."""
        return len(self.proposals) < MOST

    @property
    def url(self) -> str:
        """The end of the address that asks for just this, beginning with a question mark."""
        return self._url(self.keys, only_differences=self.only_differences)

    @property
    def page(self) -> str:
        """The address of the page, without the host, in the reader's language."""
        return address("compare") + self.url

    @property
    def turned(self) -> str:
        """The same with all rows where only those that differ are asked for, and the other way round."""
        return self._url(self.keys, only_differences=not self.only_differences)

    @property
    def canonical(self) -> str:
        """The end of the address that all orders and renderings of these proposals share."""
        return self._url(sorted(self.keys), only_differences=False) if self.keys else ""

    def adding(self, key: int) -> str:
        """Give the same with one more proposal."""
        return self._url([*self.keys, key], only_differences=self.only_differences)

    def without(self, key: int) -> str:
        """Give the same with one proposal less."""
        return self._url([each for each in self.keys if each != key], only_differences=self.only_differences)

    def _url(self, keys: Iterable[int], *, only_differences: bool) -> str:
        pairs: list[tuple[str, object]] = [("p", key) for key in keys]
        return "?" + urlencode([*pairs, ("only", DIFFERENCES)] if only_differences else pairs)


def _left_out(message: str, values: list[str]) -> str:
    """Say `message` on values; nothing where there are none."""
    named = _(", ").join(_("“%(value)s”") % {"value": value[:60]} for value in values[:NAMED])
    more = len(values) - NAMED
    if more > 0:
        named += ngettext(" and %(more)s more", " and %(more)s more", more) % {"more": more}
    return message % {"most": MOST, "values": named} if values else ""
