"""Drafts leave no trace: no word, no name, no count, through no public way, in neither language."""

import hashlib
import re
from html import escape
from io import BytesIO
from itertools import count as counting
from zipfile import ZipFile

import pytest
from django.db import models

from alerts.links import confirm_link, stop_link, yours_link
from alerts.models import Pending, Subscriber
from people.dates import PartialDateField
from people.models import Agency, Body, Delegate, Membership, NameVariant, Position, Region, Sector, Session
from proposals.catalogue import Query, catalogue, count
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
from tests.mail import mail_on, make_reader
from tests.public_ways import NEVER_THERE, OUTSIDE, WAYS, public_ways

CANARY = re.compile("xqzv|龘", re.IGNORECASE)
NEVER_SHOWN = {"delegate.note", "sector.slug", "source.slug", "proposal.withdrawn_because_en"}
NEVER_SHOWN |= {
    "policydocument.note",
    "policydocument.slug",
    "proposal.withdrawn_because_zh",
    "source.link_fault",
    "reply.note",
    "reply.slug",
}
NEVER_SHOWN |= {f"outcomeclass.{name}" for name in ("printed", "meaning_en", "meaning_zh")}
"""For analysts only, or not used in public, or shown of what is withdrawn only."""

TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")


@pytest.fixture(autouse=True)
def _mail(settings):
    mail_on(settings)


@pytest.fixture
def known(db):
    """A published proposal; and names of topics and regions, which are public by themselves."""
    china = make_region(slug="china", iso_code="CN", name="China", kind="country")
    make_region(slug="elsewhere", parent=china)
    topic = make_topic(slug="topic", name="Stem cells")
    make_topic(slug="other-topic", name="Other cells", parent=topic)
    session = make_session(slug="known-session-slug", body=make_body(slug="known-body-slug", region=china))
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
    """A draft for whose sake every kind of row is there, each with a word of its own in every text field."""

    def __init__(self, known):
        self.words, self.characters = {}, counting(0x4E01)
        self.proposal = self.reply = self.policy = None
        self.known = known

    def row(self, model, **given):
        """Make a row; texts that are not given get words that stand nowhere else."""
        kind = model._meta.model_name
        for text in model._meta.concrete_fields:
            plain = isinstance(text, models.CharField | models.TextField) and not isinstance(text, PartialDateField)
            if plain and not text.choices and text.name not in given:
                word = f"xqzv{kind}{text.name}".replace("_", "")
                if text.name.endswith("_zh"):
                    word = f"龘{chr(next(self.characters))}"
                elif isinstance(text, models.URLField):
                    word = f"https://{word}.example/"
                elif isinstance(text, models.SlugField):
                    word = f"xqzv-{kind}-slug"
                given[text.name] = self.words[f"{kind}.{text.name}"] = word[: text.max_length]
        return model.objects.create(**given)

    def write(self):
        """Enter it all: things that only it has, and beside each one that a published proposal has too."""
        elsewhere, other_topic = Region.objects.get(slug="elsewhere"), Topic.objects.get(slug="other-topic")
        [shared_delegate, shared_agency] = [Delegate.objects.get(), Agency.objects.get()]
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
        for reply in (self.reply, Reply.objects.exclude(pk=self.reply.pk).get()):
            Answer.objects.create(reply=reply, proposal=proposal)
            self.row(RecommendationOutcome, reply=reply, recommendation=recommendation, outcome="declined")
        self.policy = self.row(PolicyDocument, issuer=agency, source=source)
        for policy in (self.policy, PolicyDocument.objects.exclude(pk=self.policy.pk).get()):
            self.row(Echo, document=policy, recommendation=recommendation, judgement="direction")
        Lineage.objects.create(proposal=proposal, other=self.known, relation="like", source=source)
        cited = {"proposal": proposal, "recommendation": recommendation, "figure": self.row(Figure, proposal=proposal)}
        cited |= {"membership": seat, "position": post, "name_variant": spelling}
        for what, row in cited.items():
            self.row(Citation, source=source, **{what: row})
        Citation.objects.create(source=known_source, proposal=proposal)
        make_proposal(
            title="Xqzv of a known session",
            session=self.known.session,
            delegates=[shared_delegate],
            number="0777",
            recommendations=["Build a bank, xqzv"],
        )
        words = {name: f"xqzv {name} 龘" for name in ("title", "text", "outlet", "url")}
        make_intake(**words, demands=["Build a bank, xqzv 龘"], source=known_source)

    def publish(self):
        self.proposal.state = Proposal.State.PUBLISHED
        self.proposal.save()

    def unpublish(self):
        self.proposal.state = Proposal.State.DRAFT
        self.proposal.save()


