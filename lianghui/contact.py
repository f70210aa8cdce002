"""Where readers write to."""

from django.conf import settings
from django.http import HttpRequest


def contact(request: HttpRequest) -> dict[str, object]:
    """Give templates the address for corrections as `contact_email`; "" where none is set."""
    return {"contact_email": settings.CONTACT_EMAIL}
