"""Datasette over the same content: tables, full text index (FTS5) and the addresses that ask the same of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlencode

from tqdm import tqdm

PAGE = 20
FACETS = [("_facet_array", "topics"), *(("_facet", name) for name in ("region", "year", "level", "status"))]
SETTINGS = {
    "sql_time_limit_ms": 900_000,
    "facet_time_limit_ms": 900_000,
    "facet_suggest_time_limit_ms": 1,
    "suggest_facets": "off",
    "max_returned_rows": 1_000,
}
ABOVE = """
CREATE TEMP TABLE {tree} AS
WITH RECURSIVE up (node, above) AS (
    SELECT id, id FROM {table}
    UNION SELECT up.node, t.parent_id FROM up JOIN {table} t ON t.id = up.above WHERE t.parent_id IS NOT NULL)
SELECT node, {name} AS name FROM up JOIN {table} t ON t.id = up.above ORDER BY node, above
"""
"""Of each topic or region its own name and those of all above it: who asks for one of these finds it too."""
COPIES = {
    "topics and regions": (
        ABOVE.format(tree="topic_names", table="proposals_topic", name="slug"),
        ABOVE.format(tree="region_names", table="people_region", name="iso_code"),
        "CREATE INDEX temp.topic_node ON topic_names (node)",
        "CREATE INDEX temp.region_node ON region_names (node)",
    ),
    "proposals": (
        """
        CREATE TABLE rival.proposals (
            id INTEGER PRIMARY KEY, title_en TEXT, title_zh TEXT, summary_en TEXT, summary_zh TEXT, date TEXT,
            year INTEGER, level TEXT, status TEXT, region TEXT, topics TEXT)
        """,
        """
        INSERT INTO rival.proposals
        SELECT p.id, p.title_en, p.title_zh, p.summary_en, p.summary_zh,
               s.opened, s.year, b.level, p.status,
               (SELECT r.iso_code FROM people_region r
                JOIN proposals_proposal_target_regions t ON t.region_id = r.id
                WHERE t.proposal_id = p.id ORDER BY t.id LIMIT 1),
               (SELECT json_group_array(DISTINCT n.name) FROM (
                    SELECT topic_id FROM proposals_proposal_topics WHERE proposal_id = p.id
                    UNION ALL SELECT rt.topic_id FROM proposals_recommendation_topics rt
                    JOIN proposals_recommendation r ON r.id = rt.recommendation_id WHERE r.proposal_id = p.id) x
                JOIN topic_names n ON n.node = x.topic_id)
        FROM proposals_proposal p JOIN people_session s ON s.id = p.session_id JOIN people_body b ON b.id = s.body_id
        WHERE p.state = 'published' ORDER BY p.id
        """,
    ),
    "recommendations": (
        """
        CREATE TABLE rival.recommendations (
            id INTEGER PRIMARY KEY, proposal INTEGER REFERENCES proposals (id), text_en TEXT, text_zh TEXT, region TEXT,
            year INTEGER, level TEXT, status TEXT, date TEXT, topics TEXT)
        """,
        """
        INSERT INTO rival.recommendations
        SELECT r.id, r.proposal_id, r.text_en, r.text_zh, p.region, p.year, p.level, p.status, p.date,
               (SELECT json_group_array(DISTINCT n.name) FROM proposals_recommendation_topics rt
                JOIN topic_names n ON n.node = rt.topic_id WHERE rt.recommendation_id = r.id)
        FROM proposals_recommendation r JOIN rival.proposals p ON p.id = r.proposal_id ORDER BY r.id
        """,
    ),
    "delegates and regions": (
        "CREATE INDEX rival.recommendations_of ON recommendations (proposal)",
        "CREATE TABLE rival.delegates (proposal INTEGER REFERENCES proposals (id), delegate TEXT)",
        """
        INSERT INTO rival.delegates SELECT s.proposal_id, d.slug
        FROM proposals_sponsorship s JOIN people_delegate d ON d.id = s.delegate_id
        """,
        "CREATE TABLE rival.regions (proposal INTEGER REFERENCES proposals (id), region TEXT)",
        """
        INSERT INTO rival.regions SELECT DISTINCT t.proposal_id, n.name
        FROM proposals_proposal_target_regions t JOIN region_names n ON n.node = t.region_id
        """,
    ),
}
DEMANDS = "(SELECT group_concat(text_{0}, char(10)) FROM recommendations r WHERE r.proposal = t.id)"
# In Chinese no recommendations are asked for: their index would take minutes to build.
TEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "proposals": {
        "en": ("title_en", "summary_en", DEMANDS.format("en")),
        "zh": ("title_zh", "summary_zh", DEMANDS.format("zh")),
    },
    "recommendations": {"en": ("text_en",)},
}
"""What each full text index holds: of a proposal its recommendations too, which a list need not drag along."""
TOKENIZERS = {"en": "porter", "zh": "trigram"}
"""FTS5's own cutting of words takes a whole run of Chinese characters for one word; pieces of three are found."""
THROUGH = {"delegate": "delegates", "region": "regions"}
"""Of what a proposal may have several, and the table that says which."""


