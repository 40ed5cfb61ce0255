"""DCGAN: the paper's sizes and guidelines, every layer against NumPy, batch norm's two modes."""

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from gan_tutorial import draws
from gan_tutorial.models import dcgan
from tests.models.pairs import (
    PAIRS,
    SHAPE,
    conditional_pair,
    each_pair,
    fit,
    make_trainer,
    pictures,
    rng,
    small_pair,
    trainable,
)

START = tf.constant(0, tf.int64)


def kinds(model, *names):
    return [layer for layer in model.layers if type(layer).__name__ in names]


def shaken(model):
    """The model with every weight and statistic at random, so that none can be left out unseen."""
    model.set_weights([rng.random(w.shape) - 0.3 * (w.ndim > 1) for w in model.get_weights()])
    return model


def test_the_conditional_pair_has_the_papers_sizes():
    generator = dcgan.make_conditional_dcgan_generator()
    discriminator = dcgan.make_conditional_dcgan_discriminator()
    by_hand = 110 * 1024 + 1034 * 6272 + 138 * 64 * 25 + 74 * 25
    assert trainable(generator) == by_hand == 6_820_538
    by_hand = 11 * 64 * 25 + 74 * 128 * 25 + 6282 * 1024 + 1034
    assert trainable(discriminator) == by_hand == 6_688_202
    assert [tuple(x.shape) for x in generator.inputs] == [(None, 100), (None, 10)]
    assert [tuple(x.shape) for x in discriminator.inputs] == [(None, 28, 28, 1), (None, 10)]
    assert generator.output_shape == (None, 28, 28, 1)
    assert discriminator.output_shape == (None, 1)
    made = [tuple(layer.output.shape) for layer in kinds(generator, "Dense", "Conv2DTranspose")]
    assert made == [(None, 1024), (None, 6272), (None, 14, 14, 64), (None, 28, 28, 1)]
    seen = [tuple(layer.output.shape) for layer in kinds(discriminator, "Dense", "Conv2D")]
    assert seen == [(None, 14, 14, 64), (None, 7, 7, 128), (None, 1024), (None, 1)]


def test_the_small_pair_has_32_channels_and_counts_by_hand():
    by_hand = 100 * 3136 + 2 * 3136 + 16 * 64 * 32 + 2 * 32 + 16 * 32 + 1
    assert trainable(dcgan.make_dcgan_generator()) == by_hand
    by_hand = 16 * 32 + 32 + 16 * 32 * 64 + 2 * 64 + 3136 + 1
    assert trainable(dcgan.make_dcgan_discriminator()) == by_hand


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("side", "widths"), [(8, [2]), (28, [4, 2]), (32, [8, 4, 2]), (64, [16, 8, 4, 2])]
)
def test_sides_are_doubled_while_channels_are_halved(side, widths, channels):
    shape = (side, side, channels)
    generator = dcgan.make_dcgan_generator(6, 2, shape)
    discriminator = dcgan.make_dcgan_discriminator(2, shape)
    image = generator(np.zeros((3, 6)), training=False)
    assert image.shape == (3, *shape)
    assert discriminator(image, training=False).shape == (3, 1)
    taken = [layer.input.shape[-1] for layer in kinds(generator, "Conv2DTranspose")]
    assert taken == widths
    given = [layer.output.shape[-1] for layer in kinds(discriminator, "Conv2D")]
    assert given == widths[::-1]


def test_the_guidelines_are_kept():
    generator, discriminator = dcgan.make_dcgan_generator(), dcgan.make_dcgan_discriminator()
    names = [type(layer).__name__ for layer in generator.layers]
    assert names == [
        "InputLayer", "Dense", "BatchNormalization", "ReLU", "Reshape",
        "Conv2DTranspose", "BatchNormalization", "ReLU", "Conv2DTranspose",
    ]  # fmt: skip
    names = [type(layer).__name__ for layer in discriminator.layers]
    assert names == [
        "InputLayer", "Conv2D", "LeakyReLU", "Conv2D", "BatchNormalization", "LeakyReLU",
        "Flatten", "Dense",
    ]  # fmt: skip
    slopes = [layer.negative_slope for layer in kinds(discriminator, "LeakyReLU")]
    assert slopes == pytest.approx([0.2, 0.2])
    for layer in kinds(generator, "Conv2DTranspose") + kinds(discriminator, "Conv2D"):
        assert layer.strides == (2, 2)
        assert layer.kernel_size == (4, 4)


