"""Datasette over the same content: tables, full text index (FTS5) and the addresses that ask the same of it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

PAGE = 20
FACETS = [("_facet_array", "topics"), *(("_facet", name) for name in ("region", "year", "level", "status"))]
SETTINGS = {
    "sql_time_limit_ms": 900_000,
    "facet_time_limit_ms": 900_000,
    "facet_suggest_time_limit_ms": 1,
    "suggest_facets": "off",
    "max_returned_rows": 1_000,
}
PROPOSALS = """
CREATE TABLE rival.proposals (
    id INTEGER PRIMARY KEY, title_en TEXT, title_zh TEXT, summary_en TEXT, summary_zh TEXT, demands_en TEXT,
    demands_zh TEXT, date TEXT, year INTEGER, level TEXT, status TEXT, region TEXT, topics TEXT, delegate TEXT)
"""
FILL_PROPOSALS = """
INSERT INTO rival.proposals
SELECT p.id, p.title_en, p.title_zh, p.summary_en, p.summary_zh,
       (SELECT group_concat(r.text_en, char(10)) FROM proposals_recommendation r WHERE r.proposal_id = p.id),
       (SELECT group_concat(r.text_zh, char(10)) FROM proposals_recommendation r WHERE r.proposal_id = p.id),
       s.opened, s.year, b.level, p.status,
       (SELECT r.iso_code FROM people_region r JOIN proposals_proposal_target_regions t ON t.region_id = r.id
        WHERE t.proposal_id = p.id ORDER BY t.id LIMIT 1),
       (SELECT json_group_array(t.slug) FROM (
            SELECT topic_id FROM proposals_proposal_topics WHERE proposal_id = p.id
            UNION SELECT rt.topic_id FROM proposals_recommendation_topics rt
            JOIN proposals_recommendation r ON r.id = rt.recommendation_id WHERE r.proposal_id = p.id) x
        JOIN proposals_topic t ON t.id = x.topic_id),
       (SELECT d.slug FROM people_delegate d JOIN proposals_sponsorship s ON s.delegate_id = d.id
        WHERE s.proposal_id = p.id ORDER BY s."order" LIMIT 1)
FROM proposals_proposal p JOIN people_session s ON s.id = p.session_id JOIN people_body b ON b.id = s.body_id
WHERE p.state = 'published' ORDER BY p.id
"""
RECOMMENDATIONS = """
CREATE TABLE rival.recommendations (
    id INTEGER PRIMARY KEY, proposal INTEGER, text_en TEXT, text_zh TEXT, region TEXT, year INTEGER, level TEXT,
    status TEXT, date TEXT, topics TEXT)
"""
FILL_RECOMMENDATIONS = """
INSERT INTO rival.recommendations
SELECT r.id, r.proposal_id, r.text_en, r.text_zh, p.region, p.year, p.level, p.status, p.date,
       (SELECT json_group_array(t.slug) FROM proposals_recommendation_topics rt
        JOIN proposals_topic t ON t.id = rt.topic_id WHERE rt.recommendation_id = r.id)
FROM proposals_recommendation r JOIN rival.proposals p ON p.id = r.proposal_id ORDER BY r.id
"""
TEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "proposals": {
        "en": ("title_en", "summary_en", "demands_en"),
        "zh": ("title_zh", "summary_zh", "demands_zh"),
    },
    "recommendations": {"en": ("text_en",), "zh": ("text_zh",)},
}
TOKENIZERS = {"en": "porter", "zh": "trigram"}
"""FTS5's own cutting of words takes a whole run of Chinese characters for one word; pieces of three are found."""


def build(record: Path, path: Path) -> None:
    """Write the database that Datasette serves, from the SQLite file of the record; it is whole or not there."""
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with closing(sqlite3.connect(record)) as connection:
        connection.execute("ATTACH ? AS rival", [str(half)])
        connection.execute("PRAGMA rival.journal_mode = OFF")
        for statement in (PROPOSALS, FILL_PROPOSALS, RECOMMENDATIONS, FILL_RECOMMENDATIONS):
            connection.execute(statement)
        connection.commit()
    with closing(sqlite3.connect(half)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        for table, languages in TEXTS.items():
            for language, texts in languages.items():
                name, columns = f"{table}_{language}", ", ".join(texts)
                options = f"content={table}, content_rowid=id, tokenize='{TOKENIZERS[language]}'"
                connection.execute(f"CREATE VIRTUAL TABLE {name} USING fts5 ({columns}, {options})")
                connection.execute(f"INSERT INTO {name} ({name}) VALUES ('rebuild')")
            for field in ("date", "region", "year", "level", "status"):
                connection.execute(f"CREATE INDEX {table}_{field} ON {table} ({field})")
        connection.execute("CREATE INDEX proposals_delegate ON proposals (delegate)")
        connection.execute("ANALYZE")
        connection.commit()
    half.rename(path)


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
