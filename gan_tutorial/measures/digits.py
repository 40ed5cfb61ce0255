"""What samples show: shares of the ten digits, and agreement with the digits asked for."""

from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import pairwise_distances_argmin_min

from gan_tutorial.measures import classifier
from gan_tutorial.measures.inputs import checked, labels_of, pixel_rows

COVERED = 0.01  # a digit is covered when it has this share of the samples
READ = 0.9  # of labelled images that the classifier must read right to be trusted; MNIST's: 0.99


class Digits(NamedTuple):
    """Shares of the ten digits, how many are covered, the largest share, the mean confidence."""

    histogram: np.ndarray
    covered: int
    commonest: float
    confidence: float


def digit_shares(samples):
    """Map samples `(n, 28, 28, 1)` in [0, 1] to what the classifier takes them for, a `Digits`.

    A digit is covered when at least 1% of the samples show it. The confidence is the mean of the
    largest of the ten probabilities. Raises ValueError for another shape or range.

    Example:
        >>> digit_shares(np.zeros((5, 28, 28, 1))).covered
        1
    """
    return shares_of(classifier.see(samples)[1])


def shares_of(probabilities):
    """Map the classifier's probabilities `(n, 10)` to `Digits`."""
    counts = np.bincount(probabilities.argmax(1), minlength=10)
    shares = counts / len(probabilities)
    covered = int((shares >= COVERED).sum())
    return Digits(shares, covered, float(shares.max()), float(probabilities.max(1).mean()))


def one_nearest_neighbour_error(samples, labels, test_images, test_labels):
    """Map samples and test images, `(n, ...)` in [0, 1], with their labels, to a share in [0, 1].

    Each test image takes the label of the nearest sample, by Euclidean distance over pixels; the
    result is the share that takes a wrong one. It is low where the samples of each class are of
    that class, and lie near all the images that there are of it.

    Raises ValueError for other shapes, ranges or numbers of labels.
    Source: Radford et al. 2015, Table 3: 50,000 samples against MNIST's test set. Training images
    in their place give 3.09% where all 60,000 are taken, 3.34% with the first 50,000.

    Example:
        >>> one_nearest_neighbour_error(np.eye(2), [0, 1], np.array([[0.9, 0], [0.8, 0.1]]), [0, 1])
        0.5
    """
    test_images = checked("test_images", test_images, checked("samples", samples))
    test_labels = labels_of(test_labels, test_images)
    return float(np.mean(nearest_labels(samples, labels, test_images)[0] != test_labels))


def nearest_labels(samples, labels, test_images):
    """Map samples with their labels, and test images, to the nearest one's label and distance.

    Both are arrays `(n,)`, a number for each test image; the distance is Euclidean, over pixels.
    Raises ValueError for other shapes, ranges or numbers of labels.

    Example:
        >>> nearest_labels(np.eye(2), [7, 8], np.array([[0.0, 0.9]]))[0].tolist()
        [8]
    """
    samples = checked("samples", samples)
    test_images, labels = checked("test_images", test_images, samples), labels_of(labels, samples)
    rows = pixel_rows(test_images), pixel_rows(samples)
    nearest, distances = pairwise_distances_argmin_min(*rows)  # in blocks
    return labels[nearest], distances


def mcnemar(wrong, other):
    """Map two readers' mistakes on the same images, booleans `(n,)`, to a p-value in (0, 1].

    It is the probability of a difference as large as theirs, or larger, between two readers who
    are equally good: of the images that one of them alone gets wrong, each would be as likely to be
    the one's as the other's. Images that both get right, or wrong, do not count.

    Source: McNemar 1947; the exact form, by the binomial distribution.

    Example:
        >>> mcnemar(np.array([True, True, False, False]), np.array([True, False, False, False]))
        1.0
    """
    wrong, other = np.asarray(wrong, bool), np.asarray(other, bool)
    alone, other_alone = int((wrong & ~other).sum()), int((other & ~wrong).sum())
    if alone + other_alone == 0:
        return 1.0
    return float(binomtest(alone, alone + other_alone).pvalue)


def readable(data):
    """Return whether the classifier reads a dataset's first 1,000 test images as their labels do.

    It knows MNIST's digits alone: of the same digits, mirrored, it reads 42%.

    Args:
        data: as `load_mnist` returns it.
    """
    return agreement(data.test_images[:1000], data.test_labels[:1000]) >= READ


def agreement(samples, labels):
    """Map samples `(n, 28, 28, 1)` and the digits they were to show to the share that does.

    The classifier says what they show. Raises ValueError for another shape, range or number.

    Example:
        >>> blank = np.zeros((100, 28, 28, 1))
        >>> sum(agreement(blank, np.full(100, digit)) for digit in range(10))
        1.0
    """
    labels = labels_of(labels, samples)
    return float(np.mean(classifier.see(samples)[1].argmax(1) == labels))
