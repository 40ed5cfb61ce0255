"""The trainer: Algorithm 1 against NumPy, one player at a time, the same bits however it is cut."""

import logging
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from gan_tutorial import Trainer, checks, draws, make_discriminator, make_generator

SHAPE = (4, 4, 1)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


class NumpyGame:
    """The article's game in NumPy and float64, gradients by hand; nothing shared with the trainer
    but the draws."""

    def __init__(self, trainer, images):
        self.g = [np.float64(w) for w in trainer.generator.get_weights()]
        self.d = [np.float64(w) for w in trainer.discriminator.get_weights()]
        self.images = images.reshape(len(images), -1).astype(float)
        self.trainer, self.moments = trainer, {}

    def draw(self, purpose, step):
        key = draws.key(self.trainer.seed, purpose, step)
        if purpose == draws.D_IMAGES:
            n = self.trainer.batch_size
            return self.images[draws.indices(n, len(self.images), key).numpy()]
        shape = (self.trainer.batch_size, self.g[0].shape[0])
        return draws.uniform(shape, key).numpy().astype(float)

    def generate(self, z):
        w1, b1, w2, b2 = self.g
        h = np.maximum(z @ w1 + b1, 0)
        return h, sigmoid(h @ w2 + b2)

    def judge(self, x):
        w1, b1, w2, b2 = self.d
        h = np.maximum(x @ w1 + b1, 0)
        return h, h @ w2 + b2

    def d_gradients(self, x, slope):
        """Map inputs and d loss / d logit to the gradients of D's four arrays."""
        h, _ = self.judge(x)
        back = slope @ self.d[2].T * (h > 0)
        return [x.T @ back, back.sum(0), h.T @ slope, slope.sum(0)]

    def g_gradients(self, z):
        h, fake = self.generate(z)
        hd, logits = self.judge(fake)
        slope = (sigmoid(logits) - 1) / len(z)  # of -mean log s(logit)
        pixels = (slope @ self.d[2].T * (hd > 0)) @ self.d[0].T * fake * (1 - fake)
        back = pixels @ self.g[2].T * (h > 0)
        return [z.T @ back, back.sum(0), h.T @ pixels, pixels.sum(0)]

    def adam(self, player, gradients, t):
        weights = getattr(self, player)
        first, second = self.moments.setdefault(player, [[0.0] * 4, [0.0] * 4])
        for i, g in enumerate(gradients):
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * g**2
            rate = 1e-3 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            weights[i] = weights[i] - rate * first[i] / (np.sqrt(second[i]) + 1e-8)

    def step(self, step):
        x, (_, fake) = (
            self.draw(draws.D_IMAGES, step),
            self.generate(self.draw(draws.D_NOISE, step)),
        )
        real_slope = (sigmoid(self.judge(x)[1]) - 1) / len(x)
        fake_slope = sigmoid(self.judge(fake)[1]) / len(x)
        pairs = zip(
            self.d_gradients(x, real_slope), self.d_gradients(fake, fake_slope), strict=True
        )
        self.adam("d", [a + b for a, b in pairs], step + 1)
        self.adam("g", self.g_gradients(self.draw(draws.G_NOISE, step)), step + 1)


@pytest.mark.xla
@pytest.mark.parametrize("steps", [1, 5])
def test_steps_of_adam_for_d_and_for_g_are_what_numpy_computes(mnist, steps):
    # Red for: a sign turned, real and fake swapped, stale fakes, one z for both players, one
    # player frozen, G before D, z from [0, 1], another Adam.
    trainer = Trainer(make_generator(), make_discriminator())
    images = mnist.train_images[:500]
    game = NumpyGame(trainer, images)
    trainer.fit(images, steps, progress=False)
    for step in range(steps):
        game.step(step)
    for player, model, optimizer in (
        ("d", trainer.discriminator, trainer.d_optimizer),
        ("g", trainer.generator, trainer.g_optimizer),
    ):
        for mine, theirs in zip(game.moments[player][0], optimizer._momentums, strict=True):
            np.testing.assert_allclose(theirs, mine, atol=2e-6 * steps)
        for mine, theirs in zip(getattr(game, player), model.get_weights(), strict=True):
            # Adam divides by the size of the gradient, so that rounding shows where it is near 0.
            off = np.abs(theirs - mine)
            assert off.mean() < 2e-6 * steps
            assert np.quantile(off, 0.999) < 1e-4 * steps