@pytest.fixture
def draft(known):
    return Draft(known)


def seen(client, draft):
    """Every public way in both languages: under its address the status and the page, or where it leads."""
    keys = {"draft": 0, "draft_recommendation": 0, "draft_reply": draft.reply.pk if draft.reply else 0}
    if draft.proposal:
        keys |= {"draft": draft.proposal.pk, "draft_recommendation": draft.proposal.recommendations.get().pk}
    keys["known_reply"] = draft.known.answers.get().reply_id
    keys["known_policy"] = draft.known.recommendations.get().echoes.get().document_id
    keys["draft_policy"] = draft.policy.pk if draft.policy else 0
    membership, source = (model.objects.order_by("pk").last() for model in (Membership, Source))
    keys |= {"known_membership": Membership.objects.order_by("pk")[0].pk}
    keys |= {"known_source": Source.objects.get(slug="known-source-slug").pk}
    own = draft.proposal is not None
    keys |= {"draft_membership": membership.pk if own else 0, "draft_source": source.pk if own else 0}
    reader, waiting = Subscriber.objects.get(), Pending.objects.get()
    links = {"confirm": confirm_link(waiting), "yours": yours_link(reader), "stop": stop_link(reader)}
    keys |= {page: address.rstrip("/").rpartition("/")[2] for page, address in links.items()}
    keys |= {"known": draft.known.pk, "known_recommendation": draft.known.recommendations.get().pk}
    found = {}
    for prefix in ("/", "/zh/"):
        for route, ends in WAYS.items():
            for end in ends:
                address = f"{route.partition('<')[0]}{end}"
                way = f"{prefix}{address}"
                if prefix == "/zh/" and route.startswith("api/v1/"):  # one address, and a parameter for the language
                    way = f"/{address}{'&' if '?' in address else '?'}lang=zh"
                response = client.get(way.format(**keys))
                page = response.get("Location") or read(response)
                for asked in (address, escape(address), "“{draft}”", "?p={draft}&amp;p={known}"):
                    page = page.replace(asked.format(**keys), asked)
                if route == "readyz":
                    page = re.sub(r"\d+", "some", page)  # room on the disk, the age of the index
                found[f"{prefix}{address}"] = response.status_code, page
    return found


