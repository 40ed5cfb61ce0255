"""The averaged generator's batch norm has statistics of its own, the same for the same weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from gan_tutorial import Trainer, draws, make_discriminator
from gan_tutorial.averages import use_own_statistics
from tests.models import pairs

SHAPE = (4, 4, 1)


def noisy_generator():
    """A generator with batch norm, and with dropout, which has a state too."""
    z = keras.Input((5,))
    h = layers.BatchNormalization(name="norm")(layers.Dense(8, name="first")(z))
    h = layers.Dropout(0.2, seed=3)(layers.ReLU()(h))
    return keras.Model(z, layers.Reshape(SHAPE)(layers.Dense(16, "sigmoid")(h)))


def test_statistics_are_those_of_the_networks_own_activations():
    generator = noisy_generator()
    use_own_statistics(generator, draws.normal)
    kernel, bias = generator.get_layer("first").get_weights()
    norm = generator.get_layer("norm")
    # z ~ N(0, 1): the variance of a unit is the sum of its squared weights, its mean the bias.
    assert norm.moving_variance.numpy() == pytest.approx(np.square(kernel).sum(0), rel=0.1)
    assert norm.moving_mean.numpy() == pytest.approx(bias, abs=0.1)


@pytest.mark.parametrize("kind", pairs.PAIRS)
def test_statistics_agree_with_other_noise_to_a_few_per_cent(kind):
    trainer = pairs.make_trainer(pairs.PAIRS[kind](), ema=0.9)
    pairs.fit(trainer, 30)
    norms = [x for x in trainer.sampler.layers if isinstance(x, layers.BatchNormalization)]
    stored = [norm.moving_variance.numpy() for norm in norms]
    z = draws.uniform((4096, 5), draws.key(1, draws.SAMPLE, 0))
    y = tf.one_hot(tf.range(4096) % 4, 4)
    inputs = [norm.input for norm in norms]
    spread = keras.Model(trainer.sampler.inputs, inputs)
    activations = spread([z, y] if kind == "conditional" else [z], training=False)
    for variance, h in zip(stored, activations, strict=True):
        axes = tuple(range(h.ndim - 1))
        assert variance == pytest.approx(np.var(h, axes), rel=0.1)


def test_nothing_else_changes_and_a_second_time_gives_the_same_bits(weights, same):
    generator = noisy_generator()
    before = {v.path: v.numpy() for v in generator.variables}
    use_own_statistics(generator, draws.uniform)
    changed = {v.path for v in generator.variables if not np.array_equal(v, before[v.path])}
    assert changed == {"norm/moving_mean", "norm/moving_variance"}
    assert generator.get_layer("norm").momentum == 0.99
    once = weights(generator)
    use_own_statistics(generator, draws.uniform)
    assert same(once, weights(generator))


def test_samples_follow_each_update_and_a_resumed_run_has_the_same_bits(tmp_path, dots, same):
    def make():
        pair = noisy_generator(), make_discriminator((8,), SHAPE, seed=1)
        for model in pair:
            rng = np.random.default_rng(0)
            model.set_weights([rng.uniform(0.1, 0.4, w.shape) for w in model.get_weights()])
        return Trainer(*pair, ema=0.9, batch_size=16)

    whole, part = make(), make()
    whole.fit(dots, 6, progress=False)
    part.fit(dots, 3, progress=False)
    early = part.sample(4)
    part.save(tmp_path)
    resumed = make().restore(tmp_path)
    np.testing.assert_array_equal(resumed.sample(4), early)
    resumed.fit(dots, 3, progress=False)
    assert same(resumed.sampler.get_weights(), whole.sampler.get_weights())
    assert not np.array_equal(resumed.sample(4), early)
