"""Games that one replica and several must play alike: `python -m tests.distributed.games NAME N`.

It plays a game on one device, then on N logical CPUs under MirroredStrategy, and prints how far
they are apart at most: the weights of G, of D and of what samples, and the history.
"""

import json
import sys
from contextlib import nullcontext

import keras
import numpy as np
import tensorflow as tf

from gan_tutorial import Trainer, make_discriminator, make_generator, replicas
from gan_tutorial.models import dcgan
from gan_tutorial.models.lstm_gan import make_lstm_discriminator, make_lstm_generator, sines
from gan_tutorial.penalties import gradient_penalty, lazy, r1, r2

SHAPE = (12, 12, 1)
IMAGES = np.random.default_rng(0).random((256, *SHAPE), np.float32)
LABELS = np.arange(256) % 3


def sgd(**settings):
    return keras.optimizers.SGD(0.01, **settings)


def dense(loss="non-saturating", **settings):
    pair = make_generator(8, (32,), SHAPE), make_discriminator((32,), SHAPE)
    # Not Adam: it makes the same step of slopes that are N times too large.
    settings = {"d_optimizer": sgd(), "g_optimizer": sgd(), "batch_size": 32, **settings}
    return Trainer(*pair, loss=loss, **settings)


def unused():
    """A D with a weight that no logit depends on: it has no slope."""
    judge = make_discriminator((32,), SHAPE)
    judge.aside = keras.layers.Dense(1, name="aside", kernel_initializer="ones")
    judge.aside.build((None, 4))
    optimizers = {"d_optimizer": sgd(), "g_optimizer": sgd()}
    return Trainer(make_generator(8, (32,), SHAPE), judge, batch_size=32, **optimizers)


def convolutional(conditional=False, **settings):
    adams = {name: dcgan.make_dcgan_optimizer() for name in ("d_optimizer", "g_optimizer")}
    if conditional:
        sizes = {"classes": 3, "width": 4, "dense": 16, "image_shape": SHAPE}
        pair = (
            dcgan.make_conditional_dcgan_generator(latent_dim=8, **sizes),
            dcgan.make_conditional_dcgan_discriminator(**sizes),
        )
    else:
        pair = (
            dcgan.make_dcgan_generator(8, 4, SHAPE),
            dcgan.make_dcgan_discriminator(4, SHAPE),
        )
    return Trainer(*pair, batch_size=32, **adams, **settings)


def recurrent():
    pair = make_lstm_generator(6, units=8), make_lstm_discriminator(6, units=8)
    return Trainer(*pair, prior="normal", data_range=(-1, 1), batch_size=32)


# Steps, the largest difference allowed, what makes the trainer; its images, and their labels.
GAMES = {
    "sgd": (40, 1e-5, dense),
    "adam": (10, 1e-5, lambda: dense(d_optimizer=None, g_optimizer=None)),
    "clipped slopes": (
        40,
        1e-5,
        lambda: dense(d_optimizer=sgd(global_clipnorm=0.1), g_optimizer=sgd(clipnorm=0.1)),
    ),
    "penalties and average": (10, 1e-5, lambda: dense(penalty=r1(0.1) + r2(0.1), ema=0.9)),
    "lazy penalty": (10, 1e-5, lambda: dense(penalty=lazy(r1(0.1) + r2(0.1), 4), ema=0.9)),
    "gradient penalty": (40, 1e-5, lambda: dense("wasserstein", penalty=gradient_penalty())),
    "lazy gradient penalty": (
        10,
        1e-5,
        lambda: dense("wasserstein", penalty=lazy(gradient_penalty(), 4)),
    ),
    "clipped weights": (40, 1e-5, lambda: dense("wasserstein", clip=0.01, d_steps=2)),
    "relativistic": (40, 1e-5, lambda: dense("relativistic", g_steps=2)),
    "a weight without a slope": (10, 1e-5, unused),
    "dcgan": (1, 5e-6, lambda: convolutional(ema=0.9)),
    "conditional dcgan": (1, 5e-6, lambda: convolutional(True), IMAGES, LABELS),
    "lstm": (20, 1e-5, recurrent, sines(256, 6)),
}


def play(name, scope=None):
    """Play a game, its trainer made in a scope; return its weights and its history."""
    steps, _, make, *data = GAMES[name]
    images, labels = [*data, *(IMAGES, None)[len(data) :]]
    with scope or nullcontext():
        trainer = make()
    trainer.fit(images, steps, labels, report_every=5, progress=False)
    networks = trainer.generator, trainer.discriminator, trainer.sampler
    weights = [weight for network in networks for weight in network.get_weights()]
    return weights + [np.array(column, float) for column in trainer.history.values()]


def difference(a, b):
    return max(float(np.abs(one - other).max()) for one, other in zip(a, b, strict=True))


def logical_devices(n):
    """Make n CPUs of one; return their names. Must come before anything is computed."""
    [cpu] = tf.config.list_physical_devices("CPU")
    each = [tf.config.LogicalDeviceConfiguration() for _ in range(n)]
    tf.config.set_logical_device_configuration(cpu, each)
    return [f"CPU:{i}" for i in range(n)]


def main(name, n):
    devices = logical_devices(n)
    strategy = tf.distribute.MirroredStrategy(devices)
    copies = strategy.experimental_local_results(replicas.copies(strategy, tf.ones(3)))
    assert [copy.device[-5:] for copy in copies] == devices
    print(json.dumps(difference(play(name), play(name, strategy.scope()))))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
