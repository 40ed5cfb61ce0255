"""The shipped generators measured again: `gan-tutorial reproduce shipped`. Nothing is trained.

A measure that is younger than a run can be taken of the weights that ship with the package.
"""

import time
from functools import partial

import numpy as np

from gan_tutorial import results
from gan_tutorial.algorithm import sample
from gan_tutorial.checks import labels_in_turn
from gan_tutorial.experiments import dcgan, longrun
from gan_tutorial.experiments.gan import article_trainer
from gan_tutorial.measures import classifier, evaluation, manifold
from gan_tutorial.measures.digits import mcnemar, nearest_labels
from gan_tutorial.measures.frechet import extrapolated, frechet_distance, of_features, statistics
from gan_tutorial.models.stabilised import make_arm

BLOCKS = 6  # disjoint sets of real images, whose scores say how much those of real data spread
DRAWS = 9  # of as many samples as there are training images
PARTED = 5  # blocks of these samples, whose Fréchet distances say how much one spreads
SCORES = ("frechet", "precision", "recall", "density", "coverage", "parzen", "commonest", "rarest")
BEST = 30_000  # step of the baseline
LABELLED = ("dcgan-mlp", "dcgan-conditional")
TRAINERS = {
    "gan-article": article_trainer,
    "dcgan-mlp": dcgan.mlp_trainer,
    "dcgan-conditional": lambda: dcgan.conditional_trainer(**dcgan.SMALLER),
    "stabilised-0": lambda: make_arm("stabilised"),
}
SPREAD = {**TRAINERS, "stabilised-million": lambda: make_arm("penalties")}


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
        "generators": {name: _of_all_steps(name, n, real, scores) for name in TRAINERS},
        "seconds": round(time.perf_counter() - started, 1),
    }
    longrun.write_result(out, "manifold", facts)


def scores(images, real):
    """Map images, and the features of real ones, to what `evaluation.compared` says, rounded."""
    return longrun.rounded(evaluation.compared(classifier.see(images)[0], real))


def _of_all_steps(name, n, real, measure):
    """Return a row for each step of which a result has weights: its `measure(samples, real)`."""
    trainer, rows = TRAINERS[name](), []
    labels = labels_in_turn(trainer.generator, n)
    for step in results.steps_of_weights(name):
        trainer.generator.set_weights(results.weights(name, step))
        samples = sample(trainer.generator, n, labels=labels, prior=trainer.prior)
        rows.append({"step": step, **measure(samples, real)})
        print(f"{name}, step {step:,}: {rows[-1]}", flush=True)
    return rows


def reproduce_neighbours(data, out, minutes):
    """Map the generators with labels to their 1-nearest-neighbour errors over nine draws of z.

    Writes neighbours.json to `out`: for each draw as many samples as the generator was trained on,
    its error on the test images, and McNemar's test against those training images; and the error
    of the first draw, of the first two together, and so on: with more samples than there are data.
    """
    del minutes  # it trains nothing
    started = time.perf_counter()
    images, test = data.not_held_out, (data.test_images, data.test_labels)
    n, labels = len(images), data.train_labels[: len(images)]
    real = nearest_labels(images, labels, test[0])[0] != test[1]
    facts = {
        **longrun.circumstances(images, data, "shipped", "neighbours"),
        "settings": {"samples": n, "seed": list(range(DRAWS))},  # of the samples' noise
        "real": {"samples": n, "error": float(real.mean())},
        "generators": {name: _draws(name, labels, test, real) for name in LABELLED},
        "seconds": round(time.perf_counter() - started, 1),
    }
    longrun.write_result(out, "neighbours", facts)


def _draws(name, labels, test, real):
    """Return a row for each draw of samples with these labels, of a generator's last step."""
    trainer = TRAINERS[name]()
    trainer.generator.set_weights(results.weights(name, results.steps_of_weights(name)[-1]))
    n, rows = len(labels), []
    best = np.full(len(test[1]), np.inf)  # distance to the nearest of all samples so far
    found = np.empty(len(test[1]), int)
    for seed in range(DRAWS):
        samples = sample(trainer.generator, n, labels=labels, seed=seed, prior=trainer.prior)
        taken, distances = nearest_labels(samples, labels, test[0])
        found, best = np.where(distances < best, taken, found), np.minimum(distances, best)
        wrong, row = taken != test[1], {"seed": seed, "error": float(np.mean(taken != test[1]))}
        row["alone_wrong"] = [int((wrong & ~real).sum()), int((real & ~wrong).sum())]
        row["p"] = float(f"{mcnemar(wrong, real):.3g}")
        row["together"] = {"samples": (seed + 1) * n, "error": float(np.mean(found != test[1]))}
        rows.append(row)
        print(f"{name}: {row}", flush=True)
    return rows


