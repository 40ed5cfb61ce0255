"""LSTM-GAN: both networks in NumPy, the paper's sizes, sines by their formula, rows of images."""

import math

import numpy as np
import pytest

from gan_tutorial import Trainer, losses
from gan_tutorial.models import lstm_gan

rng = np.random.default_rng(0)


def small_pair(classes=0):
    return (
        lstm_gan.make_lstm_generator(6, 2, 3, units=4, classes=classes),
        lstm_gan.make_lstm_discriminator(6, 3, units=4, classes=classes),
    )


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def lstm_by_hand(x, kernel, recurrent, bias):
    """Hochreiter and Schmidhuber's cell with a forget gate, in NumPy, one step after another."""
    h = c = np.zeros((len(x), len(recurrent)))
    outputs = []
    for t in range(x.shape[1]):
        gates = x[:, t] @ kernel + h @ recurrent + bias
        i, f, g, o = np.split(gates, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, 1)


@pytest.mark.parametrize("classes", [0, 3])
def test_both_compute_what_numpy_computes(classes):
    labels = np.eye(3, dtype=np.float32)[[0, 2, 1, 1, 0]]
    for model in small_pair(classes):
        x = rng.normal(size=(5, *model.inputs[0].shape[1:])).astype(np.float32)
        *lstm, kernel, bias = (np.float64(weight) for weight in model.get_weights())
        joined = np.concatenate([x, np.repeat(labels[:, None], 6, 1)], 2) if classes else x
        expected = lstm_by_hand(joined, *lstm) @ kernel + bias
        if model.name == "generator":
            expected = np.tanh(expected)
        found = model([x, labels] if classes else x, training=True)
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_sizes_are_the_papers():
    generator = lstm_gan.make_lstm_generator(14, 3, 14, classes=3)
    discriminator = lstm_gan.make_lstm_discriminator(14, 14, classes=3)
    assert generator.count_params() == 4 * 100 * (3 + 3 + 100 + 1) + 100 * 14 + 14
    assert discriminator.count_params() == 4 * 100 * (14 + 3 + 100 + 1) + 100 + 1
    assert generator.output_shape == (None, 14, 14)
    assert discriminator.output_shape == (None, 14, 1)
    assert lstm_gan.make_lstm_generator().input_shape == (None, 30, 5)


def test_first_weights_are_the_authors():
    generator = lstm_gan.make_lstm_generator(14, 3, 14, classes=3)
    discriminator = lstm_gan.make_lstm_discriminator(14, 14, classes=3)
    for model, bias, width in ((generator, 1, 6), (discriminator, 0, 17)):
        kernel, recurrent, biases, out, _ = model.get_weights()
        bound = math.sqrt(6 / (width + 500))
        for matrix in (kernel, recurrent):
            assert 0.95 * bound < np.abs(matrix).max() <= bound
        gates = biases.reshape(4, 100)
        np.testing.assert_array_equal(gates, np.full((4, 100), bias) + np.eye(4)[:, 1:2])
        assert np.abs(out).max() <= 2  # two standard deviations
        assert 0.6 < out.std() < 1.1
    again = lstm_gan.make_lstm_generator(14, 3, 14, classes=3, seed=5)
    assert np.abs(again.get_weights()[0] - generator.get_weights()[0]).max() > 0.01


def test_later_noise_does_not_change_what_was_drawn():
    generator, discriminator = small_pair()
    for model in (generator, discriminator):
        x = rng.normal(size=(2, *model.inputs[0].shape[1:])).astype(np.float32)
        changed = x.copy()
        changed[:, 4:] += 1
        before, after = np.asarray(model(x)), np.asarray(model(changed))
        np.testing.assert_array_equal(before[:, :4], after[:, :4])
        assert np.abs(before[:, 4:] - after[:, 4:]).min(axis=(0, 2)).min() > 0


def test_an_undecided_discriminator_pays_log_2_at_every_step_for_each_kind():
    logits = np.zeros((8, 14, 1), np.float32)
    loss = losses.get("non-saturating")
    assert float(loss.discriminator(logits, logits)) == pytest.approx(2 * math.log(2))
    assert float(loss.generator(logits, logits)) == pytest.approx(math.log(2))


