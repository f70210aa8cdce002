"""Does the index say what the record says? Names every difference."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import tantivy
from django.utils.timesince import timesince
from tqdm import tqdm

from proposals.catalogue.documents import entries
from proposals.catalogue.index import Catalogue
from proposals.catalogue.makers import made_by
from proposals.catalogue.names import is_number, size
from proposals.catalogue.schema import META, NAME, PROPOSAL, RECOMMENDATION, named
from proposals.catalogue.totals import Totals
from proposals.models import Change, Generation

KINDS = {PROPOSAL: "proposal", RECOMMENDATION: "recommendation"}


def differences(catalogue: Catalogue, processes: int = 0, *, progress: bool = False) -> Iterator[str]:
    """Yield a line for each document that is missing, differs or should not be there, and each damaged file.

    With `processes`, so many others make what the index should hold.
    """
    opened = catalogue.look(again=True)
    now = Generation.now()
    if opened is None:
        yield f"there is no readable index in {catalogue.root}"
        return
    if not catalogue.fits(opened, now):
        yield "the index was built from another record or by another version of the program"
        return
    if damaged := _damaged(catalogue.root / opened.name):
        yield from damaged
        return
    if opened.position != now.value:
        yield f"the index is at generation {opened.position}, the record at {now.value}"
    with tqdm(total=opened.totals.number(PROPOSAL), unit=" proposals", disable=not progress) as bar:
        yield from _differing(_held(opened.searcher), processes, bar)
    counted = Totals()
    counted.count(opened.searcher, tantivy.Query.all_query())
    if counted != opened.totals:
        yield "the counts that the index keeps are not those of what is in it"


def _differing(held: dict[tuple[int, int], list[int]], processes: int, bar: tqdm[NoReturn]) -> Iterator[str]:
    """Yield a line for each document of the record that is not `held` as it is, and for each that is held besides."""
    for entry in entries(make=made_by(processes)):
        [kind], [identity] = entry.numbers["type"], entry.numbers["id"]
        fingerprints = held.pop((kind, identity), [])
        if not fingerprints:
            yield f"{_called(kind, identity)} is missing from the index"
        elif fingerprints != [entry.fingerprint]:
            yield f"{_called(kind, identity)} differs from the record"
        bar.update(kind == PROPOSAL)
    for kind, identity in held:
        yield f"{_called(kind, identity)} is in the index but not published"


def status(catalogue: Catalogue) -> dict[str, object]:
    """Tell where the index is and how far it has come: generations, age, documents, bytes on disk."""
    opened = catalogue.look(again=True)
    folder = Path(catalogue.root)
    position = opened.position if opened else 0
    return {
        "folder": str(folder),
        "generation of the record": Generation.now().value,
        "generation of the index": opened.position if opened else "no index",
        "proposals changed since": Change.objects.filter(generation__gt=position).count(),
        "last written": _written(folder / opened.name) if opened else "never",
        "documents": _documents(opened.searcher) if opened else 0,
        "segments": opened.searcher.num_segments if opened else 0,
        "bytes": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
    }


def _written(folder: Path) -> str:
    """Tell when the index's last commit was made, and how long ago that is by this machine's clock."""
    moment = datetime.fromtimestamp((folder / "meta.json").stat().st_mtime, tz=UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC, {timesince(moment)} ago"


def _damaged(folder: Path) -> list[str]:
    """Name the files of the index whose content is not what the engine's own checksum at their end says.

    Files that belong to no segment are what a killed process left behind.
    """
    segments = json.loads((folder / "meta.json").read_text())["segments"]
    stems = {each["segment_id"].replace("-", "") for each in segments}
    wrong = [file.name for file in folder.iterdir() if file.name.partition(".")[0] in stems and not _is_whole(file)]
    return [f"{name} is damaged: the index must be built anew" for name in sorted(wrong)]


def _is_whole(file: Path) -> bool:
    """Check a file that ends in a description of itself, the length of that, and a number that marks the end."""
    try:
        content = file.read_bytes()
        length, _mark = struct.unpack("<II", content[-8:])
        described = json.loads(content[-8 - length : -8])
        return bool(described["crc"] == zlib.crc32(content[: -8 - length]))
    except FileNotFoundError:  # merged into another since the list of segments was read
        return True
    except (struct.error, ValueError, KeyError, TypeError):
        return False


def _called(kind: int, identity: int) -> str:
    if kind == NAME:
        facet, key = named(identity)
        return f"the name of {facet} {key}"
    return f"{KINDS[kind]} {identity}"


def _documents(searcher: tantivy.Searcher) -> int:
    return sum(size(searcher, is_number("type", kind)) for kind in KINDS)


def _held(searcher: tantivy.Searcher) -> dict[tuple[int, int], list[int]]:
    """Give the fingerprints of the documents by (type, key): one each, if all is well."""
    every = tantivy.Query.all_query().and_must_not_match(is_number("type", META))
    addresses = [address for _, address in searcher.search(every, max(1, searcher.num_docs), count=False).hits]
    columns = [searcher.fast_field_values(name, addresses) for name in ("type", "id", "fingerprint")]
    held: dict[tuple[int, int], list[int]] = {}
    for kind, key, fingerprint in zip(*columns, strict=True):
        held.setdefault((kind, key), []).append(fingerprint)
    return held
