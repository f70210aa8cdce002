"""`make sbom`: what the site is made of at run time, as CycloneDX in `var/sbom.json`; `docs/licences.md` with it.

The parts are those of `requirements.lock`, with the hashes that are pinned there, one for each file that may be
installed. What a wheel brings along besides, such as the library that speaks to PostgreSQL, is listed within its part
where the wheel says so (PEP 770): that differs from machine to machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.tool import Tool
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from supply.licences import PAGE, LicenceError, licence_of, page
from supply.lock import OURSELVES, ROOT, Part, parts

OUT = ROOT / "var" / "sbom.json"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LICENCES = LicenseFactory()


def main(arguments: Sequence[str] | None = None) -> None:
    """Write both files; stop with one line where a licence is not known or not accepted."""
    parser = argparse.ArgumentParser(prog="python -m supply.sbom", description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=OUT)
    out = parser.parse_args(arguments).out
    run = parts()
    try:
        listed, licences = written(run), page(run)
    except LicenceError as error:
        sys.exit(f"sbom: {error}")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(listed)
    PAGE.write_text(licences)
    print(f"{len(run)} parts in {out} and {PAGE}")


def written(run: Sequence[Part]) -> str:
    """Write the parts as CycloneDX 1.6; raise LicenceError for one whose licence we do not accept."""
    text = JsonV1Dot6(bom(run)).output_as_string(indent=2)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"what was written is no CycloneDX: {error.data}")
    return text


def bom(run: Sequence[Part]) -> Bom:
    """Make the list of parts, and of which needs which."""
    ourselves = Component(
        name=OURSELVES,
        version=PROJECT["version"],
        type=ComponentType.APPLICATION,
        bom_ref=OURSELVES,
        description=PROJECT["description"],
        licenses=[LICENCES.make_from_string(PROJECT["license"])],
    )
    made = {part.name: _component(part) for part in run}
    whole = Bom(components=made.values())
    whole.metadata.component = ourselves
    whole.metadata.tools.tools.add(Tool(name="supply.sbom", version=PROJECT["version"]))
    whole.register_dependency(ourselves, [made[part.name] for part in run if OURSELVES in part.asked_by])
    for name, component in made.items():
        whole.register_dependency(component, [made[part.name] for part in run if name in part.asked_by])
    return whole


def _component(part: Part) -> Component:
    at = PackageURL("pypi", name=part.name, version=part.version)
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(str(at)),
        comment="the files that may be installed, each by its hash",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in part.hashes],
    )
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType.LIBRARY,
        bom_ref=part.name,
        purl=at,
        licenses=[LICENCES.make_from_string(licence_of(part))],
        external_references=[files],
        components=_brought_along(part),
    )


def _brought_along(part: Part) -> Iterator[Component]:
    """Yield what the installed wheel holds besides, as the lists say that come with it."""
    try:
        files = distribution(part.name).files or []
    except PackageNotFoundError:
        return
    lists = [json.loads(Path(str(file.locate())).read_text()) for file in files if file.match("*/sboms/*.json")]
    named: dict[str, dict[str, Any]] = {each["name"]: each for one in lists for each in _within(one)}
    for name, each in sorted(named.items()):
        if name.replace("_", "-").lower() != part.name:
            yield Component(
                name=name,
                version=each.get("version"),
                type=ComponentType.LIBRARY,
                bom_ref=f"{part.name}/{name}",
                purl=PackageURL.from_string(each["purl"]) if "purl" in each else None,
                licenses=[LICENCES.make_from_string(said) for said in _licences(each)][:1],
            )


def _within(component: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in component.get("components", []):
        yield each
        yield from _within(each)


def _licences(component: dict[str, Any]) -> Iterable[str]:
    for each in component.get("licenses", []):
        one = each.get("license", {})
        yield each.get("expression") or one.get("id") or one.get("name") or "unknown"


if __name__ == "__main__":
    main()
