"""MMD against a sum over all pairs, its bias, and its bandwidth."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from gan_tutorial.measures import mmd
from gan_tutorial.models import lstm_gan

rng = np.random.default_rng(0)


def test_mmd_is_the_sum_over_all_pairs():
    real, fake = rng.normal(size=(7, 2, 3)), rng.normal(size=(5, 2, 3)) + 0.5
    kernel = {}
    for name, a, b in (("rr", real, real), ("ff", fake, fake), ("rf", real, fake)):
        distances = cdist(a.reshape(len(a), -1), b.reshape(len(b), -1))
        kernel[name] = np.exp(-(distances**2) / (2 * 1.7**2))
    expected = (
        sum(kernel["rr"][i, j] for i in range(7) for j in range(7) if i != j) / 42
        + sum(kernel["ff"][i, j] for i in range(5) for j in range(5) if i != j) / 20
        - 2 * kernel["rf"].mean()
    )
    assert mmd.mmd(real, fake, 1.7) == pytest.approx(expected, abs=1e-12)


def test_mmd_is_unbiased():
    # The biased estimate would be near (1 - E k) 2 / n = 0.09 here.
    values = [mmd.mmd(rng.normal(size=(10, 2)), rng.normal(size=(10, 2)), 1) for _ in range(400)]
    assert abs(np.mean(values)) < 4 * np.std(values) / 20
    assert min(values) < 0


def test_mmd_is_small_for_sines_and_large_for_noise():
    real, others = lstm_gan.sines(500, seed=1), lstm_gan.sines(500, seed=2)
    noise = rng.normal(0, real.std(), real.shape)
    sigma = mmd.bandwidth(lstm_gan.sines(500, seed=3), noise)
    assert abs(mmd.mmd(real, others, sigma)) < 0.002
    assert mmd.mmd(real, noise, sigma) > 0.02


def test_the_bandwidth_is_that_of_the_difference():
    # Two fine grids, shifted by half a cell, look the same to a wide kernel.
    grid = rng.integers(0, 10, size=(300, 1)).astype(float)
    sigma = mmd.bandwidth(grid, rng.integers(0, 10, size=(300, 1)) + 0.5)
    assert sigma < 0.5
    wide = mmd.bandwidth(rng.normal(size=(300, 1)), rng.normal(size=(300, 1)) + 3)
    assert wide > 0.5


@pytest.mark.parametrize(
    ("real", "fake", "sigma", "message"),
    [
        (np.zeros((3, 2)), np.zeros((3, 3)), 1, "shapes"),
        (np.zeros((3, 2)), np.zeros((1, 2)), 1, "two samples"),
        (np.zeros((3, 2)), np.zeros((3, 2)), 0, "sigma"),
    ],
)
def test_mmd_refuses_what_does_not_fit(real, fake, sigma, message):
    with pytest.raises(ValueError, match=message):
        mmd.mmd(real, fake, sigma)
