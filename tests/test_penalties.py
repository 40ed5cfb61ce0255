"""Penalties against critics whose slopes are known, and through whole training steps."""

import numpy as np
import pytest
import tensorflow as tf

from gan_tutorial import draws, losses, penalties
from gan_tutorial.penalties import gradient_penalty, lazy, r1, r2

rng = np.random.default_rng(0)
REAL, FAKE = (tf.constant(rng.random((6, 4, 4, 1)), tf.float32) for _ in range(2))
SLOPE = tf.constant(rng.normal(size=(16, 1)), tf.float32)
SQUARED = float(np.sum(np.square(SLOPE.numpy(), dtype=np.float64)))
KEY = draws.key(0, draws.PENALTY, 0)


def linear(images):
    return tf.reshape(images, (-1, 16)) @ SLOPE + 5.0


def constant(images):
    return tf.ones((images.shape[0], 1))


def test_penalties_of_a_linear_critic_follow_from_its_slope():
    assert float(r1(0.3)(linear, REAL, FAKE, KEY)) == pytest.approx(0.15 * SQUARED, rel=1e-6)
    assert float(r2(0.3)(linear, REAL, FAKE, KEY)) == pytest.approx(0.15 * SQUARED, rel=1e-6)
    expected = 10 * (np.sqrt(SQUARED) - 1) ** 2
    assert float(gradient_penalty(10)(linear, REAL, FAKE, KEY)) == pytest.approx(expected, rel=1e-6)


def test_r1_looks_at_real_images_and_r2_at_fakes():
    def square(images):  # its slope is 2x, so |slope|^2 = 4 |x|^2
        return tf.reduce_sum(tf.square(images), (1, 2, 3))[:, None]

    def expected(images):
        return 2 * 0.5 * np.mean(np.sum(np.square(images.numpy()), (1, 2, 3)))

    assert float(r1(0.5)(square, REAL, FAKE, KEY)) == pytest.approx(expected(REAL), rel=1e-5)
    assert float(r2(0.5)(square, REAL, FAKE, KEY)) == pytest.approx(expected(FAKE), rel=1e-5)


def test_a_constant_critic_has_no_slope():
    assert float(r1(1.0)(constant, REAL, FAKE, KEY)) == 0
    assert float(r2(1.0)(constant, REAL, FAKE, KEY)) == 0
    assert float(gradient_penalty(10)(constant, REAL, FAKE, KEY)) == pytest.approx(10, rel=1e-4)


def test_alpha_lies_from_0_to_1_one_number_an_image():
    alpha = penalties.mixing(tf.zeros((5000, 4, 4, 1)), KEY).numpy()
    assert alpha.shape == (5000, 1, 1, 1)
    assert 0 <= alpha.min() < 0.01
    assert 0.99 < alpha.max() < 1
    assert alpha.mean() == pytest.approx(0.5, abs=0.02)
    other = penalties.mixing(tf.zeros((5000, 4, 4, 1)), draws.key(0, draws.PENALTY, 1)).numpy()
    assert abs(np.corrcoef(alpha.ravel(), other.ravel())[0, 1]) < 0.1


def test_the_gradient_penalty_looks_between_real_and_fake():
    seen = []

    def noting(images):
        seen.append(images.numpy())
        return linear(images)

    gradient_penalty(1)(noting, REAL, FAKE, KEY)
    alpha = penalties.mixing(REAL, KEY).numpy()
    np.testing.assert_allclose(seen[0], (1 - alpha) * REAL + alpha * FAKE, rtol=1e-5)


def test_penalties_can_be_added_and_names_tell_their_strength(make_trainer):
    both = r1(0.1) + r2(0.2)
    parts = r1(0.1)(linear, REAL, FAKE, KEY) + r2(0.2)(linear, REAL, FAKE, KEY)
    assert float(both(linear, REAL, FAKE, KEY)) == pytest.approx(float(parts))
    assert make_trainer(penalty=both).settings()["penalty"] == "r1(0.1) + r2(0.2)"


