"""The long runs behind the results, each of them resumable: `gan-tutorial reproduce NAME`.

A run trains in pieces. At the end of each it keeps the generator's weights as float16, a snapshot,
and every measure is taken of snapshots, so that whoever has the snapshots can take it again.
"""

import json
import time
import zlib
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans

from gan_tutorial import classifier, evaluation, goodfellow, runs
from gan_tutorial.algorithm import sample
from gan_tutorial.callbacks import Checkpoints, Periodic
from gan_tutorial.checkpoints import find, written_whole
from gan_tutorial.networks import make_discriminator, make_generator
from gan_tutorial.trainer import Trainer

SAMPLES = 10_000  # that are measured
_SCALE = (m * 10**k // 10 for k in range(2, 6) for m in (10, 15, 20, 30, 40, 50, 70))
ARTICLE_STOPS = (0, *_SCALE, 1_000_000)
ARTICLE_SHIPPED = (0, 200, 1000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)
PAPER_EPOCHS = (0, 1, 2, 5, 10, 20, 30, 50, 75, 100, 125, 150, 175, 200, 225, 250)


def article_trainer(images, seed=0):
    """Map images to the article's game: two-layer networks of 128 units, Adam, batches of 128."""
    del images  # the article's networks do not look at them
    return Trainer(make_generator(seed=seed), make_discriminator(seed=seed + 1), seed=seed)


def paper_trainer(images, seed=0):
    """Map images to the game of Goodfellow et al. 2014: wide networks, maxout, dropout, SGD."""
    return Trainer(
        goodfellow.make_paper_generator(images.mean(0, np.float64), seed=seed),
        goodfellow.make_paper_discriminator(images.shape[1:], seed=seed + 1),
        d_optimizer=goodfellow.make_paper_optimizer(),
        g_optimizer=goodfellow.make_paper_optimizer(),
        batch_size=100,
        prior=goodfellow.paper_prior,
        seed=seed,
    )


def train_in_pieces(trainer, images, folder, stops, minutes, labels=None, save_every=2000):
    """Train up to each of the stops, keep a snapshot at each, and go on where an earlier call was.

    Args:
        trainer: a new trainer.
        images, labels: as `Trainer.fit` takes them.
        folder: holds checkpoints/, snapshots/ and seconds.json; made where it is missing.
        stops: steps, in ascending order.
        minutes: of training, over all calls together, after which it stops early.
        save_every: steps between two checkpoints.

    Returns whether the last stop was reached.
    """
    folder = Path(folder)
    if find(folder / "checkpoints"):
        trainer.restore(folder / "checkpoints")
    clock = Clock(folder, minutes, save_every)
    callbacks = [Checkpoints(folder / "checkpoints", save_every), clock]
    for stop in stops:
        if stop > trainer.step:
            if clock.is_up():
                return False
            trainer.fit(images, stop - trainer.step, labels, 500, callbacks)
        if trainer.step == stop:
            keep_snapshot(folder / "snapshots", trainer)
    return trainer.step >= stops[-1]


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
        super().on_train_begin()
        self.started = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = self.is_up()

    def act(self, step):
        with written_whole(self.path) as aside:
            aside.write_text(json.dumps(round(self.seconds(), 1)))

    def on_train_end(self, logs=None):
        super().on_train_end()
        self.earlier, self.started = self.seconds(), None


def keep_snapshot(folder, trainer):
    """Write G's weights, or their average, as float16 to `folder/step-00001000.npz`, once."""
    path = Path(folder) / f"step-{trainer.step:08d}.npz"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = [weight.astype(np.float16) for weight in trainer.sampler.get_weights()]
        with written_whole(path) as aside, open(aside, "wb") as file:
            np.savez_compressed(file, *arrays)


def measure_snapshots(folder, generator, data, prior, labels=None):
    """Map a run's snapshots to all measures of 10,000 samples at each, a list of dicts by step.

    What was measured is kept in measures.json, so that a call that is interrupted goes on.
    """
    path = Path(folder) / "measures.json"
    known = json.loads(path.read_text()) if path.is_file() else {}
    for snapshot in find(Path(folder) / "snapshots"):
        step = str(int(snapshot.stem.removeprefix("step-")))
        if step not in known:
            generator.set_weights(read_snapshot(snapshot))
            samples = sample(generator, SAMPLES, prior=prior)
            known[step] = _rounded(evaluation.evaluate(samples, data))
            _write_json(path, known)
            print(f"step {step}: {_short(known[step])}", flush=True)
    return [{"step": int(step), **known[step]} for step in sorted(known, key=int)]


def read_snapshot(path):
    """Map the path of a snapshot to the generator's weights as float32."""
    with np.load(path, allow_pickle=False) as file:
        return [file[f"arr_{i}"].astype(np.float32) for i in range(len(file.files))]


def reproduce_article(data, out, minutes):
    """The article's own run, all 1,000,000 iterations; write gan-article.json and .npz to `out`."""
    folder, trainer = Path(out) / "article", article_trainer(data.train_images)
    images = data.train_images
    train_in_pieces(trainer, images, folder, ARTICLE_STOPS, minutes)
    facts = _facts(trainer, images, data, folder, "gan", "article")
    facts["snapshots"] = measure_snapshots(folder, trainer.generator, data, trainer.prior)
    arrays = {}
    for step in ARTICLE_SHIPPED:
        path = folder / "snapshots" / f"step-{step:08d}.npz"
        if path.is_file():
            with np.load(path) as file:
                arrays |= {f"{step}/{i}": file[f"arr_{i}"] for i in range(len(file.files))}
    _write_result(out, "gan-article", facts, arrays)


def reproduce_paper(data, out, minutes):
    """The paper's networks for up to 250 epochs; write gan-paper.json and .npz to `out`."""
    images = data.train_images[: -len(evaluation.held_out(data))]
    folder, trainer = Path(out) / "paper", paper_trainer(images)
    stops = [epoch * len(images) // trainer.batch_size for epoch in PAPER_EPOCHS]
    train_in_pieces(trainer, images, folder, stops, minutes, save_every=1000)
    facts = _facts(trainer, images, data, folder, "gan", "paper")
    facts["snapshots"] = measure_snapshots(folder, trainer.generator, data, trainer.prior)
    trainer.generator.set_weights(read_snapshot(find(folder / "snapshots")[-1]))
    shown = np.uint8(np.rint(255 * trainer.sample(100)))
    _write_result(out, "gan-paper", facts, {"samples": shown})


def reproduce_floors(data, out, minutes):
    """Real images and k-means centroids in the place of samples; write gan-floors.json to `out`."""
    del minutes  # it takes a few
    images = data.train_images[: -len(evaluation.held_out(data))]
    clusters = min(SAMPLES, len(images) // 5)
    started = time.perf_counter()
    kmeans = KMeans(clusters, init="random", n_init=1, max_iter=20, random_state=0)
    kmeans.fit(images.reshape(len(images), -1))
    centroids = kmeans.cluster_centers_.clip(0, 1).reshape(-1, *images.shape[1:])
    facts = {
        **_circumstances(images, data, "gan", "floors"),
        "real": _rounded(evaluation.floors(data, SAMPLES)),
        "kmeans": _rounded(evaluation.evaluate(centroids, data)),
        "kmeans_clusters": clusters,
        "kmeans_iterations": kmeans.n_iter_,
        "seconds": round(time.perf_counter() - started, 1),
    }
    shown = np.uint8(np.rint(255 * centroids[:: max(1, clusters // 16)][:16]))
    _write_result(out, "gan-floors", facts, {"centroids": shown})


def reproduce_classifier(data, out, minutes):
    """Train the digit classifier that ships; write digit-classifier.json and .npz to `out`."""
    del minutes  # it takes three
    started = time.perf_counter()
    trained = classifier.train_classifier(data.train_images, data.train_labels)
    weights = [weight.astype(np.float16) for weight in trained.get_weights()]
    trained.set_weights([weight.astype(np.float32) for weight in weights])
    guesses = trained.predict(data.test_images, batch_size=500, verbose=0).argmax(1)
    facts = {
        **_circumstances(data.train_images, data, "classifier"),
        "parameters": trained.count_params(),
        "test_accuracy": float(np.mean(guesses == data.test_labels)),
        "seconds": round(time.perf_counter() - started, 1),
    }
    arrays = {str(i): weight for i, weight in enumerate(weights)}
    _write_result(out, "digit-classifier", facts, arrays)


RUNS = {
    "classifier": {"classifier": reproduce_classifier},
    "gan": {"article": reproduce_article, "floors": reproduce_floors, "paper": reproduce_paper},
}


def _facts(trainer, images, data, folder, name, part):
    """What a trained run's result says beside its measures."""
    history = trainer.history
    return {
        **_circumstances(images, data, name, part),
        "settings": trainer.settings(),
        "parameters": {
            "generator": trainer.generator.count_params(),
            "discriminator": trainer.discriminator.count_params(),
        },
        "steps": trainer.step,
        "seconds": json.loads((folder / "seconds.json").read_text()),
        "history": {
            "step": history.pop("step").tolist(),
            **{column: np.round(values, 4).tolist() for column, values in history.items()},
        },
    }


def _circumstances(images, data, name, part=None):
    return {
        "command": f"gan-tutorial reproduce {name}" + (f" --parts {part}" if part else ""),
        "data": "stand-in digits, not comparable" if data.source == "digits" else "MNIST",
        "images": len(images),
        "crc32": zlib.crc32(images),
        "versions": runs.versions(),
        "machine": runs.machine(),
    }


def _write_result(out, name, facts, arrays):
    out = Path(out)
    with written_whole(out / f"{name}.npz") as aside, open(aside, "wb") as file:
        np.savez_compressed(file, **arrays)
    _write_json(out / f"{name}.json", facts)
    print(f"Wrote {out / name}.json and .npz")


def _write_json(path, thing):
    with written_whole(path) as aside:
        aside.write_text(json.dumps(thing, indent=1) + "\n", encoding="utf-8")


def _rounded(thing):
    if isinstance(thing, dict):
        return {key: _rounded(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_rounded(value) for value in thing]
    return round(thing, 4) if isinstance(thing, float) else thing


def _short(row):
    return (
        f"Parzen {row['parzen']:.1f}, Frechet {row['frechet']:.2f}, "
        f"commonest digit {row['commonest']:.0%}"
    )
