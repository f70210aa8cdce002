"""Drafts leave no trace: no word, no name, no count, through no public way, in neither language."""

import hashlib
import re
from html import escape
from io import BytesIO
from itertools import count as counting
from zipfile import ZipFile

import pytest
from django.db import models
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

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

CANARY = re.compile("xqzv|龘", re.IGNORECASE)
NEVER_SHOWN = {"delegate.note", "sector.slug", "source.slug", "proposal.withdrawn_because_en"}
NEVER_SHOWN |= {
    "policydocument.note",
    "policydocument.slug",
    "proposal.withdrawn_because_zh",
    "source.link_fault",
    "reply.note",
    "reply.slug",
    "outcomescheme.slug",
}
NEVER_SHOWN |= {f"outcomeclass.{name}" for name in ("printed", "meaning_en", "meaning_zh")}
"""For analysts only, or not used in public, or shown of what is withdrawn only."""

OWN = "delegate={0}-delegate-slug&first_proposer={0}-delegate-slug&agency={0}-agency-slug&body={0}-body-slug"
LISTS = [
    "",
    "?q=cells&sort=oldest",
    "?q=xqzvproposaltitleen",
    "?q=龘",
    *("?q=xqzvproposaltitlem", "?q=delegate:xqzvdelegatenamex", "?q=-cells", "?q=title:xqzvproposaltitleen"),
    *("?q=CPPCC+9-1+xqzv", "?q=CPPCC+14-2+777", "?q=bank+xqzvrecommendationtexten", "?q=stem+bankk"),
    "?topic=other-topic",
    "?region=elsewhere&delegate_region=elsewhere&submitted_after=1990",
    "?year=1999&level=county",
    "?kind=bill&status=replied",
    *(f"?{OWN}&session={{0}}-session-slug".format(whose) for whose in ("known", "xqzv")),
]
SHAPES = ("csv", "csv?bom=1", "xlsx", "jsonl", "bib", "ris", "csl.json", "csv-metadata.json")
DOWNLOADS = [*SHAPES, *(f"{shape}{asked}" for shape in ("csv", "csv-metadata.json", "bib") for asked in LISTS if asked)]
# Every public way as the site map writes it, and how to try it: `known` is published, `draft` is not.
WAYS = {
    "robots.txt": [""],
    "": [""],
    **{f"about/{page}": [""] for page in ("", "method/", "outcomes/", "data/", "licence/", "accessibility/")},
    "card.png": [""],
    "proposals/": LISTS,
    "proposals/matrix/": LISTS,
    "proposals/export.<shape:shape>": DOWNLOADS,
    "recommendations/export.<shape:shape>": DOWNLOADS,
    "proposals/<int:pk>/": ["{known}/", "{draft}/"],
    "proposals/<int:pk>/<slug:slug>/": ["{known}/known-proposal-slug/", "{draft}/xqzv-proposal-slug/"],
    "proposals/<int:pk>/<slug:slug>/changes/": [
        "{known}/known-proposal-slug/changes/",
        "{draft}/xqzv-proposal-slug/changes/",
    ],
    "proposals/<int:pk>/<slug:slug>/card.png": [
        "{known}/known-proposal-slug/card.png",
        "{draft}/xqzv-proposal-slug/card.png",
    ],
    "recommendations/": LISTS,
    "recommendations/<int:pk>/": ["{known_recommendation}/", "{draft_recommendation}/"],
    "delegates/": ["", "?page=1"],
    "delegates/<slug:slug>/": ["known-delegate-slug/", "xqzv-delegate-slug/"],
    "topics/": [""],
    "topics/<slug:slug>/": ["topic/", "other-topic/"],
    "regions/": [""],
    "regions/<slug:slug>/": ["china/", "elsewhere/"],
    "agencies/": ["", "?page=1"],
    "agencies/<slug:slug>/": ["known-agency-slug/", "xqzv-agency-slug/"],
    "sessions/": ["", "?page=1"],
    "compare/": ["", "?p={known}", "?p={known}&p={draft}", "?p={known}&q=xqzvproposaltitleen&only=differences"],
    "compare.md": ["?p={known}&p={draft}"],
    "compare.xlsx": ["?p={known}&p={draft}", "?p={draft}&p={known}&only=differences"],
    "replies/": ["", "?page=1", "?agency=known-agency-slug&q=xqzv", "?outcome=declined", "?agency=xqzv-agency-slug"],
    "outcomes/": LISTS,
    "policies/": ["", "?page=1"],
    "policies/<int:pk>/": ["{known_policy}/", "{draft_policy}/"],
    "replies/<int:pk>/": ["{known_reply}/", "{draft_reply}/"],
    "sessions/<slug:slug>/": ["known-session-slug/", "xqzv-session-slug/"],
}


def public_ways():
    """Every route of the site map but for the admin, without the prefix of the language."""
    waiting, found = [("", pattern) for pattern in get_resolver().url_patterns], set()
    while waiting:
        start, pattern = waiting.pop()
        route = start + ("" if isinstance(pattern.pattern, LocalePrefixPattern) else str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            waiting += [(route, below) for below in pattern.url_patterns if route != "admin/"]
        elif not route.startswith("admin/"):
            found.add(route)
    return found


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
    keys |= {"known": draft.known.pk, "known_recommendation": draft.known.recommendations.get().pk}
    found = {}
    for prefix in ("/", "/zh/"):
        for route, ends in WAYS.items():
            for end in ends:
                address = f"{route.partition('<')[0]}{end}"
                response = client.get(f"{prefix}{address.format(**keys)}")
                page = response.get("Location") or read(response)
                for asked in (address, escape(address), "“{draft}”", "?p={draft}&amp;p={known}"):
                    page = page.replace(asked.format(**keys), asked)
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
    assert len(own) == 2 * 10


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
    assert {status for address, (status, _) in after.items() if address != "/zh/robots.txt"} == {200, 302}
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
    before = seen(client, draft)
    draft.write()
    draft.publish()
    assert CANARY.search(client.get("/proposals/").text)
    draft.unpublish()
    assert differing(before, seen(client, draft)) == []


def test_what_is_withdrawn_gives_its_reason_and_nothing_else(client, draft):
    before = seen(client, draft)
    draft.write()
    draft.publish()
    assert CANARY.search(client.get("/proposals/").text)
    draft.proposal.state = Proposal.State.WITHDRAWN
    draft.proposal.withdrawn_because_en, draft.proposal.withdrawn_because_zh = "A hoax", "虚假信息"
    draft.proposal.save()
    after = seen(client, draft)
    changed = differing(before, after)
    assert {address.removeprefix("/zh") for address in changed} == {
        "/proposals/{draft}/",
        "/proposals/{draft}/xqzv-proposal-slug/",
        "/proposals/{draft}/xqzv-proposal-slug/changes/",
        "/recommendations/{draft_recommendation}/",
    }
    for address in changed:
        status, page = after[address]
        assert status == 410
        assert ("虚假信息" if address.startswith("/zh") else "A hoax") in page
        assert not CANARY.search(page.replace(address.removeprefix("/zh"), ""))


def test_what_is_deleted_is_gone_at_the_next_request(client, draft):
    before = seen(client, draft)
    draft.write()
    draft.publish()
    assert CANARY.search(client.get("/proposals/").text)
    draft.proposal.delete()
    draft.proposal = None
    assert differing(before, seen(client, draft)) == []
