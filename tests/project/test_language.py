"""Plain English: phrases that readers stumbled over do not come back.

A list of calques and archaic words, each with a better one. It holds for README, the docs, the
notebooks' prose, the docstrings and the messages; code in backquotes is left out.
"""

import ast
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]

# Pattern of a phrase, and what to write in its place.
EVERYWHERE = {
    r"\bbeside\b": "next to, compared with, with",
    r"\bcommonest\b": "most common",
    r"\blikeli(er|est)\b": "more likely, most likely",
    r"\bdearer\b": "slower, more expensive",
    r"\banew\b": "again, from scratch",
    r"\bfor ever\b": "endlessly, for good",
    r"\bwhoever\b": "if you ..., anyone who",
    r"\b(as|the) printed\b": "published",
    r"(?<!there )\b(is|are|was|were) no (?!longer|more\b|one\b)[a-z]+": "is not a ...",
    r"\bin the place of\b": "instead of",
    r"\b(?<!bit )to the bit\b": "bit for bit",
    r"\bfarther off\b": "farther away",
    r"\bothers than\b": "different from",
    r"\b(go|goes|went|going) on with\b|\b(command|resumed) goes on\b": "continue, resume",
    r"\bat last\b": "finally",
    r"(?-i:Frechet)": "Fréchet",
    r"\d %": "no space before %",
    r"\b(ms|seconds|nats|steps|minutes) an? (step|token|layer|second|seed|batch)\b": "per",
    r"\bleave\w* away\b": "leave out",
    r"\bof (a|an|one's) own\b": "your own",
    r"\bone often reads\b": "you will often read",
    r"\bsees? to it\b": "takes care of that",
    r"\bas need be\b": "as needed",
    r"\b(article|paper|tutorial|survey) of (19|20)\d\d\b": "the 2014 paper",
}
# House words that were never introduced, or that fight their usual meaning.
IN_PROSE = {
    r"\bthe article's (networks|setting|GAN|generator|G|run|best)\b": "the baseline's",
    r"\bmoments?\b": "checkpoint, step",
    r"\bthe record\b": "the stored run",
    r"\barms?\b": "variant",
    r"\bfloors?\b": "real-data score",
}


def without_code(text):
    """Return Markdown without code, addresses of links and comments."""
    for pattern in (r"```.*?```", r"`[^`]*`", r"\]\([^)]*\)", r"<!--.*?-->", r"\$\$?.*?\$\$?"):
        text = re.sub(pattern, " ", text, flags=re.S)
    return text


def sentences(path):
    """Yield the docstrings of a module without their examples, and its messages."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield re.sub(r"^\s*(>>>|\.\.\.).*$", "", node.value, flags=re.M)


def prose(path):
    """Return what a file says to its readers, without code."""
    if path.suffix == ".py":
        return without_code("\n\n".join(sentences(path)))
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return without_code(text)


PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "notebooks").glob("[0-9A]*.ipynb")),
]
MODULES = sorted((ROOT / "gan_tutorial").rglob("*.py"))


def found(text, patterns):
    """Return each phrase of a text that a pattern finds, with what to write in its place."""
    text = " ".join(text.split())
    return [
        f"{text[max(0, hit.start() - 40) : hit.end() + 30]!r}: write {better}"
        for pattern, better in patterns.items()
        for hit in re.finditer(pattern, text, re.I)
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_in_plain_english(path):
    assert found(prose(path), EVERYWHERE | IN_PROSE) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_docstrings_and_messages_are_in_plain_english(path):
    assert found(prose(path), EVERYWHERE) == []


def test_the_list_finds_what_it_should():
    text = "Beside it stands a loss that is no measure, 3 % dearer, `beside` and [x](beside)."
    assert len(found(without_code(text), EVERYWHERE)) == 4
    assert found("There is no limit, and it is no longer there.", EVERYWHERE) == []
