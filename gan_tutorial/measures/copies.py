"""Copies: samples that are much nearer to a training image than other real images are."""

from sklearn.metrics import pairwise_distances_argmin_min

from gan_tutorial.measures.inputs import checked, pixel_rows


def nearest_neighbours(samples, train):
    """Map samples and training images to (indices `(n,)`, distances `(n,)`) of the nearest ones.

    The distance is Euclidean over pixels. Samples that lie much nearer to training images than
    other real images do are copies. Raises ValueError for other shapes or ranges.

    Example:
        >>> import numpy as np
        >>> nearest_neighbours(np.ones((1, 2)), np.eye(2))
        (array([0]), array([1.]))
    """
    samples = checked("samples", samples)
    train = checked("train", train, samples)
    return pairwise_distances_argmin_min(pixel_rows(samples), pixel_rows(train))
