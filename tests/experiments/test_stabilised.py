"""The runs of the cure: equal time on the clock, the toys, and what the shipped runs show."""

import json
from functools import partial

import numpy as np

from gan_tutorial import results
from gan_tutorial.cli import main
from gan_tutorial.experiments import longrun
from gan_tutorial.experiments import stabilised as reproduce_stabilised
from gan_tutorial.models import stabilised, toys


def test_arms_run_as_long_on_the_clock_as_their_speeds_say(tmp_path, monkeypatch):
    monkeypatch.setattr(longrun, "SAMPLES", 100)
    monkeypatch.setattr(reproduce_stabilised, "ARM_STEPS", 100)
    monkeypatch.setattr(reproduce_stabilised, "_stops", lambda steps: (0, steps))
    monkeypatch.setattr(reproduce_stabilised, "ONE_CHANGE", ("article", "penalties"))
    speeds = {"article": 40.0, "penalties": 20.0}
    folder = tmp_path / "stabilised"
    folder.mkdir()
    (folder / "speeds.json").write_text(json.dumps(speeds))
    assert main(["reproduce", "stabilised", "--parts", "arms", "--out", str(tmp_path)]) == 0
    result = json.loads((folder / "stabilised-arms.json").read_text())
    steps = {arm: run["snapshots"][-1]["step"] for arm, run in result["arms"].items()}
    assert steps == {"article": 200, "penalties": 100}


def test_recipes_run_as_long_on_the_clock_as_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(longrun, "SAMPLES", 100)
    monkeypatch.setattr(reproduce_stabilised, "RECIPE_SEEDS", (5, 6))
    monkeypatch.setattr(reproduce_stabilised, "RECIPE_SECONDS", (1, 2))
    speeds = {"no-momentum": 10.0, "stabilised": 20.0}
    folder = tmp_path / "stabilised" / "recipes"
    folder.mkdir(parents=True)
    (folder / "speeds.json").write_text(json.dumps(speeds))
    assert main(["reproduce", "stabilised", "--parts", "recipes", "--out", str(tmp_path)]) == 0
    result = json.loads((folder.parent / "stabilised-recipes.json").read_text())
    for arm, steps in (("no-momentum", [10, 20]), ("stabilised", [20, 40])):
        runs = result["recipes"][arm]
        assert [run["seed"] for run in runs] == [run["settings"]["seed"] for run in runs] == [5, 6]
        assert [[row["step"] for row in run["snapshots"]] for run in runs] == [steps, steps]
        assert runs[0]["settings"] == stabilised.make_arm(arm, 5).settings()
    with np.load(folder.parent / "stabilised-recipes.npz") as samples:
        assert samples["stabilised-6"].shape == (25, 28, 28, 1)


def test_each_part_of_the_recipe_is_left_out_once(tmp_path, monkeypatch):
    monkeypatch.setattr(longrun, "SAMPLES", 100)
    monkeypatch.setattr(reproduce_stabilised, "SEEDS", (5,))
    monkeypatch.setattr(reproduce_stabilised, "RECIPE_SECONDS", (1,))
    names = ["stabilised", *(f"without {part}" for part in stabilised.LEFT_OUT)]
    folder = tmp_path / "stabilised" / "ablation"
    folder.mkdir(parents=True)
    (folder / "speeds.json").write_text(json.dumps(dict.fromkeys(names, 2.0)))
    assert main(["reproduce", "stabilised", "--parts", "ablation", "--out", str(tmp_path)]) == 0
    result = json.loads((folder.parent / "stabilised-ablation.json").read_text())
    penalties = {name: runs[0]["settings"]["penalty"] for name, runs in result["ablation"].items()}
    assert list(penalties) == names
    assert penalties["without penalties"] is None
    assert penalties["without r2"] == "r1(0.2), every 8 steps"


def test_speeds_are_measured_once(tmp_path, mnist):
    path = tmp_path / "new" / "speeds.json"
    makers = {arm: partial(stabilised.make_arm, arm) for arm in ("article", "penalties")}
    short = {"slices": 1, "steps": 1}
    speeds = reproduce_stabilised._speeds(mnist.train_images, path, makers, **short)
    assert speeds.keys() == makers.keys()
    assert min(speeds.values()) > 0
    assert reproduce_stabilised._speeds(None, path, makers) == speeds
    others = {"article": makers["article"]}  # a version before or after may have had others
    again = reproduce_stabilised._speeds(mnist.train_images, path, others, **short)
    assert again.keys() == others.keys()


def test_the_toys_are_measured_with_and_without_the_cure_and_once(tmp_path, monkeypatch):
    monkeypatch.setattr(reproduce_stabilised, "TOY_STEPS", 3)
    monkeypatch.setattr(reproduce_stabilised, "TOY_POINTS", 200)
    monkeypatch.setattr(reproduce_stabilised, "TOY_SEEDS", (5,))
    command = ["reproduce", "stabilised", "--parts", "toys", "--out", str(tmp_path)]
    path = tmp_path / "stabilised" / "stabilised-toys.json"
    assert main(command) == 0
    result = json.loads(path.read_text())
    assert set(result["runs"]) == {"ring", "grid"}
    for kinds in result["runs"].values():
        assert set(kinds) == {"none", "penalties"}
        for rows in kinds.values():
            assert [row["seed"] for row in rows] == [5]
            assert set(rows[0]) == {"seed", *toys.Coverage._fields}
    make = toys.make_toy_trainer
    monkeypatch.setattr(toys, "make_toy_trainer", _untrainable(make))
    assert main(command) == 0
    again = json.loads(path.read_text())
    assert (again["runs"], again["seconds"]) == (result["runs"], result["seconds"])
    monkeypatch.setattr(toys, "make_toy_trainer", make)
    monkeypatch.setattr(reproduce_stabilised, "DENSITIES", {"ring": toys.ring()})
    monkeypatch.setattr(reproduce_stabilised, "TOY_STEPS", 4)
    assert main(command) == 0
    longer = json.loads(path.read_text())
    assert longer["steps"] == 4
    assert longer["runs"]["ring"] != result["runs"]["ring"]


