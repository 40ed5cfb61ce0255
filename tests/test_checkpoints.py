"""Checkpoints are whole or absent, survive damage, and fit their networks."""

import json
import os
from contextlib import contextmanager

import numpy as np
import pytest

from gan_tutorial import (
    checkpoints,
    load_generator,
    make_discriminator,
    make_generator,
    settings,
)


def test_a_trainer_comes_back_exactly(tmp_path, make_trainer, dots, weights, same):
    trainer = make_trainer(ema=0.9)
    trainer.fit(dots, 30, report_every=20, progress=False)
    trainer.save(tmp_path)
    other = make_trainer(ema=0.9).restore(tmp_path)
    assert other.step == 30
    for part in ("generator", "discriminator", "d_optimizer", "g_optimizer", "sampler"):
        assert same(weights(getattr(other, part)), weights(getattr(trainer, part))), part
    for name, column in trainer.history.items():
        assert np.array_equal(other.history[name], column)


def test_the_last_three_stay(tmp_path):
    for step in (5, 10, 99_999_999, 100_000_000):
        checkpoints.write(tmp_path, step, {"w": np.zeros(3)}, {})
    names = [path.name for path in checkpoints.find(tmp_path)]
    assert names == ["step-00000010.npz", "step-99999999.npz", "step-100000000.npz"]
    assert checkpoints.read_newest(tmp_path)[1]["step"] == 100_000_000


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "text"])
def test_a_damaged_newest_checkpoint_is_skipped_and_named(tmp_path, damage):
    checkpoints.write(tmp_path, 1, {"w": np.full(999, 7.0)}, {})
    newest = checkpoints.write(tmp_path, 2, {"w": np.full(999, 8.0)}, {})
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 0xFF
    new = {"truncated": content[:-40], "flipped": content, "empty": b"", "text": b"not a zip"}
    newest.write_bytes(new[damage])
    with pytest.warns(UserWarning, match="step-00000002.npz: damaged"):
        arrays, facts = checkpoints.read_newest(tmp_path)
    assert facts["step"] == 1
    assert (arrays["w"] == 7).all()


def test_a_folder_of_damage_or_of_nothing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="no checkpoint"):
        checkpoints.read_newest(tmp_path)
    (tmp_path / "step-00000001.npz").write_bytes(b"")
    with (
        pytest.warns(UserWarning, match="damaged"),
        pytest.raises(ValueError, match="every checkpoint"),
    ):
        checkpoints.read_newest(tmp_path)


def test_nothing_is_ever_unpickled(tmp_path):
    with open(tmp_path / "step-00000003.npz", "wb") as file:
        np.savez(file, facts=np.array({"format": 1}, dtype=object))
    with pytest.warns(UserWarning, match="pickle"), pytest.raises(ValueError, match="every"):
        checkpoints.read_newest(tmp_path)


@pytest.mark.parametrize("cut", np.linspace(0, 1, 50, endpoint=False))
def test_a_checkpoint_that_was_cut_anywhere_is_named_and_the_one_before_it_is_read(tmp_path, cut):
    arrays = {"g/0": np.arange(50.0), "g/1": np.ones((7, 3), np.float32)}
    checkpoints.write(tmp_path, 1, arrays, {})
    newest = checkpoints.write(tmp_path, 2, {name: 2 * a for name, a in arrays.items()}, {})
    whole = newest.read_bytes()
    newest.write_bytes(whole[: int(cut * len(whole))])
    with pytest.warns(UserWarning, match="step-00000002.npz: damaged checkpoint skipped"):
        found, facts = checkpoints.read_newest(tmp_path)
    assert facts["step"] == 1
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())


def test_a_later_format_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FORMAT", 2)
    checkpoints.write(tmp_path, 1, {}, {})
    monkeypatch.setattr(checkpoints, "FORMAT", 1)
    with pytest.raises(ValueError, match="later version"):
        checkpoints.read_newest(tmp_path)


