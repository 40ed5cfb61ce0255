"""The command line: what it writes, how it resumes after a kill, and one line for every error."""

import csv
import inspect
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_tutorial import (
    Trainer,
    cli,
    data,
    draws,
    load_generator,
    load_images,
    losses,
)
from gan_tutorial.cli import main
from gan_tutorial.runs import settings
from gan_tutorial.runs.assembly import load_data, make_trainer
from tests.command_line import fails, train_args


def test_a_run_folder_is_complete(run):
    names = {path.name for path in run.glob("[!.]*")}
    assert names == {
        "samples.png", "training.gif", "losses.png", "history.csv", "metrics.json",
        "generator.keras", "checkpoints", "frames",
    }  # fmt: skip
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["steps"] == 60
    assert metrics["settings"]["g_hidden"] == [8]
    assert metrics["data"]["images"] == 64
    assert set(metrics["versions"]) >= {"tensorflow", "keras", "numpy", "python", "gan_tutorial"}
    assert metrics["seconds"] > 0
    with open(run / "history.csv") as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["20", "40", "60"]
    with Image.open(run / "training.gif") as gif:
        assert gif.n_frames == 4
    with Image.open(run / "losses.png") as picture:
        assert picture.width > 600
    assert load_generator(run)(np.zeros((2, 100), "float32")).shape == (2, 6, 6, 1)


def test_sample_writes_a_grid_or_an_array(run, tmp_path, capsys):
    assert main(["sample", str(run), "--n", "5", "--out", str(tmp_path / "a.npz")]) == 0
    images = load_images(tmp_path / "a.npz", size=6)
    assert images.shape == (5, 6, 6, 1)
    assert main(["sample", str(run), "--n", "4", "--out", str(tmp_path / "a.png")]) == 0
    with Image.open(tmp_path / "a.png") as grid:
        assert grid.size == (2 * 14 + 2, 2 * 14 + 2)
    assert "Wrote 4 images" in capsys.readouterr().out
    assert main(["sample", str(run), "--seed", "1", "--out", str(tmp_path / "b.npz")]) == 0
    assert not np.array_equal(images, load_images(tmp_path / "b.npz", size=6)[:5])