def test_a_kernel_that_the_stride_divides_draws_no_checkerboard():
    def terms(kernel):
        """How many inputs reach each pixel, off the edges."""
        layer = keras.layers.Conv2DTranspose(1, kernel, 2, "same", kernel_initializer="ones")
        return np.unique(np.array(layer(np.ones((1, 8, 8, 1))))[0, 4:-4, 4:-4])

    for layer in kinds(dcgan.make_dcgan_generator(), "Conv2DTranspose"):
        assert len(terms(layer.kernel_size)) == 1
    assert len(terms(5)) > 1  # the paper's own kernels


@pytest.mark.parametrize("make_pair", [*PAIRS.values()], ids=PAIRS)
def test_first_weights_are_normal_and_each_layer_has_its_own(make_pair):
    for model in make_pair():
        kernels = [w.ravel() for w in model.get_weights() if w.ndim > 1]
        together = np.concatenate(kernels)
        assert scipy.stats.kstest(together / 0.02, "norm").pvalue > 0.001
        heads = [tuple(kernel[:3]) for kernel in kernels]
        assert len(set(heads)) == len(heads)


def test_seeds_decide_and_players_with_the_same_seed_differ():
    def first(seed):
        return dcgan.make_dcgan_discriminator(3, SHAPE, seed=seed).get_weights()[0].ravel()[:9]

    assert np.array_equal(first(5), first(5))
    assert not np.array_equal(first(5), first(6))
    generator = dcgan.make_dcgan_generator(5, 3, SHAPE, seed=5)
    assert not np.array_equal(first(5), generator.get_weights()[0].ravel()[:9])


@pytest.mark.parametrize("shape", [(27, 27, 1), (36, 36, 1), (4, 4, 1), (6, 6, 3)])
def test_sides_that_do_not_halve_are_refused(shape):
    for make in (dcgan.make_dcgan_generator, dcgan.make_dcgan_discriminator):
        with pytest.raises(ValueError, match="does not halve to 4, 5, 6 or 7 pixels"):
            make(image_shape=shape)


MAKERS = (
    dcgan.make_dcgan_generator,
    dcgan.make_dcgan_discriminator,
    dcgan.make_conditional_dcgan_generator,
    dcgan.make_conditional_dcgan_discriminator,
)


@pytest.mark.parametrize("make", MAKERS)
def test_sizes_that_do_not_fit_are_refused(make):
    for shape in ((28, 32, 1), (28, 28)):
        with pytest.raises(ValueError, match="must be a square with channels"):
            make(image_shape=shape)
    with pytest.raises(ValueError, match="width must be a whole number"):
        make(width=1.5)
    if make in MAKERS[2:]:
        with pytest.raises(ValueError, match="a side that 4 does not divide"):
            make(image_shape=(27, 27, 1))
        with pytest.raises(ValueError, match="classes must be at least 1"):
            make(classes=0)


class Reader:
    """A network in NumPy and float64: takes the weights in turn, in either mode of batch norm."""

    def __init__(self, model, training, affine):
        self.weights = iter(np.float64(w) for w in model.get_weights())
        self.training, self.affine = training, affine

    def norm(self, h):
        scale, shift = (next(self.weights), next(self.weights)) if self.affine else (1, 0)
        mean, variance = next(self.weights), next(self.weights)
        if self.training:
            axes = tuple(range(h.ndim - 1))
            mean, variance = h.mean(axes), h.var(axes)
        return scale * (h - mean) / np.sqrt(variance + 1e-5) + shift

    def dense(self, h, bias=False):
        return h @ next(self.weights) + (next(self.weights) if bias else 0)

    def convolve(self, h, bias=False):
        """Pixel (i, j) is the sum over the kernel laid with its second row and column on (2i, 2j),
        zeros all around."""
        kernel = next(self.weights)  # rows, columns, in, out
        k, n = len(kernel), h.shape[1] // 2
        padded = np.pad(h, ((0, 0), (1, k), (1, k), (0, 0)))
        out = np.zeros((len(h), n, n, kernel.shape[-1]))
        for i in range(n):
            for j in range(n):
                patch = padded[:, 2 * i : 2 * i + k, 2 * j : 2 * j + k]
                out[:, i, j] = np.einsum("nabc,abco->no", patch, kernel)
        return out + (next(self.weights) if bias else 0)

    def transpose(self, h, bias=False):
        """Each pixel (i, j) adds its multiple of the kernel around (2i, 2j)."""
        kernel = next(self.weights)  # rows, columns, out, in
        k, n = len(kernel), h.shape[1]
        out = np.zeros((len(h), 2 * n + k, 2 * n + k, kernel.shape[2]))
        for i in range(n):
            for j in range(n):
                patch = np.einsum("nc,aboc->nabo", h[:, i, j], kernel)
                out[:, 2 * i : 2 * i + k, 2 * j : 2 * j + k] += patch
        out = out[:, 1 : 2 * n + 1, 1 : 2 * n + 1]
        return out + (next(self.weights) if bias else 0)


