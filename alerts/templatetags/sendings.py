"""What the admin's first page says of the sending of alerts."""

from datetime import timedelta
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone

from alerts.models import Run

register = template.Library()
LATE = timedelta(days=2)
"""After which the timer that runs `send_alerts` is probably not there."""


@register.inclusion_tag("admin/_sendings.html", takes_context=True)
def last_sending(context: dict[str, Any]) -> dict[str, Any]:
    """Say when alerts were last sent, and whether that is too long ago, to who may see it."""
    if not context["user"].has_perm("alerts.view_run"):
        return {}
    last = Run.objects.exclude(ended=None).order_by("-ended").first()
    late = last is None or last.ended is None or last.ended < timezone.now() - LATE
    return {
        "shown": settings.ALERTS_BY_MAIL or last is not None,
        "last": last,
        "late": settings.ALERTS_BY_MAIL and late,
    }
