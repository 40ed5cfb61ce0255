"""What a pair of networks must be like, so that its game can be played: one clear line if not.

All of it is checked before anything is trained. A network of the wrong kind trains without a word,
and draws noise.
"""

import math
import warnings

import keras
import numpy as np

from gan_tutorial.checks import classes_of
from gan_tutorial.ends import RANGES, end_of, inner_layers

LOOKS = 3  # at the outputs of a D whose graph cannot be read


def check_pair(generator, discriminator, data_range=None, penalty=None):
    """Raise ValueError where two networks fit neither each other nor the losses and the data.

    Args:
        generator, discriminator: the two players.
        data_range: (lowest, highest) value of the data; None where any value may come.
        penalty: what is added to D's loss, or None.

    Example:
        >>> from gan_tutorial import make_discriminator, make_generator
        >>> check_pair(make_generator(), make_discriminator(), data_range=(0, 1))
    """
    _check_graphs(generator=generator, discriminator=discriminator)
    _check_shapes(generator, discriminator)
    check_trainable(generator, discriminator)
    _check_precision(generator, discriminator)
    _check_logit(discriminator)
    if data_range:
        _check_range(generator, tuple(data_range))
    if penalty is not None:
        _check_slope(discriminator)


def check_trainable(generator, discriminator):
    """Raise ValueError for a player without weights to train."""
    for name, player in (("generator", generator), ("discriminator", discriminator)):
        if not player.trainable_variables:
            raise ValueError(
                f"the {name} has no weights to train: leave out `{name}.trainable = False` and "
                "frozen layers, an idiom of older Keras code that is not needed here, where each "
                "update moves one player's weights alone"
            )


def _check_graphs(**players):
    for name, player in players.items():
        if not getattr(player, "inputs", None):
            raise ValueError(
                f"the {name} does not say what it takes: give a keras.Model with known inputs, for "
                "example keras.Sequential([keras.Input(shape), yours])"
            )


def _check_shapes(generator, discriminator):
    made, taken = tuple(generator.output_shape[1:]), tuple(discriminator.inputs[0].shape[1:])
    if made != taken:
        raise ValueError(f"the generator makes {made}, the discriminator takes {taken}")
    if discriminator.output_shape[-1] != 1:
        raise ValueError(
            f"the discriminator must end in one logit, not in shape {discriminator.output_shape}"
        )
    classes = [classes_of(model) for model in (generator, discriminator)]
    if classes[0] != classes[1]:
        raise ValueError(f"generator and discriminator take {classes[0]} and {classes[1]} classes")


def _check_precision(generator, discriminator):
    """Refuse float16, whose small gradients are lost without a scaled loss."""
    for layer in (*inner_layers(generator), *inner_layers(discriminator)):
        if layer.dtype_policy.compute_dtype == "float16":
            raise ValueError(
                f"layer {layer.name} computes in float16, in which small gradients become 0: use "
                'keras.mixed_precision.set_global_policy("mixed_bfloat16"), or float32'
            )


def _check_logit(discriminator):
    end = end_of(discriminator)
    if end in RANGES:
        raise ValueError(
            f"the discriminator ends in {end}; the losses want the logit before it, any real "
            "number: leave that activation out"
        )


def _check_range(generator, data_range):
    end = end_of(generator)
    made = RANGES.get(end)
    if made and math.inf not in np.abs(made):
        if made != data_range:
            raise ValueError(
                f"the generator ends in {end} and makes {_shown(made)}, the data lie in "
                f"{_shown(data_range)}: give Trainer data_range={made} and data of that range, or "
                f"end in {_ending_for(data_range)}"
            )
        return
    low, high = _first_values(generator)
    if low < data_range[0] or high > data_range[1]:
        raise ValueError(
            f"the generator{f' ends in {end} and' if end else ''} makes values from {low:.2g} to "
            f"{high:.2g} before training, the data lie in {_shown(data_range)}: end in "
            f"{_ending_for(data_range)}, or give Trainer data_range=None"
        )


def _first_values(generator):
    """Return the least and the greatest value of some images of a generator as it is."""
    n, classes = 64, classes_of(generator)
    z = np.random.default_rng(0).uniform(-1, 1, (n, *generator.inputs[0].shape[1:]))
    z = keras.ops.convert_to_tensor(z, "float32")
    labels = keras.ops.one_hot(np.arange(n) % classes, classes) if classes else None
    images = np.asarray(generator(z if labels is None else [z, labels], training=False))
    return float(images.min()), float(images.max())


def _ending_for(data_range):
    names = [name for name in ("sigmoid", "tanh") if RANGES[name] == data_range]
    return f"a {names[0]}" if names else "an activation of that range"


def _shown(values):
    return f"[{values[0]:g}, {values[1]:g}]"


def _check_slope(discriminator):
    """Refuse batch norm, with which the slope at one image is that of a whole batch."""
    for layer in inner_layers(discriminator):
        if isinstance(layer, keras.layers.BatchNormalization):
            raise ValueError(
                f"a penalty on the slope at each image cannot be had with batch normalisation "
                f"({layer.name}), which makes an image's logit depend on its batch: build D with "
                'layer normalisation or none, such as make_dcgan_discriminator(norm="layer"), or '
                "leave the penalty out"
            )


class Watch:
    """Look at the first outputs of a D whose graph cannot be read; warn once if none is a logit.

    Args:
        discriminator: the network; one whose end is known is not looked at.
    """

    def __init__(self, discriminator):
        self.looks = LOOKS if end_of(discriminator) is None else 0
        self._low, self._high = math.inf, -math.inf

    def look(self, outputs):
        """Take some outputs into account; warn with the last ones if all lay in [0, 1].

        `outputs` is a function that returns them, and is called only where it is needed.
        """
        if not self.looks:
            return
        values = np.asarray(outputs())
        self._low, self._high = min(self._low, values.min()), max(self._high, values.max())
        self.looks -= 1
        if self._low < 0 or self._high > 1:
            self.looks = 0  # a logit has been seen
        elif not self.looks:
            warnings.warn(
                f"all outputs of the discriminator so far lie from {self._low:.2g} to "
                f"{self._high:.2g}: if it ends in a sigmoid, leave that out, since the losses want "
                "the logit before it",
                stacklevel=2,
            )
