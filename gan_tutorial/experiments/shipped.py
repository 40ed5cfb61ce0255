"""The shipped generators measured again: `gan-tutorial reproduce shipped`. Nothing is trained.

A measure that is younger than a run can be taken of the weights that ship with the package.
"""

import time

from gan_tutorial import results
from gan_tutorial.algorithm import sample
from gan_tutorial.checks import labels_in_turn
from gan_tutorial.experiments import dcgan, longrun
from gan_tutorial.experiments.gan import article_trainer
from gan_tutorial.measures import classifier, evaluation, manifold
from gan_tutorial.models.stabilised import make_arm

BLOCKS = 6  # disjoint sets of real images, whose scores say how much those of real data spread
TRAINERS = {
    "gan-article": article_trainer,
    "dcgan-mlp": dcgan.mlp_trainer,
    "dcgan-conditional": lambda: dcgan.conditional_trainer(**dcgan.SMALLER),
    "stabilised-0": lambda: make_arm("stabilised"),
}


def reproduce_manifold(data, out, minutes):
    """Map each shipped generator, and real images, to precision, recall, density and coverage.

    Writes manifold.json to `out`: for each result a row a step, and a row for each block of
    training images, all against the test images, next to their Fréchet distance.
    """
    del minutes  # it trains nothing
    started = time.perf_counter()
    real, n = classifier.see(data.test_images)[0], min(longrun.SAMPLES, len(data.test_images))
    blocks = [data.train_images[i * n : (i + 1) * n] for i in range(BLOCKS)]
    facts = {
        **longrun.circumstances(data.train_images, data, "shipped", "manifold"),
        "settings": {"samples": n, "k": manifold.K, "seed": 0},  # of the samples' noise
        "real": [scores(block, real) for block in blocks if len(block) == n],
        "generators": {name: _of_all_steps(name, n, real) for name in TRAINERS},
        "seconds": round(time.perf_counter() - started, 1),
    }
    longrun.write_result(out, "manifold", facts)


def scores(images, real):
    """Map images, and the features of real ones, to what `evaluation.compared` says, rounded."""
    return longrun.rounded(evaluation.compared(classifier.see(images)[0], real))


def _of_all_steps(name, n, real):
    """Return a row for each step of which a result has weights."""
    trainer, rows = TRAINERS[name](), []
    labels = labels_in_turn(trainer.generator, n)
    for step in results.steps_of_weights(name):
        trainer.generator.set_weights(results.weights(name, step))
        samples = sample(trainer.generator, n, labels=labels, prior=trainer.prior)
        rows.append({"step": step, **scores(samples, real)})
        print(f"{name}, step {step:,}: {rows[-1]}", flush=True)
    return rows


PARTS = {"manifold": reproduce_manifold}
