"""Measure a run's samples, and write what was measured into its folder."""

import json
from pathlib import Path

from gan_tutorial import checks
from gan_tutorial.algorithm import sample
from gan_tutorial.checkpoints import load_generator, write_json
from gan_tutorial.data import load_mnist
from gan_tutorial.measures import digits, evaluation
from gan_tutorial.runs.assembly import fingerprint, is_of_digits
from gan_tutorial.runs.folder import check_same_data, read_metrics


def evaluate(run, n=10_000, seed=0, which="latest"):
    """Map a run on digits to the measures of n of its samples and their floors; keep them there.

    Writes evaluation.json. Raises ValueError for a run on other pictures, and where the images it
    was trained on are not at hand.
    """
    metrics = read_metrics(run)
    data, conditional = _data_of(run, metrics)
    generator = load_generator(run, which)
    labels = checks.labels_in_turn(generator, n)
    samples = sample(generator, n, None, labels, seed, metrics["trainer"]["prior"])
    # The stand-in's digits are read badly, and its numbers are called not comparable anyway.
    of_digits = data.source == "digits" or digits.readable(data)
    scores = {
        "which": which,
        "step": _step_of(run, which, metrics),
        "seed": seed,
        "comparable": data.source != "digits",
        "of_digits": of_digits,
        "samples": evaluation.evaluate(samples, data, of_digits),
        "floors": evaluation.floors(data, n, of_digits),
    }
    if conditional and of_digits:
        scores["agreement"] = digits.agreement(samples, labels)
    write_json(Path(run) / "evaluation.json", scores)
    return scores


def _data_of(run, metrics):
    """Return the digits that a run was trained on, and whether it took their labels."""
    path, conditional = metrics["settings"]["data"], metrics["settings"].get("conditional")
    if not is_of_digits(path):
        raise ValueError(f"{run}: trained on {path}; the measures know digits alone")
    data = load_mnist(path)
    facts = fingerprint(data.train_images, data.train_labels if conditional else None)
    check_same_data(run, {**facts, "source": data.source})
    return data, conditional


def _step_of(run, which, metrics):
    """Return the step of the generator that is measured."""
    if which == "latest":
        return metrics["steps"]
    return json.loads((Path(run) / "best.json").read_text(encoding="utf-8"))["step"]
