"""LSTM players: what they compute, what they cannot see, and the measures for sequences."""

import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from gan_tutorial import Trainer, losses, results
from gan_tutorial.algorithm import sample
from gan_tutorial.experiments import lstm_gan as reproduce_lstm_gan
from gan_tutorial.measures import mmd, tstr
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


# ---- the two players


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


# ---- the data


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


# ---- MMD


def test_mmd_is_the_sum_over_all_pairs():
    real, fake = rng.normal(size=(7, 2, 3)), rng.normal(size=(5, 2, 3)) + 0.5
    kernel = {}
    for name, a, b in (("rr", real, real), ("ff", fake, fake), ("rf", real, fake)):
        distances = cdist(a.reshape(len(a), -1), b.reshape(len(b), -1))
        kernel[name] = np.exp(-(distances**2) / (2 * 1.7**2))
    expected = (
        sum(kernel["rr"][i, j] for i in range(7) for j in range(7) if i != j) / 42
        + sum(kernel["ff"][i, j] for i in range(5) for j in range(5) if i != j) / 20
        - 2 * kernel["rf"].mean()
    )
    assert mmd.mmd(real, fake, 1.7) == pytest.approx(expected, abs=1e-12)


def test_mmd_is_unbiased():
    # The biased estimate would be near (1 - E k) 2 / n = 0.09 here.
    values = [mmd.mmd(rng.normal(size=(10, 2)), rng.normal(size=(10, 2)), 1) for _ in range(400)]
    assert abs(np.mean(values)) < 4 * np.std(values) / 20
    assert min(values) < 0


def test_mmd_is_small_for_sines_and_large_for_noise():
    real, others = lstm_gan.sines(500, seed=1), lstm_gan.sines(500, seed=2)
    noise = rng.normal(0, real.std(), real.shape)
    sigma = mmd.bandwidth(lstm_gan.sines(500, seed=3), noise)
    assert abs(mmd.mmd(real, others, sigma)) < 0.002
    assert mmd.mmd(real, noise, sigma) > 0.02


def test_the_bandwidth_is_that_of_the_difference():
    # Two fine grids, shifted by half a cell, look the same to a wide kernel.
    grid = rng.integers(0, 10, size=(300, 1)).astype(float)
    sigma = mmd.bandwidth(grid, rng.integers(0, 10, size=(300, 1)) + 0.5)
    assert sigma < 0.5
    wide = mmd.bandwidth(rng.normal(size=(300, 1)), rng.normal(size=(300, 1)) + 3)
    assert wide > 0.5


@pytest.mark.parametrize(
    ("real", "fake", "sigma", "message"),
    [
        (np.zeros((3, 2)), np.zeros((3, 3)), 1, "shapes"),
        (np.zeros((3, 2)), np.zeros((1, 2)), 1, "two samples"),
        (np.zeros((3, 2)), np.zeros((3, 2)), 0, "sigma"),
    ],
)
def test_mmd_refuses_what_does_not_fit(real, fake, sigma, message):
    with pytest.raises(ValueError, match=message):
        mmd.mmd(real, fake, sigma)


# ---- train on synthetic, test on real


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


# ---- the long runs


def test_the_split_and_the_schedule_are_the_authors(mnist):
    parts = reproduce_lstm_gan.digits_split(mnist)
    n = int(np.isin(mnist.train_labels, (0, 1, 2)).sum())
    sizes = [len(rows) for rows, _ in parts]
    assert sum(sizes) == n
    assert sizes[0] == math.ceil(0.6 * n)
    assert all(set(labels.tolist()) == {0, 1, 2} for _, labels in parts)
    # 11,174 sequences are 399 whole batches of 28, and 8,400 sines are 300.
    assert reproduce_lstm_gan.steps_of("digits", 11_174) == 191 * 399
    assert reproduce_lstm_gan.steps_of("sines", 8400) == 500 * 300