def test_an_update_of_one_player_leaves_the_other_bit_identical(make_trainer, dots, weights, same):
    trainer = make_trainer()
    step, images = tf.constant(0, tf.int64), tf.constant(dots)
    g_before, d_before = weights(trainer.generator), weights(trainer.discriminator)
    trainer.update_discriminator(images, None, step)
    assert same(g_before, weights(trainer.generator))
    d_after = weights(trainer.discriminator)
    assert not any(map(np.array_equal, d_before, d_after))
    trainer.update_generator(images, None, step)
    assert same(d_after, weights(trainer.discriminator))
    assert not any(map(np.array_equal, g_before, weights(trainer.generator)))


def restless_pair():
    """Networks with dropout and batch norm, whose state moves with every call."""
    z = keras.Input((5,))
    h = layers.BatchNormalization()(layers.Dense(8, "relu", kernel_initializer="ones")(z))
    generator = keras.Model(z, layers.Reshape(SHAPE)(layers.Dense(16, "sigmoid")(h)))
    x = keras.Input(SHAPE)
    h = layers.Dropout(0.3, seed=5)(layers.Flatten()(x))
    h = layers.BatchNormalization()(layers.Dense(8, "relu")(h))
    discriminator = keras.Model(x, layers.Dense(1)(h))
    rng = np.random.default_rng(0)
    for model in (generator, discriminator):
        model.set_weights([rng.normal(size=w.shape) ** 2 for w in model.get_weights()])
    return generator, discriminator


@pytest.mark.slow
@pytest.mark.parametrize("xla", [True, False], ids=["xla", "graph"])
@pytest.mark.parametrize("kind", ["plain", "restless"])
def test_the_same_bits_however_the_steps_are_cut_up(
    tmp_path, make_trainer, dots, weights, same, kind, xla
):
    results = []
    trainer = make_trainer(
        restless_pair() if kind == "restless" else None, ema=0.9, jit_compile=xla
    )
    trainer.save(tmp_path)
    for per_call, fits in ((1, [50]), (7, [50]), (100, [50]), (100, [1, 9, 20, 13, 7])):
        trainer.restore(tmp_path)  # one trainer: compiling takes longer than all of its steps
        trainer.steps_per_execution = per_call
        for steps in fits:
            trainer.fit(dots, steps, report_every=10, progress=False)
        models = (trainer.generator, trainer.discriminator, trainer.sampler)
        results.append([array for model in models for array in weights(model)])
    assert all(same(results[0], other) for other in results[1:])


def test_xla_and_a_plain_graph_agree_to_rounding(make_trainer, dots, weights):
    xla, graph = make_trainer(jit_compile=True), make_trainer(jit_compile=False)
    for trainer in (xla, graph):
        trainer.fit(dots, 20, progress=False)
    for a, b in zip(weights(xla.generator), weights(graph.generator), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)


def test_another_seed_gives_other_weights(make_trainer, dots, weights, same):
    first, second = make_trainer(seed=0), make_trainer(seed=1)
    for trainer in (first, second):
        trainer.fit(dots, 5, progress=False)
    assert not same(weights(first.generator), weights(second.generator))


def test_resuming_equals_going_on(tmp_path, make_trainer, dots, weights, same):
    whole = make_trainer(restless_pair())
    whole.fit(dots, 40, report_every=15, progress=False)
    part = make_trainer(restless_pair())
    part.fit(dots, 17, report_every=15, progress=False)
    part.save(tmp_path)
    resumed = make_trainer(restless_pair()).restore(tmp_path)
    resumed.fit(dots, 23, report_every=15, progress=False)
    assert same(weights(whole.generator), weights(resumed.generator))
    assert same(weights(whole.discriminator), weights(resumed.discriminator))
    assert whole.history["step"].tolist() == [15, 30, 40]
    assert resumed.history["step"].tolist() == [15, 17, 30, 40]
    assert resumed.history["d_loss"][-1] == whole.history["d_loss"][-1]


