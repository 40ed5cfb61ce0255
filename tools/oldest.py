"""Print the oldest supported version of each dependency, as pip's requirements.

    python tools/oldest.py > oldest.txt && pip install -r oldest.txt

The lower bounds of pyproject.toml become pins: "numpy>=2.0" gives "numpy==2.0.*", the first minor
version with its repairs, and "ipywidgets>=7.7.1" gives "ipywidgets==7.7.1". They are met on the
oldest supported Python; newer ones need newer wheels. What develops and tests the project (ruff,
pytest and so on) is left at its newest.
"""

import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def pin(requirement):
    """Map "name>=1.2; marker" to "name==1.2.*; marker", and a bound of three numbers to itself."""
    name, bound, marker = re.fullmatch(r"([^>]+)>=([0-9.]+)(;.*)?", requirement).groups()
    exact = bound if bound.count(".") > 1 else f"{bound}.*"
    return f"{name}=={exact}{marker or ''}"


def oldest():
    """Return the pins of all that the package needs to run, TensorFlow among them."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    return [pin(r) for r in project["dependencies"] + project["optional-dependencies"]["cpu"]]


if __name__ == "__main__":
    print("\n".join(oldest()))
