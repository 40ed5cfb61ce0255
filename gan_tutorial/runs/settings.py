"""What a run is asked to do: a dict of settings, complete, and the same when it is resumed."""

import warnings

import tensorflow as tf

from gan_tutorial import losses
from gan_tutorial.runs.folder import check_free, holds_run, read_metrics
from gan_tutorial.settings import same_settings
from gan_tutorial.workers import Workers

DEFAULTS = {
    "model": "mlp",
    "conditional": False,
    "width": 32,
    "data": None,
    "size": 28,
    "channels": 1,
    "loss": "non-saturating",
    "steps": 20_000,
    "batch_size": 128,
    "latent_dim": 100,
    "g_hidden": [128],
    "d_hidden": [128],
    "g_learning_rate": 1e-3,
    "d_learning_rate": 1e-3,
    "prior": "uniform",
    "d_steps": 1,
    "g_steps": 1,
    "d_norm": None,
    "clip": None,
    "gp": None,
    "r1": None,
    "r2": None,
    "lazy": None,
    "ema": None,
    "seed": 0,
    "report_every": 500,
    "checkpoint_every": 1000,
    "keep_best": None,
}
DCGAN_DEFAULTS = {"batch_size": 64, "g_learning_rate": 2e-4, "d_learning_rate": 2e-4}
# Settings of one model alone.
MODEL_OF = {"width": "dcgan", "d_norm": "dcgan", "g_hidden": "mlp", "d_hidden": "mlp"}
PENALTIES = ("gp", "r1", "r2")


def merged_settings(out, given, resume=False, overwrite=False):
    """Map a folder and the settings that were given to all settings of the run there.

    A run that is resumed keeps its settings; more steps may be asked of it. Raises ValueError
    where the folder holds something else, or a run that may not be touched or differs, and where
    a setting belongs to the other model.
    """
    check_free(out)
    fresh = overwrite or not holds_run(out)
    if not (fresh or resume):
        raise ValueError(f"{out}: holds a run; use --resume to continue it, --overwrite, or --out")
    settings = _completed(given if fresh else read_metrics(out)["settings"])
    asked = {**settings, **given}
    if not fresh:
        same_settings(out, settings, {**asked, "steps": settings["steps"]})
    for name, model in MODEL_OF.items():
        if name in given and asked["model"] != model:
            raise ValueError(f"--{name.replace('_', '-')} is for --model {model}")
    _check_penalties(asked)
    return {**asked, "d_norm": _normalisation(asked)}


def agreed_settings(strategy, out, given, resume=False, overwrite=False):
    """Map what `merged_settings` takes to its settings, the same in all workers of a strategy.

    The chief alone looks at the folder; only the path of the data may differ from its own.
    """
    workers = Workers(strategy or tf.distribute.get_strategy())
    asked = {"resume": resume, "overwrite": overwrite, **given}
    workers.compare(lambda: {**asked, "data": None})
    settings = workers.from_chief(lambda: merged_settings(out, given, resume, overwrite))
    return {**settings, "data": given.get("data", settings["data"])}


def _check_penalties(settings):
    if settings["lazy"] and not any(settings[name] for name in PENALTIES):
        raise ValueError("--lazy is for penalties: give --gp, --r1 or --r2 with it")
    bounded = settings["clip"] or any(settings[name] for name in PENALTIES)
    if losses.get(settings["loss"]).critic and not bounded:
        raise ValueError(
            f"--loss {settings['loss']} needs a bounded critic: give --gp 10, --r1 0.1 or "
            "--clip 0.01"
        )


def _normalisation(settings):
    """Return how D is normalised: as it was asked, or by batch unless a penalty excludes that."""
    norm, chosen = settings["d_norm"], [f"--{name}" for name in PENALTIES if settings[name]]
    if settings["model"] != "dcgan" or norm in ("layer", "none"):
        return norm
    if not chosen:
        return "batch"
    if norm == "batch":
        raise ValueError(
            f"--d-norm batch and {chosen[0]} exclude each other: with batch normalisation the "
            "slope at one image is that of its batch; give --d-norm layer or none"
        )
    warnings.warn(
        f"D is built without batch normalisation, which {chosen[0]} excludes; "
        "--d-norm layer normalises each image by itself",
        stacklevel=2,
    )
    return "none"


def _completed(settings):
    defaults = DEFAULTS | (DCGAN_DEFAULTS if settings.get("model") == "dcgan" else {})
    return {**defaults, **settings}
