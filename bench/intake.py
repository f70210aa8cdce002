"""`python -m bench.intake`: how much of what a careful reader finds in articles intake finds too, kind by kind.

Each article in `tests/intake` has a file of answers beside it, made by hand; what comes of them is kept in
`bench/INTAKE.md`. `python -m bench.intake FILE …` takes
other articles with their answers (NAME.txt or NAME.html beside NAME.json), `--article FILE --answers FILE` one alone,
`--wrong` lists what is missing or too much.

The matcher. A delegate is found where one of the spellings in the answers is one of those suggested. Everything else
counts only below its own delegate. Bodies are system, level and region; provinces the region alone; topics, agencies
and regions slugs or codes; a title is right where it is the same text without blanks and marks. A figure is right where
its value is the same and the passages overlap. A single action is a passage of the article, in the answers the words
that carry it: a suggestion matches it where the part they share is at least 60 % of the answer's passage, or of the
suggestion; each matches one at most, as many as can be. So an action that was not split off is missing, and one that
was cut in two is found once and false once.
"""

import argparse
import json
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.core.management import call_command

from tests.site import ROOT

if not apps.ready:  # alone, not among tests: a record of its own, chosen before Django's models are imported
    os.environ.update(
        DATABASE_URL=f"sqlite:///{ROOT}/var/bench/intake/record.sqlite3",
        LIANGHUI_VAR=f"{ROOT}/var/bench/intake",
        DJANGO_SETTINGS_MODULE="lianghui.settings",
    )
    Path(os.environ["LIANGHUI_VAR"]).mkdir(parents=True, exist_ok=True)
    django.setup()

from proposals.intake.lexicon import Lexicon
from proposals.intake.plain import plain_text
from proposals.intake.reading import read
from proposals.intake.suggestions import Article, Person, Section

REPORT = ROOT / "bench" / "INTAKE.md"
SIZE = 200_000
"""Bytes whose reading is timed."""
ARTICLES = ROOT / "tests" / "intake"
FOUNDING = ARTICLES / "founding.txt"
SHARED = 0.6
KINDS = (
    "delegates",
    "spellings",
    "bodies",
    "provinces",
    "roles",
    "employers",
    "titles",
    "years",
    "actions",
    "agencies",
    "topics",
    "regions",
    "figures",
)
NO_LETTERS = re.compile(r"[\W_]+")
UNNAMED = {"unspecified", "national"}
"""Agencies that stand for what is not named: right where the answers have them, and else not counted."""


@dataclass
class Score:
    """How many are right, too many and missing."""

    right: int = 0
    false: int = 0
    missing: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, answers: set[Any], found: set[Any], told: str = "") -> None:
        """Compare two sets."""
        self.right += len(answers & found)
        self.false += len(found - answers)
        self.missing += len(answers - found)
        self.wrong += [f"{told} - {each}" for each in sorted(map(str, answers - found))]
        self.wrong += [f"{told} + {each}" for each in sorted(map(str, found - answers))]

    @property
    def precision(self) -> float:
        """What share of what was found is right."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        """What share of what is there was found."""
        return self.right / (self.right + self.missing) if self.right + self.missing else 1.0

    @property
    def f1(self) -> float:
        """Give the harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall) if self.right else 0.0


Scores = dict[str, Score]


def scored(article: Article, answers: dict[str, Any], scores: Scores, name: str = "") -> None:
    """Add to `scores` how an article was read, compared with the answers."""
    told = {id(each): _section_of(each, article.sections) for each in answers["delegates"]}
    taken = {id(person) for found in told.values() if found for person in [found[1]]}
    for each in answers["delegates"]:
        found = told[id(each)]
        who = f"{name} {each['names'][0]}"
        scores["delegates"].add({who}, {who} if found else set(), name)
        if found:
            _compare(article, each, *found, scores, who)
        else:
            for kind, missing in (
                ("bodies", 1),
                ("provinces", 1),
                ("roles", 1),
                ("actions", len(each["demands"])),
                ("topics", len(each["topics"])),
                ("figures", len(each["figures"])),
            ):
                scores[kind].missing += missing
                scores[kind].wrong.append(f"{who}: no such delegate")
    for section in article.sections:
        for person in section.people:
            if id(person) not in taken:
                scores["delegates"].add(set(), {person.name.value}, name)
                scores["actions"].add(set(), {demand.text for demand in section.demands}, f"{name} {person.name.value}")


