"""Prepare the pages of the site: what stands in docs/, the notebooks, and what is derived.

Derived, so that nothing is listed by hand: the map of the series, the table of equations, the
results, and a page of the reference for each module.
"""

import ast
import base64
import functools
import re
import shutil

import nbformat

import equations
import links
import notebooks
import package
import result_tables

ROOT = notebooks.ROOT
PARTS = re.compile(r"\*\*(What you'll \w+)\.\*\* (.+)")
TERM = re.compile(r"\[([^\]]+)\]\(\.\./docs/glossary\.md#([\w-]+)\)")
DISPLAYED = re.compile(r"\$\$.*?\$\$", re.S)
ROOMS = {
    "models": "Models: the networks of each named system",
    "measures": "Measures: how good samples are",
    "runs": "Runs: what the command line does in a folder",
    "experiments": "Experiments: the long runs behind the notebooks",
    "results": "Results: what the long runs measured",
}
MINUTES = re.compile(r"[Aa]bout ([^.;,]*?(?:minutes?|seconds)) on two cores")


def prepare(source):
    """Write all that Sphinx reads into a fresh folder."""
    shutil.rmtree(source, ignore_errors=True)
    ignored = shutil.ignore_patterns("_build", "_static", "_templates", "conf.py", "__pycache__")
    shutil.copytree(ROOT / "docs", source, ignore=ignored)
    (source / "notebooks").mkdir()
    for path in notebooks.paths():
        nbformat.write(for_the_site(path, source), source / "notebooks" / path.name)
    fill(source)
    write_reference(source / "api")


def fill(source):
    """Put what is derived in the places that the pages leave for it, such as {{map}}."""
    workflow = (ROOT / "docs/teachers/notebooks.yml").read_text(encoding="utf-8")
    values = {
        "address": notebooks.address(),
        "site": links.site(notebooks.repository()),
        "map": series_map(),
        "first": notebooks.paths()[0].stem,
        "binder": notebooks.launchers(notebooks.paths()[0])[0],
        "colab": notebooks.launchers(notebooks.paths()[0])[1],
        "equations": equations.table(),
        "modules": modules_by_room(),
        "compared": result_tables.compared_with_the_papers(),
        "made": result_tables.how_each_was_made(),
        "workflow": f"```yaml\n{workflow.strip()}\n```",
    }
    for page in source.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        for name, value in values.items():
            # A place for a whole block is a comment, which a reader of the file does not see.
            text = text.replace(f"<!-- {{{{{name}}}}} -->", value).replace(f"{{{{{name}}}}}", value)
        page.write_text(text, encoding="utf-8")


def for_the_site(path, source):
    """Return a notebook with its cover as a file and, in place of badges, links in words."""
    notebook = notebooks.read(path)
    first = notebook.cells[0]
    cover = f"covers/{path.stem}.png"
    (source / "notebooks" / "covers").mkdir(exist_ok=True)
    picture = first.pop("attachments")["cover.png"]["image/png"]
    (source / "notebooks" / cover).write_bytes(base64.b64decode(picture))
    binder, colab = notebooks.launchers(path)
    opened = f"Open this notebook [on Binder]({binder}) or [in Colab]({colab})."
    lines = [opened if line.startswith("[![") else line for line in first.source.split("\n")]
    first.source = "\n".join(lines).replace("attachment:cover.png", cover)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = DISPLAYED.sub(without_split, cell.source)
            cell.source = TERM.sub(as_term, cell.source)
    return notebook


def as_term(link):
    """Write a notebook's link to the glossary as one that Sphinx leads to the very term."""
    term = glossary_terms()[link[2]]
    return f"{{term}}`{term}`" if link[1] == term else f"{{term}}`{link[1]} <{term}>`"


def glossary_terms():
    """Map the end of a link, such as "mode-collapse", to the glossary's term, "mode collapse"."""
    return {re.sub(r"\W+", "-", term.lower()): term for term in _glossary()}


def terms_explained_in(path):
    """Map a notebook's path to the terms whose entries in the glossary lead to it, a set."""
    return {term for term, entry in _glossary().items() if path.name in entry}


@functools.cache
def _glossary():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    entries = re.search(r"```\{glossary\}\n(.*?)```", text, re.S)[1].strip()
    return dict(entry.split("\n", 1) for entry in re.split(r"\n\n(?=\S)", entries))


def without_split(equation):
    """Write the ends of an equation's lines as Sphinx leaves them alone.

    It puts whatever holds a double backslash into a `split`, in which MathJax takes no tag.
    """
    return equation[0].replace("\\\\", "\\cr")


def series_map():
    """Return the map of the series: a card for each notebook that exists."""
    cards = []
    for path in notebooks.paths():
        notebook = notebooks.read(path)
        text = "\n".join(cell.source for cell in notebook.cells[:3])
        does = TERM.sub(r"\1", dict(PARTS.findall(text))["What you'll do"])
        alt = re.search(r"!\[(.+)\]\(attachment", text)[1]
        cards += [
            ":::{container} entry",
            f"![{alt}](notebooks/covers/{path.stem}.png)",
            "",
            f"**[{path.name[:2]} {notebooks.title(notebook)}](notebooks/{path.name})**",
            "",
            does,
            "",
            f"{{.minutes}}\nAbout {minutes(text)} on two cores.",
            ":::",
            "",
        ]
    return "\n".join(["::::{container} series", "", *cards, "::::"])


def minutes(text):
    """Return how long a notebook says that it takes, such as "half a minute"."""
    return MINUTES.search(text)[1]


def modules_by_room():
    """Return a table for each room of the package: its modules, and what each is for."""
    rooms = {}
    for module, path in package.modules().items():
        if module and not module.startswith("_"):
            about = (
                ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
                .split("\n")[0]
                .replace("|", "\\|")
            )
            room = module.split(".")[0] if path.parent != package.FOLDER else "The core"
            rooms.setdefault(room, []).append(f"| [`{module}`](api/{module}.rst) | {about} |")
    order = ["The core", *(room for room in ROOMS if room in rooms)]
    assert set(order) == set(rooms), "a room without a title"
    lines = []
    for room in order:
        lines += [f"## {ROOMS.get(room, room)}", "", "| module | what it is for |", "|---|---|"]
        lines += [*rooms[room], ""]
    return "\n".join(lines)


def write_reference(folder):
    """Write a page for each module of the package."""
    folder.mkdir()
    for module in package.modules():
        if module and not module.startswith("_"):
            page = f"{module}\n{'=' * len(module)}\n\n.. automodule:: gan_tutorial.{module}\n"
            (folder / f"{module}.rst").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    prepare(ROOT / "docs" / "_build" / "source")
