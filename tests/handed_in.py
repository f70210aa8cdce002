"""Payloads as they are handed in: in sheets to be imported and in articles to be read, and the pages that show them."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from html import escape
from io import BytesIO, StringIO
from itertools import count

import docx
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from openpyxl import Workbook

from people.batches import Batch
from people.cells import in_workbook
from proposals.models import Intake, Proposal
from proposals.sheets.kinds import KINDS
from tests.article import START, do
from tests.payloads import PAYLOADS

IMPORTS = "/admin/proposals/proposal/import/"
FREE = (
    "title_en",
    "title_zh",
    "summary_en",
    "summary_zh",
    "recommendations_en",
    "note",
    "note_en",
    "note_zh",
    "source",
)
FREE += ("name_en", "other_names", "scope_en", "employer_en", "post_en", "words")
"""Columns that take any text."""
COLUMNS, SECTION = 60, 12
"""Columns of a sheet that bear a payload as their name; payloads in a section of an article."""
FILES = [each for each in PAYLOADS if not set('"/\\\r\n\t\x0b\x0c') & set(each) and len(each) < 60]
"""Payloads that a browser sends as the name of a file."""
NUMBERS = count(1)
Change = Callable[[str], str]


def hand_in(
    client: Client,
    payloads: Sequence[str] = PAYLOADS,
    change: Change = str,
    kinds: Iterable[str] = tuple(KINDS),
    forms: Iterable[str] = ("text", "page", "markup", "document"),
) -> dict[str, HttpResponse]:
    """Hand it in as an analyst; give under a name each page that came back on the way.

    `change` is done to each payload before; `kinds` are of sheets, `forms` of the article.
    """
    texts = [change(" ".join(each.split())) for each in payloads]
    return _sheets(client, texts, change, kinds) | _broken_sheets(client, texts) | _articles(client, texts, forms)


def addresses() -> list[str]:
    """Give the pages that show from then on what was handed in."""
    imports = [f"{IMPORTS}{key}/" for key in Batch.objects.values_list("pk", flat=True)]
    read = [f"/admin/proposals/intake/{key}/change/" for key in Intake.objects.values_list("pk", flat=True)]
    drafts = Proposal.objects.filter(published_at=None).values_list("pk", flat=True)[:5]
    shown = [f"/admin/proposals/proposal/{key}/{page}/" for key in drafts for page in ("change", "history")]
    return [IMPORTS, START, "/admin/", *imports, *read, *shown, *(f"/admin/preview/{key}/" for key in drafts)]


def _sheets(client: Client, texts: list[str], change: Change, kinds: Iterable[str]) -> dict[str, HttpResponse]:
    """Of each kind one sheet that is wrong in each cell, with names of columns, and one that can be imported."""
    found: dict[str, HttpResponse] = {}
    for number, name in enumerate(kinds):
        kind = KINDS[name]
        odd = [*dict.fromkeys(texts[number * COLUMNS :] + texts)][: min(COLUMNS, 100 - len(kind.columns))]
        header = [*kind.columns, *odd]
        wrong = [dict.fromkeys(header, text) for text in texts]
        free, example = [each for each in FREE if each in kind.columns], dict(kind.example)
        example.pop("recommendations", None)  # a reply that answers nothing says nothing of them
        right = [
            example | {"number": str(next(NUMBERS))} | dict.fromkeys(free, f"{row} {text}")
            for row, text in enumerate(texts)
        ]
        for what, rows in (("wrong", wrong), ("right", right)):
            file = change(FILES[(2 * number + (what == "right")) * 7 % len(FILES)])
            found[f"{name}, {what}"] = page = _upload(client, name, _written(rows, number, texts), file)
            found |= _pressed(client, f"{name}, {what}", page, texts[number])
    return found


def _pressed(client: Client, name: str, page: HttpResponse, mapping: str) -> dict[str, HttpResponse]:
    """Press what the preview offers: look again, keep the mapping under a name, import."""
    url = f"{IMPORTS}{page.context['batch'].pk}/"
    columns = {f"column-{index}": chosen for index, (_, chosen, _) in enumerate(page.context["columns"])}
    kept = client.post(url, columns | {"map": "1", "name": mapping}, follow=True)
    done = client.post(url, {"import": "1", "seen": kept.context["seen"]}, follow=True)
    return {f"{name}, mapped": kept, f"{name}, imported": done}


def _upload(client: Client, rows: str, content: bytes, name: str) -> HttpResponse:
    file = SimpleUploadedFile("sheet", content)
    file._name = name  # as a browser sends it
    return client.post(IMPORTS, {"file": file, "rows": rows}, follow=True)


def _written(rows: list[dict[str, str]], number: int, names: list[str]) -> bytes:
    """Write rows as CSV, as a workbook whose sheets bear the names, or as JSON, in turn."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    if number % 3 == 1:
        return _workbook([header, *([row.get(name, "") for name in header] for row in rows)], names)
    if number % 3 == 2:
        return json.dumps(rows).encode()
    file = StringIO()
    writer = csv.DictWriter(file, header)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def _workbook(rows: list[list[str]], names: list[str]) -> bytes:
    book = Workbook()
    for name in names:
        sheet = book.active if name == names[0] else book.create_sheet()
        sheet._WorkbookChild__title = in_workbook(name)  # other programs than this library let anything pass
        for place, row in enumerate(rows if name == names[0] else [["A"]], start=1):
            for column, text in enumerate(row, start=1):
                cell = sheet.cell(place, column, in_workbook(text))
                cell.data_type = "s"  # not a formula, whatever it begins with
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _broken_sheets(client: Client, texts: list[str]) -> dict[str, HttpResponse]:
    """What names a column in saying why a file cannot be read: it is there twice, or holds a table."""
    found = {}
    for text in texts[::10]:
        file = StringIO()
        csv.writer(file).writerows([["title_en", text, text], ["A", "B", "C"]])
        found[f"twice {text}"] = _upload(client, "proposals", file.getvalue().encode(), "sheet.csv")
        found[f"table {text}"] = _upload(client, "proposals", json.dumps([{text: {}}]).encode(), "sheet.json")
    return found


