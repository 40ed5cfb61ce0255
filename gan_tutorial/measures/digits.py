"""What samples show: shares of the ten digits, and agreement with the digits asked for."""

from typing import NamedTuple

import numpy as np
from sklearn.metrics import pairwise_distances_argmin

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
    samples = checked("samples", samples)
    test_images = checked("test_images", test_images, samples)
    labels, test_labels = labels_of(labels, samples), labels_of(test_labels, test_images)
    nearest = pairwise_distances_argmin(pixel_rows(test_images), pixel_rows(samples))  # in blocks
    return float(np.mean(labels[nearest] != test_labels))


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
