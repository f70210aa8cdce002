"""Datasette over the same content: tables, full text index (FTS5) and the addresses that ask the same of it."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

FACETS = [("_facet_array", "topics"), *(("_facet", name) for name in ("region", "year", "level", "status"))]
SETTINGS = {
    "sql_time_limit_ms": 900_000,
    "facet_time_limit_ms": 900_000,
    "facet_suggest_time_limit_ms": 1,
    "suggest_facets": "off",
    "max_returned_rows": 1_000,
    "default_page_size": 20,
}
PROPOSALS = """
CREATE TABLE rival.proposals AS
SELECT p.id, p.title_en, p.title_zh, p.summary_en, p.summary_zh, s.opened AS date, s.year, b.level, p.status,
       (SELECT r.iso_code FROM people_region r JOIN proposals_proposal_target_regions t ON t.region_id = r.id
        WHERE t.proposal_id = p.id ORDER BY t.id LIMIT 1) AS region,
       (SELECT json_group_array(t.slug) FROM (
            SELECT topic_id FROM proposals_proposal_topics WHERE proposal_id = p.id
            UNION SELECT rt.topic_id FROM proposals_recommendation_topics rt
            JOIN proposals_recommendation r ON r.id = rt.recommendation_id WHERE r.proposal_id = p.id) x
        JOIN proposals_topic t ON t.id = x.topic_id) AS topics,
       (SELECT d.slug FROM people_delegate d JOIN proposals_sponsorship s ON s.delegate_id = d.id
        WHERE s.proposal_id = p.id ORDER BY s."order" LIMIT 1) AS delegate
FROM proposals_proposal p JOIN people_session s ON s.id = p.session_id JOIN people_body b ON b.id = s.body_id
WHERE p.state = 'published'
"""
RECOMMENDATIONS = """
CREATE TABLE rival.recommendations AS
SELECT r.id, r.proposal_id, r.text_en, r.text_zh, p.region, p.year, p.level, p.status, p.date,
       (SELECT json_group_array(t.slug) FROM proposals_recommendation_topics rt
        JOIN proposals_topic t ON t.id = rt.topic_id WHERE rt.recommendation_id = r.id) AS topics
FROM proposals_recommendation r JOIN rival.proposals p ON p.id = r.proposal_id
"""
TEXTS = {
    "proposals": ("title_en", "title_zh", "summary_en", "summary_zh"),
    "recommendations": ("text_en", "text_zh"),
}


def build(record: Path, path: Path) -> None:
    """Write the database that Datasette serves, from the SQLite file of the record; it is whole or not there."""
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with closing(sqlite3.connect(record)) as connection:
        connection.execute("ATTACH ? AS rival", [str(half)])
        connection.execute("PRAGMA rival.journal_mode = OFF")
        for statement in (PROPOSALS, "CREATE UNIQUE INDEX rival.p_id ON proposals (id)", RECOMMENDATIONS):
            connection.execute(statement)
        connection.commit()
    with closing(sqlite3.connect(half)) as connection:
        for table, texts in TEXTS.items():
            columns = ", ".join(texts)
            connection.execute(
                f"CREATE VIRTUAL TABLE {table}_fts USING fts5 ({columns}, content={table}, tokenize='porter')"
            )
            connection.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")
            for name in ("date", "region", "year", "level", "status"):
                connection.execute(f"CREATE INDEX {table}_{name} ON {table} ({name})")
        connection.execute("CREATE INDEX proposals_delegate ON proposals (delegate)")
        connection.execute("ANALYZE")
        connection.commit()
    half.rename(path)


def metadata() -> str:
    """Give Datasette's metadata: which full text index belongs to which table."""
    tables = {table: {"fts_table": f"{table}_fts", "fts_pk": "rowid"} for table in TEXTS}
    return json.dumps({"databases": {"rival": {"tables": tables}}})


def address(table: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Give the address that asks of Datasette what `parameters` ask of the site; "" for a page by its number."""
    asked = [*FACETS, ("_size", "20"), ("_sort_desc", "date")]
    topics = [value for name, value in parameters if name == "topic"]
    if len(topics) == 1:
        asked.append(("topics__arraycontains", topics[0]))
    elif topics:
        listed = ", ".join(f"'{slug}'" for slug in topics)
        asked.append(("_where", f"exists (select 1 from json_each(topics) where value in ({listed}))"))
    asked += [("_search" if name == "q" else name, value) for name, value in parameters if name != "topic"]
    return "" if any(name == "page" for name, _ in parameters) else f"/rival/{table}.json?{urlencode(asked)}"