@pytest.mark.parametrize("jit", [True, False])
def test_a_lazy_penalty_is_many_times_as_strong_at_the_steps_it_is_due(
    make_trainer, dots, weights, jit
):
    import keras

    def played(steps, penalty, start=None, at=0):
        """Play under plain SGD, which has no memory, from weights, and from a step."""
        optimizers = {name: keras.optimizers.SGD(0.1) for name in ("d_optimizer", "g_optimizer")}
        trainer = make_trainer(**optimizers, penalty=penalty, jit_compile=jit)
        if at:
            trainer.fit(dots, at, progress=False)
        players = trainer.generator, trainer.discriminator
        for player, values in zip(players, start or (), strict=False):
            player.set_weights(values)
        trainer.fit(dots, steps, progress=False)
        return [weights(player) for player in players]

    due = played(1, r1(6.0) + r2(3.0))
    between = played(2, None, due, at=1)
    again = played(1, r1(6.0) + r2(3.0), between, at=3)
    found = played(4, lazy(r1(2.0) + r2(1.0), 3))
    for ours, theirs in zip(found, again, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert any(abs(a - b).max() > 1e-4 for a, b in zip(found[1], played(4, None)[1], strict=True))


def test_a_lazy_penalty_tells_its_name_and_is_not_made_twice(make_trainer):
    both = lazy(r1(0.1) + r2(0.2), 4)
    assert make_trainer(penalty=both).settings()["penalty"] == "r1(0.1) + r2(0.2), every 4 steps"
    assert lazy(r1(0.1), 1).name == "r1(0.1)"
    with pytest.raises(ValueError, match=r"is lazy already: r1\(0.1\), every 2 steps"):
        lazy(lazy(r1(0.1), 2), 3)
    with pytest.raises(ValueError, match="add first, and make the sum lazy"):
        lazy(r1(0.1), 2) + r2(0.1)
    with pytest.raises(ValueError, match="add first, and make the sum lazy"):
        r1(0.1) + lazy(r2(0.1), 2)
    for wrong in (0, 2.5):
        with pytest.raises(ValueError, match="every must be"):
            lazy(r1(0.1), wrong)


def test_a_penaltys_gradient_by_ds_weights_is_of_second_order():
    # D(x) = w x: R1 is gamma/2 w^2, whose derivative by w is gamma w.
    weight = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        loss = r1(0.1)(lambda x: weight * x, tf.ones((4, 1)), None, KEY)
    assert float(tape.gradient(loss, weight)) == pytest.approx(0.3)


@pytest.mark.parametrize("jit", [True, False])
def test_a_step_with_penalties_is_the_step_of_the_sum(make_trainer, dots, weights, jit):
    """The compiled step against the same loss, differentiated eagerly, under plain SGD."""
    import keras

    trainer = make_trainer(
        d_optimizer=keras.optimizers.SGD(0.1), penalty=r1(3.0) + r2(2.0), jit_compile=jit
    )
    start = weights(trainer.discriminator)
    x, y = trainer._batch(tf.constant(dots), None, trainer._key(draws.D_IMAGES, 0, 0))
    fake = trainer.generator(trainer._noise(trainer._key(draws.D_NOISE, 0, 0)))
    with tf.GradientTape() as tape:
        loss = trainer.loss.discriminator(trainer.discriminator(x), trainer.discriminator(fake))
        for images, gamma in ((x, 3.0), (fake, 2.0)):
            with tf.GradientTape() as inner:
                inner.watch(images)
                logits = trainer.discriminator(images)
            slope = inner.gradient(logits, images)
            loss += gamma / 2 * tf.reduce_mean(tf.reduce_sum(slope**2, (1, 2, 3)))
    gradients = tape.gradient(loss, trainer.discriminator.trainable_variables)
    trainer.fit(dots, 1, progress=False)
    assert trainer.history["d_loss"][0] == pytest.approx(float(loss), rel=1e-4)
    moved = weights(trainer.discriminator)
    for before, after, gradient in zip(start, moved, gradients, strict=True):
        np.testing.assert_allclose(after, before - 0.1 * gradient.numpy(), rtol=1e-3, atol=1e-6)


def test_penalties_work_with_conditional_networks(dots):
    import keras
    from keras import layers

    from gan_tutorial import Trainer

    z, x = keras.Input((5,)), keras.Input((4, 4, 1))
    y, label = keras.Input((3,)), keras.Input((3,))
    pixels = layers.Dense(16, "sigmoid")(layers.Concatenate()([z, y]))
    generator = keras.Model([z, y], layers.Reshape((4, 4, 1))(pixels))
    logit = layers.Dense(1)(layers.Concatenate()([layers.Flatten()(x), label]))
    discriminator = keras.Model([x, label], logit)
    trainer = Trainer(generator, discriminator, batch_size=16, penalty=r1(1.0))
    trainer.fit(dots, 2, labels=np.arange(64) % 3, progress=False)
    assert np.isfinite(trainer.history["d_loss"]).all()


def test_wasserstein_trains_with_a_gradient_penalty(make_trainer, dots):
    trainer = make_trainer(loss="wasserstein", penalty=gradient_penalty(10), d_steps=2)
    trainer.fit(dots, 5, progress=False)
    assert np.isfinite(trainer.history["d_loss"]).all()


def test_relativistic_losses_compare_each_pair():
    real, fake = rng.normal(size=(7, 1)), rng.normal(size=(7, 1))
    d_loss = np.mean(np.log1p(np.exp(-(real - fake))))
    g_loss = np.mean(np.log1p(np.exp(-(fake - real))))
    loss = losses.get("relativistic")
    assert float(loss.discriminator(real, fake)) == pytest.approx(d_loss, rel=1e-5)
    assert float(loss.generator(real, fake)) == pytest.approx(g_loss, rel=1e-5)
    shuffled = loss.discriminator(real, fake[::-1])
    assert float(shuffled) != pytest.approx(d_loss, rel=1e-3)  # pairs matter
    shifted = loss.discriminator(real + 9, fake + 9)
    assert float(shifted) == pytest.approx(d_loss, rel=1e-5)  # what both share does not
