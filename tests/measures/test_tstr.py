"""Judges that learn from one set and read another: TSTR and TRTS."""

import numpy as np
import pytest

from gan_tutorial.experiments import lstm_gan as reproduce_lstm_gan
from gan_tutorial.measures import tstr
from gan_tutorial.models import lstm_gan

rng = np.random.default_rng(0)


def test_the_judge_has_the_papers_layers():
    assert tstr.make_judge().count_params() == (
        16 * (9 + 1) + 32 * (16 * 9 + 1) + 128 * (5 * 5 * 32 + 1) + 3 * (128 + 1)
    )


def test_a_judge_that_learned_wrong_labels_is_wrong():
    bright = np.zeros((300, 14, 14, 1), np.float32)
    labels = np.arange(300) % 3
    bright[labels == 1, :7] = 1
    bright[labels == 2, :, :7] = 1
    right, turned = tstr.transfer_accuracy(
        (bright, labels), [(bright, labels), (bright, (labels + 1) % 3)], epochs=5
    )
    assert (right, turned) == (1, 0)


def test_a_judge_stops_when_the_validation_loss_rises(monkeypatch):
    rng, judges, make_judge = np.random.default_rng(0), [], tstr.make_judge
    monkeypatch.setattr(tstr, "make_judge", lambda *a: judges.append(make_judge(*a)) or judges[-1])
    labels = np.arange(300) % 3
    images = np.float32(rng.random((300, 14, 14, 1)) + labels[:, None, None, None]) / 3
    for offset in (1, 0):  # wrong labels to validate with: what is learned makes the loss rise
        validation = images, (labels + offset) % 3
        tstr.transfer_accuracy((images, labels), [(images, labels)], validation, epochs=8)
    misled, led = (len(judge.history.epoch) for judge in judges)
    assert misled < 5 < led


def test_labels_that_do_not_fit_are_refused():
    images = np.zeros((3, 14, 14, 1))
    with pytest.raises(ValueError, match="labels"):
        tstr.transfer_accuracy((images, [0, 1]), [])


@pytest.mark.mnist
def test_real_digits_teach_real_digits(mnist):
    train, _, test = reproduce_lstm_gan.digits_split(mnist)
    pairs = [(lstm_gan.images_of(x), y) for x, y in (train, test)]
    assert tstr.transfer_accuracy(pairs[0], [pairs[1]], epochs=4)[0] >= 0.985
