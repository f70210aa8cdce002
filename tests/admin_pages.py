"""The admin's pages for tests: where they are, what a browser would send back from them, and rows to show there."""

from itertools import count

from django.urls import reverse

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
    Synonym,
    Topic,
)
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_echo,
    make_event,
    make_figure,
    make_membership,
    make_proposal,
    make_region,
    make_reply,
    make_sector,
    make_session,
    make_source,
    make_topic,
)

REGISTERED = [
    Region, Body, Session, Sector, Delegate, NameVariant, Membership, Position, Agency, Topic, Synonym, Source,
    Citation, Proposal, Sponsorship, Recommendation, Addressee, Figure, Event, Reply, Answer, RecommendationOutcome,
    OutcomeScheme, OutcomeClass, Lineage, PolicyDocument, Echo,
]  # fmt: skip


def address(model, page="changelist", *args):
    """`address(Topic, "change", 3)` is the page on which topic 3 is changed."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def sent_back(response):
    """The fields of a page with a form, under their names, as they would be posted without a change."""
    fields = _fields(response.context["adminform"].form) | {"_version": response.context.get("version", "")}
    for inline in response.context["inline_admin_formsets"]:
        formset = inline.formset
        fields |= _fields(formset.management_form)
        for form in formset.forms:
            fields |= _fields(form)
    return fields


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def errors_of(response):
    """Every message of a refused form: of the record, its rows, and the formsets."""
    found = {name: list(errors) for name, errors in response.context["adminform"].form.errors.items()}
    for inline in response.context["inline_admin_formsets"]:
        formset = inline.formset
        for form in formset.forms:
            found |= {form.add_prefix(name): list(errors) for name, errors in form.errors.items()}
        if formset.non_form_errors():
            found[formset.prefix] = list(formset.non_form_errors())
    return found


def _fields(form):
    fields = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            continue
        fields[bound.html_name] = "on" if value is True else value
        if bound.field.show_hidden_initial:
            fields[bound.html_initial_name] = value
    return fields


@recorded()
def make_record(size=1):
    """At least `size` rows of every model, all of them tied together."""
    country = make_region(name="China", kind=Region.Kind.COUNTRY)
    codes = count(Region.objects.count())
    source = make_source(note_en="Spells one name in four ways.")
    sources = [source, *(make_source(url=f"https://example.org/{next(codes)}") for _ in range(size - 1))]
    for number in range(size):
        code = next(codes)
        letters = f"{chr(65 + code // 26 % 26)}{chr(65 + code % 26)}"
        region = make_region(parent=country, iso_code=f"CN-{letters}", gb_code=f"{code:06}")
        body = make_body(region=region)
        session = make_session(body=body)
        delegate = make_delegate(name_zh="丁列明", variants=[f"Ding {number}"], employer="Betta")
        sector = make_sector()
        membership = make_membership(delegate=delegate, body=body, sector=sector, region=region)
        topic = make_topic(synonyms=["word"], parent=Topic.objects.first())
        agency = make_agency(parent=Agency.objects.first(), region=region)
        proposal = make_proposal(
            session=session,
            topics=[topic],
            regions=[region],
            delegates=[delegate],
            organisations=["Jiusan Society"],
            recommendations=[{"topics": [topic], "to": [agency], "sources": [source]}],
            sources=[sources[number]],
            published=number % 2 == 0,
        )
        make_figure(proposal=proposal, sources=[source])
        make_event(proposal=proposal, agency=agency, stage="assigned", role="lead", source=source)
        scheme = OutcomeScheme.objects.create(slug=f"scheme-{code}", name_en=f"Classes {code}", region=region)
        OutcomeClass.objects.create(scheme=scheme, printed="A", outcome="resolved")
        reply = make_reply(
            to=[proposal],
            agency=agency,
            source=source,
            scheme=scheme,
            outcomes={proposal.recommendations.get(): "planned"},
        )
        reply.co_agencies.add(agency)
        others = Proposal.objects.exclude(pk=proposal.pk)
        older = others.first() or make_proposal(session=make_session(body=body, ordinal=1, year=2023))
        Lineage.objects.create(proposal=proposal, relation="like", other=older, source=source)
        make_echo(recommendation=proposal.recommendations.get(), issuer=agency, source=source)
        Citation.objects.create(source=source, membership=membership)
        Citation.objects.create(source=source, position=delegate.positions.get())
        Citation.objects.create(source=source, name_variant=delegate.name_variants.get())
