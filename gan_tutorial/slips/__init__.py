"""The exercises of the notebooks: the right function of each, and the slips that people make.

Each slip is a wrong function, next to the sentence that a reader is told who wrote such a one.
"""

from gan_tutorial.slips import losses, networks, objective, training

EXERCISES = {
    **objective.EXERCISES,
    **networks.EXERCISES,
    **losses.EXERCISES,
    **training.EXERCISES,
}