def test_resume_goes_on_and_more_steps_may_be_asked_for(pictures, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert main(train_args(pictures, whole, "--steps", 50, "--report-every", 10)) == 0
    assert main(train_args(pictures, parts, "--steps", 30, "--report-every", 10)) == 0
    assert main(["train", "--out", str(parts), "--resume", "--steps", "50", "--quiet"]) == 0
    for a, b in zip(*(load_generator(p).get_weights() for p in (whole, parts)), strict=True):
        assert np.array_equal(a, b)
    assert (whole / "history.csv").read_text() == (parts / "history.csv").read_text()
    assert (whole / "training.gif").read_bytes() == (parts / "training.gif").read_bytes()


def test_penalties_and_the_average_are_what_was_asked_for(pictures, tmp_path, capsys):
    cure = ("--loss", "wasserstein", "--r1", 0.5, "--r2", 0.25, "--ema", 0.9, "--steps", 20)
    cure += ("--lazy", 2)
    out = tmp_path / "cured"
    assert main(train_args(pictures, out, *cure)) == 0
    settings = json.loads((out / "metrics.json").read_text())["settings"]
    assert (settings["r1"], settings["r2"], settings["ema"]) == (0.5, 0.25, 0.9)
    trainer = make_trainer(settings, load_data(settings))
    assert trainer.settings()["penalty"] == "r1(0.5) + r2(0.25), every 2 steps"
    trainer.restore(out / "checkpoints")
    averaged, last = load_generator(out).get_weights(), trainer.generator.get_weights()
    assert all(map(np.array_equal, averaged, trainer.sampler.get_weights()))
    assert not np.array_equal(averaged[0], last[0])
    fails(capsys, train_args(pictures, tmp_path / "no", "--ema", 2), "ema must lie")


def test_ctrl_c_keeps_what_there_is(pictures, tmp_path, capsys, monkeypatch):
    from gan_tutorial.runs.keeper import RunKeeper

    def press(self, epoch, logs=None):
        if epoch == 20:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(RunKeeper, "on_epoch_end", press)
    out = tmp_path / "run"
    args = train_args(pictures, out, "--steps", 60, "--report-every", 10)
    assert main(args) == 130
    assert "interrupted" in capsys.readouterr().err
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["steps"] == 20
    assert (out / "samples.png").is_file()
    monkeypatch.undo()
    assert main([*args, "--resume"]) == 0


def test_the_losses_that_help_lists_are_the_losses_there_are():
    assert set(cli.LOSSES) == set(losses.LOSSES)


@pytest.mark.parametrize("command", ["train", "sample", "evaluate"])
def test_a_seed_that_has_no_keys_is_refused(command, capsys):
    assert cli.LARGEST_SEED == draws.LARGEST_SEED
    assert main([command, "--seed", str(draws.LARGEST_SEED + 1)]) == 2
    assert "--seed: must be at most 1152921504606846975" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "COMMAND"),
        (["paint"], "invalid choice: 'paint'"),
        (["train", "--steps", "0"], "--steps: must be a whole number of at least 1, not 0"),
        (["train", "--steps", "-3"], "not -3"),
        (["train", "--steps", "ten"], "not ten"),
        (["train", "--batch-size", "0"], "--batch-size: must be"),
        (["train", "--latent-dim", "1.5"], "--latent-dim: must be"),
        (["train", "--g-learning-rate", "nan"], "must be a number above 0, not nan"),
        (["train", "--loss", "gentle"], "minimax"),
        (["train", "--seed", "-1"], "--seed: must be"),
        (["sample"], "RUN"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(capsys, args, message):
    fails(capsys, args, message, code=2)


def test_bad_data_stop_before_anything_is_written(capsys, tmp_path, pictures):
    out = tmp_path / "run"
    few = tmp_path / "few.npy"
    np.save(few, np.zeros((15, 6, 6)))
    for args, message in (
        (["--data", tmp_path / "none.npz"], "none.npz: no such file"),
        (["--data", few], "15 images are fewer than a batch of 16"),
        (["--loss", "wasserstein"], "give --gp 10, --r1 0.1 or --clip 0.01"),
        (["--d-norm", "layer"], "--d-norm is for --model dcgan"),
        (["--lazy", "4"], "--lazy is for penalties: give --gp, --r1 or --r2 with it"),
    ):
        fails(capsys, [*train_args(pictures, out), *args], message)
        assert not out.exists()


def test_folders_with_other_things_are_left_alone(capsys, tmp_path, pictures, run):
    before = {path: path.stat().st_mtime_ns for path in run.rglob("[!.]*")}
    fails(capsys, train_args(pictures, run), "holds a run; use --resume")
    resumed = train_args(pictures, run, "--resume")
    fails(capsys, [*resumed, "--loss", "hinge"], "loss was non-saturating, now it is hinge")
    fails(capsys, [*resumed, "--batch-size", "17"], "batch_size was 16, now it is 17")
    fails(capsys, [*resumed, "--steps", "59"], "60 steps are done, more than 59")
    fails(capsys, [*resumed, "--overwrite"], "exclude each other")
    assert before == {path: path.stat().st_mtime_ns for path in run.rglob("[!.]*")}
    (tmp_path / "thesis.txt").write_text("mine")
    for more in ([], ["--overwrite"], ["--resume"]):
        fails(capsys, [*train_args(pictures, tmp_path), *more], "holds other files (thesis.txt)")
    fails(capsys, train_args(pictures, tmp_path / "thesis.txt"), "is a file")
    assert (tmp_path / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("penalty", ["--gp", "--r1", "--r2"])
def test_dcgan_with_a_penalty_has_no_batch_norm_in_d_and_says_so(
    capsys, pictures, tmp_path, penalty
):
    path, out = tmp_path / "colours.npz", tmp_path / "run"
    np.savez(path, images=np.random.default_rng(0).random((8, 28, 28, 1)))
    args = ["train", "--data", str(path), "--out", str(out), "--model", "dcgan", "--width", "2"]
    args += ["--batch-size", "4", "--steps", "2", "--quiet", "--ema", "0.9"]
    fails(capsys, [*args, penalty, "10", "--d-norm", "batch"], f"batch and {penalty} exclude")
    assert main([*args, penalty, "10"]) == 0
    note = f"note: D is built without batch normalisation, which {penalty} excludes"
    assert note in capsys.readouterr().err
    assert json.loads((out / "metrics.json").read_text())["settings"]["d_norm"] == "none"
    assert main([*args, penalty, "10", "--resume"]) == 0
    assert main([*args, penalty, "10", "--d-norm", "layer", "--overwrite"]) == 0
    assert "batch normalisation" not in capsys.readouterr().err


def test_a_folder_of_classes_and_cifars_layout_train_a_conditional_pair(capsys, tmp_path):
    rng, few = np.random.default_rng(0), ["--batch-size", "4", "--steps", "2", "--quiet"]
    for i in range(8):
        path = tmp_path / "pets" / ("cats", "dogs")[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (9, 9), np.uint8)).save(path)
    cifar = {"x_train": rng.integers(0, 255, (8, 32, 32, 3), np.uint8)}
    np.savez(tmp_path / "cifar.npz", y_train=np.arange(8)[:, None] % 3, **cifar)
    for name, more in (
        ("pets", ["--size", "6"]),
        ("cifar.npz", ["--size", "32", "--channels", "3"]),
    ):
        args = ["--data", str(tmp_path / name), "--out", str(tmp_path / f"run-{name}")]
        assert main(["train", *args, *more, *few, "--conditional", "--g-hidden", "8"]) == 0
    data = json.loads((tmp_path / "run-pets" / "metrics.json").read_text())["data"]
    assert data["classes"] == ["cats", "dogs"]


def test_every_option_of_the_trainer_is_reachable_or_left_out_on_purpose():
    options = set(inspect.signature(Trainer).parameters)
    reached = {"loss", "batch_size", "prior", "d_steps", "g_steps", "clip", "ema", "seed"}
    by_other_names = {
        "generator": "model",
        "discriminator": "d_norm",
        "penalty": "gp",
        "d_optimizer": "d_learning_rate",
        "g_optimizer": "g_learning_rate",
    }
    # A run's pictures lie in [0, 1]; how they are computed is no question of what is trained.
    left_out = {"data_range", "steps_per_execution", "jit_compile"}
    assert options == reached | set(by_other_names) | left_out
    assert reached | set(by_other_names.values()) <= set(settings.DEFAULTS)
    help_ = cli.make_parser()._subparsers._group_actions[0].choices["train"].format_help()
    for name in reached | set(by_other_names.values()):
        assert f"--{name.replace('_', '-')}" in help_


def test_overwrite_replaces_a_run_and_nothing_else(pictures, tmp_path):
    out = tmp_path / "run"
    args = train_args(pictures, out, "--steps", 20, "--report-every", 10)
    assert main(args) == 0
    (out / "notes.txt").write_text("mine")
    args[args.index("--steps") + 1] = "10"
    assert main([*args, "--overwrite"]) == 0
    assert json.loads((out / "metrics.json").read_text())["steps"] == 10
    assert len(list((out / "checkpoints").iterdir())) == 1
    assert (out / "notes.txt").read_text() == "mine"


def test_other_images_than_before_are_refused(capsys, tmp_path, pictures):
    mine = tmp_path / "mine.npz"
    mine.write_bytes(Path(pictures).read_bytes())
    out = tmp_path / "run"
    args = train_args(str(mine), out, "--steps", 10)
    assert main(args) == 0
    np.savez(mine, images=np.zeros((64, 6, 6)))
    fails(capsys, [*args, "--resume"], "trained on 64 images from")


def test_sample_says_what_is_wrong(capsys, run, tmp_path):
    fails(capsys, ["sample", tmp_path], "holds no run")
    fails(capsys, ["sample", run, "--out", tmp_path / "x.jpg"], "name a .png")
    fails(capsys, ["sample", run, "--which", "best"], "best.keras: no such file")


def test_lab_without_notebooks_is_one_line(capsys, tmp_path):
    fails(capsys, ["lab", "--folder", tmp_path / "none"], "none: no such folder")


def test_without_tensorflow_there_is_one_line(capsys, monkeypatch, pictures, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    fails(capsys, train_args(pictures, tmp_path / "run"), "TensorFlow is not installed: run pip")


def test_debug_shows_the_traceback(tmp_path):
    with pytest.raises(FileNotFoundError):
        main(["sample", str(tmp_path), "--debug"])


@pytest.mark.digits
def test_the_stand_in_is_announced_in_one_line(capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("GAN_TUTORIAL_MNIST", raising=False)
    monkeypatch.setenv("GAN_TUTORIAL_OFFLINE", "1")
    monkeypatch.setattr(data, "_failure", None)
    args = ["train", "--steps", "2", "--quiet", "--out", str(tmp_path / "run")]
    assert main(args) == 0
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "scikit-learn's digits stand in" in captured.err
    assert "2 steps on digits" in captured.out


def test_help_is_quick_and_reads_well():
    command = [sys.executable, "-X", "importtime", "-m", "gan_tutorial", "train", "--help"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0
    assert "--resume" in done.stdout
    assert "tensorflow" not in done.stderr  # the list of what was imported


@pytest.fixture(scope="module")
def colours(tmp_path_factory):
    """A folder of 200 colour pictures of 64 x 64 pixels: discs on a ground of another colour."""
    folder, rng = tmp_path_factory.mktemp("colours"), np.random.default_rng(0)
    rows, columns = np.mgrid[:64, :64]
    for i in range(200):
        ground, disc = rng.integers(256, size=(2, 3), dtype=np.uint8)
        (row, column), radius = rng.integers(16, 48, size=2), rng.integers(6, 16)
        inside = (rows - row) ** 2 + (columns - column) ** 2 < radius**2
        picture = np.where(inside[..., None], disc, ground)
        Image.fromarray(picture).save(folder / f"{i:03}.png")
    return folder


def test_own_colour_pictures_train_a_dcgan_and_are_sampled(colours, tmp_path):
    out = tmp_path / "run"
    args = ["train", "--model", "dcgan", "--data", colours, "--size", 64, "--channels", 3]
    args += ["--width", 2, "--steps", 3, "--quiet", "--out", out]
    assert main(list(map(str, args))) == 0
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["data"]["images"] == 200
    assert metrics["trainer"]["batch_size"] == 64  # DCGAN's defaults
    for player in ("d_optimizer", "g_optimizer"):
        adam = metrics["trainer"][player]
        assert (adam["learning_rate"], adam["beta_1"]) == (pytest.approx(2e-4), 0.5)
    generator = load_generator(out)
    assert generator.output_shape == (None, 64, 64, 3)
    assert generator.get_layer(index=-1).input.shape[-1] == 2
    assert main(["sample", str(out), "--n", "6", "--out", str(tmp_path / "a.npz")]) == 0
    assert load_images(tmp_path / "a.npz", size=64, channels=3).shape == (6, 64, 64, 3)
    with Image.open(out / "samples.png") as picture:
        assert picture.mode == "RGB"
        assert picture.size == (8 * 130 + 2, 8 * 130 + 2)
    assert main(["train", "--resume", "--steps", "4", "--quiet", "--out", str(out)]) == 0


def test_what_is_given_comes_before_dcgans_defaults(tmp_path, pictures):
    out = tmp_path / "run"
    args = ["train", "--model", "dcgan", "--data", pictures, "--size", "8", "--width", "1"]
    args += ["--steps", "1", "--quiet", "--out", str(out)]
    assert main([*args, "--batch-size", "16", "--g-learning-rate", "0.001"]) == 0
    trainer = json.loads((out / "metrics.json").read_text())["trainer"]
    assert trainer["batch_size"] == 16
    assert trainer["g_optimizer"]["learning_rate"] == pytest.approx(1e-3)
    assert trainer["d_optimizer"]["learning_rate"] == pytest.approx(2e-4)


def test_own_pictures_with_labels_train_a_conditional_run(tmp_path, capsys):
    path, out = tmp_path / "labelled.npz", tmp_path / "run"
    images, labels = np.random.default_rng(0).random((64, 8, 8, 3)), np.arange(64) % 3
    np.savez(path, images=images, labels=labels)
    args = ["train", "--data", path, "--size", 8, "--channels", 3, "--model", "dcgan"]
    args += ["--conditional", "--width", 1, "--steps", 2, "--quiet", "--out", out]
    assert main(list(map(str, args))) == 0
    generator = load_generator(out)
    assert [tuple(x.shape) for x in generator.inputs] == [(None, 100), (None, 3)]
    np.savez(path, images=images, labels=labels[::-1])
    capsys.readouterr()
    fails(capsys, [*args, "--resume"], "now there are 64 others")


def test_options_that_do_not_go_together_are_one_line(capsys, tmp_path, pictures, run):
    out = tmp_path / "run"
    for more, message in (
        (["--width", 8], "--width is for --model dcgan"),
        (["--conditional"], "no labels in it; an .npz with the arrays 'images' and 'labels'"),
        (["--model", "dcgan"], "--g-hidden is for --model mlp"),
    ):
        fails(capsys, train_args(pictures, out, *more), message)
    dcgan = ["train", "--model", "dcgan", "--data", pictures, "--out", out]
    fails(capsys, [*dcgan, "--size", 27], "does not halve to 4, 5, 6 or 7 pixels a side")
    assert not out.exists()
    fails(capsys, ["sample", run, "--label", 1], "these networks take none")
    fails(capsys, ["train", "--resume", "--model", "dcgan", "--out", run], "model was mlp, now")
    fails(capsys, ["train", "--model", "biggan"], "invalid choice", code=2)


def test_a_run_from_before_there_were_models_goes_on(pictures, tmp_path):
    out = tmp_path / "run"
    assert main(train_args(pictures, out, "--steps", 10)) == 0
    metrics = json.loads((out / "metrics.json").read_text())
    for name in ("model", "width", "conditional"):
        del metrics["settings"][name]
    (out / "metrics.json").write_text(json.dumps(metrics))
    assert main(["train", "--resume", "--steps", "20", "--quiet", "--out", str(out)]) == 0
    assert main(["sample", str(out)]) == 0
    metrics = json.loads((out / "metrics.json").read_text())
    assert (metrics["steps"], metrics["settings"]["model"]) == (20, "mlp")
