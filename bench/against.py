"""`python -m bench.against CHECKOUT 100000`: asks another checkout and this one in turn, question by question.

A machine is not the same from one minute to the next; asked in turn, both have the same of it. Both checkouts need a
`.venv`, and what `make bench N=100000` has left in `var/bench`.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import geometric_mean, median

from tests.site import ROOT

TURNS = 4
SERVE = """
import json, sys
from bench.__main__ import VAR, environment, shell
from bench.measure import COLD, Server, timed
from bench.questions import questions
var = VAR / sys.argv[1]
env = environment(var, DJANGO_SETTINGS_MODULE="bench.settings")
describe = "import json; from bench.record import describe; print(json.dumps(describe()))"
asked = questions(json.loads(shell(describe, env)))
with Server.of_site(env, var / "server.log") as site:
    print(json.dumps([each.name for each in asked]), flush=True)
    for line in sys.stdin:
        print(json.dumps(timed(site.port, asked[int(line)].ours(), 15, COLD)[0]), flush=True)
"""
"""What runs in each checkout, with its own code: a number in, the milliseconds of fifteen answers made anew out."""


class Checkout:
    """One checkout, with its site running."""

    def __init__(self, folder: Path, size: str) -> None:
        command = [str(folder / ".venv" / "bin" / "python"), "-c", SERVE, size]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, text=True)
        self.names: list[str] = json.loads(self._line())

    def ask(self, question: int) -> list[float]:
        """Give how long some answers to a question took."""
        print(question, file=self.process.stdin, flush=True)
        times: list[float] = json.loads(self._line())
        return times

    def _line(self) -> str:
        line = self.process.stdout.readline() if self.process.stdout else ""
        return line or sys.exit("bench: a site has ended")


def main() -> None:
    """Print for each question the medians of both in milliseconds and their ratio, and the mean of all."""
    other, size = Path(sys.argv[1]), sys.argv[2]
    before, after = Checkout(other, size), Checkout(ROOT, size)
    ratios = []
    for question, name in enumerate(after.names):
        times: tuple[list[float], list[float]] = ([], [])
        for _turn in range(TURNS):
            times[0].extend(before.ask(question))
            times[1].extend(after.ask(question))
        first, second = map(median, times)
        ratios.append(second / first)
        print(f"{name:40} {first:7.1f} {second:7.1f} {ratios[-1]:6.2f}", flush=True)
    print(f"{'geometric mean of the ratios':40} {geometric_mean(ratios):22.2f}")


if __name__ == "__main__":
    main()
