"""Penalties on the slope of D, which keep the game from running away.

Each is a `Penalty`: `Trainer` adds `penalty(discriminator, real, fake, seed)` to D's loss. Their
gradients are of second order: the derivative, by D's weights, of a derivative by the images.
"""

from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf

from gan_tutorial import replicas
from gan_tutorial.checks import positive
from gan_tutorial.draws import uniform


@dataclass(frozen=True)
class Penalty:
    """A function of (discriminator, real, fake, seed) to a scalar, with a name; two can be added.

    Args:
        name: how it is called in settings and messages, with its strength.
        function: maps a function from images to logits, real and fake images, both
            `(batch, ...)`, and a key `(2,)` for random draws, to a scalar.
        every: `Trainer` adds it at step 0 and then at every `every`-th step; see `lazy`.

    Raises ValueError where a lazy penalty is added to another.

    Example:
        >>> (r1(0.1) + r2(0.1)).name
        'r1(0.1) + r2(0.1)'
    """

    name: str
    function: Callable
    every: int = 1

    def __call__(self, discriminator, real, fake, seed):
        return self.function(discriminator, real, fake, seed)

    def __add__(self, other):
        if (self.every, other.every) != (1, 1):
            raise ValueError("a lazy penalty cannot be added: add first, and make the sum lazy")

        def both(*args):
            return self(*args) + other(*args)

        return Penalty(f"{self.name} + {other.name}", both)


def lazy(penalty, every):
    """Map a `Penalty` to one computed at every `every`-th step only, and `every` times as strong.

    The other steps need no gradient of second order. The penalty's mean over the steps stays the
    same; Adam's steps do not.

    Raises ValueError where `every` is not a whole number of at least 1, and for a lazy penalty.
    Source: Karras et al. 2020 (StyleGAN2), section 3.1.

    Example:
        >>> lazy(r1(0.1) + r2(0.1), 4).name
        'r1(0.1) + r2(0.1), every 4 steps'
    """
    if positive("every", every) == 1:
        return penalty
    if penalty.every != 1:
        raise ValueError(f"the penalty is lazy already: {penalty.name}")

    def times(*args):
        return every * penalty(*args)

    return Penalty(f"{penalty.name}, every {every} steps", times, every)


def squared_slope(discriminator, images):
    """Map a function from images to logits, and images, to |grad_x D(x)|^2 of each, `(batch,)`.

    Example:
        >>> double = lambda x: 2.0 * x
        >>> squared_slope(double, tf.ones((3, 1))).numpy().tolist()
        [4.0, 4.0, 4.0]
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        # An image's logit depends on that image alone, for `Trainer` refuses batch norm here: the
        # sum's gradient has each one's in place.
        total = tf.reduce_sum(discriminator(images))
    slope = tape.gradient(total, images)
    if slope is None:
        slope = tf.zeros_like(images)  # a D that does not look at its input
    return tf.reduce_sum(tf.square(slope), tuple(range(1, images.shape.rank)))


def r1(gamma=0.1):
    """Return the `Penalty` gamma/2 E|grad_x D(x)|^2 on real images, at least 0.

    Source: Mescheder et al. 2018, equation 9.

    Example:
        >>> float(r1(1.0)(lambda x: 3.0 * x, tf.ones((5, 1)), None, None))
        4.5
    """

    def penalty(discriminator, real, fake, seed):
        return gamma / 2 * tf.reduce_mean(squared_slope(discriminator, real))  # Eq. (R1)

    return Penalty(f"r1({gamma:g})", penalty)


def r2(gamma=0.1):
    """Return the `Penalty` gamma/2 E|grad_x D(G(z))|^2 on fake images, at least 0.

    Source: Mescheder et al. 2018, equation 10; Huang et al. 2024 (R3GAN) use it together with R1.

    Example:
        >>> float(r2(1.0)(lambda x: 3.0 * x, None, tf.ones((5, 1)), None))
        4.5
    """

    def penalty(discriminator, real, fake, seed):
        return gamma / 2 * tf.reduce_mean(squared_slope(discriminator, fake))  # Eq. (R2)

    return Penalty(f"r2({gamma:g})", penalty)


def gradient_penalty(strength=10.0):
    """Return WGAN-GP's `Penalty`, strength E(|grad_x D(x)| - 1)^2 between real and fake images.

    Each x lies at a random place, alpha ~ U(0, 1), on the line from a real image to a fake one.
    Source: Gulrajani et al. 2017, equation 3 and Algorithm 1.

    Example:
        >>> from gan_tutorial import draws
        >>> x, seed = tf.ones((5, 1)), draws.key(0, draws.PENALTY, 0)
        >>> float(gradient_penalty(10.0)(lambda x: 3.0 * x, x, 2 * x, seed))
        40.0
    """

    def penalty(discriminator, real, fake, seed):
        between = real + mixing(real, seed) * (fake - real)
        norm = tf.sqrt(squared_slope(discriminator, between) + 1e-12)  # the root of 0 has no slope
        return strength * tf.reduce_mean(tf.square(norm - 1))  # Eq. (GP)

    return Penalty(f"gradient_penalty({strength:g})", penalty)


def mixing(real, seed):
    """Map images `(batch, ...)` and a key to alpha ~ U(0, 1), one number an image, to broadcast.

    Example:
        >>> from gan_tutorial import draws
        >>> mixing(tf.ones((5, 28, 28, 1)), draws.key(0, draws.PENALTY, 0)).shape
        TensorShape([5, 1, 1, 1])
    """
    shape = (real.shape[0] * replicas.count(), *(1 for _ in real.shape[1:]))
    return (replicas.part(uniform(shape, seed)) + 1) / 2
