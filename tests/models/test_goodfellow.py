"""The paper's own networks: sizes, first weights and dropout as in its code, maxout by NumPy."""

import numpy as np
import pytest

from gan_tutorial import draws
from gan_tutorial.models import goodfellow

rng = np.random.default_rng(0)
MEANS = rng.random((28, 28, 1))


def test_sizes_are_those_of_the_paper():
    assert goodfellow.make_paper_generator(MEANS).count_params() == 2_503_984
    assert goodfellow.make_paper_discriminator().count_params() == 1_231_441


def test_first_weights_are_uniform_within_the_papers_bounds():
    players = {0.05: goodfellow.make_paper_generator(MEANS)}
    players[0.005] = goodfellow.make_paper_discriminator()
    for bound, player in players.items():
        kernels = [w for w in player.get_weights() if w.ndim == 2 and w.size > 1000]
        for kernel in kernels:
            assert 0.98 * bound < np.abs(kernel).max() <= bound
            assert kernel.std() == pytest.approx(bound / np.sqrt(3), rel=0.02)


def test_an_input_of_zero_gives_the_mean_image_since_the_output_bias_is_its_logit():
    image = goodfellow.make_paper_generator(MEANS)(np.zeros((1, 100)), training=False)
    np.testing.assert_allclose(image[0], MEANS, rtol=1e-5)


def test_a_pixel_that_is_always_black_has_a_finite_bias():
    generator = goodfellow.make_paper_generator(np.zeros((2, 2, 1)), hidden=(4,))
    assert np.isfinite(generator.get_weights()[-1]).all()


def test_maxout_is_the_largest_of_five_linear_functions():
    discriminator = goodfellow.make_paper_discriminator((4,), units=3, pieces=5)
    h = x = rng.random((6, 4), np.float32)
    *pairs, (last, last_bias) = zip(*[iter(discriminator.get_weights())] * 2, strict=True)
    for kernel, bias in pairs:
        linear = h @ kernel + bias
        h = np.stack([linear[:, 5 * i : 5 * i + 5].max(1) for i in range(3)], axis=1)
    np.testing.assert_allclose(discriminator(x, training=False), h @ last + last_bias, rtol=1e-4)


def test_dropout_keeps_four_fifths_of_the_input_and_half_of_each_hidden_layer():
    layers = goodfellow.make_paper_discriminator().layers
    rates = [layer.rate for layer in layers if type(layer).__name__ == "Dropout"]
    assert rates == [0.2, 0.5, 0.5]


def test_the_priors_variance_is_one():
    z = goodfellow.paper_prior((200, 100), draws.key(0, draws.SAMPLE, 0)).numpy()
    assert np.abs(z).max() <= np.sqrt(3)
    assert z.var() == pytest.approx(1, rel=0.02)


def test_the_learning_rate_is_divided_by_1_000004_at_every_update():
    d_rate, g_rate = (o._learning_rate for o in goodfellow.make_paper_optimizers())
    assert float(g_rate(0)) == pytest.approx(0.1)
    assert float(g_rate(125_000)) == pytest.approx(0.1 / 1.000004**125_000, rel=1e-3)
    assert float(d_rate(0)) == pytest.approx(0.05)
