"""The founding data with a payload in every text that somebody can enter, of every row, its histories too.

`python manage.py shell` of a site can do it: `enter()`. Which fields there are the models say: a new one is filled
without a line here, unless it takes no payload.
"""

from collections.abc import Callable, Iterator
from itertools import count

from django.apps import apps
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models, transaction

from people.history import edit
from people.models import Delegate, Region
from proposals.catalogue import catalogue
from proposals.models import Figure, Mapping, OutcomeClass, OutcomeScheme, Proposal, Recommendation, Source, Sponsorship
from proposals.models.outbox import recorded
from tests.factories import make_figure, make_intake
from tests.payloads import PAYLOADS, fitting

OURS = ("people", "proposals", "alerts", "auth")
NOT_ENTERED = {
    "people.FormerAddress": "addresses that records had",
    "people.Double": "names of models",
    "people.Presence": "names of models",
    "proposals.ShownProposal": "keys",
    "alerts.Pending": "addresses and queries that were checked",
    "alerts.Subscriber": "addresses that were checked",
    "alerts.Subscription": "queries that were checked",
    "alerts.Message": "names that we make",
    "alerts.Told": "names of models",
    "alerts.Tally": "addresses that are hashed",
    "auth.Permission": "names that we make",
}
"""Models that hold no text of anybody's, and why."""
NOT_TEXTS = {"people.Version.kind", "people.Batch.kind", "proposals.Mapping.kind", "auth.User.password"}
KEPT = ("history_change_reason",)
"""Columns that the library makes and that nothing writes."""
LINES = 6
"""Payloads in a text without a greatest length."""
Word = Callable[[models.Field, int], str]


def entered(model: type[models.Model]) -> list[models.Field]:
    """The fields of a model that take at least one payload, as their own checks see it."""
    if model._meta.label in NOT_ENTERED:
        return []
    return [field for field in model._meta.concrete_fields if _is_text(field) and _takes(field)]


def _is_text(field: models.Field) -> bool:
    named = f"{field.model._meta.label}.{field.name}"
    text = isinstance(field, models.CharField | models.TextField)
    return text and not field.choices and named not in NOT_TEXTS and field.name not in KEPT


def _takes(field: models.Field) -> bool:
    return any(takes(field, one) for one in (*PAYLOADS, *map(as_address, PAYLOADS)))


def takes(field: models.Field, text: str) -> bool:
    """Tell whether the field's own checks let a text pass."""
    try:
        field.clean(text, None)
    except ValidationError:
        return False
    return True


def as_address(payload: str) -> str:
    """The payload within the address of a page, as checks of addresses let it pass."""
    return f"https://x.invalid/{''.join(payload.split())}"


def rows() -> Iterator[tuple[list[models.Model], list[models.Field]]]:
    """The rows of each model that holds texts, in an order that is always the same, with the fields that hold them."""
    for label in sorted(model._meta.label for model in apps.get_models() if model._meta.app_label in OURS):
        model = apps.get_model(label)
        if fields := entered(model):
            yield list(model._base_manager.order_by("pk")), fields


@transaction.atomic
def fill(word: Word) -> int:
    """Put into every text what `word` makes of its field and its place in the count; give how many there are.

    Who put a proposal forward is a delegate or an organisation: of a delegate's row the organisation stays empty.
    """
    numbers = count()
    for found, fields in rows():
        for row in found:
            for field in fields:
                number = next(numbers)
                if not (isinstance(row, Sponsorship) and row.delegate_id):
                    only = str(number) if field.unique else ""
                    setattr(row, field.attname, (only + word(field, number))[: field.max_length])
        if found:
            manager = type(found[0])._base_manager
            manager.bulk_update(found, [field.name for field in fields], batch_size=50)  # past all that refuses it
    with recorded():  # the pages that are kept are no longer so
        Proposal.objects.published().first().save()
    cache.clear()
    catalogue().rebuild(anyway=True)
    return next(numbers)


def payloads(variant: int = 0) -> Word:
    """Put one payload into each text, the next one into the next, and several into those that may be long."""

    def word(field: models.Field, number: int) -> str:
        choice = fitting(field.max_length - 6 if field.max_length else 10_000)
        if isinstance(field, models.URLField):
            return f"https://{number}.x.invalid/{PAYLOADS[(number + variant) % len(PAYLOADS)]}"  # white space too
        if field.max_length:
            return choice[(number + variant) % len(choice)]
        return "\n".join(choice[(number * LINES + line + variant) % len(choice)] for line in range(LINES))

    return word


def numbered(word: Word, change: Callable[[str], str] = str) -> Word:
    """Put a number before each word, so that lists by name keep their order whatever is made of it."""

    def with_number(field: models.Field, number: int) -> str:
        text = change(word(field, number))
        return text if isinstance(field, models.URLField) else f"{number % 100_000:05} {text}"[: field.max_length]

    return with_number


@recorded()
def complete() -> None:
    """Enter a row of each thing that the founding data lack, and edit what has a history that the public reads."""
    proposal = Proposal.objects.get(slug="stem-cell-industry-system")
    if not Figure.objects.filter(proposal=proposal).exists():
        make_figure(proposal=proposal)
    scheme = OutcomeScheme.objects.create(
        slug="classes", name_en="Classes", region=Region.objects.get(iso_code="CN-SH")
    )
    OutcomeClass.objects.create(scheme=scheme, printed="A", outcome="resolved")
    Mapping.objects.create(name="Columns", kind="proposals", columns={"Title": "title_en"})
    source = Source.objects.first()
    Source.objects.filter(pk=source.pk).update(link_fault="404", archive_url="https://example.org/")
    for delegate in Delegate.objects.all():
        delegate.note = "A note"
        delegate.save()
    Recommendation.objects.update(group_en="Group", group_zh="组")
    make_intake(title="Article", text="\n".join(PAYLOADS), demands=PAYLOADS[:20], url="https://example.org/")


def edited() -> None:
    """Change a proposal and its rows twice, so that there is something to compare."""
    proposal = Proposal.objects.get(slug="stem-cell-industry-system")
    for _ in range(2):
        with edit(None, "Read again"), recorded():
            for row in (proposal, *proposal.recommendations.all(), *proposal.figures.all()):
                row.note_en += "."
                row.save()


def enter(variant: int = 0) -> int:
    """Complete what is there and fill it; give how many texts there are."""
    complete()
    edited()
    return fill(payloads(variant))
