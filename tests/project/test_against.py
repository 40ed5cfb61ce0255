"""The comparison of two revisions: its interval, its verdict, its order, its one-line errors."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("against", ROOT / "benchmarks" / "against.py")
against = importlib.util.module_from_spec(spec)
spec.loader.exec_module(against)


@pytest.mark.parametrize("n", [6, 30, 31, 100])
def test_the_interval_is_as_wide_as_the_binomial_distribution_says(n):
    low, high = against.interval(range(n))
    k = low + 1  # the k-th smallest of n
    assert high == n - k  # and the k-th largest
    assert 2 * stats.binom.cdf(k - 1, n, 0.5) <= 0.05 < 2 * stats.binom.cdf(k, n, 0.5)


def test_the_interval_covers_the_median_as_often_as_it_says():
    rng = np.random.default_rng(0)
    hits = [
        low <= 1 <= high for low, high in map(against.interval, 1 + rng.normal(size=(2000, 30)))
    ]
    assert 0.945 < np.mean(hits) < 0.975  # 0.957 by the binomial distribution


def test_the_order_of_the_ratios_does_not_matter_and_equal_ones_have_no_width():
    ratios = np.random.default_rng(0).random(30)
    assert against.interval(ratios) == against.interval(ratios[::-1])
    assert against.interval([1.5] * 30) == (1.5, 1.5)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.90, 0.96, "slower"),
        (0.90, 0.98, "not slower"),
        (0.99, 1.01, "not slower"),
        (1.01, 1.05, "faster"),
    ],
)
def test_a_game_is_slower_where_all_of_the_interval_is_below_the_bound(low, high, said):
    assert against.verdict(low, high) == said


def test_they_take_turns_and_each_begins_every_other_pair():
    assert list(against.in_turn(3)) == [(0, 1), (1, 0), (0, 1)]


def test_another_revision_is_checked_out_without_touching_this_one():
    with against.checked_out("HEAD") as folder:
        assert (Path(folder) / "gan_tutorial" / "__init__.py").is_file()
    assert not Path(folder).exists()


def test_an_unknown_revision_is_one_line(capsys):
    assert against.main(["no-such-revision"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("against: no-such-revision: ")
    assert said.count("\n") == 1


def test_a_contender_that_stops_says_why(tmp_path):
    (tmp_path / "gan_tutorial").mkdir()
    (tmp_path / "gan_tutorial" / "__init__.py").write_text("raise ImportError('broken on purpose')")
    contender = against.Contender("dense", tmp_path)
    with pytest.raises(against.Failed, match="broken on purpose"):
        contender.train(1)
    contender.stop()


class Steady:
    """A contender of a fixed speed."""

    def __init__(self, speed):
        self.train = lambda steps: steps / speed


@pytest.mark.parametrize(("speed", "steps"), [(1000, 500), (37, 20), (2, 10)])
def test_a_slice_has_a_whole_number_of_steps_and_lasts_about_half_a_second(speed, steps):
    found = against.calibrated([Steady(speed / 2), Steady(speed)])
    assert isinstance(found, int)
    assert found == steps


def test_pairs_hold_the_other_revisions_speed_first(monkeypatch):
    monkeypatch.setattr(Steady, "stop", lambda self: None, raising=False)
    monkeypatch.setattr(
        against, "Contender", lambda game, folder: Steady(200 if folder == "old" else 400)
    )
    for there, here in against.compare("dense", "old", 4):
        assert (there, here) == pytest.approx((200, 400))
