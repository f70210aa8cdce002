"""The parts that a lock file names, as `uv pip compile` writes it: version, hashes, where, and what asks for each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / "requirements.lock"
"""What the site needs to run."""
DEVELOPMENT = ROOT / "requirements-dev.lock"
"""The same, and what tests and tools need."""
OURSELVES = "lianghui"


@dataclass(frozen=True)
class Part:
    """A part that is locked. `asked_by` names the parts that need it, `lianghui` for what pyproject.toml asks for."""

    name: str
    version: str
    marker: str
    """Where it is installed, as `sys_platform == 'win32'`; empty for everywhere."""
    hashes: tuple[str, ...]
    """SHA-256 of each file that may be installed, in hexadecimal."""
    asked_by: tuple[str, ...]

    @property
    def is_for_this_machine(self) -> bool:
        """Tell whether it is installed here."""
        return not self.marker or Marker(self.marker).evaluate()


def parts(lock: Path = RUN) -> list[Part]:
    """Read a lock file; its order is that of the names. Raise ValueError for a line that pins no version."""
    return [_part(block) for block in re.split(r"\n(?=[^\s#])", lock.read_text().strip())]


def _part(block: str) -> Part:
    requirement = Requirement(block.partition("\\\n")[0].strip())
    pinned = re.fullmatch(r"==([^,*]+)", str(requirement.specifier))
    if pinned is None:
        raise ValueError(f"{requirement} is not pinned to one version")
    comment = block.partition("# via")[2]
    return Part(
        requirement.name,
        pinned[1],
        str(requirement.marker or ""),
        tuple(sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", block))),
        tuple(re.findall(r"(?:^|#)\s*([a-z0-9][a-z0-9-]*)", comment, re.MULTILINE)),
    )