def test_history_does_not_depend_on_the_steps_per_call_and_holds_means(make_trainer, dots):
    one = make_trainer(steps_per_execution=1)
    single = make_trainer(steps_per_execution=1)
    single.fit(dots, 12, report_every=1, progress=False)
    for steps, trainer in ((1, one), (5, make_trainer(steps_per_execution=5))):
        history = trainer.fit(dots, 12, report_every=4, progress=False)
        assert history["step"].tolist() == [4, 8, 12], steps
        for name in ("d_loss", "g_loss", "d_real", "d_fake"):
            means = single.history[name].reshape(3, 4).mean(1)
            np.testing.assert_allclose(history[name], means, rtol=1e-6)


def test_d_real_and_d_fake_are_probabilities_of_real_and_of_fake(make_trainer, dots):
    trainer = make_trainer()
    bright = 0.5 + dots / 2
    history = trainer.fit(bright, 400, report_every=400, progress=False)
    judge = trainer.discriminator
    real = sigmoid(judge(bright).numpy()).mean()
    fake = sigmoid(judge(trainer.sample(64)).numpy()).mean()
    assert history["d_real"][-1] > history["d_fake"][-1]
    assert real > fake


def test_several_updates_a_step_use_fresh_draws(make_trainer, dots, weights):
    # D's two updates with the same batch and noise would repeat the first gradient's direction.
    seen = []

    def prior(shape, seed):
        seen.append(tuple(np.array(seed)))
        return draws.uniform(shape, seed)

    trainer = make_trainer(d_steps=3, g_steps=2, prior=prior)
    for step in range(2):
        trainer.train_step(tf.constant(dots), None, tf.constant(step, tf.int64))
    assert len(seen) == len(set(seen)) == 2 * (3 + 2)


def test_layer_losses_count_for_their_own_player(dots):
    def pair(factor):
        z, x = keras.Input((5,)), keras.Input(SHAPE)
        start = keras.initializers.Constant(0.1)
        image = layers.Reshape(SHAPE)(layers.Dense(16, "sigmoid", kernel_initializer=start)(z))
        penalty = keras.regularizers.L2(factor)
        dense = layers.Dense(1, kernel_initializer=start, kernel_regularizer=penalty)
        return keras.Model(z, image), keras.Model(x, dense(layers.Flatten()(x)))

    kernels = []
    for factor in (0.0, 10.0):
        sgd = keras.optimizers.SGD(0.01)
        trainer = Trainer(*pair(factor), d_optimizer=sgd, batch_size=16)
        trainer.update_discriminator(tf.constant(dots), None, tf.constant(0, tf.int64))
        kernels.append(trainer.discriminator.get_weights()[0])
    np.testing.assert_allclose(kernels[0] - kernels[1], 0.01 * 2 * 10 * 0.1, rtol=1e-4)


def test_clip_bounds_the_critic(make_trainer, dots):
    trainer = make_trainer(loss="wasserstein", clip=0.01)
    trainer.fit(dots, 20, progress=False)
    assert max(np.abs(w).max() for w in trainer.discriminator.get_weights()) <= np.float32(0.01)


def test_a_penalty_is_added_to_ds_loss_and_gets_real_and_fake(make_trainer, dots):
    def penalty(discriminator, real, fake, seed):
        assert tuple(seed.shape) == (2,)
        return 100.0 + 0.0 * tf.reduce_mean(discriminator(real) + discriminator(fake))

    plain, other = make_trainer(), make_trainer(penalty=penalty)
    for trainer in (plain, other):
        trainer.fit(dots, 1, progress=False)
    gap = other.history["d_loss"][0] - plain.history["d_loss"][0]
    assert gap == pytest.approx(100, rel=1e-5)


