"""A run and its folder: train from settings, keep everything, go on after any interruption.

The folder holds metrics.json (settings, versions, speed), checkpoints/, frames/, generator.keras,
and, when training ends, samples.png, training.gif, losses.png and history.csv.
"""

import csv
import json
import os
import platform
import shutil
import time
import zlib
from functools import partial
from pathlib import Path

import keras
import numpy as np
import scipy
import sklearn
import tensorflow as tf

import gan_tutorial
from gan_tutorial import checks, data, figures
from gan_tutorial.algorithm import sample
from gan_tutorial.callbacks import Checkpoints, KeepBest, Samples
from gan_tutorial.checkpoints import find, load_generator, write_json, written_whole
from gan_tutorial.measures import evaluation
from gan_tutorial.models import dcgan
from gan_tutorial.networks import make_discriminator, make_generator
from gan_tutorial.penalties import r1, r2
from gan_tutorial.trainer import Trainer

FILES = (
    "samples.png",
    "training.gif",
    "losses.png",
    "history.csv",
    "metrics.json",
    "best.json",
    "evaluation.json",
)
MODELS = ("generator.keras", "best.keras")
FOLDERS = ("checkpoints", "frames")


def read_metrics(run):
    """Map a run folder to what its metrics.json says.

    Raises FileNotFoundError where the folder holds no run, ValueError for a damaged file.
    """
    path = Path(run) / "metrics.json"
    if not path.is_file():
        raise FileNotFoundError(f"{run}: holds no run (no metrics.json)")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: damaged ({error})") from None


def merged_settings(out, given, defaults, resume, overwrite):
    """Map a folder, the settings that were given, and defaults, to the settings of the run there.

    A run that is resumed keeps its settings; more steps may be asked of it. Raises ValueError
    where the folder holds something else, or a run that may not be touched or differs.
    """
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out}: is a file; name a folder with --out")
    if not (out / "metrics.json").is_file():
        others = [p.name for p in out.glob("*") if not p.name.startswith(".partial-")]
        if others:
            raise ValueError(f"{out}: holds other files ({others[0]}) and no run; name another")
        return {**defaults, **given}
    if overwrite:
        return {**defaults, **given}
    if not resume:
        raise ValueError(
            f"{out}: holds a run; use --resume to go on with it, --overwrite, or --out"
        )
    settings = {**defaults, **read_metrics(out)["settings"]}
    asked = {**settings, **given}
    checks.same_settings(out, settings, {**asked, "steps": settings["steps"]})
    return asked


def assemble(settings):
    """Map a run's settings to (images, labels, source, measure, trainer), nothing trained yet.

    Labels are None unless the run is conditional; the measure is that of KeepBest, or None.
    """
    images, labels, source, measure = _load(settings)
    classes = 0 if labels is None else int(labels.max()) + 1
    generator, discriminator, make_adam = _players(settings, images.shape[1:], classes)
    trainer = Trainer(
        generator,
        discriminator,
        loss=settings["loss"],
        d_optimizer=make_adam(settings["d_learning_rate"]),
        g_optimizer=make_adam(settings["g_learning_rate"]),
        batch_size=settings["batch_size"],
        d_steps=settings["d_steps"],
        penalty=_penalty(settings),
        clip=settings["clip"],
        ema=settings["ema"],
        seed=settings["seed"],
    )
    few = slice(settings["batch_size"])
    checks.as_tensors(trainer, images[few], None if labels is None else labels[few])
    return images, labels, source, measure, trainer


def _penalty(settings):
    """Return the sum of the penalties that were chosen, or None."""
    chosen = [make(settings[make.__name__]) for make in (r1, r2) if settings[make.__name__]]
    return sum(chosen[1:], start=chosen[0]) if chosen else None


def _players(settings, shape, classes):
    """Return G, D and the function that makes an optimiser, of the model that was chosen."""
    latent_dim, seed, width = (settings[name] for name in ("latent_dim", "seed", "width"))
    if settings["model"] == "mlp":
        generator = make_generator(latent_dim, settings["g_hidden"], shape, seed, classes=classes)
        discriminator = make_discriminator(settings["d_hidden"], shape, seed + 1, classes=classes)
        return generator, discriminator, partial(keras.optimizers.Adam, epsilon=1e-8)
    if classes:
        sizes = (width, 16 * width, shape)  # of the paper's proportions
        generator = dcgan.make_conditional_dcgan_generator(classes, latent_dim, *sizes, seed)
        discriminator = dcgan.make_conditional_dcgan_discriminator(classes, *sizes, seed + 1)
    else:
        generator = dcgan.make_dcgan_generator(latent_dim, width, shape, seed)
        discriminator = dcgan.make_dcgan_discriminator(width, shape, seed + 1)
    return generator, discriminator, dcgan.make_dcgan_optimizer


