"""What tells the causes of the collapse apart: closed forms, and a probe that changes nothing."""

import json

import keras
import numpy as np
import pytest

from gan_tutorial import draws, make_generator
from gan_tutorial.cli import main
from gan_tutorial.experiments import collapse, gan, longrun

Z = draws.uniform((6, 100), draws.key(0, draws.SAMPLE, 0))


def linear(seed=0):
    """A D without a hidden layer: its slope is the same everywhere."""
    start = keras.initializers.RandomNormal(seed=seed)
    layers = [keras.Input((28, 28, 1)), keras.layers.Flatten()]
    return keras.Sequential([*layers, keras.layers.Dense(1, kernel_initializer=start)])


def test_a_linear_d_pushes_all_images_one_way():
    by_weights, by_images = collapse.cosines(make_generator(seed=1), linear(), Z)
    assert by_images == pytest.approx(1)
    assert by_weights < 0.99  # the way to the weights leads through each image's own units


def test_equal_z_have_equal_gradients():
    same = np.repeat(Z[:1], 4, 0)
    assert collapse.cosines(make_generator(seed=1), linear(), same) == pytest.approx((1, 1))


@pytest.mark.parametrize(
    ("rows", "mean"),
    [([[2, 0], [0, 1]], 0), ([[1, 1], [-3, -3]], -1), ([[1, 0], [1, 0], [0, 1]], 1 / 3)],
)
def test_the_mean_cosine_is_that_of_all_pairs(rows, mean):
    assert collapse._mean_cosine(np.float32(rows)) == pytest.approx(mean, abs=1e-6)


def test_a_gradient_of_0_has_no_direction():
    with pytest.raises(FloatingPointError, match="has no direction"):
        collapse._mean_cosine(np.float32([[0, 0], [1, 0]]))


@pytest.fixture
def few(monkeypatch):
    """Short games and small samples; more images to judge than the stand-in has for testing."""
    for name, value in (("PROBED", (2, 4)), ("LATER", 2), ("ALONE", 2), ("PAIRED", 3)):
        monkeypatch.setattr(collapse, name, value)
    monkeypatch.setattr(longrun, "SAMPLES", 100)
    monkeypatch.setattr(gan, "ARTICLE_STOPS", (0, 2, 4))


def all_of(trainer):
    parts = trainer.generator, trainer.discriminator, trainer.g_optimizer, trainer.d_optimizer
    return [np.array(variable) for part in parts for variable in part.variables]


def test_a_probe_leaves_the_game_as_it_is(few, mnist, tmp_path):
    trainer = gan.article_trainer(1)
    trainer.fit(mnist.train_images, 3, progress=False)
    before = all_of(trainer)
    seen = collapse.probe(trainer, mnist._replace(test_images=mnist.test_images[:300]), tmp_path)
    assert trainer.step == 3
    assert all(map(np.array_equal, before, all_of(trainer)))
    for lead in (seen["fresh"], seen["ahead"]):
        assert lead["shares"] == seen["now"]["shares"]  # G stood still
        assert lead["d_real"] != seen["now"]["d_real"]
    assert seen["fresh"]["d_real"] != seen["ahead"]["d_real"]
    assert 0 <= seen["now"]["right"] <= 1


def test_a_fresh_ds_game_goes_on_with_the_memory_of_both_optimisers():
    one, other = gan.article_trainer(1), gan.article_trainer(2)
    one.fit(np.full((200, 28, 28, 1), 0.5, np.float32), 3, progress=False)
    collapse._hand_over(one.g_optimizer, other.g_optimizer)
    assert int(other.g_optimizer.iterations) == 3
    for a, b in zip(one.g_optimizer.variables, other.g_optimizer.variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_run_is_probed_twice_and_never_again(few, tmp_path, monkeypatch):
    args = ["reproduce", "collapse", "--parts", "seed-1", "--out", str(tmp_path)]
    assert main(args) == 0
    path = tmp_path / "collapse" / "collapse-1.json"
    result = json.loads(path.read_text())
    assert [row["step"] for row in result["snapshots"]] == [0, 2, 4]
    assert [probe["step"] for probe in result["probes"]] == [2, 4]
    monkeypatch.setattr(collapse, "probe", None)
    assert main(args) == 0
    assert json.loads(path.read_text())["probes"] == result["probes"]
