"""A made-up record of any size, like the real one; `manage.py shell -c "from bench.record import make; make(10000)"`.

Regions are those of the founding data; so are topics and agencies, among those of other fields. They are chosen as
unevenly as in life. Delegates, sessions and texts are invented, and the same for the same number. Batches are committed
one by one, so that a run which was broken off goes on where it stopped.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Count, Max, Model, Q
from django.utils import timezone
from tqdm import tqdm

from bench.texts import SYLLABLES, Texts, Uneven, pairs
from people.models import Agency, Body, Delegate, Membership, NameVariant, Position, Region, Session
from proposals.models import (
    Addressee,
    Answer,
    Event,
    Generation,
    Outcome,
    Proposal,
    Recommendation,
    Reply,
    Source,
    Sponsorship,
    Topic,
)

SEED = 20240304
BATCH = 5_000
YEARS = range(2013, 2025)
RECOMMENDATIONS = 3
MOST_VALUES = 20_000
PROVINCIAL = ("province", "municipality", "autonomous_region", "special_administrative_region")
MADE = {"slug__startswith": "made-up-"}
TABLES = (
    *(Body, Session, Delegate, Membership, NameVariant, Position, Proposal, Recommendation, Sponsorship, Addressee),
    *(Event, Reply, Answer),
    *(Proposal.topics.through, Proposal.target_regions.through, Recommendation.topics.through),
)


class World:
    """Sessions and delegates, written once, and the proposals that they bring forth."""

    def __init__(self, number: int) -> None:
        self.texts = Texts(random.Random(SEED))
        provinces = list(Region.objects.filter(kind__in=PROVINCIAL).order_by("slug"))
        if not Body.objects.filter(**MADE).exists():
            self._sessions(provinces)
            self._delegates(random.Random(SEED), max(100, min(30_000, number // 30)), provinces)
        if not Topic.objects.filter(**MADE).exists():
            self._fields()
        rng = random.Random(SEED)  # of its own, so that it gives the same where the delegates are there already
        topics = [*Topic.objects.order_by("slug").values_list("pk", flat=True)]
        self.topics = Uneven(rng.sample(topics, len(topics)))
        self.regions = Uneven([Region.objects.get(iso_code="CN").pk, *(region.pk for region in provinces)])
        agencies = [*Agency.objects.order_by("slug").values_list("pk", flat=True)]
        self.agencies = Uneven(rng.sample(agencies, len(agencies)))
        sessions = list(Session.objects.filter(**MADE).select_related("body").order_by("slug"))
        self.sessions = Uneven(rng.sample(sessions, len(sessions)), steepness=0.5)
        delegates = Delegate.objects.filter(**MADE).order_by("pk").values_list("pk", flat=True)
        self.delegates = Uneven(delegates, steepness=0.5)
        made = Proposal.objects.filter(**MADE)
        self.source = Source.objects.earliest("pk").pk
        self.first_proposal = _last(Proposal) - made.count()
        self.first_reply = _last(Reply) - Reply.objects.filter(**MADE).count()
        self.first_recommendation = _last(Recommendation) - Recommendation.objects.filter(proposal__in=made).count()

    def _fields(self) -> None:
        """Write the other fields that delegates speak of, and an agency for each."""
        fields = pairs("fields")
        Topic.objects.bulk_create(
            Topic(slug=f"made-up-{name.lower()}", name_en=name, name_zh=name_zh) for name, name_zh in fields
        )
        Agency.objects.bulk_create(
            Agency(
                slug=f"made-up-{name.lower()}",
                kind=Agency.Kind.DEPARTMENT,
                name_en=f"Bureau of {name}",
                name_zh=f"{name_zh}局",
            )
            for name, name_zh in fields
        )

    def _sessions(self, provinces: Sequence[Region]) -> None:
        taken = set(Body.objects.values_list("system", "region"))
        made = [
            Body(
                slug=f"made-up-{system}-{region.slug}",
                system=system,
                level="provincial",
                region=region,
                name_en=f"{region.name_en} {system.upper()}",
                name_zh=f"{region.name_zh}{short}",
                short_name_zh=f"{region.name_zh}{short}",
            )
            for region in provinces
            for system, short in (("cppcc", "政协"), ("npc", "人大"))
            if (system, region.pk) not in taken
        ]
        Body.objects.bulk_create(made)
        Session.objects.bulk_create(
            Session(
                slug=f"made-up-{place}-{year}",
                body=body,
                term=30 + (year - YEARS[0]) // 5,
                ordinal=(year - YEARS[0]) % 5 + 1,
                year=year,
                opened=f"{year}-{1 + place % 3:02}-{1 + place % 25:02}",
            )
            for place, body in enumerate([Body.objects.get(slug="cppcc-national"), *made])
            for year in YEARS
        )

    def _delegates(self, rng: random.Random, number: int, provinces: Sequence[Region]) -> None:
        surnames, given = pairs("surnames"), pairs("given")
        bodies = list(Body.objects.filter(**MADE).order_by("pk"))
        people = []
        for place in range(number):
            (family, family_zh), (one, one_zh), (two, two_zh) = (
                rng.choice(surnames),
                rng.choice(given),
                rng.choice(given),
            )
            name = f"{family} {one.capitalize()}{two}"
            people.append(Delegate(slug=f"made-up-{place}", name_en=name, name_zh=f"{family_zh}{one_zh}{two_zh}"))
        people = Delegate.objects.bulk_create(people, batch_size=1_000)
        rows: dict[Any, list[Any]] = defaultdict(list)
        for each in people:
            seat = {"body": rng.choice(bodies), "term": rng.choice([30, 31, 32]), "region": rng.choice(provinces)}
            rows[Membership].append(Membership(delegate=each, role="member", **seat))
            company = f"{''.join(rng.choices(SYLLABLES, k=2)).capitalize()} Biotechnology Co., Ltd."
            rows[Position].append(Position(delegate=each, employer_en=company, employer_zh="生物技术有限公司"))
            if rng.random() < 0.3:
                rows[NameVariant].append(NameVariant(delegate=each, spelling=" ".join(each.name_en.split()[::-1])))
        for model, made in rows.items():
            model.objects.bulk_create(made, batch_size=1_000)

    def write(self, begin: int, size: int) -> None:
        """Write the proposals `begin` to `begin + size` with all that belongs to them."""
        rng, life = random.Random(SEED + begin), random.Random(-SEED - begin)
        now = timezone.now()
        rows: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
        for place in range(begin, begin + size):
            key = self.first_proposal + place + 1
            session = self.sessions.one(rng)
            kind = "proposal" if session.body.system == "cppcc" else "suggestion"
            status = "submitted" if rng.random() < 0.7 else rng.choice(["filed", "assigned", "handled", "replied"])
            state = "published" if rng.random() < 0.99 else "draft"
            texts = (*self.texts.both(rng, 1), *self.texts.both(rng, 3))
            rows[Proposal].append(
                (key, f"made-up-{place}", kind, *texts, session.pk, f"{place:07}", status, state, now)
            )
            if status != "submitted":
                self._came_of_it(rows, life, key, place, status, session.year)
            people = self.delegates.some(rng, 1 + int(rng.random() * 2.2))
            rows[Sponsorship] += [(key, order, person, order == 1) for order, person in enumerate(people, 1)]
            topics = self.topics.some(rng, 2)
            rows[Proposal.topics.through] += [(key, topic) for topic in topics]
            regions = self.regions.some(rng, 1 + (rng.random() < 0.2))
            rows[Proposal.target_regions.through] += [(key, region) for region in regions]
            for order in range(1, RECOMMENDATIONS + 1):
                single = self.first_recommendation + place * RECOMMENDATIONS + order
                rows[Recommendation].append((single, key, order, *self.texts.both(rng, 1)))
                topic = topics[0] if rng.random() < 0.8 else self.topics.one(rng)
                rows[Recommendation.topics.through].append((single, topic))
                rows[Addressee].append((single, self.agencies.one(rng), True))
        for model, made in rows.items():
            insert(model, FIELDS[model], made)

    def _came_of_it(self, rows: Any, rng: random.Random, key: int, place: int, status: str, year: int) -> None:
        """Add what became of the proposal with `key`: a filing, an agency, a reply, as its status says."""
        rows[Event].append((key, "filed", f"{year}-04", None, "", self.source))
        agency = self.agencies.one(rng)
        if status != "filed":
            rows[Event].append((key, "assigned", f"{year}-04-{rng.randint(1, 30):02}", agency, "lead", self.source))
        if status == "handled":
            rows[Event].append((key, "handled", f"{year}-05", agency, "", self.source))
        if status == "replied":
            reply, date = self.first_reply + place + 1, f"{year}-{rng.randint(6, 12):02}-{rng.randint(1, 28):02}"
            outcome = rng.choice(Outcome.values)
            rows[Reply].append((reply, f"made-up-{place}", f"Reply {place}", agency, date, outcome, self.source))
            rows[Answer].append((reply, key))


FIELDS: dict[Any, tuple[str, ...]] = {
    Proposal: (
        *("id", "slug", "kind", "title_en", "title_zh", "summary_en", "summary_zh"),
        *("session", "number", "status", "state", "published_at"),
    ),
    Sponsorship: ("proposal", "order", "delegate", "first"),
    Proposal.topics.through: ("proposal", "topic"),
    Proposal.target_regions.through: ("proposal", "region"),
    Recommendation: ("id", "proposal", "order", "text_en", "text_zh"),
    Recommendation.topics.through: ("recommendation", "topic"),
    Addressee: ("recommendation", "agency", "stated"),
    Event: ("proposal", "stage", "date", "agency", "role", "source"),
    Reply: ("id", "slug", "title_en", "agency", "date", "outcome", "source"),
    Answer: ("reply", "proposal"),
}


def insert(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows, given as values of the fields `names`, past the models; other fields have their defaults."""
    now = timezone.now()
    given = [model._meta.get_field(name) for name in names]
    others = [field for field in model._meta.concrete_fields if field not in given and not field.primary_key]
    rest = tuple(now if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False)
                 else field.get_default() for field in others)  # fmt: skip
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in (*given, *others))  # type: ignore[union-attr, arg-type]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((*row, *rest))
        else:
            marks = ", ".join(["%s"] * (len(given) + len(rest)))
            statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"
            cursor.executemany(statement, [(*row, *rest) for row in rows])


