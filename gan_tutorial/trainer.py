"""Algorithm 1 of Goodfellow et al. 2014, compiled: many steps run in one call of one program.

The game between two small networks costs less than calling Python once a step. So the images lie
in memory as a tensor, batches are gathered inside the program, and Python gets its turn, for
reports, callbacks and Ctrl-C, once in `steps_per_execution` steps.
"""

import tensorflow as tf

from gan_tutorial import averages, checkpoints, draws, losses, pairs, replicas, settings, state
from gan_tutorial.algorithm import Algorithm1
from gan_tutorial.checks import positive
from gan_tutorial.compiled import Compiled
from gan_tutorial.history import COLUMNS, History
from gan_tutorial.loop import Loop
from gan_tutorial.players import built, confuses_the_remapper, copied, slow_in_xla
from gan_tutorial.workers import Workers


class Trainer(Algorithm1, Loop):
    """Train a pair of networks against each other on images, points or sequences.

    Made in the scope of a `tf.distribute.Strategy`, networks too, it trains on several devices.

    Args:
        generator: a `keras.Model` from noise (and one-hot labels) to what `discriminator` takes.
        discriminator: a `keras.Model` from data (and one-hot labels) to logits `(batch, ..., 1)`.
        loss: a name that `losses.get` knows, or a `losses.Loss`.
        d_optimizer, g_optimizer: Keras optimisers; None is the article's Adam(1e-3, epsilon=1e-8).
        batch_size: examples in a batch, of all devices together, drawn with replacement.
        prior: "uniform" on [-1, 1], "normal", or `f(shape, seed)` that returns a tensor.
        d_steps, g_steps: updates of D, then of G, in one step, each with fresh noise.
        penalty: `f(discriminator, real, fake, seed)`, a scalar that is added to D's loss.
        clip: bound on the absolute value of D's weights after each update of D.
        ema: decay in (0, 1) of an average of G's weights, which `sample` then uses.
        data_range: (lowest, highest) value of the data, which G must make too; None for any.
        steps_per_execution: the most steps that one compiled call runs.
        jit_compile: True for XLA, False for a plain graph, "auto": XLA unless a layer convolves
            or is recurrent, or XLA cannot compile here.
        seed: whole number from which, with the step, every draw of training follows.

    Raises ValueError where networks or settings do not fit each other.
    Source: Goodfellow et al. 2014, Algorithm 1.

    Example:
        >>> from gan_tutorial import make_discriminator, make_generator
        >>> trainer = Trainer(make_generator(), make_discriminator())
        >>> trainer.sample(16).shape
        (16, 28, 28, 1)
    """

    def __init__(
        self,
        generator,
        discriminator,
        loss="non-saturating",
        d_optimizer=None,
        g_optimizer=None,
        batch_size=128,
        prior="uniform",
        d_steps=1,
        g_steps=1,
        penalty=None,
        clip=None,
        ema=None,
        data_range=(0, 1),
        steps_per_execution=100,
        jit_compile="auto",
        seed=0,
    ):
        self.generator, self.discriminator = generator, discriminator
        self.strategy = replicas.strategy_of(generator, discriminator, d_optimizer, g_optimizer)
        self._workers = Workers(self.strategy)
        self.loss, self.prior = losses.get(loss), prior
        self.penalty, self.clip, self.ema = penalty, clip, ema
        settings.check_settings(self.loss, prior, penalty, clip, ema, data_range)
        pairs.check_pair(generator, discriminator, data_range, penalty)
        self.batch_size = positive("batch_size", batch_size)
        self.d_steps, self.g_steps = positive("d_steps", d_steps), positive("g_steps", g_steps)
        self.steps_per_execution = positive("steps_per_execution", steps_per_execution)
        self.data_range, self.seed = data_range, positive("seed", seed, 0, draws.LARGEST_SEED)
        self.d_optimizer = built(d_optimizer, discriminator)
        self.g_optimizer = built(g_optimizer, generator)
        jit_compile = replicas.prepared(self, jit_compile)
        self._average, self._averaged = copied(generator) if ema else None, None
        self._watch = pairs.Watch(discriminator)
        self._step = tf.Variable(0, dtype=tf.int64)
        self._sums = tf.Variable(tf.zeros(len(COLUMNS) - 1, tf.float64))
        self._history, self._failure = History(), None
        self._remapped = not confuses_the_remapper(discriminator)
        self._run = Compiled(self.run_until, jit_compile, slow_in_xla(generator, discriminator))

    @property
    def step(self):
        """Steps done so far, over all calls of `fit` and over `restore`."""
        return int(self._step.numpy())

    @property
    def sampler(self):
        """The network that draws samples: G, or its average with batch norm of its own."""
        updates = int(self.g_optimizer.iterations.numpy())
        if self.ema and updates != self._averaged:
            averages.use_own_statistics(self._average, draws.prior(self.prior))
            self._averaged = updates
        return self._average if self.ema else self.generator

    @property
    def healthy(self):
        """False after a loss not finite, or where a worker is gone: no way on, and no saving."""
        return self._failure is None

    @property
    def history(self):
        """A dict of arrays, one row a report: step, d_loss, g_loss, d_real, d_fake.

        A row holds means over the steps since the last report; d_real is D(x), d_fake D(G(z)),
        both as D's update saw them.
        """
        return self._history.table()

    def save(self, directory):
        """Write a checkpoint, `step-00020000.npz`, to a folder; the last three stay.

        Returns its path. Of several processes the first alone writes. Raises FloatingPointError
        after a loss or with a weight that is not finite, ConnectionError after a worker was lost,
        OSError where the folder cannot be written.
        """
        self._check_healthy()
        if not self._workers.chief:
            return checkpoints.path_of(directory, self.step)
        arrays = state.arrays(self._state())
        facts = {"settings": self.settings(), **self._history.facts()}
        return checkpoints.write(directory, self.step, arrays, facts)

    def restore(self, directory):
        """Go back to the newest whole checkpoint of a folder, exactly; return this trainer.

        Of several processes all must call it; the first alone reads, and tells the others.
        Raises FileNotFoundError where there is none, ValueError, naming the difference, for one of
        other networks or settings; this trainer is then unchanged.
        """
        facts = state.restore(directory, self._state(), self.settings(), self._workers)
        self._history.restore(facts)
        self._failure = self._averaged = None
        return self

    def settings(self):
        """Return what decides the course of training apart from data and networks, for JSON."""
        names = ("batch_size", "d_steps", "g_steps", "clip", "ema", "seed")
        return {
            "loss": self.loss.name,
            **{name: getattr(self, name) for name in names},
            "prior": self.prior if isinstance(self.prior, str) else settings.name_of(self.prior),
            "penalty": self.penalty and settings.name_of(self.penalty),
            "d_optimizer": settings.describe(self.d_optimizer),
            "g_optimizer": settings.describe(self.g_optimizer),
        }

    def _state(self):
        """Everything that training changes, by the names under which checkpoints hold it."""
        return {
            "generator": self.generator.variables,
            "discriminator": self.discriminator.variables,
            "d_optimizer": self.d_optimizer.variables,
            "g_optimizer": self.g_optimizer.variables,
            "average": self.sampler.variables if self.ema else [],
            "course": [self._step, self._sums],
        }
