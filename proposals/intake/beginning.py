"""Beginning: what was found in an article becomes sections that an analyst corrects, as `editing` describes them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from django.db.models import Model

from people.models import Agency, Level, Region, Session
from people.models.bodies import BodySystem
from proposals.intake.editing import (
    DIVIDER,
    LONGEST_POST,
    MOST,
    NEW,
    ROOM,
    Item,
    free_key,
    new_demand,
    new_figure,
    new_person,
    new_section,
)
from proposals.intake.suggestions import Article, Demand, Figure, Found, Person, Section
from proposals.models import Intake, Proposal, Topic
from proposals.sheets.names import Names


def begin(intake: Intake, article: Article, names: Names) -> None:
    """Take over what was found in an article."""
    intake.text, intake.language = article.text, article.language
    intake.left_out = [{"why": one.why, "start": one.start, "end": one.end} for one in article.left_out]
    intake.about = [
        {"what": what, "start": found.start, "end": found.end}
        for what, found in (("title", article.title), ("outlet", article.outlet), ("published", article.date))
        if found
    ]
    intake.sections = []
    for section in article.sections:
        intake.sections.append(_section(f"s{len(intake.sections) + 1}", section, _Told(names)))


class _Told:
    """The names of what is meant by slug, as they are typed."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def __call__(self, model: type[Model], slugs: Iterable[str]) -> str:
        known, told = self._names.slugs(model), self._names.told(model)
        if model is Region:
            known = known | self._codes
        return DIVIDER.join(dict.fromkeys(told[known[slug]] for slug in slugs if slug in known))

    @cached_property
    def _codes(self) -> dict[str, int]:
        """The regions by ISO code, as suggestions mean them."""
        return {code: pk for code, pk in Region.objects.values_list("iso_code", "pk") if code}

    def found(self, model: type[Model], things: Iterable[Found]) -> str:
        return self(model, (thing.value for thing in things))


def _section(key: str, section: Section, told: _Told) -> Item:
    seat = next((person.seat for person in section.people if person.seat), None)
    placed = seat is not None and seat.level in (Level.NATIONAL, Level.PROVINCIAL)
    system = seat.system if seat else BodySystem.CPPCC
    item = new_section(key, [[section.start, section.end]])
    item |= {
        "title": section.title.value if section.title else "",
        "title_at": _place(section.title),
        "kind": section.kind or _kind(system),
        "session": told(Session, [section.session]),
        "system": system,
        "region": told(Region, [seat.region]) if seat and placed else "",
        "term": str(section.term or ""),
        "ordinal": str(section.ordinal or _usual_ordinal(section.year) or ""),
        "year": str(section.year or ""),
        "topics": told.found(Topic, section.topics),
        "regions": told.found(Region, section.regions),
    }
    for person in section.people[: MOST["people"]]:
        item["people"].append(_person(free_key(item, "people"), person))
    for demand in section.demands[: MOST["demands"]]:
        item["demands"].append(_demand(free_key(item, "demands"), demand, told))
    for figure in section.figures[: MOST["figures"]]:
        item["figures"].append(_figure(free_key(item, "figures"), figure))
    return item


def _usual_ordinal(year: int) -> int:
    """Give the ordinal that most sessions of a year have: congresses and committees began their terms in 2023."""
    return (year - 2023) % 5 + 1 if year else 0


def _kind(system: str) -> str:
    return Proposal.Kind.PROPOSAL if system == BodySystem.CPPCC else Proposal.Kind.SUGGESTION


def _place(found: Found | None) -> list[list[int]]:
    return [[found.start, found.end]] if found and found.end > found.start else []


def _person(key: str, person: Person) -> Item:
    candidates = [{"slug": one.slug, "certain": one.certain, "why": one.why} for one in person.candidates]
    certain = [one["slug"] for one in candidates if one["certain"]]
    item = new_person(key, person.name.value, _place(person.name))
    spellings = dict.fromkeys([person.name.value, *(found.value for found in person.spellings)])
    return item | {
        "candidates": candidates,
        "who": certain[0] if len(certain) == 1 else ("" if candidates else NEW),
        "spellings": DIVIDER.join(spellings),
        "spelt_at": [place for found in person.spellings for place in _place(found)],
        "role": person.seat.role if person.seat else "",
        "employer": person.employer.value[:LONGEST_POST] if person.employer else "",
        "post": person.post.value[:LONGEST_POST] if person.post else "",
        "sure": person.name.confidence,
        "said_at": [*_place(person.employer), *_place(person.post), *_seat(person)],
    }


def _seat(person: Person) -> list[list[int]]:
    return [[person.seat.start, person.seat.end]] if person.seat and person.seat.end > person.seat.start else []


def _demand(key: str, demand: Demand, told: _Told) -> Item:
    return new_demand(key, demand.text, [[demand.start, demand.end]]) | {
        "agencies": told.found(Agency, demand.addressees),
        "topics": told.found(Topic, demand.topics),
        "sure": demand.confidence,
    }


def _figure(key: str, figure: Figure) -> Item:
    said = {name: getattr(figure, name)[:room] for name, room in ROOM.items()}
    return new_figure(key, [[figure.start, figure.end]], **said) | {"sure": figure.confidence}
