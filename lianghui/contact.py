"""Who runs this copy of the site, as far as its pages say."""

from django.conf import settings
from django.http import HttpRequest


def contact(request: HttpRequest) -> dict[str, object]:
    """Give templates the address for corrections, "" where none is set, and whether one person keeps the record."""
    return {"contact_email": settings.CONTACT_EMAIL, "one_person_team": settings.ONE_PERSON_TEAM}
