"""The command reproduce: which parts run, that they resume, and what they write."""

import json

import numpy as np
import pytest

from gan_tutorial import (
    commands,
    data,
    experiments,
)
from gan_tutorial.cli import main
from gan_tutorial.experiments import gan as reproduce
from gan_tutorial.experiments import longrun
from gan_tutorial.measures import classifier
from tests.command_line import fails


def test_parts_that_take_hours_run_only_where_they_are_named(tmp_path, monkeypatch):
    ran = []
    parts = {part: lambda *_, part=part: ran.append(part) for part in commands.REPRODUCED["dcgan"]}
    monkeypatch.setattr(experiments, "parts", lambda name: parts)
    assert main(["reproduce", "dcgan", "--out", str(tmp_path)]) == 0
    assert ran == ["conditional", "mlp", "real", "live", "speed"]
    assert main(["reproduce", "dcgan", "--parts", "full", "--out", str(tmp_path)]) == 0
    assert ran[5:] == ["full"]


@pytest.mark.digits
def test_reproduce_runs_a_part_and_goes_on(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(reproduce, "ARTICLE_STOPS", (0, 2, 4))
    monkeypatch.setattr(reproduce, "ARTICLE_SHIPPED", (0, 4, 999))
    monkeypatch.setattr(longrun, "SAMPLES", 100)
    command = ["reproduce", "gan", "--parts", "article", "--out", str(tmp_path)]
    assert main([*command, "--minutes", "0.00001"]) == 0  # the time is up after one compiled call
    first = json.loads((tmp_path / "gan" / "gan-article.json").read_text())
    assert [row["step"] for row in first["snapshots"]] == [0, 2]
    assert main(command) == 0
    second = json.loads((tmp_path / "gan" / "gan-article.json").read_text())
    assert second["snapshots"][:2] == first["snapshots"]
    assert [row["step"] for row in second["snapshots"]] == [0, 2, 4]
    assert second["steps"] == second["history"]["step"][-1] == 4
    with np.load(tmp_path / "gan" / "gan-article.npz") as kept:
        assert {name.split("/")[0] for name in kept.files} == {"0", "4"}
    capsys.readouterr()
    fails(capsys, [*command[:3], "best"], "gan has no part 'best': choose from article, floors")
    fails(capsys, ["reproduce", "biggan"], "invalid choice", code=2)


def test_the_other_parts_of_reproduce_run(tmp_path, monkeypatch, mnist):
    few = mnist._replace(train_images=mnist.train_images[:600])
    monkeypatch.setattr(data, "load_mnist", lambda: few)
    monkeypatch.setattr(longrun, "SAMPLES", 100)
    monkeypatch.setattr(reproduce, "PAPER_EPOCHS", (0, 1))
    parts = ["--parts", "floors", "paper"]
    assert main(["reproduce", "gan", *parts, "--out", str(tmp_path)]) == 0
    floors = json.loads((tmp_path / "gan" / "gan-floors.json").read_text())
    assert floors["kmeans_clusters"] == 100
    assert floors["kmeans"]["parzen"] > floors["real"]["parzen"]
    paper = json.loads((tmp_path / "gan" / "gan-paper.json").read_text())
    assert [row["step"] for row in paper["snapshots"]] == [0, 5]  # 500 images in batches of 100
    with np.load(tmp_path / "gan" / "gan-paper.npz") as kept:
        assert kept["samples"].shape == (100, 28, 28, 1)
        assert kept["samples"].dtype == np.uint8


def test_a_classifier_that_was_trained_on_little_knows_more_than_nothing(mnist, capsys):
    trained = classifier.train_classifier(mnist.train_images[:600], mnist.train_labels[:600], 3)
    guesses = trained.predict(mnist.test_images[:200], verbose=0).argmax(1)
    assert np.mean(guesses == mnist.test_labels[:200]) > 0.3  # by chance: 0.1


def test_every_run_that_the_command_line_offers_is_there():
    for name, parts in commands.REPRODUCED.items():
        assert tuple(experiments.parts(name)) == parts
