"""How good are the samples? Measures to trust a little, each beside its floor.

The floor of a measure is what real images score against other real images at the same numbers:
no generator can be told from the data by a measure once it stands there. Samples and images are
`(n, ...)` with values in [0, 1] throughout, samples before real.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp
from sklearn.metrics import (
    pairwise_distances_argmin,
    pairwise_distances_argmin_min,
    pairwise_distances_chunked,
)

from gan_tutorial.measures import classifier
from gan_tutorial.measures.mmd import bandwidth, mmd  # noqa: F401, measures of sequences, found here too
from gan_tutorial.measures.tstr import transfer_accuracy  # noqa: F401

SIGMAS = np.logspace(-1, 0, 10)  # the paper's ten bandwidths
COVERED = 0.01  # a digit is covered when it has this share of the samples
COMPARED = 1000  # samples whose nearest training image is looked for
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
    samples = _checked("samples", samples)
    test = _checked("test", test, samples)
    validation = _checked("validation", validation, samples)
    by_sigma = _log_densities(samples, validation, sigmas).mean(0)
    sigma = float(sigmas[np.argmax(by_sigma)])
    values = _log_densities(samples, test, [sigma])[:, 0]
    return Parzen(float(values.mean()), float(values.std() / math.sqrt(len(values))), sigma)


def _log_densities(centres, points, sigmas):
    """Map centres, points and bandwidths to log densities `(points, bandwidths)`, in blocks."""
    centres, points = (_rows(images).astype(np.float64) for images in (centres, points))
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
    return _statistics(_seen(images)[0])


def _statistics(features):
    if len(features) <= classifier.FEATURES:
        raise ValueError(
            f"{len(features)} images are too few for a covariance of {classifier.FEATURES} "
            f"features: give at least {classifier.FEATURES + 1}"
        )
    features = features.astype(np.float64)
    return Statistics(features.mean(0), np.cov(features, rowvar=False))


def frechet_distance(samples, real):
    """Map samples and real images, `(n, 28, 28, 1)` in [0, 1], to their distance, at least 0.

    The Frechet classifier distance: that of two Gaussians fitted to the features of a small digit
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


class Digits(NamedTuple):
    """Shares of the ten digits, how many are covered, the largest share, the mean confidence."""

    histogram: np.ndarray
    covered: int
    commonest: float
    confidence: float


def digits(samples):
    """Map samples `(n, 28, 28, 1)` in [0, 1] to what the classifier takes them for, a `Digits`.

    A digit is covered when at least 1 % of the samples show it. The confidence is the mean of the
    largest of the ten probabilities. Raises ValueError for another shape or range.

    Example:
        >>> digits(np.zeros((5, 28, 28, 1))).covered
        1
    """
    return _digits(_seen(samples)[1])


def _digits(probabilities):
    counts = np.bincount(probabilities.argmax(1), minlength=10)
    shares = counts / len(probabilities)
    covered = int((shares >= COVERED).sum())
    return Digits(shares, covered, float(shares.max()), float(probabilities.max(1).mean()))


def nearest_neighbours(samples, train):
    """Map samples and training images to (indices `(n,)`, distances `(n,)`) of the nearest ones.

    The distance is Euclidean over pixels. Samples that lie much nearer to training images than
    other real images do are copies. Raises ValueError for other shapes or ranges.

    Example:
        >>> nearest_neighbours(np.ones((1, 2)), np.eye(2))
        (array([0]), array([1.]))
    """
    samples = _checked("samples", samples)
    train = _checked("train", train, samples)
    return pairwise_distances_argmin_min(_rows(samples), _rows(train))


def one_nearest_neighbour_error(samples, labels, test_images, test_labels):
    """Map samples and test images, `(n, ...)` in [0, 1], with their labels, to a share in [0, 1].

    Each test image takes the label of the nearest sample, by Euclidean distance over pixels; the
    result is the share that takes a wrong one. It is low where the samples of each class are of
    that class, and lie near all the images that there are of it.

    Raises ValueError for other shapes, ranges or numbers of labels.
    Source: Radford et al. 2015, Table 3: 50,000 samples against MNIST's test set. Training images
    in their place give 3.09 % where all 60,000 are taken, 3.34 % with the first 50,000.

    Example:
        >>> one_nearest_neighbour_error(np.eye(2), [0, 1], np.array([[0.9, 0], [0.8, 0.1]]), [0, 1])
        0.5
    """
    samples = _checked("samples", samples)
    test_images = _checked("test_images", test_images, samples)
    labels, test_labels = _labels(labels, samples), _labels(test_labels, test_images)
    nearest = pairwise_distances_argmin(_rows(test_images), _rows(samples))  # in blocks
    return float(np.mean(labels[nearest] != test_labels))


def agreement(samples, labels):
    """Map samples `(n, 28, 28, 1)` and the digits they were to show to the share that does.

    The classifier says what they show. Raises ValueError for another shape, range or number.

    Example:
        >>> blank = np.zeros((100, 28, 28, 1))
        >>> sum(agreement(blank, np.full(100, digit)) for digit in range(10))
        1.0
    """
    labels = _labels(labels, samples)
    return float(np.mean(_seen(samples)[1].argmax(1) == labels))


