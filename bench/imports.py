"""What an import of a sheet takes: `python -m bench.imports 10000`; it leaves nothing behind."""

import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
from django.contrib.auth import get_user_model
from django.test import Client
from openpyxl import Workbook

ROOT = Path(__file__).resolve().parent.parent
HEADER = ["序号", "届次", "案由", "提案人", "提案全文", "承办单位", "主题", "来源链接"]
WORDS = ["干细胞", "基因治疗", "审评", "临床研究", "产业", "监管", "医保", "标准", "伦理", "人才", "资金", "园区"]


def write(path: Path, rows: int) -> None:
    """Write a workbook with so many proposals, each with five recommendations."""
    chance = random.Random(1)
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADER)
    for number in range(1, rows + 1):
        demands = "\n".join(f"{each}. 加强{''.join(chance.sample(WORDS, 3))}第{number}项" for each in range(1, 6))
        text = f"【调研情况】\n{''.join(chance.sample(WORDS, 8))}\n【具体建议】\n{demands}"
        title = f"关于{''.join(chance.sample(WORDS, 4))}的提案{number}"
        sheet.append(
            [
                f"{number:05}",
                "全国政协十四届二次会议",
                title,
                "丁列明",
                text,
                "国家药监局",
                "干细胞",
                "https://example.org/list",
            ]
        )
    book.save(path)


def through_the_admin(file: Path) -> None:
    """Upload a file, look at its preview and import it, as an analyst; say how long that took."""
    django.setup()
    user = get_user_model().objects.create_superuser("bench")
    analyst = Client(headers={"host": "localhost"})
    analyst.force_login(user)
    start = time.perf_counter()
    with file.open("rb") as content:
        page = analyst.post("/admin/proposals/proposal/import/", {"rows": "proposals", "file": content})
    address = page["Location"]
    preview = analyst.get(address)
    looked = time.perf_counter()
    seen = re.search(r'name="seen" value="(\w+)"', preview.text)
    done = analyst.post(address, {"import": "1", "seen": seen[1] if seen else ""}, follow=True)
    said = re.search(r'<li class="success">([^<]+)', done.text)
    print(f"to the preview {looked - start:.1f} s, and imported {time.perf_counter() - looked:.1f} s")
    print(said[1] if said else "not imported")


def main(rows: int) -> None:
    """Import into fresh records on SQLite, by the command, twice, and in the admin; say how long it took."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sheet.xlsx"
        write(file, rows)
        manage = [sys.executable, "manage.py"]
        by_command = [*manage, "import_proposals", str(file)]
        in_admin = [sys.executable, "-m", "bench.imports", "--admin", str(file)]
        for var, turns in (("command", [by_command, by_command]), ("admin", [in_admin])):
            env = {**os.environ, "LIANGHUI_VAR": str(Path(folder) / var)}
            subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=env, check=True)
            subprocess.run([*manage, "load_dataset", "proposals/data/two-sessions-2024"], cwd=ROOT, env=env, check=True)
            for turn in turns:
                start = time.perf_counter()
                subprocess.run(turn, cwd=ROOT, env=env, check=True)
                print(f"{var}: {rows} rows in {time.perf_counter() - start:.1f} s", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--admin":
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianghui.settings")
        through_the_admin(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]))
