"""Runs that earlier versions of the package left: they resume, or are refused in one line."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from gan_tutorial import load_generator
from gan_tutorial.cli import main

# Made by version 0.1.0: 20 steps of a tiny pair with R1 and an average, and the average's weights
# after 20 steps more. Command: train --data pictures.npy --size 6 --batch-size 16 --latent-dim 4
# --g-hidden 4 --d-hidden 4 --steps 20 --checkpoint-every 10 --ema 0.9 --r1 0.1.
KEPT = Path(__file__).parent / "run-of-0.1"


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A copy of the old run, with its pictures beside it as they were."""
    shutil.copytree(KEPT, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "run"


def test_a_run_of_version_0_1_resumes_to_the_weights_it_would_have_reached(old):
    assert main(["train", "--resume", "--steps", "40", "--quiet", "--out", "run"]) == 0
    metrics = json.loads((old / "metrics.json").read_text())
    assert metrics["steps"] == 40
    with np.load(old.parent / "weights-at-40.npz") as file:
        expected = [file[name] for name in file.files]
    for weight, then in zip(load_generator(old).get_weights(), expected, strict=True):
        np.testing.assert_allclose(weight, then, atol=1e-4)  # 20 steps move them by 0.01


def test_an_old_checkpoint_that_was_cut_short_is_refused_in_one_line(old, capsys):
    (checkpoint,) = (old / "checkpoints").glob("*.npz")
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    assert main(["train", "--resume", "--steps", "40", "--quiet", "--out", "run"]) == 1
    said = capsys.readouterr().err.strip().split("\n")
    assert "every checkpoint in it is damaged" in said[-1]
