"""What training changes, all of it: into a checkpoint, out of one, and the same in all workers."""

import zlib

import keras
import numpy as np
import tensorflow as tf

import gan_tutorial
from gan_tutorial import checkpoints, checks, settings


def arrays(variables):
    """Map a dict of lists of variables to a dict of arrays, as a checkpoint names them.

    Raises FloatingPointError for one that holds a number that is not finite.
    """
    found = {
        f"{part}/{i}": variable.numpy()
        for part, of_part in variables.items()
        for i, variable in enumerate(of_part)
    }
    for name, array in found.items():
        if not np.isfinite(array).all():
            raise FloatingPointError(f"{name} is not finite: nothing is saved")
    return found


def restore(directory, variables, ours, workers):
    """Give variables the values of a folder's newest whole checkpoint; return its facts.

    Args:
        directory: the folder, which the chief alone reads.
        variables: a dict of lists of variables.
        ours: the trainer's settings, which must be those of the checkpoint.
        workers: the `Workers` that restore together.
    """

    def read():
        stored, facts = checkpoints.read_newest(directory)
        settings.same_settings(directory, facts["settings"], ours)
        return [array for _, array in checks.matched(directory, variables, stored)], facts

    flat = [variable for of_part in variables.values() for variable in of_part]
    mine = ([variable.numpy() for variable in flat], None)
    values, facts = workers.together(read if workers.chief else lambda: mine)
    facts = workers.tell(facts)[0]
    for variable, value in zip(flat, workers.arrays(values), strict=True):
        variable.assign(value)
    return facts


def facts(trainer, images, labels, goal, report_every):
    """Return all that must be the same in the workers that train together, a dict for JSON."""
    networks = {"generator": trainer.generator, "discriminator": trainer.discriminator}
    return {
        "gan_tutorial": gan_tutorial.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "oneDNN": settings.onednn(),
        **trainer.settings(),
        **{name: f"of {network.count_params()} weights" for name, network in networks.items()},
        "data_range": trainer.data_range and list(trainer.data_range),
        "images": _checksum(images),
        "labels": labels if labels is None else _checksum(labels),
        "steps done": trainer.step,
        "steps in all": goal,
        "report_every": report_every,
        "steps_per_execution": trainer.steps_per_execution,
    }


def follow_chief(trainer):
    """Give all workers what the chief's callbacks may have changed: the rates of the optimisers.

    Raises the same ValueError in all workers where, at a report, their weights are not the same.
    """
    workers = trainer._workers
    if workers.number == 1:
        return
    optimizers = trainer.d_optimizer, trainer.g_optimizer
    steerable = [o for o in optimizers if isinstance(o.learning_rate, keras.Variable)]
    rates = [np.float64(optimizer.learning_rate.numpy()) for optimizer in steerable]
    for optimizer, rate, mine in zip(steerable, workers.arrays(rates), rates, strict=True):
        if rate != mine:
            optimizer.learning_rate = float(rate)
    if trainer.step == trainer._history.reported:
        networks = trainer.generator, trainer.discriminator
        workers.compare(
            lambda: {f"weights at step {trainer.step} with checksum": _crc(networks)},
            "callbacks run on worker 0 alone, and must not change weights",
        )


def _crc(networks):
    crc = 0
    for network in networks:
        for weights in network.get_weights():
            crc = zlib.crc32(np.ascontiguousarray(weights), crc)
    return f"{crc:08x}"


def _checksum(tensor):
    array = np.ascontiguousarray(tensor.numpy())
    return f"{len(array)} with checksum {zlib.crc32(array):08x}"
