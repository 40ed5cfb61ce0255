"""The playground's engine against the package: its losses, its penalties and its Trainer.

Both compute in float64 from the same weights, points and noise. They differ by rounding alone,
about 1e-15 of the largest entry, which 20 steps of a game let grow.
"""

import functools
import operator

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_tutorial import (
    Trainer,
    algorithm,
    draws,
    losses,
    make_discriminator,
    make_generator,
    penalties,
)
from gan_tutorial.players import copied

N = 16
LEAKY = float(np.float32(0.2))  # TensorFlow keeps the slope of leaky ReLU as a float32
ROUNDING, GROWN = 1e-12, 1e-9  # the bounds, relative to the largest entry

STRENGTHS = {
    "none": {},
    "R1": {"r1": 0.7},
    "R2": {"r2": 0.7},
    "R1+R2": {"r1": 0.7, "r2": 0.3},
    "GP": {"gp": 10.0},
}
PENALTIES = {"r1": penalties.r1, "r2": penalties.r2, "gp": penalties.gradient_penalty}


@pytest.fixture(autouse=True)
def _nothing_is_float32(monkeypatch):
    """Let the two places of the package that are float32 whatever comes keep float64."""
    mixing = penalties.mixing
    monkeypatch.setattr(penalties, "mixing", lambda x, seed: tf.cast(mixing(x, seed), x.dtype))
    monkeypatch.setattr(algorithm, "_call", lambda model, x, y, training=True: model(x))


def in_float64(model, seed):
    """The same layers in float64, with biases that are not zero: they shall be seen."""

    def layer(old):
        return type(old).from_config({**old.get_config(), "dtype": "float64"})

    inputs = keras.Input(model.input_shape[1:], dtype="float64")
    copy = keras.models.clone_model(model, inputs, layer)
    rng = np.random.default_rng(seed)
    biases = [0.3 * rng.standard_normal(w.shape) * (w.ndim == 1) for w in model.get_weights()]
    copy.set_weights(list(map(operator.add, model.get_weights(), biases)))
    return copy


@pytest.fixture(scope="module")
def pair():
    """G and D, which no test changes."""
    generator = make_generator(2, (32, 32), (2,), 0, activation="leaky_relu", output=None)
    discriminator = make_discriminator((32, 32), (2,), 1, activation="leaky_relu")
    return in_float64(generator, 2), in_float64(discriminator, 3)


def points(purpose, draw):
    """Real points, or noise, of a purpose and a draw of `draws`."""
    return np.random.default_rng([purpose, draw]).standard_normal((N, 2))


def alphas(draw):
    """Where between real and fake the package's gradient penalty looks in a draw."""
    return penalties.mixing(tf.ones((N, 2)), draws.key(0, draws.PENALTY, draw)).numpy().ravel()


def penalty_of(settings):
    """The package's penalty for the engine's settings, or None."""
    parts = [make(settings[name]) for name, make in PENALTIES.items() if name in settings]
    return functools.reduce(operator.add, parts) if parts else None


def flat(tensors):
    return np.concatenate([np.ravel(tensor) for tensor in tensors])


def weights_of(model):
    return flat(model.get_weights())


def off(mine, theirs):
    """The largest difference, relative to the largest entry."""
    return np.abs(np.subtract(mine, theirs)).max() / np.abs(theirs).max()


GRADIENT = """
const game = new gan.Game(null, given.settings), size = given.real.length;
game.G.theta.set(given.g);
game.D.theta.set(given.d);
game.rows.set(given.real);
game.z.set(given.z);
if (given.player === "G") return [game.gradientG(), game.G.grad];
game.rows.set(game.G.forward(game.z, game.settings.batch).subarray(0, size), size);
return [game.gradientD(given.alphas), game.D.grad];
"""


def gradient_in_js(js, player, pair, real, z, **settings):
    """The engine's loss of a player, and its gradient."""
    weights = dict(zip("gd", map(weights_of, pair), strict=True))
    settings = {"batch": N, "leak": LEAKY, **settings}
    given = {"real": real.ravel(), "z": z.ravel(), "alphas": alphas(0), **weights}
    return js(GRADIENT, player=player, settings=settings, **given)


def agree(mine, value, gradient):
    """Demand that a loss and its gradient are the same but for rounding."""
    assert mine[0] == pytest.approx(float(value), rel=ROUNDING)
    assert off(mine[1], flat(gradient)) < ROUNDING


@pytest.mark.parametrize("strengths", STRENGTHS.values(), ids=STRENGTHS)
@pytest.mark.parametrize("loss", losses.LOSSES)
def test_ds_loss_and_its_gradient_are_the_packages(js, pair, loss, strengths):
    generator, discriminator = pair
    penalty = penalty_of(strengths)
    real, z = points(draws.D_IMAGES, 0), points(draws.D_NOISE, 0)
    x, fake = tf.constant(real), generator(z)
    with tf.GradientTape() as tape:
        value = losses.get(loss).discriminator(discriminator(x), discriminator(fake))
        if penalty:
            value += penalty(discriminator, x, fake, draws.key(0, draws.PENALTY, 0))
    gradient = tape.gradient(value, discriminator.trainable_variables)
    agree(gradient_in_js(js, "D", pair, real, z, loss=loss, **strengths), value, gradient)


