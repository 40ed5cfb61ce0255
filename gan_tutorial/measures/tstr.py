"""Train on synthetic, test on real: is a generator good enough to learn from?

The judge is the small CNN of Esteban et al. 2017. It learns digits from one labelled set and is
tested on another: TSTR learns from generated ones and is tested on real ones; TRTS the other way
round.
"""

import keras
import numpy as np
from keras import layers

from gan_tutorial import replicas

BATCH = 128
EPOCHS = 20  # at most


def make_judge(shape=(14, 14, 1), classes=3):
    """Return a new classifier, images `(batch, *shape)` to logits `(batch, classes)`.

    Source: Esteban et al. 2017, section 4.2: convolutions of 16 and 32 filters, pooling, dropout
    0.25, 128 units, dropout 0.5.

    Example:
        >>> make_judge().output_shape
        (None, 3)
    """
    x = keras.Input(shape)
    h = layers.Rescaling(2, -1)(x)  # the authors' images lie in [-1, 1]
    h = layers.Conv2D(16, 3, activation="relu")(h)
    h = layers.Conv2D(32, 3, activation="relu")(h)
    h = layers.Flatten()(layers.Dropout(0.25)(layers.MaxPooling2D()(h)))
    h = layers.Dropout(0.5)(layers.Dense(128, activation="relu")(h))
    return keras.Model(x, layers.Dense(classes)(h), name="judge")


def transfer_accuracy(train, tests, validation=None, epochs=EPOCHS, seed=0):
    """Map a labelled training set and labelled test sets to the share right in each, a list.

    Args:
        train: a pair, images `(n, side, side, 1)` in [0, 1] and labels `(n,)` from 0.
        tests: such pairs.
        validation: such a pair; training ends at the first epoch whose loss on it does not fall.
        epochs: of training at most, with Adadelta and batches of 128.
        seed: of the judge's first weights, dropout and the order of images.

    With generated images as `train` and real ones as test it is TSTR, the other way round TRTS.
    Raises ValueError where numbers of images and labels, or shapes, differ.
    Source: Esteban et al. 2017, section 4.2; optimiser and early stopping as in the authors'
    eval.py (github.com/ratschlab/RGAN).

    Example:
        >>> halves = np.zeros((64, 14, 14, 1), np.float32)
        >>> halves[::2, :7] = 1
        >>> transfer_accuracy((halves, np.arange(64) % 2), [(halves, np.arange(64) % 2)])
        [1.0]
    """
    replicas.only_one("A judge")  # as Keras' fit, which fails with several workers
    images, labels = _checked(train)
    tests = [_checked(test, images.shape[1:]) for test in tests]
    keras.utils.set_random_seed(seed)
    judge = make_judge(images.shape[1:], int(max(labels.max(), 1)) + 1)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    judge.compile(keras.optimizers.Adadelta(1.0), loss)
    settings = {"batch_size": BATCH, "epochs": epochs, "verbose": 0}
    if validation is not None:
        settings["validation_data"] = _checked(validation, images.shape[1:])
        settings["callbacks"] = [keras.callbacks.EarlyStopping("val_loss", patience=0)]
    judge.fit(images, labels, **settings)
    return [_share_right(judge, *test) for test in tests]


def _share_right(judge, images, labels):
    blocks = np.array_split(images, -(-len(images) // 1000))
    logits = np.concatenate([judge(block, training=False) for block in blocks])
    return float(np.mean(logits.argmax(1) == labels))


def _checked(pair, shape=None):
    images, labels = (np.asarray(each) for each in pair)
    if labels.shape != images.shape[:1] or not len(labels):
        raise ValueError(f"there are images {images.shape} and labels {labels.shape}")
    if images.ndim != 4 or shape not in (None, images.shape[1:]):
        raise ValueError(f"images must be (n, {shape or 'side, side, 1'}), not {images.shape}")
    return images, labels
