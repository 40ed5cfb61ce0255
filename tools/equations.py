"""Find each equation that a notebook tags, and the one line of code that computes it."""

import ast
import re
from typing import NamedTuple

import gan_tutorial
import notebooks
import package

TAG = re.compile(r"\\tag\{([^}]+)\}")
LABEL = re.compile(r"# Eq\. \(([^)]+)\)")
HEADING = re.compile(r"#+ ([^\n]+)")


class Equation(NamedTuple):
    """An equation: its name, its LaTeX, the notebook and the section in which it is taught."""

    name: str
    latex: str
    path: object
    section: str


def taught():
    """Return the tagged equations of all notebooks, in reading order."""
    found = []
    for path in notebooks.paths():
        section = ""
        for cell in notebooks.read(path).cells:
            if cell.cell_type == "markdown":
                for part in re.split(r"(^#+ [^\n]+$|\$\$.*?\$\$)", cell.source, flags=re.M | re.S):
                    heading, tag = HEADING.match(part), TAG.search(part)
                    section = heading[1] if heading else section
                    if tag and part.startswith("$$"):
                        latex = TAG.sub("", part.strip("$")).strip()
                        found.append(Equation(tag[1], " ".join(latex.split()), path, section))
    return found


def computed():
    """Return where the package computes each equation: its name, "module.function" or method."""
    places = {}
    for module, path in package.modules().items():
        text = path.read_text(encoding="utf-8")
        for number, line in enumerate(text.split("\n"), start=1):
            for name in LABEL.findall(line):
                inside = enclosing(ast.parse(text), number)
                places[name] = f"{module}.{inside}".strip(".")
    return places


def enclosing(tree, number):
    """Return the dotted name of the function or method around a line, "" for a private one."""
    inside = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and node.lineno <= number <= node.end_lineno
    ]
    names = [node.name for node in sorted(inside, key=lambda node: node.lineno)]
    if isinstance(inside[0], ast.FunctionDef):
        names = names[:1]  # a function inside a function belongs to the outer one
    return ".".join(name for name in names if not name.startswith("_"))


def in_words():
    """Return what the package's docstring says of each equation, by its name."""
    rows = re.findall(r"^\(([^)]+)\)(?:, \(([^)]+)\))? +(.+?)  +`.+`$", gan_tutorial.__doc__, re.M)
    return {name: words for *names, words in rows for name in names if name}


def slug(heading):
    """Map a heading to the name of its anchor on the site."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.strip().replace(" ", "-")


def table():
    """Return the page's tables, one a notebook, in Markdown."""
    places, words, lines = computed(), in_words(), []
    path = None
    for equation in taught():
        name = equation.name
        if equation.path != path:
            path = equation.path
            lines += ["", f"## {notebooks.title(notebooks.read(path))}", ""]
            lines += ["| name | equation, and where it stands |", "|---|---|"]
        link = f"[{equation.section}](notebooks/{path.name}#{slug(equation.section)})"
        latex = equation.latex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
        here = f"{{py:obj}}`{places[name]} <gan_tutorial.{places[name]}>`" if name in places else ""
        code = f"computed by {here}" if here else "computed in a cell below it"
        said = f"<br>{words[name].replace('|', '&#124;')}" if name in words else ""
        lines.append(f"| ({name}) | ${latex}${said}<br>{link}, {code} |")
    return "\n".join(lines)
