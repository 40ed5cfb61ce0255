"""What the long runs measured, with how each was made, and weights worth showing.

A result is a .json, with an .npz of the same name where there are weights or samples. All of them
were written by `gan-tutorial reproduce`; the entry "command" says how.
"""

import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent


def names():
    """Return the names of all results.

    Example:
        >>> "digit-classifier" in names()
        True
    """
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name):
    """Map the name of a result to what was measured, a dict.

    Raises ValueError for an unknown name.

    Example:
        >>> load("digit-classifier")["test_accuracy"] >= 0.99
        True
    """
    if name not in names():
        raise ValueError(f"unknown result {name!r}: choose one of {', '.join(names())}")
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def arrays(name):
    """Map the name of a result to its arrays, a dict, as they were stored."""
    load(name)
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def weights(name, step=None):
    """Map a result, and a step where there are several, to a network's weights, float32.

    Raises ValueError for a step of which no weights are stored.

    Example:
        >>> len(weights("digit-classifier"))
        8
    """
    prefix = "" if step is None else f"{step}/"
    stored = {key: array for key, array in arrays(name).items() if key.startswith(prefix)}
    kept = [stored[f"{prefix}{i}"] for i in range(len(stored)) if f"{prefix}{i}" in stored]
    if not kept:
        raise ValueError(f"{name}: no weights of step {step}; see steps_of_weights({name!r})")
    return [array.astype(np.float32) for array in kept]


def steps_of_weights(name):
    """Map the name of a result to the steps whose weights are stored, in ascending order."""
    return sorted({int(key.split("/")[0]) for key in arrays(name) if "/" in key})
