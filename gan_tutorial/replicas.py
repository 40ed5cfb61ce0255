"""One step on several replicas: each takes its part of the batch, and all take the same step.

A replica is a copy of both players on one device, as TensorFlow's strategies make them. Every
replica makes the draws of the whole batch, which cost little, and keeps its rows; slopes are
averaged before they move a weight. So N replicas take the step that one replica takes. Where there
is only one, nothing here does anything.
"""

import keras
import tensorflow as tf

from gan_tutorial.ends import inner_layers

_KNOWN = (
    tf.distribute.MirroredStrategy,
    tf.distribute.MultiWorkerMirroredStrategy,
    tf.distribute.OneDeviceStrategy,
)


def count():
    """Return the number of replicas that run the step which calls this; outside of a step, 1.

    Example:
        >>> count()
        1
    """
    context = tf.distribute.get_replica_context()
    return context.num_replicas_in_sync if context else 1


def part(rows):
    """Map rows `(batch, ...)` that every replica has made to those of this replica.

    Example:
        >>> part(tf.range(4)).numpy().tolist()  # one replica: all of them
        [0, 1, 2, 3]
    """
    if count() == 1:
        return rows
    n = rows.shape[0] // count()
    start = n * tf.distribute.get_replica_context().replica_id_in_sync_group
    # A slice of known size keeps the static shape, which penalties read.
    return tf.slice(rows, [start] + [0] * (rows.shape.rank - 1), [n, *rows.shape[1:]])


def means(slopes, numbers):
    """Map a replica's slopes (tensors or None) and scalars to their means over all replicas.

    All of them go in one exchange: on a CPU its cost is that of the message, not of the bytes.

    Example:
        >>> means([None], [tf.constant(2.0)])[1][0].numpy()
        np.float32(2.0)
    """
    if count() == 1:
        return slopes, numbers
    # A weight that the loss does not use has no slope. A message holds numbers of one type.
    sent = [tf.convert_to_tensor(slope) for slope in slopes if slope is not None]
    wide = tf.float64 if any(slope.dtype == tf.float64 for slope in sent) else tf.float32
    message = [tf.cast(tensor, wide) for tensor in (*sent, tf.stack(numbers))]
    context = tf.distribute.get_replica_context()
    *mean, numbers_mean = context.all_reduce("MEAN", message)
    back = (tf.cast(a, b.dtype) for a, b in zip(mean, sent, strict=True))
    return [None if slope is None else next(back) for slope in slopes], tf.unstack(numbers_mean)


def strategy_of(generator, discriminator, d_optimizer=None, g_optimizer=None):
    """Return the strategy in whose scope we are; raise ValueError for parts of another scope.

    Outside of any scope it is TensorFlow's default, of one replica.
    """
    parts = {
        "generator": generator,
        "discriminator": discriminator,
        "d_optimizer": d_optimizer,
        "g_optimizer": g_optimizer,
    }
    strategy = tf.distribute.get_strategy()
    if tf.distribute.has_strategy() and not isinstance(strategy, _KNOWN):
        raise ValueError(
            f"Trainer knows MirroredStrategy and MultiWorkerMirroredStrategy, "
            f"not {type(strategy).__name__}"
        )
    inside = strategy.extended.variable_created_in_scope
    for name, part in parts.items():
        if not all(inside(variable.value) for variable in getattr(part, "variables", ())):
            raise ValueError(
                f"the {name} was made outside strategy.scope(): make networks, optimisers and the "
                "Trainer in it"
                if tf.distribute.has_strategy()
                else f"the {name} was made in a strategy's scope: make the Trainer in it too"
            )
    return strategy


def prepared(trainer, jit_compile):
    """Make a trainer's networks and optimisers take the step of the whole batch.

    Batch norm then takes its statistics from all replicas. Keras' optimisers would add the
    replicas' slopes up, after clipping each: they are told not to, since `means` comes before them.

    Return what to compile with: XLA compiles for one replica, "auto" is False for several. Raises
    ValueError for settings that several replicas cannot have. One replica changes nothing.
    """
    n = trainer.strategy.num_replicas_in_sync
    if n == 1:
        return jit_compile
    if trainer.batch_size % n:
        raise ValueError(
            f"batch_size {trainer.batch_size} does not divide by {n}, the number of replicas: it "
            "is the whole batch's size"
        )
    if jit_compile is True:
        raise ValueError("XLA compiles for one replica: leave jit_compile at 'auto'")
    for network in (trainer.generator, trainer.discriminator):
        for layer in inner_layers(network):
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True
    for name in ("d_optimizer", "g_optimizer"):
        _leave_the_sum_to_us(name, getattr(trainer, name))
    return False


def _leave_the_sum_to_us(name, optimizer):
    if getattr(optimizer, "gradient_accumulation_steps", None):
        raise ValueError(f"{name}: gradient_accumulation_steps works on one replica alone")
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        raise ValueError(f"{name}: LossScaleOptimizer works on one replica alone")
    if not hasattr(optimizer, "_all_reduce_sum_gradients"):  # private, so it may move
        raise RuntimeError(f"Keras {keras.__version__} is not known to train several replicas")
    optimizer._all_reduce_sum_gradients = list


def copies(strategy, tensor):
    """Map a tensor to one that lies on each device of this process; None to None."""
    if tensor is None or strategy.num_replicas_in_sync == 1:
        return tensor
    devices = strategy.extended.worker_devices
    if len(devices) == 1:
        return tensor

    def here(context):
        with tf.device(devices[context.replica_id_in_sync_group % len(devices)]):
            return tf.identity(tensor)

    return strategy.experimental_distribute_values_from_function(here)


def only_one(what):
    """Raise ValueError where something that knows one device is asked for in a strategy's scope."""
    if tf.distribute.get_strategy().num_replicas_in_sync > 1:
        raise ValueError(f"{what} runs on one device: call it outside strategy.scope()")
