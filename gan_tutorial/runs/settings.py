"""What a run is asked to do: a dict of settings, complete, and the same when it is resumed."""

from gan_tutorial.runs.folder import check_free, holds_run, read_metrics
from gan_tutorial.settings import same_settings

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
    "d_steps": 1,
    "clip": None,
    "r1": None,
    "r2": None,
    "ema": None,
    "seed": 0,
    "report_every": 500,
    "checkpoint_every": 1000,
    "keep_best": None,
}
DCGAN_DEFAULTS = {"batch_size": 64, "g_learning_rate": 2e-4, "d_learning_rate": 2e-4}
MODEL_OF = {"width": "dcgan", "g_hidden": "mlp", "d_hidden": "mlp"}  # settings of one model alone


def merged_settings(out, given, resume=False, overwrite=False):
    """Map a folder and the settings that were given to all settings of the run there.

    A run that is resumed keeps its settings; more steps may be asked of it. Raises ValueError
    where the folder holds something else, or a run that may not be touched or differs, and where
    a setting belongs to the other model.
    """
    check_free(out)
    fresh = overwrite or not holds_run(out)
    if not (fresh or resume):
        raise ValueError(
            f"{out}: holds a run; use --resume to go on with it, --overwrite, or --out"
        )
    settings = _completed(given if fresh else read_metrics(out)["settings"])
    asked = {**settings, **given}
    if not fresh:
        same_settings(out, settings, {**asked, "steps": settings["steps"]})
    for name, model in MODEL_OF.items():
        if name in given and asked["model"] != model:
            raise ValueError(f"--{name.replace('_', '-')} is for --model {model}")
    return asked


def _completed(settings):
    defaults = DEFAULTS | (DCGAN_DEFAULTS if settings.get("model") == "dcgan" else {})
    return {**defaults, **settings}
