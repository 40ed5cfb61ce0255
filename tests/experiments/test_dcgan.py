"""The runs of DCGAN: the authors' schedule, resuming, moments, and snapshots of statistics."""

import json

import numpy as np
import pytest

from gan_tutorial.data import Data
from gan_tutorial.experiments import dcgan as reproduce_dcgan
from gan_tutorial.experiments import longrun
from gan_tutorial.measures import digits
from gan_tutorial.models import dcgan
from tests.models.pairs import (
    conditional_pair,
    each_pair,
    fit,
    make_trainer,
    pictures,
    small_pair,
    trainable,
)


@pytest.fixture
def few(mnist, monkeypatch):
    """A dataset of a few digits, and sizes to which a long run shrinks."""
    monkeypatch.setattr(longrun, "SAMPLES", 200)
    monkeypatch.setattr(reproduce_dcgan, "SMALLER", {"width": 2, "dense": 4, "steps": 4})
    monkeypatch.setattr(reproduce_dcgan, "MLP_STEPS", 4)
    monkeypatch.setattr(reproduce_dcgan, "STOPS", (0, 0.5, 1))
    train, test = slice(300), slice(150)
    return Data(
        mnist.train_images[train], mnist.train_labels[train],
        mnist.test_images[test], mnist.test_labels[test], "digits",
    )  # fmt: skip


def test_the_rate_is_constant_and_then_falls_to_0():
    trainer = reproduce_dcgan.conditional_trainer(1, 1, 1000)
    for optimizer in (trainer.d_optimizer, trainer.g_optimizer):
        rates = []
        for step in (0, 499, 500, 750, 999, 1000, 1100):
            optimizer.iterations.assign(step)
            rates.append(float(optimizer.learning_rate))
        assert rates == pytest.approx([2e-4, 2e-4, 2e-4, 1e-4, 4e-7, 0, 0], rel=1e-3)


