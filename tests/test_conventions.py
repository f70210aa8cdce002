"""The house rules that a test can see: which way imports point, what files are called, how long they are."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("lianghui", "accounts", "alerts", "proposals", "people")
"""From the top of the house down: a room may import from the rooms after it."""

FLOORS = {
    "urls": 0,
    "views": 1,
    "api": 1,
    "feeds": 1,
    "exports": 2,
    "downloads": 2,
    "templatetags": 1,
    "citations": 3,
    "comparison": 3,
    "filters": 3,
    "outcomes": 3,
    "pictures": 4,
    "sharing": 3,
    "embedding": 4,
    "shapes": 4,
    "markup": 7,
    "sentence": 4,
    "cards": 4,
    "catalogue": 5,
    "replica": 6,
    "backup": 5,
    "snapshot": 7,
    "clients": 7,
    "models": 7,
}
"""Inside `proposals`: a file may import from its own floor and from those below it."""
BESIDE = {"admin", "admin_site", "dataset", "intake", "sheets", "links"}
"""These stand on the models alone."""
ABOVE_ALL = {"management", "migrations", "apps"}
EMPTY_NAMES = {"core", "common", "utils", "util", "helpers", "services", "managers", "misc"}


def modules() -> list[Path]:
    return [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield what a file imports, as dotted names, with the line."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*start, *filter(None, [node.module])])
            yield module, node.lineno
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def wrong_arrows(path: Path) -> list[str]:
    here = path.relative_to(ROOT).with_suffix("").parts
    return [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for name, line in imports(path)
        if (there := name.split("."))[0] in APPS and not allowed(here, there)
    ]


def allowed(here: tuple[str, ...], there: list[str]) -> bool:
    if here[0] != there[0]:
        return APPS.index(here[0]) < APPS.index(there[0])
    if here[0] != "proposals" or len(there) < 2 or here[1] in ABOVE_ALL or here[1] == there[1]:
        return True
    if here[1] in BESIDE or there[1] in BESIDE:
        return here[1] in BESIDE and there[1] in BESIDE | {"models"}
    return FLOORS[here[1]] < FLOORS[there[1]]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path):
    assert not wrong_arrows(path)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("people/models/regions.py", "from proposals.models import Proposal"),
        ("people/language.py", "import lianghui.settings"),
        ("proposals/models/topics.py", "from proposals.catalogue import search"),
        ("proposals/catalogue/words.py", "from proposals import filters"),
        ("proposals/filters.py", "from .views import home"),
        ("proposals/admin_site.py", "from proposals.catalogue import catalogue"),
    ],
)
def test_an_import_against_the_plan_is_found(file, line, tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(f"{line}\n")
    assert wrong_arrows(path)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_of_ours_hides_in_a_function(path):
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    hidden = [
        node.lineno
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden


def test_no_file_has_a_name_that_says_nothing():
    assert not [path for path in modules() if EMPTY_NAMES & {*path.relative_to(ROOT).with_suffix("").parts}]


def test_no_file_is_much_over_400_lines():
    files = [path for path in modules() if "migrations" not in path.parts]
    files += [path for folder in ("templates", "static", "tests") for path in (ROOT / folder).rglob("*.*")]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if path.suffix in {".py", ".html", ".css"} and (lines := len(path.read_text().splitlines())) > 450
    }
    assert not long


def test_templates_of_fragments_stay_short():
    long = [path.name for path in (ROOT / "templates").rglob("_*.html") if len(path.read_text().splitlines()) > 60]
    assert not long
