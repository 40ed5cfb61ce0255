"""What decides the course of training: checked, described for a checkpoint, compared with one."""

import json
import os

import keras

from gan_tutorial.draws import PRIORS


def check_settings(loss, prior, penalty, clip, ema, data_range):
    """Raise ValueError for a setting of the trainer that cannot work."""
    if keras.backend.backend() != "tensorflow":
        raise ValueError("the trainer runs on TensorFlow: set KERAS_BACKEND=tensorflow")
    if not callable(prior) and prior not in PRIORS:
        raise ValueError(
            f"unknown prior {prior!r}: choose one of {', '.join(PRIORS)}, or a function"
        )
    if clip is not None and not clip > 0:
        raise ValueError(f"clip must be above 0, not {clip}")
    if ema is not None and not 0 < ema < 1:
        raise ValueError(f"ema must lie between 0 and 1, not {ema}")
    if data_range is not None and not (len(data_range) == 2 and data_range[0] < data_range[1]):
        raise ValueError(f"data_range must be (lowest, highest) or None, not {data_range}")
    if loss.critic and penalty is None and clip is None:
        raise ValueError(
            f"loss {loss.name!r} needs a bounded critic: give penalty=gradient_penalty(10.0), "
            "penalty=r1(0.1) or clip=0.01"
        )


def describe(optimizer):
    """Map an optimiser to its name and settings, a dict as a checkpoint gives it back."""
    config = {**optimizer.get_config(), "name": type(optimizer).__name__}
    return json.loads(json.dumps(config, default=str))


def name_of(function):
    """Map a prior or a penalty that is a function to the name under which it is recorded."""
    for attribute in ("name", "__qualname__"):  # a Penalty's name tells its strength
        if hasattr(function, attribute):
            return getattr(function, attribute)
    return type(function).__name__


def same_settings(where, theirs, ours, prefix=""):
    """Raise ValueError, naming the first setting that differs, where two dicts are not the same."""
    for name in {**theirs, **ours}:
        then, now = theirs.get(name), ours.get(name)
        if isinstance(then, dict) and isinstance(now, dict):
            same_settings(where, then, now, f"{prefix}{name}.")
        elif then != now:
            raise ValueError(f"{where}: {prefix}{name} was {then}, now it is {now}")


def onednn():
    """Return whether TensorFlow computes with oneDNN's kernels: they give other last bits."""
    try:
        from tensorflow.python.util import _pywrap_util_port

        return bool(_pywrap_util_port.IsMklEnabled())
    except (ImportError, AttributeError):  # it is not public, and may move
        return os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "1"


def same_arithmetic(where, facts):
    """Raise ValueError where a checkpoint's facts tell of another setting of oneDNN than here.

    Checkpoints of version 0.1 do not tell.
    """
    then, now = facts.get("onednn", onednn()), onednn()
    if then != now:
        raise ValueError(
            f"{where}: trained with oneDNN {_SWITCH[then]}, here it is {_SWITCH[now]}, so the "
            f"last bits would differ: set TF_ENABLE_ONEDNN_OPTS={int(then)} before Python starts"
        )


_SWITCH = {True: "on", False: "off"}
