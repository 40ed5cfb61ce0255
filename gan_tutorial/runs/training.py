"""Train a run in its folder: new, or from the newest checkpoint on."""

from contextlib import ExitStack
from pathlib import Path

import tensorflow as tf

from gan_tutorial import checkpoints
from gan_tutorial.measures.evaluation import compared_to
from gan_tutorial.runs.assembly import load_data, make_trainer
from gan_tutorial.runs.folder import check_same_data, clear, held, holds_run, read_metrics
from gan_tutorial.runs.keeper import RunKeeper
from gan_tutorial.workers import Lost, Workers


def train(out, settings, overwrite=False, progress=True, strategy=None):
    """Train a new run in a folder, or resume the one that is there; return its metrics.

    Of several workers all call this; the chief alone touches the folder, and gets the metrics.
    Ctrl-C keeps what there is and raises KeyboardInterrupt. Raises ValueError and OSError where
    data, settings or the folder do not do, before anything in the folder is touched,
    FloatingPointError at a loss that is not finite, and ConnectionError where a worker is gone.
    """
    strategy = strategy or tf.distribute.get_strategy()
    workers = Workers(strategy)
    data = workers.together(lambda: load_data(settings))
    workers.compare(lambda: {**data.facts(), "source": None})  # it may lie at different paths
    with strategy.scope():
        trainer = make_trainer(settings, data)
    with ExitStack() as stack:
        workers.from_chief(lambda: stack.enter_context(held(out)))
        earlier = _prepare(Path(out), settings, data, trainer, overwrite, workers)
        keeper = RunKeeper(out, settings, trainer, data.facts(), earlier)
        try:
            measure = workers.together(lambda: _begin(keeper, data) if workers.chief else None)
            if not workers.chief:
                return _follow(trainer, settings, data)
            _train(keeper, data, measure, progress)
        except Lost:
            raise
        except OSError as error:
            raise OSError(
                f"{error}; what was written before is whole: continue with --resume"
            ) from error
    return read_metrics(out)


def _begin(keeper, data):
    """Write the run's settings; return what measures its generators, None where nothing does."""
    keeper.write_metrics()
    return compared_to(data.held_out) if keeper.settings["keep_best"] else None


def _train(keeper, data, measure, progress):
    """Train up to the last step, and write the results, those of a run cut short too."""
    settings, trainer = keeper.settings, keeper.trainer
    try:
        if steps := settings["steps"] - trainer.step:
            every, callbacks = settings["report_every"], keeper.callbacks(measure)
            trainer.fit(data.images, steps, data.labels, every, callbacks, progress)
    finally:
        if trainer.healthy:
            keeper.write_results()


def _follow(trainer, settings, data):
    """Train as a worker that writes nothing."""
    if steps := settings["steps"] - trainer.step:
        trainer.fit(data.images, steps, data.labels, settings["report_every"])


def _prepare(out, settings, data, trainer, overwrite, workers):
    """Bring folder and trainer to where training starts; return the seconds trained before."""

    def look():
        if overwrite:
            clear(out)
        elif holds_run(out):
            check_same_data(out, data.facts())
        return bool(checkpoints.find(out / "checkpoints"))

    if workers.from_chief(look):
        trainer.restore(out / "checkpoints")
    if trainer.step > settings["steps"]:
        raise ValueError(f"{out}: {trainer.step} steps are done, more than {settings['steps']}")
    went_before = workers.chief and trainer.step and holds_run(out)
    return read_metrics(out)["seconds"] if went_before else 0.0
