"""The playable game: JavaScript that runs on a page, and pictures for where none runs.

numbers.js, net.js, gan.js and data.js are the engine, without a page; presets.js holds the games
and words.js what is said; the other files draw. `gan_tutorial.widgets` shows them in a notebook.
"""

import re
from importlib.resources import files

from gan_tutorial.losses import LOSSES

FOLDER = files("gan_tutorial.playground")
# The files of each widget, in the order in which they need each other.
PARTS = {
    "playground": (
        *("numbers", "net", "gan", "data", "words", "presets"),
        *("page", "pictures", "panel", "controls", "settings", "slow", "view"),
    ),
    "objective": ("page", "objective"),
}
IMPORT = re.compile(r'^import .* from "\./\w+\.js";\n', re.M)
EXPORT = re.compile(r"^export (?=const|function|class)", re.M)

# What of a game can be set: its name there, and its values: a range, choices, or layers of units.
SETTINGS = {
    "loss": ("loss", tuple(LOSSES)),
    "optimizer": ("optimizer", ("adam", "sgd")),
    "d_rate": ("dRate", (0.0, 1.0)),
    "g_rate": ("gRate", (0.0, 1.0)),
    "beta_1": ("beta1", (0.0, 0.99)),
    "d_steps": ("dSteps", (0, 20)),
    "g_steps": ("gSteps", (0, 20)),
    "batch_size": ("batch", (8, 512)),
    "r1": ("r1", (0.0, 100.0)),
    "r2": ("r2", (0.0, 100.0)),
    "gradient_penalty": ("gp", (0.0, 100.0)),
    "clip": ("clip", (0.0, 10.0)),
    "ema": ("ema", (0.0, 0.9999)),
    "latent_dim": ("latent", (1, 16)),
    "prior": ("prior", ("normal", "uniform")),
    "hidden": ("hidden", None),
    "d_hidden": ("dHidden", None),
    "seed": ("seed", (0, 999999)),
}


def module(widget="playground"):
    """Map a widget's name to one ES module, a string: for places that can load one file only.

    Args:
        widget: "playground" or "objective".

    Example:
        >>> "class Game" in module()
        True
    """
    texts = []
    for part in PARTS[widget]:
        text = IMPORT.sub("", (FOLDER / f"{part}.js").read_text(encoding="utf-8"))
        texts.append(EXPORT.sub("", text) if part != PARTS[widget][-1] else text)
    return "\n".join(texts)


def presets():
    """Return the names of the games that are ready to play, a sorted list.

    Example:
        >>> "collapse" in presets()
        True
    """
    names = {path.name.removesuffix(".png") for path in FOLDER.iterdir() if _is_png(path)}
    return sorted(names - {"objective"})


def poster(name):
    """Map the name of a preset, or "objective", to the PNG that is shown where nothing runs, bytes.

    Example:
        >>> poster("collapse")[:4]
        b'\\x89PNG'
    """
    return (FOLDER / f"{name}.png").read_bytes()


def in_javascript(settings):
    """Map settings by their names in Python to a dict by their names in JavaScript.

    Args:
        settings: a dict, such as {"d_steps": 5, "hidden": (32, 32)}.

    Raises ValueError where a name is unknown or a value out of its range.

    Example:
        >>> in_javascript({"d_steps": 5, "hidden": (32, 32)})
        {'dSteps': 5, 'hidden': [32, 32]}
    """
    for name, value in settings.items():
        if name not in SETTINGS:
            known = ", ".join(SETTINGS)
            raise ValueError(f"the playground has no setting {name!r}, only {known}")
        if problem := _problem(value, SETTINGS[name][1]):
            raise ValueError(f"{name}={value!r} must be {problem}")
    return {
        SETTINGS[name][0]: list(value) if SETTINGS[name][1] is None else value
        for name, value in settings.items()
    }


def _problem(value, allowed):
    """Return what a value must be, or None where it fits."""
    if allowed is None:
        fits = isinstance(value, list | tuple) and len(value) <= 4
        fits = fits and all(_whole(units) and 1 <= units <= 64 for units in value)
        return None if fits else "up to four whole numbers from 1 to 64"
    if isinstance(allowed[0], str):
        return None if value in allowed else f"one of {', '.join(allowed)}"
    low, high = allowed
    kind = "a whole number" if isinstance(low, int) else "a number"
    number = _whole(value) or (isinstance(low, float) and isinstance(value, float))
    return None if number and low <= value <= high else f"{kind} from {low:g} to {high:g}"


def _whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_png(path):
    return path.name.endswith(".png")
