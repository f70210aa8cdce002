"""The founding data with a payload in every text that somebody can enter, of every row, its histories too.

`python manage.py shell` of a site can do it: `enter()`. Which fields there are the models say: a new one is filled
without a line here, unless it takes no payload.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import count

from django.apps import apps
from django.contrib.auth.models import User
from django.core.cache import cache as kept_pages
from django.core.exceptions import ValidationError
from django.db import models, transaction

from alerts.models import Run
from people.history import edit
from people.models import Agency, Delegate, Region
from proposals.catalogue import catalogue
from proposals.models import Figure, Mapping, OutcomeClass, OutcomeScheme, Proposal, Recommendation, Source, Sponsorship
from proposals.models.outbox import recorded
from tests.factories import make_echo, make_event, make_figure, make_intake, make_reply, make_source
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
VARIANTS, ROWS = 24, 4
"""In so many variants all payloads come by in each field, where its table has so many rows."""
LONGEST = 260
"""Characters of payloads in one text, where they are packed."""
Word = Callable[[models.Field, int, int], str]
"""What stands in a field, by the number of the text in all of the record, and by that of its row in its table."""


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
            found = model._base_manager.order_by("pk")
            yield list(found.filter(delegate=None) if model is Sponsorship else found), fields  # one or the other


@transaction.atomic
def fill(word: Word) -> int:
    """Put into every text what `word` makes of its field and its place in the count; give how many there are."""
    numbers = count()
    for found, fields in rows():
        for place, row in enumerate(found):
            for field in fields:
                number = next(numbers)
                only = str(number) if field.unique else ""
                setattr(row, field.attname, (only + word(field, number, place))[: field.max_length])
        if found:
            manager = type(found[0])._base_manager
            manager.bulk_update(found, [field.name for field in fields], batch_size=50)  # past all that refuses it
    with recorded():  # the pages that are kept are no longer so
        Proposal.objects.published().first().save()
    kept_pages.clear()
    catalogue().rebuild(anyway=True)
    return next(numbers)


def payloads(variant: int = 0) -> Word:
    """Put one payload into each text, the next one into the next, and several into those that may be long."""

    def word(field: models.Field, number: int, _place: int) -> str:
        choice = fitting(field.max_length - 6 if field.max_length else 10_000)
        if isinstance(field, models.URLField):
            return f"https://{number}.x.invalid/{PAYLOADS[(number + variant) % len(PAYLOADS)]}"  # white space too
        if field.max_length:
            return choice[(number + variant) % len(choice)]
        return "\n".join(choice[(number * LINES + line + variant) % len(choice)] for line in range(LINES))

    return word


@cache
def packs(most: int) -> list[str]:
    """Put all payloads that fit into `most` characters into as few texts of that length as there is need of."""
    found: list[str] = []
    for payload in sorted(fitting(most), key=len, reverse=True):
        room = (at for at, pack in enumerate(found) if len(pack) + 1 + len(payload) <= most)
        at = next(room, None)
        if at is None:
            found.append(payload)
        else:
            found[at] += f" {payload}"
    return found


def packed(variant: int) -> Word:
    """Put as many payloads as it holds into each text, others in each variant and in each row."""

    def word(field: models.Field, number: int, place: int) -> str:
        choice = packs(min(field.max_length or LONGEST, LONGEST) - 6)
        start = f"{place} " if place >= ROWS else ""  # no number is that of two proposals
        if isinstance(field, models.URLField):
            start = f"https://{number}.x.invalid/"
        return start + choice[(variant + VARIANTS * place) % len(choice)]

    return word


def numbered(word: Word, change: Callable[[str], str] = str) -> Word:
    """Put a number before each word, so that lists by name keep their order whatever is made of it."""

    def with_number(field: models.Field, number: int, place: int) -> str:
        text = change(word(field, number, place))
        return text if isinstance(field, models.URLField) else f"{number % 100_000:05} {text}"[: field.max_length]

    return with_number


@recorded()
def complete() -> None:
    """Enter a row of each thing that the founding data lack, and edit what has a history that the public reads."""
    proposal = Proposal.objects.get(slug="stem-cell-industry-system")
    if not Figure.objects.filter(proposal=proposal).exists():
        make_figure(proposal=proposal)
    for number in range(ROWS):
        _complete(number, proposal)
    source = Source.objects.first()
    Source.objects.filter(pk=source.pk).update(link_fault="404", archive_url="https://example.org/")
    for delegate in Delegate.objects.all():
        delegate.note = "A note"
        delegate.save()
    Recommendation.objects.update(group_en="Group", group_zh="组")


def _complete(number: int, proposal: Proposal) -> None:
    """Enter one more row of what the founding data have hardly any of."""
    asked, source = proposal.recommendations.all()[number], Source.objects.first()
    agency, region = (model.objects.order_by("pk")[number] for model in (Agency, Region))
    scheme = OutcomeScheme.objects.create(slug=f"classes-{number}", name_en="Classes", region=region)
    OutcomeClass.objects.create(scheme=scheme, printed="A", outcome="resolved")
    make_reply(to=[proposal], agency=agency, source=source, scheme=scheme, outcomes={asked: "planned"})
    make_echo(recommendation=asked, issuer=agency, source=source)
    make_event(proposal=proposal, source=source, passage=f"paragraph {number}")
    Sponsorship.objects.create(proposal=proposal, order=90 + number, organisation_en="Jiusan Society")
    Mapping.objects.create(name=f"Columns {number}", kind="proposals", columns={"Title": "title_en"})
    make_intake(text="\n".join(PAYLOADS), demands=PAYLOADS[number::ROWS], url=f"https://example.org/{number}")
    User.objects.create_user(f"reader-{number}")
    Run.objects.create(remark="Connection refused")


def edited() -> None:
    """Change a proposal and its rows twice, so that there is something to compare; delete a source."""
    proposal = Proposal.objects.get(slug="stem-cell-industry-system")
    for _ in range(2):
        with edit(None, "Read again"), recorded():
            for row in (proposal, *proposal.recommendations.all(), *proposal.figures.all()):
                row.note_en += "."
                row.save()
    make_source(note_en="A note").delete()


def enter() -> int:
    """Complete what is there and fill it; give how many texts there are."""
    complete()
    edited()
    return fill(payloads())