def test_the_average_trails_the_generator_and_sample_uses_it(make_trainer, dots, weights):
    trainer = make_trainer(ema=0.8, steps_per_execution=1)
    expected = weights(trainer.generator)
    for _ in range(4):
        trainer.fit(dots, 1, progress=False)
        now = weights(trainer.generator)
        expected = [0.8 * e + 0.2 * n for e, n in zip(expected, now, strict=True)]
    for mean, array in zip(expected, weights(trainer.sampler), strict=True):
        np.testing.assert_allclose(array, mean, atol=1e-6)
    z = np.ones((3, 5), "float32")
    assert np.array_equal(trainer.sample(z=z), trainer.sampler(z))


def test_sample_repeats_itself_in_inference_mode_and_in_parts(make_trainer):
    trainer = make_trainer(restless_pair())
    images = trainer.sample(2001, seed=3)
    assert images.shape == (2001, *SHAPE)
    assert np.array_equal(images, trainer.sample(2001, seed=3))
    assert not np.array_equal(images[:16], trainer.sample(16, seed=4))
    z = draws.uniform((2001, 5), draws.key(0, draws.SAMPLE, 3))
    np.testing.assert_allclose(images, trainer.generator(z, training=False), atol=1e-6)
    assert 0 <= images.min() <= images.max() <= 1


def conditional_pair():
    z, y, x, y2 = (keras.Input(shape) for shape in ((5,), (3,), SHAPE, (3,)))
    h = layers.Dense(16, "sigmoid")(layers.Concatenate()([z, y]))
    logit = layers.Dense(1)(layers.Concatenate()([layers.Flatten()(x), y2]))
    return keras.Model([z, y], layers.Reshape(SHAPE)(h)), keras.Model([x, y2], logit)


def test_a_fake_gets_the_label_of_the_real_image_at_its_place(make_trainer, dots):
    seen = []

    class Spy(layers.Layer):
        def call(self, y):
            seen.append(y)
            return y

    z, y, x, y2 = (keras.Input(shape) for shape in ((5,), (3,), SHAPE, (3,)))
    h = layers.Dense(16, "sigmoid")(layers.Concatenate()([z, Spy()(y)]))
    logit = layers.Dense(1)(layers.Concatenate()([layers.Flatten()(x), Spy()(y2)]))
    pair = keras.Model([z, y], layers.Reshape(SHAPE)(h)), keras.Model([x, y2], logit)
    trainer = make_trainer(pair)
    labels = tf.one_hot(np.arange(64) % 3, 3)
    seen.clear()
    trainer.update_discriminator(tf.constant(dots), labels, tf.constant(0, tf.int64))
    for_fake, for_d_real, for_d_fake = seen
    assert np.array_equal(for_fake, for_d_real)
    assert np.array_equal(for_fake, for_d_fake)
    drawn = draws.indices(16, 64, draws.key(0, draws.D_IMAGES, 0)).numpy()
    assert np.array_equal(for_fake, labels.numpy()[drawn])


def test_a_conditional_pair_trains_samples_and_demands_labels(make_trainer, dots):
    trainer = make_trainer(conditional_pair())
    labels = np.arange(64) % 3
    trainer.fit(dots, 3, labels=labels, progress=False)
    assert trainer.sample(3, labels=np.array([0, 1, 2])).shape == (3, *SHAPE)
    z = np.zeros((3, 5))
    assert trainer.sample(z=z, labels=np.array([0, 1, 2])).shape == (3, *SHAPE)
    with pytest.raises(ValueError, match="conditional: give labels"):
        trainer.fit(dots, 3, progress=False)
    with pytest.raises(ValueError, match="64 whole numbers"):
        trainer.fit(dots, 3, labels=labels[:5], progress=False)
    with pytest.raises(ValueError, match="from 0 to 2"):
        trainer.fit(dots, 3, labels=labels + 1, progress=False)
    with pytest.raises(ValueError, match="take none"):
        make_trainer().fit(dots, 3, labels=labels, progress=False)


