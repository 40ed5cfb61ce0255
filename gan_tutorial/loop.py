"""The loop of `Trainer.fit`: one compiled call after another, with reports and stops between them.

What several processes could disagree on, data, settings and the end, they agree on here.
"""

from contextlib import contextmanager
from typing import Any, NamedTuple

import keras
import tensorflow as tf
from tqdm.auto import tqdm

from gan_tutorial import checks, pairs, replicas, state
from gan_tutorial.checks import positive
from gan_tutorial.history import COLUMNS
from gan_tutorial.interrupts import interrupts_wait
from gan_tutorial.players import remapper
from gan_tutorial.workers import GO_ON, INTERRUPTED, STOP, Lost

_SHOWN = {"d_loss": "d_loss", "g_loss": "g_loss", "d_real": "D(x)", "d_fake": "D(G(z))"}


class _Course(NamedTuple):
    """What one call of `fit` keeps in hand."""

    images: Any
    labels: Any
    goal: int
    report_every: int
    callbacks: keras.callbacks.CallbackList
    bar: tqdm


class Loop:
    """What `Trainer` does while it trains; `Trainer` sets the attributes that are read here."""

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
        `fit` goes on from there. Where several processes train, each of them calls `fit`, outside
        the scope; they stop together, and the first one alone has callbacks and a bar.

        Raises ValueError for data or settings that do not fit, FloatingPointError at the first
        loss, and at a report's weight, that is not finite, and ConnectionError where another
        process is gone.
        """
        self._check_healthy()
        goal = self.step + positive("steps", steps)
        report_every = positive("report_every", report_every)
        pairs.check_trainable(self.generator, self.discriminator)
        workers, word, who = self._workers, GO_ON, 0
        workers.check_outside_scope()
        images, labels = workers.together(lambda: checks.as_tensors(self, images, labels))
        workers.compare(lambda: state.facts(self, images, labels, goal, report_every))
        callbacks = _callback_list(self, callbacks if workers.chief else ())
        shown = progress and workers.chief
        with (
            interrupts_wait() as held,
            tqdm(total=steps, unit=" steps", disable=not shown) as bar,
            workers.one_fate(),
        ):
            course = _Course(images, labels, goal, report_every, callbacks, bar)
            copies = [replicas.copies(self.strategy, tensor) for tensor in (images, labels)]
            callbacks.on_train_begin()
            try:
                word, who = self._word(held)
                while self.step < goal and word == GO_ON:
                    self._advance(course, copies)
                    word, who = self._word(held)
            except KeyboardInterrupt:
                callbacks.on_train_end()
                raise
            if word == STOP and self.step != self._history.reported:
                self._report(callbacks)
            callbacks.on_train_end()
        if word == INTERRUPTED:  # at another worker; what was pressed here has been delivered
            raise KeyboardInterrupt(f"worker {who} was interrupted")
        return self.history

    def _word(self, held):
        """Return what the workers have to say before the next call, and which of them says it."""
        if self._workers.number == 1:
            held.deliver()  # among several it waits until all of them know
        stop = STOP if self.generator.stop_training else GO_ON
        with self._remembered():
            # First, for a worker that failed says so here and comes no further.
            heard = self._workers.hear(INTERRUPTED if held else stop)
            state.follow_chief(self)
            return heard

    def _advance(self, course, copies):
        """Run one compiled call, and report where one is due."""
        start, callbacks = self.step, course.callbacks
        report = min(course.goal, (start // course.report_every + 1) * course.report_every)
        if start == self._history.reported:
            callbacks.on_epoch_begin(start)
        stop = min(report, start + self.steps_per_execution)
        with self._remembered(), remapper(self._remapped), self._workers.lost_are_named():
            self._run(*copies, tf.constant(stop, tf.int64))
        self._watch.look(lambda: self.outputs(course.images, course.labels))
        logs = self._means()
        shown = {_SHOWN[name]: f"{value:.2f}" for name, value in logs.items()}
        course.bar.set_postfix(shown, refresh=False)
        course.bar.update(self.step - start)
        # Some processors' ReLU makes 0 of NaN, so that the losses alone do not tell.
        networks = (self.generator, self.discriminator) if self.step == report else ()
        with self._remembered():
            checks.finite(self.step, logs, networks)
        callbacks.on_train_batch_end(self.step, logs)
        if self.step == report:
            self._report(callbacks)

    def _means(self):
        """Return the means since the last report, a dict."""
        means = self._sums.numpy() / (self.step - self._history.reported)
        return dict(zip(COLUMNS[1:], means.tolist(), strict=True))

    def _report(self, callbacks):
        """Add a row to the history, and begin the next means."""
        logs = self._means()
        self._history.add(self.step, logs.values())
        self._sums.assign(tf.zeros(len(logs), tf.float64))
        callbacks.on_epoch_end(self.step, {"step": self.step, **logs})

    @contextmanager
    def _remembered(self):
        """Remember why there is no way on: numbers not finite, or steps that were cut short."""
        try:
            yield
        except (FloatingPointError, Lost) as error:
            self._failure = type(error), str(error)  # not the error, whose frames hold the data
            raise
        except tf.errors.OpError as error:
            if self._workers.number > 1:
                self._failure = Lost, f"a step was cut short ({error.message.splitlines()[0]})"
            raise

    def _check_healthy(self):
        if self._failure:
            kind, text = self._failure
            raise kind(text)


def _callback_list(trainer, callbacks):
    trainer.generator.stop_training = False
    for callback in callbacks:
        callback.trainer = trainer
    return keras.callbacks.CallbackList(list(callbacks), model=trainer.generator)
