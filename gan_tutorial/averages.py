"""Batch norm's statistics of an averaged generator: its own, not those of the weights it follows.

Averaged weights make other activations than the weights of any one step. With the statistics of
those weights, each batch norm would subtract and divide by the wrong numbers.
"""

from contextlib import contextmanager

import keras
import tensorflow as tf

from gan_tutorial import draws
from gan_tutorial.checks import classes_of
from gan_tutorial.ends import inner_layers

# A variance is known to about 2 % from 4,096 images; a batch of n makes it too small by 1/n.
BATCHES, BATCH = 16, 256


def use_own_statistics(generator, prior):
    """Set the batch norm statistics of a generator to those of its own activations.

    They are means over batches of fixed noise, so that equal weights get equal statistics. Nothing
    else changes: not the state of dropout either. A generator without batch norm stays as it is.

    Args:
        generator: a `keras.Model` from noise (and one-hot labels) to images.
        prior: a function `f(shape, key)` that draws noise.

    Source: Brock et al. 2018 (BigGAN), "standing statistics".

    Example:
        >>> from gan_tutorial.models.dcgan import make_dcgan_generator
        >>> use_own_statistics(make_dcgan_generator(5, 2), draws.normal)
    """
    layers = [x for x in inner_layers(generator) if isinstance(x, keras.layers.BatchNormalization)]
    if not layers:
        return
    with _all_else_kept(generator, layers):
        for i in range(BATCHES):
            for layer in layers:
                layer.momentum = i / (i + 1)  # so that all batches have the same weight
                layer.synchronized = False  # every replica sees the whole batch here
            generator(_batch(generator, prior, i), training=True)


def _batch(generator, prior, i):
    z = prior((BATCH, *generator.inputs[0].shape[1:]), draws.key(0, draws.STATISTICS, i))
    classes = classes_of(generator)
    return [z, tf.one_hot(tf.range(BATCH) % classes, classes)] if classes else z


@contextmanager
def _all_else_kept(model, layers):
    """Give a network back everything but the statistics of these layers as it was."""
    statistics = {id(v) for layer in layers for v in layer.non_trainable_variables}
    others = [v for v in model.non_trainable_variables if id(v) not in statistics]
    before = [(variable, variable.numpy()) for variable in others]
    settings = [(layer, layer.momentum, layer.synchronized) for layer in layers]
    try:
        yield
    finally:
        for variable, value in before:
            variable.assign(value)
        for layer, momentum, synchronized in settings:
            layer.momentum, layer.synchronized = momentum, synchronized
