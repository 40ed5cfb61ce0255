"""Draws depend on seed, step and purpose, and have the distributions they claim."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from gan_tutorial import draws


def test_uniform_noise_is_uniform_on_minus_1_to_1():
    z = draws.uniform((300, 100), draws.key(0, draws.D_NOISE, 0)).numpy()
    assert z.min() < -0.999
    assert z.max() > 0.999
    assert scipy.stats.kstest(z.ravel(), "uniform", (-1, 2)).pvalue > 0.001  # [0, 1] fails


def test_normal_noise_is_standard_normal():
    z = draws.normal((300, 100), draws.key(0, draws.D_NOISE, 0)).numpy()
    assert scipy.stats.kstest(z.ravel(), "norm").pvalue > 0.001


def test_indices_cover_all_images_evenly_and_nothing_else():
    drawn = draws.indices(50_000, 10, draws.key(3, draws.D_IMAGES, 0)).numpy()
    assert scipy.stats.chisquare(np.bincount(drawn, minlength=10)).pvalue > 0.001
    assert drawn.min() == 0
    assert drawn.max() == 9


def test_every_seed_purpose_and_draw_has_noise_of_its_own():
    keys = [draws.key(s, p, n) for s in range(3) for p in range(6) for n in range(4)]
    noise = {draws.uniform((4,), key).numpy().tobytes() for key in keys}
    assert len(noise) == len(keys)


def test_the_same_key_gives_the_same_noise():
    first, second = (draws.uniform((4,), draws.key(1, 2, 3)).numpy() for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize(
    "draw",
    [
        lambda key: draws.uniform((30, 7), key),
        lambda key: draws.indices(50, 1000, key),
    ],
    ids=["uniform", "indices"],
)
def test_xla_a_plain_graph_and_eager_mode_draw_the_same_bits(draw):
    key = draws.key(5, draws.G_NOISE, 77)
    modes = [tf.function(draw, jit_compile=jit, autograph=False) for jit in (True, False)]
    assert all(np.array_equal(draw(key), mode(key)) for mode in modes)


def test_xla_and_a_plain_graph_draw_the_same_normal_noise():
    key = draws.key(5, draws.G_NOISE, 77)
    xla = tf.function(lambda k: draws.normal((30, 7), k), jit_compile=True, autograph=False)
    np.testing.assert_allclose(xla(key), draws.normal((30, 7), key), atol=1e-5)
