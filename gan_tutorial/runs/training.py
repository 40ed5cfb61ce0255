"""Train a run in its folder: new, or from the newest checkpoint on."""

from pathlib import Path

from gan_tutorial import checkpoints
from gan_tutorial.measures.frechet import frechet_to
from gan_tutorial.runs.assembly import load_data, make_trainer
from gan_tutorial.runs.folder import check_same_data, clear, held, holds_run, read_metrics
from gan_tutorial.runs.keeper import RunKeeper


def train(out, settings, overwrite=False, progress=True):
    """Train a new run in a folder, or resume the one that is there; return its metrics.

    Ctrl-C keeps what there is and raises KeyboardInterrupt. Raises ValueError and OSError where
    data, settings or the folder do not do, before anything in the folder is touched, and
    FloatingPointError at a loss that is not finite.
    """
    data = load_data(settings)
    trainer = make_trainer(settings, data)
    measure = frechet_to(data.held_out) if settings["keep_best"] else None
    with held(out):
        earlier = _prepare(Path(out), settings, data, trainer, overwrite)
        keeper = RunKeeper(out, settings, trainer, data.facts(), earlier)
        try:
            _train(keeper, data, measure, progress)
        except OSError as error:
            raise OSError(
                f"{error}; what was written before is whole: continue with --resume"
            ) from error
    return read_metrics(out)


def _train(keeper, data, measure, progress):
    """Train up to the last step, and write the results, those of a run cut short too."""
    settings, trainer = keeper.settings, keeper.trainer
    keeper.write_metrics()
    try:
        if steps := settings["steps"] - trainer.step:
            every, callbacks = settings["report_every"], keeper.callbacks(measure)
            trainer.fit(data.images, steps, data.labels, every, callbacks, progress)
    finally:
        if trainer.healthy:
            keeper.write_results()


def _prepare(out, settings, data, trainer, overwrite):
    """Bring folder and trainer to where training starts; return the seconds trained before."""
    if overwrite:
        clear(out)
    elif holds_run(out):
        check_same_data(out, data.facts())
    if checkpoints.find(out / "checkpoints"):
        trainer.restore(out / "checkpoints")
    if trainer.step > settings["steps"]:
        raise ValueError(f"{out}: {trainer.step} steps are done, more than {settings['steps']}")
    return read_metrics(out)["seconds"] if trainer.step and holds_run(out) else 0.0
