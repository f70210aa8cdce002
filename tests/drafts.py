"""A published proposal, and a draft for whose sake every kind of row is there, with words that stand nowhere else."""

from itertools import count as counting

from django.db import models

from alerts.links import confirm_link, stop_link, yours_link
from alerts.models import Pending, Subscriber
from people.dates import PartialDateField
from people.models import Agency, Body, Delegate, Membership, NameVariant, Position, Region, Sector, Session
from proposals.models import (
    Addressee,
    Answer,
    Citation,
    Echo,
    Event,
    Figure,
    Lineage,
    OutcomeClass,
    OutcomeScheme,
    PolicyDocument,
    Proposal,
    Recommendation,
    RecommendationOutcome,
    Reply,
    Source,
    Sponsorship,
    Topic,
)
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_echo,
    make_intake,
    make_membership,
    make_proposal,
    make_region,
    make_reply,
    make_session,
    make_source,
    make_topic,
)
from tests.mail import make_reader


def make_known():
    """A published proposal; and names of topics and regions, which are public by themselves."""
    founding = Region.objects.filter(slug="china").first()
    china = founding or make_region(slug="china", iso_code="CN", name="China", kind="country")
    make_region(slug="elsewhere", parent=china)
    topic = make_topic(slug="topic", name="Stem cells")
    make_topic(slug="other-topic", name="Other cells", parent=topic)
    body = make_body(slug="known-body-slug", region=make_region() if founding else china)
    session = make_session(slug="known-session-slug", body=body)
    delegate = make_delegate(slug="known-delegate-slug", name="Ding Lieming")
    make_membership(delegate=delegate, body=session.body, term=session.term, region=china)
    agency = make_agency(slug="known-agency-slug")
    proposal = make_proposal(
        title="Bank stem cells",
        slug="known-proposal-slug",
        session=session,
        topics=[topic],
        regions=[china],
        delegates=[delegate],
        recommendations=[{"text": "Build a bank", "topics": [topic], "to": [agency]}],
        sources=[source := make_source(slug="known-source-slug")],
        published=True,
    )
    make_reply(to=[proposal], agency=agency, source=source, outcomes={proposal.recommendations.get(): "planned"})
    make_echo(recommendation=proposal.recommendations.get(), issuer=agency, source=source)
    make_reader(proposal)
    return proposal


