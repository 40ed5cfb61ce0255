"""One worker of several: `python -m tests.distributed.member CASE INDEX ADDRESS,ADDRESS FOLDER`.

It plays a game of `games` together with the others, and writes what it has at the end to a file:
the weights and the history, or what was raised.
"""

import os
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from gan_tutorial import cluster, losses, meeting
from tests.distributed import games


class Fails(keras.callbacks.Callback):
    """Raise what a full disk raises, at step 10."""

    def on_train_batch_end(self, batch, logs=None):
        if batch >= 10:
            raise OSError("No space left on device")


class Stops(keras.callbacks.Callback):
    """Ask for an end at step 15, between two reports."""

    def on_train_batch_end(self, batch, logs=None):
        if batch >= 15:
            self.model.stop_training = True


class Refuses(keras.callbacks.Callback):
    """Raise what a server that is down raises: an error of the connection, not of a worker."""

    def on_epoch_end(self, epoch, logs=None):
        raise ConnectionRefusedError("no tracking server")


class Slower(keras.callbacks.Callback):
    """Change G's learning rate at step 5, as a schedule of the reader's own does."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 5:
            self.trainer.g_optimizer.learning_rate = 1e-4


class Meddles(keras.callbacks.Callback):
    """Change a weight, on the first worker alone."""

    def on_epoch_end(self, epoch, logs=None):
        weight = self.model.trainable_variables[0]
        weight.assign(weight + 1.0)


class NewNetwork(keras.callbacks.Callback):
    """Make and run a network on the first worker alone, as a measure may."""

    def on_epoch_end(self, epoch, logs=None):
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).predict(
            np.zeros((1, 3)), verbose=0
        )
        self.trainer.sample(4)


CALLBACKS = {
    "fails": Fails,
    "stops": Stops,
    "refuses": Refuses,
    "slower": Slower,
    "meddles": Meddles,
    "network": NewNetwork,
}


def local_failure(index):
    """Return a loss that fails in worker 1 alone, as faulty hardware of its own would make it."""

    def g_loss(real_logits, fake_logits):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        check = tf.debugging.assert_none_equal(
            tf.cast(replica, tf.int64) * index,
            tf.constant(1, tf.int64),
            message="a fault of worker 1",
        )
        with tf.control_dependencies([check]):
            return losses.non_saturating_g_loss(real_logits, fake_logits)

    return losses.Loss("faulty", losses.sigmoid_d_loss, g_loss)


def main(case, index, folder):
    strategy = meeting.strategy(limit=60)
    with strategy.scope():
        trainer = games.dense(
            local_failure(index) if case == "faulty" else "non-saturating",
            steps_per_execution=5,
            seed=index if case == "other seed" else 0,
            ema=0.9 if case == "restore" else None,
        )
    images = games.IMAGES[: -index or None] if case == "other data" else games.IMAGES
    callbacks = [CALLBACKS[case]()] if case in CALLBACKS else []
    if case == "in scope":
        with strategy.scope():
            trainer.fit(images, 20, progress=False)
    if case == "restore":
        trainer.fit(images, 20, progress=False)
        trainer.save(folder / "checkpoints")
        trainer.fit(images, 20, progress=False)
        trainer.restore(folder / "checkpoints")
        assert trainer.step == 20
    trainer.fit(images, 20, report_every=10, callbacks=callbacks, progress=False)
    networks = trainer.generator, trainer.discriminator, trainer.sampler
    weights = [weight for network in networks for weight in network.get_weights()]
    history = [np.array(column, float) for column in trainer.history.values()]
    np.savez(folder / f"{index}.npz", *weights, *history)


if __name__ == "__main__":
    case, index, addresses, folder = sys.argv[1:]
    os.environ["TF_CONFIG"] = cluster.cluster_of(addresses.split(","), int(index)).config()
    try:
        main(case, int(index), Path(folder))
    except Exception as error:
        Path(folder, f"{index}.txt").write_text(f"{type(error).__name__}: {error}")
