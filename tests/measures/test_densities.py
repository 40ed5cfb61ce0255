"""The best discriminator, its value and the divergence: closed forms and adaptive quadrature."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from gan_tutorial.measures.densities import (
    best_discriminator,
    best_value,
    jensen_shannon,
)

X = np.linspace(-40, 40, 16001)
STANDARD = stats.norm.pdf(X)


def numbers(mean, spread):
    """What the explorer computes for a setting of its sliders."""
    q = stats.norm.pdf(X, mean, spread)
    return best_value(X, STANDARD, q), jensen_shannon(X, STANDARD, q)


def test_the_best_discriminator_of_two_normals_is_a_logistic_curve():
    # N(1, 1) against N(-1, 1): log p/q = 2x, so D* is the sigmoid of 2x.
    x = np.linspace(-5, 5, 101)
    found = best_discriminator(stats.norm.pdf(x, 1), stats.norm.pdf(x, -1))
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-2 * x)), rtol=1e-10)


def test_the_best_discriminator_is_undecided_where_nothing_is_drawn():
    assert best_discriminator([0.0, 0.2, 0.0], [0.0, 0.0, 0.7]).tolist() == [0.5, 1.0, 0.0]


def test_swapping_real_and_fake_turns_the_verdict_round():
    p, q = stats.norm.pdf(X), stats.norm.pdf(X, 2, 0.5)
    np.testing.assert_allclose(best_discriminator(p, q) + best_discriminator(q, p), 1)


def test_no_other_discriminator_gets_a_higher_value():
    real, fake = stats.norm(), stats.norm(1.5, 2)
    p, q, best_logit = real.pdf(X), fake.pdf(X), real.logpdf(X) - fake.logpdf(X)

    def value(logit):  # log D = -log(1 + e^-a), log(1 - D) = -log(1 + e^a)
        return -integrate.trapezoid(p * np.logaddexp(0, -logit) + q * np.logaddexp(0, logit), X)

    best = best_value(X, p, q)
    assert value(best_logit) == pytest.approx(best, abs=1e-9)
    for shift, bump in np.random.default_rng(0).normal(0, 0.3, (50, 2)):
        assert value(best_logit + shift + bump * np.sin(X)) < best


def test_equal_densities_have_divergence_0_and_value_minus_log_4():
    value, divergence = numbers(0.0, 1.0)
    assert divergence == pytest.approx(0, abs=1e-12)
    assert value == pytest.approx(-math.log(4), abs=1e-9)


def test_densities_far_apart_have_divergence_log_2_and_value_0():
    value, divergence = numbers(25.0, 0.4)
    assert divergence == pytest.approx(math.log(2), abs=1e-9)
    assert value == pytest.approx(0, abs=1e-9)


def test_the_divergence_of_overlapping_uniforms_is_log_2_times_the_share_apart():
    # U(0, 2) and U(1, 3): where they overlap both log-ratios are 0, elsewhere they are log 2.
    found = jensen_shannon(X, stats.uniform.pdf(X, 0, 2), stats.uniform.pdf(X, 1, 2))
    assert found == pytest.approx(math.log(2) / 2, abs=5e-3)


def test_the_divergence_does_not_depend_on_the_order():
    p, q = stats.norm.pdf(X, -1, 0.7), stats.norm.pdf(X, 1, 2)
    assert jensen_shannon(X, p, q) == pytest.approx(jensen_shannon(X, q, p), abs=1e-14)


@pytest.mark.parametrize(("mean", "spread"), [(2.0, 1.0), (-4.0, 0.4), (4.0, 3.0), (0.5, 2.0)])
def test_the_value_is_minus_log_4_plus_twice_the_divergence(mean, spread):
    value, divergence = numbers(mean, spread)
    assert value == pytest.approx(-math.log(4) + 2 * divergence, abs=1e-9)


@pytest.mark.parametrize(("mean", "spread"), [(2.0, 1.0), (-3.0, 0.5), (1.0, 3.0)])
def test_value_and_divergence_agree_with_adaptive_quadrature(mean, spread):
    p, q = stats.norm(), stats.norm(mean, spread)

    def kl(a, b, x):
        return a.pdf(x) * (a.logpdf(x) - np.logaddexp(a.logpdf(x), b.logpdf(x)))

    value, _ = integrate.quad(lambda x: kl(p, q, x) + kl(q, p, x), -30, 30, points=(0, mean))
    assert numbers(mean, spread) == pytest.approx((value, (value + math.log(4)) / 2), abs=1e-8)