def _section_of(answer: dict[str, Any], sections: Sequence[Section]) -> tuple[Section, Person] | None:
    for section in sections:
        for person in section.people:
            if {each.value for each in (person.name, *person.spellings)} & {*answer["names"]}:
                return section, person
    return None


def _compare(
    article: Article, answer: dict[str, Any], section: Section, person: Person, scores: Scores, who: str
) -> None:
    """Add to `scores` how one delegate's section was read."""
    seat, title = person.seat, answer.get("title", "")
    employer = person.employer.value if person.employer else ""
    body = f"{seat.system} {seat.level} {seat.region}" if seat else ""
    agencies, named = (
        {*answer.get("agencies", ())},
        {each.value for demand in section.demands for each in demand.addressees},
    )
    compared: dict[str, tuple[set[Any], set[Any]]] = {
        "spellings": ({*answer["names"]}, {each.value for each in person.spellings}),
        "bodies": ({f"{answer['system']} {answer['level']} {answer['region']}"}, {body} - {""}),
        "provinces": ({answer["region"]}, {seat.region} - {""} if seat else set()),
        "roles": ({answer["role"]}, {seat.role} if seat else set()),
        "employers": (_bare(answer.get("employer", "")), _bare(employer)),
        "titles": (_bare(title), _bare(_as_long(section.title.value if section.title else "", title))),
        "years": ({answer.get("year", section.year)}, {section.year}),
        "agencies": (agencies, named - (UNNAMED - agencies)),
        "topics": ({*answer["topics"]}, {each.value for each in section.topics}),
        "regions": ({*answer.get("regions", ())}, {each.value for each in section.regions}),
    }
    for kind, (wanted, found) in compared.items():
        scores[kind].add(wanted, found, who)
    _actions(article, answer, section, scores["actions"], who)
    _figures(article, answer, section, scores["figures"], who)


def _actions(article: Article, answer: dict[str, Any], section: Section, score: Score, who: str) -> None:
    found = [(demand.start, demand.end) for demand in section.demands]
    wanted = [span for each in answer["demands"] if (span := place(article.text, each, section))]
    paired = pairs(wanted, found)
    score.right += len(paired)
    score.missing += len(answer["demands"]) - len(paired)
    score.false += len(found) - len(paired)
    missing = [span for index, span in enumerate(wanted) if index not in paired]
    false = [span for index, span in enumerate(found) if index not in paired.values()]
    score.wrong += [f"{who} - {article.text[start:end]}" for start, end in missing]
    score.wrong += [f"{who} + {article.text[start:end]}" for start, end in false]


def _figures(article: Article, answer: dict[str, Any], section: Section, score: Score, who: str) -> None:
    found = [(figure.start, figure.end, figure.value) for figure in section.figures]
    right = set()
    for each in answer["figures"]:
        starts = [match.start() for match in re.finditer(re.escape(each["passage"]), article.text)]
        hit = next(
            (
                index
                for index, (start, end, value) in enumerate(found)
                if index not in right
                and value == each["value"]
                and any(start < begun + len(each["passage"]) and begun < end for begun in starts)
            ),
            None,
        )
        if hit is None:
            score.missing += 1
            score.wrong.append(f"{who} - {each['passage']}")
        else:
            right.add(hit)
            score.right += 1
    for index, (start, end, _value) in enumerate(found):
        if index not in right:
            score.false += 1
            score.wrong.append(f"{who} + {article.text[start:end]}")


def place(text: str, passage: str, section: Section) -> tuple[int, int] | None:
    """Give where a passage stands in a text, blanks as they may be: within the section, if it is there."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in passage.split()))
    found = pattern.search(text, section.start) or pattern.search(text)
    return found.span() if found else None


def pairs(answers: Sequence[tuple[int, int]], found: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Pair passages that are the same by the matcher, each once, as many as can be; by their indices."""
    alike = [[j for j, other in enumerate(found) if _alike(one, other)] for one in answers]
    pair: dict[int, int] = {}

    def settle(index: int, seen: set[int]) -> bool:
        for other in alike[index]:
            if other not in seen:
                seen.add(other)
                if other not in pair or settle(pair[other], seen):
                    pair[other] = index
                    return True
        return False

    for index in range(len(answers)):
        settle(index, set())
    return {index: other for other, index in pair.items()}


