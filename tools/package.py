"""The modules of the package, found in the tree, so that none is listed by hand."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "gan_tutorial"


def modules():
    """Map each module's name inside the package, such as "measures.parzen", to its file.

    A room, such as "measures", is its `__init__.py`; the package itself is "".
    """
    found = {}
    for path in sorted(FOLDER.rglob("*.py")):
        parts = path.relative_to(FOLDER).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found
