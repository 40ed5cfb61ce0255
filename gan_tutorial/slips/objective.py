"""The exercises of notebook 01."""

import numpy as np

from gan_tutorial.slips.exercise import Exercise


def _verdicts(rng):
    """D's verdicts on real examples and on fakes, not as many."""
    return rng.uniform(0.05, 0.95, 5), rng.uniform(0.05, 0.95, 7)


def _value(d_real, d_fake):
    return np.mean(np.log(d_real)) + np.mean(np.log(1 - d_fake))


def _probabilities(rng):
    """Two distributions over six outcomes."""
    p, q = rng.uniform(0.1, 1, (2, 6))
    return p / p.sum(), q / q.sum()


def _kl(p, q):
    return np.sum(p * np.log(p / q))


def _jsd(p, q):
    m = (p + q) / 2
    return (_kl(p, m) + _kl(q, m)) / 2


EXERCISES = {
    "value": Exercise(
        _value,
        _verdicts,
        {
            "the sign: D wants V high, so V is the sum itself, not minus the sum.": (
                lambda real, fake: -_value(real, fake)
            ),
            "the logarithms are missing.": lambda real, fake: np.mean(real) + np.mean(1 - fake),
            "the second term is log(1 - D(G(z))), not log D(G(z)).": (
                lambda real, fake: np.mean(np.log(real)) + np.mean(np.log(fake))
            ),
            "real and fake are exchanged.": lambda real, fake: _value(fake, real),
            "an expectation is the mean over a batch, not its sum.": (
                lambda real, fake: np.sum(np.log(real)) + np.sum(np.log(1 - fake))
            ),
            "the second term is added, not subtracted.": (
                lambda real, fake: np.mean(np.log(real)) - np.mean(np.log(1 - fake))
            ),
            "the logarithm is the natural one, np.log.": (
                lambda real, fake: _value(real, fake) / np.log(2)
            ),
            "the logarithm is the natural one, np.log, not that of base 10.": (
                lambda real, fake: _value(real, fake) / np.log(10)
            ),
            "the second term is missing.": lambda real, fake: np.mean(np.log(real)),
            "the first term is missing.": lambda real, fake: np.mean(np.log(1 - fake)),
        },
    ),
    "best discriminator": Exercise(
        lambda p, q: p / (p + q),
        _probabilities,
        {
            "real and fake are exchanged: this is how probable it is that x is fake.": (
                lambda p, q: q / (p + q)
            ),
            "this is the ratio p / q, which can be more than 1; D's verdict is a probability.": (
                lambda p, q: p / q
            ),
            "this is the logit; the verdict is its sigmoid.": lambda p, q: np.log(p / q),
            "add the two densities of one outcome, not the sums over all outcomes.": (
                lambda p, q: p / (p.sum() + q.sum())
            ),
        },
    ),
    "divergence": Exercise(
        _jsd,
        _probabilities,
        {
            "this is KL(p || q); the JSD compares both with their middle, m = (p + q) / 2.": _kl,
            "this is KL(q || p); the JSD compares both with their middle, m = (p + q) / 2.": (
                lambda p, q: _kl(q, p)
            ),
            "the JSD is the mean of the two divergences, not their sum.": (
                lambda p, q: 2 * _jsd(p, q)
            ),
            "this is C(G); the JSD is what C(G) has above -log 4, halved.": (
                lambda p, q: 2 * _jsd(p, q) - np.log(4)
            ),
            "the sign: a divergence is never below 0.": lambda p, q: -_jsd(p, q),
            "m is the middle of p and q: (p + q) / 2, not p + q.": (
                lambda p, q: (_kl(p, p + q) + _kl(q, p + q)) / 2
            ),
            "the second half is missing: KL(q || m).": lambda p, q: _kl(p, (p + q) / 2) / 2,
            "the logarithm is the natural one: this is in bits.": (
                lambda p, q: _jsd(p, q) / np.log(2)
            ),
        },
    ),
}
