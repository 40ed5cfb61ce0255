"""Check what a reader fills into the gaps of the notebooks, and say which slip it is.

A reader's function is tried on random inputs, next to the right one and to the slips of the table
in `gan_tutorial.slips`.
"""

import numpy as np

from gan_tutorial.slips import EXERCISES

TRIES = 5  # random inputs, each with a seed of its own
CLOSE = {"rtol": 1e-4, "atol": 1e-5}  # float32 is exact enough


def check(name, answer):
    """Print one line about an answer: "Right.", "Not filled in yet.", or what is wrong with it.

    Args:
        name: of the exercise, a key of `EXERCISES`.
        answer: the reader's function of the exercise's inputs; `...`, or a function that returns
            `...`, is a gap that is not filled in yet.

    A wrong answer raises nothing, whatever it does, so that a notebook goes on below it.
    Raises ValueError for a name that there is not.

    Example:
        >>> check("best discriminator", lambda p, q: p / (p + q))
        Right.
        >>> check("best discriminator", lambda p, q: q / (p + q))
        Not yet: real and fake are exchanged: this is how probable it is that x is fake.
        >>> check("best discriminator", lambda p, q: ...)
        Not filled in yet.
    """
    print(verdict(name, answer))


def verdict(name, answer):
    """Map an exercise's name and an answer to the line that `check` prints."""
    if name not in EXERCISES:
        raise ValueError(f"there is no exercise {name!r}, only {', '.join(EXERCISES)}")
    if answer is ...:
        return "Not filled in yet."
    if not callable(answer):
        return f"Not yet: give the function itself, not its result ({type(answer).__name__})."
    exercise, cases = EXERCISES[name], []
    for seed in range(TRIES):
        inputs = exercise.inputs(np.random.default_rng(seed))
        try:
            given = answer(*(np.copy(part) for part in inputs))
        except Exception as error:
            return f"Not yet: your function stops with {type(error).__name__}: {error}"
        if given is ...:
            return "Not filled in yet."
        cases.append((inputs, given))
    return _judge(exercise, cases)


def _judge(exercise, cases):
    """Return the line for what a function gave on all inputs."""
    for inputs, given in cases:
        if given is None:
            return "Not yet: your function returns None. Is there a return?"
        if problem := _shape(given, exercise.right(*inputs)):
            slip = _slip(exercise, cases)
            return f"Not yet: {slip or problem}"
    if all(_same(given, exercise.right(*inputs)) for inputs, given in cases):
        return "Right."
    if slip := _slip(exercise, cases):
        return f"Not yet: {slip}"
    if _constant(cases):
        return "Not yet: the result is the same for all inputs."
    inputs, given = cases[0]
    expected = np.ravel(exercise.right(*inputs))[0]
    found = np.ravel(given)[0]
    return (
        f"Not yet: at a random input the first number is {found:.4g}; it should be {expected:.4g}."
    )


def _slip(exercise, cases):
    """Return what to say of the first slip that gives the same answers, or None."""
    for said, wrong in exercise.slips.items():
        if all(_same(given, wrong(*inputs)) for inputs, given in cases):
            return said
    return None


def _shape(given, expected):
    """Return what is wrong with the kind or the shape of an answer, or None."""
    try:
        found = np.asarray(given, float)
    except (TypeError, ValueError):
        return f"the result should be numbers, and is of type {type(given).__name__}."
    if found.shape != np.shape(expected):
        return f"the result has shape {found.shape}, and should have {np.shape(expected)}."
    return None


def _same(given, expected):
    with np.errstate(all="ignore"):
        try:
            found = np.asarray(given, float)
        except (TypeError, ValueError):
            return False
        expected = np.asarray(expected, float)
        return found.shape == expected.shape and np.allclose(
            found, expected, equal_nan=False, **CLOSE
        )


def _constant(cases):
    first = np.asarray(cases[0][1], float)
    return all(_same(given, first) for _, given in cases)
