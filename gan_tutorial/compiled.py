"""A function compiled by XLA where that is faster and possible, and as a plain graph elsewhere."""

import warnings
from functools import partial

import tensorflow as tf

# A machine that XLA does not know, a library that is missing, an operation without a kernel.
_FAILURES = (
    tf.errors.InvalidArgumentError,
    tf.errors.UnimplementedError,
    tf.errors.InternalError,
    tf.errors.NotFoundError,
    tf.errors.FailedPreconditionError,
)


class Compiled:
    """Call a function of tensors as one compiled program.

    Args:
        function: what is compiled; it returns nothing, and changes variables.
        jit_compile: True for XLA, False for a plain graph, "auto".
        slow: whether XLA would be slower; "auto" then takes the graph.

    With "auto" a program that XLA cannot compile runs as a plain graph from then on, and a warning
    gives the reason once. Raises RuntimeError with that reason where `jit_compile` is True.

    Example:
        >>> total = tf.Variable(0.0)
        >>> Compiled(total.assign_add, "auto", slow=False)(tf.constant(2.0))
        >>> float(total)
        2.0
    """

    def __init__(self, function, jit_compile, slow):
        self._function, self._asked, self._proved = function, jit_compile, False
        self.xla = not slow if jit_compile == "auto" else jit_compile
        self._program = self._compile()

    def __call__(self, *tensors):
        try:
            self._program(*tensors)
        except _FAILURES as error:
            if self._proved or not self.xla:  # it ran before: XLA is not the reason
                raise
            self._give_up_xla(str(error).strip().split("\n")[0])
            self._program(*tensors)
        self._proved = True

    def _give_up_xla(self, reason):
        if self._asked != "auto":
            raise RuntimeError(
                f"XLA cannot compile this game here ({reason}): leave jit_compile=True out"
            ) from None
        warnings.warn(
            f"XLA cannot compile this game here ({reason}): it runs as a plain graph, more slowly",
            stacklevel=2,
        )
        self.xla = False
        self._program = self._compile()

    def _compile(self):
        # Each its own function: TensorFlow warns where objects of a class compile one method.
        return tf.function(partial(self._function), jit_compile=self.xla, autograph=False)
