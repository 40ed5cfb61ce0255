"""What each command of the command line does; TensorFlow is imported where it is needed."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from gan_tutorial import devices, require_tensorflow

TIERS = ("small", "eighth", "quarter", "half", "paper")  # of seqgan
REPRODUCED = {
    "gan": ("article", "floors", "paper"),
    "collapse": ("seed-1", "seed-2"),
    "dcgan": ("conditional", "mlp", "real", "live", "speed", "full"),
    "lstm-gan": (*(f"digits-{seed}" for seed in range(5)), "sines"),
    "seqgan": ("baselines", *(f"{tier}-{seed}" for tier in TIERS for seed in range(3))),
    "classifier": ("classifier",),
    "stabilised": (
        *(f"seed-{seed}" for seed in range(3)),
        *("toys", "pacgan", "arms", "recipes", "ablation", "million"),
    ),
    "shipped": ("manifold", "neighbours", "limits", "spreads"),
}
# Parts that run only when they are named: dcgan's full width, which takes many hours, and all tiers
# of seqgan but one, of which three seeds are reckoned to fit into two hours.
ONLY_BY_NAME = (
    "full",
    *(f"{tier}-{seed}" for tier in TIERS if tier != "eighth" for seed in range(3)),
)


def run_train(out, resume, overwrite, quiet, workers=None, worker=None, gpus=None, **given):
    """Train a run, say where the pictures are."""
    require_tensorflow()
    if resume and overwrite:
        raise ValueError("--resume and --overwrite exclude each other: give one")
    strategy = devices.strategy_for(workers, worker, gpus, say=_waiting)
    from gan_tutorial import runs

    settings = runs.agreed_settings(strategy, out, given, resume, overwrite)
    metrics = runs.train(out, settings, overwrite, not quiet, strategy)
    if metrics is None:
        return  # one of several workers, of which the first says it
    print(
        f"{metrics['steps']:,} steps on {metrics['data']['source']} in {metrics['seconds']:.0f} s "
        f"({metrics['steps_per_second']:.0f} steps per second)"
    )
    print(f"Look at {Path(out, 'samples.png')}, {Path(out, 'training.gif')} and losses.png")


def _waiting(text):
    print(f"gan-tutorial: {text}", file=sys.stderr, flush=True)


def run_sample(folder, n, seed, label, which, out):
    """Write images of a trained run to a file."""
    require_tensorflow()
    import numpy as np

    from gan_tutorial import checks, figures, runs
    from gan_tutorial.algorithm import sample
    from gan_tutorial.checkpoints import load_generator, written_whole

    path = Path(out or Path(folder, "sample.png"))
    if path.suffix not in (".png", ".npz"):
        raise ValueError(f"{path}: name a .png (a grid) or an .npz (an array)")
    prior = runs.read_metrics(folder)["trainer"]["prior"]
    generator = load_generator(folder, which)
    in_turn = checks.labels_in_turn(generator, n)
    labels = in_turn if label is None else np.full(n, label)
    images = sample(generator, n, None, labels, seed, prior)
    columns = checks.classes_of(generator) if label is None else None  # a column for each class
    with written_whole(path) as aside:
        if path.suffix == ".npz":
            np.savez(aside, images=images, **({} if labels is None else {"labels": labels}))
        else:
            figures.save_png(figures.image_grid(images, columns, scale=2), aside)
    print(f"Wrote {n:,} images to {path}")


def run_evaluate(folder, n, seed, which):
    """Measure a run's samples; write evaluation.json, print their measures and real images'."""
    require_tensorflow()
    from gan_tutorial import runs
    from gan_tutorial.measures import evaluation

    scores = runs.evaluate(folder, n, seed, which)
    print(evaluation.table(scores["samples"], scores["floors"]))
    if "agreement" in scores:
        print(f"{scores['agreement']:.1%} of the samples show the digit that was asked for")
    if not scores["of_digits"]:
        print("These are not MNIST's digits: what a classifier of digits would say is left out")
    if not scores["comparable"]:
        print("Measured on the stand-in digits: not comparable with numbers on MNIST")
    print(f"Wrote {Path(folder, 'evaluation.json')}")


def run_reproduce(name, parts, out, minutes):
    """Resume a long run, or its parts, and write what it measured."""
    known = REPRODUCED[name]
    unknown = [part for part in parts or () if part not in known]
    if unknown:
        raise ValueError(f"{name} has no part {unknown[0]!r}: choose from {', '.join(known)}")
    require_tensorflow()
    from gan_tutorial import experiments, load_mnist

    Path(out, name).mkdir(parents=True, exist_ok=True)
    mnist, runs = load_mnist(), experiments.parts(name)
    for part in parts or [part for part in known if part not in ONLY_BY_NAME]:
        runs[part](mnist, Path(out, name), minutes)


def run_doctor(report):
    """Look at each part that is needed, say what to do; return 1 where something is broken."""
    from gan_tutorial import doctor

    lines = []
    for line in doctor.examine():
        lines.append(line)
        if not report:
            print(line, flush=True)  # one by one: XLA takes a while
    if report:
        print(doctor.report(lines))
    return int(any(line.broken for line in lines))


def run_lab(folder):
    """Open JupyterLab on the notebooks."""
    clone = Path(__file__).parent.parent / "notebooks"
    places = [Path(folder)] if folder else [Path("notebooks"), clone]
    found = [place for place in places if place.is_dir()]
    if not found:
        raise FileNotFoundError(f"{places[0]}: no such folder; run this in a clone of the project")
    if importlib.util.find_spec("jupyterlab") is None:
        raise ImportError("JupyterLab is not installed: run pip install jupyterlab")
    # The folder above is the server's, so that links from a notebook to the glossary work.
    folder = found[0].resolve()
    places = [f"--ServerApp.root_dir={folder.parent}", f"--ServerApp.preferred_dir={folder}"]
    return subprocess.call([sys.executable, "-m", "jupyterlab", *places])