def _load(settings):
    path, labels = settings["data"], None
    if _of_digits(path):
        digits = data.load_mnist(path)
        held_out = evaluation.held_out(digits)
        measure = evaluation.frechet_to(held_out) if settings["keep_best"] else None
        labels = digits.train_labels if settings["conditional"] else None
        return digits.train_images, labels, digits.source, measure
    if settings["keep_best"]:
        raise ValueError(f"{path}: keep_best looks at digits with a classifier; leave it away here")
    images = data.load_images(path, settings["size"], settings["channels"])
    labels = data.load_labels(path, len(images)) if settings["conditional"] else None
    return images, labels, path, None


def _of_digits(path):
    return path is None or (path.endswith(".npz") and _is_mnist(path))


def _is_mnist(path):
    try:
        with np.load(path) as file:
            return "x_train" in file.files and "y_train" in file.files
    except Exception:  # whatever is wrong with it, load_mnist says it better
        return True


def train(out, settings, overwrite=False, progress=True):
    """Train a new run in a folder, or go on with the one that is there; return its metrics.

    Ctrl-C keeps what there is and raises KeyboardInterrupt. Raises ValueError and OSError where
    data, settings or the folder do not do, before anything in the folder is touched, and
    FloatingPointError at a loss that is not finite.
    """
    out = Path(out)
    images, labels, source, measure, trainer = assemble(settings)
    facts = {"source": source, **_crc(images, labels)}
    if overwrite:
        _clear(out)
    elif (out / "metrics.json").is_file():
        _check_same_data(out, facts)
    if find(out / "checkpoints"):
        trainer.restore(out / "checkpoints")
    steps = settings["steps"] - trainer.step
    if steps < 0:
        raise ValueError(f"{out}: {trainer.step} steps are done, more than {settings['steps']}")
    out.mkdir(parents=True, exist_ok=True)
    keeper = RunKeeper(out, settings, trainer, facts)
    keeper.write_metrics()
    try:
        if steps:
            every = settings["report_every"]
            trainer.fit(images, steps, labels, every, keeper.callbacks(measure), progress)
    finally:
        if trainer.healthy:
            keeper.write_results()
    return read_metrics(out)


def _check_same_data(out, facts):
    """Refuse to go on with other images; the same ones may have moved to another path."""
    before = read_metrics(out)["data"]
    if before["crc32"] != facts["crc32"]:
        raise ValueError(
            f"{out}: trained on {before['images']} images from {before['source']}, "
            f"now there are {facts['images']} others from {facts['source']}"
        )


def evaluate(run, n=10_000, seed=0, which="latest"):
    """Map a run on digits to the measures of n of its samples and their floors; keep them there.

    Writes evaluation.json. Raises ValueError for a run on other pictures, and where the images it
    was trained on are not at hand.
    """
    metrics = read_metrics(run)
    path = metrics["settings"]["data"]
    if not _of_digits(path):
        raise ValueError(f"{run}: trained on {path}; the measures know digits alone")
    digits = data.load_mnist(path)
    conditional = metrics["settings"].get("conditional")
    facts = _crc(digits.train_images, digits.train_labels if conditional else None)
    _check_same_data(run, {**facts, "source": digits.source})
    generator = load_generator(run, which)
    labels = checks.labels_in_turn(generator, n)
    samples = sample(generator, n, None, labels, seed, metrics["trainer"]["prior"])
    best = Path(run) / "best.json"
    scores = {
        "which": which,
        "step": json.loads(best.read_text())["step"] if which == "best" else metrics["steps"],
        "seed": seed,
        "comparable": digits.source != "digits",
        "samples": evaluation.evaluate(samples, digits),
        "floors": evaluation.floors(digits, n),
    }
    if conditional:
        scores["agreement"] = evaluation.agreement(samples, labels)
    write_json(Path(run) / "evaluation.json", scores)
    return scores


