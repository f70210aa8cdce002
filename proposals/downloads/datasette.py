"""`metadata.json` for Datasette: titles, licence, what tables and columns hold, and by which columns it counts."""

from __future__ import annotations

from typing import Any

from proposals.downloads.columns import columns_of, described
from proposals.downloads.package import DESCRIPTION, LICENCE, TITLE
from proposals.downloads.sqlite import SEARCHED, VIEWS_ABOUT
from proposals.downloads.tables import TABLES, Table


def metadata() -> dict[str, Any]:
    """Give it; the database is called `lianghui`, after its file."""
    tables = {table.name: _about(table) for table in TABLES}
    tables |= {name: {"description": about} for name, about in VIEWS_ABOUT.items()}
    return {
        "title": TITLE,
        "description": DESCRIPTION,
        "license": LICENCE["name"],
        "license_url": LICENCE["path"],
        "source": "Lianghui",
        "databases": {"lianghui": {"tables": tables}},
    }


def _about(table: Table) -> dict[str, Any]:
    title, description = described(table)
    about: dict[str, Any] = {
        "title": title,
        "description": description,
        "columns": {column.name: column.description for column in columns_of(table) if column.description},
    }
    if table.facets:
        about["facets"] = list(table.facets)
    if table.label:
        about["label_column"] = table.label
    if table.name in SEARCHED:
        about["fts_table"], about["fts_pk"] = f"{table.name}_fts", "id"
    return about
