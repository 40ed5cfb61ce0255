"""Processes that train together: what they tell each other outside of the steps.

All of them do the same, call by call, so whatever could differ is agreed on first: settings and
data, when to stop, what a checkpoint says. One worker, the chief, alone writes files. With a single
process nothing is sent.
"""

import json
import re
from contextlib import contextmanager, suppress

import numpy as np
import tensorflow as tf

# What a worker says before each compiled call; the highest word of all workers holds.
GO_ON, STOP, INTERRUPTED, FAILED = range(4)

# How TensorFlow says, in the middle of a step, that another process ended, hangs or went silent.
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.DeadlineExceededError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.InternalError,
)


class Lost(ConnectionError):
    """Another worker is gone, or has said that it failed."""


class Workers:
    """The processes that share a strategy, by number from 0, the chief; one where none share it.

    Args:
        strategy: a `tf.distribute.Strategy`.

    Example:
        >>> Workers(tf.distribute.get_strategy()).number
        1
    """

    def __init__(self, strategy):
        self.number, self.index, self._strategy = 1, 0, strategy
        if isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
            resolver = strategy.cluster_resolver
            tasks = resolver.cluster_spec().as_dict()
            self.number = max(1, sum(len(tasks.get(kind, ())) for kind in ("chief", "worker")))
            first = len(tasks.get("chief", ())) if resolver.task_type == "worker" else 0
            self.index = first + (resolver.task_id or 0)
        self._sum = self._compiled() if self.number > 1 else None

    @property
    def chief(self):
        """Whether this is the worker that writes."""
        return self.index == 0

    def total(self, numbers):
        """Map numbers `(n,)` of this worker to their sums over all workers, float64 `(n,)`.

        Raises `Lost` where a worker is gone.
        """
        numbers = np.asarray(numbers, np.float64)
        if self.number == 1:
            return numbers
        with self.lost_are_named():
            return self._sum(tf.constant(numbers)).numpy()

    def tell(self, thing):
        """Map what JSON can hold to a list of what all workers have given, in their order."""
        if self.number == 1:
            return [thing]
        text = np.frombuffer(json.dumps(thing).encode(), np.uint8)
        lengths = self.total(np.where(np.arange(self.number) == self.index, len(text), 0))
        table = np.zeros((self.number, int(lengths.max())))
        table[self.index, : len(text)] = text
        rows = self.total(table.ravel()).reshape(table.shape).astype(np.uint8)
        return [json.loads(bytes(row[: int(n)])) for row, n in zip(rows, lengths, strict=True)]

    def arrays(self, arrays):
        """Map the arrays of the chief, and others' of the same shapes, to those of the chief."""
        if self.number == 1:
            return arrays
        flat = np.concatenate([np.zeros(0), *(np.ravel(array) for array in arrays)])
        flat = self.total(flat if self.chief else np.zeros_like(flat))
        ends = np.cumsum([np.size(array) for array in arrays])[:-1]
        parts = zip(np.split(flat, ends), arrays, strict=True)
        return [part.astype(np.asarray(a).dtype).reshape(np.shape(a)) for part, a in parts]

    def together(self, function):
        """Return what a function gives here; where it fails for one worker, raise for all of them.

        The others raise ValueError with that worker's words.
        """
        if self.number == 1:
            return function()
        result = error = None
        try:
            result = function()
        except Exception as failure:
            error = failure
        said = self.tell(error and (str(error) or type(error).__name__))
        if error:
            raise error
        for index, words in enumerate(said):
            if words:
                raise ValueError(f"worker {index}: {words}")
        return result

    def from_chief(self, function):
        """Return, in all workers, what a function gives the chief, which JSON can hold."""
        return self.tell(self.together(function if self.chief else lambda: None))[0]

    def compare(self, facts, advice="give all the same"):
        """Raise the same ValueError in all workers where their facts are not those of the chief.

        A function returns them, a dict that may hold dicts. The first difference is named.
        """
        if self.number == 1:
            return
        first, *others = map(_flat, self.tell(facts()))
        for index, theirs in enumerate(others, 1):
            for name in {**first, **theirs}:
                a, b = theirs.get(name), first.get(name)
                if a != b:
                    raise ValueError(f"worker {index} has {name} {a}, worker 0 has {b}: {advice}")

    def check_outside_scope(self):
        """Raise ValueError in the scope of several workers, where a callback could hang.

        A network that the chief's callback made there would wait for those of the others.
        """
        if self.number > 1 and tf.distribute.has_strategy():
            raise ValueError(
                "make the networks and the Trainer in strategy.scope(), and call fit outside it"
            )

    def hear(self, word):
        """Map this worker's word to (the highest word of all, who said it).

        Raises `Lost` where another worker says that it failed.
        """
        if self.number == 1:
            return word, 0
        words = self.total(np.where(np.arange(self.number) == self.index, word, 0))
        highest, who = int(words.max()), int(words.argmax())
        if highest == FAILED != word:
            raise Lost(
                f"worker {who} stopped with an error, which it says itself; start all again with "
                "--resume, or from the last checkpoint"
            )
        return highest, who

    @contextmanager
    def one_fate(self):
        """Tell the others where the block fails here, and wait for them at its end."""
        try:
            yield
        except (Lost, tf.errors.OpError):
            raise  # all know, or will when this process ends: they are in the middle of a step
        except BaseException:
            with suppress(Lost):
                self.hear(FAILED)
            raise
        self.hear(GO_ON)

    @contextmanager
    def lost_are_named(self):
        """Turn what TensorFlow says of a worker that is gone into one line, a `Lost`."""
        try:
            yield
        except _LOST as error:
            reason = _reason(str(error))
            if self.number == 1 or reason is None:
                raise
            raise Lost(
                f"another worker is gone ({reason}); start all again with --resume, or from the "
                "last checkpoint"
            ) from None

    def _compiled(self):
        def of_replica(numbers):
            context = tf.distribute.get_replica_context()
            local = context.num_replicas_in_sync // self.number
            first = context.replica_id_in_sync_group % local == 0  # one replica speaks for all here
            return context.all_reduce("SUM", tf.where(first, numbers, tf.zeros_like(numbers)))

        def of_worker(numbers):
            sums = self._strategy.run(of_replica, (numbers,))
            return self._strategy.experimental_local_results(sums)[0]

        signature = [tf.TensorSpec([None], tf.float64)]
        return tf.function(of_worker, input_signature=signature, autograph=False)


def _flat(facts, prefix=""):
    """Map a dict of dicts to one dict, with dots in its names."""
    if not isinstance(facts, dict):
        return {prefix.rstrip("."): facts}
    parts = (_flat(value, f"{prefix}{name}.") for name, value in facts.items())
    return {name: value for part in parts for name, value in part.items()}


# What TensorFlow says of a lost worker, and what it means.
_MEANINGS = (
    ("heartbeat", "it no longer answers"),
    ("Collective has timed out", "it did not take part in time; see what it says itself"),
    ("Socket closed|onnection reset|onnection refused|failed to connect", "its process has ended"),
    ("Collective ops is aborted|task.* unhealthy", "TensorFlow does not say why"),
)


def _reason(message):
    """Map a message of TensorFlow to what it means; None where it is not about a lost worker."""
    return next((words for pattern, words in _MEANINGS if re.search(pattern, message)), None)
