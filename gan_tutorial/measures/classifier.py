"""A small digit classifier: the eyes of the measures that ask what a sample shows.

It ships with the package, trained on MNIST's training set by `gan-tutorial reproduce classifier`;
`results.load("digit-classifier")` says how well it does on the test set.
"""

import functools

import keras
from keras import layers
from scipy.special import softmax

from gan_tutorial import replicas, results
from gan_tutorial.measures.inputs import checked

FEATURES = 64  # width of the layer before the last, whose outputs are the features


def make_classifier():
    """Return a new classifier, images `(batch, 28, 28, 1)` in [0, 1] to logits `(batch, 10)`.

    Example:
        >>> make_classifier().count_params()
        105866
    """
    x = keras.Input((28, 28, 1))
    h = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    h = layers.MaxPooling2D()(h)
    h = layers.Conv2D(32, 3, padding="same", activation="relu")(h)
    h = layers.Flatten()(layers.Dropout(0.25)(layers.MaxPooling2D()(h)))
    h = layers.Dense(FEATURES, activation="relu", name="features")(h)
    return keras.Model(x, layers.Dense(10, name="digit")(layers.Dropout(0.5)(h)))


def train_classifier(images, labels, epochs=15, seed=0):
    """Map images `(n, 28, 28, 1)` and labels `(n,)` from 0 to 9 to a trained classifier.

    Adam, batches of 128, the rate falling from 1e-3 to 0 along a cosine.
    """
    replicas.only_one("train_classifier")  # as Keras' fit, which fails with several workers
    keras.utils.set_random_seed(seed)
    classifier = make_classifier()
    rate = keras.optimizers.schedules.CosineDecay(1e-3, epochs * -(-len(images) // 128))
    classifier.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    classifier.fit(images, labels, batch_size=128, epochs=epochs, verbose=2)
    return classifier


@functools.cache
def _shipped():
    classifier = make_classifier()
    classifier.set_weights(results.weights("digit-classifier"))
    return keras.Model(
        classifier.inputs, [classifier.get_layer("features").output, *classifier.outputs]
    )


def see(images):
    """Map images `(n, 28, 28, 1)` in [0, 1] to features `(n, 64)` and probabilities `(n, 10)`.

    Raises ValueError for another shape or range.

    Example:
        >>> import numpy as np
        >>> features, probabilities = see(np.zeros((5, 28, 28, 1), np.float32))
        >>> features.shape, probabilities.shape
        ((5, 64), (5, 10))
    """
    images = checked("images", images)
    if images.shape[1:] != (28, 28, 1):
        raise ValueError(f"the digit classifier takes (n, 28, 28, 1), not {images.shape}")
    features, logits = _shipped().predict(images, batch_size=500, verbose=0)
    return features, softmax(logits, axis=1)
