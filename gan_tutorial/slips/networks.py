"""The exercises of notebook 02 and appendix A1."""

import numpy as np
from scipy import special

from gan_tutorial.slips.exercise import Exercise


def _layer_inputs(rng):
    """A batch x `(4, 3)`, weights W `(3, 5)` and biases b `(5,)`."""
    return rng.normal(size=(4, 3)), rng.normal(size=(3, 5)), rng.normal(size=5)


def _layer(x, W, b):
    return np.maximum(x @ W + b, 0)


def _generator_inputs(rng):
    """A batch z `(4, 3)`, and weights and biases of two layers, 3 to 6 to 5 numbers."""
    return tuple(rng.normal(size=shape) for shape in ((4, 3), (3, 6), (6,), (6, 5), (5,)))


def _generator(z, W1, b1, W2, b2):
    return special.expit(_layer(z, W1, b1) @ W2 + b2)


def _sizes(rng):
    """The sizes of the layers of a network, from its inputs to its outputs."""
    return (rng.integers(2, 200, size=4),)


def _count(sizes):
    return np.sum((sizes[:-1] + 1) * sizes[1:])


def _fans(rng):
    """The numbers of inputs and of outputs of a layer."""
    return tuple(rng.integers(2, 900, size=2))


def _xavier(fan_in, fan_out):
    return np.sqrt(2 / (fan_in + fan_out))


EXERCISES = {
    "layer": Exercise(
        _layer,
        _layer_inputs,
        {
            "the ReLU is missing: negative numbers become 0.": lambda x, W, b: x @ W + b,
            "the biases are missing.": lambda x, W, b: np.maximum(x @ W, 0),
            "the biases are added after the ReLU; they belong inside.": (
                lambda x, W, b: np.maximum(x @ W, 0) + b
            ),
            "this keeps the negative numbers instead of the positive ones.": (
                lambda x, W, b: np.minimum(x @ W + b, 0)
            ),
            "this is the size of the number, |a|; ReLU is max(a, 0).": (
                lambda x, W, b: np.abs(x @ W + b)
            ),
            "this is a sigmoid; the hidden layers have a ReLU.": (
                lambda x, W, b: special.expit(x @ W + b)
            ),
            "this is the share of positive numbers, not the numbers themselves.": (
                lambda x, W, b: (x @ W + b > 0).astype(float)
            ),
        },
    ),
    "generator": Exercise(
        _generator,
        _generator_inputs,
        {
            "the sigmoid is missing: these are logits, and pixels lie between 0 and 1.": (
                lambda z, W1, b1, W2, b2: _layer(z, W1, b1) @ W2 + b2
            ),
            "the ReLU of the hidden layer is missing.": (
                lambda z, W1, b1, W2, b2: special.expit((z @ W1 + b1) @ W2 + b2)
            ),
            "the last layer ends in a sigmoid, not in a ReLU.": (
                lambda z, W1, b1, W2, b2: _layer(_layer(z, W1, b1), W2, b2)
            ),
            "the last layer ends in a sigmoid alone: its ReLU would leave no pixel below 1/2.": (
                lambda z, W1, b1, W2, b2: special.expit(_layer(_layer(z, W1, b1), W2, b2))
            ),
            "the hidden layer has a ReLU, not a sigmoid.": (
                lambda z, W1, b1, W2, b2: special.expit(special.expit(z @ W1 + b1) @ W2 + b2)
            ),
            "the biases are missing.": (
                lambda z, W1, b1, W2, b2: special.expit(np.maximum(z @ W1, 0) @ W2)
            ),
            "the biases of the last layer are missing.": (
                lambda z, W1, b1, W2, b2: special.expit(_layer(z, W1, b1) @ W2)
            ),
            "the biases of the hidden layer are missing.": (
                lambda z, W1, b1, W2, b2: special.expit(np.maximum(z @ W1, 0) @ W2 + b2)
            ),
        },
    ),
    "parameters": Exercise(
        _count,
        _sizes,
        {
            "the biases are missing: each output of a layer has one.": (
                lambda sizes: np.sum(sizes[:-1] * sizes[1:])
            ),
            "a bias belongs to each output of a layer, not to each input.": (
                lambda sizes: np.sum(sizes[:-1] * (sizes[1:] + 1))
            ),
            "these are the units; each is joined to every unit before it.": np.sum,
            "this counts the first layer alone.": lambda sizes: (sizes[0] + 1) * sizes[1],
        },
    ),
    "xavier": Exercise(
        _xavier,
        _fans,
        {
            "this is the variance; the spread is its square root.": (
                lambda fan_in, fan_out: 2 / (fan_in + fan_out)
            ),
            "this is He's rule, from fan-in alone.": lambda fan_in, fan_out: np.sqrt(2 / fan_in),
            "this looks at fan-out alone.": lambda fan_in, fan_out: np.sqrt(2 / fan_out),
            "a factor of 2 is missing under the root.": (
                lambda fan_in, fan_out: np.sqrt(1 / (fan_in + fan_out))
            ),
            "the sum of both fans is needed, not their product.": (
                lambda fan_in, fan_out: np.sqrt(2 / (fan_in * fan_out))
            ),
            "the fraction is upside down.": (
                lambda fan_in, fan_out: np.sqrt((fan_in + fan_out) / 2)
            ),
            "this is the bound of Xavier's uniform rule, sqrt(3) times the spread.": (
                lambda fan_in, fan_out: np.sqrt(6 / (fan_in + fan_out))
            ),
        },
    ),
}
