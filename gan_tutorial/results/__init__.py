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
    """Map the name of a result to its arrays, a dict, as they were stored.

    Raises ValueError for an unknown result.

    Example:
        >>> arrays("gan-floors")["centroids"].shape
        (16, 28, 28, 1)
    """
    load(name)
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def weights(name, step=None):
    """Map a result, and a step where there are several, to a network's weights, float32.

    Raises ValueError for an unknown result, and for a step of which no weights are stored.

    Example:
        >>> len(weights("digit-classifier"))
        8
    """
    prefix = "" if step is None else f"{step}/"
    steps = ", ".join(map(str, steps_of_weights(name)))
    if step is None and steps:
        raise ValueError(f"{name} has weights of several steps: choose one of {steps}")
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        keys = [f"{prefix}{i}" for i in range(len(file.files))]
        kept = [file[key].astype(np.float32) for key in keys if key in file.files]
    if not kept:
        known = f": choose one of {steps}" if steps else ""
        raise ValueError(f"{name} has no weights of step {step}{known}")
    return kept


def steps_of_weights(name):
    """Map the name of a result to the steps whose weights are stored, in ascending order.

    Raises ValueError for an unknown result.

    Example:
        >>> steps_of_weights("gan-article")[:3]
        [0, 200, 1000]
    """
    load(name)
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        return sorted({int(key.split("/")[0]) for key in file.files if "/" in key})