def _last(model: type[Model]) -> int:
    return model._default_manager.aggregate(last=Max("pk"))["last"] or 0


def make(number: int) -> None:
    """Fill the database in use until it holds `number` proposals beyond the founding ones."""
    call_command("migrate", verbosity=0)
    call_command("load_dataset", "proposals/data/two-sessions-2024", verbosity=0)
    with transaction.atomic():
        world = World(number)
    done = Proposal.objects.filter(**MADE).count()
    with tqdm(total=number, initial=done, unit=" proposals", desc="record") as bar:
        while done < number:
            size = min(BATCH, number - done)
            with transaction.atomic():
                world.write(done, size)
                Generation.objects.update(value=done + size)
            done += size
            bar.update(size)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), TABLES):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def describe() -> dict[str, Any]:
    """Tell what there is: topics and regions by frequency, the narrowest topic, one proposal, the database, how many.

    The narrowest has none below it, the proposals of which it would find too.
    """
    often = {"number__gt": 0}
    seen = Count("proposals", filter=Q(proposals__state="published"))
    topics = Topic.objects.annotate(number=seen).filter(**often).order_by("-number", "slug")
    regions = Region.objects.annotate(number=seen).filter(**often).order_by("-number", "slug")
    one = Proposal.objects.published().filter(**MADE).earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version" if connection.vendor == "postgresql" else "SELECT sqlite_version()")
        [database] = cursor.fetchone()
    return {
        "topics": list(topics.values_list("slug", flat=True)),
        "narrowest": topics.filter(children=None).values_list("slug", flat=True).last(),
        "regions": list(regions.exclude(iso_code=None).values_list("iso_code", flat=True)),
        "one": [one.pk, one.slug],
        "database": database,
        "published": Proposal.objects.published().count(),
    }


