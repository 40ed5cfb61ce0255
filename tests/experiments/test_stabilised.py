"""The runs of the cure: equal time on the clock, the toys, and what the shipped runs show."""

import json

from gan_tutorial import results
from gan_tutorial.cli import main
from gan_tutorial.experiments import longrun
from gan_tutorial.experiments import stabilised as reproduce_stabilised
from gan_tutorial.models import stabilised, toys


def test_arms_run_as_long_on_the_clock_as_their_speeds_say(tmp_path, monkeypatch):
    monkeypatch.setattr(longrun, "SAMPLES", 100)
    monkeypatch.setattr(reproduce_stabilised, "ARM_STEPS", 100)
    monkeypatch.setattr(reproduce_stabilised, "_stops", lambda steps: (0, steps))
    monkeypatch.setattr(stabilised, "ARMS", ("article", "penalties"))
    speeds = {"article": 40.0, "penalties": 10.0, "stabilised": 20.0}
    folder = tmp_path / "stabilised"
    folder.mkdir()
    (folder / "speeds.json").write_text(json.dumps(speeds))
    assert main(["reproduce", "stabilised", "--parts", "arms", "--out", str(tmp_path)]) == 0
    result = json.loads((folder / "stabilised-arms.json").read_text())
    steps = {arm: run["snapshots"][-1]["step"] for arm, run in result["arms"].items()}
    assert steps == {"article": 200, "penalties": 50}


def test_the_toys_are_measured_with_and_without_the_cure(tmp_path, monkeypatch):
    monkeypatch.setattr(reproduce_stabilised, "TOY_STEPS", 3)
    monkeypatch.setattr(reproduce_stabilised, "TOY_POINTS", 200)
    monkeypatch.setattr(reproduce_stabilised, "SEEDS", (5,))
    assert main(["reproduce", "stabilised", "--parts", "toys", "--out", str(tmp_path)]) == 0
    result = json.loads((tmp_path / "stabilised" / "stabilised-toys.json").read_text())
    assert set(result["runs"]) == {"ring", "grid"}
    for kinds in result["runs"].values():
        assert set(kinds) == {"none", "penalties"}
        for rows in kinds.values():
            assert [row["seed"] for row in rows] == [5]
            assert set(rows[0]) == {"seed", *toys.Coverage._fields}


def test_the_shipped_runs_are_cured():
    best = min(row["frechet"] for row in results.load("gan-article")["snapshots"])
    for seed in range(3):
        run = results.load(f"stabilised-{seed}")
        last = run["snapshots"][-1]
        assert run["settings"] == stabilised.make_arm("stabilised", seed).settings()
        assert last["step"] == run["steps"] == reproduce_stabilised.STOPS[-1] <= 100_000
        assert last["parzen"] > 225  # what the paper of 2014 printed
        assert last["frechet"] < best / 5
        assert all(0.06 < share < 0.14 for share in last["histogram"])


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
    assert arms["stabilised"]["snapshots"][-1]["frechet"] < article / 5
