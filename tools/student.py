"""Write an edition of the notebooks for a class: no answers, and no outputs that give them away.

    python tools/student.py             into build/student
    python tools/student.py --out DIR

Gaps stay open, and their checks stay, so a student sees "Right." or which slip it is.
"""

import argparse
import re
import shutil
from pathlib import Path

import nbformat

import notebooks

ANSWER = re.compile(r"<details><summary>Answer</summary>.*?</details>\n*", re.S)
NOTE = "*Your answer:*\n\n"


def without_answers(notebook):
    """Map a notebook to the same without answers and outputs; the argument stays as it is."""
    edition = nbformat.from_dict(notebook)
    for cell in edition.cells:
        if cell.cell_type == "markdown":
            cell.source = ANSWER.sub(NOTE, cell.source).rstrip()
        else:
            cell.outputs, cell.execution_count = [], None
    return edition


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=notebooks.ROOT / "build" / "student")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(notebooks.FOLDER / "covers", out / "covers", dirs_exist_ok=True)
    for path in notebooks.paths():
        nbformat.write(without_answers(notebooks.read(path)), out / path.name)
    print(f"{len(notebooks.paths())} notebooks without answers in {out}")


if __name__ == "__main__":
    main()