def _untrainable(make):
    """Return a maker of trainers that fail where they are asked to train."""

    def made(**settings):
        trainer = make(**settings)
        trainer.fit = None
        return trainer

    return made


def test_pacgans_networks_stop_early_and_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(reproduce_stabilised, "TOY_POINTS", 200)
    monkeypatch.setattr(reproduce_stabilised, "PACGAN_STOPS", (2, 300))
    command = ["reproduce", "stabilised", "--parts", "pacgan", "--out", str(tmp_path)]
    folder = tmp_path / "stabilised"
    assert main([*command, "--minutes", "0.0001"]) == 0
    result = json.loads((folder / "stabilised-pacgan.json").read_text())
    assert [row["step"] for row in result["rows"]] == [2]
    (folder / "pacgan" / "row-2.json").unlink()  # as if it had been killed before the measure
    monkeypatch.setattr(reproduce_stabilised, "PACGAN_STOPS", (2, 4))
    assert main([*command, "--minutes", "10"]) == 0
    again = json.loads((folder / "stabilised-pacgan.json").read_text())
    assert [row["step"] for row in again["rows"]] == [2, 4]
    assert again["rows"][0] == result["rows"][0]
    assert (again["steps"], again["settings"]["batch_size"]) == (4, 100)


def test_the_shipped_runs_are_cured():
    best = min(row["frechet"] for row in results.load("gan-article")["snapshots"])
    for seed, step in reproduce_stabilised.LAST.items():
        run = results.load(f"stabilised-{seed}")
        last = run["snapshots"][-1]
        assert run["settings"] == stabilised.make_arm("stabilised", seed).settings()
        assert last["step"] == run["steps"] == step >= 100_000
        assert last["parzen"] > 225 + 10  # what the paper of 2014 printed, and three errors
        assert last["frechet"] < best / 30
        assert last["recall"] > 0.8
        assert all(0.06 < share < 0.14 for share in last["histogram"])


def test_the_longest_run_of_the_cure_goes_as_far_as_the_collapse():
    [row] = [r for r in results.load("gan-article")["snapshots"] if r["step"] == 300_000]
    assert row["commonest"] > 0.95
    rows = results.load("stabilised-0")["snapshots"]
    assert rows[-1]["step"] == row["step"]
    assert max(r["frechet"] for r in rows if r["step"] >= 100_000) < 1.2
    assert max(r["commonest"] for r in rows if r["step"] >= 100_000) < 0.13


def test_with_the_cure_the_toys_keep_all_modes():
    for density, kinds in results.load("stabilised-toys")["runs"].items():
        modes = len(reproduce_stabilised.DENSITIES[density].centres)
        assert [row["seed"] for row in kinds["penalties"]] == list(reproduce_stabilised.TOY_SEEDS)
        assert all(row["modes"] == modes for row in kinds["penalties"])
        assert all(row["modes"] < modes for row in kinds["none"])


def test_the_faster_recipe_is_nearer_at_any_time_with_every_seed():
    found = results.load("stabilised-recipes")["recipes"]
    for arm, runs in found.items():
        assert [run["seed"] for run in runs] == list(reproduce_stabilised.RECIPE_SEEDS)
        for run in runs:
            assert run["settings"] == stabilised.make_arm(arm, run["seed"]).settings()
            assert min(run["snapshots"][-1]["histogram"]) > 0.05
    for i in range(len(reproduce_stabilised.RECIPE_SECONDS)):
        patient, faster = (
            [run["snapshots"][i]["frechet"] for run in found[arm]]
            for arm in reproduce_stabilised.RECIPES
        )
        assert max(faster) < min(patient)
    start = max(run["snapshots"][0]["frechet"] for run in found["stabilised"])
    end = min(run["snapshots"][-1]["frechet"] for run in found["no-momentum"])
    assert start < end  # after 45 seconds and after 300
    assert min(run["snapshots"][-1]["parzen"] for run in found["stabilised"]) > 230


def test_with_penalties_as_the_only_change_a_million_steps_end_without_a_collapse():
    baseline, cured = results.load("gan-article"), results.load("stabilised-million")
    changed = {
        name
        for name, value in cured["settings"].items()
        if baseline["settings"].get(name, value) != value
    }
    assert changed == {"penalty"}
    assert cured["parameters"] == baseline["parameters"]
    last = cured["snapshots"][-1]
    assert last["step"] == baseline["snapshots"][-1]["step"] == 1_000_000
    assert baseline["snapshots"][-1]["commonest"] > 0.99
    assert last["commonest"] < 0.15
    assert min(last["histogram"]) > 0.06
    assert last["recall"] > 0.7
    assert last["frechet"] < baseline["snapshots"][-1]["frechet"] / 20


def test_at_equal_time_the_cure_is_five_times_nearer():
    arms = results.load("stabilised-arms")["arms"]
    article = min(row["frechet"] for row in arms["article"]["snapshots"])
    assert arms["no-momentum"]["snapshots"][-1]["frechet"] < article / 5
