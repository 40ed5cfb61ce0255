"""The networks with which Goodfellow et al. (2014) trained on MNIST, and how they trained them.

Sizes, initial weights, dropout and learning rate follow the file mnist.yaml of the code that the
authors released (github.com/goodfeli/adversarial).
"""

import math

import keras
import numpy as np
from keras import layers

from gan_tutorial import draws


def make_paper_generator(pixel_means, latent_dim=100, hidden=(1200, 1200), seed=0):
    """Map noise z `(batch, latent_dim)` to images `(batch, h, w, channels)` in [0, 1].

    Args:
        pixel_means: mean training image `(h, w, channels)`; its logit is the output's first bias.
        latent_dim: number of entries of z.
        hidden: widths of the two hidden ReLU layers.
        seed: of the initial weights, U(-0.05, 0.05).

    Source: Goodfellow et al. 2014, section 5, and mnist.yaml of the released code.

    Example:
        >>> make_paper_generator(np.full((28, 28, 1), 0.1)).count_params()
        2503984
    """
    seeds = iter(np.random.SeedSequence((seed, 0)).generate_state(len(hidden) + 1).tolist())
    z = h = keras.Input((latent_dim,), name="z")
    for width in hidden:
        h = layers.Dense(width, "relu", kernel_initializer=_uniform(0.05, next(seeds)))(h)
    means = np.clip(pixel_means, 1e-7, 1 - 1e-7)
    last = layers.Dense(means.size, "sigmoid", kernel_initializer=_uniform(0.05, next(seeds)))
    image = layers.Reshape(means.shape, name="image")(last(h))
    last.bias.assign(np.log(means / (1 - means)).ravel())
    return keras.Model(z, image, name="generator")


def make_paper_discriminator(image_shape=(28, 28, 1), units=240, pieces=5, seed=1):
    """Map images `(batch, *image_shape)` to logits `(batch, 1)` by two maxout layers with dropout.

    Args:
        image_shape: shape of one image.
        units: outputs of a maxout layer (Goodfellow et al. 2013, equation 1).
        pieces: linear functions of which each unit is the maximum.
        seed: of the initial weights, U(-0.005, 0.005), and of dropout.

    Source: Goodfellow et al. 2014, section 5, and mnist.yaml of the released code.

    Example:
        >>> make_paper_discriminator().count_params()
        1231441
    """
    seeds = iter(np.random.SeedSequence((seed, 1)).generate_state(6).tolist())
    x = keras.Input(image_shape, name="x")
    h = layers.Dropout(0.2, seed=next(seeds))(layers.Flatten()(x))
    for _ in range(2):
        linear = layers.Dense(units * pieces, kernel_initializer=_uniform(0.005, next(seeds)))(h)
        h = keras.ops.max(layers.Reshape((units, pieces))(linear), axis=-1)  # Eq. (MX)
        h = layers.Dropout(0.5, seed=next(seeds))(h)
    logit = layers.Dense(1, kernel_initializer=_uniform(0.005, next(seeds)))(h)
    return keras.Model(x, logit, name="discriminator")


def make_paper_optimizers():
    """Return the paper's SGD for D and for G: rate / 1.000004^updates, momentum 0.5.

    G's rate is 0.1. The released code halves the sum that is D's loss, which under SGD is the same
    as D's rate of 0.05 here; with 0.1, D soon leaves G nothing to learn from. The authors let the
    momentum rise to 0.7 by epoch 250; here it stays.

    Example:
        >>> [optimizer.momentum for optimizer in make_paper_optimizers()]
        [0.5, 0.5]
    """
    rates = (keras.optimizers.schedules.ExponentialDecay(r, 1, 1 / 1.000004) for r in (0.05, 0.1))
    return [keras.optimizers.SGD(rate, momentum=0.5) for rate in rates]


def paper_prior(shape, seed):
    """Map a shape and a key `(2,)` to noise z ~ U(-sqrt 3, sqrt 3), whose variance is 1."""
    return math.sqrt(3) * draws.uniform(shape, seed)


def _uniform(bound, seed):
    return keras.initializers.RandomUniform(-bound, bound, seed=seed)
