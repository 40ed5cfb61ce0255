"""The 2-D densities and the counting of their modes, against enumeration and closed forms."""

import math

import numpy as np
import pytest

from gan_tutorial import Trainer
from gan_tutorial.models import toys


@pytest.mark.parametrize(("density", "modes"), [(toys.ring(), 8), (toys.grid(), 25)])
def test_modes_are_distinct_and_equally_likely(density, modes):
    assert len(np.unique(density.centres.round(9), axis=0)) == modes
    points = density.draw(20_000)
    distances = np.linalg.norm(points[:, None] - density.centres[None], axis=2)
    counts = np.bincount(distances.argmin(1), minlength=modes)
    expected = 20_000 / modes
    assert ((counts - expected) ** 2 / expected).sum() < 3 * modes  # chi-squared, mean modes - 1
    nearest = (points - density.centres[distances.argmin(1)]) / density.deviation
    assert nearest.std() == pytest.approx(1, abs=0.02)
    assert abs(np.corrcoef(nearest.T)[0, 1]) < 0.03


def test_the_ring_has_radius_1_and_the_grid_runs_from_minus_4_to_4():
    np.testing.assert_allclose(np.linalg.norm(toys.ring().centres, axis=1), 1)
    assert sorted(set(toys.grid().centres.ravel())) == [-4, -2, 0, 2, 4]
    assert toys.ring().deviation == 0.01
    assert toys.grid().deviation == 0.05


def test_real_points_are_covered_as_a_gaussian_says():
    covered = toys.coverage(toys.grid().draw(20_000), toys.grid())
    assert covered.modes == 25
    # Within three deviations of a round 2-D Gaussian lie 1 - exp(-9/2) of its points.
    assert covered.high_quality == pytest.approx(1 - math.exp(-4.5), abs=0.003)
    assert 0 < covered.reverse_kl < 0.005


def test_a_point_outside_three_deviations_captures_nothing():
    ring = toys.ring()
    point = ring.centres[:1] * 1.0
    assert toys.coverage(point + [0.0299, 0], ring) == (1, 1.0, pytest.approx(math.log(8)))
    assert toys.coverage(point + [0.0301, 0], ring) == (0, 0.0, math.inf)


def test_the_reverse_kl_is_that_of_the_shares_by_mode():
    ring = toys.ring()
    points = np.concatenate([ring.centres[[0] * 6 + [1] * 2], [[9.0, 9.0]] * 8])
    covered = toys.coverage(points, ring)
    expected = 0.75 * math.log(0.75 * 8) + 0.25 * math.log(0.25 * 8)
    assert covered == (2, 0.5, pytest.approx(expected))


@pytest.mark.parametrize("points", [np.zeros((0, 2)), np.zeros((3, 3)), np.full((2, 2), np.nan)])
def test_points_that_do_not_fit_are_refused(points):
    with pytest.raises(ValueError, match=r"points must be finite numbers \(n, 2\)"):
        toys.coverage(points, toys.ring())


def test_the_same_seed_draws_the_same_points():
    assert np.array_equal(toys.ring().draw(9, seed=4), toys.ring().draw(9, seed=4))
    assert not np.array_equal(toys.ring().draw(9, seed=4), toys.ring().draw(9, seed=5))


def test_the_pair_trains_on_points_anywhere():
    trainer = Trainer(*toys.make_toy_pair(), data_range=None, prior="normal", batch_size=32)
    trainer.fit(toys.grid().draw(100), 3, progress=False)
    assert trainer.sample(10).shape == (10, 2)
    assert (trainer.generator(np.ones((1, 2)) * 50).numpy() != 0).any()


def test_pacgans_networks_are_those_of_the_released_code():
    generator, discriminator = toys.make_pacgan_pair(seed=3)
    kernels = [w.numpy() for model in (generator, discriminator) for w in model.weights]
    kernels = [kernel for kernel in kernels if kernel.ndim == 2]
    shapes = [(2, 400), *[(400, 400)] * 3, (400, 2), (2, 1000), *[(200, 1000)] * 2, (200, 1)]
    assert [kernel.shape for kernel in kernels] == shapes
    for kernel in kernels:
        assert kernel.std() == pytest.approx(0.02, rel=6 / math.sqrt(2 * kernel.size))
    again = toys.make_pacgan_pair(seed=3)[0].get_weights()
    np.testing.assert_array_equal(again[0], kernels[0])
    assert (toys.make_pacgan_pair(seed=4)[0].get_weights()[0] != kernels[0]).all()


def test_pacgans_discriminator_takes_the_largest_of_five_linear_pieces():
    discriminator = toys.make_pacgan_pair()[1]
    x = np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32)
    weights = discriminator.get_weights()
    h = x
    for kernel, bias in zip(weights[:6:2], weights[1:6:2], strict=True):
        h = (h @ kernel + bias).reshape(7, 200, 5).max(-1)
    expected = h @ weights[6] + weights[7]
    np.testing.assert_allclose(discriminator(x).numpy(), expected, atol=1e-6)
