"""The record as an SQLite file, made for Datasette: keys, indexes, full-text search, and views that join tables."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from proposals.downloads.columns import Column, columns_of
from proposals.downloads.tables import BLOCK, TABLES, Table

SEARCHED = {
    "proposals": ("title_en", "title_zh", "summary_en", "summary_zh"),
    "recommendations": ("text_en", "text_zh"),
    "replies": ("title_en", "title_zh", "summary_en", "summary_zh"),
}
"""Columns with full-text search, in pieces of three characters: that finds words of Chinese too, from three on."""
VIEWS = {
    "proposals_with_proposers": """
        SELECT p.id, p.title_en, p.title_zh, s.name_en AS session_en, s.name_zh AS session_zh, s.year, p.kind, p.number,
            p.submitted, p.status, (
                SELECT group_concat(name, '; ') FROM (
                    SELECT trim(coalesce(d.name_en, o.organisation_en) || ' '
                        || coalesce(d.name_zh, o.organisation_zh)) AS name
                    FROM sponsorships o LEFT JOIN delegates d ON d.id = o.delegate_id
                    WHERE o.proposal_id = p.id ORDER BY o."order", o.id)
            ) AS proposers,
            (SELECT count(*) FROM recommendations r WHERE r.proposal_id = p.id) AS recommendations
        FROM proposals p JOIN sessions s ON s.id = p.session_id""",
    "recommendations_with_agencies": """
        SELECT r.id, r.proposal_id, p.title_en AS proposal_en, p.title_zh AS proposal_zh, s.year, r."order",
            r.text_en, r.text_zh,
            (SELECT group_concat(a.name_en, '; ') FROM addressees t JOIN agencies a ON a.id = t.agency_id
                WHERE t.recommendation_id = r.id AND t.stated) AS agencies_stated,
            (SELECT group_concat(a.name_en, '; ') FROM addressees t JOIN agencies a ON a.id = t.agency_id
                WHERE t.recommendation_id = r.id AND NOT t.stated) AS agencies_inferred
        FROM recommendations r JOIN proposals p ON p.id = r.proposal_id JOIN sessions s ON s.id = p.session_id""",
    "replies_with_proposals": """
        SELECT r.id, r.date, g.name_en AS agency_en, g.name_zh AS agency_zh, r.number, r.title_en, r.title_zh,
            r.outcome, n.proposal_id, p.title_en AS proposal_en, p.title_zh AS proposal_zh
        FROM replies r JOIN agencies g ON g.id = r.agency_id JOIN answers n ON n.reply_id = r.id
            JOIN proposals p ON p.id = n.proposal_id""",
}
VIEWS_ABOUT = {
    "proposals_with_proposers": "Each proposal with its session, all proposers in one cell, and how much it asks for.",
    "recommendations_with_agencies": "Each recommendation with the agencies that the source names, and those inferred.",
    "replies_with_proposals": "Each reply beside each proposal that it answers.",
}


def write_sqlite(path: Path, progress: Any) -> dict[str, int]:
    """Write the public record into a new file at `path`; give the number of rows of each table.

    `progress` is called with each table's name, and with its number of rows as they are written.
    """
    with closing(sqlite3.connect(path)) as file:
        file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;")
        counts = {table.name: _fill(file, table, progress) for table in TABLES}
        for table in TABLES:
            for column in columns_of(table):
                if column.target:
                    file.execute(f"CREATE INDEX {table.name}_{column.name} ON {table.name} ({column.name})")
        for name, query in VIEWS.items():
            file.execute(f"CREATE VIEW {name} AS {query}")
        for name, columns in SEARCHED.items():
            listed = ", ".join(columns)
            file.execute(
                f"CREATE VIRTUAL TABLE {name}_fts USING fts5({listed}, content={name}, content_rowid=id,"
                " tokenize=trigram)"
            )
            file.execute(f"INSERT INTO {name}_fts ({name}_fts) VALUES ('rebuild')")  # noqa: S608 - our own names
        broken = file.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            raise ValueError(f"A row of {broken[0]} leads to one of {broken[2]} that is not public.")
        file.commit()
        file.execute("ANALYZE")
        file.commit()
    return counts


def rows_of(file: sqlite3.Connection, query: str, *values: object) -> Iterator[dict[str, Any]]:
    """Iterate over what a query finds in such a file, each row by column."""
    cursor = file.execute(query, values)
    names = [each[0] for each in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def _fill(file: sqlite3.Connection, table: Table, progress: Any) -> int:
    columns = columns_of(table)
    file.execute(_statement(table, columns))
    places = ", ".join("?" * len(columns))
    number = 0
    for block in _blocks(table.values()):
        file.executemany(f"INSERT INTO {table.name} VALUES ({places})", block)  # noqa: S608 - our own names
        number += len(block)
        progress(table.name, len(block))
    return number


def _statement(table: Table, columns: Iterable[Column]) -> str:
    lines = []
    for column in columns:
        parts = [f'"{column.name}"', column.affinity]
        if table.key == (column.name,):
            parts.append("PRIMARY KEY")
        if column.required:
            parts.append("NOT NULL")
        if column.target:
            parts.append(f"REFERENCES {column.target} (id)")
        lines.append(" ".join(parts))
    if len(table.key) > 1:
        lines.append(f"PRIMARY KEY ({', '.join(table.key)})")
    return f"CREATE TABLE {table.name} ({', '.join(lines)})"


def _blocks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    waiting = iter(rows)
    while block := [tuple(map(_value, row)) for row in islice(waiting, BLOCK)]:
        yield block


def _value(value: Any) -> Any:
    """Give a value as SQLite keeps it: times in UTC and ISO 8601, decimals as they are written, truth as 1 and 0."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value
