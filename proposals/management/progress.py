"""How far a command has come, on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def shown(verbosity: int, rows: int | None = None) -> Iterator[Callable[[str, int], object]]:
    """Give a function that is told the table in hand and how many more rows are done, of `rows` where that is known."""
    with tqdm(total=rows, unit=" rows", unit_scale=True, disable=None if verbosity else True, leave=False) as bar:

        def progress(table: str, more: int) -> None:
            bar.set_postfix_str(table, refresh=False)
            bar.update(more)

        yield progress