def test_the_authors_epochs_are_39100_steps():
    batches = -(-50_000 // 128)
    assert reproduce_dcgan.FULL["steps"] == 200 * batches // 2  # each goes to one of the players
    full = reproduce_dcgan.FULL
    generator = dcgan.make_conditional_dcgan_generator(width=full["width"], dense=full["dense"])
    assert trainable(generator) == 6_820_538


@pytest.mark.parametrize("part", ["conditional", "mlp"])
def test_a_long_run_goes_on_and_scores_its_last_snapshot(few, tmp_path, part):
    run = reproduce_dcgan.PARTS[part]
    run(few, tmp_path, 1e-6)  # the time is up after one compiled call
    path = tmp_path / f"dcgan-{part}.json"
    first = json.loads(path.read_text())
    assert first["steps"] == 2
    run(few, tmp_path, 5)
    result = json.loads(path.read_text())
    assert [row["step"] for row in result["snapshots"]] == [0, 2, 4]
    assert result["snapshots"][:2] == first["snapshots"]
    assert result["images"] == result["last"]["samples"] == 250
    assert result["seconds_a_step"] == pytest.approx(result["seconds"] / 4, abs=1e-4)
    # Again from the weights that were kept: labels as often as among the images.
    make = {
        "conditional": lambda: reproduce_dcgan.conditional_trainer(**reproduce_dcgan.SMALLER),
        "mlp": reproduce_dcgan.mlp_trainer,
    }[part]
    trainer, labels = make(), few.train_labels[:250]
    with np.load(tmp_path / f"dcgan-{part}.npz") as kept:
        weights = [kept[f"4/{i}"] for i in range(len(kept.files))]
        assert all(weight.dtype == np.float16 for weight in weights)
    trainer.generator.set_weights([weight.astype(np.float32) for weight in weights])
    samples = trainer.sample(250, labels=labels)
    error = digits.one_nearest_neighbour_error(samples, labels, few.test_images, few.test_labels)
    assert result["last"]["error"] == pytest.approx(error, abs=1e-4)
    assert result["parameters"]["generator"] == trainable(trainer.generator)


def test_real_images_are_the_check(few, tmp_path):
    reproduce_dcgan.reproduce_real(few, tmp_path, 1)
    result = json.loads((tmp_path / "dcgan-real.json").read_text())
    assert (result["last"]["samples"], result["all"]["samples"]) == (250, 300)
    assert result["last"]["error"] < 0.5  # a blind guess is wrong nine times of ten
    assert not (tmp_path / "dcgan-real.npz").exists()


def test_the_speed_is_that_of_the_full_size(few, tmp_path, monkeypatch):
    sizes = {"width": 2, "dense": 4, "steps": 4}
    monkeypatch.setattr(reproduce_dcgan, "FULL", sizes)
    reproduce_dcgan.reproduce_speed(few, tmp_path, 1)
    result = json.loads((tmp_path / "dcgan-speed.json").read_text())
    assert sizes.items() <= result["settings"].items()
    assert 0 < 30 * result["seconds_a_step"] <= result["seconds"]


def test_live_runs_are_measured_at_moments_and_not_again(few, tmp_path, monkeypatch):
    monkeypatch.setattr(reproduce_dcgan, "LIVE_SECONDS", (0, 0.001, 2))
    monkeypatch.setattr(reproduce_dcgan, "LIVE_SEEDS", (0,))
    reproduce_dcgan.reproduce_live(few, tmp_path, 1)
    runs = json.loads((tmp_path / "dcgan-live.json").read_text())["runs"]
    assert list(runs) == ["dcgan-0", "mlp-0"]
    for rows in runs.values():
        assert len(rows) == 3
        assert rows[-1]["seconds"] >= 2
        steps = [row["step"] for row in rows]
        assert steps == sorted(set(steps))
        assert steps[0] > 1
        assert len({row["frechet"] for row in rows}) == 3  # of three generators, not of the last
    kept = tmp_path / "live.json"
    kept.write_text(json.dumps({**runs, "mlp-0": runs["mlp-0"][:1]}))
    reproduce_dcgan.reproduce_live(few, tmp_path, 1)
    assert (
        json.loads((tmp_path / "dcgan-live.json").read_text())["runs"]["mlp-0"] == runs["mlp-0"][:1]
    )


def test_a_moments_weights_are_those_of_its_step():
    moments = reproduce_dcgan.Moments((0, 0))
    images = pictures()
    twins = [make_trainer(small_pair(), steps_per_execution=2) for _ in range(2)]
    twins[0].fit(images, 50, report_every=50, callbacks=[moments], progress=False)
    assert [step for _, step, _ in moments.kept] == [2, 4]
    assert twins[0].step == 4
    twins[1].fit(images, 2, progress=False)
    for kept, weight in zip(moments.kept[0][2], twins[1].generator.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight)


@each_pair
def test_half_precision_is_enough_for_statistics_too(make_pair, tmp_path):
    trainer = make_trainer(make_pair())
    fit(trainer, 30)
    labels = np.arange(50) % 4 if make_pair is conditional_pair else None
    samples = trainer.sample(50, labels=labels)
    longrun.keep_snapshot(tmp_path, trainer.step, trainer.sampler)
    rounded = longrun.read_snapshot(tmp_path / "step-00000030.npz")
    trainer.generator.set_weights(rounded)
    np.testing.assert_allclose(trainer.sample(50, labels=labels), samples, atol=0.01)


def test_a_statistic_too_large_for_half_precision_is_refused(tmp_path):
    trainer = make_trainer(small_pair())
    trainer.generator.layers[2].moving_variance.assign(np.full(96, 1e6))
    with pytest.raises(FloatingPointError, match="overflow"):
        longrun.keep_snapshot(tmp_path, trainer.step, trainer.sampler)
    assert not list(tmp_path.iterdir())
