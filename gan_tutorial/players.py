"""What a trainer makes of the two players before it compiles anything."""

import keras


def built(optimizer, player):
    """Return an optimiser, the article's by default, with its variables made before tracing."""
    optimizer = optimizer or keras.optimizers.Adam(1e-3, epsilon=1e-8)
    if optimizer.built:
        raise ValueError("an optimizer belongs to one player and one Trainer: make another one")
    optimizer.build(player.trainable_variables)
    return optimizer


def copied(generator):
    """Map a generator to another one with the same layers and weights."""
    copy = keras.models.clone_model(generator)
    copy.set_weights(generator.get_weights())
    return copy


def slow_in_xla(*models):
    """Whether a layer convolves (XLA on a CPU is slower then) or recurs (it compiles for long)."""
    inner = [layer for model in models for layer in getattr(model, "layers", ())]
    return any(
        "Conv" in type(layer).__name__ or isinstance(layer, keras.layers.RNN) or slow_in_xla(layer)
        for layer in inner
    )
