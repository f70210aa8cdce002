"""Delegates, bodies and their seats as Popolo JSON (popoloproject.com): only what a source states, nothing inferred.

One object with a list to each class: `areas`, `organizations`, `posts`, `persons`, `memberships`, `events`. Bodies,
sectors, agencies and employers are organizations, told apart by `classification`; a session is an event.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.utils import translation

from people.models import Membership
from proposals.downloads.columns import ENGLISH
from proposals.downloads.sqlite import rows_of

Object = dict[str, Any]
EMPLOYERS = """
    SELECT min(id) AS id, employer_en, employer_zh FROM positions WHERE NOT inferred
    GROUP BY employer_en, employer_zh ORDER BY 1"""
SEATS = """
    SELECT m.*, b.name_en AS body_en, b.name_zh AS body_zh, r.iso_code, r.slug AS region_slug
    FROM memberships m JOIN bodies b ON b.id = m.body_id LEFT JOIN regions r ON r.id = m.region_id ORDER BY m.id"""
JOBS = """
    SELECT p.*, e.first FROM positions p JOIN (
        SELECT min(id) AS first, employer_en, employer_zh FROM positions WHERE NOT inferred
        GROUP BY employer_en, employer_zh) e ON e.employer_en = p.employer_en AND e.employer_zh = p.employer_zh
    WHERE NOT p.inferred ORDER BY p.id"""
SOURCES = """
    SELECT DISTINCT s.title, s.url FROM sources s JOIN citations c ON c.source_id = s.id
    WHERE s.url <> '' AND (c.membership_id IN (SELECT id FROM memberships WHERE delegate_id = ?1)
        OR c.position_id IN (SELECT id FROM positions WHERE delegate_id = ?1)
        OR c.name_variant_id IN (SELECT id FROM name_variants WHERE delegate_id = ?1)) ORDER BY s.id"""


def write_popolo(path: Path, file: sqlite3.Connection) -> None:
    """Write the file at `path` from the SQLite file of the record, one object after another."""
    with path.open("w", encoding="utf-8") as out, translation.override(ENGLISH):
        out.write("{")
        for place, (name, objects) in enumerate(LISTS.items()):
            out.write(f'{"," if place else ""}\n"{name}": [')
            for number, each in enumerate(objects(file)):
                said = {key: value for key, value in each.items() if value not in ("", None, [])}
                out.write(("," if number else "") + "\n" + json.dumps(said, ensure_ascii=False))
            out.write("\n]")
        out.write("\n}\n")


def _areas(file: sqlite3.Connection) -> Iterator[Object]:
    above = "LEFT JOIN regions a ON a.id = r.parent_id"
    query = f"SELECT r.*, coalesce(a.iso_code, a.slug) AS above FROM regions r {above} ORDER BY r.id"  # noqa: S608
    for row in rows_of(file, query):
        yield {
            "id": row["iso_code"] or row["slug"],
            "name": row["name_en"] or row["name_zh"],
            "identifier": row["iso_code"],
            "classification": row["kind"],
            "parent_id": row["above"],
        }


def _organizations(file: sqlite3.Connection) -> Iterator[Object]:
    places = "SELECT b.*, coalesce(r.iso_code, r.slug) AS area FROM bodies b JOIN regions r ON r.id = b.region_id"
    for row in rows_of(file, f"{places} ORDER BY b.id"):
        yield _named(f"body-{row['slug']}", row, row["short_name_zh"]) | {
            "classification": {"npc": "people's congress", "cppcc": "CPPCC committee"}[row["system"]],
            "area_id": row["area"],
        }
    for row in rows_of(file, "SELECT * FROM sectors ORDER BY id"):
        yield _named(f"sector-{row['id']}", row) | {"classification": "CPPCC sector"}
    agencies = """
        SELECT g.*, coalesce(r.iso_code, r.slug) AS area, a.slug AS above FROM agencies g
        LEFT JOIN regions r ON r.id = g.region_id LEFT JOIN agencies a ON a.id = g.parent_id
        WHERE g.kind <> 'unnamed' ORDER BY g.id"""
    for row in rows_of(file, agencies):
        yield _named(f"agency-{row['slug']}", row, row["short_name_en"], row["short_name_zh"]) | {
            "classification": "agency",
            "parent_id": f"agency-{row['above']}" if row["above"] else None,
            "area_id": row["area"],
        }
    for row in rows_of(file, EMPLOYERS):
        names = {"name_en": row["employer_en"], "name_zh": row["employer_zh"]}
        yield _named(f"employer-{row['id']}", names) | {"classification": "employer"}


def _named(key: str, row: Object, *others: str) -> Object:
    """Give identifier, name and other names; the English name first where there is one."""
    names = dict.fromkeys(filter(None, (row["name_en"], row["name_zh"], *others)))
    name, *more = names
    return {"id": key, "name": name, "other_names": [{"name": each} for each in more]}


def _posts(file: sqlite3.Connection) -> Iterator[Object]:
    query = "SELECT DISTINCT m.role, b.slug, b.name_en, b.name_zh FROM memberships m JOIN bodies b ON b.id = m.body_id"
    for row in rows_of(file, f"{query} ORDER BY b.slug, m.role"):
        role = str(Membership.Role(row["role"]).label)
        yield {
            "id": f"post-{row['slug']}-{row['role'].replace('_', '-')}",
            "label": f"{role}, {row['name_en'] or row['name_zh']}",
            "role": role,
            "organization_id": f"body-{row['slug']}",
        }


def _persons(file: sqlite3.Connection) -> Iterator[Object]:
    for row in rows_of(file, "SELECT * FROM delegates ORDER BY id"):
        person = _named(f"person-{row['slug']}", row)
        known = {person["name"], *(each["name"] for each in person["other_names"])}
        spellings = rows_of(file, "SELECT spelling FROM name_variants WHERE delegate_id = ? ORDER BY id", row["id"])
        for spelling in spellings:
            if spelling["spelling"] not in known:
                person["other_names"].append({"name": spelling["spelling"], "note": "spelling in a source"})
        wikidata = [{"scheme": "wikidata", "identifier": row["wikidata"]}] if row["wikidata"] else []
        sources = [{"url": each["url"], "note": each["title"]} for each in rows_of(file, SOURCES, row["id"])]
        yield person | {"identifiers": wikidata, "sources": sources}


def _memberships(file: sqlite3.Connection) -> Iterator[Object]:
    slugs = dict(file.execute("SELECT id, slug FROM delegates"))
    bodies = dict(file.execute("SELECT id, slug FROM bodies"))
    for row in rows_of(file, SEATS):
        body, role = bodies[row["body_id"]], str(Membership.Role(row["role"]).label)
        yield {
            "id": f"membership-{row['id']}",
            "label": f"{role}, {row['body_en'] or row['body_zh']}, term {row['term']}",
            "role": role,
            "person_id": f"person-{slugs[row['delegate_id']]}",
            "organization_id": f"body-{body}",
            "post_id": f"post-{body}-{row['role'].replace('_', '-')}",
            "on_behalf_of_id": f"sector-{row['sector_id']}" if row["sector_id"] else None,
            "area_id": None if row["region_inferred"] else row["iso_code"] or row["region_slug"],
            "start_date": row["began"],
            "end_date": row["ended"],
        }
    for row in rows_of(file, JOBS):
        yield {
            "id": f"position-{row['id']}",
            "role": row["post_en"] or row["post_zh"],
            "person_id": f"person-{slugs[row['delegate_id']]}",
            "organization_id": f"employer-{row['first']}",
            "start_date": row["began"],
            "end_date": row["ended"],
        }


def _events(file: sqlite3.Connection) -> Iterator[Object]:
    query = "SELECT s.*, b.slug AS body FROM sessions s JOIN bodies b ON b.id = s.body_id ORDER BY s.id"
    for row in rows_of(file, query):
        yield {
            "id": f"session-{row['slug']}",
            "name": row["name_en"],
            "classification": "session",
            "organization_id": f"body-{row['body']}",
            "start_date": row["opened"] or str(row["year"]),
            "end_date": row["closed"],
        }


LISTS: dict[str, Callable[[sqlite3.Connection], Iterator[Object]]] = {
    "areas": _areas,
    "organizations": _organizations,
    "posts": _posts,
    "persons": _persons,
    "memberships": _memberships,
    "events": _events,
}
