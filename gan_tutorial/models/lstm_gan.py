"""LSTM-GAN: both players read and write sequences, one step after the other.

As RGAN and, with labels, RCGAN (Esteban, Hyland and Raetsch 2017): noise enters G at every step, D
gives a logit at every step. Sequences are float32 `(n, steps, features)` in [-1, 1]; train them
with `Trainer(..., prior="normal", data_range=(-1, 1))`.
"""

import math

import keras
import numpy as np
from keras import layers
from PIL import Image

from gan_tutorial.checks import positive

_GENERATOR, _DISCRIMINATOR = 0, 1  # tell the layers of G from those of D where seeds are the same


def make_lstm_generator(steps=30, latent_dim=5, features=1, units=100, classes=0, seed=0):
    """Map noise z `(batch, steps, latent_dim)` to sequences `(batch, steps, features)` in [-1, 1].

    Args:
        steps: length of a sequence.
        latent_dim: entries of the noise at each step.
        features: numbers at each step of a sequence.
        units: of the LSTM.
        classes: with at least 1, one-hot labels `(batch, classes)` are a second input, joined to
            the noise at every step.
        seed: of the initial weights, an integer of at least 0.

    Returns a `keras.Model`. Raises ValueError where a size is not a whole number of at least 1.
    Source: Esteban et al. 2017, section 3 and figure 1; first weights as in the authors' model.py
    (github.com/ratschlab/RGAN), where G's biases start at 1.

    Example:
        >>> make_lstm_generator().output_shape
        (None, 30, 1)
    """
    z = keras.Input((positive("steps", steps), positive("latent_dim", latent_dim)), name="z")
    inputs, h = _with_labels(z, classes)
    start = _seeds(seed, _GENERATOR)
    h = _lstm(h, units, 1.0, start)
    x = _dense(h, positive("features", features), "tanh", start)
    return keras.Model(inputs, x, name="generator")


def make_lstm_discriminator(steps=30, features=1, units=100, classes=0, seed=1):
    """Map sequences `(batch, steps, features)` to logits `(batch, steps, 1)`.

    The logit at a step judges what was read up to there. Arguments and errors are as in
    `make_lstm_generator`; D's biases start at 0.

    Returns a `keras.Model`. Source: Esteban et al. 2017, section 3.

    Example:
        >>> make_lstm_discriminator().output_shape
        (None, 30, 1)
    """
    x = keras.Input((positive("steps", steps), positive("features", features)), name="x")
    inputs, h = _with_labels(x, classes)
    start = _seeds(seed, _DISCRIMINATOR)
    h = _lstm(h, units, 0.0, start)
    return keras.Model(inputs, _dense(h, 1, None, start), name="discriminator")


def make_lstm_optimizers():
    """Return the paper's optimisers, of D and of G: SGD with a rate of 0.1, and Adam.

    Source: Esteban et al. 2017, section 4; Adam has TensorFlow 1's default settings.

    Example:
        >>> [type(optimizer).__name__ for optimizer in make_lstm_optimizers()]
        ['SGD', 'Adam']
    """
    return keras.optimizers.SGD(0.1), keras.optimizers.Adam(1e-3, epsilon=1e-8)


def sines(n=14_000, steps=30, seed=0):
    """Return sine waves `(n, steps, 1)`: A sin(2 pi f t / steps + phi) at t = 1, ..., steps.

    Each has an amplitude A of its own from [0.1, 0.9], a frequency f from [1, 5] cycles a sequence
    and a phase phi from [-pi, pi], all uniform. Raises ValueError for a number below 1.
    Source: Esteban et al. 2017, section 4.1.1.

    Example:
        >>> bool(abs(sines(100)).max() <= 0.9)
        True
    """
    rng = np.random.default_rng(seed)
    shape = (positive("n", n), 1)
    amplitude, frequency, phase = (
        rng.uniform(low, high, shape) for low, high in ((0.1, 0.9), (1, 5), (-math.pi, math.pi))
    )
    t = np.arange(1, positive("steps", steps) + 1)
    waves = amplitude * np.sin(2 * math.pi * frequency * t / steps + phase)  # Eq. (SIN)
    return waves[..., None].astype(np.float32)


