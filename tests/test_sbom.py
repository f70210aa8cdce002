"""`make sbom`: what the site is made of, as CycloneDX and as a page of licences, none of which is unknown."""

import json
import tomllib

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from supply import licences, sbom
from supply.licences import GIVEN, PAGE, LicenceError, licence_of, page
from supply.lock import DEVELOPMENT, OURSELVES, Part, parts
from tests.site import ROOT

RUN = parts()


@pytest.fixture(scope="module")
def written():
    return sbom.written(RUN)


@pytest.fixture(scope="module")
def listed(written):
    return json.loads(written)


def part(name, **more):
    return Part(
        **{"name": name, "version": "1.0", "marker": "", "hashes": ("0" * 64,), "asked_by": (OURSELVES,)} | more
    )


def test_it_is_valid_by_the_schema_of_cyclonedx(written):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None


def test_it_lists_what_the_site_needs_to_run_and_nothing_that_only_tests_need(listed):
    assert {(each["name"], each["version"]) for each in listed["components"]} == {(p.name, p.version) for p in RUN}
    tools = {each.name for each in parts(DEVELOPMENT)} - {each.name for each in RUN}
    assert {"pytest", "cyclonedx-bom"} <= tools
    assert not tools & {each["name"] for each in listed["components"]}


def test_each_part_has_its_licence_and_the_hashes_that_are_locked(listed):
    for locked, each in zip(RUN, sorted(listed["components"], key=lambda each: each["name"]), strict=True):
        [licence] = each["licenses"]
        assert licence.get("expression") or licence["license"]["id"]
        [files] = each["externalReferences"]
        assert sorted(file["content"] for file in files["hashes"]) == [*locked.hashes]
        assert each["purl"] == f"pkg:pypi/{locked.name}@{locked.version}"


def test_it_says_which_part_needs_which(listed):
    needs = {each["ref"]: each.get("dependsOn", []) for each in listed["dependencies"]}
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert len(needs[OURSELVES]) == len(asked)
    assert {"asgiref", "sqlparse"} <= {*needs["django"]}


def test_what_a_wheel_holds_besides_stands_within_its_part(listed):
    within = {each["name"]: [inner["name"] for inner in each.get("components", [])] for each in listed["components"]}
    assert len(within["tantivy"]) > 10
    assert "tantivy" not in within["tantivy"]


def test_the_command_writes_both_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sbom, "PAGE", tmp_path / "licences.md")
    sbom.main([str(tmp_path / "deep" / "sbom.json")])
    assert json.loads((tmp_path / "deep" / "sbom.json").read_text())["bomFormat"] == "CycloneDX"
    assert (tmp_path / "licences.md").read_text() == PAGE.read_text()
    assert f"{len(RUN)} parts" in capsys.readouterr().out


def test_the_page_of_licences_is_that_of_the_lock():
    assert page(RUN) == PAGE.read_text(), "make sbom"


def test_every_licence_is_one_that_we_accept():
    assert [licence_of(each) for each in RUN]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("AGPL-3.0-only", "is under AGPL-3.0-only, which supply/licences.toml does not accept"),
        ("MIT AND AGPL-3.0-only", "does not accept"),
        ("Do what you like", "read its licence file"),
        ("", "read its licence file"),
    ],
)
def test_a_licence_that_we_do_not_accept_or_know_stops_it_with_one_line(said, message, tmp_path, monkeypatch):
    monkeypatch.setattr(licences, "_said", lambda _name: said)
    with pytest.raises(LicenceError, match=message):
        licence_of(part("something"))
    monkeypatch.setattr(sbom, "parts", lambda: [part("something")])
    with pytest.raises(SystemExit, match=r"^sbom: something "):
        sbom.main([str(tmp_path / "sbom.json")])
    assert not (tmp_path / "sbom.json").exists()


def test_of_several_licences_one_may_choose_from_one_is_enough(monkeypatch):
    monkeypatch.setattr(licences, "_said", lambda _name: "AGPL-3.0-only OR MIT")
    assert licence_of(part("something")) == "AGPL-3.0-only OR MIT"


def test_what_we_have_read_ourselves_is_of_parts_that_are_there_and_is_needed():
    names = {each.name for each in RUN}
    assert {*GIVEN["read"], *GIVEN["remarks"]} <= names
    used = {symbol for each in RUN for symbol in licences.SPDX.license_keys(licences.SPDX.parse(licence_of(each)))}
    assert used <= {*GIVEN["accepted"]}
