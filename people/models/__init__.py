"""Who: where they are from, in which body they sit, and whom they ask."""

from people.addresses import FormerAddress
from people.batches import Batch
from people.doubles import Double
from people.history import Version
from people.models.agencies import Agency
from people.models.bodies import Body, Level, Sector, Session
from people.models.delegates import Delegate, Membership, NameVariant, Position
from people.models.regions import Region
from people.presence import Presence

__all__ = [
    "Agency",
    "Batch",
    "Body",
    "Delegate",
    "Double",
    "FormerAddress",
    "Level",
    "Membership",
    "NameVariant",
    "Position",
    "Presence",
    "Region",
    "Sector",
    "Session",
    "Version",
]
