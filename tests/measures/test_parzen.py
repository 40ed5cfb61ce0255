"""Parzen windows against the analytic Gaussian, a brute force, and the paper's own check."""

import math
import tracemalloc

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from gan_tutorial.measures import parzen
from gan_tutorial.measures.parzen import parzen_log_likelihood

rng = np.random.default_rng(0)


@pytest.mark.parametrize("sigma", [0.05, 0.2, 1.0])
def test_one_centre_is_the_analytic_gaussian(sigma):
    centre, test = rng.random((1, 784)), rng.random((50, 784))
    expected = multivariate_normal(centre[0], sigma**2).logpdf(test)
    result = parzen_log_likelihood(centre, test, test, sigmas=[sigma])
    assert abs(result.mean - expected.mean()) < 1e-9
    assert result.standard_error == pytest.approx(expected.std() / math.sqrt(50))
    assert result.sigma == sigma


def brute_force(samples, points, sigma):
    """The log density at each point, one distance at a time, in float64."""
    values = []
    for point in points.astype(float):
        squares = [np.sum((point - sample.astype(float)) ** 2) for sample in samples]
        exponents = [-square / (2 * sigma**2) for square in squares]
        largest = max(exponents)
        mean = np.mean([math.exp(e - largest) for e in exponents])
        pixels = point.size
        values.append(largest + math.log(mean) - pixels * math.log(sigma * math.sqrt(2 * math.pi)))
    return np.array(values)


def test_parzen_agrees_with_brute_force_in_float64():
    samples, test, validation = (rng.random((n, 28, 28, 1), np.float32) for n in (40, 30, 20))
    means = [brute_force(samples, validation, s).mean() for s in parzen.SIGMAS]
    sigma = parzen.SIGMAS[np.argmax(means)]
    expected = brute_force(samples, test, sigma)
    result = parzen_log_likelihood(samples, test, validation)
    assert result.sigma == sigma
    assert result.mean == pytest.approx(expected.mean(), rel=1e-10)
    assert result.standard_error == pytest.approx(expected.std() / math.sqrt(30), rel=1e-6)


def test_the_bandwidth_is_chosen_on_validation_images_not_on_test_images():
    samples = rng.random((20, 4))
    near, far = samples + 0.0, 1 - np.round(samples)
    assert parzen_log_likelihood(samples, far, near).sigma == pytest.approx(0.1)
    assert parzen_log_likelihood(samples, near, far).sigma > 0.3


def test_samples_given_twice_change_nothing():
    samples, test = rng.random((30, 9)), rng.random((20, 9))
    once = parzen_log_likelihood(samples, test, test)
    twice = parzen_log_likelihood(np.concatenate([samples, samples[::-1]]), test, test)
    assert twice == pytest.approx(once)


def test_distances_are_taken_in_blocks_of_bounded_memory(monkeypatch):
    monkeypatch.setattr(parzen, "BLOCK", 4)
    centres, points = rng.random((4000, 2)), rng.random((4000, 2))
    tracemalloc.start()
    parzen_log_likelihood(centres, points, points[:100])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6  # all distances at once take 128 MB


@pytest.mark.mnist
def test_real_training_images_score_241(mnist):
    result = parzen_log_likelihood(
        mnist.train_images[:10_000], mnist.test_images, mnist.held_out[:1000]
    )
    assert result.mean == pytest.approx(241, abs=3)
    assert 1 < result.standard_error < 3
