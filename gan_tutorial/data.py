"""Images to learn from: MNIST, the reader's own pictures, and a stand-in where there is no MNIST.

All images are float32, `(n, height, width, channels)`, in [0, 1].
"""

import math
import os
import socket
import sys
import warnings
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

PICTURES = (".png", ".jpg", ".jpeg")
ALIGNMENT = 64  # bytes, of the memory that NumPy and TensorFlow can share
SILENCE = 10  # seconds without a byte after which a download is given up


class StandInWarning(UserWarning):
    """MNIST could not be had; the stand-in takes its place and measures are not comparable."""


class Data(NamedTuple):
    """Images `(n, 28, 28, 1)` in [0, 1] with labels 0 to 9, and where they come from."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    source: str


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


def load_images(path, size=28, channels=1):
    """Map a folder of pictures, or an .npz/.npy of them, to `(n, size, size, channels)` in [0, 1].

    Args:
        path: a folder with PNG or JPEG files of any size and mode, its subfolders included; or an
            array `(n, height, width)` or `(n, height, width, 1 or 3)` of integers from 0 to 255 or
            of numbers in [0, 1]. An .npz holds one array, or one named "images" or "x_train".
        size: pixels a side; a picture is cut to its central square and resized.
        channels: 1 for grey, 3 for colour.

    Raises FileNotFoundError or ValueError, naming file and fault.

    Example:
        >>> import numpy as np, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.save(f"{folder}/x.npy", np.zeros((3, 40, 30, 3), "uint8"))
        ...     load_images(f"{folder}/x.npy").shape
        (3, 28, 28, 1)
    """
    path = Path(path)
    if channels not in (1, 3):
        raise ValueError(f"channels must be 1 (grey) or 3 (colour), not {channels!r}")
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    if path.is_dir():
        return _read_folder(path, size, channels)
    return _fit_array(path, _pick_images(path, _read_arrays(path)), size, channels)


def load_labels(path, n):
    """Map the path of an .npz, and the number of its images, to its array "labels" `(n,)`, int64.

    Raises FileNotFoundError or ValueError, naming file and fault, where it has none that fit: they
    must be whole numbers from 0.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    labels = None if path.is_dir() else _read_arrays(path).get("labels")
    if labels is None:
        raise ValueError(
            f"{path}: no labels in it; an .npz with the arrays 'images' and 'labels' is expected"
        )
    if labels.shape != (n,) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"{path}: labels must be {n} whole numbers from 0, not {labels.dtype} of {labels.shape}"
        )
    return labels.astype("int64")


def _read_mnist(path):
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; MNIST is expected as an .npz")
    arrays = _read_arrays(path)
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
    images = _unit_range(f"{path}: x_{half}", images)
    return images.reshape(-1, 28, 28, 1), labels.astype("int64")


def _read_arrays(path):
    """Map the path of an .npz or .npy to a dict of its arrays, never unpickling anything."""
    try:
        with open(path, "rb") as file:
            found = np.load(file, allow_pickle=False)
            return dict(found) if hasattr(found, "files") else {"images": found}
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error})") from None
    except Exception as error:  # zipfile, zlib and NumPy each have their own words for damage
        if "pickle" in str(error):
            raise ValueError(f"{path}: holds pickled objects or no arrays; refused") from None
        raise ValueError(f"{path}: damaged or not an .npz/.npy file ({error})") from None


def _unit_range(where, images):
    """Map integers 0 to 255, or floats in [0, 1], to float32 in [0, 1]."""
    if images.dtype.kind not in "uifb":
        raise ValueError(f"{where} holds {images.dtype}, not numbers")
    if not images.size:
        raise ValueError(f"{where} is empty")
    if not np.isfinite(images).all():
        raise ValueError(f"{where} holds NaN or infinite values")
    top = 255 if images.dtype.kind in "ui" else 1
    if images.min() < 0 or images.max() > top:
        raise ValueError(
            f"{where} has values from {images.min()} to {images.max()}; "
            "integers from 0 to 255 or numbers from 0 to 1 are expected"
        )
    return np.divide(images, np.float32(top), out=_aligned(images.shape), casting="unsafe")


def _aligned(shape):
    """Return an empty float32 array whose memory a tensor can share."""
    size = 4 * math.prod(shape)
    memory = np.empty(size + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + size].view(np.float32).reshape(shape)


def _pick_images(path, arrays):
    for name in ("images", "x_train"):
        if name in arrays:
            return arrays[name]
    if len(arrays) == 1:
        return next(iter(arrays.values()))
    names = ", ".join(sorted(arrays)) or "nothing"
    raise ValueError(f"{path}: holds {names}; name the array of pictures 'images'")


def _fit_array(path, images, size, channels):
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"{path}: shape {images.shape}; (n, height, width), with 1 or 3 channels "
            "behind or none, is expected"
        )
    images = _unit_range(str(path), images)
    if images.shape[1:] == (size, size, channels):
        return images
    # Only pictures that must be resized or recoloured are rounded to 256 levels on the way.
    bytes_ = np.round(images * 255).astype(np.uint8)
    pictures = (Image.fromarray(b[..., 0] if b.shape[-1] == 1 else b) for b in bytes_)
    return np.stack([_fit_picture(picture, size, channels) for picture in pictures])


def _read_folder(folder, size, channels):
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in PICTURES)
    if not paths:
        raise ValueError(f"{folder}: no picture in it ({', '.join(PICTURES)})")
    return np.stack([_read_picture(path, size, channels) for path in paths])


def _read_picture(path, size, channels):
    try:
        with Image.open(path) as picture:
            picture = ImageOps.exif_transpose(picture)  # a phone's picture, the right way up
            return _fit_picture(picture, size, channels)
    except Exception as error:  # Pillow raises many kinds for a damaged or foreign file
        raise ValueError(f"{path}: not a readable PNG or JPEG picture ({error})") from None


def _fit_picture(picture, size, channels):
    if picture.mode.startswith("I"):  # 16 bits a pixel, which Pillow would clip at 255
        picture = Image.fromarray((np.asarray(picture) / 257).astype(np.uint8))
    if picture.has_transparency_data:
        on_white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(on_white, picture.convert("RGBA"))
    picture = picture.convert("L" if channels == 1 else "RGB")
    picture = ImageOps.fit(picture, (size, size), Image.Resampling.LANCZOS)
    return np.asarray(picture, np.float32).reshape(size, size, channels) / np.float32(255)


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
