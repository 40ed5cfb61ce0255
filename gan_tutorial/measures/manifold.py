"""Precision and recall, density and coverage: do samples look real, and are all kinds there?

One distance, such as Fréchet's, mixes the two questions. These measures answer each by itself: a
set of images stands for all that lies within reach of one of them, that is as near to it as its
k-th nearest neighbour of the same set.
"""

from typing import NamedTuple

import numpy as np

from gan_tutorial.checks import positive
from gan_tutorial.measures import classifier

K = 3
ROWS = 1000  # of a block: 80 MB of distances to 10,000 others
SAME = 1e-6  # squared distances that differ by less are equal, as those of copies are


class Manifold(NamedTuple):
    """Four numbers that compare samples with real images.

    precision: share of samples within reach of a real image. recall: share of real images within
    reach of a sample. density: how many real images reach a sample, by k. coverage: share of real
    images that reach a sample. All lie in [0, 1] but the density, which is near 1 for real images.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def precision_recall(samples, real, k=K):
    """Map samples and real images, `(n, 28, 28, 1)` in [0, 1], to their `Manifold`.

    Distances are those of the digit classifier's features. Give as many samples as real images:
    recall rises, and density and coverage change, with their numbers. A high precision alone proves
    little, because these features do not see grain: normal noise of the digits' mean and spread has
    a precision of 0.98 (10,000 images), with a recall of 0.

    Raises ValueError for another shape or range, and where a set has no more than k images.
    Source: Kynkäänniemi et al. 2019, equations 1 and 2 (k = 3); Naeem et al. 2020, equations 5, 8.

    Example:
        >>> images = np.random.default_rng(0).random((20, 28, 28, 1))
        >>> precision_recall(images, images).recall
        1.0
    """
    return of_features(*(classifier.see(images)[0] for images in (samples, real)), k)


def of_features(samples, real, k=K):
    """Map features of samples and of real images, `(n, d)` and `(m, d)`, to their `Manifold`.

    Example:
        >>> of_features(np.zeros((9, 2)), np.eye(9)[:, :2]).recall
        0.7777777777777778
    """
    samples, real = (np.asarray(features, np.float64) for features in (samples, real))
    positive("k", k)
    for name, features in (("samples", samples), ("real images", real)):
        if len(features) <= k:
            raise ValueError(f"{len(features)} {name} are too few for {k} neighbours of each")
    reach_of_samples, reach_of_real = reach(samples, k), reach(real, k)
    recalled = covered = 0
    by_sample = np.zeros(len(samples), int)  # how many real images reach each sample
    for rows in _blocks(len(real)):
        distances = _squared_distances(real[rows], samples)
        reaches = distances <= reach_of_real[rows, None] + SAME
        by_sample += reaches.sum(0)
        covered += reaches.any(1).sum()
        recalled += (distances <= reach_of_samples + SAME).any(1).sum()
    return Manifold(
        precision=float(np.mean(by_sample > 0)),
        recall=float(recalled / len(real)),
        density=float(by_sample.sum() / (k * len(samples))),
        coverage=float(covered / len(real)),
    )


def reach(features, k=K):
    """Map features `(n, d)` to the squared distance `(n,)` from each to its k-th nearest other.

    Example:
        >>> reach(np.array([[0.0], [1.0], [3.0]]), k=1)
        array([1., 1., 4.])
    """
    found = np.empty(len(features))
    for rows in _blocks(len(features)):
        distances = _squared_distances(features[rows], features)
        found[rows] = np.partition(distances, k, axis=1)[:, k]  # the nearest of all is itself
    return found


def _blocks(n):
    return (slice(start, start + ROWS) for start in range(0, n, ROWS))


def _squared_distances(a, b):
    """Map `(n, d)` and `(m, d)` to squared distances `(n, m)`."""
    squares = np.sum(a**2, 1)[:, None] + np.sum(b**2, 1)
    return (squares - 2 * a @ b.T).clip(0)