def test_players_of_all_seeds_differ():
    first = [reproduce_lstm_gan.digits_trainer(seed) for seed in range(3)]
    kernels = [t.generator.get_weights()[1] for t in first]
    kernels += [t.discriminator.get_weights()[1] for t in first]
    for i, kernel in enumerate(kernels):
        assert all(np.abs(kernel - other).max() > 0.01 for other in kernels[:i])


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(reproduce_lstm_gan, "STOPS", (0, 0.5, 1))
    monkeypatch.setattr(reproduce_lstm_gan, "MEASURED", 100)
    monkeypatch.setattr(reproduce_lstm_gan, "SINES", 500)
    monkeypatch.setattr(reproduce_lstm_gan, "steps_of", lambda kind, n: 4)
    monkeypatch.setattr(tstr, "EPOCHS", 1)


def few(mnist, n=300):
    return mnist._replace(train_images=mnist.train_images[:n], train_labels=mnist.train_labels[:n])


def test_digits_are_chosen_on_validation_data(short, mnist, tmp_path):
    import json

    reproduce_lstm_gan.reproduce_digits(1, few(mnist), tmp_path, 10)
    result = json.loads((tmp_path / "lstm-gan-digits-1.json").read_text())
    for kind in ("chosen", "averaged"):
        found = result[kind]
        assert [row["step"] for row in found["snapshots"]] == [2, 4]
        scores = np.array([row["tstr"] for row in found["snapshots"]])
        assert scores.shape == (2, reproduce_lstm_gan.JUDGES)
        best = found["snapshots"][int(np.argmax(scores.max(1)))]
        assert found["step"] == best["step"]
        assert best["tstr"][found["judge"]] == scores.max()
        assert {"real", "tstr", "trts"} < set(found)
    with np.load(tmp_path / "lstm-gan-digits-1.npz") as kept:
        assert all(key.startswith(f"{result['averaged']['step']}/") for key in kept.files)


def test_sines_are_measured_beside_real_ones_and_noise(short, mnist, tmp_path):
    import json

    reproduce_lstm_gan.reproduce_sines(few(mnist), tmp_path, 10)
    result = json.loads((tmp_path / "lstm-gan-sines.json").read_text())
    assert [row["step"] for row in result["snapshots"]] == [0, 2, 4]
    real, noise = result["chosen"]["real"], result["chosen"]["noise"]
    assert abs(real["mmd"]) < 0.1 * noise["mmd"]
    assert abs(real["mmd_protocol"]) < 0.1 * noise["mmd_protocol"]
    assert real["in_band"] > 0.98 > 0.6 > noise["in_band"]


@pytest.mark.mnist
@pytest.mark.parametrize("seed", [0, 3])
def test_a_shipped_score_follows_from_shipped_weights(mnist, seed):
    split = reproduce_lstm_gan.digits_split(mnist)
    found = results.load(f"lstm-gan-digits-{seed}")["averaged"]
    generator = lstm_gan.make_lstm_generator(14, 3, 14, classes=3)
    generator.set_weights(results.weights(f"lstm-gan-digits-{seed}", found["step"]))
    train, validation, test = [(lstm_gan.images_of(x), y) for x, y in split]
    fakes = sample(generator, len(train[1]), labels=train[1], prior="normal")
    [tstr_again] = tstr.transfer_accuracy((lstm_gan.images_of(fakes), train[1]), [test], validation)
    # Another machine's rounding may end the judge's training an epoch earlier or later.
    assert tstr_again == pytest.approx(found["tstr"], abs=0.02)


def test_samples_take_the_labels_they_are_given():
    generator, _ = small_pair(3)
    z = np.zeros((3, 6, 2), np.float32)
    drawn = sample(generator, z=z, labels=[0, 1, 2])
    assert np.abs(drawn[0] - drawn[1]).max() > 1e-3
    assert np.abs(drawn[1] - drawn[2]).max() > 1e-3
