"""Runs that are measured: scores next to their floors, the best generator, conditional runs."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from gan_tutorial import (
    load_generator,
    make_generator,
)
from gan_tutorial.algorithm import sample
from gan_tutorial.cli import main
from gan_tutorial.measures import digits, evaluation, frechet
from tests.command_line import fails, train_args


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory):
    """The folder of a run of 20 steps on digits that kept its best generator."""
    out = tmp_path_factory.mktemp("runs") / "digits"
    small = ["--g-hidden", "8", "--d-hidden", "8", "--batch-size", "16", "--quiet"]
    every = ["--steps", "20", "--report-every", "10", "--keep-best", "10"]
    assert main(["train", "--out", str(out), *small, *every]) == 0
    return out


def test_evaluate_prints_measures_beside_their_floors_and_keeps_them(digits_run, capsys, mnist):
    assert main(["evaluate", str(digits_run), "--n", "200"]) == 0
    printed = capsys.readouterr().out
    scores = json.loads((digits_run / "evaluation.json").read_text())
    again = sample(load_generator(digits_run), 200)
    assert scores["samples"]["frechet"] == pytest.approx(
        frechet.frechet_distance(again, mnist.test_images)
    )
    floors = evaluation.floors(mnist, 200)
    for name in ("parzen", "frechet", "precision", "recall", "covered", "nearest"):
        assert scores["floors"][name] == pytest.approx(floors[name])
    assert scores["step"] == 20
    assert f"{scores['samples']['frechet']:.2f}" in printed
    assert f"{scores['floors']['frechet']:.2f}" in printed
    assert f"{scores['samples']['parzen']:.1f} ± " in printed
    assert scores["comparable"] == ("not comparable" not in printed) == (mnist.source != "digits")


def test_the_best_generator_can_be_measured_and_sampled(digits_run, tmp_path, mnist):
    best = json.loads((digits_run / "best.json").read_text())
    measure = frechet.frechet_to(mnist.held_out)
    value = measure(sample(load_generator(digits_run, "best"), 2000))
    assert best["value"] == pytest.approx(value, rel=1e-4)  # on held-out images
    assert best["frechet"] == best["value"]
    assert {"precision", "recall", "density", "coverage"} < set(best)
    shutil.copytree(digits_run, tmp_path / "run")
    other = make_generator(hidden=(8,), seed=9)
    other.save(tmp_path / "run" / "best.keras")
    command = ["evaluate", str(tmp_path / "run"), "--n", "100", "--which", "best", "--seed", "3"]
    assert main(command) == 0
    scores = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert scores["step"] == best["step"]
    expected = frechet.frechet_distance(sample(other, 100, seed=3), mnist.test_images)
    assert scores["samples"]["frechet"] == pytest.approx(expected, rel=1e-4)
    out = str(tmp_path / "a.npz")
    assert main(["sample", str(digits_run), "--which", "best", "--out", out]) == 0


def test_what_cannot_be_measured_is_refused_in_one_line(
    run, digits_run, pictures, tmp_path, capsys
):
    fails(capsys, ["evaluate", run], "the measures know digits alone")
    fails(capsys, ["evaluate", tmp_path], "holds no run")
    fails(capsys, ["evaluate", digits_run, "--n", "64"], "at least 100", code=2)
    more = ["--keep-best", 10]
    fails(
        capsys,
        train_args(pictures, tmp_path / "a", *more),
        "--keep-best looks with a classifier",
    )
    assert not (tmp_path / "a").exists()
    metrics = json.loads((digits_run / "metrics.json").read_text())
    metrics["data"]["crc32"] += 1
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    fails(capsys, ["evaluate", tmp_path], "now there are")


@pytest.fixture(scope="module", params=["mlp", "dcgan"])
def conditional_run(request, tmp_path_factory):
    """The folder of a small conditional run on digits that kept its best generator."""
    out = tmp_path_factory.mktemp("runs") / request.param
    small = {"mlp": ["--g-hidden", "8", "--d-hidden", "8"], "dcgan": ["--width", "1"]}
    every = ["--steps", "4", "--report-every", "2", "--keep-best", "4", "--batch-size", "16"]
    args = ["train", "--conditional", "--model", request.param, *small[request.param], *every]
    assert main([*args, "--quiet", "--out", str(out)]) == 0
    return out


def test_a_conditional_run_draws_a_column_for_each_class(conditional_run, tmp_path):
    with Image.open(conditional_run / "samples.png") as picture:
        assert picture.size == (10 * 58 + 2, 8 * 58 + 2)
    with Image.open(conditional_run / "frames" / "step-00000004.png") as picture:
        assert picture.size == (10 * 58 + 2, 2 * 58 + 2)
    generator = load_generator(conditional_run)
    for label, expected in (("3", [3] * 12), (None, [*range(10), 0, 1])):
        path, more = tmp_path / "a.npz", ["--label", label] if label else []
        args = ["sample", str(conditional_run), "--n", "12", *more, "--out", str(path)]
        assert main(args) == 0
        with np.load(path) as file:
            assert file["labels"].tolist() == expected
            again = sample(generator, 12, labels=np.array(expected))
            np.testing.assert_array_equal(file["images"], again)
    picture = tmp_path / "a.png"
    assert main(["sample", str(conditional_run), "--n", "20", "--out", str(picture)]) == 0
    with Image.open(picture) as grid:
        assert grid.size == (10 * 58 + 2, 2 * 58 + 2)


def test_a_conditional_run_is_measured_and_goes_on(conditional_run, capsys, mnist):
    assert main(["evaluate", str(conditional_run), "--n", "200"]) == 0
    scores = json.loads((conditional_run / "evaluation.json").read_text())
    labels = np.arange(200) % 10
    samples = sample(load_generator(conditional_run), 200, labels=labels)
    assert scores["agreement"] == pytest.approx(digits.agreement(samples, labels))
    assert "show the digit that was asked for" in capsys.readouterr().out
    args = ["train", "--resume", "--quiet", "--steps", "5", "--out", str(conditional_run)]
    assert main(args) == 0
    assert json.loads((conditional_run / "metrics.json").read_text())["steps"] == 5
    capsys.readouterr()
    fails(capsys, ["sample", conditional_run, "--label", "10"], "labels must lie from 0 to 9")


@pytest.mark.mnist
def test_another_dataset_in_mnists_layout_is_not_taken_for_digits(mnist, tmp_path, capsys):
    path, n = str(tmp_path / "fashion.npz"), 300
    halves = {"train": mnist.train_images[:n], "test": mnist.test_images[:n]}
    labels = {"train": mnist.train_labels[:n], "test": mnist.test_labels[:n]}
    turned = {f"x_{k}": np.uint8(255 * x[:, ::-1, ..., 0]) for k, x in halves.items()}
    np.savez(path, **turned, **{f"y_{k}": y for k, y in labels.items()})
    out = str(tmp_path / "run")
    train = ["train", "--data", path, "--out", out, "--steps", "5", "--g-hidden", "8", "--quiet"]
    fails(capsys, [*train, "--keep-best", 5], "fashion.npz: no digits of MNIST")
    assert main(train) == 0
    assert main(["evaluate", out, "--n", "100"]) == 0
    printed = capsys.readouterr().out
    assert "These are not MNIST's digits" in printed
    assert "Parzen" in printed
    assert "digits covered" not in printed
    scores = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert "frechet" not in scores["samples"]


@pytest.mark.mnist
def test_mnists_digits_are_read(mnist):
    assert digits.readable(mnist)
