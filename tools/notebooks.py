"""Execute the notebooks afresh, in order, and store clean outputs, links and badges.

    python tools/notebooks.py            all of them
    python tools/notebooks.py 01 04      some of them
    python tools/notebooks.py --links    links, badges and set-up cells alone, nothing executed

A cell tagged `cover` gives its picture to the notebook's first cell, as a file in covers/: neither
GitHub nor Colab shows an attachment. A film there, such as 01.gif, comes before the picture. Until
the repository has an address the paths are relative, and there are no badges.
Outputs come from MNIST: on the stand-in the command refuses to run anything.
"""

import argparse
import base64
import os
import re
import sys
import tomllib
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from gan_tutorial.playground.played import PLAYED

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
COVER = re.compile(r"^!\[(.+)\]\([^)]*\)$", re.M)
PICTURE = re.compile(r"\]\((?:https://raw[^)]*/)?covers/([\w.]+)\)")  # a link to one of covers/
PLACEHOLDER = "OWNER"  # in the repository's address, until it is published


def paths(numbers=()):
    """Return the notebooks' paths in order, or those whose names start with the given numbers."""
    found = sorted(FOLDER.glob("[0-9A][0-9]_*.ipynb"))
    return [p for p in found if not numbers or p.name.startswith(tuple(numbers))]


def read(path):
    """Map a path to a notebook."""
    return nbformat.read(path, as_version=4)


def address():
    """Return the repository's address, which stands in pyproject.toml alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]["Repository"]


def repository():
    """Return the repository as owner/name."""
    return address().removeprefix("https://github.com/")


def title(notebook):
    """Return the text of a notebook's first heading."""
    return re.match(r"# (.+)", notebook.cells[0].source)[1]


def launchers(path, where=None):
    """Return the addresses that open a notebook on Binder and on Colab.

    Args:
        path: of the notebook.
        where: owner/name; the one in pyproject.toml by default.
    """
    where = where or repository()
    binder = f"https://mybinder.org/v2/gh/{where}/HEAD?urlpath=lab/tree/notebooks/{path.name}"
    colab = f"https://colab.research.google.com/github/{where}/blob/main/notebooks/{path.name}"
    return binder, colab


def published():
    """Return whether the repository has an address yet."""
    return PLACEHOLDER not in address()


def cover(path):
    """Return where a notebook's cover is, a film or a picture."""
    film = FOLDER / "covers" / f"{path.name[:2]}.gif"
    return picture(film.name if film.is_file() else f"{path.name[:2]}.png")


def picture(name):
    """Return where a file of covers/ is: its address, or its place next to the notebooks."""
    raw = f"https://raw.githubusercontent.com/{repository()}/main/notebooks/"
    return f"{raw if published() else ''}covers/{name}"


def badges(path):
    """Return the line of badges that opens a notebook on Binder and on Colab."""
    binder, colab = launchers(path)
    return (
        f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({binder}) "
        f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab})"
    )


def colab_setup(source=None):
    """Return the hidden first code cell: it installs the package on Colab, and is quiet.

    Args:
        source: what pip installs; the repository by default, once it has a public address.
    """
    if source is None and not published():
        step = (
            "raise SystemExit(\n"
            '        "This series has no public address yet: upload its wheel to Colab, "\n'
            '        "run %pip install --no-deps on it, and delete this cell."\n'
            "    )"
        )
    else:
        step = f"%pip install -q --no-deps {source or 'git+' + address()}"
    return (
        "import sys\n\n"
        f'if "google.colab" in sys.modules:\n    {step}\n\n'
        "import gan_tutorial  # noqa: E402, F401, first of all: TensorFlow then starts quietly"
    )


def navigation(path):
    """Return the line with links to the notebooks before and after this one."""
    everything = paths()
    here = everything.index(path)
    links = []
    for word, i in (("Previous", here - 1), ("Next", here + 1)):
        if 0 <= i < len(everything):
            number = everything[i].name[:2]
            links.append(f"{word}: [{number}. {title(read(everything[i]))}]({everything[i].name})")
    return " | ".join(links)


def write_links(path, notebook):
    """Put badges, the set-up for Colab and the navigation into the cells tagged for them."""
    first = notebook.cells[0]
    parts = [f"# {title(notebook)}", f"![{COVER.search(first.source)[1]}]({cover(path)})"]
    first.source = "\n\n".join([parts[0], *([badges(path)] if published() else []), parts[1]])
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            cell.source = PICTURE.sub(lambda found: f"]({picture(found[1])})", cell.source)
        if "colab" in tags:
            cell.source = colab_setup()
        if "navigation" in tags:
            cell.source = navigation(path)


def execute(path, notebook):
    """Run a notebook in its folder and keep its outputs, without times and widget states."""
    # ipykernel leaves TensorFlow's start-up lines out of the outputs while this is set, as it is
    # when pytest runs the notebooks.
    os.environ["PYTEST_CURRENT_TEST"] = path.name
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": FOLDER}},
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
    )
    client.execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        keep_cover(cell, path)
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise ValueError(f"{path.name}: a cell writes to stderr: {output.text[:200]}")
            if PLAYED in output.get("data", {}):
                del output.data["text/html"]  # the whole program; its picture stays


def keep_cover(cell, path):
    """Write the picture of the cell tagged `cover` to a file next to the notebooks."""
    if "cover" in cell.metadata.get("tags", []):
        pictures = [o.data["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]
        file = FOLDER / "covers" / f"{path.name[:2]}.png"
        if cover(path).endswith(file.name):
            file.write_bytes(base64.b64decode(pictures[-1]))


def refuse_stand_in():
    """Stop where MNIST is not at hand."""
    from gan_tutorial import load_mnist

    if load_mnist().source == "digits":
        sys.exit("The committed outputs come from MNIST: set GAN_TUTORIAL_MNIST to an mnist.npz")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("numbers", nargs="*", help="such as 01 04; all by default")
    parser.add_argument("--links", action="store_true", help="execute nothing")
    args = parser.parse_args()
    if not args.links:
        refuse_stand_in()
    for path in paths(args.numbers):
        notebook = read(path)
        write_links(path, notebook)
        if not args.links:
            execute(path, notebook)
        nbformat.write(notebook, path)
        print(path.name)


if __name__ == "__main__":
    main()
