"""`manage.py intake FILE --json`: prints what an article suggests; saves nothing."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from proposals.intake.lexicon import Lexicon
from proposals.intake.plain import LARGEST, IntakeError, plain_text
from proposals.intake.reading import read
from proposals.intake.suggestions import Article


class Command(BaseCommand):
    """Reads an article as text, HTML or DOCX and prints what it suggests."""

    help = "Prints who asks for what in an article (text, HTML, DOCX). Saves nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and how to print."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="the whole tree, with places and confidence")

    def handle(self, *, file: Path, json: bool, **options: Any) -> None:
        """Read and print; what cannot be read ends with one line."""
        try:
            if file.stat().st_size > LARGEST:
                raise CommandError(f"{file}: larger than {LARGEST // 1_000_000} MB")
            article = read(plain_text(file.read_bytes()), Lexicon.of_record())
        except (IntakeError, OSError) as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(_as_json(article) if json else _as_text(article))


def _as_json(article: Article) -> str:
    return json.dumps(article.as_json(), ensure_ascii=False, indent=2)


def _as_text(article: Article) -> str:
    lines = [found.value for found in (article.title, article.outlet, article.date) if found]
    for section in article.sections:
        names = ", ".join(person.name.value for person in section.people)
        seats = {
            f"{person.seat.system} {person.seat.region} {person.seat.role}" for person in section.people if person.seat
        }
        lines += ["", f"{names} ({', '.join(sorted(seats)) or '?'}): {section.title.value if section.title else '?'}"]
        lines += [f"  {number}. {demand.text}" for number, demand in enumerate(section.demands, start=1)]
        lines += [f"  = {figure.value} {figure.unit} {figure.as_of}".rstrip() for figure in section.figures]
        lines += [f"  # {' '.join(each.value for each in (*section.topics, *section.regions))}"]
    return "\n".join(lines)