def _crc(images, labels=None):
    crc32 = zlib.crc32(images)
    return {"images": len(images), "crc32": crc32 if labels is None else zlib.crc32(labels, crc32)}


def _clear(out):
    """Remove the files of an earlier run, and nothing else."""
    for name in (*FILES, *MODELS):
        (out / name).unlink(missing_ok=True)
    for name in FOLDERS:
        shutil.rmtree(out / name, ignore_errors=True)


class RunKeeper(keras.callbacks.Callback):
    """Write the files of a run; as a callback, keep the generator in step with the checkpoints."""

    def __init__(self, out, settings, trainer, data_facts):
        super().__init__()
        self.out, self.settings, self.trainer = out, settings, trainer
        self.data_facts = data_facts
        self.earlier = _seconds_so_far(out) if trainer.step else 0.0
        self.started = None

    def callbacks(self, measure=None):
        """Return all callbacks of the run, this one last."""
        out, settings = self.out, self.settings
        classes, gif = checks.classes_of(self.trainer.generator), out / "training.gif"
        n = 2 * classes or 16  # with classes, each has a column
        shown = {"n": n, "labels": self.labels(n), "columns": classes or None}
        frames = Samples(out / "frames", settings["report_every"], gif=gif, **shown)
        every, labels = settings["keep_best"], self.labels(2000)
        best = [KeepBest(measure, every, out, n=2000, labels=labels)] if measure else []
        return [frames, *best, Checkpoints(out / "checkpoints", settings["checkpoint_every"]), self]

    def labels(self, n):
        """Return labels for n samples, the classes in turn, or None."""
        return checks.labels_in_turn(self.trainer.generator, n)

    def on_train_begin(self, logs=None):
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        if epoch % self.settings["checkpoint_every"] == 0:
            self.write_generator()
            self.write_metrics()

    def write_generator(self):
        """Write G, or its average, as Keras does."""
        with written_whole(self.out / "generator.keras") as aside:
            self.trainer.sampler.save(aside)

    def write_results(self):
        """Write the pictures and tables of a run that ends, or is interrupted."""
        trainer = self.trainer
        columns = [column.tolist() for column in trainer.history.values()]
        wide = checks.classes_of(trainer.generator) or 8  # with classes, each has a column
        samples = trainer.sample(8 * wide, labels=self.labels(8 * wide))
        with written_whole(self.out / "samples.png") as aside:
            figures.save_png(figures.image_grid(samples, wide, scale=2), aside)
        with written_whole(self.out / "losses.png") as aside:
            figures.save_png(figures.plot_history(trainer.history, trainer.loss), aside)
        with written_whole(self.out / "history.csv") as aside, open(aside, "w", newline="") as file:
            csv.writer(file).writerow(trainer.history)
            csv.writer(file).writerows(zip(*columns, strict=True))
        self.write_generator()
        self.write_metrics()

    def write_metrics(self):
        """Write all settings, versions, and how far and how fast the run went."""
        step, history = self.trainer.step, self.trainer.history
        seconds = self.earlier + (time.perf_counter() - self.started if self.started else 0)
        metrics = {
            "settings": self.settings,
            "trainer": self.trainer.settings(),
            "data": self.data_facts,
            "versions": versions(),
            "machine": machine(),
            "steps": step,
            "seconds": round(seconds, 2),
            "steps_per_second": round(step / seconds, 1) if seconds else None,
            "last_report": {name: col[-1].item() for name, col in history.items() if len(col)},
        }
        write_json(self.out / "metrics.json", metrics)


def _seconds_so_far(out):
    return read_metrics(out)["seconds"] if (out / "metrics.json").is_file() else 0.0


def machine():
    """Return what the machine is, one line, such as "Linux x86_64, 2 cores, AMD EPYC"."""
    cpu = [line.split(":")[1].strip() for line in _cpu_info() if line.startswith("model name")]
    parts = [f"{platform.system()} {platform.machine()}", f"{os.cpu_count()} cores", *cpu[:1]]
    return ", ".join(parts)


def _cpu_info():
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.is_file() else []


def versions():
    """Return the versions of what decides a run's numbers, a dict."""
    return {
        "gan_tutorial": gan_tutorial.__version__,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }
