"""The oracle experiment: resumed to the same courses, with all of its arms."""

import pytest

from gan_tutorial.experiments import seqgan as reproduce_seqgan

TINY = {
    **{"vocabulary": 12, "length": 5, "sequences": 128, "rollouts": 2, "filters": {1: 4, 2: 4}},
    **{"epochs": 3, "d_rounds": 1, "iterations": 4, "d_rounds_each": 1},
}


def test_no_two_draws_of_the_experiments_share_a_seed():
    seed_of, purposes = reproduce_seqgan.seed_of, reproduce_seqgan.PURPOSES
    seeds = [seed_of(purpose, seed) for seed in range(100) for purpose in purposes]
    assert len(set(seeds)) == len(seeds)


def test_an_experiment_that_was_stopped_has_the_same_courses(tmp_path, monkeypatch):
    monkeypatch.setattr(reproduce_seqgan, "MEASURED", 64)

    def advance(game, done):
        game.pretrain(1)

    def course(folder, *totals):
        for total in totals:
            experiment = reproduce_seqgan.Experiment(TINY, 0, folder, 5)
            rows = experiment.train("arm", experiment.game(), advance, total, every=1)
        return [{**row, "seconds": None} for row in rows]

    assert course(tmp_path / "parts", 1, 2, 4) == course(tmp_path / "whole", 4)


def test_an_experiment_has_all_arms_and_says_how_it_was_made(tmp_path, monkeypatch, mnist):
    monkeypatch.setattr(reproduce_seqgan, "MEASURED", 64)
    monkeypatch.setitem(reproduce_seqgan.TIERS, "small", TINY)
    reproduce_seqgan.reproduce_seed(mnist, tmp_path, 5, "small", 0)
    result = reproduce_seqgan.longrun.json.loads((tmp_path / "seqgan-small-0.json").read_text())
    arms = result["arms"]
    assert {"pretrained", "seqgan", "constant", "likelihood", "temperature 0.5"} <= arms.keys()
    assert arms["seqgan"]["course"][-1]["units"] == 5
    assert {"stopped", "stopped, temperature 0.5"} <= arms.keys()
    courses = [arms[name]["course"] for name in ("pretrained", "stopped")]
    lowest = [min(point["validation_nll"] for point in course) for course in courses]
    assert courses[1][-1]["validation_nll"] == pytest.approx(lowest[0], abs=1e-3) == lowest[1]
    seconds = result["seconds_of"]
    assert seconds["likelihood"] >= seconds["seqgan"]
    for arm in arms.values():
        assert {"oracle_nll", "held_out_nll", "distinct_2", "self_bleu_3", "copied"} <= arm.keys()
    assert result["settings"]["seed"] == 0
