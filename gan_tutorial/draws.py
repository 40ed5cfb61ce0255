"""Random draws that depend on nothing but a seed, a step and what they are for.

So a run gives the same weights whatever the steps per compiled call, and however often it was
stopped and resumed. Noise is made from whole numbers, because those alone are the same under XLA,
in a plain graph and in eager mode (TensorFlow's own floats are not, even of the same algorithm).
"""

import math

import tensorflow as tf

# What a draw is for. With the seed, the step and the index of the update it makes the draw's key.
D_IMAGES, G_IMAGES, D_NOISE, G_NOISE, PENALTY, SAMPLE, ROLL_OUT, STATISTICS = range(8)

# The number of the rules by which keys are made, which checkpoints name. Under the first rules the
# places of a sequence could meet other keys; keys without a place are the same under both.
SCHEME = 2
LARGEST_SEED = 2**60 - 1  # eight purposes of each seed fit into the 63 bits of a key's first number
_DRAW_BITS = 40  # of a key's second number; the bits above them hold a place


def key(seed, purpose, draw):
    """Map a seed, a purpose and the number of a draw to a key `(2,)` of int64, never the same one.

    The seed is from 0 to `LARGEST_SEED`, 2^60 - 1; ValueError is raised for another. The draw is
    from 0 to 2^40 - 1.

    Example:
        >>> key(0, D_NOISE, 5).numpy().tolist()
        [2, 5]
    """
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"seed must be from 0 to {LARGEST_SEED}, not {seed}")
    return tf.stack([tf.constant(seed * 8 + purpose, tf.int64), tf.cast(draw, tf.int64)])


def place_key(seed, place):
    """Map a key of `key` and a place in a sequence, from 0 to 2^22 - 1, to the place's own key.

    It is the key of no other place, and of no draw that has no places.

    Example:
        >>> place_key(key(0, SAMPLE, 5), 0).numpy().tolist() == [5, 2**40 + 5]
        True
    """
    return seed + tf.constant([0, (place + 1) << _DRAW_BITS], tf.int64)


def uniform(shape, seed):
    """Map a shape and a key `(2,)` to noise z ~ U(-1, 1), the article's prior.

    Example:
        >>> uniform((2, 100), key(0, SAMPLE, 0)).shape
        TensorShape([2, 100])
    """
    n = math.prod(shape)
    # Drawn two at a time, as 64 bits: under XLA this takes a third less time.
    pairs = tf.random.stateless_uniform(((n + 1) // 2,), seed, None, None, tf.uint64, alg="philox")
    bits = tf.reshape(tf.reshape(tf.bitcast(pairs, tf.int32), (-1,))[:n], shape)
    # The upper 24 bits, as many as a float32 holds exactly: multiples of 2^-23 in [-1, 1).
    return tf.cast(tf.bitwise.right_shift(bits, 8), tf.float32) * 2.0**-23  # Eq. (A2.1)


def normal(shape, seed):
    """Map a shape and a key `(2,)` to noise z ~ N(0, 1), by Box and Muller's transform.

    Example:
        >>> normal((2, 100), key(0, SAMPLE, 0)).shape
        TensorShape([2, 100])
    """
    u, v = tf.unstack(uniform((2, *shape), seed))
    return tf.sqrt(-2.0 * tf.math.log((1.0 - u) / 2.0)) * tf.cos(math.pi * v)


def indices(batch_size, n, seed):
    """Map a batch size, a number of examples and a key to indices `(batch_size,)` from 0 to n - 1.

    They are drawn with replacement, as Algorithm 1 of Goodfellow et al. 2014 has it.

    Example:
        >>> bool(tf.reduce_max(indices(128, 10, key(0, D_IMAGES, 0))) < 10)
        True
    """
    return tf.random.stateless_uniform((batch_size,), seed, 0, n, tf.int32, alg="philox")


PRIORS = {"uniform": uniform, "normal": normal}


def prior(name):
    """Map "uniform", "normal", or a function of a shape and a key, to such a function.

    Example:
        >>> prior("normal") is normal
        True
    """
    return name if callable(name) else PRIORS[name]
