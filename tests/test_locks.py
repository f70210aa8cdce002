"""The lock files: all that is installed, pinned and hashed, is what pyproject.toml asks for, and no more."""

import ast
import re
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply.lock import DEVELOPMENT, OURSELVES, RUN, parts
from tests.site import ROOT
from tests.test_conventions import APPS

ASKED = tomllib.loads((ROOT / "pyproject.toml").read_text())
TO_RUN = [Requirement(text) for text in ASKED["project"]["dependencies"]]
TO_DEVELOP = [Requirement(text) for text in ASKED["dependency-groups"]["dev"]]
LOCKS = [(RUN, TO_RUN), (DEVELOPMENT, TO_RUN + TO_DEVELOP)]
BY_NAME = {"psycopg": "Django's database backend loads it", "gunicorn": "the server, which loads us"}
"""What is needed to run and named nowhere in our code."""

both = pytest.mark.parametrize(("lock", "asked"), LOCKS, ids=[lock.name for lock, _ in LOCKS])


@both
def test_everything_is_pinned_and_hashed_and_no_host_is_named(lock, asked):
    text = lock.read_text()
    assert not re.search(r"https?:|index-url|find-links|file:|@ |/", re.sub(r"#.*", "", text))
    assert "://" not in text
    assert all(part.hashes for part in parts(lock))


@both
def test_what_the_project_asks_for_is_locked_within_its_range(lock, asked):
    locked = {part.name: part for part in parts(lock)}
    for requirement in asked:
        part = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(part.version, prereleases=True), f"make lock: {requirement}"
        assert OURSELVES in part.asked_by, f"make lock: {requirement}"
        for extra in requirement.extras:
            assert f"{part.name}[{extra}]" in lock.read_text() or f"{part.name}-{extra}" in locked


@both
def test_nothing_is_locked_that_nobody_asks_for(lock, asked):
    locked = {part.name for part in parts(lock)}
    ours = {part.name for part in parts(lock) if OURSELVES in part.asked_by}
    assert ours == {canonicalize_name(requirement.name) for requirement in asked}
    assert {name for part in parts(lock) for name in part.asked_by} <= {*locked, OURSELVES}
    assert all(part.asked_by for part in parts(lock))


@both
def test_whatever_a_part_needs_is_locked_within_its_range(lock, asked):
    here = {part.name: part.version for part in parts(lock) if part.is_for_this_machine}
    for name in here:
        for text in distribution(name).requires or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                version = here[canonicalize_name(needed.name)]
                assert needed.specifier.contains(version, prereleases=True), f"{name} needs {needed}"


def test_what_is_locked_to_run_is_locked_for_tests_too():
    run, dev = ({(part.name, part.version, part.hashes) for part in parts(lock)} for lock, _ in LOCKS)
    assert run <= dev


def test_what_is_installed_is_what_is_locked():
    others = {}
    for part in parts(DEVELOPMENT):
        if part.is_for_this_machine:
            installed = distribution(part.name)
            if installed.version != part.version or installed.read_text("direct_url.json"):
                others[part.name] = installed.version
    assert others == {}


def test_nothing_installs_but_from_a_lock_with_its_hashes():
    files = [ROOT / "Makefile", *(path for path in (ROOT / ".ci").rglob("*") if path.is_file())]
    files += [path for path in (ROOT / "deploy").rglob("*") if path.is_file()]
    files += [path for path in ROOT.glob("**/*.sh") if ".venv" not in path.parts]
    lines = [line for path in files for line in path.read_text().splitlines()]
    installs = [
        line for line in lines if re.search(r"\b(pip3?|uv( pip)?|pipx|poetry|easy_install)\s+(install|add|sync)", line)
    ]
    assert installs
    assert [line for line in installs if not re.search(r"--require-hashes -r \S+", line)] == []


def test_no_file_names_a_host_of_packages():
    hosts = re.compile(r"(py[p]i|python[h]osted|ana[c]onda|npm[j]s|un[p]kg|js[d]elivr|cdn[j]s)\.(org|com|net)\b")
    kinds = {".py", ".toml", ".lock", ".md", ".sh", ".cfg", ".ini", ".html", ".js", ".css", ".txt", ".yml", ".yaml", ""}
    left_out = {".venv", ".git", "var", "node_modules"}
    found = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if not left_out & {*path.relative_to(ROOT).parts} and path.is_file() and path.suffix in kinds
        if hosts.search(path.read_text(errors="replace"))
    ]
    assert found == []


def ours():
    """Every file of the site, read as a tree."""
    files = [ROOT / "manage.py", ROOT / "gunicorn.conf.py"]
    files += [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [ast.parse(path.read_text()) for path in files]


@pytest.fixture(scope="module")
def imported():
    """The first words of all that the site imports, or names in a text, as settings do."""
    by_import, by_text = set(), set()
    for tree in ours():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                by_import |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                by_import.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Constant) and re.fullmatch(r"[a-z_0-9]+(\.\w+)*", str(node.value)):
                by_text.add(str(node.value).partition(".")[0])
    return by_import, by_text


@pytest.fixture(scope="module")
def brought():
    """The names of the parts that bring each module."""
    return {module: {*map(canonicalize_name, names)} for module, names in packages_distributions().items()}


def test_every_part_that_the_site_asks_for_is_used(imported, brought):
    used = {name for module in set.union(*imported) for name in brought.get(module, ())}
    names = {canonicalize_name(requirement.name) for requirement in TO_RUN} - BY_NAME.keys()
    assert sorted(names - used) == []


def test_whatever_the_site_imports_it_asks_for_itself(imported, brought):
    by_import, _by_text = imported
    asked = {canonicalize_name(requirement.name) for requirement in TO_RUN}
    foreign = by_import - {*sys.stdlib_module_names, *APPS}
    assert sorted(module for module in foreign if not asked & brought.get(module, set())) == []
