"""The measures against closed forms, brute force, SciPy, and what they must say of real digits."""

import math
import tracemalloc

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.stats import multivariate_normal

from gan_tutorial import results
from gan_tutorial.measures import classifier, copies, digits, evaluation, frechet, parzen
from gan_tutorial.measures.frechet import Statistics
from gan_tutorial.measures.parzen import parzen_log_likelihood

rng = np.random.default_rng(0)
BLANK = np.zeros((100, 28, 28, 1), np.float32)


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


def test_samples_that_are_all_one_image_get_extreme_values(mnist):
    same = np.repeat(mnist.train_images[:1], 200, axis=0)
    scores = evaluation.evaluate(same, mnist)
    one = multivariate_normal(same[0].ravel(), scores["parzen_sigma"] ** 2)
    expected = one.logpdf(mnist.test_images.reshape(len(mnist.test_images), -1)).mean()
    assert scores["parzen"] == pytest.approx(expected, rel=1e-6)
    assert scores["parzen"] < 0
    assert scores["covered"] == 1
    assert scores["commonest"] == 1.0
    assert scores["nearest"] == pytest.approx(0, abs=1e-3)
    # A point against a cloud: the shift, and all of the cloud's variance.
    point, cloud = (frechet.statistics(x) for x in (same, mnist.test_images))
    expected = np.sum((point.mean - cloud.mean) ** 2) + np.trace(cloud.covariance)
    assert scores["frechet"] == pytest.approx(expected, rel=1e-4)


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


@pytest.mark.mnist
def test_the_shipped_classifier_is_as_good_as_its_result_says(mnist):
    _, probabilities = classifier.see(mnist.test_images)
    accuracy = np.mean(probabilities.argmax(1) == mnist.test_labels)
    assert accuracy >= 0.99
    assert accuracy == pytest.approx(results.load("digit-classifier")["test_accuracy"], abs=0.0005)


def test_the_shipped_classifier_is_small():
    assert (results.FOLDER / "digit-classifier.npz").stat().st_size < 500_000


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


def test_the_held_out_images_are_the_last_sixth_of_the_training_images(mnist):
    held_out = mnist.held_out
    assert len(held_out) == len(mnist.train_images) // 6  # 10,000 of MNIST, from 50,000
    np.testing.assert_array_equal(held_out[-1], mnist.train_images[-1])


def test_the_floors_are_those_of_training_images_that_are_not_held_out(mnist, monkeypatch):
    seen = []
    monkeypatch.setattr(evaluation, "evaluate", lambda samples, data: seen.append(samples) or {})
    for n in (300, 10**6):
        evaluation.floors(mnist, n)
    five_sixths = len(mnist.train_images) - len(mnist.train_images) // 6
    assert np.array_equal(seen[0], mnist.train_images[:300])
    assert np.array_equal(seen[1], mnist.train_images[:five_sixths])


def test_sigma_is_chosen_on_a_thousand_held_out_images_and_all_test_images_are_scored(
    mnist, monkeypatch
):
    def noting(samples, test, validation):
        assert test is mnist.test_images
        first = len(mnist.train_images) - len(mnist.train_images) // 6  # 50,000 on MNIST
        assert np.array_equal(validation, mnist.train_images[first:][:1000])
        return parzen.Parzen(1.0, 2.0, 3.0)

    monkeypatch.setattr(evaluation, "parzen_log_likelihood", noting)
    assert evaluation.evaluate(mnist.train_images[:100], mnist)["parzen_se"] == 2.0


@pytest.mark.mnist
def test_the_shipped_floors_follow_from_mnist(mnist):
    real, shipped = mnist.train_images[:10_000], results.load("gan-floors")["real"]
    distance = frechet.frechet_distance(real, mnist.test_images)
    assert distance == pytest.approx(shipped["frechet"], rel=0.01)
    assert digits.digit_shares(real).histogram == pytest.approx(shipped["histogram"], abs=0.0005)
    nearest = copies.nearest_neighbours(mnist.test_images[:1000], mnist.train_images)[1]
    assert nearest.mean() == pytest.approx(shipped["nearest"], rel=1e-3)


def test_real_images_stand_at_the_floor_and_noise_far_from_it(mnist):
    floor = evaluation.floors(mnist, n=300)
    noise = evaluation.evaluate(rng.random((300, 28, 28, 1), np.float32), mnist)
    assert floor["samples"] == noise["samples"] == 300
    assert floor["parzen"] > noise["parzen"]
    assert 10 * floor["frechet"] < noise["frechet"]
    assert floor["covered"] > noise["covered"]
    assert 0 < floor["nearest"] < noise["nearest"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: frechet.frechet_distance(BLANK[:64], BLANK), "64 images are too few"),
        (lambda: frechet.statistics(BLANK[:, :14]), r"\(n, 28, 28, 1\), not \(100, 14, 28, 1\)"),
        (lambda: digits.digit_shares(255 * (1 + BLANK)), r"in \[0, 1\], not from 255.0 to 255.0"),
        (lambda: digits.digit_shares(BLANK - 1), r"must lie in \[0, 1\]"),
        (lambda: digits.digit_shares(BLANK * np.nan), "nan"),
        (lambda: digits.digit_shares(BLANK[:0]), "n of at least 1"),
        (lambda: copies.nearest_neighbours(BLANK, BLANK[:, :14]), "train have shape"),
        (
            lambda: parzen_log_likelihood(BLANK[0, 0, 0], BLANK, BLANK),
            r"samples must be \(n, ...\)",
        ),
        (lambda: parzen_log_likelihood(BLANK, BLANK[:, :14], BLANK), "test have shape"),
        (
            lambda: digits.one_nearest_neighbour_error(BLANK, [1], BLANK, range(100)),
            "labels have shape \\(1,\\), but there are 100 images",
        ),
        (
            lambda: digits.one_nearest_neighbour_error(BLANK, range(100), BLANK[:, 1:], [1]),
            "test_images have shape",
        ),
        (lambda: digits.agreement(BLANK, [1, 2]), "labels have shape"),
        (lambda: parzen_log_likelihood(BLANK, BLANK, BLANK + 2), "validation must lie"),
        (lambda: parzen_log_likelihood(BLANK, BLANK[:0], BLANK), "test must be"),
        (lambda: parzen_log_likelihood(BLANK, BLANK, BLANK, [0.1, 0.0]), "sigmas must be numbers"),
        (lambda: parzen_log_likelihood(BLANK, BLANK, BLANK, []), "sigmas must be numbers"),
        (lambda: digits.digit_shares(BLANK.astype(str)), "images must be numbers"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_results_are_found_by_name():
    assert "digit-classifier" in results.names()
    with pytest.raises(ValueError, match="unknown result 'fid': choose one of"):
        results.load("fid")
    with pytest.raises(ValueError, match="digit-classifier has no weights of step 3"):
        results.weights("digit-classifier", 3)
    with pytest.raises(ValueError, match="gan-article has no weights of step 3: .*0, 200, 1000"):
        results.weights("gan-article", 3)
    with pytest.raises(ValueError, match="gan-article has weights of several steps: .*0, 200"):
        results.weights("gan-article")
