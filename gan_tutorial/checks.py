"""What fits what: one clear line for networks, data and labels that do not."""

import math
import operator
import os
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from gan_tutorial.arrays import ALIGNMENT


def positive(name, number, least=1, most=math.inf):
    """Return a whole number from `least` to `most` as an int, or raise ValueError with its name.

    Example:
        >>> positive("batch_size", 128)
        128
    """
    try:
        number = operator.index(number)
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {number!r}") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}, not {number}")
    if number > most:
        raise ValueError(f"{name} must be at most {most}, not {number}")
    return number


def as_tensors(trainer, images, labels):
    """Map data for a trainer to tensors: images as float32 or bytes, labels as one-hot or None.

    Raises ValueError where kind, shape, number, values or labels do not fit.
    """
    images = _as_array(images)
    expected = tuple(trainer.generator.output_shape[1:])
    if images.shape[1:] != expected:
        raise ValueError(
            f"images have shape {images.shape}, the generator makes (n, *{expected})"
            f"{_way_to(images.shape, expected)}"
        )
    if len(images) < trainer.batch_size:
        raise ValueError(f"{len(images)} images are fewer than a batch of {trainer.batch_size}")
    labels = one_hot(trainer.generator, labels, len(images))
    if images.dtype == np.uint8 and images.max() > 1:
        return tf.constant(images), labels  # a quarter of the memory; the step casts its batch
    _check_values(images, trainer.data_range)
    return _as_tensor(images), labels


def as_floats(batch, data_range):
    """Map a batch of bytes from 0 to 255 to floats over `data_range`; floats stay as they are.

    Example:
        >>> as_floats(tf.constant([0, 255], tf.uint8), (-1, 1)).numpy().tolist()
        [-1.0, 1.0]
    """
    if batch.dtype != tf.uint8:
        return batch
    low, high = data_range or (0, 255)
    return low + (high - low) * (tf.cast(batch, tf.float32) / 255)


def _as_array(images):
    """Map what was given as images to an array; say how to make one of what is not."""
    came = f"{type(images).__module__.split('.')[0]} {type(images).__name__}"
    for kind, way in _NO_ARRAYS:
        if kind(images):
            raise ValueError(f"images must be one array, not a {came}: {way}")
    try:
        array = np.asarray(images)
    except (ValueError, TypeError):
        shapes = sorted({np.shape(image) for image in images})[:2]
        raise ValueError(
            f"images have different shapes, {shapes[0]} and {shapes[-1]} among them: bring them "
            "to one size, as load_images(folder, size) does"
        ) from None
    if array.dtype.kind not in "uifb":
        raise ValueError(f"images must be numbers, not {array.dtype}")
    return array


def _is_from(package):
    return lambda images: type(images).__module__.split(".")[0] == package


# What people bring from other code: how to know it, and how to make an array of it.
_NO_ARRAYS = (
    (
        lambda images: isinstance(images, tf.data.Dataset),
        "np.stack(list(dataset.unbatch().as_numpy_iterator())), without .unbatch() where each "
        "element is one image",
    ),
    (_is_from("pandas"), "images.to_numpy().reshape(-1, 28, 28, 1) for rows of 784 pixels"),
    (_is_from("torch"), "images.numpy(force=True), and np.moveaxis(images, 1, -1) for its pixels"),
    (
        lambda images: isinstance(images, keras.utils.PyDataset),
        "np.concatenate([dataset[i] for i in range(len(dataset))])",
    ),
    (lambda images: isinstance(images, Iterator), "np.stack(list(images))"),
    (lambda images: isinstance(images, (str, os.PathLike)), "load_images(path) makes one"),
)


def _way_to(shape, expected):
    """Return what makes of images of one shape those of another, where something simple does."""
    if (*shape[1:], 1) == expected:
        return ": give images[..., None]"
    if len(shape) == 4 and (*shape[2:], shape[1]) == expected:
        return ": their channels come first, give np.moveaxis(images, 1, -1)"
    if math.prod(shape[1:]) == math.prod(expected):
        return f": give images.reshape(-1, {', '.join(map(str, expected))})"
    return ""


