"""Several replicas take the step of one: in one process, on two logical CPUs."""

import json
import subprocess
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_tutorial import make_discriminator, make_generator, replicas
from gan_tutorial.models.seqgan import SeqGAN
from gan_tutorial.trainer import Trainer
from tests.distributed.games import GAMES

# The others are played by `make machines`.
QUICK = ("sgd", "clipped slopes", "conditional dcgan")


def played(name, n=2):
    """Play a game in a process of its own, since logical CPUs must come before anything else."""
    command = [sys.executable, "-m", "tests.distributed.games", name, str(n)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_two_replicas_take_the_steps_of_one(name):
    assert played(name) < GAMES[name][1]


@pytest.mark.machines
@pytest.mark.parametrize("name", [name for name in GAMES if name not in QUICK])
def test_two_replicas_take_the_steps_of_one_in_other_games_too(name):
    assert played(name) < GAMES[name][1]


@pytest.mark.machines
def test_four_replicas_take_the_steps_of_one():
    assert played("sgd", 4) < 1e-5


def test_outside_of_steps_there_is_one_replica():
    rows = tf.range(6)
    assert replicas.count() == 1
    assert replicas.part(rows) is rows
    assert replicas.means([None, rows], [1.0]) == ([None, rows], [1.0])
    assert replicas.copies(tf.distribute.get_strategy(), rows) is rows


class Two:
    """What is asked of a strategy of two replicas."""

    num_replicas_in_sync = 2


def trainer_of_two(**settings):
    """What is asked of a trainer whose strategy has two replicas."""
    usual = {
        "batch_size": 128,
        "generator": keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()]),
        "discriminator": keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]),
        "d_optimizer": keras.optimizers.SGD(),
        "g_optimizer": keras.optimizers.SGD(),
    }
    return SimpleNamespace(strategy=Two, **{**usual, **settings})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"batch_size": 127}, "batch_size 127 does not divide by 2, the number of replicas"),
        (
            {"d_optimizer": keras.optimizers.SGD(gradient_accumulation_steps=4)},
            "d_optimizer: gradient_accumulation_steps works on one replica alone",
        ),
        (
            {"g_optimizer": keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD())},
            "g_optimizer: LossScaleOptimizer works on one replica alone",
        ),
    ],
)
def test_what_several_replicas_cannot_have_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        replicas.prepared(trainer_of_two(**settings), "auto")


def test_several_replicas_run_as_a_plain_graph():
    assert replicas.prepared(trainer_of_two(), "auto") is False
    with pytest.raises(ValueError, match="XLA compiles for one replica: leave jit_compile at"):
        replicas.prepared(trainer_of_two(), True)


def test_batch_norm_is_told_to_take_the_whole_batch(make_trainer):
    two = trainer_of_two()
    assert not two.generator.layers[0].synchronized
    replicas.prepared(two, "auto")
    assert two.generator.layers[0].synchronized


def test_a_keras_without_the_sum_that_is_switched_off_is_refused():
    with pytest.raises(RuntimeError, match="is not known to train several replicas"):
        replicas.prepared(trainer_of_two(d_optimizer=object()), "auto")


@pytest.fixture
def scope():
    """A function that gives the scope of a strategy of one device."""
    return tf.distribute.OneDeviceStrategy("CPU:0").scope


def test_a_pair_made_elsewhere_than_its_trainer_is_refused(make_trainer, scope):
    pair = make_generator(5, (8,), (4, 4, 1)), make_discriminator((8,), (4, 4, 1))
    with scope(), pytest.raises(ValueError, match="the generator was made outside strategy.scope"):
        make_trainer(pair)
    with scope():
        pair = make_generator(5, (8,), (4, 4, 1)), make_discriminator((8,), (4, 4, 1))
    with pytest.raises(ValueError, match="the generator was made in a strategy's scope: make the"):
        make_trainer(pair)


def test_an_optimiser_made_elsewhere_is_refused(make_trainer, scope):
    optimizer = keras.optimizers.SGD()
    with scope(), pytest.raises(ValueError, match="the g_optimizer was made outside strategy.scop"):
        make_trainer(g_optimizer=optimizer)


def test_another_strategy_is_refused(make_trainer):
    class Other(tf.distribute.Strategy):
        def __init__(self):
            super().__init__(tf.distribute.OneDeviceStrategy("CPU:0").extended)

    message = "Trainer knows MirroredStrategy and .*, not Other"
    with Other().scope(), pytest.raises(ValueError, match=message):
        make_trainer()


def test_in_the_scope_of_one_device_the_bits_are_the_same(make_trainer, dots, weights, same, scope):
    plain = make_trainer(ema=0.9)
    with scope():
        scoped = make_trainer(ema=0.9)
    for trainer in (plain, scoped):
        trainer.fit(dots, 7, progress=False)
    assert same(weights(plain.sampler), weights(scoped.sampler))


def test_seqgan_says_that_it_runs_on_one_device(monkeypatch):
    monkeypatch.setattr(tf.distribute, "get_strategy", lambda: Two)
    with pytest.raises(ValueError, match="SeqGAN runs on one device: call it outside"):
        SeqGAN(None, None, None)


def test_trainer_keeps_the_strategy_in_whose_scope_it_was_made(make_trainer):
    trainer = make_trainer()
    assert isinstance(trainer, Trainer)
    assert trainer.strategy.num_replicas_in_sync == 1
    assert np.isfinite(trainer.sample(2)).all()