@pytest.mark.parametrize("loss", losses.LOSSES)
def test_gs_loss_and_its_gradient_are_the_packages(js, pair, loss):
    generator, discriminator = pair
    real, z = points(draws.G_IMAGES, 0), points(draws.G_NOISE, 0)
    with tf.GradientTape() as tape:
        logits = discriminator(real), discriminator(generator(z))
        value = losses.get(loss).generator(*logits)
    gradient = tape.gradient(value, generator.trainable_variables)
    agree(gradient_in_js(js, "G", pair, real, z, loss=loss), value, gradient)


# Whole steps. Rates and betas are few powers of two: Keras rounds them to float32.

ADAM = {"optimizer": "adam", "dRate": 2**-9, "gRate": 2**-9, "beta1": 0.0, "beta2": 1 - 2**-7}
SGD = {"optimizer": "sgd", "dRate": 2**-5, "gRate": 2**-6}
MOMENTUM = ADAM | {"beta1": 0.5, "beta2": 0.875}
RUNS = {  # steps and settings
    "Adam, R1+R2, average": (20, ADAM, {"loss": "relativistic", "r1": 0.1, "r2": 0.1, "ema": 0.9}),
    "Adam with momentum": (8, MOMENTUM, {"loss": "non-saturating"}),
    "GP, 2 D steps, 3 G steps": (4, ADAM, {"loss": "hinge", "gp": 1, "dSteps": 2, "gSteps": 3}),
    "SGD": (8, SGD, {"loss": "least-squares"}),
    "SGD, clipping, 3 D steps": (6, SGD, {"loss": "wasserstein", "clip": 0.3, "dSteps": 3}),
}


class Given(Trainer):
    """A trainer that takes its points and its noise from `points`."""

    def _batch(self, images, labels, key):
        return tf.constant(points(*key.numpy())), None

    def _noise(self, key):
        return tf.constant(points(*key.numpy()))


def optimizer_of(settings, rate):
    if settings["optimizer"] == "sgd":
        return keras.optimizers.SGD(rate)
    return keras.optimizers.Adam(rate, settings["beta1"], settings["beta2"], epsilon=1e-8)


def trainer_of(pair, settings):
    """A trainer with the engine's settings, of copies of a pair."""
    names = {"clip": "clip", "ema": "ema", "dSteps": "d_steps", "gSteps": "g_steps"}
    return Given(
        *map(copied, pair),
        settings["loss"],
        optimizer_of(settings, settings["dRate"]),
        optimizer_of(settings, settings["gRate"]),
        batch_size=N,
        penalty=penalty_of(settings),
        data_range=None,
        **{theirs: settings[mine] for mine, theirs in names.items() if mine in settings},
    )


def draws_of(trainer, steps):
    """What a trainer draws in a number of steps, in the order in which the engine asks for it."""
    d_steps, g_steps = trainer.d_steps, trainer.g_steps
    given = {"reals": [], "noises": [], "alphas": []}
    for first in max(d_steps, g_steps) * np.arange(steps):
        for draw in first + np.arange(d_steps):
            given["reals"].append(points(draws.D_IMAGES, draw).ravel())
            given["noises"].append(points(draws.D_NOISE, draw).ravel())
            given["alphas"].append(alphas(draw))
        for draw in first + np.arange(g_steps):
            if trainer.loss.relativistic:
                given["reals"].append(points(draws.G_IMAGES, draw).ravel())
            given["noises"].append(points(draws.G_NOISE, draw).ravel())
    return given


GAME = """
const game = new gan.Game(null, given.settings), gradientD = game.gradientD.bind(game);
game.G.theta.set(given.g);
game.D.theta.set(given.d);
if (game.average) game.average.set(given.g);
game.draw = (random, out) => out.set(given.reals.shift());
game.noise = (z) => z.set(given.noises.shift());
game.gradientD = () => gradientD(given.alphas.shift());
const course = [];
for (let k = 0; k < given.steps; k++) {
  game.step();
  course.push([game.dLoss, game.gLoss, game.dReal, game.dFake]);
}
const left = given.reals.length + given.noises.length + given.alphas.length;
return { course, left, d: game.D.theta, g: game.G.theta, shown: game.average ?? game.G.theta };
"""


@pytest.mark.parametrize(("steps", "optimizers", "settings"), RUNS.values(), ids=RUNS)
def test_steps_are_those_of_the_trainer(js, pair, steps, optimizers, settings):
    settings = {"batch": N, "leak": LEAKY, **optimizers, **settings}
    trainer = trainer_of(pair, settings)
    start = dict(zip("gd", map(weights_of, pair), strict=True))
    mine = js(GAME, settings=settings, steps=steps, **start, **draws_of(trainer, steps))
    course = [trainer.train_step(None, None, step) for step in range(steps)]
    assert mine["left"] == 0
    np.testing.assert_allclose(mine["course"], course, rtol=GROWN, atol=GROWN)
    players = {"d": trainer.discriminator, "g": trainer.generator, "shown": trainer.sampler}
    for name, player in players.items():
        assert off(mine[name], weights_of(player)) < GROWN, name
    assert off(mine["d"], start["d"]) > 1e-3  # it was not the first weights that were compared
    assert off(mine["g"], start["g"]) > 1e-3
