"""The set-up: the Makefile and CI."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.site import ROOT


def make(*args: str, path: str = "") -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    env["PATH"] = f"{path}:{env['PATH']}"
    return subprocess.run(["make", "--no-print-directory", *args], cwd=ROOT, env=env, capture_output=True, text=True)


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("version", ["2.7.18", "3.1.1", "3.9.2", "3.10.14"])
def test_an_old_python_is_named_before_anything_is_done(tmp_path, version):
    python = program(tmp_path / "python", f"echo Python {version}")
    done = make("run", f"PYTHON={python}")
    assert done.returncode != 0
    assert done.stdout == ""
    said = done.stderr.splitlines()[0]
    assert "Python 3.11 or newer" in said
    assert f"{python} is Python {version}" in said
    assert "make run PYTHON=python3.12" in said


def test_a_python_that_is_not_there_is_named(tmp_path):
    done = make("run", f"PYTHON={tmp_path}/python3.99")
    assert done.returncode != 0
    assert done.stderr.startswith("Lianghui needs Python 3.11 or newer")
    assert f"{tmp_path}/python3.99 is not found" in done.stderr


def test_a_python_without_venv_is_named(tmp_path):
    python = program(tmp_path / "python", '[ "$1" = --version ] && echo Python 3.14.0')
    done = make("run", f"PYTHON={python}")
    assert done.returncode != 0
    assert "apt-get install python3-venv" in done.stderr.splitlines()[0]


def test_ci_runs_only_what_the_readme_shows():
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    commands = [line for line in script if line and not line.startswith(("#", "set ", "cd "))]
    assert commands
    readme = (ROOT / "README.md").read_text()
    for command in commands:
        assert re.fullmatch(r"make \w+", command)
        assert command in readme