def _line(page: HttpResponse) -> str:
    """Give a line of an article as it was read."""
    return page.context["intake"].text.splitlines()[3]


def article(texts: list[str]) -> list[str]:
    """Give the lines of an article in which payloads stand wherever something is looked for."""
    lines = [f"Voices of the Two Sessions {texts[0]}", f"2024-03-12 {texts[-1]}"]
    for at in range(0, len(texts), SECTION):
        first, *others = texts[at : at + SECTION]
        lines.append(f"Ding Lieming, member of the CPPCC National Committee, chairman of {first}: Build a bank {first}")
        lines += [f"It is suggested that the NMPA build a bank of {each}." for each in others]
        lines += [f"The market of {first} is 226.1 billion yuan by 2030.", f"IMG_{at} {first}"]
    return lines


def _articles(client: Client, texts: list[str], forms: Iterable[str]) -> dict[str, HttpResponse]:
    """The article as text, as a page, as a page whose markup it is, and as a Word document; each read and accepted."""
    lines = article(texts)
    page = "".join(f"<p>{escape(line)}</p>" for line in lines)
    raw = "".join(f'<p title="{line}">{line}</p>' for line in lines)
    document = docx.Document()
    for line in lines:
        document.add_paragraph(in_workbook(line))
    packed = BytesIO()
    document.save(packed)
    sent = {
        "text": {"text": "\n".join(lines)},
        "page": {"text": f"<html><body>{page}</body></html>"},
        "markup": {"text": f"<html><body>{raw}</body></html>"},
        "document": {"file": SimpleUploadedFile("article.docx", packed.getvalue())},
    }
    found = {"article, nothing": client.post(START, {"text": "", "outlet": texts[0]})}
    for name in forms:
        fields = sent[name]
        again = {"outlet": texts[1], "url": f"https://{name}.x.invalid/{texts[2]}".replace(" ", "")[:200]}
        found[f"article as {name}, seen"] = client.post(START, fields | again | {"published": texts[3]})
        if "file" in fields:
            fields["file"].seek(0)
        found[f"article as {name}"] = read = client.post(START, {**fields, "again": "on"}, follow=True)
        found[f"article as {name}, marked"] = marked = do(client, read, "mark", **{"is": "demand"}, passage=_line(read))
        found[f"article as {name}, accepted"] = do(client, marked, "accept")
    return found
