"""What a card shows of a proposal besides its own row, read for many at once."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from people.models import Region
from proposals.models.sponsorships import NAME, Sponsorship
from proposals.models.topics import Topic


def read_for_cards(proposals: Sequence[Any]) -> None:
    """Read of each proposal who put it forward, its topics and its regions.

    They are put into attributes: Django makes a queryset for each row and relation otherwise, which takes longer than
    all the rest.
    """
    prefetch_related_objects(
        proposals,
        Prefetch("sponsorships", Sponsorship.objects.for_cards(), to_attr="proposers"),
        Prefetch("topics", Topic.objects.only(*NAME), to_attr="shown_topics"),
        Prefetch("target_regions", Region.objects.only(*NAME), to_attr="shown_regions"),
    )