def peaks(sequences):
    """Map sequences `(n, steps, 1)` to the frequency of each, `(n,)`, in cycles a sequence.

    It is where the spectrum, of the sequence padded with zeros to eight times its length, is
    highest, the mean taken away.

    Example:
        >>> t = np.arange(1, 31)[None, :, None]
        >>> float(peaks(np.sin(2 * np.pi * 3 * t / 30))[0])
        3.0
    """
    waves = np.asarray(sequences)[..., 0]
    steps = waves.shape[1]
    waves = waves - waves.mean(1, keepdims=True)
    return np.abs(np.fft.rfft(waves, 8 * steps)).argmax(1) / 8


def share_in_band(sequences, low=1.0, high=5.0, slack=0.5):
    """Map sequences `(n, steps, 1)` to the share whose peak is a sine's of `sines`, within slack.

    Example:
        >>> share_in_band(sines(200)) > 0.99
        True
    """
    frequencies = peaks(sequences)
    return float(np.mean((frequencies >= low - slack) & (frequencies <= high + slack)))


def rows_of(images, side=14):
    """Map images `(n, height, width, 1)` in [0, 1] to rows `(n, side, side)` in [-1, 1].

    They are resized by Lanczos' filter, as in the authors' code. Raises ValueError for images of
    another shape or range.

    Example:
        >>> rows_of(np.zeros((5, 28, 28, 1))).shape
        (5, 14, 14)
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[3] != 1:
        raise ValueError(f"images must be (n, height, width, 1), not {images.shape}")
    if images.size and not (images.min() >= 0 and images.max() <= 1):
        raise ValueError("images must lie in [0, 1]")
    size = (positive("side", side), side)
    bytes_ = np.uint8(np.rint(255 * images[..., 0]))
    small = [Image.fromarray(image).resize(size, Image.Resampling.LANCZOS) for image in bytes_]
    return np.float32(np.reshape([np.asarray(image) for image in small], (-1, *size)) / 127.5 - 1)


def images_of(sequences):
    """Map sequences of rows `(n, side, side)` in [-1, 1] to images `(n, side, side, 1)` in [0, 1].

    Example:
        >>> float(images_of(rows_of(np.ones((1, 28, 28, 1)))).min())
        1.0
    """
    return (np.asarray(sequences)[..., None] + 1) / 2


def _with_labels(sequence, classes):
    """Return a model's inputs, and the sequence with one-hot labels joined at every step."""
    if positive("classes", classes, least=0) == 0:
        return sequence, sequence
    y = keras.Input((classes,), name="y")
    repeated = layers.RepeatVector(sequence.shape[1])(y)
    return [sequence, y], layers.Concatenate()([sequence, repeated])


def _lstm(h, units, bias, start):
    # TensorFlow 1 kept both kernels in one matrix, so that Glorot's bound is the same for both.
    bound = math.sqrt(6 / (h.shape[-1] + units + 4 * units))
    kernel, recurrent = (
        keras.initializers.RandomUniform(-bound, bound, seed=next(start)) for _ in range(2)
    )
    lstm = layers.LSTM(
        positive("units", units),
        return_sequences=True,
        unroll=True,  # faster than a while_loop: benchmarks/lstm_loop.py
        kernel_initializer=kernel,
        recurrent_initializer=recurrent,
        seed=0,  # of dropout that it has not; else its state would differ from model to model
    )
    h = lstm(h)
    lstm.cell.bias.assign_add(np.full(4 * units, bias, np.float32))  # 0, and 1 at the forget gate
    return h


def _dense(h, width, activation, start):
    kernel, bias = (keras.initializers.TruncatedNormal(stddev=1, seed=next(start)) for _ in "wb")
    return layers.Dense(
        width, activation=activation, kernel_initializer=kernel, bias_initializer=bias
    )(h)


def _seeds(seed, player):
    """Yield a seed for one set of weights after another."""
    yield from np.random.SeedSequence((seed, player)).generate_state(8).tolist()
