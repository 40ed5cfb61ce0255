"""The Fréchet distance against a closed form and SciPy's matrix root."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from gan_tutorial.measures import classifier, frechet
from gan_tutorial.measures.frechet import Statistics

rng = np.random.default_rng(0)


def test_frechet_distance_of_independent_features_is_a_closed_form():
    a = Statistics(np.zeros(3), np.diag([1.0, 4.0, 0.0]))
    b = Statistics(np.array([1.0, 0.0, 2.0]), np.diag([9.0, 1.0, 4.0]))
    assert frechet.frechet_distance(a, b) == pytest.approx(5 + (1 - 3) ** 2 + 1 + 4)
    assert frechet.frechet_distance(b, a) == pytest.approx(14)


def test_frechet_distance_agrees_with_scipys_matrix_root():
    a, b = (Statistics(rng.random(8), np.cov(rng.random((8, 50)))) for _ in range(2))
    overlap = np.trace(sqrtm(a.covariance @ b.covariance).real)
    expected = np.sum((a.mean - b.mean) ** 2) + np.trace(a.covariance + b.covariance) - 2 * overlap
    assert frechet.frechet_distance(a, b) == pytest.approx(expected)
    assert frechet.frechet_distance(a, a) == pytest.approx(0, abs=1e-12)


def test_what_is_left_at_infinitely_many_samples_is_known_of_normal_features():
    """Features of N(m, 1) have the distance |m|^2 to N(0, 1); 5,000 of them have 0.2 more."""
    real = Statistics(np.zeros(64), np.eye(64))
    for shift in (0.0, 0.1):
        features = rng.normal(shift, 1, size=(5000, 64))
        limit, error = frechet.extrapolated(features, real)
        plain = frechet.frechet_distance(frechet.of_features(features), real)
        expected = 64 * shift**2
        assert abs(limit - expected) < 4 * error
        assert error < 0.1
        assert plain - expected > 0.15
    order = rng.permutation(5000)
    again = frechet.extrapolated(features[order], real)
    assert again.limit == pytest.approx(limit, abs=4 * error)


def test_statistics_are_the_unbiased_moments_of_the_features(mnist):
    images = mnist.test_images[:100]
    features = classifier.see(images)[0].astype(float)
    deviations = features - features.sum(0) / 100
    found = frechet.statistics(images)
    np.testing.assert_allclose(found.mean, features.sum(0) / 100, atol=1e-6)
    covariance = deviations.T @ deviations / 99  # 100 would be off by 1 %
    np.testing.assert_allclose(found.covariance, covariance, atol=1e-5)


def test_frechet_distance_takes_statistics_or_images(mnist):
    real = mnist.test_images[:200]
    measure = frechet.frechet_to(real)
    noise = rng.random((100, 28, 28, 1), np.float32)
    assert measure(noise) == frechet.frechet_distance(noise, real)
    assert measure(real) < 0.01 * measure(noise)
