"""The cure for collapse, one change at a time from the article's setting to the one that lasts."""

from typing import NamedTuple

import keras

from gan_tutorial.losses import lazy, r1, r2
from gan_tutorial.networks import make_discriminator, make_generator
from gan_tutorial.trainer import Trainer

ARMS = ("article", "penalties", "averaging", "wider", "no-momentum", "stabilised")
LEFT_OUT = (*ARMS[1:-1], "r2")
DECAY = 0.9995  # of the average of G's weights
WIDE = {"generator": (256, 512), "discriminator": (512, 256)}


class Recipe(NamedTuple):
    """What sets the last two arms apart; R1 and R2 are computed at every `every`-th step."""

    gamma: float
    learning_rate: float
    batch_size: int
    every: int


PATIENT, FASTER = Recipe(0.1, 4e-4, 128, every=1), Recipe(0.2, 1.6e-3, 64, every=8)


def make_stabilised_optimizer(learning_rate):
    """Map a learning rate to an Adam without momentum, as second-order penalties like it.

    Example:
        >>> make_stabilised_optimizer(4e-4).beta_1
        0.0
    """
    return keras.optimizers.Adam(learning_rate, beta_1=0.0, beta_2=0.99, epsilon=1e-8)


def make_arm(arm, seed=0, image_shape=(28, 28, 1), ema=DECAY):
    """Map the name of an arm to a new `Trainer`; each arm has what the ones before it have, and:

    article: one hidden layer of 128 units, Adam(1e-3), z uniform.
    penalties: R1 and R2 with gamma 0.1.
    averaging: G's weights averaged with the decay `ema`; a short run wants less than 0.9995.
    wider: two hidden layers, of 256 and 512 units.
    no-momentum: Adam(4e-4, beta_1 0, beta_2 0.99), leaky ReLU, z normal.
    stabilised: four times the learning rate, half the batch, twice the gamma, and penalties at
    every eighth step only (`losses.lazy`).

    Raises ValueError for another name. Source: Mescheder et al. 2018; Huang et al. 2024 (R3GAN).

    Example:
        >>> make_arm("averaging").ema
        0.9995
    """
    if arm not in ARMS:
        raise ValueError(f"unknown arm {arm!r}: choose one of {', '.join(ARMS)}")
    return _make({*ARMS[: ARMS.index(arm) + 1], "r2"}, seed, image_shape, ema)


def make_without(part, seed=0):
    """Map the name of a part to a new `Trainer`: the arm stabilised without that part.

    Parts are the arms between the first and the last, and r2, without which R1 is alone. Without
    no-momentum the optimiser is the article's, at its rate.

    Raises ValueError for another name.

    Example:
        >>> make_without("r2").penalty.name
        'r1(0.2), every 8 steps'
    """
    if part not in LEFT_OUT:
        raise ValueError(f"unknown part {part!r}: choose one of {', '.join(LEFT_OUT)}")
    return _make({*ARMS, "r2"} - {part}, seed)


def _make(has, seed, image_shape=(28, 28, 1), ema=DECAY):
    """Return the `Trainer` that has these parts."""
    hidden = WIDE if "wider" in has else {"generator": (128,), "discriminator": (128,)}
    calm = "no-momentum" in has
    activation = "leaky_relu" if calm else "relu"
    gamma, rate, batch_size, every = FASTER if "stabilised" in has else PATIENT
    optimizers = [make_stabilised_optimizer(rate) if calm else None for _ in range(2)]
    penalty = r1(gamma) + r2(gamma) if "r2" in has else r1(gamma)
    return Trainer(
        make_generator(100, hidden["generator"], image_shape, seed, activation=activation),
        make_discriminator(hidden["discriminator"], image_shape, seed + 1, activation=activation),
        d_optimizer=optimizers[0],
        g_optimizer=optimizers[1],
        batch_size=batch_size,
        prior="normal" if calm else "uniform",
        penalty=lazy(penalty, every) if "penalties" in has else None,
        ema=ema if "averaging" in has else None,
        seed=seed,
    )
