"""Algorithm 1 of Goodfellow et al. 2014, compiled: many steps run in one call of one program.

The game between two small networks costs less than calling Python once a step. So the images lie
in memory as a tensor, batches are gathered inside the program, and Python gets its turn, for
reports, callbacks and Ctrl-C, once in `steps_per_execution` steps.
"""

import keras
import numpy as np
import tensorflow as tf
from tqdm.auto import tqdm

from gan_tutorial import averages, checkpoints, checks, draws, losses, pairs, settings
from gan_tutorial.algorithm import Algorithm1
from gan_tutorial.checks import positive
from gan_tutorial.compiled import Compiled
from gan_tutorial.history import COLUMNS, History
from gan_tutorial.interrupts import interrupts_wait
from gan_tutorial.players import built, confuses_the_remapper, copied, remapper, slow_in_xla

_SHOWN = {"d_loss": "d_loss", "g_loss": "g_loss", "d_real": "D(x)", "d_fake": "D(G(z))"}


class Trainer(Algorithm1):
    """Train a pair of networks against each other on images, points or sequences.

    Args:
        generator: a `keras.Model` from noise (and one-hot labels) to what `discriminator` takes.
        discriminator: a `keras.Model` from data (and one-hot labels) to logits `(batch, ..., 1)`.
        loss: a name that `losses.get` knows, or a `losses.Loss`.
        d_optimizer, g_optimizer: Keras optimisers; None is the article's Adam(1e-3, epsilon=1e-8).
        batch_size: examples in a batch; batches are drawn with replacement.
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
        return int(self._step)

    @property
    def sampler(self):
        """The network that draws samples: G, or its average with batch norm of its own."""
        updates = int(self.g_optimizer.iterations)
        if self.ema and updates != self._averaged:
            averages.use_own_statistics(self._average, draws.prior(self.prior))
            self._averaged = updates
        return self._average if self.ema else self.generator

    @property
    def healthy(self):
        """False after a loss that was not finite; such a trainer neither goes on nor saves."""
        return self._failure is None

    @property
    def history(self):
        """A dict of arrays, one row a report: step, d_loss, g_loss, d_real, d_fake.

        A row holds means over the steps since the last report; d_real is D(x), d_fake D(G(z)),
        both as D's update saw them.
        """
        return self._history.table()

    def fit(self, images, steps, labels=None, report_every=500, callbacks=(), progress=True):
        """Train for `steps` more steps on images `(n, ...)`, with labels `(n,)` where D takes them.

        Args:
            images: real data in `data_range`, or bytes (uint8) from 0 to 255, which stand for it,
                of the shape that G makes.
            steps: whole number of at least 1.
            labels: whole numbers from 0, where both networks take one-hot labels.
            report_every: steps between two rows of `history`, counted from step 0.
            callbacks: `keras.callbacks.Callback`s. Their `model` is G, their `trainer` this object;
                an epoch of theirs is a report, its number the step, its logs the history's columns.
            progress: show a bar with the losses, D(x), D(G(z)) and steps per second.

        Returns the history. Ctrl-C stops between two compiled calls and loses nothing: the next
        `fit` goes on from there. Raises ValueError for data or settings that do not fit, and
        FloatingPointError at the first loss, and at a report's weight, that is not finite.
        """
        if self._failure:
            raise FloatingPointError(self._failure)
        goal = self.step + positive("steps", steps)
        report_every = positive("report_every", report_every)
        pairs.check_trainable(self.generator, self.discriminator)
        images, labels = checks.as_tensors(self, images, labels)
        callbacks = _callback_list(self, callbacks)
        with tqdm(total=steps, unit=" steps", disable=not progress) as bar:
            callbacks.on_train_begin()
            try:
                while self.step < goal and not self.generator.stop_training:
                    with interrupts_wait():
                        self._advance(images, labels, goal, report_every, callbacks, bar)
            except KeyboardInterrupt:
                callbacks.on_train_end()
                raise
            callbacks.on_train_end()
        return self.history

    def save(self, directory):
        """Write a checkpoint, `step-00020000.npz`, to a folder; the last three stay.

        Returns its path. Raises FloatingPointError after a loss or with a weight that is not
        finite, OSError where the folder cannot be written.
        """
        arrays = {
            f"{part}/{i}": variable.numpy()
            for part, variables in self._state().items()
            for i, variable in enumerate(variables)
        }
        broken = [name for name, array in arrays.items() if not np.isfinite(array).all()]
        if self._failure or broken:
            raise FloatingPointError(
                self._failure or f"{broken[0]} is not finite: nothing is saved"
            )
        facts = {"settings": self.settings(), **self._history.facts()}
        return checkpoints.write(directory, self.step, arrays, facts)

    def restore(self, directory):
        """Go back to the newest whole checkpoint of a folder, exactly; return this trainer.

        Raises FileNotFoundError where there is none, ValueError, naming the difference, for one of
        other networks or settings; this trainer is then unchanged.
        """
        arrays, facts = checkpoints.read_newest(directory)
        settings.same_settings(directory, facts["settings"], self.settings())
        pairs = list(checks.matched(directory, self._state(), arrays))
        for variable, array in pairs:
            variable.assign(array)
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

    def _advance(self, images, labels, goal, report_every, callbacks, bar):
        """Run one compiled call, and report where one is due."""
        start = self.step
        report = min(goal, (start // report_every + 1) * report_every)
        if start == self._history.reported:
            callbacks.on_epoch_begin(start)
        stop = min(report, start + self.steps_per_execution)
        with remapper(self._remapped):
            self._run(images, labels, tf.constant(stop, tf.int64))
        self._watch.look(lambda: self.outputs(images, labels))
        means = self._sums.numpy() / (self.step - self._history.reported)
        logs = dict(zip(COLUMNS[1:], means.tolist(), strict=True))
        shown = {_SHOWN[name]: f"{value:.2f}" for name, value in logs.items()}
        bar.set_postfix(shown, refresh=False)
        bar.update(self.step - start)
        # Some processors' ReLU makes 0 of NaN, so that the losses alone do not tell.
        networks = (self.generator, self.discriminator) if self.step == report else ()
        self._check_finite(logs, networks)
        callbacks.on_train_batch_end(self.step, logs)
        if self.step == report or self.generator.stop_training:
            self._history.add(self.step, logs.values())
            self._sums.assign(tf.zeros_like(self._sums))
            callbacks.on_epoch_end(self.step, {"step": self.step, **logs})

    def _check_finite(self, logs, networks):
        try:
            checks.finite(self.step, logs, networks)
        except FloatingPointError as error:
            self._failure = str(error)
            raise

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


def _callback_list(trainer, callbacks):
    trainer.generator.stop_training = False
    for callback in callbacks:
        callback.trainer = trainer
    return keras.callbacks.CallbackList(list(callbacks), model=trainer.generator)
