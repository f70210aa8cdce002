"""`make audit`: known holes in what is locked, by pip-audit, of both services that it can ask.

A service that cannot be reached, or that knows nothing, as a mirror of the index may, is named in one line and fails
nothing: a build must not hang on somebody else's machine. Whether it knows anything is seen by a version that is
known to be full of holes. A known hole in what we use fails, unless it stands in `ACCEPTED` with the reason.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from supply.lock import DEVELOPMENT, parts

SERVICES = ("pypi", "osv")
FULL_OF_HOLES = "django==2.2.0"
"""Dozens are known since 2019: who reports none knows of none."""
ACCEPTED: dict[str, str] = {}
"""Holes that do not concern us and cannot be closed yet, by their number, each with the reason."""
UNREACHABLE = ("ConnectionError", "ProxyError", "SSLError", "Timeout", "Tip: your network")
"""How pip-audit's last line tells that nobody was there."""
PATIENCE, AT_MOST = 10, 300
"""Seconds: for one answer of a service, and for all."""


class NotAnsweredError(Exception):
    """A service has given no answer that says anything; the message says what it gave."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask every service, print what each knows, and give 1 where something is known."""
    parser = argparse.ArgumentParser(prog="python -m supply.audit", description=__doc__)
    parser.add_argument("lock", nargs="?", type=Path, default=DEVELOPMENT, help="requirements-dev.lock")
    parser.add_argument("--service", action="append", choices=SERVICES, help="ask this one only")
    parser.add_argument("--osv-url", help="where else the service osv is")
    given = parser.parse_args(arguments)
    more = ["--osv-url", given.osv_url] if given.osv_url else []
    holes = [hole for service in given.service or SERVICES for hole in known(service, given.lock, more)]
    for hole in sorted({*holes}):
        print(f"known hole: {hole}")
    return bool(holes)


def known(service: str, lock: Path, more: Sequence[str]) -> list[str]:
    """Give the holes that a service knows of in a lock file, and say in one line what it has looked at."""
    locked = [f"{part.name}=={part.version}" for part in parts(lock)]
    try:
        if not [*_holes(ask(service, [FULL_OF_HOLES], more))]:
            raise NotAnsweredError("it has no data on known holes")
        answer = ask(service, locked, more)
    except NotAnsweredError as error:
        print(f"not checked: {service}: {error}")
        return []
    unknown = [each["name"] for each in answer if "skip_reason" in each]
    print(f"checked: {service}: {len(locked) - len(unknown)} of {len(locked)} parts in {lock.name}")
    if unknown:
        print(f"not checked: {service}: it does not know {', '.join(unknown)}")
    return [*_holes(answer)]


def ask(service: str, locked: Sequence[str], more: Sequence[str]) -> list[dict[str, Any]]:
    """Give what pip-audit says of each of `name==version`: `name`, `version`, `vulns`, or `name`, `skip_reason`.

    A name may come twice, for two versions of Python, which pip-audit does not take in one file.
    """
    answers: list[dict[str, Any]] = []
    while locked:
        once = {each.partition("==")[0]: each for each in locked}
        locked = [each for each in locked if each not in once.values()]
        answers += _run(service, [*once.values()], more)
    return answers


def _run(service: str, locked: Sequence[str], more: Sequence[str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as directory:
        asked = Path(directory) / "asked.txt"
        asked.write_text("\n".join(locked))
        options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
        options += ["--cache-dir", str(Path(directory) / "cache"), "--timeout", str(PATIENCE), "--desc", "off"]
        command = [sys.executable, "-m", "pip_audit", "-s", service, "-r", str(asked), *options, *more]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, timeout=AT_MOST)  # noqa: S603 - our own words
        except subprocess.TimeoutExpired as error:
            raise NotAnsweredError(f"it did not answer within {AT_MOST} seconds") from error
    try:
        dependencies: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except ValueError as error:
        raise NotAnsweredError(_why(ran.stderr)) from error
    return dependencies


def _why(said: str) -> str:
    """Say in a few words why pip-audit gave up, from the end of what it said."""
    *_before, last = [line for line in said.splitlines() if line.strip()] or ["pip-audit said nothing"]
    return "it cannot be reached" if any(word in last for word in UNREACHABLE) else last[:200]


def _holes(answer: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield each hole as one line, but for those that are accepted."""
    for part in answer:
        for hole in part.get("vulns", []):
            if {hole["id"], *hole["aliases"]} & ACCEPTED.keys():
                continue
            closed = f"closed in {', '.join(hole['fix_versions'])}" if hole["fix_versions"] else "not closed yet"
            yield f"{part['name']} {part['version']}: {hole['id']}, {closed}"


if __name__ == "__main__":
    sys.exit(main())
