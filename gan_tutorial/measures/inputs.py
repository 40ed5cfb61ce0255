"""What the measures take: images `(n, ...)` in [0, 1], samples before real, and their labels."""

import numpy as np


def checked(name, images, like=None):
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


def pixel_rows(images):
    """Map images `(n, ...)` to the rows of their pixels `(n, pixels)`."""
    return images.reshape(len(images), -1)


def labels_of(labels, images):
    """Return labels as an array `(n,)`; raise ValueError where they are not as many as images."""
    labels = np.asarray(labels)
    if labels.shape != (len(images),):
        raise ValueError(f"labels have shape {labels.shape}, but there are {len(images)} images")
    return labels
