"""MNIST, and a stand-in where it cannot be had.

All images are float32, `(n, 28, 28, 1)`, in [0, 1].
"""

import os
import socket
import sys
import warnings
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from gan_tutorial.arrays import read_arrays, unit_range

SILENCE = 10  # seconds without a byte after which a download is given up


class StandInWarning(UserWarning):
    """MNIST could not be had; the stand-in takes its place and measures are not comparable."""


class Data(NamedTuple):
    """Images `(n, 28, 28, 1)` in [0, 1] with labels 0 to 9, and where they come from.

    Example:
        >>> data = Data(np.arange(12), *[None] * 4)
        >>> data.held_out.tolist(), len(data.not_held_out)
        ([10, 11], 10)
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    source: str

    @property
    def held_out(self):
        """The images for choosing among settings: the last sixth of the training set.

        On MNIST they are the training images from 50,000, as in the paper. For a strict choice,
        train on `not_held_out`.
        """
        return self.train_images[self._kept() :]

    @property
    def not_held_out(self):
        """The training images without `held_out`: 50,000 of MNIST."""
        return self.train_images[: self._kept()]

    def _kept(self):
        return len(self.train_images) - len(self.train_images) // 6


def load_mnist(path=None):
    """Map nothing, or the path of an .npz in Keras' layout, to MNIST as a `Data` named tuple.

    It looks at `path`, at the environment variable GAN_TUTORIAL_MNIST, and at Keras' own cache and
    download (skipped with GAN_TUTORIAL_OFFLINE=1); where none can be had, it warns with a
    `StandInWarning` and returns scikit-learn's handwritten digits, enlarged.

    Returns train_images, train_labels, test_images, test_labels and source: the path, "keras", or
    "digits" for the stand-in. Raises FileNotFoundError or ValueError, naming file and fault, where
    a file that was asked for is missing or not as it should be.
    Source: LeCun, Cortes and Burges, MNIST, CC BY-SA 3.0.

    Example:
        >>> load_mnist().train_images.shape[1:]
        (28, 28, 1)
    """
    path = path or os.environ.get("GAN_TUTORIAL_MNIST")
    if path:
        return _read_mnist(Path(path))
    downloaded, why_not = _download()
    return downloaded or _stand_in(why_not)


def _read_mnist(path):
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; MNIST is expected as an .npz")
    arrays = read_arrays(path)
    missing = {"x_train", "y_train", "x_test", "y_test"} - set(arrays)
    if missing:
        raise ValueError(f"{path}: lacks {', '.join(sorted(missing))}; Keras' layout is expected")
    halves = [_check_half(path, arrays, half) for half in ("train", "test")]
    return Data(*halves[0], *halves[1], str(path))


def _check_half(path, arrays, half):
    images, labels = arrays[f"x_{half}"], arrays[f"y_{half}"]
    if images.shape[1:] not in ((28, 28), (28, 28, 1)) or not len(images):
        raise ValueError(f"{path}: x_{half} has shape {images.shape}, not (n, 28, 28)")
    if labels.shape != (len(images),):
        raise ValueError(f"{path}: y_{half} has shape {labels.shape} for {len(images)} images")
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 9:
        raise ValueError(f"{path}: y_{half} must hold whole numbers from 0 to 9")
    images = unit_range(f"{path}: x_{half}", images)
    return images.reshape(-1, 28, 28, 1), labels.astype("int64")


_failure = None  # why the download failed: it is tried once a run


def _download():
    """Return MNIST from Keras' cache or download and None, or None and the reason why not."""
    global _failure
    if os.environ.get("GAN_TUTORIAL_OFFLINE") == "1":
        return None, "GAN_TUTORIAL_OFFLINE=1"
    if _failure:
        return None, _failure
    import keras  # only here: reading one's own files needs no TensorFlow

    try:
        with _gives_up_after(SILENCE), redirect_stdout(sys.stderr):
            (x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # whatever goes wrong, the stand-in helps and says why
        _failure = "the download failed: " + str(error).partition("--")[2].strip() or repr(error)
        return None, _failure
    arrays = {"x_train": x, "y_train": y, "x_test": x_test, "y_test": y_test}
    halves = [_check_half("keras", arrays, half) for half in ("train", "test")]
    return Data(*halves[0], *halves[1], "keras"), None


@contextmanager
def _gives_up_after(seconds):
    # Keras' download has no timeout of its own; it takes the one that all new sockets get.
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _stand_in(why):
    """Return scikit-learn's 1,797 digits of 8 x 8 pixels, enlarged to 28 x 28, split for good."""
    warnings.warn(
        f"no MNIST ({why}): scikit-learn's digits stand in for it, and measures are not "
        "comparable; set GAN_TUTORIAL_MNIST to the path of an mnist.npz for the real ones",
        StandInWarning,
        stacklevel=3,
    )
    digits = load_digits()
    grey = np.round(digits.images * (255 / 16)).astype(np.uint8)
    images = np.stack([_enlarge(image) for image in grey])
    split = train_test_split(
        images, digits.target, test_size=360, stratify=digits.target, random_state=0
    )
    train_images, test_images, train_labels, test_labels = split
    return Data(train_images, train_labels, test_images, test_labels, "digits")


def _enlarge(image):
    picture = Image.fromarray(image).resize((28, 28), Image.Resampling.BICUBIC)
    return np.asarray(picture, np.float32)[..., np.newaxis] / np.float32(255)
