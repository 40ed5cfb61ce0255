"""Parzen windows: the likelihood of test images under a Gaussian on each sample.

The measure of the 2014 paper. Samples and images are `(n, ...)` with values in [0, 1].
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp
from sklearn.metrics import pairwise_distances_chunked

from gan_tutorial.measures.inputs import checked, pixel_rows

SIGMAS = np.logspace(-1, 0, 10)  # the paper's ten bandwidths
BLOCK = 32  # MiB that a block of distances may take


class Parzen(NamedTuple):
    """A Parzen window's mean log-likelihood, its standard error, and the bandwidth."""

    mean: float
    standard_error: float
    sigma: float


def parzen_log_likelihood(samples, test, validation, sigmas=SIGMAS):
    """Map samples, test images and validation images, each `(n, ...)` in [0, 1], to a `Parzen`.

    A Gaussian sits on each sample; the test images' mean log density under the mixture is the
    result. It is in nats and may be of either sign. The bandwidth is the one of `sigmas` with the
    best mean over the validation images.

    Raises ValueError for other shapes, values outside [0, 1], no images, and sigmas not above 0.
    Source: Goodfellow et al. 2014, section 5, and parzen_ll.py of the released code, whose protocol
    is 10,000 samples, 1,000 validation images (of the training images from 50,000) and all 10,000
    test images.

    Example:
        >>> point = np.zeros((1, 2))
        >>> result = parzen_log_likelihood(point, point, point)
        >>> round(result.mean, 3), round(result.sigma, 3)  # -2 log(0.1 sqrt(2 pi))
        (2.767, 0.1)
    """
    if not len(sigmas) or min(sigmas) <= 0:
        raise ValueError(f"sigmas must be numbers above 0, not {list(sigmas)}")
    samples = checked("samples", samples)
    test = checked("test", test, samples)
    validation = checked("validation", validation, samples)
    by_sigma = _log_densities(samples, validation, sigmas).mean(0)
    sigma = float(sigmas[np.argmax(by_sigma)])
    values = _log_densities(samples, test, [sigma])[:, 0]
    return Parzen(float(values.mean()), float(values.std() / math.sqrt(len(values))), sigma)


def _log_densities(centres, points, sigmas):
    """Map centres, points and bandwidths to log densities `(points, bandwidths)`, in blocks."""
    centres, points = (pixel_rows(images).astype(np.float64) for images in (centres, points))
    n, pixels = centres.shape

    def reduce(squares, _):
        # Each block of distances serves all bandwidths.
        kernels = [logsumexp(squares / (-2 * sigma**2), axis=1) for sigma in sigmas]
        norms = [math.log(n) + pixels * math.log(s * math.sqrt(2 * math.pi)) for s in sigmas]
        return np.stack(kernels, axis=1) - norms  # Eq. (PW)

    blocks = pairwise_distances_chunked(
        points, centres, reduce_func=reduce, working_memory=BLOCK, metric="euclidean", squared=True
    )
    return np.concatenate(list(blocks))
