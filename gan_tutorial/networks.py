"""The canonical pair of the series: two dense layers for each player, as in the article.

A network is a plain function that returns a `keras.Model`. To add one, write such a function;
`Trainer` asks for nothing but shapes that fit.
"""

import math

import keras
import numpy as np
from keras import layers

from gan_tutorial.checks import positive

# Tells the layers of G from those of D even where both are given the same seed.
_GENERATOR, _DISCRIMINATOR = 0, 1


def initializer(fan_in, seed):
    """Map the number of a layer's inputs to the article's initialiser, N(0, 2 / fan_in).

    The article calls it Xavier; it is He's (He et al. 2015, equation 10) without truncation, so
    `keras.initializers.HeNormal`, which cuts the tails off, is not the same.

    Args:
        fan_in: number of inputs of the layer, at least 1.
        seed: an integer, another one for each layer.

    Example:
        >>> round(initializer(784, seed=0).stddev, 4)
        0.0505
    """
    return keras.initializers.RandomNormal(stddev=math.sqrt(2 / fan_in), seed=seed)  # Eq. (2.8)


def make_generator(
    latent_dim=100,
    hidden=(128,),
    image_shape=(28, 28, 1),
    seed=0,
    classes=0,
    activation="relu",
    output="sigmoid",
):
    """Map noise z `(batch, latent_dim)` to images `(batch, *image_shape)` in [0, 1].

    Args:
        latent_dim: number of entries of z, at least 1.
        hidden: widths of the hidden layers, as many as you like.
        image_shape: shape of one image, or of one point.
        seed: of the initial weights, an integer of at least 0.
        classes: with at least 1, one-hot labels `(batch, classes)` are a second input, joined to
            the first.
        activation: of the hidden layers; "leaky_relu" has Keras' slope of 0.2.
        output: of the last layer; None leaves points that may lie anywhere.

    Returns a `keras.Model`. Raises ValueError where a size is not a whole number of at least 1.
    Source: Goodfellow et al. 2014, section 3; sizes and initial weights as in the article.

    Example:
        >>> make_generator().count_params()
        114064
    """
    latent_dim = positive("latent_dim", latent_dim)
    image_shape = tuple(positive("image_shape", side) for side in image_shape)
    z = keras.Input((latent_dim,), name="z")
    inputs, h = _with_labels(z, z, classes)
    h = _hidden_layers(h, hidden, activation, (seed, _GENERATOR))
    pixels = _dense(h, math.prod(image_shape), output, (seed, _GENERATOR), len(hidden))
    image = layers.Reshape(image_shape, name="image")(pixels)
    return keras.Model(inputs, image, name="generator")  # Eq. (2.3)


def make_discriminator(
    hidden=(128,),
    image_shape=(28, 28, 1),
    seed=1,
    classes=0,
    activation="relu",
):
    """Map images `(batch, *image_shape)` to logits `(batch, 1)`; D(x) is the logit's sigmoid.

    Args:
        hidden: widths of the hidden layers, as many as you like.
        image_shape: shape of one image, or of one point.
        seed: of the initial weights, an integer of at least 0.
        classes: as in `make_generator`.
        activation: of the hidden layers; "leaky_relu" has Keras' slope of 0.2.

    Returns a `keras.Model`. Raises ValueError where a size is not a whole number of at least 1.
    Source: Goodfellow et al. 2014, section 3; sizes and initial weights as in the article.

    Example:
        >>> make_discriminator().count_params()
        100609
    """
    image_shape = tuple(positive("image_shape", side) for side in image_shape)
    x = keras.Input(image_shape, name="x")
    inputs, h = _with_labels(x, layers.Flatten()(x), classes)
    h = _hidden_layers(h, hidden, activation, (seed, _DISCRIMINATOR))
    # A logit: no sigmoid here, the loss applies it.
    logit = _dense(h, 1, None, (seed, _DISCRIMINATOR), len(hidden))
    return keras.Model(inputs, logit, name="discriminator")  # Eq. (2.4)


def _with_labels(first, features, classes):
    """Return a model's inputs, and the features with one-hot labels joined where there are any."""
    if positive("classes", classes, least=0) == 0:
        return first, features
    y = keras.Input((classes,), name="y")
    return [first, y], layers.Concatenate()([features, y])


def _hidden_layers(h, hidden, activation, entropy):
    for i, width in enumerate(hidden):
        h = _dense(h, positive("hidden", width), activation, entropy, i)
    return h


def _dense(h, width, activation, entropy, layer):
    # Keras gives two layers of one shape and one seed the same weights: each has a seed of its own.
    seed = int(np.random.SeedSequence((*entropy, layer)).generate_state(1)[0])
    start = initializer(h.shape[-1], seed)
    return layers.Dense(width, activation=activation, kernel_initializer=start)(h)
