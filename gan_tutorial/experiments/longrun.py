"""Long runs that are resumable: train in pieces, keep snapshots, measure them, write a result.

At the end of each piece the generator's weights are kept as float16, a snapshot. Every measure is
taken of snapshots, so that anyone who has the snapshots can take it again.
"""

import json
import math
import time
import zlib
from pathlib import Path

import numpy as np

from gan_tutorial.algorithm import sample
from gan_tutorial.callbacks import Checkpoints, Periodic
from gan_tutorial.checkpoints import find, write_json, written_whole
from gan_tutorial.draws import SCHEME
from gan_tutorial.measures import evaluation
from gan_tutorial.runs import provenance
from gan_tutorial.settings import onednn

SAMPLES = 10_000  # that are measured
MNIST = 3772269558  # CRC-32 of its 60,000 training images, as load_mnist returns them


def train_in_pieces(trainer, images, folder, stops, minutes, labels=None, save_every=2000):
    """Train up to each of the stops, keep a snapshot at each, and go on where an earlier call was.

    Args:
        trainer: a new trainer.
        images, labels: as `Trainer.fit` takes them.
        folder: holds checkpoints/, snapshots/ and seconds.json; made where it is missing.
        stops: steps, in ascending order.
        minutes: of training, over all calls together, after which it stops early, with a snapshot.
        save_every: steps between two checkpoints.

    Returns whether the last stop was reached. Raises ValueError for other images than before.
    """
    folder = Path(folder)
    _check_same_images(folder, images)
    if find(folder / "checkpoints"):
        trainer.restore(folder / "checkpoints")
    clock = Clock(folder, minutes, save_every)
    callbacks = [Checkpoints(folder / "checkpoints", save_every), clock]
    for stop in stops:
        if stop > trainer.step and not clock.is_up():
            trainer.fit(images, stop - trainer.step, labels, 500, callbacks)
        if stop >= trainer.step:
            keep_snapshot(folder / "snapshots", trainer.step, trainer.sampler)
            if trainer.sampler is not trainer.generator:
                keep_snapshot(folder / "not-averaged", trainer.step, trainer.generator)
    return trainer.step >= stops[-1]


