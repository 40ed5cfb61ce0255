"""Prepare the pages of the site: what stands in docs/, the notebooks, and what is derived.

Derived, so that nothing is listed by hand: the map of the series, the table of equations, the
results, and a page of the reference for each module.
"""

import ast
import shutil

import nbformat

import dot_plots
import equations
import links
import notebook_pages
import notebooks
import package
import result_tables
from gan_tutorial.playground.played import Playground

ROOT = notebooks.ROOT
ACTS = dict.fromkeys(("01", "02", "03", "04"), "Build") | {"05": "Judge", "09": "Cure"}
ACTS |= dict.fromkeys(("06", "07", "08"), "Extend") | dict.fromkeys(("A1", "A2"), "Look back")
ROOMS = {
    "slips": "Slips: the exercises of the notebooks, and what goes wrong in them",
    "models": "Models: the networks of each named system",
    "measures": "Measures: how good samples are",
    "runs": "Runs: what the command line does in a folder",
    "playground": "Playground: the game that is played in the browser",
    "experiments": "Experiments: the long runs behind the notebooks",
    "results": "Results: what the long runs measured",
}


def prepare(source):
    """Write all that Sphinx reads into a fresh folder."""
    shutil.rmtree(source, ignore_errors=True)
    ignored = shutil.ignore_patterns("_build", "_static", "_templates", "conf.py", "__pycache__")
    shutil.copytree(ROOT / "docs", source, ignore=ignored)
    (source / "notebooks").mkdir()
    for path in notebooks.paths():
        nbformat.write(notebook_pages.page(path), source / "notebooks" / path.name)
    shutil.copytree(notebooks.FOLDER / "covers", source / "notebooks" / "covers")
    fill(source)
    write_reference(source / "api")


def fill(source):
    """Put what is derived in the places that the pages leave for it, such as {{map}}."""
    workflow = (ROOT / "docs/teachers/notebooks.yml").read_text(encoding="utf-8")
    values = {
        "address": notebooks.address(),
        "site": links.site(notebooks.repository()),
        "map": series_map(),
        "film": notebook_pages.film(),
        "diagram": notebook_pages.diagram(),
        "launch": launch(),
        "playground": play(),
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
        text = dot_plots.drawn(text)
        page.write_text(text, encoding="utf-8")


def launch():
    """Return how to run the series in a browser; nothing while it has no address."""
    if not notebooks.published():
        return ""
    binder, colab = notebooks.launchers(notebooks.paths()[0])
    return (
        f"In the browser, with nothing to install: [in Colab]({colab}) or [on Binder]({binder}), "
        "which takes some minutes to start and gives you 2 GB of memory. On your own machine:\n\n"
        f"```bash\ngit clone {notebooks.address()}\ncd gan-tutorial\n```"
    )


def play():
    """Return the playground, as it stands on its own page."""
    game = Playground("nine")
    return notebook_pages.alive(game.place(), game.said, root="")


def series_map():
    """Return the map of the series: a card for each notebook that exists, with its act."""
    cards = []
    for path in notebooks.paths():
        notebook = notebooks.read(path)
        parts = dict(notebook_pages.PARTS.findall(notebook.cells[1].source))
        number = path.name[:2]
        takes = notebook_pages.MINUTES.search(parts["What you'll need"])[1]
        cards += [
            ":::{container} entry",
            notebook_pages.cover(path, notebook, "notebooks/covers"),
            "",
            "{.act}",
            ACTS[number],
            "",
            f"**[{number} {notebooks.title(notebook)}](notebooks/{path.name})**",
            "",
            notebook_pages.TERM.sub(r"\1", parts["What you'll do"]),
            "",
            "{.minutes}",
            f"{takes.capitalize()} on two cores.",
            ":::",
            "",
        ]
    return "\n".join(["::::{container} series", "", *cards, "::::"])


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
