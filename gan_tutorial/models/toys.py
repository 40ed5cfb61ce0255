"""Two-dimensional densities on which mode collapse can be seen and counted, and nets for them.

The densities and the counting follow PacGAN (Lin et al. 2018), section 4.1 and its released code.
"""

import math
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from gan_tutorial.checks import positive
from gan_tutorial.networks import make_discriminator, make_generator
from gan_tutorial.trainer import Trainer


class Density(NamedTuple):
    """A mixture of equal round Gaussians: their centres `(modes, 2)` and standard deviation."""

    centres: np.ndarray
    deviation: float

    def draw(self, n, seed=0):
        """Map a number of points and a seed to points `(n, 2)`, float32, each mode equally likely.

        Example:
            >>> ring().draw(5).shape
            (5, 2)
        """
        rng = np.random.default_rng(seed)
        at = self.centres[rng.integers(len(self.centres), size=n)]
        return (at + self.deviation * rng.standard_normal((n, 2))).astype(np.float32)


def ring(modes=8, radius=1.0, deviation=0.01):
    """Return the `Density` of Gaussians evenly spaced on a circle.

    Example:
        >>> ring().centres.shape
        (8, 2)
    """
    angles = 2 * math.pi * np.arange(modes) / modes
    return Density(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), deviation)


def grid(side=5, spacing=2.0, deviation=0.05):
    """Return the `Density` of Gaussians on a square grid around 0.

    Example:
        >>> grid().centres.min(), grid().centres.max()
        (np.float64(-4.0), np.float64(4.0))
    """
    ticks = spacing * (np.arange(side) - (side - 1) / 2)
    return Density(np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2), deviation)


class Coverage(NamedTuple):
    """Modes captured, share of high-quality points, and reverse KL in nats."""

    modes: int
    high_quality: float
    reverse_kl: float


def coverage(points, density):
    """Map points `(n, 2)` and the `Density` they should follow to their `Coverage`.

    A point is of high quality when it lies within three standard deviations of a centre. A mode is
    captured when at least one such point is nearest to it. The reverse KL is that of the shares of
    high-quality points by mode from equal shares, at least 0, and log(modes) for a single mode;
    infinite where no point is of high quality.

    Raises ValueError where points are not finite `(n, 2)`.
    Source: PacGAN (Lin et al. 2018), section 4.1; the authors draw 2,500 points.

    Example:
        >>> coverage(ring().centres, ring())
        Coverage(modes=8, high_quality=1.0, reverse_kl=0.0)
    """
    points = np.asarray(points, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points) or not np.isfinite(points).all():
        raise ValueError(f"points must be finite numbers (n, 2), not of shape {points.shape}")
    distances = np.linalg.norm(points[:, None] - density.centres[None], axis=2)
    good = distances.min(1) < 3 * density.deviation
    counts = np.bincount(distances[good].argmin(1), minlength=len(density.centres))
    if not good.any():
        return Coverage(0, 0.0, math.inf)
    shares = counts[counts > 0] / counts.sum()
    divergence = float(np.sum(shares * np.log(shares * len(density.centres))))
    return Coverage(int((counts > 0).sum()), float(good.mean()), max(divergence, 0.0))


def make_toy_pair(latent_dim=2, hidden=(128, 128, 128), seed=0):
    """Return G and D for points: noise `(batch, latent_dim)` to `(batch, 2)`, and that to logits.

    Train them with `Trainer(..., data_range=None)`: the points may lie anywhere. The first layer's
    biases are 0, so that all its ReLUs bend at 0: it takes the layers behind to tell modes apart.

    Example:
        >>> generator, discriminator = make_toy_pair()
        >>> generator.output_shape, discriminator.output_shape
        ((None, 2), (None, 1))
    """
    generator = make_generator(latent_dim, hidden, (2,), seed, output=None)
    return generator, make_discriminator(hidden, (2,), seed + 1)


def make_toy_trainer(penalty=None, ema=None, steps=8000, seed=0):
    """Return a `Trainer` for points, whose Adam falls from 2e-3 to 0 over a number of steps.

    Args:
        penalty, ema: as `Trainer` takes them.
        steps: after which the rate is 0, along a cosine.
        seed: of the first weights and of all draws.

    Example:
        >>> len(make_toy_trainer().fit(ring().draw(1000), 1, progress=False)["d_loss"])
        1
    """
    optimizers = [
        keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(2e-3, positive("steps", steps)),
            beta_1=0.0,
            beta_2=0.99,
            epsilon=1e-8,
        )
        for _ in range(2)
    ]
    return Trainer(
        *make_toy_pair(seed=seed),
        d_optimizer=optimizers[0],
        g_optimizer=optimizers[1],
        prior="normal",
        penalty=penalty,
        ema=ema,
        data_range=None,
        seed=seed,
    )


def make_pacgan_pair(seed=0):
    """Return PacGAN's own G and D for the grid, without packing: D judges one point at a time.

    G maps z `(batch, 2)` to points `(batch, 2)` by four layers of 400 ReLUs with batch norm, and D
    maps points to logits `(batch, 1)` by three maxout layers of 200 units with 5 pieces. All first
    weights are from N(0, 0.02^2), drawn with a seed.

    Source: Lin et al. 2018, the settings for the grid in the code that the authors released
    (github.com/fjxmlzn/PacGAN).

    Example:
        >>> [model.count_params() for model in make_pacgan_pair()]
        [488002, 405201]
    """
    seeds = iter(np.random.SeedSequence((seed, 2)).generate_state(9).tolist())

    def start():
        return keras.initializers.RandomNormal(stddev=0.02, seed=next(seeds))

    z = h = keras.Input((2,), name="z")
    for _ in range(4):
        h = layers.Dense(400, use_bias=False, kernel_initializer=start())(h)
        h = layers.ReLU()(layers.BatchNormalization(momentum=0.95, epsilon=1e-4)(h))
    point = layers.Dense(2, kernel_initializer=start(), name="point")(h)
    x = h = keras.Input((2,), name="x")
    for _ in range(3):  # maxout: each unit is the largest of 5 linear functions
        pieces = layers.Reshape((200, 5))(layers.Dense(1000, kernel_initializer=start())(h))
        h = keras.ops.max(pieces, axis=-1)
    logit = layers.Dense(1, kernel_initializer=start())(h)
    return keras.Model(z, point, name="generator"), keras.Model(x, logit, name="discriminator")


def make_pacgan_trainer(seed=0):
    """Return a `Trainer` of `make_pacgan_pair`: Adam(1e-4, beta_1 0.8), batches of 100, normal z.

    The authors update both players at once, on one draw of z; here they take turns.

    Example:
        >>> make_pacgan_trainer().batch_size
        100
    """
    adams = [keras.optimizers.Adam(1e-4, beta_1=0.8, epsilon=1e-8) for _ in range(2)]
    return Trainer(
        *make_pacgan_pair(seed),
        d_optimizer=adams[0],
        g_optimizer=adams[1],
        batch_size=100,
        prior="normal",
        data_range=None,
        seed=seed,
    )
