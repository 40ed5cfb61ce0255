"""The checks of the reader's answers: what is right, which slip it is, and that nothing breaks."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_tutorial import exercises
from gan_tutorial.measures import densities

each = pytest.mark.parametrize("name", exercises.EXERCISES)


def keras_step(g, m, v, t):
    """The step of Keras' own Adam, with its memory set by hand."""
    weight, adam = keras.Variable(np.zeros(4, "float32")), keras.optimizers.Adam(1e-3, epsilon=1e-8)
    adam.build([weight])
    adam._momentums[0].assign(m)
    adam._velocities[0].assign(v)
    adam.iterations.assign(t - 1)
    adam.apply([tf.constant(g, tf.float32)], [weight])
    return weight.numpy()


# The right answer once more, written in another way.
OTHERWISE = {
    "value": lambda real, fake: (
        sum(math.log(d) for d in real) / len(real) + np.average(np.log1p(-fake))
    ),
    "best discriminator": lambda p, q: 1 / (1 + q / p),
    "divergence": lambda p, q: (
        0.5
        * sum(
            a * math.log(2 * a / (a + b)) + b * math.log(2 * b / (a + b))
            for a, b in zip(p, q, strict=True)
        )
    ),
    "layer": lambda x, W, b: tf.nn.relu(
        tf.cast(x, tf.float32) @ tf.cast(W, tf.float32) + tf.cast(b, tf.float32)
    ),
    "generator": lambda z, W1, b1, W2, b2: keras.ops.sigmoid(keras.ops.relu(z @ W1 + b1) @ W2 + b2),
    "log sigmoid": lambda a: -keras.ops.softplus(-tf.constant(a)),
    "discriminator loss": lambda real, fake: (
        keras.losses.BinaryCrossentropy(from_logits=True)(np.ones(5), real)
        + keras.losses.BinaryCrossentropy(from_logits=True)(np.zeros(7), fake)
    ),
    "shares": lambda a: 1 / (1 + np.exp(a)) / np.sum(1 / (1 + np.exp(a))),
    "adam": keras_step,
    "multiply-adds": lambda sizes, batch: sum(
        int(batch) * int(a) * int(b) for a, b in zip(sizes[:-1], sizes[1:], strict=True)
    ),
    "steps": lambda n, batch, epochs: epochs * math.floor(n / batch),
    "xavier": lambda fan_in, fan_out: math.sqrt(2) / math.hypot(*np.sqrt((fan_in, fan_out))),
    "parameters": lambda sizes: sum(
        int(a) * int(b) + int(b) for a, b in zip(sizes[:-1], sizes[1:], strict=True)
    ),
}


def test_every_exercise_has_a_second_answer_here():
    assert OTHERWISE.keys() == exercises.EXERCISES.keys()


@each
def test_an_answer_that_is_written_otherwise_is_right(name):
    assert exercises.verdict(name, OTHERWISE[name]) == "Right."
    assert exercises.verdict(name, exercises.EXERCISES[name].right) == "Right."


def test_the_value_of_a_d_that_cannot_tell_is_minus_log_4():
    half = np.full(3, 0.5)
    assert np.isclose(exercises.EXERCISES["value"].right(half, half), -math.log(4))


def test_the_divergence_is_that_of_the_package():
    # On a grid of width 1 a distribution is a density.
    p, q = exercises.EXERCISES["divergence"].inputs(np.random.default_rng(0))
    x = np.arange(-1, len(p) + 1)
    padded = [np.concatenate([[0], part, [0]]) for part in (p, q)]
    ours = exercises.EXERCISES["divergence"].right(p, q)
    assert ours == pytest.approx(densities.jensen_shannon(x, *padded), abs=1e-9)


@each
def test_each_slip_is_called_by_its_name(name):
    for said, wrong in exercises.EXERCISES[name].slips.items():
        assert exercises.verdict(name, wrong) == f"Not yet: {said}"


@each
def test_no_two_slips_give_the_same_and_none_is_right(name):
    exercise = exercises.EXERCISES[name]
    inputs = exercise.inputs(np.random.default_rng(7))
    found = [exercise.right(*inputs), *(wrong(*inputs) for wrong in exercise.slips.values())]
    for i, one in enumerate(found):
        for other in found[:i]:
            assert not exercises._same(one, other)


@each
def test_a_gap_is_not_filled_in_yet(name):
    for gap in (..., lambda *inputs: ...):
        assert exercises.verdict(name, gap) == "Not filled in yet."


@each
def test_a_constant_is_not_right(name):
    right = exercises.EXERCISES[name].right(
        *exercises.EXERCISES[name].inputs(np.random.default_rng(0))
    )
    said = exercises.verdict(name, lambda *inputs: right)  # even the right number of one input
    assert said.startswith("Not yet")
    assert "Right" not in said


def stops(*inputs):
    raise KeyboardInterrupt


WRONG = {
    "nothing": lambda *inputs: None,
    "a word": lambda *inputs: "V",
    "a list of lists of unequal lengths": lambda *inputs: [[1], [1, 2]],
    "not a number": lambda *inputs: math.nan,
    "a crash": lambda *inputs: 1 / 0,
    "too few arguments": lambda: 1,
    "a model": lambda *inputs: object(),
    "a changed input": lambda first, *rest: first.fill(0),
    "a random number": lambda *inputs: np.random.default_rng().normal(),
}


@each
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_raises_nothing_and_gets_one_line(name, wrong, capsys):
    exercises.check(name, wrong)
    said = capsys.readouterr().out
    assert said.startswith("Not yet: ")
    assert said.count("\n") == 1


def test_the_result_instead_of_the_function_is_named():
    assert "not its result (float)" in exercises.verdict("value", -1.39)


def test_a_reader_who_stops_the_cell_stops_it():
    with pytest.raises(KeyboardInterrupt):
        exercises.verdict("value", stops)


def test_an_unknown_exercise_is_named_with_those_that_there_are():
    with pytest.raises(ValueError, match="no exercise 'vale', only value, best discriminator"):
        exercises.check("vale", ...)