def test_a_trainer_goes_on_under_the_keys_of_0_1_and_refuses_keys_that_it_does_not_know(
    tmp_path, make_trainer, weights, same, monkeypatch
):
    trainer = make_trainer()
    for folder, scheme in (("older", 1), ("later", 9)):
        with monkeypatch.context() as patch:
            patch.setattr(checkpoints, "SCHEME", scheme)
            trainer.save(tmp_path / folder)
    other = make_trainer(seed=0).restore(tmp_path / "older")
    before = weights(other.generator)
    assert same(before, weights(trainer.generator))
    with pytest.raises(ValueError, match="keys of scheme 9, this version has scheme 2"):
        other.restore(tmp_path / "later")
    assert same(weights(other.generator), before)


def test_other_networks_are_refused_and_nothing_changes(tmp_path, make_trainer, weights, same):
    make_trainer().save(tmp_path)
    wide = make_generator(5, (9,), (4, 4, 1)), make_discriminator((8,), (4, 4, 1))
    trainer = make_trainer(wide)
    before = weights(trainer.generator)
    with pytest.raises(ValueError, match=r"generator's kernel has shape \(5, 8\), here \(5, 9\)"):
        trainer.restore(tmp_path)
    assert same(before, weights(trainer.generator))
    deep = make_generator(5, (8, 8), (4, 4, 1)), make_discriminator((8,), (4, 4, 1))
    with pytest.raises(ValueError, match="4 variables of generator, here 6"):
        make_trainer(deep).restore(tmp_path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "hinge"}, "loss was non-saturating, now it is hinge"),
        ({"batch_size": 8}, "batch_size was 16, now it is 8"),
        ({"seed": 4}, "seed was 0, now it is 4"),
        ({"ema": 0.5}, "ema was None, now it is 0.5"),
    ],
)
def test_other_settings_are_refused(tmp_path, make_trainer, settings, message):
    make_trainer().save(tmp_path)
    with pytest.raises(ValueError, match=message):
        make_trainer(**settings).restore(tmp_path)


@contextmanager
def full_disk():
    """Make the operating system refuse to write more than 2,000 bytes to a file.

    A context and not a fixture: the limit holds for pytest's own output too.
    """
    resource = pytest.importorskip("resource", reason="Windows has no limits on files")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_older_checkpoint_and_no_half_one(tmp_path):
    checkpoints.write(tmp_path, 1, {"w": np.zeros(3)}, {})
    with full_disk(), pytest.raises(OSError, match="File too large"):
        checkpoints.write(tmp_path, 2, {"w": np.zeros(9999)}, {})
    assert os.listdir(tmp_path) == ["step-00000001.npz"]
    assert checkpoints.read_newest(tmp_path)[1]["step"] == 1


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def interrupted():
        with checkpoints.written_whole(path) as aside:
            aside.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_load_generator_says_what_is_missing_or_damaged(tmp_path):
    with pytest.raises(FileNotFoundError, match="generator.keras: no such file"):
        load_generator(tmp_path)
    with pytest.raises(ValueError, match="'latest' or 'best'"):
        load_generator(tmp_path, which="last")
    (tmp_path / "generator.keras").write_bytes(b"nonsense")
    with pytest.raises(ValueError, match="damaged"):
        load_generator(tmp_path)


def test_load_generator_brings_back_the_same_pictures(tmp_path, make_trainer):
    trainer = make_trainer()
    trainer.generator.save(tmp_path / "generator.keras")
    z = np.ones((2, 5), "float32")
    assert np.array_equal(load_generator(tmp_path)(z), trainer.generator(z))


def test_another_setting_of_onednn_is_refused_in_one_line(tmp_path, make_trainer, monkeypatch):
    make_trainer().save(tmp_path)
    other = not settings.onednn()
    monkeypatch.setattr(settings, "onednn", lambda: other)
    with pytest.raises(ValueError, match="trained with oneDNN .*: set TF_ENABLE_ONEDNN_OPTS="):
        make_trainer().restore(tmp_path)
    monkeypatch.undo()
    assert make_trainer().restore(tmp_path).step == 0


def test_a_checkpoint_that_does_not_tell_of_onednn_is_taken(tmp_path):
    checkpoints.write(tmp_path, 1, {"w": np.zeros(3)}, {"onednn": None})
    (path,) = tmp_path.glob("*.npz")
    with np.load(path) as file:
        facts = json.loads(str(file["facts"]))
    del facts["onednn"]
    np.savez(path, facts=np.array(json.dumps(facts)), w=np.zeros(3))
    assert checkpoints.read_newest(tmp_path)[1]["step"] == 1
