"""The Fréchet classifier distance: how far the features of samples are from those of real images.

The features are those of a small digit classifier, not of Inception: this is not the FID.
"""

from typing import NamedTuple

import numpy as np

from gan_tutorial.measures import classifier


class Statistics(NamedTuple):
    """Mean `(64,)` and covariance `(64, 64)` of a set of images in the classifier's features."""

    mean: np.ndarray
    covariance: np.ndarray


def statistics(images):
    """Map images `(n, 28, 28, 1)` in [0, 1] to the `Statistics` of their features.

    Raises ValueError for another shape or range, and for no more images than there are features.

    Example:
        >>> statistics(np.zeros((100, 28, 28, 1))).mean.shape
        (64,)
    """
    return of_features(classifier.see(images)[0])


def of_features(features):
    """Map features `(n, 64)` of the classifier to their `Statistics`.

    Raises ValueError for no more images than there are features.
    """
    if len(features) <= classifier.FEATURES:
        raise ValueError(
            f"{len(features)} images are too few for a covariance of {classifier.FEATURES} "
            f"features: give at least {classifier.FEATURES + 1}"
        )
    features = features.astype(np.float64)
    return Statistics(features.mean(0), np.cov(features, rowvar=False))


def frechet_distance(samples, real):
    """Map samples and real images, `(n, 28, 28, 1)` in [0, 1], to their distance, at least 0.

    The Fréchet classifier distance: that of two Gaussians fitted to the features of a small digit
    classifier. It is not the FID, whose features are those of Inception, and cannot be compared
    with one. Either argument may be `Statistics` computed before. More images give a lower value.

    Raises ValueError as `statistics` does.
    Source: Heusel et al. 2017, equation 6; Dowson and Landau 1982.

    Example:
        >>> blank = np.zeros((100, 28, 28, 1))
        >>> frechet_distance(blank, blank)
        0.0
    """
    a, b = (x if isinstance(x, Statistics) else statistics(x) for x in (samples, real))
    shift = np.sum((a.mean - b.mean) ** 2)
    # tr sqrt(A B) = tr sqrt(sqrt(A) B sqrt(A)), whose root is of a symmetric matrix.
    values, vectors = np.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    overlap = np.sqrt(np.linalg.eigvalsh(root @ b.covariance @ root).clip(0)).sum()
    distance = shift + np.trace(a.covariance) + np.trace(b.covariance) - 2 * overlap  # Eq. (FD)
    return max(float(distance), 0.0)


def frechet_to(real):
    """Map real images to a measure for `KeepBest`: samples to their `frechet_distance` to these."""
    reference = statistics(real)
    return lambda samples: frechet_distance(samples, reference)


class Extrapolated(NamedTuple):
    """A distance at infinitely many samples: its estimate, and the estimate's standard error."""

    limit: float
    standard_error: float


BLOCKS = 10  # of samples


def extrapolated(features, real):
    """Map features `(n, 64)` of many samples, and real `Statistics`, to their `Extrapolated`.

    Where a generator is good, most of its distance comes from the number of samples: it falls with
    1/n. A line in 1/n goes through the distance of all samples and the mean distance of ten blocks
    of them; its value at 0 is what is left. The error is the jackknife's, which leaves one block
    out at a time. The number of real images adds to the distance too, and stays in it.

    Raises ValueError for blocks of no more samples than there are features.
    Source: Chong and Forsyth 2020, section 4, where the parts are random.

    Example:
        >>> features = np.random.default_rng(0).normal(size=(5000, 64))
        >>> real = Statistics(np.zeros(64), np.eye(64))
        >>> abs(extrapolated(features, real).limit) < 0.1
        True
    """
    blocks = np.array_split(np.asarray(features, np.float64), BLOCKS)
    alone = [frechet_distance(of_features(block), real) for block in blocks]
    limit = _limit(blocks, alone, real)
    without = [
        _limit(blocks[:i] + blocks[i + 1 :], alone[:i] + alone[i + 1 :], real)
        for i in range(BLOCKS)
    ]
    variance = (BLOCKS - 1) / BLOCKS * np.sum((without - np.mean(without)) ** 2)
    return Extrapolated(limit, float(np.sqrt(variance)))


def _limit(blocks, alone, real):
    """Return the value at 0 of the line in 1/n through all blocks together and each alone."""
    together = np.concatenate(blocks)
    whole = frechet_distance(of_features(together), real)
    # 1/n of a block is as many times that of all of them as there are blocks.
    return float(whole - (np.mean(alone) - whole) / (len(blocks) - 1))
