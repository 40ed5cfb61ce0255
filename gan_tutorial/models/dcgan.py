"""DCGAN (Radford, Metz and Chintala 2015): the players become convolutional.

The first pair follows the paper's guidelines at any size: strided convolutions instead of pooling;
batch norm in both nets, but not at G's output and D's input; no hidden dense layers; ReLU in G,
leaky ReLU in D. G ends in a sigmoid, where the guidelines say tanh, since images lie in [0, 1]. The
second pair is the one that the authors trained on MNIST, behind the paper's Table 3: it draws a
chosen digit, and has dense layers.
"""

import keras
import numpy as np
from keras import layers

from gan_tutorial.checks import positive

_GENERATOR, _DISCRIMINATOR = 0, 1  # tell the layers of G from those of D where seeds are the same
# The conditional pair's layers. Keras' L2 adds its factor times w^2 to the loss, which is twice the
# factor times w in the gradient; the authors add 2.5e-5 w.
_BARE = {"use_bias": False, "kernel_regularizer": keras.regularizers.L2(2.5e-5 / 2)}


def make_dcgan_generator(latent_dim=100, width=32, image_shape=(28, 28, 1), seed=0):
    """Map noise z `(batch, latent_dim)` to images `(batch, *image_shape)` in [0, 1].

    Noise becomes small images with many channels; each transposed convolution doubles their sides
    and halves their channels. Kernels are 4 x 4 with stride 2: since 2 divides 4, every pixel gets
    equally many terms, and no checkerboards appear (Odena et al. 2016).

    Args:
        latent_dim: number of entries of z, at least 1.
        width: channels before the last layer, at least 1; the paper's is 128 for 64 x 64 pixels.
        image_shape: a square of 28, 32 or 64 pixels a side, or another that halves to 4, 5, 6 or 7.
        seed: of the initial weights, N(0, 0.02), an integer of at least 0.

    Returns a `keras.Model`. Raises ValueError for sizes that do not fit.
    Source: Radford et al. 2015, section 3 and figure 1.

    Example:
        >>> make_dcgan_generator(image_shape=(64, 64, 3)).output_shape
        (None, 64, 64, 3)
    """
    side, widths = _pyramid(image_shape, positive("width", width))
    start = _starts(seed, _GENERATOR)
    z = keras.Input((positive("latent_dim", latent_dim),), name="z")
    # No bias before batch norm, which would subtract it again.
    dense = layers.Dense(side**2 * widths[-1], use_bias=False, kernel_initializer=next(start))
    h = layers.Reshape((side, side, widths[-1]))(layers.ReLU()(_normed(dense(z))))
    for narrower in widths[-2::-1]:
        h = layers.Conv2DTranspose(
            narrower, 4, 2, "same", use_bias=False, kernel_initializer=next(start)
        )(h)
        h = layers.ReLU()(_normed(h))
    image = layers.Conv2DTranspose(
        image_shape[2], 4, 2, "same", activation="sigmoid", kernel_initializer=next(start)
    )(h)
    return keras.Model(z, image, name="generator")


def make_dcgan_discriminator(width=32, image_shape=(28, 28, 1), seed=1, norm="batch"):
    """Map images `(batch, *image_shape)` to logits `(batch, 1)`: the generator's mirror image.

    Batch norm takes its statistics from the batch it is given: real and fake images must come as
    batches of their own, as `Trainer` gives them. A penalty on D's slope at each image needs a D
    that looks at each image alone: "layer" or None.

    Args:
        width: channels after the first layer, at least 1.
        image_shape, seed: as in `make_dcgan_generator`.
        norm: "batch", the paper's; "layer", over all values of one image; None.

    Returns a `keras.Model`. Raises ValueError for sizes that do not fit, and for another norm.
    Source: Radford et al. 2015, section 3; layer norm: Gulrajani et al. 2017, section 4.

    Example:
        >>> make_dcgan_discriminator().count_params()
        36705
    """
    _, widths = _pyramid(image_shape, positive("width", width))
    start = _starts(seed, _DISCRIMINATOR)
    x = keras.Input(tuple(image_shape), name="x")
    # No batch norm here: it would hide how bright, and how rich in contrast, the images are.
    h = layers.Conv2D(widths[0], 4, 2, "same", kernel_initializer=next(start))(x)
    h = layers.LeakyReLU(0.2)(h)
    normed, bias = _NORMS[_known(norm)], {"use_bias": norm is None}
    for wider in widths[1:]:
        h = layers.Conv2D(wider, 4, 2, "same", kernel_initializer=next(start), **bias)(h)
        h = layers.LeakyReLU(0.2)(normed(h))
    # A logit: no sigmoid here, the loss applies it.
    logit = layers.Dense(1, kernel_initializer=next(start))(layers.Flatten()(h))
    return keras.Model(x, logit, name="discriminator")


