"""Makers: processes that make entries of the whole record side by side, one for each core.

A maker is `manage.py make_entries`. It reads keys of proposals, a list on a line, and writes their entries, after the
number of bytes that they take. It ends when nobody can ask it any more.
"""

import gc
import json
import marshal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import IO, Any, Self, cast

from django.conf import settings

from proposals.catalogue.documents import Entry, Shelf

COMMAND = [sys.executable, "-m", "django", "make_entries"]
LENGTH = struct.Struct("<Q")
AHEAD = 2
"""Batches that a maker is asked for before it is listened to."""
OBJECTS = 100_000
"""Objects made between two looks for garbage, of which there is next to none here: Python's 700 cost a seventh."""


class Maker:
    """A process that makes entries."""

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(COMMAND, cwd=settings.BASE_DIR, stdin=pipe, stdout=pipe)  # noqa: S603 - our own
        self.questions, self.made = cast("IO[bytes]", self.process.stdin), cast("IO[bytes]", self.process.stdout)
        self.asked = 0
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def ask(self, keys: Sequence[int]) -> None:
        """Ask for the entries of the proposals with `keys`."""
        with suppress(BrokenPipeError):  # whoever has ended does not answer either
            self.questions.write(json.dumps(keys).encode() + b"\n")
            self.questions.flush()
        self.asked += 1

    def answers(self, *, but: int = 0) -> Iterator[Entry]:
        """Yield what was asked for and not given yet, but for the last batches."""
        while self.asked > but:
            [length] = LENGTH.unpack(self._read(LENGTH.size))
            entries = marshal.loads(self._read(length))  # noqa: S302 - from our own process
            self.asked -= 1
            for entry in entries:
                yield Entry(*entry)

    def _read(self, length: int) -> bytes:
        content = self.made.read(length)
        if len(content) < length:
            raise OSError("A process that makes documents for the catalogue has ended.")
        return content


def made_by(number: int) -> Callable[[Iterable[Sequence[int]]], Iterator[Entry]] | None:
    """Give what makes the entries of batches of keys in so many processes; `None` where this one makes them itself."""
    return partial(made_by_several, number=number) if number else None


def made_by_several(batches: Iterable[Sequence[int]], number: int) -> Iterator[Entry]:
    """Yield the entries of published proposals, given their keys in batches; `number` processes make them in turn."""
    with ExitStack() as stack:
        makers = [stack.enter_context(Maker()) for _ in range(number)]
        for turn, keys in enumerate(batches):
            maker = makers[turn % number]
            maker.ask(keys)
            yield from maker.answers(but=AHEAD)
        for maker in makers:
            yield from maker.answers()


def make(asked: Iterable[bytes], answer: IO[bytes]) -> None:
    """Do a maker's work until nothing is asked any more."""
    gc.set_threshold(OBJECTS)
    shelf = Shelf()
    for line in asked:
        entries = shelf.entries(json.loads(line))
        made: Any = [(each.numbers, each.texts, each.acronyms, each.row, each.fingerprint) for each in entries]
        content = marshal.dumps(made)
        answer.write(LENGTH.pack(len(content)) + content)
        answer.flush()
