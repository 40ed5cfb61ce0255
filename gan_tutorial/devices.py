"""From the command line to TensorFlow's strategy: one device, all GPUs here, or machines."""

import os
import sys

from gan_tutorial.cluster import cluster_of, from_environment


def misuse(workers=None, worker=None, gpus=None, **_):
    """Return what is wrong with these options of `train` taken together, one line, or None.

    Example:
        >>> misuse(worker=1)
        '--worker is one of --workers: give that too'
    """
    if worker is not None and workers is None:
        return "--worker is one of --workers: give that too"
    if workers is None:
        return None
    if os.environ.get("TF_CONFIG"):
        return "TF_CONFIG is set, and names the workers: leave --workers out, or unset it"
    if gpus:
        return "--workers takes all GPUs of each machine already: leave --gpus out"
    if isinstance(workers, int):
        return None if worker is None else "--worker goes with addresses, not with a number"
    if worker is None:
        return "--workers needs --worker, the number of this one, counted from 0"
    if len(workers) == 1:
        return "--workers needs the addresses of two machines or more"
    try:
        cluster_of(workers, worker)
    except ValueError as error:
        return str(error)
    return None


def strategy_for(workers=None, worker=None, gpus=None, say=print):
    """Return the strategy that the options or TF_CONFIG ask for, None for one device.

    Raises ValueError where there is no GPU, and whatever `meeting.strategy` raises.
    """
    if workers:
        os.environ["TF_CONFIG"] = cluster_of(workers, worker).config()
    try:
        cluster = from_environment()
        if cluster and len(cluster.addresses) > 1:
            _leave_words_to_us()
            from gan_tutorial import meeting

            return meeting.strategy(say=say)
    except BaseException:
        if workers:
            del os.environ["TF_CONFIG"]  # it was ours
        raise
    if gpus is None:
        return None
    import tensorflow as tf

    if not tf.config.list_physical_devices("GPU"):
        raise ValueError("--gpus all: TensorFlow finds no GPU here; leave it out")
    return tf.distribute.MirroredStrategy()


def _leave_words_to_us():
    """Keep TensorFlow from logging a lost worker in twenty lines before we do in one."""
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "1" and "tensorflow" not in sys.modules:
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
