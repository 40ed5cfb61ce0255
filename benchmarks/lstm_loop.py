"""How should an LSTM's loop over its steps run? Milliseconds a training step of each way.

    python benchmarks/lstm_loop.py    # all six ways: about six minutes, most of it compiling

The game is that of `gan-tutorial reproduce lstm-gan`: sequences of 14 rows of 14 numbers, three
classes, LSTMs of 100 units, batches of 28; a step is one update of D and two of G. The loop is
written out (unrolled), is a `while_loop`, or is written out with the product of all inputs with
their kernel taken at once, before it (hoisted); each as a plain graph and as an XLA program. All
are compiled before the clock runs; then each in turn trains a slice, and the best slice counts.

On two cores of an AMD EPYC (AVX2), Python 3.11, TensorFlow 2.21, Keras 3.15, nothing else running:

    way                  ms per step  s to compile and first slice
    unrolled, XLA             10.2                          20.3
    unrolled, graph           10.9                           5.3
    hoisted, XLA              11.2                          21.2
    while_loop, graph         13.5                           5.4
    while_loop, XLA           15.4                           7.9
    hoisted, graph            20.9                           7.1

So the package writes the loop out and leaves it to a plain graph: XLA wins back the 15 seconds of
its compilation after 20,000 steps, and longer sequences compile for longer still.
"""

import argparse
import time

import keras
import numpy as np
from keras import layers, ops

from gan_tutorial import Trainer
from gan_tutorial.models import lstm_gan

WAYS = ("unrolled", "while_loop", "hoisted")


class Hoisted(layers.Layer):
    """An LSTM whose product of inputs and kernel is one for all steps, its loop written out."""

    def __init__(self, like):
        super().__init__()
        self.like = like

    def build(self, shape):
        if not self.like.built:
            self.like.build(shape)

    def call(self, x, **ignored):
        cell = self.like.cell
        inputs = ops.matmul(x, cell.kernel) + cell.bias
        h = c = ops.zeros_like(inputs[:, 0, : cell.units])
        outputs = []
        for t in range(x.shape[1]):
            i, f, g, o = ops.split(inputs[:, t] + ops.matmul(h, cell.recurrent_kernel), 4, axis=1)
            c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
            h = ops.sigmoid(o) * ops.tanh(c)
            outputs.append(h)
        return ops.stack(outputs, axis=1)


def rebuilt(model, way):
    """Return a copy of a player of `lstm_gan` whose LSTM runs in another way, same weights."""

    def clone(layer):
        if not isinstance(layer, layers.LSTM):
            return layer.__class__.from_config(layer.get_config())
        copy = layers.LSTM.from_config({**layer.get_config(), "unroll": way == "unrolled"})
        return Hoisted(copy) if way == "hoisted" else copy

    copy = keras.models.clone_model(model, clone_function=clone)
    copy.set_weights(model.get_weights())
    return copy


def trainer(way, xla):
    """Return the game with both players' loops run in one way."""
    generator = lstm_gan.make_lstm_generator(14, 3, 14, classes=3, seed=0)
    discriminator = lstm_gan.make_lstm_discriminator(14, 14, classes=3, seed=1)
    d_optimizer, g_optimizer = lstm_gan.make_lstm_optimizers()
    return Trainer(
        rebuilt(generator, way),
        rebuilt(discriminator, way),
        d_optimizer=d_optimizer,
        g_optimizer=g_optimizer,
        batch_size=28,
        prior="normal",
        g_steps=2,
        data_range=(-1, 1),
        jit_compile=xla,
    )


def check_same(rows, labels):
    """Raise AssertionError unless D answers the same however its loop runs."""
    logits = [trainer(way, False).discriminator([rows, labels]) for way in WAYS]
    for each in logits[1:]:
        np.testing.assert_allclose(each, logits[0], atol=1e-5)


def main():
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="slices of each (default: 5)")
    parser.add_argument("--steps", type=int, default=100, help="steps a slice (default: 100)")
    args = parser.parse_args()
    rows = np.random.default_rng(0).uniform(-1, 1, (5000, 14, 14)).astype("float32")
    labels = np.arange(5000) % 3
    ways, compiling, best = {}, {}, {}
    check_same(rows[:5], np.eye(3, dtype="float32")[labels[:5]])
    for way in WAYS:
        for xla in (False, True):
            name = f"{way}, {'XLA' if xla else 'graph'}"
            started = time.perf_counter()
            ways[name] = trainer(way, xla)
            ways[name].fit(rows, args.steps, labels, progress=False)
            compiling[name] = time.perf_counter() - started
    for _ in range(args.rounds):
        for name, each in ways.items():
            started = time.perf_counter()
            each.fit(rows, args.steps, labels, progress=False)
            slice_ = 1000 * (time.perf_counter() - started) / args.steps
            best[name] = min(slice_, best.get(name, slice_))
    print(f"{'way':20} {'ms per step':>9} {'s to compile and first slice':>29}")
    for name in sorted(best, key=best.get):
        print(f"{name:20} {best[name]:9.1f} {compiling[name]:29.1f}")


if __name__ == "__main__":
    main()
