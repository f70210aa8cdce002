"""Three proposals to put side by side, and how to ask for them."""

from django.http import QueryDict

from proposals.comparison import Asked
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_membership,
    make_proposal,
    make_region,
    make_sector,
    make_session,
    make_topic,
)


@recorded()
def make_three():
    """Three proposals, called first, second and third, on a tree of topics."""
    rules = make_topic(name="Rules", slug="rules")
    law, review = make_topic(name="Law", parent=rules), make_topic(name="Review", parent=rules)
    speed = make_topic(name="Speed", parent=review)
    banks, trials = make_topic(name="Banks"), make_topic(name="Trials")
    ministry = make_agency(name="Ministry")
    body = make_body(name="Committee", name_zh="委员会")
    session = make_session(body=body, opened="2024-03-04")
    ding = make_delegate(name="Ding", name_zh="丁", employer="Betta")
    make_membership(delegate=ding, body=body, sector=make_sector(name="Medicine"))
    first = make_proposal(
        title="First",
        title_zh="第一",
        session=session,
        delegates=[ding],
        topics=[rules],
        regions=[make_region(name="Guangdong")],
        number="0462",
        submitted="2024-03-05",
        recommendations=[
            {"text": "Pass a law", "topics": [law, banks, rules], "to": [ministry]},
            {"text": "Review faster", "topics": [speed], "inferred": [ministry]},
            {"text": "Hold trials", "topics": [trials], "implied": True},
            "Say something",
        ],
        published=True,
    )
    second = make_proposal(
        title="Second",
        session=session,
        organisations=["Society"],
        recommendations=[
            {"text": "Amend a law", "topics": [law]},
            {"text": "Regulate", "topics": [rules], "note_en": "A request"},
            {"text": "Hold trials", "topics": [trials]},
        ],
        published=True,
    )
    third = make_proposal(
        title="Third",
        session=session,
        recommendations=[
            {"text": "Write a law", "topics": [law]},
            {"text": "Open a bank", "topics": [banks]},
        ],
        published=True,
    )
    return first, second, third


def asked(*values, **more):
    parameters = QueryDict(mutable=True)
    parameters.setlist("p", [str(getattr(value, "pk", value)) for value in values])
    parameters.update(more)
    return Asked.of(parameters)


def query(*values, **more):
    pairs = [("p", getattr(value, "pk", value)) for value in values]
    return "?" + "&".join(f"{name}={value}" for name, value in [*pairs, *more.items()])