def relu(a):
    return np.maximum(a, 0)


def leaky(a):
    return np.where(a > 0, a, 0.2 * a)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def joined(h, y):
    maps = y if h.ndim == 2 else np.broadcast_to(y[:, None, None], (*h.shape[:3], y.shape[1]))
    return np.concatenate([h, maps], axis=-1)


both_modes = pytest.mark.parametrize("training", [True, False], ids=["batch", "trained"])


@both_modes
def test_the_guidelines_pair_computes_what_numpy_computes(training):
    generator, discriminator = map(shaken, small_pair())
    z, x = rng.uniform(-1, 1, (6, 5)), pictures(6)
    net = Reader(generator, training, affine=True)
    h = relu(net.norm(net.dense(z))).reshape(6, 4, 4, 6)
    h = relu(net.norm(net.transpose(h)))
    expected = sigmoid(net.transpose(h, bias=True))
    np.testing.assert_allclose(generator(z, training=training), expected, atol=1e-4)
    net = Reader(discriminator, training, affine=True)
    h = leaky(net.convolve(x, bias=True))
    h = leaky(net.norm(net.convolve(h)))
    expected = net.dense(h.reshape(6, -1), bias=True)
    np.testing.assert_allclose(discriminator(x, training=training), expected, rtol=1e-3, atol=1e-3)


@both_modes
def test_the_conditional_pair_computes_what_numpy_computes(training):
    generator, discriminator = map(shaken, conditional_pair())
    z, x, y = rng.uniform(-1, 1, (6, 5)), pictures(6), np.eye(4)[[0, 1, 2, 3, 1, 0]]
    net = Reader(generator, training, affine=False)
    h = relu(net.norm(net.dense(joined(z, y))))
    h = relu(net.norm(net.dense(joined(h, y)))).reshape(6, 4, 4, 6)
    h = relu(net.norm(net.transpose(joined(h, y))))
    expected = sigmoid(net.transpose(joined(h, y)))
    np.testing.assert_allclose(generator([z, y], training=training), expected, atol=1e-4)
    net = Reader(discriminator, training, affine=False)
    h = leaky(net.convolve(joined(x, y)))
    h = leaky(net.norm(net.convolve(joined(h, y)))).reshape(6, -1)
    h = leaky(net.norm(net.dense(joined(h, y))))
    expected = net.dense(joined(h, y))
    logits = discriminator([x, y], training=training)
    np.testing.assert_allclose(logits, expected, rtol=1e-3, atol=1e-3)


def test_weight_decay_adds_a_forty_thousandth_of_each_weight_to_its_gradient():
    for model in conditional_pair():
        with tf.GradientTape() as tape:
            decay = tf.add_n(model.losses)
        for weight in model.trainable_variables:
            assert weight.path.endswith("kernel")  # no biases, no scale, no shift
        gradients = tape.gradient(decay, model.trainable_variables)
        for gradient, weight in zip(gradients, model.trainable_variables, strict=True):
            np.testing.assert_allclose(gradient, weight.numpy() / 40_000, rtol=1e-5)
    assert not any(model.losses for model in small_pair())


def statistics(model):
    norms = kinds(model, "BatchNormalization")
    return [np.array(w) for norm in norms for w in (norm.moving_mean, norm.moving_variance)]