def make_conditional_dcgan_generator(
    classes=10, latent_dim=100, width=64, dense=1024, image_shape=(28, 28, 1), seed=0
):
    """Map noise z `(batch, latent_dim)` and one-hot labels `(batch, classes)` to images in [0, 1].

    The label is joined to the input of every layer. There are no biases, batch norm has neither
    scale nor shift, and the model's `losses` hold the weight decay, 2.5e-5.

    Args:
        classes, latent_dim: numbers of classes and of entries of z, at least 1.
        width: channels before the last layer; twice as many before those.
        dense: units of the first layer.
        image_shape: a square whose side 4 divides, and its channels.
        seed: of the initial weights, N(0, 0.02), an integer of at least 0.

    Returns a `keras.Model` with two inputs. Raises ValueError for sizes that do not fit.
    Source: the authors' mnist/train_cond_dcgan.py (github.com/Newmu/dcgan_code), whose sizes are
    the defaults. It samples with the statistics of the batch; here those that were trained serve,
    since a batch of one class would distort its own.

    Example:
        >>> generator = make_conditional_dcgan_generator()
        >>> sum(weight.numpy().size for weight in generator.trainable_variables)
        6820538
    """
    side, width, start = _quarter(image_shape), positive("width", width), _starts(seed, _GENERATOR)
    z = keras.Input((positive("latent_dim", latent_dim),), name="z")
    y = keras.Input((positive("classes", classes),), name="y")
    first = layers.Dense(positive("dense", dense), kernel_initializer=next(start), **_BARE)
    second = layers.Dense(2 * side**2 * width, kernel_initializer=next(start), **_BARE)
    third = layers.Conv2DTranspose(width, 5, 2, "same", kernel_initializer=next(start), **_BARE)
    last = layers.Conv2DTranspose(
        image_shape[2], 5, 2, "same", activation="sigmoid", kernel_initializer=next(start), **_BARE
    )
    h = layers.ReLU()(_normed(first(_joined(z, y)), affine=False))
    h = layers.ReLU()(_normed(second(_joined(h, y)), affine=False))
    h = layers.Reshape((side, side, 2 * width))(h)
    h = layers.ReLU()(_normed(third(_joined(h, y)), affine=False))
    return keras.Model([z, y], last(_joined(h, y)), name="generator")


def make_conditional_dcgan_discriminator(
    classes=10, width=64, dense=1024, image_shape=(28, 28, 1), seed=1, norm="batch"
):
    """Map images `(batch, *image_shape)` and one-hot labels `(batch, classes)` to logits.

    The label is joined to the input of every layer; the rest, arguments and source too, is as in
    `make_conditional_dcgan_generator`, and `norm` as in `make_dcgan_discriminator`.

    Returns a `keras.Model` with two inputs. Raises ValueError for sizes that do not fit, and for
    another norm.

    Example:
        >>> discriminator = make_conditional_dcgan_discriminator()
        >>> sum(weight.numpy().size for weight in discriminator.trainable_variables)
        6688202
    """
    _quarter(image_shape)
    width, start = positive("width", width), _starts(seed, _DISCRIMINATOR)
    x = keras.Input(tuple(image_shape), name="x")
    y = keras.Input((positive("classes", classes),), name="y")
    first = layers.Conv2D(width, 5, 2, "same", kernel_initializer=next(start), **_BARE)
    second = layers.Conv2D(2 * width, 5, 2, "same", kernel_initializer=next(start), **_BARE)
    third = layers.Dense(positive("dense", dense), kernel_initializer=next(start), **_BARE)
    h = layers.LeakyReLU(0.2)(first(_joined(x, y)))
    normed = _NORMS[_known(norm)]
    h = layers.LeakyReLU(0.2)(normed(second(_joined(h, y)), affine=False))
    h = layers.LeakyReLU(0.2)(normed(third(_joined(layers.Flatten()(h), y)), affine=False))
    logit = layers.Dense(1, kernel_initializer=next(start), **_BARE)(_joined(h, y))
    return keras.Model([x, y], logit, name="discriminator")


def make_dcgan_optimizer(learning_rate=2e-4):
    """Map a learning rate, or a schedule of Keras, to the paper's Adam, for one player.

    Source: Radford et al. 2015, section 4: beta_1 is 0.5.

    Example:
        >>> make_dcgan_optimizer().beta_1
        0.5
    """
    return keras.optimizers.Adam(learning_rate, beta_1=0.5, epsilon=1e-8)


def _pyramid(image_shape, width):
    """Map an image's shape to the side that it halves to, and the channels from image to there."""
    side, widths = _side(image_shape), []
    while side >= 8 and side % 2 == 0:
        side, widths = side // 2, [*widths, width * 2 ** len(widths)]
    if side >= 8 or not widths:
        raise ValueError(
            f"image_shape {image_shape} does not halve to 4, 5, 6 or 7 pixels a side: "
            "give a square of 28, 32 or 64"
        )
    return side, widths


def _quarter(image_shape):
    side, remainder = divmod(_side(image_shape), 4)
    if remainder or not side:
        raise ValueError(f"image_shape {image_shape} has a side that 4 does not divide")
    return side


def _side(image_shape):
    if len(image_shape) != 3 or image_shape[0] != image_shape[1]:
        raise ValueError(f"image_shape must be a square with channels, not {image_shape}")
    return positive("image_shape", image_shape[0])


def _starts(seed, player):
    """Yield N(0, 0.02) for one layer after another, each with a seed of its own."""
    for layer_seed in np.random.SeedSequence((seed, player)).generate_state(16).tolist():
        yield keras.initializers.RandomNormal(stddev=0.02, seed=layer_seed)


def _normed(h, affine=True):
    # Weights from N(0, 0.02) make values whose variance is small beside Keras' epsilon of 1e-3; and
    # statistics with a momentum of 0.99 would lag behind the weights by hundreds of steps.
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, center=affine, scale=affine)(h)


def _normed_by_layer(h, affine=True):
    # One group: all values of an image have one mean and variance, each channel its own scale.
    return layers.GroupNormalization(groups=1, epsilon=1e-5, center=affine, scale=affine)(h)


_NORMS = {"batch": _normed, "layer": _normed_by_layer, None: lambda h, affine=True: h}


def _known(norm):
    if norm not in _NORMS:
        raise ValueError(f'norm must be "batch", "layer" or None, not {norm!r}')
    return norm


def _joined(h, y):
    """Join one-hot labels to features or, each entry as a map of its own, to feature maps."""
    if len(h.shape) == 4:
        y = layers.UpSampling2D(h.shape[1:3])(layers.Reshape((1, 1, y.shape[-1]))(y))
    return layers.Concatenate()([h, y])
