"""Callbacks: ours, and Keras' own, driven at reports."""

import csv
import json

import keras
import numpy as np
import pytest
from PIL import Image

from gan_tutorial import figures, load_generator
from gan_tutorial.callbacks import Checkpoints, KeepBest, LivePicture, Periodic, Samples
from gan_tutorial.checkpoints import find


class Noted(Periodic):
    def __init__(self, every):
        super().__init__(every)
        self.steps = []

    def act(self, step):
        self.steps.append(step)


@pytest.mark.parametrize(
    ("every", "report_every", "expected"),
    [
        (20, 10, [20, 40, 50]),
        (15, 10, [20, 30, 50]),  # the first report at or after 15, 30, 45, and the end
        (100, 10, [50]),
        (10, 25, [25, 50]),
    ],
)
@pytest.mark.parametrize("per_call", [1, 100])
def test_every_so_many_steps(make_trainer, dots, every, report_every, expected, per_call):
    noted = Noted(every)
    trainer = make_trainer(steps_per_execution=per_call, jit_compile=False)
    trainer.fit(dots, 50, report_every=report_every, callbacks=[noted], progress=False)
    assert noted.steps == expected


def test_samples_are_of_the_same_noise_and_the_gif_has_them_all(tmp_path, make_trainer, dots):
    trainer = make_trainer()
    untrained = figures.image_grid(trainer.sample(4, seed=3), scale=2)
    samples = Samples(tmp_path / "frames", every=10, n=4, seed=3, gif=tmp_path / "a.gif")
    trainer.fit(dots, 30, report_every=10, callbacks=[samples], progress=False)
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == [f"step-{step:08d}.png" for step in (0, 10, 20, 30)]
    with Image.open(tmp_path / "frames" / names[0]) as first:
        assert np.array_equal(np.asarray(first), untrained)
    with Image.open(tmp_path / "frames" / names[3]) as last:
        now = figures.image_grid(trainer.sample(4, seed=3), scale=2)
        assert np.array_equal(np.asarray(last), now)
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames == 4


def test_samples_of_steps_that_were_lost_are_removed_on_resuming(tmp_path, make_trainer, dots):
    (tmp_path / "step-00000999.png").write_bytes(b"from after the last checkpoint")
    samples = Samples(tmp_path, every=5, n=4)
    make_trainer().fit(dots, 5, report_every=5, callbacks=[samples], progress=False)
    assert [path.name[5:13] for path in sorted(tmp_path.iterdir())] == ["00000000", "00000005"]


def test_checkpoints_are_periodic_and_final(tmp_path, make_trainer, dots):
    keep = Checkpoints(tmp_path, every=20)
    make_trainer().fit(dots, 50, report_every=10, callbacks=[keep], progress=False)
    assert [path.stem for path in find(tmp_path)] == [f"step-{n:08d}" for n in (20, 40, 50)]


def test_the_live_picture_is_shown_once_and_then_replaced(monkeypatch, make_trainer, dots):
    events = []

    class Handle:
        def update(self, shown):
            events.append(("replaced", repr(shown), shown.data))

    def display(shown, display_id):
        events.append(("shown", repr(shown), shown.data))
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    trainer = make_trainer()
    trainer.fit(dots, 30, report_every=10, callbacks=[LivePicture(10)], progress=False)
    assert [event[0] for event in events] == ["shown", "replaced", "replaced"]
    assert len({event[1] for event in events}) == 1  # a constant text, which nbval compares
    assert len({event[2] for event in events}) == 3
    assert all(event[2].startswith(b"\x89PNG") for event in events)


def test_keras_csv_logger_writes_the_history(tmp_path, make_trainer, dots):
    path = tmp_path / "log.csv"
    trainer = make_trainer()
    trainer.fit(
        dots, 30, report_every=10, callbacks=[keras.callbacks.CSVLogger(path)], progress=False
    )
    with open(path) as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [10, 20, 30]
    for name in ("d_loss", "g_loss", "d_real", "d_fake"):
        column = [float(row[name]) for row in rows]
        np.testing.assert_allclose(column, trainer.history[name])


