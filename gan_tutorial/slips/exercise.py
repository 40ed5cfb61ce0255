"""What an exercise is."""

from typing import NamedTuple


class Exercise(NamedTuple):
    """A right function, what it gets, and the slips to tell apart.

    `right` maps the inputs to the answer; `inputs` maps a `numpy.random.Generator` to a tuple of
    arrays; `slips` maps what to say, one sentence, to the function that gives such an answer.
    """

    right: callable
    inputs: callable
    slips: dict
