"""The exercises of notebook 03."""

import numpy as np
from scipy import special

from gan_tutorial.slips.exercise import Exercise


def _logits(rng):
    """Logits of real examples and of fakes, not as many."""
    return rng.uniform(-6, 6, 5), rng.uniform(-6, 6, 7)


def _d_loss(real, fake):
    return -np.mean(special.log_expit(real)) - np.mean(special.log_expit(-fake))


def _large_and_small(rng):
    """Logits between -1,000 and 1,000, some of them small."""
    return (np.concatenate([rng.uniform(750, 1000, 4) * (-1, 1, -1, 1), rng.uniform(-5, 5, 6)]),)


def _log_of_sigmoid(a):
    with np.errstate(all="ignore"):  # it overflows, which is the slip
        return np.log(1 / (1 + np.exp(-a)))


def _fakes(rng):
    """Logits of some fakes."""
    return (rng.uniform(-8, 8, 6),)


def _listened(a):
    """The share of G's gradient that each fake gets under the non-saturating loss."""
    push = special.expit(-a)
    return push / push.sum()


EXERCISES = {
    "log sigmoid": Exercise(
        special.log_expit,
        _large_and_small,
        {
            "at a logit of -800 this computes the logarithm of 0: exp(800) is too large.": (
                _log_of_sigmoid
            ),
            "this is log(1 - s(a)); log s(a) is the other one.": lambda a: special.log_expit(-a),
            "the sign: a logarithm of a probability is never above 0.": (
                lambda a: -special.log_expit(a)
            ),
            "the sigmoid itself is not asked for, but its logarithm.": special.expit,
            "the small number inside the logarithm changes the result: log s(-800) is -800.": (
                lambda a: np.log(special.expit(a) + 1e-8)
            ),
        },
    ),
    "discriminator loss": Exercise(
        _d_loss,
        _logits,
        {
            "the sign: D climbs V, and an optimiser goes down, so the loss is -V.": (
                lambda real, fake: -_d_loss(real, fake)
            ),
            "these are logits: log D(x) is the logarithm of their sigmoid.": (
                lambda real, fake: -np.mean(real) - np.mean(1 - fake)
            ),
            "for fakes it is log(1 - D), the logarithm of the sigmoid of minus the logit.": (
                lambda real, fake: (
                    -np.mean(special.log_expit(real)) - np.mean(special.log_expit(fake))
                )
            ),
            "real and fake are exchanged.": lambda real, fake: _d_loss(fake, real),
            "this is half of it: two means are added, not averaged.": (
                lambda real, fake: _d_loss(real, fake) / 2
            ),
            "a loss is the mean over a batch, not the sum.": (
                lambda real, fake: (
                    -np.sum(special.log_expit(real)) - np.sum(special.log_expit(-fake))
                )
            ),
            "the part of the fakes is missing.": (
                lambda real, fake: -np.mean(special.log_expit(real))
            ),
        },
    ),
    "shares": Exercise(
        _listened,
        _fakes,
        {
            "these are the shares under minimax, which listens to the fakes that pass.": (
                lambda a: special.expit(a) / special.expit(a).sum()
            ),
            "these are the slopes; a share is a slope divided by the sum of all slopes.": (
                lambda a: special.expit(-a)
            ),
            "these are the slopes with their sign; a share is one of them divided by their sum.": (
                lambda a: -special.expit(-a)
            ),
            "this divides the losses, not their slopes.": (
                lambda a: special.log_expit(a) / special.log_expit(a).sum()
            ),
            "every fake gets the same share here: that is Wasserstein.": (
                lambda a: np.full(a.shape, 1 / a.size)
            ),
        },
    ),
}
