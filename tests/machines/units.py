"""The files in `deploy/` that systemd reads, with this machine's places put in."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.site import ROOT

DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent


def units() -> list[str]:
    return sorted(path.name for path in DEPLOY.iterdir() if path.suffix in {".service", ".timer"})


def commands(unit: str, key: str = "ExecStart") -> list[list[str]]:
    """Give the command lines of a unit as systemd would run them; of a template for each timer that names one."""
    lines = re.findall(rf"(?m)^{key}=-?(.+)$", (DEPLOY / unit).read_text())
    stem, at, _ = unit.partition("@.")
    instances = [path.stem.removeprefix(f"{stem}@") for path in DEPLOY.glob(f"{stem}@?*.timer")] if at else [""]
    return [shlex.split(here(line.replace("%i", instance))) for line in lines for instance in sorted(instances)]


def here(text: str) -> str:
    """Put the Python and the checkout of this run in the place of those of a deployed site."""
    return text.replace("/srv/lianghui/.venv/bin", str(BIN)).replace("/srv/lianghui", str(ROOT))


def verified(directory: Path) -> subprocess.CompletedProcess[str] | None:
    """Have systemd read all units; None where this machine has no systemd."""
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        return None
    for unit in units():
        (directory / unit).write_text(here((DEPLOY / unit).read_text()))
    names = [str(directory / unit) for unit in units() if "@." not in unit]
    return subprocess.run([analyze, "verify", *names], capture_output=True, text=True, check=False)


def environment_file(values: dict[str, str]) -> dict[str, str]:
    """Read `deploy/environment` as systemd does, with some values put in the place of those that stand there."""
    lines = shlex.split((DEPLOY / "environment").read_text(), comments=True)
    given = dict(line.split("=", 1) for line in lines)
    assert values.keys() <= given.keys()
    return given | values
