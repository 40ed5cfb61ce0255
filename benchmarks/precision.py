"""Does bfloat16 pay on this machine? Steps a second under `mixed_bfloat16` beside float32.

    python benchmarks/precision.py    # about three minutes

The games are those of the package: the article's MLPs, those of `stabilised` with R1 and R2, and
the small DCGAN; each once as a plain graph and once with XLA. All are compiled before the clock
runs; then each in turn trains a slice. The figure is the median of the ratios of neighbouring
slices, with the lowest and the highest.

On two cores of an AMD EPYC that has bfloat16 in hardware (AVX512_BF16), Python 3.13, TensorFlow
2.21, nothing else running:

    game            way      float32  bfloat16   ratio   lowest to highest
    article         graph      277.6     334.5    1.19      1.16 to 1.42
    article         XLA        472.2     396.2    0.83      0.58 to 1.28
    penalised       graph      226.9     295.8    1.32      1.24 to 1.36
    penalised       XLA        273.6     264.1    0.96      0.95 to 0.98
    convolutional   graph       36.3      43.5    1.15      0.87 to 1.36
    convolutional   XLA          4.6       4.5    1.00      0.89 to 1.03

The package takes XLA for dense networks, where bfloat16 gains nothing, and the graph for
convolutions, where it gains less than the slices differ. So float32 stays what it computes in.
"""

import argparse
import statistics
import time

import keras
import numpy as np

from gan_tutorial import Trainer, make_discriminator, make_generator, penalties
from gan_tutorial.models import dcgan

SLICE = 1.0  # seconds


def article():
    """Return the article's pair and what else its trainer takes."""
    return make_generator(), make_discriminator(), {}


def penalised():
    """Return the article's pair with R1 and R2."""
    return make_generator(), make_discriminator(), {"penalty": penalties.r1(1) + penalties.r2(1)}


def convolutional():
    """Return the small DCGAN."""
    return dcgan.make_dcgan_generator(), dcgan.make_dcgan_discriminator(), {"batch_size": 64}


def trained(make, policy, xla, images):
    """Return a compiled trainer of a pair that computes under a policy."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        *pair, settings = make()
    finally:
        keras.config.set_dtype_policy(before)
    trainer = Trainer(*pair, jit_compile=xla, steps_per_execution=20, **settings)
    trainer.fit(images, 40, progress=False)
    return trainer


def speed(trainer, images, steps):
    """Return the steps a second of one slice."""
    started = time.perf_counter()
    trainer.fit(images, steps, progress=False)
    return steps / (time.perf_counter() - started)


def main():
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="slices of each (default: 9)")
    args = parser.parse_args()
    images = np.random.default_rng(0).random((5000, 28, 28, 1), np.float32)
    print("game            way      float32  bfloat16   ratio   lowest to highest")
    for make in (article, penalised, convolutional):
        for way, xla in (("graph", False), ("XLA", True)):
            whole, half = (
                trained(make, policy, xla, images) for policy in ("float32", "mixed_bfloat16")
            )
            sizes = [max(20, int(speed(each, images, 40) * SLICE)) for each in (whole, half)]
            pairs = [
                tuple(map(speed, (whole, half), (images, images), sizes))
                for _ in range(args.rounds)
            ]
            ratios = [b / a for a, b in pairs]
            a, b = map(statistics.median, zip(*pairs, strict=True))
            print(
                f"{make.__name__:15} {way:6} {a:9.1f} {b:9.1f} {statistics.median(ratios):7.2f} "
                f"{min(ratios):9.2f} to {max(ratios):.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
