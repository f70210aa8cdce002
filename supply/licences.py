"""Under which licence each part stands: what it says of itself, or what we have read; `docs/licences.md`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from license_expression import AND, OR, ExpressionError, LicenseExpression, LicenseSymbol, get_spdx_licensing

from supply.lock import OURSELVES, ROOT, Part

GIVEN = tomllib.loads((Path(__file__).parent / "licences.toml").read_text())
PAGE = ROOT / "docs" / "licences.md"
SPDX = get_spdx_licensing()
INTRODUCTION = """# Licences

Lianghui itself is under the MIT licence, its data under CC BY 4.0: see [LICENSE](../LICENSE). At run time it is made of
the {number} parts below, as `requirements.lock` pins them; what only tests and tools need is not among them. Nothing of
anybody else's is copied into this tree. Each stands under a licence that `supply/licences.toml` accepts, with the
reason; a test fails on any other. `make sbom` writes this page, and the same with hashes as CycloneDX into
`var/sbom.json`; there stands too what the wheels hold besides, where they say so.
"""


class LicenceError(Exception):
    """A part stands under no licence that is accepted, or nobody knows under which; the message says what to do."""


def licence_of(part: Part) -> str:
    """Give the licence of a part as an SPDX expression; raise LicenceError where it is not known or not accepted."""
    said = GIVEN["read"].get(part.name) or _said(part.name)
    try:
        parsed = SPDX.parse(said or "not said", validate=True)
    except ExpressionError as error:
        raise LicenceError(
            f"{part.name} says its licence is {said[:60]!r}: read its licence file, and note it in supply/licences.toml"
        ) from error
    if not _accepted(parsed):
        raise LicenceError(f"{part.name} is under {said}, which supply/licences.toml does not accept")
    return str(parsed)


def page(run: Sequence[Part]) -> str:
    """Write the page of licences of what the site needs to run."""
    rows = ["| part | version | licence | asked for by |", "|---|---|---|---|"]
    rows += [f"| {part.name} | {part.version} | {licence_of(part)} | {_asked_by(part)} |" for part in run]
    where = [f"{part.name} where `{part.marker}`" for part in run if part.marker]
    remarks = [f"- {name}: {remark}." for name, remark in sorted(GIVEN["remarks"].items())]
    parts = [
        INTRODUCTION.format(number=len(run)).strip(),
        "\n".join(rows),
        f"Only on some machines: {'; '.join(where)}." if where else "",
        "\n".join(remarks),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _said(name: str) -> str:
    """Give what a part says of its licence: the expression of PEP 639, or else the older field."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return ""
    return str((said.get_all("License-Expression") or said.get_all("License") or [""])[0])


def _accepted(licence: LicenseExpression) -> bool:
    """Tell whether we may use what stands under this: of several of which one may choose, one is enough."""
    if isinstance(licence, LicenseSymbol):
        return licence.key in GIVEN["accepted"]
    if isinstance(licence, (AND, OR)):
        return (all if isinstance(licence, AND) else any)(map(_accepted, licence.args))
    return False


def _asked_by(part: Part) -> str:
    return "us" if OURSELVES in part.asked_by else ", ".join(part.asked_by)
