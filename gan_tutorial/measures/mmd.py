"""Maximum mean discrepancy: how far apart are two sets of samples, seen through a kernel?

The kernel is a radial basis function, k(a, b) = exp(-|a - b|^2 / (2 sigma^2)); a sample may have
any shape, its entries are taken as one vector. Real before fake.
"""

import numpy as np
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import rbf_kernel

FACTORS = 2.0 ** np.arange(-4, 4)  # of the median distance, among which `bandwidth` chooses


def mmd(real, fake, sigma):
    """Map two sets `(n, ...)` and `(m, ...)` and a bandwidth above 0 to their squared MMD, a float.

    It is unbiased: for two sets of one distribution its mean is 0, and it may be below.

    Raises ValueError for samples of different shapes, fewer than two of them, and a sigma not above
    0. Source: Gretton et al. 2012, Lemma 6.

    Example:
        >>> round(mmd(np.array([[0.0], [0.0]]), np.array([[9.0], [9.0]]), sigma=1), 6)
        2.0
    """
    real, fake = _checked(real, fake, sigma)
    within = [_mean_of_others(rbf_kernel(each, gamma=_gamma(sigma))) for each in (real, fake)]
    across = rbf_kernel(real, fake, gamma=_gamma(sigma)).mean()
    return float(sum(within) - 2 * across)  # Eq. (MMD)


def median_distance(real, limit=1000):
    """Map samples `(n, ...)` to the median distance between two of them, of the first `limit`.

    Example:
        >>> median_distance(np.array([[0.0], [1.0], [3.0]]))
        2.0
    """
    real, _ = _checked(real[:limit], real[:limit], 1)
    distances = pairwise_distances(real)
    return float(np.median(distances[np.triu_indices(len(real), 1)]))


def bandwidth(real, fake, factors=FACTORS):
    """Map two sets of n samples each to the bandwidth that tells them apart best.

    It is the one, of `factors` times the median distance of the real ones, with the largest ratio
    of the squared MMD to its standard deviation. Measure with it on other samples than these.

    Source: Esteban et al. 2017, section 4.1.2, who go up the same ratio by its gradient; the
    variance is that of Liu et al. 2020, equation 5.

    Raises ValueError for sets of different sizes or shapes.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> bool(bandwidth(rng.normal(size=(50, 2)), rng.normal(size=(50, 2)) + 3) > 0)
        True
    """
    if len(real) != len(fake):
        raise ValueError(f"there are {len(real)} real and {len(fake)} fake samples: give as many")
    sigmas = [factor * median_distance(real) for factor in factors]
    return float(max(sigmas, key=lambda sigma: _ratio(*_checked(real, fake, sigma), sigma)))


def _ratio(real, fake, sigma):
    gamma = _gamma(sigma)
    across = rbf_kernel(real, fake, gamma=gamma)
    h = rbf_kernel(real, gamma=gamma) + rbf_kernel(fake, gamma=gamma) - across - across.T
    variance = 4 * (np.mean(h.mean(1) ** 2) - h.mean() ** 2)
    return _mean_of_others(h) / np.sqrt(max(variance, 1e-8))


def _mean_of_others(kernel):
    """Return the mean over all pairs of different samples."""
    n = len(kernel)
    return (kernel.sum() - np.trace(kernel)) / (n * (n - 1))


def _gamma(sigma):
    return 1 / (2 * sigma**2)


def _checked(real, fake, sigma):
    if not sigma > 0:
        raise ValueError(f"sigma must be above 0, not {sigma}")
    real, fake = (np.asarray(each, np.float64) for each in (real, fake))
    if real.shape[1:] != fake.shape[1:] or real.ndim < 2:
        raise ValueError(f"real samples are {real.shape}, fake ones {fake.shape}: shapes must fit")
    if min(len(real), len(fake)) < 2:
        raise ValueError("at least two samples of each kind are needed")
    return real.reshape(len(real), -1), fake.reshape(len(fake), -1)
