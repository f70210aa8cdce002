"""What an import of a sheet takes: `python -m bench.imports 10000`; it leaves nothing behind."""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def main(rows: int) -> None:
    """Import into a fresh record on SQLite, twice, and say how long it took and how much memory."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sheet.xlsx"
        write(file, rows)
        manage = [sys.executable, "manage.py"]
        env = {**os.environ, "LIANGHUI_VAR": folder}
        subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=env, check=True)
        subprocess.run([*manage, "load_dataset", "proposals/data/two-sessions-2024"], cwd=ROOT, env=env, check=True)
        for turn in ("first", "again"):
            start = time.perf_counter()
            subprocess.run([*manage, "import_proposals", str(file)], cwd=ROOT, env=env, check=True)
            print(f"{turn}: {rows} rows in {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]))