def read(response):
    """What an answer says: a page as it is, of a workbook all of its sheets, of a picture what tells it from others."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if response["Content-Type"] == "image/png":
        return hashlib.sha256(response.content).hexdigest()
    if not content.startswith(b"PK"):
        return content.decode()
    with ZipFile(BytesIO(content)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist() if name.startswith("xl/"))


def differing(before, after):
    return [address for address in before if before[address] != after[address]]


def without_times(found):
    """The same without the times at which something last changed: what was public for a while has moved them."""
    return {address: (status, TIME.sub("then", page)) for address, (status, page) in found.items()}


def test_every_public_way_of_the_site_map_is_tried():
    assert public_ways() == set(WAYS)


def test_a_draft_changes_no_public_page(client, draft):
    before = seen(client, draft)
    draft.write()
    catalogue().rebuild(anyway=True)  # or the index would be the one from before, and the draft not in it anyhow
    after = seen(client, draft)
    assert differing(before, after) == []
    assert [address for address in after if CANARY.search(after[address][1]) and not CANARY.search(address)] == []


def test_what_only_a_draft_has_answers_as_if_it_were_not_there(client, draft):
    draft.write()
    found = seen(client, draft)
    own = [address for address in found if ("xqzv" in address or "{draft" in address) and "?" not in address]
    assert {address: found[address][0] for address in own} == dict.fromkeys(own, 404)
    assert len(own) == 2 * 29


def test_what_is_public_names_no_draft_that_it_has_to_do_with(client, draft):
    draft.write()
    source = Source.objects.get(slug="known-source-slug")
    Event.objects.create(proposal=draft.known, stage="merged", into=draft.proposal, source=source)
    Lineage.objects.exclude(source=None).delete()
    Lineage.objects.create(proposal=draft.known, other=draft.proposal, relation="like")
    pages = [client.get(f"{draft.known.get_absolute_url()}{end}").text for end in ("", "changes/")]
    assert "Merged into another" in pages[0]
    assert "Merged into another" in pages[1]
    assert not any(CANARY.search(page) for page in pages)
    assert "Raised" not in pages[0]


def test_no_word_of_a_draft_is_found(draft):
    draft.write()
    catalogue().rebuild(anyway=True)
    for word in draft.words.values():
        assert count(Query(q=word)) == count(Query(q=word, recommendations=True)) == 0, word


def test_what_is_published_shows_at_the_next_request(client, draft):
    draft.write()
    before = seen(client, draft)
    draft.publish()
    after = seen(client, draft)
    there = [status for address, (status, _) in after.items() if not address.startswith((*OUTSIDE, *NEVER_THERE))]
    assert {*there} == {200, 302}
    assert {status for status, _ in before.values()} == {200, 302, 400, 404}
    for address, told in {
        "/proposals/": "2 proposals",
        "/recommendations/": "2 recommendations",
        "/proposals/?q=xqzvproposaltitleen": "1 proposal ",
        "/proposals/?kind=bill&status=replied": "1 proposal ",
        "/topics/other-topic/": "1 proposal<",
        "/regions/elsewhere/": "1 proposal<",
        "/delegates/known-delegate-slug/": "2 proposals",
        "/agencies/known-agency-slug/": "2 recommendations",
    }.items():
        assert told in after[address][1], address
        assert told not in before[address][1], address


def test_every_word_of_a_draft_shows_once_it_is_published(client, draft):
    """Or the tests above would look for words that no page has a place for."""
    draft.write()
    draft.publish()
    pages = "".join(page for address, (_, page) in seen(client, draft).items() if "?q=" not in address)
    assert len(set(draft.words.values())) == len(draft.words) > 40
    assert {name for name, word in draft.words.items() if word not in pages} == NEVER_SHOWN


def test_what_is_unpublished_is_gone_at_the_next_request(client, draft):
    before = without_times(seen(client, draft))
    draft.write()
    draft.publish()
    assert CANARY.search(client.get("/proposals/").text)
    draft.unpublish()
    assert differing(before, without_times(seen(client, draft))) == []


def test_what_is_withdrawn_gives_its_reason_and_nothing_else(client, draft):
    before = without_times(seen(client, draft))
    draft.write()
    draft.publish()
    assert CANARY.search(client.get("/proposals/").text)
    draft.proposal.state = Proposal.State.WITHDRAWN
    draft.proposal.withdrawn_because_en, draft.proposal.withdrawn_because_zh = "A hoax", "虚假信息"
    draft.proposal.save()
    after = without_times(seen(client, draft))
    changed = differing(before, after)
    assert {address.removeprefix("/zh") for address in changed} == {
        "/proposals/{draft}/",
        "/proposals/{draft}/xqzv-proposal-slug/",
        "/proposals/{draft}/xqzv-proposal-slug/changes/",
        "/api/v1/proposals/{draft}/",
        "/api/v1/recommendations/{draft_recommendation}/",
        *(f"/proposals/{{draft}}/cite.{form}" for form in ("bib", "ris", "csl.json")),
        *(f"/recommendations/{{draft_recommendation}}/{end}" for end in ("", "cite/", "cite.bib")),
        "/proposals/{draft}/xqzv-proposal-slug/embed/",
    }
    for address in changed:
        status, page = after[address]
        assert status == 410
        assert ("虚假信息" if address.startswith("/zh") else "A hoax") in page
        assert not CANARY.search(page.replace(address.removeprefix("/zh"), ""))


def test_what_is_deleted_is_gone_at_the_next_request(client, draft):
    before = without_times(seen(client, draft))
    draft.write()
    draft.publish()
    assert CANARY.search(client.get("/proposals/").text)
    draft.proposal.delete()
    draft.proposal = None
    assert differing(before, without_times(seen(client, draft))) == []
