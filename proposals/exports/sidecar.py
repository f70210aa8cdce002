"""The sidecar: what a plain file is, as CSV on the Web describes it; licence, date, filter and every column."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation

from people.cells import DIVIDED_BY
from people.language import CHINESE, ENGLISH
from proposals.exports.columns import Column, Kind
from proposals.exports.listed import Listed
from proposals.shapes import LICENCE

CONTEXT = "http://www.w3.org/ns/csvw"
KIND = "application/csvm+json"
LANGUAGES = dict(zip((ENGLISH, CHINESE), (code for code, _name in settings.LANGUAGES), strict=True))
DATATYPES: dict[Kind, Any] = {
    Kind.BOOLEAN: {"base": "boolean", "format": "true|false"},
    Kind.PARTIAL_DATE: "string",  # "2024-03" is no date there
}


def described(listed: Listed, file: str, lines: str) -> dict[str, Any]:
    """Describe a list that is at the address `file` as CSV and at `lines` as JSON lines."""
    return {
        "@context": [CONTEXT, {"language": ENGLISH}],
        "url": file,
        "dc:title": f"Lianghui 两会: {listed.sentence}",
        "dc:source": listed.page,
        "dc:license": {"@id": LICENCE},
        "dc:date": listed.day.isoformat(),
        "dc:publisher": {"@id": f"{listed.site}/"},
        "dc:hasFormat": {"@id": lines},
        "dialect": {"encoding": "utf-8", "delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True},
        "tableSchema": {"columns": [_column(column) for column in listed.columns], "primaryKey": "id"},
    }


def _column(column: Column) -> dict[str, Any]:
    """Describe a column, in both languages."""
    labels, meanings = {}, {}
    for language, code in LANGUAGES.items():
        with translation.override(code):
            labels[language] = [column.name, str(column.label)]
            meanings[language] = f"{column.meaning} ({column.type})"
    told: dict[str, Any] = {
        "name": column.name,
        "titles": labels,
        "dc:description": [{"@value": said, "@language": language} for language, said in meanings.items()],
        "datatype": DATATYPES.get(column.kind, str(column.kind)),
    }
    if column.several:
        told["separator"] = DIVIDED_BY
    if column.rule:
        told["dc:conformsTo"] = column.rule
    return told