def build(record: Path, path: Path) -> None:
    """Write the database that Datasette serves, from the SQLite file of the record; it is whole or not there."""
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    indexes = {f"words of {table}": list(_words(table, languages)) for table, languages in TEXTS.items()}
    indexes["indexes"] = [*_indexes(), "ANALYZE"]
    with tqdm(total=len(COPIES) + len(indexes), unit=" steps", desc="Datasette's database") as bar:
        with closing(sqlite3.connect(record)) as connection:
            connection.execute("ATTACH ? AS rival", [str(half)])
            _run(connection, "rival", COPIES, bar)
        with closing(sqlite3.connect(half)) as connection:
            _run(connection, "main", indexes, bar)
    half.rename(path)


def _run(connection: sqlite3.Connection, schema: str, steps: Mapping[str, Sequence[str]], bar: tqdm[NoReturn]) -> None:
    connection.execute(f"PRAGMA {schema}.journal_mode = OFF")
    connection.execute(f"PRAGMA {schema}.cache_size = -500000")  # kB
    for name, statements in steps.items():
        bar.set_postfix_str(name)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        bar.update()


def _words(table: str, languages: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Give the statements that make a table's full text indexes."""
    for language, texts in languages.items():
        name, columns = f"{table}_{language}", ", ".join(f"text_{place}" for place in range(len(texts)))
        yield f"CREATE VIRTUAL TABLE {name} USING fts5 ({columns}, content='', tokenize='{TOKENIZERS[language]}')"
        yield f"INSERT INTO {name} (rowid, {columns}) SELECT id, {', '.join(texts)} FROM {table} t"


def _indexes() -> Iterator[str]:
    """Give the statements that make the other indexes: for the order, for each facet, for what is asked through."""
    for table in TEXTS:
        yield f"CREATE INDEX {table}_date ON {table} (date DESC, id)"
        for field in ("region", "year", "level", "status"):
            yield f"CREATE INDEX {table}_{field} ON {table} ({field})"
    for field, table in THROUGH.items():
        yield f"CREATE INDEX {table}_of ON {table} ({field}, proposal)"


def address(path: Path, table: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Give the address that asks of Datasette, over the database `path`, what `parameters` ask of the site."""
    asked = [*FACETS, ("_size", str(PAGE)), ("_sort_desc", "date")]
    topics = [value for name, value in parameters if name == "topic"]
    if len(topics) == 1:
        asked.append(("topics__arraycontains", topics[0]))
    elif topics:
        listed = ", ".join(f"'{slug}'" for slug in topics)
        asked.append(("_where", f"exists (select 1 from json_each(topics) where value in ({listed}))"))
    for name, value in parameters:
        match name:
            case "q":
                language = "en" if value.isascii() else "zh"
                asked += [("_search", value), ("_fts_table", f"{table}_{language}"), ("_fts_pk", "id")]
            case "page":
                asked.append(("_next", before(path, table, int(value))))
            case "delegate" | "region":
                of_it = f"select proposal from {THROUGH[name]} where {name} = '{value}'"
                asked.append(("_where", f"id in ({of_it})"))
            case "topic":
                pass
            case _:
                asked.append((name, value))
    return f"/rival/{table}.json?{urlencode(asked)}"


def before(path: Path, table: str, page: int) -> str:
    """Give the token by which Datasette finds a page: date and key of the last row before it."""
    row = f"SELECT date, id FROM {table} ORDER BY date DESC, id LIMIT 1 OFFSET ?"
    with closing(sqlite3.connect(path)) as connection:
        [(date, key)] = connection.execute(row, [(page - 1) * PAGE - 1])
    return f"{date},{key}"