def test_keras_lambda_callback_sees_every_hook_and_the_trainer(make_trainer, dots):
    seen = []
    note = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: seen.append("begin"),
        on_epoch_begin=lambda epoch, logs: seen.append(("epoch", epoch)),
        on_train_batch_end=lambda batch, logs: seen.append(("call", batch)),
        on_epoch_end=lambda epoch, logs: seen.append(("report", epoch, logs["step"])),
        on_train_end=lambda logs: seen.append("end"),
    )
    trainer = make_trainer(steps_per_execution=10)
    trainer.fit(dots, 25, report_every=15, callbacks=[note], progress=False)
    assert seen == [
        "begin", ("epoch", 0), ("call", 10), ("call", 15), ("report", 15, 15),
        ("epoch", 15), ("call", 25), ("report", 25, 25), "end",
    ]  # fmt: skip
    assert note.model is trainer.generator
    assert note.trainer is trainer


def test_keras_early_stopping_with_a_mode_ends_training(make_trainer, dots):
    # No probability rises by 1, so the second report is the first without progress.
    stop = keras.callbacks.EarlyStopping("d_real", mode="max", patience=1, min_delta=1.0)
    trainer = make_trainer()
    trainer.fit(dots, 500, report_every=10, callbacks=[stop], progress=False)
    assert trainer.step == 20
    trainer.fit(dots, 10, progress=False)  # and the next fit goes on
    assert trainer.step == 30


def test_the_best_generator_by_a_measure_is_kept(make_trainer, dots, tmp_path, same):
    values, kept = iter([3.0, 1.0, 2.0, 1.0]), {}

    def measure(images):
        assert images.shape == (7, 4, 4, 1)
        return next(values)

    best = KeepBest(measure, every=10, folder=tmp_path, n=7)
    trainer = make_trainer(ema=0.9)  # the average is kept, not the trained weights
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda step, logs: kept.update({step: trainer.sampler.get_weights()})
    )
    trainer.fit(dots, 40, report_every=10, callbacks=[best, note], progress=False)
    assert best.best == {"step": 20, "value": 1.0}  # the first of two that are equal
    assert json.loads((tmp_path / "best.json").read_text()) == best.best
    assert same(load_generator(tmp_path, which="best").get_weights(), kept[20])


def test_the_highest_value_is_the_best_where_that_is_asked(make_trainer, dots, tmp_path):
    values = iter([1.0, 5.0, 2.0])
    best = KeepBest(lambda images: next(values), 10, tmp_path, mode="max", n=2)
    make_trainer().fit(dots, 30, report_every=10, callbacks=[best], progress=False)
    assert best.best == {"step": 20, "value": 5.0}


def test_the_first_of_several_measures_decides_and_the_others_are_kept(
    make_trainer, dots, tmp_path
):
    values = iter([{"a": 3.0, "b": 0.0}, {"a": 1.0, "b": 9.0}, {"a": 2.0, "b": 1.0}])
    best = KeepBest(lambda images: next(values), 10, tmp_path, n=2)
    make_trainer().fit(dots, 30, report_every=10, callbacks=[best], progress=False)
    assert best.best == {"step": 20, "value": 1.0, "a": 1.0, "b": 9.0}
    assert json.loads((tmp_path / "best.json").read_text()) == best.best


def test_a_run_that_is_resumed_keeps_its_best(make_trainer, dots, tmp_path):
    trainer, values = make_trainer(), iter([2.0, 3.0, 1.0])
    for expected in ({"step": 10, "value": 2.0}, {"step": 10, "value": 2.0}):
        best = KeepBest(lambda images: next(values), 10, tmp_path, n=2)
        trainer.fit(dots, 10, report_every=10, callbacks=[best], progress=False)
        assert best.best == expected
    anew = KeepBest(lambda images: next(values), 10, tmp_path, n=2)
    make_trainer().fit(dots, 10, report_every=10, callbacks=[anew], progress=False)
    assert anew.best == {"step": 10, "value": 1.0}  # a new run does not look at an old best


def test_keep_best_refuses_another_mode_and_a_measure_that_gives_nan(make_trainer, dots, tmp_path):
    with pytest.raises(ValueError, match="mode must be 'min' or 'max', not 'auto'"):
        KeepBest(np.mean, mode="auto")
    for value in (np.nan, None, np.ones(3), "x", {}, {"a": 1.0, "b": np.nan}):
        best = KeepBest(lambda images, value=value: value, 10, tmp_path)
        with pytest.raises(ValueError, match=r"gave .*, no number, at step 10"):
            make_trainer().fit(dots, 10, report_every=10, callbacks=[best], progress=False)
    assert not (tmp_path / "best.keras").exists()
