"""Plain text: what analysts hand in, be it text, a web page or a Word document, becomes lines that can be read.

Every place in suggestions counts characters of this text. A web page keeps its menus and footers as lines of their own,
marked as left out; scripts and styles are no text.
"""

from __future__ import annotations

import io
import re
import statistics
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import docx
import lxml.html
from django.utils.translation import gettext as _
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError, iterwalk

from people.language import IN_CHINESE
from proposals.intake.suggestions import LeftOut
from proposals.sheets.reading import SheetError, decoded

LARGEST, LONGEST = 3_000_000, 400_000
"""Bytes that are handed in; characters of text that are read."""
LARGEST_UNPACKED = 50_000_000
"""Bytes to which a Word document may unpack."""
# fmt: off
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot",
    "th", "thead", "title", "tr", "ul",
})
"""Elements that begin a line of their own."""
SILENT = frozenset({
    "canvas", "head", "iframe", "math", "noscript", "object", "script", "select", "style", "svg", "template",
    "textarea",
})
# fmt: on
"""Elements whose text no reader sees as text."""
AROUND = dict.fromkeys(("nav", "footer", "aside", "form", "button"), "around")
"""Elements around an article, and why they are left out: a key of `furniture.REASONS`."""
NAMED_AROUND = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|menu|breadcrumbs?|sidebar|footer|foot|cookies?|share|social|related|recommend|comments?"
    r"|banner|advert\w*|ads?|promo|copyright|pagination|prev|next)(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Classes and ids of such elements."""
PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body|div|p|article|section|table|span)\b",
    re.IGNORECASE | re.DOTALL,
)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""What no reader sees: control characters, marks of direction, blanks without width, halves of pairs."""
SPACES = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
WRAPPED = range(30, 121)
"""Columns at which programs break lines."""
ENDED = re.compile(r"[.!?。！？：:;；…\"”』」)）]\s*$")
STARTS = re.compile(r"\s*(?:[-*•·●▪]|\d{1,2}[.、)）]|[(（]?[一二三四五六七八九十]{1,3}[、)）]|[①-⑳])")


class IntakeError(Exception):
    """Why something that was handed in cannot be read as an article."""


@dataclass(frozen=True)
class PlainText:
    """Lines of text, and which passages the page itself says stand around the article."""

    text: str
    left_out: tuple[LeftOut, ...] = ()


def plain_text(content: bytes | str) -> PlainText:
    """Give the text of what was handed in; raises `IntakeError` for what is none."""
    if len(content) > LARGEST:
        raise IntakeError(
            _("This is larger than %(most)s MB: hand in the article alone.") % {"most": LARGEST // 1_000_000}
        )
    if not content.strip():
        raise IntakeError(_("There is no text."))
    if isinstance(content, bytes) and content.startswith(b"PK"):
        return _tidied((line, "") for line in _document(content))
    text = content if isinstance(content, str) else _decoded(content)
    if PAGE.match(text):
        return _tidied(_page(text))
    return _tidied((line, "") for line in unwrapped(text.splitlines()))


def _decoded(content: bytes) -> str:
    try:
        text = decoded(content)
    except SheetError as error:
        raise IntakeError(_("This is no text that can be read: %(why)s.") % {"why": error}) from error
    if content[:4] in (b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rt") or "\x00" in text:
        raise IntakeError(_("This is no text, web page or DOCX: copy the article's text and paste it."))
    return text


def _document(content: bytes) -> Iterator[str]:
    """Give the paragraphs of a Word document, those of tables too, in order."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
                raise IntakeError(_("The document unpacks to more than it should: copy its text and paste it."))
        parts = docx.Document(io.BytesIO(content)).iter_inner_content()
        for part in parts:
            cells = [part] if isinstance(part, Paragraph) else [cell for row in part.rows for cell in row.cells]
            for each in cells:
                yield from each.text.splitlines()
    except IntakeError:
        raise
    except Exception as error:  # whatever a broken archive or broken XML in it makes the library raise
        raise IntakeError(_("This is no DOCX that can be read: copy its text and paste it.")) from error


def _page(text: str) -> Iterator[tuple[str, str]]:
    """Give the lines of a web page, each with why it is left out ("" for what is part of the article)."""
    try:
        root = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (LxmlError, ValueError) as error:
        raise IntakeError(_("This is no web page that can be read: copy the article's text and paste it.")) from error
    line: list[str] = []
    reasons, silent = [""], 0
    for event, node in iterwalk(root, events=("start", "end", "comment", "pi")):
        element, ends = event in ("start", "end"), event != "start"
        if element and node.tag in BLOCKS and not silent:
            yield _joined(line), reasons[-1]
            line = []
        if event == "start":
            silent += node.tag in SILENT
            reasons.append(reasons[-1] or _around(node))
        elif event == "end":
            silent -= node.tag in SILENT
            reasons.pop()
        if not silent:
            line.append((node.tail if ends else node.text) or "")
    yield _joined(line), ""


def _joined(pieces: list[str]) -> str:
    return re.sub(r"\s+", " ", "".join(pieces))


def _around(node: Any) -> str:
    """Tell why an element is left out: by what it is, or by its class, its id or its role."""
    if node.tag in AROUND:
        return AROUND[node.tag]
    if node.tag in ("body", "html", "article", "main"):
        return ""
    named = " ".join(node.get(attribute, "") for attribute in ("class", "id", "role"))
    return "around" if NAMED_AROUND.search(named) else ""


def unwrapped(lines: list[str]) -> Iterator[str]:
    """Join lines that a program broke at some column into paragraphs; others stay as they are.

    They were broken where most lines that are followed by another are nearly as wide as the widest, and end within a
    sentence. A blank line, a mark of a list, or a line that ends early ends a paragraph.
    """
    widths = [_width(line.strip()) for line in lines]
    full = [width for width, after in zip(widths, [*widths[1:], 0], strict=True) if width and after]
    widest = max(widths, default=0)
    usual = statistics.median(full) if len(full) > 5 else 0
    if widest not in WRAPPED or usual < 0.8 * widest:
        yield from lines
        return
    paragraph = ""
    for line, width in zip(map(str.strip, lines), widths, strict=True):
        if paragraph and (not line or STARTS.match(line)):
            yield paragraph
            paragraph = ""
        between = "" if IN_CHINESE.match(line) or IN_CHINESE.match(paragraph[-1:]) else " "
        paragraph = f"{paragraph}{between}{line}" if paragraph else line
        if width < 0.7 * widest or (width < 0.9 * widest and ENDED.search(line)):
            yield paragraph
            paragraph = ""
    yield paragraph


def _width(line: str) -> int:
    """Count columns: a Chinese character takes two."""
    return len(line) + len(IN_CHINESE.findall(line))


def _tidied(lines: Iterable[tuple[str, str]]) -> PlainText:
    """Put lines together, without what nobody sees and without blanks that say nothing."""
    kept: list[str] = []
    left_out: list[LeftOut] = []
    place = 0
    for line, why in lines:
        tidy = SPACES.sub(" ", CONTROL.sub("", line)).strip()
        if not tidy:
            continue
        if why:
            left_out.append(LeftOut(why, place, place + len(tidy)))
        kept.append(tidy)
        place += len(tidy) + 1
    text = "\n".join(kept)
    if not text:
        raise IntakeError(_("There is no text."))
    if len(text) > LONGEST:
        words = {"most": LONGEST, "found": len(text)}
        raise IntakeError(_("This has %(found)s characters; at most %(most)s are read: hand in one article.") % words)
    return PlainText(text, tuple(left_out))
