"""Choices: the value that a cell means where a field offers a few, in either language and as sheets say it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from people.models.agencies import AgencyKind
from people.models.delegates import MembershipRole
from proposals.models import Proposal

ALSO = {
    "提案": Proposal.Kind.PROPOSAL,
    "建议": Proposal.Kind.SUGGESTION,
    "议案": Proposal.Kind.BILL,
    "委员": MembershipRole.MEMBER,
    "代表": MembershipRole.DEPUTY,
    "常委": MembershipRole.STANDING,
    "常务委员": MembershipRole.STANDING,
    "副主席": MembershipRole.VICE_CHAIR,
    "主席": MembershipRole.CHAIR,
    "部委": AgencyKind.MINISTRY,
    "省政府": AgencyKind.GOVERNMENT,
}
"""What sheets say besides the labels of choices."""


def chosen(field: Any, text: str) -> str:
    """Give the value of a choice of `field`; raise `ValidationError`, with what could be, where there is none."""
    wanted = text.casefold()
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            for value, label in field.choices:
                if wanted in (value.casefold(), str(label).casefold()) or ALSO.get(text) == value:
                    return str(value)
    offered = _(", ").join(str(label) for _value, label in field.choices)
    raise ValidationError(_("“%(text)s” is none of these: %(offered)s") % {"text": text, "offered": offered})
