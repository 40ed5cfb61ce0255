"""Small pairs of DCGAN's networks, for the tests of the networks and of their runs."""

import numpy as np
import pytest

from gan_tutorial import Trainer
from gan_tutorial.models import dcgan

SHAPE = (16, 16, 2)  # halves twice


def small_pair():
    return dcgan.make_dcgan_generator(5, 3, SHAPE), dcgan.make_dcgan_discriminator(3, SHAPE)


def conditional_pair():
    sizes = {"width": 3, "dense": 7, "image_shape": SHAPE}
    return (
        dcgan.make_conditional_dcgan_generator(4, 5, **sizes),
        dcgan.make_conditional_dcgan_discriminator(4, **sizes),
    )


PAIRS = {"guidelines": small_pair, "conditional": conditional_pair}
each_pair = pytest.mark.parametrize("make_pair", PAIRS.values(), ids=PAIRS)
rng = np.random.default_rng(0)


def trainable(model):
    return sum(np.prod(weight.shape) for weight in model.trainable_variables)


def pictures(n=64):
    return rng.random((n, *SHAPE), np.float32)


def make_trainer(pair, **settings):
    adams = [dcgan.make_dcgan_optimizer() for _ in range(2)]
    return Trainer(*pair, d_optimizer=adams[0], g_optimizer=adams[1], batch_size=16, **settings)


def fit(trainer, steps, images=None):
    images = pictures() if images is None else images
    labels = np.arange(len(images)) % 4 if len(trainer.generator.inputs) > 1 else None
    trainer.fit(images, steps, labels=labels, progress=False)