def test_points_and_sequences_train_with_the_same_class():
    points = np.random.default_rng(0).normal(size=(200, 2)).astype("float32")
    z = keras.Input((3,))
    pair = keras.Model(z, layers.Dense(2)(z)), make_discriminator((8,), (2,))
    trainer = Trainer(*pair, data_range=None, prior="normal", batch_size=32)
    trainer.fit(points, 5, progress=False)
    z, x = keras.Input((6, 2)), keras.Input((6, 3))
    pair = keras.Model(z, layers.Dense(3, "sigmoid")(z)), keras.Model(x, layers.Dense(1)(x))
    sequences = np.random.default_rng(0).random((50, 6, 3), np.float32)
    trainer = Trainer(*pair, batch_size=32)
    assert np.isfinite(trainer.fit(sequences, 5, progress=False)["d_loss"]).all()


def noise_that_breaks_at_step_31(shape, seed):
    return draws.uniform(shape, seed) + tf.where(seed[1] == 30, np.nan, 0.0)


@pytest.mark.xla  # in a plain graph the next test's ReLU may hide it
def test_training_stops_at_the_first_loss_that_is_not_finite(tmp_path, make_trainer, dots):
    trainer = make_trainer(prior=noise_that_breaks_at_step_31)
    with pytest.raises(FloatingPointError, match="not finite at step 31; likely causes"):
        trainer.fit(dots, 200, progress=False)
    assert trainer.step == 31  # not at the end of the compiled call of 100 steps
    with pytest.raises(FloatingPointError, match="not finite at step 31"):
        trainer.save(tmp_path)
    with pytest.raises(FloatingPointError, match="not finite at step 31"):
        trainer.fit(dots, 1, progress=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("xla", [False, True])
@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_weights_that_are_not_finite_stop_training_where_the_losses_hide_it(
    make_trainer, dots, player, xla
):
    """Some processors' ReLU makes 0 of NaN, and G's samples are grey without a word."""
    trainer = make_trainer(jit_compile=xla)
    [bias] = [v for v in getattr(trainer, player).variables if v.shape == (8,)]
    bias.assign([np.nan] + 7 * [0.0])
    with pytest.raises(FloatingPointError, match="not finite at step [0-9]+; likely causes"):
        trainer.fit(dots, 20, report_every=10, progress=False)
    assert trainer.step <= 10
    assert not trainer.healthy


def test_weights_that_are_not_finite_are_not_saved(tmp_path, make_trainer):
    trainer = make_trainer()
    trainer.generator.variables[0].assign(np.full((5, 8), np.nan))
    with pytest.raises(FloatingPointError, match="generator/0 is not finite"):
        trainer.save(tmp_path)


def test_ctrl_c_stops_between_calls_and_the_next_fit_goes_on(make_trainer, dots, weights, same):
    class Press(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 30:
                signal.raise_signal(signal.SIGINT)

    whole = make_trainer(steps_per_execution=10)
    whole.fit(dots, 60, report_every=20, progress=False)
    trainer = make_trainer(steps_per_execution=10)
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(dots, 60, report_every=20, callbacks=[Press()], progress=False)
    assert trainer.step == 30
    trainer.fit(dots, 30, report_every=20, progress=False)
    assert same(weights(whole.generator), weights(trainer.generator))
    assert trainer.history["d_loss"].tolist() == whole.history["d_loss"].tolist()


@pytest.mark.parametrize("xla", [True, False], ids=["xla", "graph"])
def test_data_may_lie_anywhere_in_memory(tmp_path, make_trainer, dots, weights, same, xla):
    trainer = make_trainer(jit_compile=xla)
    trainer.save(tmp_path)
    trainer.fit(dots, 5, progress=False)
    expected = weights(trainer.generator)
    for offset in (0, 4, 16, 32):
        memory = np.empty(dots.nbytes + 64 + offset, np.uint8)
        start = -memory.ctypes.data % 64 + offset
        elsewhere = memory[start : start + dots.nbytes].view(np.float32).reshape(dots.shape)
        elsewhere[:] = dots
        trainer.restore(tmp_path).fit(elsewhere, 5, progress=False)
        assert same(weights(trainer.generator), expected)


def of_package(package, kind):
    """What a package gives that is not installed here, as far as it is looked at."""
    return type(kind, (), {"__module__": package})()


@pytest.mark.parametrize(("low", "high", "end"), [(0, 1, "sigmoid"), (-1, 1, "tanh")])
def test_bytes_are_pictures_and_are_cast_in_the_step(make_trainer, dots, low, high, end):
    pictures, z = np.uint8(np.rint(255 * dots)), keras.Input((5,))
    generator = keras.Model(z, layers.Reshape(SHAPE)(layers.Dense(16, end)(z)))
    pair = generator, make_discriminator((8,), SHAPE, seed=1)
    trainer = make_trainer(pair, data_range=(low, high))
    given, _ = checks.as_tensors(trainer, pictures, None)
    assert given.dtype == tf.uint8
    floats, key = np.float32(low + (high - low) * (pictures / 255)), draws.key(0, 0, 0)
    batches = [trainer._batch(images, None, key)[0] for images in (given, tf.constant(floats))]
    np.testing.assert_allclose(*batches, atol=1e-6)
    trainer.fit(pictures, 3, progress=False)


def test_bytes_of_0_and_1_alone_are_values_already(make_trainer, dots):
    binary = np.uint8(dots > 0.5)
    assert checks.as_tensors(make_trainer(), binary, None)[0].dtype == tf.float32


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x * 255, r"values from .* outside data_range \(0, 1\); divide them by 255"),
        (lambda x: x - 0.5, "outside data_range"),
        (lambda x: np.where(x > 0.9, np.nan, x), "NaN or infinite"),
        (lambda x: np.where(x > 0.9, np.inf, x), "NaN or infinite"),
        (lambda x: x[:15], "15 images are fewer than a batch of 16"),
        (lambda x: 2 * x - 1, r"\(x \+ 1\) / 2, or data_range=\(-1, 1\) and .* ends in tanh"),
        (lambda x: np.where(np.arange(64)[:, None, None, None] == 7, np.nan, x), "first .*image 7"),
        (lambda x: x[..., 0], r"images have shape \(64, 4, 4\).*give images\[..., None\]"),
        (
            lambda x: np.moveaxis(x, -1, 1),
            r"come first, give np.moveaxis\(images, 1, -1\)",
        ),
        (lambda x: x.reshape(64, 16), r"give images.reshape\(-1, 4, 4, 1\)"),
        (lambda x: x.astype(str), "must be numbers"),
        (lambda x: x.astype(complex), "must be numbers"),
        (lambda x: [*x[:20], x[0, :3, :3]], r"different shapes, \(3, 3, 1\) and \(4, 4, 1\)"),
        (lambda x: (image for image in x), r"not a builtins generator: np.stack\(list\(images\)\)"),
        (lambda x: tf.data.Dataset.from_tensor_slices(x), r"np.stack\(list\(dataset.unbatch"),
        (lambda x: "pictures", "load_images"),
        (lambda x: of_package("pandas", "DataFrame"), r"DataFrame: images.to_numpy\(\)"),
        (lambda x: of_package("torch", "Tensor"), r"Tensor: images.numpy\(force=True\)"),
    ],
)
def test_bad_data_are_refused_in_one_line(make_trainer, dots, change, message):
    trainer = make_trainer()
    with pytest.raises(ValueError, match=message) as caught:
        trainer.fit(change(dots), 1, progress=False)
    assert "\n" not in str(caught.value)
    assert trainer.step == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "gentle"}, "choose one of minimax"),
        (
            {"loss": "wasserstein"},
            r"give penalty=gradient_penalty\(10.0\), .* or clip=0.01",
        ),
        ({"prior": "cauchy"}, "choose one of uniform, normal"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"d_steps": -1}, "d_steps must be at least 1"),
        ({"steps_per_execution": "many"}, "steps_per_execution must be a whole number"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"seed": 2**60}, "seed must be at most 1152921504606846975"),
        ({"ema": 1.0}, "ema must lie between 0 and 1"),
        ({"clip": 0}, "clip must be above 0"),
    ],
)
def test_bad_settings_are_refused_in_one_line(make_trainer, settings, message):
    with pytest.raises(ValueError, match=message):
        make_trainer(**settings)


