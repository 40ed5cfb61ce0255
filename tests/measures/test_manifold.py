"""Precision and recall, density and coverage: brute force, and sets of which they are known."""

import time
import tracemalloc

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from gan_tutorial.measures import manifold

rng = np.random.default_rng(0)
REAL = rng.normal(size=(60, 5))
SAMPLES = rng.normal(0.5, 1.3, size=(40, 5))
BLANK = np.zeros((100, 28, 28, 1), np.float32)


def brute_force(samples, real, k):
    """The papers' formulas, one pair after another."""

    def reaches(points):
        return [sorted(np.linalg.norm(points - p, axis=1))[k] for p in points]

    by_real, by_samples = reaches(real), reaches(samples)
    pairs = np.array([[np.linalg.norm(s - r) for s in samples] for r in real])
    near_real = np.array([[d <= by_real[i] for d in row] for i, row in enumerate(pairs)])
    near_sample = np.array([[d <= by_samples[j] for j, d in enumerate(row)] for row in pairs])
    return (
        near_real.any(0).mean(),
        near_sample.any(1).mean(),
        near_real.sum() / (k * len(samples)),
        np.mean(pairs.min(1) <= by_real),
    )


@pytest.mark.parametrize("k", [1, 3, 7])
def test_a_brute_force_agrees(k):
    assert manifold.of_features(SAMPLES, REAL, k) == pytest.approx(brute_force(SAMPLES, REAL, k))


@pytest.mark.parametrize("rows", [7, 60, 1000])
def test_the_size_of_a_block_does_not_matter(monkeypatch, rows):
    expected = manifold.of_features(SAMPLES, REAL)
    monkeypatch.setattr(manifold, "ROWS", rows)
    assert manifold.of_features(SAMPLES, REAL) == expected


def test_the_reach_is_the_distance_to_the_kth_nearest_other():
    expected = np.sort(cdist(REAL, REAL), axis=1)[:, 3] ** 2
    np.testing.assert_allclose(manifold.reach(REAL, 3), expected)


def test_identical_sets_have_precision_recall_and_coverage_1():
    found = manifold.of_features(REAL, REAL)
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
    assert found.density >= 1  # each is reached by itself, and on average by k others


def test_the_order_does_not_matter():
    shuffled = manifold.of_features(rng.permutation(SAMPLES), rng.permutation(REAL))
    assert shuffled == pytest.approx(manifold.of_features(SAMPLES, REAL))


def test_copies_of_one_real_image_are_precise_and_recall_it_alone():
    found = manifold.of_features(np.repeat(REAL[:1], 40, axis=0), REAL)
    assert found.precision == 1
    assert found.recall == pytest.approx(1 / 60)


def test_samples_far_from_all_that_is_real_have_nothing():
    assert manifold.of_features(SAMPLES + 100, REAL) == (0, 0, 0, 0)


def test_half_of_the_kinds_is_half_of_the_recall():
    """Two clouds of real images far apart, and samples of one of them."""
    near, far = rng.normal(size=(2, 500, 2)) + [[[0]], [[100]]]
    found = manifold.of_features(rng.normal(size=(500, 2)), np.concatenate([near, far]))
    assert found.precision > 0.9
    assert 0.4 < found.recall <= 0.5
    assert 0.4 < found.coverage <= 0.5


@pytest.mark.mnist
def test_real_digits_have_all_and_noise_recalls_nothing(mnist):
    """The precision of noise is not 0: the classifier's features do not see grain."""
    real, others = mnist.test_images[:1000], mnist.train_images[:1000]
    found = manifold.precision_recall(others, real)
    assert 0.7 < found.precision < 1
    assert 0.7 < found.recall < 1
    assert 0.8 < found.density < 1.2
    noise = manifold.precision_recall(rng.random(real.shape, np.float32), real)
    assert noise.recall == 0
    assert noise.coverage < 0.05 * found.coverage


@pytest.mark.slow
def test_ten_thousand_against_ten_thousand_take_seconds_and_less_than_a_gigabyte():
    samples, real = rng.normal(size=(2, 10_000, 64))
    tracemalloc.start()
    started = time.perf_counter()
    manifold.of_features(samples, real)
    assert time.perf_counter() - started < 60  # some 10 on a quiet machine
    assert tracemalloc.get_traced_memory()[1] < 1e9
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("samples", "real", "k", "message"),
    [
        (BLANK[:3], BLANK, 3, "3 samples are too few for 3 neighbours"),
        (BLANK, BLANK[:2], 3, "2 real images are too few"),
        (BLANK, BLANK, 0, "k must be at least 1, not 0"),
        (BLANK, BLANK[:, :14], 3, r"\(n, 28, 28, 1\), not \(100, 14, 28, 1\)"),
        (BLANK, BLANK - 1, 3, r"must lie in \[0, 1\]"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(samples, real, k, message):
    with pytest.raises(ValueError, match=message):
        manifold.precision_recall(samples, real, k)
