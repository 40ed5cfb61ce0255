"""What a trainer makes of the two players before it compiles anything."""

from contextlib import contextmanager

import keras
import tensorflow as tf

from gan_tutorial.ends import inner_layers
from gan_tutorial.settings import onednn


def built(optimizer, player):
    """Return an optimiser, the article's by default, with its variables made before tracing."""
    optimizer = optimizer or keras.optimizers.Adam(1e-3, epsilon=1e-8)
    if optimizer.built:
        raise ValueError("an optimizer belongs to one player and one Trainer: make another one")
    optimizer.build(player.trainable_variables)
    return optimizer


def copied(generator):
    """Map a generator to another one with the same layers and weights."""
    copy = keras.models.clone_model(generator)
    copy.set_weights(generator.get_weights())
    return copy


def slow_in_xla(*models):
    """Whether a layer convolves (XLA on a CPU is slower then) or recurs (it compiles for long)."""
    inner = [layer for model in models for layer in getattr(model, "layers", ())]
    return any(
        "Conv" in type(layer).__name__ or isinstance(layer, keras.layers.RNN) or slow_in_xla(layer)
        for layer in inner
    )


def confuses_the_remapper(discriminator):
    """Whether TensorFlow's remapper would fail, and say so, on the gradient of D.

    With oneDNN it joins convolution, bias and leaky ReLU to one operation, and does not find the
    three when it looks for their derivative. It then leaves the whole graph as it is, so nothing
    is lost by leaving it out.
    """
    leaky = any(_is_leaky(layer) for layer in inner_layers(discriminator))
    return leaky and slow_in_xla(discriminator) and onednn()


def _is_leaky(layer):
    activation = getattr(layer, "activation", None)
    names = getattr(activation, "__name__", ""), type(activation).__name__, type(layer).__name__
    return bool({"leaky_relu", "LeakyReLU"} & set(names))


@contextmanager
def remapper(on):
    """Run a compiled function with or without TensorFlow's remapper; `on=True` changes nothing."""
    if on:
        yield
        return
    options = tf.config.optimizer
    before = options.get_experimental_options().get("remapping", True)
    options.set_experimental_options({"remapping": False})
    try:
        yield
    finally:
        options.set_experimental_options({"remapping": before})
