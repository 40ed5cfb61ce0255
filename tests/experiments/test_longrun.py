"""Long runs: interrupted, resumed, out of time, and measured once."""

import json

import numpy as np
import pytest

from gan_tutorial import make_generator
from gan_tutorial.checkpoints import find
from gan_tutorial.experiments import longrun
from gan_tutorial.measures import evaluation

STOPS = (0, 10, 30, 60)


def snapshots(folder):
    return {path.name: longrun.read_snapshot(path) for path in find(folder / "snapshots")}


@pytest.fixture
def whole_weights(make_trainer, dots, tmp_path):
    """The last weights of G of a run that nothing interrupted."""
    trainer = make_trainer()
    assert longrun.train_in_pieces(trainer, dots, tmp_path / "whole", STOPS, 5)
    return trainer.generator.get_weights()


@pytest.fixture
def whole(whole_weights, tmp_path):
    """The snapshots of that run."""
    return snapshots(tmp_path / "whole")


def test_a_run_that_was_interrupted_ends_with_the_same_snapshots(
    make_trainer, dots, tmp_path, whole, whole_weights, same, monkeypatch
):
    folder = tmp_path / "parts"
    for stop_at in (5, 17, 60):
        trainer = make_trainer(steps_per_execution=1)
        time_is_up = lambda clock, t=trainer, n=stop_at: t.step >= n  # noqa: E731
        monkeypatch.setattr(longrun.Clock, "is_up", time_is_up)
        done = longrun.train_in_pieces(trainer, dots, folder, STOPS, 5, save_every=4)
        assert trainer.step == stop_at
    assert done
    assert all(map(np.array_equal, trainer.generator.get_weights(), whole_weights))
    parts = snapshots(folder)
    assert whole.keys() == {f"step-{step:08d}.npz" for step in STOPS}
    assert parts.keys() - whole.keys() == {"step-00000005.npz", "step-00000017.npz"}
    assert all(same(parts[name], whole[name]) for name in whole)


def test_a_run_ends_when_its_minutes_over_all_sittings_are_up(make_trainer, dots, tmp_path):
    trainer = make_trainer(steps_per_execution=1)
    assert not longrun.train_in_pieces(trainer, dots, tmp_path, (100_000,), 0.01)
    first = trainer.step
    assert 0 < first < 100_000
    assert json.loads((tmp_path / "seconds.json").read_text()) >= 0.6
    again = make_trainer(steps_per_execution=1)
    assert not longrun.train_in_pieces(again, dots, tmp_path, (100_000,), 0.01)
    assert again.step == first  # the time was up before


def test_a_snapshot_holds_the_generators_weights_to_half_precision(
    make_trainer, dots, tmp_path, whole
):
    trainer = make_trainer()
    trainer.fit(dots, 60, progress=False)
    kept = whole["step-00000060.npz"]
    for array, weight in zip(kept, trainer.generator.get_weights(), strict=True):
        np.testing.assert_allclose(array, weight, rtol=1e-3, atol=1e-6)


def test_an_average_has_snapshots_and_the_generator_beside_it_too(make_trainer, dots, tmp_path):
    trainer = make_trainer(ema=0.9)
    trainer.fit(dots, 20, progress=False)
    longrun.train_in_pieces(make_trainer(ema=0.9), dots, tmp_path, (20,), 5)
    for folder, model in (("snapshots", trainer.sampler), ("not-averaged", trainer.generator)):
        [path] = find(tmp_path / folder)
        kept = longrun.read_snapshot(path)[0]
        np.testing.assert_allclose(kept, model.get_weights()[0], rtol=1e-3, atol=1e-6)
    assert not np.allclose(*(m.get_weights()[0] for m in (trainer.sampler, trainer.generator)))


def test_a_run_does_not_go_on_with_other_images(make_trainer, dots, tmp_path):
    longrun.train_in_pieces(make_trainer(), dots, tmp_path, (0, 5), 5)
    with pytest.raises(ValueError, match="a run on other images; name another folder"):
        longrun.train_in_pieces(make_trainer(), 1 - dots, tmp_path, (0, 5), 5)


def test_what_was_measured_is_not_measured_again(tmp_path, monkeypatch, mnist):
    monkeypatch.setattr(longrun, "SAMPLES", 100)
    generator = make_generator(hidden=(4,))
    for step in (0, 5):
        path = tmp_path / "snapshots" / f"step-{step:08d}.npz"
        path.parent.mkdir(exist_ok=True)
        np.savez(path, *[np.float16(weight) for weight in generator.get_weights()])
    rows = longrun.measure_snapshots(tmp_path, generator, mnist, "uniform")
    assert [row["step"] for row in rows] == [0, 5]
    assert rows[0]["samples"] == 100
    monkeypatch.setattr(evaluation, "evaluate", None)  # a call would fail
    assert longrun.measure_snapshots(tmp_path, generator, mnist, "uniform") == rows


def test_mnist_is_known_by_its_pixels_not_by_its_path(mnist):
    name = longrun.circumstances(mnist.train_images, mnist, "gan")["data"]
    assert (name == "MNIST") == (mnist.source != "digits")
    other = mnist._replace(train_images=1 - mnist.train_images)
    assert "not comparable" in longrun.circumstances(other.train_images, other, "gan")["data"]
