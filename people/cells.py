"""Cells of sheets: none is run by the program that opens them, and what a workbook cannot hold is marked."""

import re
from collections.abc import Sequence

LONGEST_IN_WORKBOOK = 32_767
"""Characters that a cell of a workbook can hold."""
MOST_ROWS_IN_WORKBOOK = 1_048_576
"""Rows of a sheet of a workbook, with its header."""
RUN = frozenset("=+-@\t\r\n＝＋－＠")
"""What a cell begins with that some program takes for something to run."""
MARKED = RUN | {"'"}
"""What a cell may begin with that `harmless` changes."""
FORMULA = ("=", "+", "-", "@")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
DIVIDED_BY = "; "
"""Between the values of a cell that holds several."""


def harmless(text: str) -> str:
    """Give a cell as it may be written into a sheet: no program runs it."""
    return f"'{text}" if text[:1] in MARKED and text.lstrip("'")[:1] in RUN else text


def unharmed(text: str) -> str:
    """Give what `harmless` was given."""
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in RUN else text


def in_workbook(text: str) -> str:
    """Give a text as a cell of a workbook can hold it; one that is cut off ends in “…”."""
    clean = NOT_IN_XML.sub("", text)
    return clean if len(clean) <= LONGEST_IN_WORKBOOK else f"{clean[: LONGEST_IN_WORKBOOK - 1]}…"


def in_one_cell(values: Sequence[str]) -> str:
    """Join the values of a cell; what divides them becomes a comma within one."""
    whole = DIVIDED_BY.join(values)
    if whole.count(DIVIDED_BY) < len(values):
        return whole
    return DIVIDED_BY.join([text.replace(DIVIDED_BY, ", ") for text in values])