@pytest.mark.parametrize("steps", [0, -5, 1.5, "ten"])
def test_steps_must_be_whole_and_positive(make_trainer, dots, steps):
    with pytest.raises(ValueError, match="steps must be"):
        make_trainer().fit(dots, steps, progress=False)


def test_networks_that_do_not_fit_are_refused():
    with pytest.raises(
        ValueError, match=r"makes \(4, 4, 1\), the discriminator takes \(28, 28, 1\)"
    ):
        Trainer(make_generator(image_shape=SHAPE), make_discriminator())
    x = keras.Input(SHAPE)
    two = keras.Model(x, layers.Dense(2)(layers.Flatten()(x)))
    with pytest.raises(ValueError, match="must end in one logit"):
        Trainer(make_generator(image_shape=SHAPE), two)
    with pytest.raises(ValueError, match="take 3 and 0 classes"):
        Trainer(conditional_pair()[0], make_discriminator(image_shape=SHAPE))


def test_one_optimizer_for_two_players_is_refused(make_trainer):
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="belongs to one player"):
        make_trainer(d_optimizer=adam, g_optimizer=adam)


def test_the_default_optimizers_are_the_articles_adam(make_trainer):
    for optimizer in (make_trainer().d_optimizer, make_trainer().g_optimizer):
        config = optimizer.get_config()
        found = [config[name] for name in ("learning_rate", "beta_1", "beta_2", "epsilon")]
        assert found == pytest.approx([1e-3, 0.9, 0.999, 1e-8])


