"""How a network ends: the range that its last activation leaves open, read from its graph."""

import math

import keras

# What an activation can return, by the name that Keras gives to its function or its layer.
RANGES = {
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "softmax": (0, 1),
    "tanh": (-1, 1),
    "hard_tanh": (-1, 1),
    "softsign": (-1, 1),
    "soft_sign": (-1, 1),
    "relu": (0, math.inf),
    "relu6": (0, 6),
    "softplus": (0, math.inf),
    "exponential": (0, math.inf),
    "exp": (0, math.inf),
    "log_sigmoid": (-math.inf, 0),
    "log_softmax": (-math.inf, 0),
}
LINEAR = "linear"
# They move values to other places, and change none of them at the time of sampling.
_PASSING = {"reshape", "flatten", "identity", "dropout", "squeeze", "expand_dims", "cast"}


def end_of(model):
    """Map a network to its last activation, "linear", or None where its graph does not tell.

    It is found as an argument of the last layer, as a layer of its own, as an operation of
    `keras.ops`, in a wrapper, and in the last layer of a model within the model.

    Example:
        >>> x = keras.Input((4,))
        >>> end_of(keras.Model(x, keras.ops.sigmoid(keras.layers.Dense(1)(x))))
        'sigmoid'
    """
    outputs = getattr(model, "outputs", None)
    return _end(outputs[0]) if outputs else None


def _end(tensor):
    operation, node, index = tensor._keras_history
    name = _snake(type(operation).__name__)
    if name in _PASSING:
        return _end(operation._inbound_nodes[node].input_tensors[0])
    if isinstance(operation, keras.Model):
        return _end(operation.outputs[index]) if operation.outputs else None
    if isinstance(operation, keras.layers.TimeDistributed):
        operation = operation.layer
        return end_of(operation) if isinstance(operation, keras.Model) else _activation(operation)
    return name if name in RANGES else _activation(operation)


def _activation(layer):
    """Map a layer, or an operation, to the name of its activation where one is known."""
    activation = getattr(layer, "activation", None)
    name = getattr(activation, "__name__", None) or _snake(type(activation).__name__)
    return name if name in RANGES or name == LINEAR else None


def _snake(name):
    """Map the name of a class to that of its function: "HardSigmoid" to "hard_sigmoid"."""
    words = "".join(f"_{c}" if c.isupper() and i else c for i, c in enumerate(name)).lower()
    return {"re_l_u": "relu", "re_l_u6": "relu6"}.get(words, words)


def inner_layers(model):
    """Yield every layer of a network, those of networks and wrappers within it too.

    Example:
        >>> [layer.name for layer in inner_layers(keras.Sequential([keras.layers.ReLU(name="r")]))]
        ['r']
    """
    yield from model._flatten_layers(include_self=False)