def _check_same_images(folder, images):
    path, facts = folder / "data.json", {"images": len(images), "crc32": zlib.crc32(images)}
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != facts:
        raise ValueError(f"{folder}: holds a run on other images; name another folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    write_json(path, facts)


class Clock(Periodic):
    """Count a run's seconds of training over all its sittings, and end it when its time is up."""

    def __init__(self, folder, minutes, every):
        super().__init__(every)
        self.path, self.limit = Path(folder) / "seconds.json", 60 * minutes
        self.earlier = json.loads(self.path.read_text()) if self.path.is_file() else 0.0
        self.started = None

    def seconds(self):
        """Return the seconds of training so far."""
        return self.earlier + (time.perf_counter() - self.started if self.started else 0.0)

    def is_up(self):
        """Return whether the run has had its time."""
        return self.seconds() >= self.limit

    def on_train_begin(self, logs=None):
        """Start the clock of this sitting."""
        super().on_train_begin()
        self.started = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        """End training when the time is up."""
        if self.is_up():
            self.model.stop_training = True

    def act(self, step):
        """Write the seconds so far, so that a kill loses few of them."""
        write_json(self.path, round(self.seconds(), 1))

    def on_train_end(self, logs=None):
        """Stop the clock, and keep the seconds of this sitting."""
        super().on_train_end()
        self.earlier, self.started = self.seconds(), None


def keep_snapshot(folder, step, generator):
    """Write a generator's weights as float16 to `folder/step-00001000.npz`, once.

    Batch norm's statistics are among them. Raises FloatingPointError for one above 65,504.
    """
    path = snapshot_path(folder, step)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with np.errstate(over="raise"):
            arrays = [weight.astype(np.float16) for weight in generator.get_weights()]
        with written_whole(path) as aside, open(aside, "wb") as file:
            np.savez_compressed(file, *arrays)


def snapshot_path(folder, step):
    """Map a folder of snapshots and a step to the snapshot's path."""
    return Path(folder) / f"step-{step:08d}.npz"


def shipped(folder, steps):
    """Map a run's folder and steps to arrays for an .npz: "1000/0" is the first weight at 1,000."""
    arrays = {}
    for step in steps:
        path = snapshot_path(Path(folder) / "snapshots", step)
        if path.is_file():
            with np.load(path, allow_pickle=False) as file:
                arrays |= {f"{step}/{i}": file[f"arr_{i}"] for i in range(len(file.files))}
    return arrays


def measure_snapshots(folder, generator, data, prior, labels=None):
    """Map a run's snapshots to all measures of 10,000 samples at each, a list of dicts by step.

    Labels are those of a conditional run, any number of them; they are gone through again if need
    be. What was measured is kept in measures.json, so that a call that is interrupted goes on.
    """
    path = Path(folder) / "measures.json"
    known = json.loads(path.read_text()) if path.is_file() else {}
    for snapshot in find(Path(folder) / "snapshots"):
        step = str(int(snapshot.stem.removeprefix("step-")))
        if step not in known:
            generator.set_weights(read_snapshot(snapshot))
            wanted = None if labels is None else np.resize(labels, SAMPLES)
            samples = sample(generator, SAMPLES, labels=wanted, prior=prior)
            known[step] = rounded(evaluation.evaluate(samples, data))
            write_json(path, known)
            print(f"step {step}: {_short(known[step])}", flush=True)
    return [{"step": int(step), **known[step]} for step in sorted(known, key=int)]


def read_snapshot(path):
    """Map the path of a snapshot to the generator's weights as float32."""
    with np.load(path, allow_pickle=False) as file:
        return [file[f"arr_{i}"].astype(np.float32) for i in range(len(file.files))]


def run_facts(trainer, images, data, folder, name, part):
    """Map a trained run to all but the measures of its result, a dict ready for JSON."""
    history = trainer.history
    return {
        **circumstances(images, data, name, part),
        "settings": trainer.settings(),
        "parameters": {
            "generator": _trainable(trainer.generator),
            "discriminator": _trainable(trainer.discriminator),
        },
        "steps": trainer.step,
        "seconds": json.loads((folder / "seconds.json").read_text()),
        "history": {
            "step": history.pop("step").tolist(),
            **{column: np.round(values, 4).tolist() for column, values in history.items()},
        },
    }


def _trainable(model):
    return sum(math.prod(weight.shape) for weight in model.trainable_variables)


def circumstances(images, data, name, part=None):
    """Map what was used to the command, the data, versions and machine of a result, a dict."""
    return {
        "command": f"gan-tutorial reproduce {name}" + (f" --parts {part}" if part else ""),
        "data": _name_of(data),
        "images": len(images),
        "crc32": zlib.crc32(images),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "onednn": onednn(),
        "keys": SCHEME,
    }


def _name_of(data):
    if zlib.crc32(data.train_images) == MNIST:
        return "MNIST"
    source = "the stand-in digits" if data.source == "digits" else "other images"
    return f"{source}, not comparable"


def write_result(out, name, facts, arrays=None):
    """Write a result to `out`: its facts to name.json, its arrays, if any, to name.npz."""
    out = Path(out)
    if arrays:
        with written_whole(out / f"{name}.npz") as aside, open(aside, "wb") as file:
            np.savez_compressed(file, **arrays)
    write_json(out / f"{name}.json", facts)
    print(f"Wrote {out / name}.json" + (" and .npz" if arrays else ""))


def rounded(thing):
    """Map a number, or numbers within dicts and lists, to the same with four decimals at most."""
    if isinstance(thing, dict):
        return {key: rounded(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [rounded(value) for value in thing]
    return round(thing, 4) if isinstance(thing, float) else thing


def _short(row):
    return (
        f"Parzen {row['parzen']:.1f}, Fréchet {row['frechet']:.2f}, "
        f"most common digit {row['commonest']:.0%}"
    )
