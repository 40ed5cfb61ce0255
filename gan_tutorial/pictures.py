"""The reader's own pictures, from a folder or an array, cut to squares of one size.

All images are float32, `(n, size, size, channels)`, in [0, 1].
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from gan_tutorial.arrays import read_arrays, unit_range

PICTURES = (".png", ".jpg", ".jpeg")


def load_images(path, size=28, channels=1):
    """Map a folder of pictures, or an .npz/.npy of them, to `(n, size, size, channels)` in [0, 1].

    Args:
        path: a folder with PNG or JPEG files of any size and mode, its subfolders included; or an
            array `(n, height, width)` or `(n, height, width, 1 or 3)` of integers from 0 to 255 or
            of numbers in [0, 1]. An .npz holds one array, or one named "images" or "x_train".
        size: pixels a side; a picture is cut to its central square and resized.
        channels: 1 for grey, 3 for colour.

    A wide picture loses its sides. To keep the whole of it, squash it to a square before saving it,
    `tf.image.resize(pictures, (size, size))`, and stretch what the generator makes back,
    `tf.image.resize(samples, (height, width))`.

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
    return _fit_array(path, _pick_images(path, read_arrays(path)), size, channels)


def load_labels(path, n):
    """Map a path that `load_images` takes, and the number of images, to labels `(n,)`, int64.

    In an .npz they are the array "labels", or "y_train"; in a folder, a picture's label is the
    place of its subfolder among `class_names`.

    Raises FileNotFoundError or ValueError, naming file and fault, where it has none that fit: they
    must be whole numbers from 0.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    if path.is_dir():
        names = class_names(path)
        return np.array([names.index(_class_of(path, picture)) for picture in _pictures(path)])
    arrays = read_arrays(path)
    labels = arrays.get("labels", arrays.get("y_train"))
    if labels is None:
        raise ValueError(
            f"{path}: no labels in it; an .npz with the arrays 'images' and 'labels', or a folder "
            "with a subfolder for each class, is expected"
        )
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]  # as Keras has those of CIFAR
    if labels.shape != (n,) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"{path}: labels must be {n} whole numbers from 0, not {labels.dtype} of {labels.shape}"
        )
    return labels.astype("int64")


def class_names(folder):
    """Map a folder with a subfolder for each class to the subfolders' names, in alphabetic order.

    Raises ValueError where a picture lies in no subfolder, or all of them in one.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name in ("cats", "dogs"):
        ...         Path(folder, name).mkdir()
        ...         Image.new("L", (8, 8)).save(f"{folder}/{name}/1.png")
        ...     class_names(folder)
        ['cats', 'dogs']
    """
    names = sorted({_class_of(Path(folder), picture) for picture in _pictures(folder)})
    if len(names) < 2:
        raise ValueError(f"{folder}: has one class, {names[0]}; a subfolder for each is expected")
    return names


def _class_of(folder, picture):
    first, *more = picture.relative_to(folder).parts
    if not more:
        raise ValueError(f"{picture}: lies in no subfolder, which would name its class")
    return first


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
    images = unit_range(str(path), images)
    if images.shape[1:] == (size, size, channels):
        return images
    # Only pictures that must be resized or recoloured are rounded to 256 levels on the way.
    bytes_ = np.round(images * 255).astype(np.uint8)
    pictures = (Image.fromarray(b[..., 0] if b.shape[-1] == 1 else b) for b in bytes_)
    return np.stack([_fit_picture(picture, size, channels) for picture in pictures])


def _read_folder(folder, size, channels):
    return np.stack([_read_picture(path, size, channels) for path in _pictures(folder)])


def _pictures(folder):
    """Map a folder to the paths of its pictures, in the order in which they are read."""
    paths = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in PICTURES)
    if not paths:
        raise ValueError(f"{folder}: no picture in it ({', '.join(PICTURES)})")
    return paths


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
