"""Closed forms for two known densities: the best discriminator, its value, and the divergence."""

import numpy as np
from scipy import integrate, special


def best_discriminator(p, q):
    """Map densities of real and of fake data, arrays `(n,)`, to D* = p / (p + q) in [0, 1].

    Where both are 0 nothing is ever drawn and any verdict is as good: it is 1/2 there.
    Source: Goodfellow et al. 2014, proposition 1.

    Example:
        >>> best_discriminator([0.3, 0.0], [0.1, 0.0]).round(2).tolist()
        [0.75, 0.5]
    """
    total = np.add(p, q)
    return np.divide(p, total, out=np.full(total.shape, 0.5), where=total > 0)


def best_value(x, p, q):
    """Map points `(n,)` and both densities there to the maximum of V over D, in [-log 4, 0].

    It is the integral of p log D* + q log(1 - D*), by trapezoids; a density that is 0 adds nothing.

    Args:
        x: increasing points, close enough to follow the densities, wide enough to hold them.
        p, q: densities of real and of fake data at these points.

    Source: Goodfellow et al. 2014, equation 4.

    Example:
        >>> from scipy import stats
        >>> x = np.linspace(-10, 10, 2001)
        >>> p = stats.norm.pdf(x)
        >>> round(float(best_value(x, p, p)), 3)  # nothing to tell apart: -log 4
        -1.386
    """
    total = np.add(p, q)
    return integrate.trapezoid(special.rel_entr(p, total) + special.rel_entr(q, total), x)


def jensen_shannon(x, p, q):
    """Map points `(n,)` and two densities there to their Jensen-Shannon divergence in [0, log 2].

    It is the mean of KL(p || m) and KL(q || m), m = (p + q) / 2, in nats, by trapezoids.

    Args:
        x: increasing points, close enough to follow the densities, wide enough to hold them.
        p, q: the two densities at these points; their order does not matter.

    Source: Goodfellow et al. 2014, equation 6.

    Example:
        >>> from scipy import stats
        >>> x = np.linspace(-30, 30, 6001)
        >>> p, q = stats.norm.pdf(x, -20), stats.norm.pdf(x, 20)
        >>> round(float(jensen_shannon(x, p, q)), 3)  # nothing in common: log 2
        0.693
    """
    total = np.add(p, q)  # 2 m: halving the smallest numbers would give 0
    kl_p = integrate.trapezoid(special.rel_entr(np.multiply(2, p), total) / 2, x)
    kl_q = integrate.trapezoid(special.rel_entr(np.multiply(2, q), total) / 2, x)
    return (kl_p + kl_q) / 2
