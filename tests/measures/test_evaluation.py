"""All measures together: what they must say of real digits and of noise, and what they refuse."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from gan_tutorial import results
from gan_tutorial.measures import copies, digits, evaluation, frechet, parzen
from gan_tutorial.measures.parzen import parzen_log_likelihood

rng = np.random.default_rng(0)
BLANK = np.zeros((100, 28, 28, 1), np.float32)


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


def test_the_floors_are_those_of_training_images_that_are_not_held_out(mnist, monkeypatch):
    seen = []
    monkeypatch.setattr(evaluation, "evaluate", lambda samples, *_: seen.append(samples) or {})
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
