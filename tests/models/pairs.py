"""Small pairs of DCGAN's networks, for the tests of the networks and of their runs."""

import pytest

from gan_tutorial.models import dcgan

SHAPE = (16, 16, 2)  # halves twice


def small_pair():
    return dcgan.make_dcgan_generator(5, 3, SHAPE), dcgan.make_dcgan_discriminator(3, SHAPE)


def conditional_pair():
    sizes = {"width": 3, "dense": 7, "image_shape": SHAPE}
    return (
        dcgan.make_conditional_dcgan_generator(4, 5, **sizes),
        dcgan.make_conditional_dcgan_discriminator(4, **sizes),
    )


PAIRS = {"guidelines": small_pair, "conditional": conditional_pair}
each_pair = pytest.mark.parametrize("make_pair", PAIRS.values(), ids=PAIRS)
