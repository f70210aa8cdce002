"""The tables of docs/worked-example.md, for tests: what is entered, and what shows then."""

from pathlib import Path

from tests.site import ROOT

DOCUMENT: Path = ROOT / "docs" / "worked-example.md"
Row = dict[str, str]


def tables() -> dict[str, list[Row]]:
    """Give the rows of each table under its heading, each as its cells by the names of the columns."""
    found: dict[str, list[Row]] = {}
    names: list[str] = []
    heading = ""
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("#"):
            heading, names = line.lstrip("# "), []
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line[1:-1].split("|")]
            if names and not cells[0].startswith("---"):
                found[heading].append(dict(zip(names, cells, strict=True)))
            elif not names:
                names, found[heading] = cells, []
    return found


EXAMPLE = tables()


def rows(heading: str, **like: str) -> list[Row]:
    """Give the rows of a table whose cells are as asked: `rows("Events", proposal="0001")`."""
    return [row for row in EXAMPLE[heading] if like.items() <= row.items()]


def each(cell: str) -> list[str]:
    """Give the parts of a cell that holds several, divided by semicolons."""
    return [part.strip() for part in cell.split(";") if part.strip()]
