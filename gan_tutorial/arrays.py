"""Arrays from files, checked, and as float32 in [0, 1] in memory that TensorFlow can share."""

import math

import numpy as np

ALIGNMENT = 64  # bytes, of the memory that NumPy and TensorFlow can share


def read_arrays(path):
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


def unit_range(where, images):
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