@pytest.mark.xla
def test_convolutions_run_as_a_plain_graph_and_dense_layers_under_xla(make_trainer):
    x = keras.Input(SHAPE)
    inner = keras.Sequential([layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(1)])
    pair = make_generator(5, (8,), SHAPE), keras.Model(x, inner(x))
    assert make_trainer(pair)._run.xla is False
    assert make_trainer()._run.xla is True


@pytest.mark.xla
def test_recurrent_networks_run_as_a_plain_graph(make_trainer):
    x = keras.Input(SHAPE)
    h = layers.LSTM(2)(layers.Reshape((SHAPE[0], -1))(x))
    pair = make_generator(5, (8,), SHAPE), keras.Model(x, layers.Dense(1)(h))
    assert make_trainer(pair)._run.xla is False


def test_many_trainers_are_no_reason_for_a_warning(make_trainer, dots):
    """TensorFlow warns where one function is traced five times in a few calls."""
    said = []
    handler = logging.Handler()
    handler.emit = said.append
    tf.get_logger().addHandler(handler)
    try:
        for _ in range(6):
            make_trainer(jit_compile=False).fit(dots, 1, progress=False)
    finally:
        tf.get_logger().removeHandler(handler)
    assert [record.getMessage() for record in said if record.levelno >= logging.WARNING] == []


def pixels_apart(a, b):
    """Mean distance of two images, over pairs at the same place in two stacks."""
    return float(np.sqrt(((a - b) ** 2).sum((1, 2, 3))).mean())


@pytest.mark.slow
@pytest.mark.xla
def test_the_articles_gan_learns_to_draw(mnist):
    trainer = Trainer(make_generator(), make_discriminator())
    untrained = trainer.sample(1000)
    trainer.fit(mnist.train_images, 4000, progress=False)
    fake, real = trainer.sample(1000), mnist.train_images[:1000]
    gap = np.abs(fake.mean(0) - real.mean(0)).mean()
    # A frozen G stays where it is, at 0.37 (0.28 on the stand-in, whose digits have more grey);
    # real and fake swapped, or a sign turned, drives it to black or white.
    assert np.abs(untrained.mean(0) - real.mean(0)).mean() > 0.25
    assert gap < 0.08
    # A collapsed G draws one picture, with a ratio near 0. Measured: 0.75 on MNIST, and 0.52 on the
    # stand-in, a fortieth as many digits.
    least = 0.35 if mnist.source == "digits" else 0.5
    assert pixels_apart(fake[:500], fake[500:]) > least * pixels_apart(real[:500], real[500:])
