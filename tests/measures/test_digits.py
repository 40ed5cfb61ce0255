"""What digits show: shares, agreement, and the error of the nearest neighbour by brute force."""

import tracemalloc

import numpy as np
import pytest

from gan_tutorial.measures import digits

rng = np.random.default_rng(0)


@pytest.mark.mnist
def test_real_digits_are_seen_as_their_labels(mnist):
    seen = digits.digit_shares(mnist.test_images)
    shares = np.bincount(mnist.test_labels, minlength=10) / len(mnist.test_labels)
    np.testing.assert_allclose(seen.histogram, shares, atol=0.005)
    assert seen.covered == 10
    assert seen.commonest == pytest.approx(shares.max(), abs=0.005)
    assert seen.confidence > 0.98


def test_a_digit_counts_as_covered_from_one_in_a_hundred():
    probabilities = np.eye(10)[[0] * 198 + [1] * 2 + [2]]
    seen = digits.shares_of(probabilities)  # 2 of 201 is below 1 %
    assert seen.covered == 1
    seen = digits.shares_of(probabilities[:200])
    assert seen.covered == 2
    assert seen.histogram.tolist() == [0.99, 0.01] + [0.0] * 8
    assert seen.confidence == 1.0


def test_one_nearest_neighbour_error_agrees_with_brute_force():
    samples, test = rng.random((60, 5, 5, 1), np.float32), rng.random((40, 5, 5, 1), np.float32)
    labels, test_labels = rng.integers(3, size=60), rng.integers(3, size=40)
    every = np.linalg.norm((test[:, None] - samples[None]).reshape(40, 60, -1), axis=2)
    expected = np.mean(labels[every.argmin(1)] != test_labels)
    found = digits.one_nearest_neighbour_error(samples, labels, test, test_labels)
    assert found == pytest.approx(expected)
    assert 0.3 < found < 1
    order = rng.permutation(60)
    again = digits.one_nearest_neighbour_error(samples[order], labels[order], test, test_labels)
    assert again == found
    assert digits.one_nearest_neighbour_error(samples, labels, samples, labels) == 0
    assert digits.one_nearest_neighbour_error(samples, labels, samples, labels + 1) == 1


def test_mcnemar_agrees_with_an_enumeration():
    """Of 16 ways to share four mistakes out, two give all of them to one reader."""
    first = np.array([True] * 4 + [True, False] * 3)
    second = np.array([False] * 4 + [True, False] * 3)
    assert digits.mcnemar(first, second) == pytest.approx(2 / 16)
    assert digits.mcnemar(second, first) == pytest.approx(2 / 16)
    assert digits.mcnemar(first, first) == 1
    alike = rng.random((2, 4000)) < 0.1
    assert digits.mcnemar(*alike) > 0.001
    assert digits.mcnemar(alike[0], np.roll(alike[0], 1) & alike[1]) < 1e-6


def test_the_nearest_of_two_sets_is_the_nearer_of_their_nearest():
    samples, test = rng.random((60, 25)), rng.random((40, 25))
    labels = np.arange(60)
    whole, far = digits.nearest_labels(samples, labels, test)
    a, near = digits.nearest_labels(samples[:30], labels[:30], test)
    b, nearer = digits.nearest_labels(samples[30:], labels[30:], test)
    assert np.array_equal(whole, np.where(near < nearer, a, b))
    assert far == pytest.approx(np.minimum(near, nearer))


@pytest.mark.mnist
def test_five_thousand_real_images_misread_a_tenth_of_the_first_test_images(mnist):
    error = digits.one_nearest_neighbour_error(
        mnist.train_images[:5000], mnist.train_labels[:5000],
        mnist.test_images[:1000], mnist.test_labels[:1000],
    )  # fmt: skip
    # scikit-learn's KNeighborsClassifier(1) finds 98 wrong; ties and rounding may cost one or two.
    assert error == pytest.approx(0.098, abs=0.002)


def test_neighbours_are_looked_for_in_blocks_of_bounded_memory():
    samples, test = rng.random((4000, 2)), rng.random((4000, 2))
    tracemalloc.start()
    digits.one_nearest_neighbour_error(samples, np.zeros(4000), test, np.zeros(4000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6  # all distances at once take 128 MB


@pytest.mark.mnist
def test_real_digits_agree_with_their_labels_and_not_with_others(mnist):
    images, labels = mnist.test_images[:500], mnist.test_labels[:500]
    assert digits.agreement(images, labels) > 0.97
    assert digits.agreement(images, (labels + 1) % 10) < 0.03
