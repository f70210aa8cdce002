"""What: proposals, their recommendations, what they are about and where it is said."""

from proposals.models.intakes import Intake
from proposals.models.life_cycle import Event
from proposals.models.lineage import Lineage
from proposals.models.mappings import Mapping
from proposals.models.outbox import Change, Generation
from proposals.models.outcome_classes import Outcome, OutcomeClass, OutcomeScheme
from proposals.models.policies import Echo, PolicyDocument
from proposals.models.proposals import Proposal
from proposals.models.recommendations import Addressee, Figure, Recommendation
from proposals.models.replies import Answer, RecommendationOutcome, Reply
from proposals.models.showing import ShownProposal, ShownReply
from proposals.models.sources import Citation, Source
from proposals.models.sponsorships import Sponsorship
from proposals.models.topics import Synonym, Topic

__all__ = [
    "Addressee",
    "Answer",
    "Change",
    "Citation",
    "Echo",
    "Event",
    "Figure",
    "Generation",
    "Intake",
    "Lineage",
    "Mapping",
    "Outcome",
    "OutcomeClass",
    "OutcomeScheme",
    "PolicyDocument",
    "Proposal",
    "Recommendation",
    "RecommendationOutcome",
    "Reply",
    "ShownProposal",
    "ShownReply",
    "Source",
    "Sponsorship",
    "Synonym",
    "Topic",
]
