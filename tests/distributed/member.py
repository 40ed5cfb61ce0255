"""One worker of several: `python -m tests.distributed.member CASE INDEX ADDRESS,ADDRESS FOLDER`.

It plays a game of `games` together with the others, and writes what it has at the end to a file:
the weights and the history, or what was raised.
"""

import os
import sys
from pathlib import Path

import keras
import numpy as np

from gan_tutorial import cluster, meeting
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


class NewNetwork(keras.callbacks.Callback):
    """Make and run a network on the first worker alone, as a measure may."""

    def on_epoch_end(self, epoch, logs=None):
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).predict(
            np.zeros((1, 3)), verbose=0
        )
        self.trainer.sample(4)


def main(case, index, folder):
    strategy = meeting.strategy(limit=60)
    with strategy.scope():
        trainer = games.dense(
            steps_per_execution=5,
            seed=index if case == "other seed" else 0,
            ema=0.9 if case == "restore" else None,
        )
    images = games.IMAGES[: -index or None] if case == "other data" else games.IMAGES
    callbacks = {"fails": [Fails()], "stops": [Stops()], "network": [NewNetwork()]}.get(case, [])
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