def _alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared >= SHARED * min(one[1] - one[0], other[1] - other[0])


def _as_long(title: str, answer: str) -> str:
    """Give as much of a title as the answer, which ends with an ellipsis where it gives only the beginning."""
    begins = answer.removesuffix("…").strip()
    return begins if answer.endswith("…") and title.startswith(begins) else title


def _bare(text: str) -> set[str]:
    return {bare} if (bare := NO_LETTERS.sub("", text).casefold()) else set()


def articles(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Give each article with its answers, of files or folders."""
    for path in paths:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        yield from ((each, each.with_suffix(".json")) for each in files if each.suffix in (".txt", ".html"))


def measured(pairs_of_files: Sequence[tuple[Path, Path]], lexicon: Lexicon) -> Scores:
    """Read articles and compare each with its answers."""
    scores: Scores = defaultdict(Score)
    for path, answers in pairs_of_files:
        article = read(plain_text(path.read_bytes()), lexicon)
        scored(article, json.loads(answers.read_text("utf-8")), scores, path.stem)
    return scores


def table(scores: Scores) -> str:
    """Give the scores as a table in Markdown."""
    lines = ["| kind | right | false | missing | precision | recall | F1 |", "|---|---:|---:|---:|---:|---:|---:|"]
    for kind in KINDS:
        score = scores[kind]
        lines.append(
            f"| {kind} | {score.right} | {score.false} | {score.missing} "
            f"| {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} |"
        )
    return "\n".join(lines)


def seconds(lexicon: Lexicon) -> float:
    """Give how long 200 kB take: the founding article in our own words, one after another."""
    text = FOUNDING.read_text("utf-8")
    content = (text * (SIZE // len(text.encode()) + 1)).encode()[:SIZE].decode(errors="ignore")
    began = time.perf_counter()
    read(plain_text(content), lexicon)
    return time.perf_counter() - began


def report(lexicon: Lexicon, original: Path | None) -> str:
    """Give what `bench/INTAKE.md` says: our own articles, the founding article, how long it takes."""
    ours = [pair for pair in articles([ARTICLES]) if pair[0] != FOUNDING]
    parts = [
        "# How intake reads\n\nWritten by `python -m bench.intake`, which says what is counted, and how."
        f"\n\n## {len(ours)} articles of our own\n\n{table(measured(ours, lexicon))}",
        "## The founding article, told in our own words\n\n"
        + table(measured([(FOUNDING, FOUNDING.with_suffix(".json"))], lexicon)),
    ]
    if original:
        scores = measured([(original, ARTICLES / "founding-original.json")], lexicon)
        parts.append(
            f"## The founding article itself (`--original`; its text is not ours and not here)\n\n{table(scores)}"
        )
    parts.append(f"## Time\n\n200 kB of articles are read in {seconds(lexicon):.1f} s.")
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Read the articles that are asked for, print the table; ours where none are, with a report that is kept."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--original", type=Path, help="the founding article itself, for the report")
    parser.add_argument("--article", type=Path)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--wrong", nargs="*", choices=KINDS, help="list what is missing (-) or too much (+)")
    asked = parser.parse_args()
    lexicon = _lexicon()
    files = [(asked.article, asked.answers)] if asked.article else [*articles(asked.files or [ARTICLES])]
    if not asked.files and not asked.article and asked.wrong is None:
        REPORT.write_text(report(lexicon, asked.original), "utf-8")
        sys.stdout.write(REPORT.read_text("utf-8"))
        return
    scores = measured(files, lexicon)
    for kind in asked.wrong if asked.wrong else KINDS if asked.wrong is not None else ():
        sys.stdout.write(f"{kind}\n" + "".join(f"  {each}\n" for each in scores[kind].wrong))
    sys.stdout.write(f"{len(files)} articles\n\n{table(scores)}\n")


def _lexicon() -> Lexicon:
    """Fill the record with the founding data, once, and read its names."""
    call_command("migrate", verbosity=0)
    call_command("load_dataset", str(ROOT / "proposals" / "data" / "two-sessions-2024"), verbosity=0)
    return Lexicon.of_record()


if __name__ == "__main__":
    main()
