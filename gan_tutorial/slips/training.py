"""The exercises of notebook 04 and appendix A2."""

import numpy as np

from gan_tutorial.slips.exercise import Exercise

RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


def _memory(rng):
    """A gradient, Adam's two means before it, and the number of the step."""
    return rng.normal(size=4), rng.normal(size=4), rng.uniform(0.1, 1, 4), rng.integers(1, 9)


def _adam(g, m, v, t, corrected=True, root=np.sqrt, sign=-1, rate=RATE):
    m, v = BETA_1 * m + (1 - BETA_1) * g, BETA_2 * v + (1 - BETA_2) * g**2
    if corrected:
        m, v = m / (1 - BETA_1**t), v / (1 - BETA_2**t)
    return sign * rate * m / (root(v) + EPSILON)


def _steps_and_size(rng):
    """The number of images, the size of a batch, and a number of epochs."""
    return rng.integers(1000, 60_000), rng.integers(16, 512), rng.integers(1, 9)


def _layers_and_batch(rng):
    """The sizes of the layers of a network, and of a batch."""
    return rng.integers(2, 200, size=4), rng.integers(2, 300)


EXERCISES = {
    "adam": Exercise(
        _adam,
        _memory,
        {
            "the sign: an optimiser goes down, against the gradient.": (
                lambda g, m, v, t: _adam(g, m, v, t, sign=1)
            ),
            "both means must be divided by 1 - beta**t, since they start at 0.": (
                lambda g, m, v, t: _adam(g, m, v, t, corrected=False)
            ),
            "the root is missing: divide by sqrt(v), not by v.": (
                lambda g, m, v, t: _adam(g, m, v, t, root=lambda v: v)
            ),
            "this uses the old means: put the new gradient into m and v first.": (
                lambda g, m, v, t: -RATE * m / (np.sqrt(v) + EPSILON)
            ),
            "this is a step of SGD: the gradient times the rate.": lambda g, m, v, t: -RATE * g,
            "the rate is missing.": lambda g, m, v, t: _adam(g, m, v, t, rate=1),
            "this is the mean of the gradients alone; divide it by the root of the other mean.": (
                lambda g, m, v, t: -RATE * (BETA_1 * m + (1 - BETA_1) * g) / (1 - BETA_1**t)
            ),
        },
    ),
    "steps": Exercise(
        lambda n, batch, epochs: n // batch * epochs,
        _steps_and_size,
        {
            "only full batches count: round down before you multiply.": (
                lambda n, batch, epochs: n / batch * epochs
            ),
            "round down, not up: the last batch, which is not full, is left out.": (
                lambda n, batch, epochs: -(-n // batch) * epochs
            ),
            "this is the number of images, not of steps.": lambda n, batch, epochs: n * epochs,
            "these are the steps of one epoch.": lambda n, batch, epochs: n // batch,
        },
    ),
    "multiply-adds": Exercise(
        lambda sizes, batch: batch * np.sum(sizes[:-1] * sizes[1:]),
        _layers_and_batch,
        {
            "the batch is missing: every image passes through.": (
                lambda sizes, batch: np.sum(sizes[:-1] * sizes[1:])
            ),
            "these are the parameters times the batch; the biases are only added.": (
                lambda sizes, batch: batch * np.sum((sizes[:-1] + 1) * sizes[1:])
            ),
            "add the layers; do not multiply all the sizes.": (
                lambda sizes, batch: batch * np.prod(sizes.astype(float))
            ),
            "these are the units; each is joined to every unit before it.": (
                lambda sizes, batch: batch * np.sum(sizes)
            ),
        },
    ),
}
