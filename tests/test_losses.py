"""Losses against closed forms in float64, from logits of -100 to 100."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_tutorial import losses

LOGITS = np.concatenate([np.linspace(-100, 100, 401), [-8, 1e-3, 0]])[:, np.newaxis]


def softplus(a):
    return np.logaddexp(0, a)


def sigmoid(a):
    return np.exp(-softplus(-a))


# name: (D's loss a real logit, D's loss a fake logit, G's loss a fake logit), and their derivatives
CLOSED_FORMS = {
    "minimax": (
        (lambda a: softplus(-a), softplus, lambda a: -softplus(a)),
        (lambda a: sigmoid(a) - 1, sigmoid, lambda a: -sigmoid(a)),
    ),
    "non-saturating": (
        (lambda a: softplus(-a), softplus, lambda a: softplus(-a)),
        (lambda a: sigmoid(a) - 1, sigmoid, lambda a: sigmoid(a) - 1),
    ),
    "least-squares": (
        (lambda a: (a - 1) ** 2 / 2, lambda a: a**2 / 2, lambda a: (a - 1) ** 2 / 2),
        (lambda a: a - 1, lambda a: a, lambda a: a - 1),
    ),
    "wasserstein": (
        (lambda a: -a, lambda a: a, lambda a: -a),
        (lambda a: -np.ones_like(a), np.ones_like, lambda a: -np.ones_like(a)),
    ),
    "hinge": (
        (lambda a: np.maximum(0, 1 - a), lambda a: np.maximum(0, 1 + a), lambda a: -a),
        (lambda a: -1.0 * (a < 1), lambda a: 1.0 * (a > -1), lambda a: -np.ones_like(a)),
    ),
}


def tensors():
    real = tf.constant(LOGITS, tf.float32)
    return real, tf.constant(LOGITS[::-1] * 0.7, tf.float32)


def test_every_loss_has_a_closed_form_here():
    # The relativistic pair looks at both logits at once: tests/test_penalties.py has it.
    assert {*CLOSED_FORMS, "relativistic"} == set(losses.LOSSES)


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_values_are_the_closed_forms(name):
    loss, (real, fake) = losses.get(name), tensors()
    d_real, d_fake, g_fake = CLOSED_FORMS[name][0]
    a, b = real.numpy().astype(float), fake.numpy().astype(float)
    expected = d_real(a).mean() + d_fake(b).mean()
    assert float(loss.discriminator(real, fake)) == pytest.approx(expected, rel=1e-5, abs=1e-5)
    mean = g_fake(b).mean()
    assert float(loss.generator(None, fake)) == pytest.approx(mean, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_gradients_are_the_closed_forms_up_to_logits_of_100(name):
    loss, (real, fake) = losses.get(name), tensors()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        d_loss, g_loss = loss.discriminator(real, fake), loss.generator(None, fake)
    found = (*tape.gradient(d_loss, [real, fake]), tape.gradient(g_loss, fake))
    for gradient, slope, at in zip(found, CLOSED_FORMS[name][1], (real, fake, fake), strict=True):
        expected = slope(at.numpy().astype(float)) / len(LOGITS)
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-9)


def test_an_undecided_discriminator_pays_log_4_and_the_generator_log_2():
    undecided = np.zeros((8, 1), "float32")
    loss = losses.get("non-saturating")
    assert float(loss.discriminator(undecided, undecided)) == pytest.approx(math.log(4))
    assert float(loss.generator(undecided, undecided)) == pytest.approx(math.log(2))
    assert float(losses.value(undecided, undecided)) == pytest.approx(-math.log(4))


def test_d_loss_is_binary_cross_entropy_with_real_1_and_fake_0():
    real, fake = tensors()
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    expected = entropy(tf.ones_like(real), real) + entropy(tf.zeros_like(fake), fake)
    assert float(losses.sigmoid_d_loss(real, fake)) == pytest.approx(float(expected), rel=1e-6)


def test_a_discriminator_that_is_right_pays_less_than_one_that_is_wrong():
    right, wrong = np.full((4, 1), 3, "float32"), np.full((4, 1), -3, "float32")
    for loss in losses.LOSSES.values():
        assert loss.discriminator(right, wrong) < loss.discriminator(wrong, right)
        real = right if loss.relativistic else None
        assert loss.generator(real, right) < loss.generator(real, wrong)


def test_minimax_saturates_where_a_fake_is_rejected_and_non_saturating_does_not():
    logit = tf.constant([[-8.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logit)
        minimax, other = (
            losses.minimax_g_loss(None, logit),
            losses.non_saturating_g_loss(None, logit),
        )
    assert abs(tape.gradient(minimax, logit).numpy().item()) == pytest.approx(0.0003, abs=5e-5)
    assert abs(tape.gradient(other, logit).numpy().item()) == pytest.approx(0.9997, abs=5e-5)


def test_losses_average_over_the_steps_of_a_sequence_too():
    logits = np.random.default_rng(0).normal(size=(3, 5, 1)).astype("float32")
    flat = logits.reshape(-1, 1)
    for loss in losses.LOSSES.values():
        sequence = float(loss.discriminator(logits, -logits))
        assert sequence == pytest.approx(float(loss.discriminator(flat, -flat)), rel=1e-6)


def test_an_unknown_loss_lists_the_known_ones():
    with pytest.raises(ValueError, match="'gentle'.*minimax, non-saturating, least-squares"):
        losses.get("gentle")


def test_a_loss_of_ones_own_passes_through():
    own = losses.Loss("own", losses.hinge_d_loss, losses.non_saturating_g_loss)
    assert losses.get(own) is own