def test_the_optimizers_are_the_papers():
    d_optimizer, g_optimizer = lstm_gan.make_lstm_optimizers()
    assert float(d_optimizer.learning_rate) == pytest.approx(0.1)
    assert d_optimizer.momentum == 0
    assert float(g_optimizer.learning_rate) == pytest.approx(1e-3)


@pytest.mark.parametrize("make", [lstm_gan.make_lstm_generator, lstm_gan.make_lstm_discriminator])
@pytest.mark.parametrize("argument", ["steps", "features", "units"])
def test_sizes_below_one_are_refused(make, argument):
    with pytest.raises(ValueError, match=argument):
        make(**{argument: 0})


def test_a_conditional_pair_trains_resumes_and_samples(tmp_path, weights, same):
    x = np.tanh(rng.normal(size=(50, 6, 3))).astype(np.float32)
    y = np.arange(50) % 3

    def trainer():
        d_optimizer, g_optimizer = lstm_gan.make_lstm_optimizers()
        return Trainer(
            *small_pair(3), d_optimizer=d_optimizer, g_optimizer=g_optimizer, batch_size=8,
            prior="normal", g_steps=2, data_range=(-1, 1), steps_per_execution=2,
        )  # fmt: skip

    whole, part, resumed = trainer(), trainer(), trainer()
    whole.fit(x, 4, labels=y, progress=False)
    part.fit(x, 2, labels=y, progress=False)
    part.save(tmp_path)
    resumed.restore(tmp_path).fit(x, 2, labels=y, progress=False)
    assert same(weights(whole.generator), weights(resumed.generator))
    samples = whole.sample(5, labels=[0, 1, 2, 0, 1])
    assert samples.shape == (5, 6, 3)
    assert np.abs(samples).max() <= 1


def test_sines_are_the_formula():
    waves = lstm_gan.sines(3000)
    assert waves.shape == (3000, 30, 1)
    assert waves.dtype == np.float32
    # A sum of two frequencies, or a drift, would break the recurrence of a sine:
    # s(t - 1) + s(t + 1) = 2 cos(2 pi f / 30) s(t).
    s = np.float64(waves[..., 0])
    sums, middle = s[:, :-2] + s[:, 2:], s[:, 1:-1]
    slope = (sums * middle).sum(1) / (middle**2).sum(1)
    np.testing.assert_allclose(sums, slope[:, None] * middle, atol=1e-5)
    frequency = np.arccos(np.clip(slope / 2, -1, 1)) * 30 / (2 * np.pi)
    assert 1 <= frequency.min() < 1.05 and 4.95 < frequency.max() <= 5.001  # noqa: PT018
    assert frequency.mean() == pytest.approx(3, abs=0.1)
    assert 0.85 < np.abs(s).max() <= 0.9


def test_peaks_lie_where_the_sines_are():
    t = np.arange(1, 31)
    for frequency in (1, 2.5, 4.75):
        wave = np.sin(2 * np.pi * frequency * t / 30 + 0.4)[None, :, None]
        assert lstm_gan.peaks(wave)[0] == pytest.approx(frequency, abs=0.3)
    assert lstm_gan.share_in_band(lstm_gan.sines(2000)) > 0.99
    assert lstm_gan.share_in_band(rng.normal(size=(2000, 30, 1))) < 0.5


def test_rows_keep_what_an_image_shows(mnist):
    sequences = lstm_gan.rows_of(mnist.train_images[:50])
    assert sequences.shape == (50, 14, 14)
    assert sequences.dtype == np.float32
    assert np.abs(sequences).max() <= 1
    back = lstm_gan.images_of(sequences)
    means = mnist.train_images[:50].reshape(50, 14, 2, 14, 2).mean((2, 4))
    assert np.corrcoef(back.ravel(), means.ravel())[0, 1] > 0.97  # not turned, not mirrored


@pytest.mark.parametrize("images", [np.zeros((2, 28, 28)), np.full((2, 28, 28, 1), 1.1)])
def test_rows_refuse_other_images(images):
    with pytest.raises(ValueError, match="images must"):
        lstm_gan.rows_of(images)
