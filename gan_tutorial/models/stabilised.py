"""The cure for collapse, one change at a time from the article's setting to the one that lasts."""

import keras

from gan_tutorial.losses import r1, r2
from gan_tutorial.networks import make_discriminator, make_generator
from gan_tutorial.trainer import Trainer

GAMMA = 0.1  # strength of R1 and of R2
DECAY = 0.9995  # of the average of G's weights
WIDE = {"generator": (256, 512), "discriminator": (512, 256)}
ARMS = ("article", "penalties", "averaging", "wider", "stabilised")


def make_stabilised_optimizer():
    """Return Adam(4e-4) without momentum, as second-order penalties like it.

    Example:
        >>> make_stabilised_optimizer().beta_1
        0.0
    """
    return keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.99, epsilon=1e-8)


def make_arm(arm, seed=0, image_shape=(28, 28, 1), ema=DECAY):
    """Map the name of an arm to a new `Trainer`; each arm has what the ones before it have, and:

    article: one hidden layer of 128 units, Adam(1e-3), z uniform.
    penalties: R1 and R2 with gamma 0.1.
    averaging: G's weights averaged with the decay `ema`; a short run wants less than 0.9995.
    wider: two hidden layers, of 256 and 512 units.
    stabilised: Adam(4e-4, beta_1 0, beta_2 0.99), leaky ReLU, z normal.

    Raises ValueError for another name. Source: Mescheder et al. 2018; Huang et al. 2024 (R3GAN).

    Example:
        >>> make_arm("averaging").ema
        0.9995
    """
    if arm not in ARMS:
        raise ValueError(f"unknown arm {arm!r}: choose one of {', '.join(ARMS)}")
    has = ARMS[1 : ARMS.index(arm) + 1]
    hidden = WIDE if "wider" in has else {"generator": (128,), "discriminator": (128,)}
    last = "stabilised" in has
    activation = "leaky_relu" if last else "relu"
    optimizers = [make_stabilised_optimizer() if last else None for _ in range(2)]
    return Trainer(
        make_generator(100, hidden["generator"], image_shape, seed, activation=activation),
        make_discriminator(hidden["discriminator"], image_shape, seed + 1, activation=activation),
        d_optimizer=optimizers[0],
        g_optimizer=optimizers[1],
        prior="normal" if last else "uniform",
        penalty=r1(GAMMA) + r2(GAMMA) if "penalties" in has else None,
        ema=ema if "averaging" in has else None,
        seed=seed,
    )