class Spy(keras.layers.Layer):
    """Passes on what it is given, and writes it down."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def call(self, inputs, training=None):
        self.seen.append((np.array(inputs), training) if tf.executing_eagerly() else None)
        return inputs


def spied(model):
    """The model behind a spy at its first input, and what the spy sees."""
    spy, inputs = Spy(), [keras.Input(x.shape[1:]) for x in model.inputs]
    watched = keras.Model(inputs[0], model(spy(inputs[0])))
    spy.seen.clear()
    return watched, spy.seen


def test_real_and_fake_go_through_d_as_batches_of_their_own():
    generator, discriminator = small_pair()
    watched, seen = spied(discriminator)
    trainer, images = make_trainer((generator, watched)), pictures()
    trainer.update_discriminator(tf.constant(images), None, START)
    assert [len(batch) for batch, _ in seen] == [16, 16]
    drawn = draws.indices(16, 64, draws.key(0, draws.D_IMAGES, 0)).numpy()
    np.testing.assert_array_equal(seen[0][0], images[drawn])
    # D's statistics are those of two batches, one after the other: 0.9 of the old, 0.1 of the new.
    [norm] = kinds(discriminator, "BatchNormalization")
    first, _, second, _ = discriminator.layers[1:5]
    before = small_pair()[1].get_weights()  # D as it was when it saw the batches
    moved = norm.moving_mean.numpy(), norm.moving_variance.numpy()
    discriminator.set_weights(before)
    real, fake = (second(keras.ops.leaky_relu(first(batch), 0.2)).numpy() for batch, _ in seen)
    for moments, start, found in zip((np.mean, np.var), (0.0, 1.0), moved, strict=True):
        of_real, of_fake = moments(real, axis=(0, 1, 2)), moments(fake, axis=(0, 1, 2))
        expected = 0.9 * (0.9 * start + 0.1 * of_real) + 0.1 * of_fake
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)


def test_both_players_train_in_training_mode_and_sample_in_the_other():
    (generator, made), (discriminator, judged) = map(spied, small_pair())
    trainer = make_trainer((generator, discriminator))
    trainer.update_discriminator(tf.constant(pictures()), None, START)
    trainer.update_generator(tf.constant(pictures()), None, START)
    assert [training for _, training in made] == [True, True]
    assert [training for _, training in judged] == [True, True, True]
    trainer.sample(4)
    assert made[-1][1] is False


@each_pair
def test_a_step_moves_the_statistics_and_sampling_does_not(make_pair, same):
    trainer = make_trainer(make_pair())
    labels = np.arange(20) % 4 if len(trainer.generator.inputs) > 1 else None
    for player in (trainer.generator, trainer.discriminator):
        before = statistics(player)
        fit(trainer, 1)
        after = statistics(player)
        assert not any(map(np.array_equal, before, after))
        trainer.sample(20, labels=labels)
        assert same(after, statistics(player))


@each_pair
def test_an_image_does_not_depend_on_those_that_are_drawn_with_it(make_pair):
    trainer = make_trainer(make_pair())
    fit(trainer, 20)
    z = draws.uniform((40, 5), draws.key(0, draws.SAMPLE, 0)).numpy()
    y = np.arange(40) % 4 if make_pair is conditional_pair else None
    many = trainer.sample(z=z, labels=y)
    for i in (0, 7):
        one = slice(i, i + 1)
        alone = trainer.sample(z=z[one], labels=None if y is None else y[one])
        np.testing.assert_allclose(alone, many[one], atol=1e-5)
    inputs = [z, np.eye(4)[y]] if y is not None else z
    assert np.abs(trainer.generator(inputs, training=True) - many).max() > 1e-3  # the other mode


def test_the_label_changes_the_image():
    trainer = make_trainer(conditional_pair())
    fit(trainer, 5)
    z = np.ones((4, 5), np.float32)
    images = trainer.sample(z=z, labels=np.arange(4))
    assert all(np.abs(images[0] - other).max() > 1e-4 for other in images[1:])


@each_pair
def test_a_run_that_is_resumed_ends_with_the_same_bits(make_pair, tmp_path, weights, same):
    images = pictures()
    whole, part, resumed = (make_trainer(make_pair(), ema=0.9) for _ in range(3))
    fit(whole, 6, images)
    fit(part, 2, images)
    part.save(tmp_path)
    fit(resumed.restore(tmp_path), 4, images)
    for name in ("generator", "discriminator", "sampler"):
        assert same(weights(getattr(whole, name)), weights(getattr(resumed, name)))


@pytest.mark.xla
def test_convolutions_run_as_a_plain_graph():
    assert make_trainer(small_pair())._run.xla is False


def test_the_optimizer_is_the_papers():
    config = dcgan.make_dcgan_optimizer().get_config()
    found = [config[name] for name in ("learning_rate", "beta_1", "beta_2", "epsilon")]
    assert found == pytest.approx([2e-4, 0.5, 0.999, 1e-8])