def _labels(labels, images):
    labels = np.asarray(labels)
    if labels.shape != (len(images),):
        raise ValueError(f"labels have shape {labels.shape}, but there are {len(images)} images")
    return labels


def held_out(data):
    """Map a dataset to its images for choosing among settings: the last sixth of the training set.

    On MNIST they are the training images from 50,000, as in the paper. For a strict choice, train
    on `not_held_out`.

    Example:
        >>> from gan_tutorial.data import Data
        >>> held_out(Data(np.arange(12), *[None] * 4)).tolist()
        [10, 11]
    """
    return data.train_images[_kept(data) :]


def not_held_out(data):
    """Map a dataset to its training images without `held_out`: 50,000 of MNIST.

    Example:
        >>> from gan_tutorial.data import Data
        >>> len(not_held_out(Data(np.arange(12), *[None] * 4)))
        10
    """
    return data.train_images[: _kept(data)]


def _kept(data):
    return len(data.train_images) - len(data.train_images) // 6


def evaluate(samples, data):
    """Map samples, and a dataset as `load_mnist` returns it, to all measures by their names.

    samples: their number. parzen, parzen_se, parzen_sigma: see `parzen_log_likelihood`. frechet:
    `frechet_distance` to the test images. histogram, covered, commonest, confidence: `digits`.
    nearest: mean distance of the first 1,000 samples to the nearest training image.

    Raises ValueError as these functions do.
    """
    features, probabilities = _seen(samples)
    distance = frechet_distance(_statistics(features), data.test_images)
    parzen = parzen_log_likelihood(samples, data.test_images, held_out(data)[:1000])
    seen = _digits(probabilities)
    return {
        "samples": len(samples),
        "parzen": parzen.mean,
        "parzen_se": parzen.standard_error,
        "parzen_sigma": parzen.sigma,
        "frechet": distance,
        "histogram": seen.histogram.tolist(),
        "covered": seen.covered,
        "commonest": seen.commonest,
        "confidence": seen.confidence,
        "nearest": float(nearest_neighbours(samples[:COMPARED], data.train_images)[1].mean()),
    }


def floors(data, n=10_000):
    """Map a dataset to what real images score: n training images in the place of samples.

    They come from those that are not held out; `nearest` is that of test images instead, since a
    training image's nearest training image is itself. With fewer images all are taken.
    """
    real = not_held_out(data)[:n]
    scores = evaluate(real, data)
    distances = nearest_neighbours(data.test_images[:COMPARED], data.train_images)[1]
    return {**scores, "nearest": float(distances.mean())}


def frechet_to(real):
    """Map real images to a measure for `KeepBest`: samples to their `frechet_distance` to these."""
    reference = statistics(real)
    return lambda samples: frechet_distance(samples, reference)


def table(scores, floor):
    """Map the measures of samples, and those of real images, to a table of text, a row a measure.

    Example:
        >>> scores = {"parzen": 87.1, "parzen_se": 2, "frechet": 60, "covered": 9, "commonest": 0.3,
        ...           "confidence": 0.9, "nearest": 6, "samples": 10000}
        >>> print(table(scores, scores).splitlines()[1])
        Parzen log-likelihood, nats                    87.1 ± 2.0         87.1 ± 2.0
    """
    rows = [("", f"{scores['samples']:,} samples", f"{floor['samples']:,} real images")]
    for name, form in _ROWS.items():
        rows.append((name, form.format(**scores), form.format(**floor)))
    return "\n".join(f"{name:<40}{here:>17}{there:>19}" for name, here, there in rows)


_ROWS = {
    "Parzen log-likelihood, nats": "{parzen:.1f} ± {parzen_se:.1f}",
    "Frechet classifier distance": "{frechet:.2f}",
    "digits covered, of 10": "{covered}",
    "share of the commonest digit": "{commonest:.1%}",
    "mean confidence of the classifier": "{confidence:.3f}",
    "distance to the nearest training image": "{nearest:.2f}",
}


def _seen(images):
    images = _checked("images", images)
    if images.shape[1:] != (28, 28, 1):
        raise ValueError(f"the digit classifier takes (n, 28, 28, 1), not {images.shape}")
    return classifier.see(images)


def _rows(images):
    return images.reshape(len(images), -1)


def _checked(name, images, like=None):
    """Return images as an array; raise ValueError where shape, number or values do not fit."""
    images = np.asarray(images)
    if images.dtype.kind not in "uifb":
        raise ValueError(f"{name} must be numbers, not {images.dtype}")
    if images.ndim < 2 or not len(images):
        raise ValueError(f"{name} must be (n, ...) with n of at least 1, not {images.shape}")
    if like is not None and images.shape[1:] != like.shape[1:]:
        raise ValueError(f"{name} have shape {images.shape}, the samples {like.shape}")
    low, high = images.min(), images.max()
    if not (low >= 0 and high <= 1):  # NaN fails here too
        raise ValueError(f"{name} must lie in [0, 1], not from {low} to {high}")
    return images
