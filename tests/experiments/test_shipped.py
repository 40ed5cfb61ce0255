"""The shipped generators measured again, and the result that ships."""

import json

import numpy as np
import pytest

from gan_tutorial import data, results
from gan_tutorial.algorithm import sample
from gan_tutorial.cli import main
from gan_tutorial.experiments import longrun, shipped
from gan_tutorial.measures import classifier


def test_every_block_and_every_step_gets_a_row(tmp_path, monkeypatch, mnist):
    cut = {"train_images": 900, "train_labels": 900, "test_images": 100, "test_labels": 100}
    few = mnist._replace(**{name: getattr(mnist, name)[:n] for name, n in cut.items()})
    monkeypatch.setattr(data, "load_mnist", lambda: few)
    monkeypatch.setattr(longrun, "SAMPLES", 100)
    kept = ("stabilised-0", "dcgan-mlp")
    monkeypatch.setattr(shipped, "TRAINERS", {name: shipped.TRAINERS[name] for name in kept})
    spread = (*kept, "gan-article", "stabilised-million")
    monkeypatch.setattr(shipped, "SPREAD", {name: shipped.SPREAD[name] for name in spread})
    monkeypatch.setattr(shipped, "LABELLED", ("dcgan-mlp",))
    monkeypatch.setattr(shipped, "DRAWS", 2)
    assert main(["reproduce", "shipped", "--out", str(tmp_path)]) == 0
    found = json.loads((tmp_path / "shipped" / "manifold.json").read_text())
    assert found["settings"]["samples"] == 100
    assert len(found["real"]) == 6
    assert [row["step"] for row in found["generators"]["stabilised-0"]] == [300_000]
    assert [row["step"] for row in found["generators"]["dcgan-mlp"]] == [50_000]
    assert set(found["real"][0]) == {"frechet", "precision", "recall", "density", "coverage"}
    found = json.loads((tmp_path / "shipped" / "limits.json").read_text())
    for row in (*found["generators"]["stabilised-0"], found["real"]):
        assert row["limit"] < row["whole"] < row["block"]
    spreads = json.loads((tmp_path / "shipped" / "spreads.json").read_text())
    steps = {name: [row["step"] for row in rows] for name, rows in spreads["generators"].items()}
    assert steps["gan-article"] == [30_000, 1_000_000]
    assert steps["stabilised-million"] == [1_000_000]
    assert spreads["settings"]["samples"] == min(100, len(few.not_held_out) // 5)
    for rows in spreads["generators"].values():
        for row in rows:
            assert set(row) == {"step", *shipped.SCORES}
    collapsed = spreads["generators"]["gan-article"][1]
    assert collapsed["frechet"][0] > 2 * spreads["real"]["frechet"][0]
    assert collapsed["commonest"][0] > 0.9 > spreads["real"]["commonest"][0]
    found = json.loads((tmp_path / "shipped" / "neighbours.json").read_text())
    n = found["settings"]["samples"]
    one, two = found["generators"]["dcgan-mlp"]
    assert one["together"] == {"samples": n, "error": one["error"]}
    assert two["together"]["samples"] == 2 * n
    alone, real_alone = two["alone_wrong"]
    assert two["error"] - found["real"]["error"] == pytest.approx((alone - real_alone) / 100)


def test_a_spread_is_the_deviation_of_a_sample(monkeypatch):
    scores = dict.fromkeys(set(shipped.SCORES) - {"rarest"}, 0.0)
    rows = iter([scores | {"recall": recall, "histogram": [0.3, 0.7]} for recall in (1, 2, 6)])
    monkeypatch.setattr(shipped.evaluation, "evaluate", lambda images, data: next(rows))
    found = shipped._spread(range(3), None)
    assert found["recall"] == [3, pytest.approx(np.sqrt(7), abs=1e-4)]
    assert found["rarest"] == [0.3, 0]


@pytest.mark.slow
@pytest.mark.mnist
def test_the_shipped_scores_follow_from_shipped_weights(mnist):
    found = results.load("manifold")
    trainer = shipped.TRAINERS["stabilised-0"]()
    trainer.generator.set_weights(results.weights("stabilised-0", 300_000))
    real = classifier.see(mnist.test_images)[0]
    again = shipped.scores(sample(trainer.generator, 10_000, prior=trainer.prior), real)
    [row] = found["generators"]["stabilised-0"]
    for name, value in again.items():
        assert value == pytest.approx(row[name], rel=0.01), name


def test_the_collapse_is_a_fall_of_recall_and_not_of_precision():
    found = results.load("manifold")
    at = {row["step"]: row for row in found["generators"]["gan-article"]}
    assert at[1_000_000]["recall"] < 0.1 * at[30_000]["recall"]
    assert at[1_000_000]["precision"] > at[30_000]["precision"]
    [cured] = found["generators"]["stabilised-0"]
    real = {name: [row[name] for row in found["real"]] for name in found["real"][0]}
    assert len(found["real"]) == 6
    assert np.std(real["recall"], ddof=1) < 0.02
    assert cured["recall"] > 0.9 * np.mean(real["recall"])
