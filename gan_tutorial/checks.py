"""What fits what: one clear line for networks, data and labels that do not."""

import operator

import numpy as np
import tensorflow as tf

from gan_tutorial.arrays import ALIGNMENT


def positive(name, number, least=1):
    """Return a whole number of at least `least` as an int; raise ValueError with its name if not.

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
    return number


def check_pair(generator, discriminator):
    """Raise ValueError where D cannot take what G makes, or does not end in one logit."""
    made, taken = tuple(generator.output_shape[1:]), tuple(discriminator.inputs[0].shape[1:])
    if made != taken:
        raise ValueError(
            f"the generator makes {tuple(made)}, the discriminator takes {tuple(taken)}"
        )
    if discriminator.output_shape[-1] != 1:
        raise ValueError(
            f"the discriminator must end in one logit, not in shape {discriminator.output_shape}"
        )
    classes = [classes_of(model) for model in (generator, discriminator)]
    if classes[0] != classes[1]:
        raise ValueError(f"generator and discriminator take {classes[0]} and {classes[1]} classes")


def as_tensors(trainer, images, labels):
    """Map data for a trainer to tensors: images as float32, labels as one-hot or None.

    Raises ValueError where shape, number, values or labels do not fit.
    """
    images = np.asarray(images)
    if images.dtype.kind not in "uifb":
        raise ValueError(f"images must be numbers, not {images.dtype}")
    expected = tuple(trainer.generator.output_shape[1:])
    if images.shape[1:] != expected:
        raise ValueError(f"images have shape {images.shape}, the generator makes (n, *{expected})")
    if len(images) < trainer.batch_size:
        raise ValueError(f"{len(images)} images are fewer than a batch of {trainer.batch_size}")
    _check_values(images, trainer.data_range)
    return _as_tensor(images), one_hot(trainer.generator, labels, len(images))


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
        raise ValueError("images hold NaN or infinite values")
    if data_range and (low < data_range[0] or high > data_range[1]):
        hint = "; divide them by 255" if high > 1 and tuple(data_range) == (0, 1) else ""
        raise ValueError(
            f"images have values from {low} to {high}, outside data_range {tuple(data_range)}{hint}"
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
