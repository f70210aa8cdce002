"""Entries that no page was drawn for: very long, from right to left, with markup, with far too much, with nothing.

`enter()` puts them into the record; `python manage.py shell` of a site can do that too.
"""

from collections.abc import Callable

from django.db import models, transaction

from people.dates import PartialDateField
from people.models import Agency, Body, Delegate, Position, Region, Sector
from proposals.models import Figure, Proposal, Recommendation, Source, Topic
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_figure,
    make_membership,
    make_proposal,
    make_region,
    make_sector,
    make_session,
    make_source,
    make_topic,
)

CODES = {"iso_code", "gb_code", "wikidata", "mesh_id", "number", "other_names"}
MARKUP = "<b>x</b>{{ x }}<script>y()</script>"
FROM_THE_RIGHT = "اسم للتجربة (1)!"
TURNED = "Bank \u202esllec"
"""It ends in a sign that turns all that follows."""


@transaction.atomic
def enter() -> None:
    """Enter a proposal of each odd kind, with all that belongs to it."""
    too_much(proposals=30)
    full("markup", lambda most: MARKUP[:most])
    full("right", lambda most: FROM_THE_RIGHT[:most])
    full("long", lambda most: "W" * most)
    make_proposal(title=TURNED, slug="turned", session=full_session("turned", lambda _: TURNED), published=True)
    bare()


def written(model: type[models.Model], word: Callable[[int], str]) -> dict[str, str]:
    """Give every field of `model` that takes a free text what `word` makes of its greatest length."""
    names = {"name_en": "name"}  # as the factories call it
    fields = (field for field in model._meta.concrete_fields if isinstance(field, models.CharField | models.TextField))
    coded = models.SlugField | models.URLField | PartialDateField
    return {
        names.get(field.name, field.name): ("中" * field.name.endswith("_zh") + word((field.max_length or 2_000) - 1))
        for field in fields
        if not isinstance(field, coded) and not field.choices and field.name not in CODES
    }


@recorded()
def full(slug: str, word: Callable[[int], str]) -> Proposal:
    """Enter a proposal with one of each thing that a page can show, all of them named by `word`."""

    def named(model: type[models.Model]) -> dict[str, str]:
        return {"slug": slug, **written(model, word)}

    region, topic = make_region(**named(Region)), make_topic(**named(Topic), synonyms=[word(120)])
    session = full_session(slug, word, region=region)
    delegate = make_delegate(**named(Delegate), variants=[word(119) + "2"])
    Position.objects.create(delegate=delegate, inferred=True, **written(Position, word))
    make_membership(delegate=delegate, body=session.body, sector=make_sector(**named(Sector)), region=region)
    agency = make_agency(**named(Agency), region=region, other_names=f"{word(99)}; 中{word(99)}")
    make_agency(slug=f"below-{slug}", parent=agency)
    source = make_source(**named(Source))
    proposal = make_proposal(
        **named(Proposal),
        session=session,
        topics=[topic],
        regions=[region],
        delegates=[delegate],
        organisations=[word(200)],
        recommendations=[
            {**written(Recommendation, word), "topics": [topic], "to": [agency], "implied": True},
            {"text": "Do it", "inferred": [agency]},
        ],
        sources=[source],
        published=True,
    )
    make_figure(proposal=proposal, **written(Figure, word), as_of="2030", still_true=False, sources=[source])
    return proposal


def full_session(slug, word, *, region=None):
    region = region or make_region()
    body = make_body(slug=slug, region=region, **{**written(Body, word), "short_name_zh": word(40)})
    return make_session(body=body, slug=slug, year=2024)


@recorded()
def bare() -> Proposal:
    """Enter a proposal of which nothing is known but a title and a session without dates."""
    return make_proposal(title="Bare", slug="bare", session=make_session(slug="bare"), published=True)


@recorded()
def too_much(*, proposals: int = 300) -> None:
    """Enter a delegate with so many proposals, one of which has 200 recommendations on as many topics."""
    delegate, session = make_delegate(slug="prolific", name="Prolific"), make_session(slug="much", year=2020)
    topics = [make_topic(name=f"Much {number}") for number in range(200)]
    demands = [{"text": f"Demand {number}", "topics": [topic]} for number, topic in enumerate(topics, start=1)]
    for number in range(proposals):
        make_proposal(
            title=f"Much {number}",
            slug=f"much-{number}",
            session=session,
            delegates=[delegate],
            topics=[] if number else topics,
            recommendations=[] if number else demands,
            published=True,
        )


def addresses(slug: str) -> list[str]:
    """Give every page that shows the entry `slug`, without the prefix of a language."""
    proposal = Proposal.objects.get(slug=slug)
    chosen = f"q={'Do' if slug == 'long' else ''}&topic={slug}&delegate={slug}&agency={slug}&session={slug}"
    return [
        "/",
        "/proposals/",
        f"/proposals/?{chosen}&region={slug}&delegate_region={slug}&body={slug}",
        f"/proposals/?topic={slug}&topic=nothing&q=nothing-like-this",
        f"/recommendations/?{chosen}",
        f"/proposals/{proposal.pk}/{slug}/",
        *(f"/{kind}/{slug}/" for kind in ("delegates", "topics", "regions", "agencies", "sessions")),
        *(f"/{kind}/" for kind in ("delegates", "topics", "regions", "agencies", "sessions")),
    ]