def _as_tensor(images):
    """Map an array to a float32 tensor; on a CPU the two share memory where the array is aligned
    as TensorFlow's kernels demand, since tf.constant takes two copies (380 MB for MNIST)."""
    shareable = images.dtype == np.float32 and images.flags.carray
    if tf.config.list_physical_devices("GPU") or not shareable or images.ctypes.data % ALIGNMENT:
        return tf.constant(images, tf.float32)
    return tf.experimental.dlpack.from_dlpack(images.__dlpack__())


def one_hot(model, labels, n):
    """Map integer labels `(n,)` to one-hot `(n, classes)`, or None to None for a pair without.

    Raises ValueError for labels without a conditional pair, such a pair without labels, and labels
    that do not match.
    """
    classes = classes_of(model)
    if (labels is None) == (classes == 0):
        return None if labels is None else _encoded(np.asarray(labels), classes, n)
    if labels is None:
        raise ValueError(
            f"these networks are conditional: give labels, whole numbers below {classes}"
        )
    raise ValueError("labels were given, but these networks take none")


def labels_in_turn(model, n):
    """Map a network and a number to labels `(n,)`: its classes, one after another, or None.

    Example:
        >>> from gan_tutorial import make_generator
        >>> labels_in_turn(make_generator(classes=3), 5).tolist()
        [0, 1, 2, 0, 1]
    """
    classes = classes_of(model)
    return np.arange(n) % classes if classes else None


def _encoded(labels, classes, n):
    if labels.shape != (n,) or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be {n} whole numbers, not {labels.dtype} of {labels.shape}")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels must lie from 0 to {classes - 1}")
    return tf.one_hot(labels, classes)


def classes_of(model):
    """Map a network to the number of classes that it takes, 0 for one without labels."""
    return model.inputs[1].shape[-1] if len(model.inputs) > 1 else 0


def _check_values(images, data_range):
    low, high = images.min(), images.max()
    if not np.isfinite(low) or not np.isfinite(high):  # min and max pass NaN on
        fine = np.isfinite(images.reshape(len(images), -1)).all(axis=1)
        raise ValueError(
            f"images hold NaN or infinite values, {(~fine).sum()} of {len(images)} do, the first "
            f"of them image {fine.argmin()}: leave those out"
        )
    if data_range and (low < data_range[0] or high > data_range[1]):
        raise ValueError(
            f"images have values from {low} to {high}, outside data_range {tuple(data_range)}"
            f"{_way_into(low, high, tuple(data_range))}"
        )


def _way_into(low, high, data_range):
    """Return what brings values into a range, where they are of one of the usual ranges."""
    if low >= 0 and 1 < high <= 255:
        return "; divide them by 255" if data_range == (0, 1) else "; give x / 127.5 - 1"
    if -1 <= low < 0 and high <= 1 and data_range == (0, 1):
        return "; give (x + 1) / 2, or data_range=(-1, 1) and a generator that ends in tanh"
    return ""


def finite(step, means, networks=()):
    """Raise FloatingPointError where a mean, or a weight of a network, is not finite.

    Args:
        step: the step that is done.
        means: a dict of the losses' and probabilities' means.
        networks: models whose weights are looked at too.

    Example:
        >>> finite(1, {"d_loss": 1.38})
    """
    broken = [name for name, mean in means.items() if not np.isfinite(mean)]
    for network in () if broken else networks:
        if not all(np.isfinite(weights).all() for weights in network.get_weights()):
            broken.append(f"{network.name}'s weights")
    if broken:
        raise FloatingPointError(
            f"{' and '.join(broken)} not finite at step {step}; likely causes: a learning rate "
            "that is too high, the log of 0 in a loss, a penalty that is too strong; go back with "
            "restore(), or build a new Trainer"
        )


def matched(where, state, arrays):
    """Yield (variable, array) for all of a trainer's state and the arrays of its checkpoint.

    Raises ValueError, naming the first difference, where they are not of the same networks.
    """
    for part, variables in state.items():
        stored = sum(name.startswith(f"{part}/") for name in arrays)
        if stored != len(variables):
            raise ValueError(f"{where}: {stored} variables of {part}, here {len(variables)}")
        for i, variable in enumerate(variables):
            array = arrays[f"{part}/{i}"]
            if array.shape != tuple(variable.shape):
                raise ValueError(
                    f"{where}: a checkpoint of other networks: {part}'s {variable.name} "
                    f"has shape {array.shape}, here {tuple(variable.shape)}"
                )
            yield variable, array
