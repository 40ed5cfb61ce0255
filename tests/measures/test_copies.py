"""Nearest training images."""

import numpy as np

from gan_tutorial.measures import copies

rng = np.random.default_rng(0)


def test_nearest_neighbours_are_found(mnist):
    train = mnist.train_images[:300]
    indices, distances = copies.nearest_neighbours(train[[7, 3]], train)
    assert indices.tolist() == [7, 3]
    np.testing.assert_allclose(distances, 0, atol=1e-5)
    samples = rng.random((5, 28, 28, 1), np.float32)
    indices, distances = copies.nearest_neighbours(samples, train)
    every = np.linalg.norm((samples[:, None] - train[None]).reshape(5, 300, -1), axis=2)
    np.testing.assert_array_equal(indices, every.argmin(1))
    np.testing.assert_allclose(distances, every.min(1), rtol=1e-5)