def values() -> dict[str, Any]:
    """Give values for addresses that are asked for under load, the frequent first, and how many are published."""
    seen = Count("proposals", filter=Q(proposals__state="published"))
    public = Proposal.objects.published()
    topics = Topic.objects.annotate(number=seen).filter(number__gt=0).order_by("-number", "slug")
    regions = Region.objects.annotate(number=seen).filter(number__gt=0).order_by("-number", "slug")
    delegates = Delegate.objects.annotate(number=seen).filter(number__gt=0).order_by("-number", "slug")
    latest = list(public.order_by("-pk").values_list("pk", "slug")[:MOST_VALUES])
    singles = Recommendation.objects.filter(proposal__in=[pk for pk, _slug in latest[:500]])
    addressed = Addressee.objects.filter(recommendation__in=singles).order_by("agency__slug")
    found = {
        "topic": topics.values_list("slug", flat=True),
        "code": regions.exclude(iso_code=None).values_list("iso_code", flat=True),
        "region": regions.values_list("slug", flat=True),
        "year": public.order_by("-session__year").values_list("session__year", flat=True).distinct(),
        "agency": addressed.values_list("agency__slug", flat=True).distinct(),
        "delegate": delegates.values_list("slug", flat=True)[:MOST_VALUES],
        "session": Session.objects.filter(proposals__in=public)
        .order_by("slug")
        .values_list("slug", flat=True)
        .distinct(),
        "recommendation": singles.order_by("-pk").values_list("pk", flat=True),
        "reply": Reply.objects.published().order_by("-pk").values_list("pk", flat=True)[:MOST_VALUES],
        "proposal": [f"{pk}/{slug}" for pk, slug in latest],
        "pk": [pk for pk, _slug in latest],
    }
    return {name: list(each) for name, each in found.items()} | {"published": public.count()}