class Draft:
    """A draft for whose sake every kind of row is there, each with a word of its own in every text field.

    What is written in letters begins with `mark`; a draft with a mark of its own stands in a place of its own.
    """

    characters = counting(0x4E01)

    def __init__(self, known, mark="xqzv"):
        self.known, self.mark, self.words = known, mark, {}
        self.proposal = self.reply = self.policy = None

    def row(self, model, **given):
        """Make a row; texts that are not given get words that stand nowhere else."""
        kind = model._meta.model_name
        for text in model._meta.concrete_fields:
            plain = isinstance(text, models.CharField | models.TextField) and not isinstance(text, PartialDateField)
            if plain and not text.choices and text.name not in given:
                word = f"{self.mark}{kind}{text.name}".replace("_", "")
                if text.name.endswith("_zh"):
                    word = f"龘{chr(next(self.characters))}"
                elif isinstance(text, models.URLField):
                    word = f"https://{word}.example/"
                elif isinstance(text, models.SlugField):
                    word = f"{self.mark}-{kind}-slug"
                given[text.name] = self.words[f"{kind}.{text.name}"] = word[: text.max_length]
        return model.objects.create(**given)

    def write(self):
        """Enter it all: things that only it has, and beside each one that a published proposal has too."""
        elsewhere, other_topic = Region.objects.get(slug="elsewhere"), Topic.objects.get(slug="other-topic")
        if self.mark != "xqzv":
            elsewhere = make_region(parent=elsewhere)
        shared_delegate, shared = self.known.delegates.get(), self.known.recommendations.get()
        [shared_agency] = shared.agencies.all()
        body = self.row(Body, system="npc", level="county", region=elsewhere)
        session = self.row(Session, body=body, term=9, ordinal=1, year=1999)
        delegate = self.row(Delegate)
        sector = self.row(Sector, kind="party")
        seat = self.row(Membership, delegate=delegate, body=body, term=9, region=elsewhere, sector=sector)
        post = self.row(Position, delegate=delegate)
        spelling = self.row(NameVariant, delegate=delegate)
        known_source = Source.objects.get(slug="known-source-slug")
        agency = self.row(Agency, kind="ministry", parent=shared_agency, region=elsewhere)
        source = self.row(Source, kind="broadcast", reliability="own_words", language="en")

        self.proposal = proposal = self.row(Proposal, session=session, kind="bill", status="replied")
        proposal.topics.set(Topic.objects.all())
        proposal.target_regions.set(Region.objects.all())
        Sponsorship.objects.create(proposal=proposal, order=1, delegate=delegate, first=True)
        Sponsorship.objects.create(proposal=proposal, order=2, delegate=shared_delegate)
        self.row(Sponsorship, proposal=proposal, order=3)
        recommendation = self.row(Recommendation, proposal=proposal, order=1)
        recommendation.topics.set([other_topic])
        Addressee.objects.create(recommendation=recommendation, agency=agency)
        Addressee.objects.create(recommendation=recommendation, agency=shared_agency)
        self.row(Event, proposal=proposal, stage="assigned", role="lead", agency=agency, source=source)
        scheme = self.row(OutcomeScheme, region=elsewhere)
        self.row(OutcomeClass, scheme=scheme, outcome="declined")
        self.reply = self.row(Reply, agency=agency, source=source, scheme=scheme, outcome="declined")
        for reply in (self.reply, self.known.answers.get().reply):
            Answer.objects.create(reply=reply, proposal=proposal)
            self.row(RecommendationOutcome, reply=reply, recommendation=recommendation, outcome="declined")
        self.policy = self.row(PolicyDocument, issuer=agency, source=source)
        for policy in (self.policy, shared.echoes.get().document):
            self.row(Echo, document=policy, recommendation=recommendation, judgement="direction")
        Lineage.objects.create(proposal=proposal, other=self.known, relation="like", source=source)
        cited = {"proposal": proposal, "recommendation": recommendation, "figure": self.row(Figure, proposal=proposal)}
        cited |= {"membership": seat, "position": post, "name_variant": spelling}
        for what, row in cited.items():
            self.row(Citation, source=source, **{what: row})
        Citation.objects.create(source=known_source, proposal=proposal)
        make_proposal(
            title=f"{self.mark.capitalize()} of a known session",
            session=self.known.session,
            delegates=[shared_delegate],
            number=f"0777{self.mark.removeprefix('xqzv')}",
            recommendations=[f"Build a bank, {self.mark}"],
        )
        words = {name: f"{self.mark} {name} 龘" for name in ("title", "text", "outlet", "url")}
        make_intake(**words, demands=[f"Build a bank, {self.mark} 龘"], source=known_source)

    def publish(self):
        self.proposal.state = Proposal.State.PUBLISHED
        self.proposal.save()

    def unpublish(self):
        self.proposal.state = Proposal.State.DRAFT
        self.proposal.save()


def keys(draft):
    """What stands in the addresses of `public_ways`: keys of what is known and of the draft, and tokens of mails."""
    found = {"draft": 0, "draft_recommendation": 0, "draft_reply": draft.reply.pk if draft.reply else 0}
    if draft.proposal:
        found |= {"draft": draft.proposal.pk, "draft_recommendation": draft.proposal.recommendations.get().pk}
    found["known_reply"] = draft.known.answers.get().reply_id
    found["known_policy"] = draft.known.recommendations.get().echoes.get().document_id
    found["draft_policy"] = draft.policy.pk if draft.policy else 0
    membership, source = (model.objects.order_by("pk").last() for model in (Membership, Source))
    found |= {"known_membership": Membership.objects.order_by("pk")[0].pk}
    found |= {"known_source": Source.objects.get(slug="known-source-slug").pk}
    own = draft.proposal is not None
    found |= {"draft_membership": membership.pk if own else 0, "draft_source": source.pk if own else 0}
    reader, waiting = Subscriber.objects.get(), Pending.objects.get()
    links = {"confirm": confirm_link(waiting), "yours": yours_link(reader), "stop": stop_link(reader)}
    found |= {page: address.rstrip("/").rpartition("/")[2] for page, address in links.items()}
    found |= {"known": draft.known.pk, "known_recommendation": draft.known.recommendations.get().pk}
    return found