def reproduce_limits(data, out, minutes):
    """Map each shipped generator, and real images, to their Fréchet distance with its spread.

    Writes limits.json to `out`: the distance to the test images of five disjoint blocks, its mean
    and standard deviation, that of all of them together, and what is left at infinitely many.
    """
    del minutes  # it trains nothing
    started = time.perf_counter()
    real, n = statistics(data.test_images), len(data.not_held_out)
    facts = {
        **longrun.circumstances(data.not_held_out, data, "shipped", "limits"),
        "settings": {"samples": n, "blocks": PARTED, "seed": 0},  # of the samples' noise
        "real": _limits(data.not_held_out, real),
        "generators": {name: _of_all_steps(name, n, real, _limits) for name in TRAINERS},
        "seconds": round(time.perf_counter() - started, 1),
    }
    longrun.write_result(out, "limits", facts)


def _limits(images, real):
    """Map images, and the `Statistics` of real ones, to their distance, its spread, its limit."""
    features = classifier.see(images)[0]
    blocks = [frechet_distance(of_features(x), real) for x in np.array_split(features, PARTED)]
    limit, error = extrapolated(features, real)
    row = {
        "block": float(np.mean(blocks)),
        "spread": float(np.std(blocks, ddof=1)),
        "whole": frechet_distance(of_features(features), real),
        "limit": limit,
        "limit_se": error,
    }
    return {name: round(value, 3) for name, value in row.items()}


def reproduce_spreads(data, out, minutes):
    """Map shipped generators, and real images, to the mean and standard deviation of all scores.

    Writes spreads.json to `out`: of the last weights of each result, and of the baseline's best,
    five sets of samples are measured, each from noise of another seed; of real images, five
    disjoint blocks.
    """
    del minutes  # it trains nothing
    started, images = time.perf_counter(), data.not_held_out
    n = min(longrun.SAMPLES, len(images) // PARTED)
    facts = {
        **longrun.circumstances(images, data, "shipped", "spreads"),
        "settings": {"samples": n, "seed": list(range(PARTED))},  # of the noise
        "real": _spread((images[i * n : (i + 1) * n] for i in range(PARTED)), data),
        "generators": {name: _spreads_of(name, make(), n, data) for name, make in SPREAD.items()},
        "seconds": round(time.perf_counter() - started, 1),
    }
    longrun.write_result(out, "spreads", facts)


def _spreads_of(name, trainer, n, data):
    """Return a row for a result's last step, and one before it for the baseline's best."""
    rows, labels = [], labels_in_turn(trainer.generator, n)
    steps = results.steps_of_weights(name)[-1:]
    for step in [BEST, *steps] if name == "gan-article" else steps:
        trainer.generator.set_weights(results.weights(name, step))
        draw = partial(sample, trainer.generator, n, labels=labels)
        sets = (draw(seed=seed, prior=trainer.prior) for seed in range(PARTED))
        rows.append({"step": step, **_spread(sets, data)})
        print(f"{name}, step {step:,}: {rows[-1]}", flush=True)
    return rows


def _spread(sets, data):
    """Map sets of images to the mean and the standard deviation of each of their scores."""
    rows = [evaluation.evaluate(images, data) for images in sets]
    rows = [{**row, "rarest": min(row["histogram"])} for row in rows]
    values = {name: [row[name] for row in rows] for name in SCORES}
    return {
        name: longrun.rounded([float(np.mean(of)), float(np.std(of, ddof=1))])
        for name, of in values.items()
    }


PARTS = {
    "manifold": reproduce_manifold,
    "neighbours": reproduce_neighbours,
    "limits": reproduce_limits,
    "spreads": reproduce_spreads,
}
