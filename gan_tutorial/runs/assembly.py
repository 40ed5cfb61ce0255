"""From settings to data, and from settings and data to a trainer that has not trained yet."""

import zlib
from functools import partial
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from gan_tutorial import checks
from gan_tutorial.data import load_mnist
from gan_tutorial.measures import digits
from gan_tutorial.models import dcgan
from gan_tutorial.networks import make_discriminator, make_generator
from gan_tutorial.penalties import gradient_penalty, lazy, r1, r2
from gan_tutorial.pictures import class_names, load_images, load_labels
from gan_tutorial.trainer import Trainer


class RunData(NamedTuple):
    """What a run trains on: images `(n, ...)` in [0, 1], labels `(n,)` or None, their source.

    `held_out` are the digits that choose the best generator, None for the reader's own pictures;
    `names` are those of the classes, where the pictures lie in subfolders.
    """

    images: np.ndarray
    labels: np.ndarray | None
    source: str
    held_out: np.ndarray | None
    names: list | None = None

    def facts(self):
        """Return source, number and checksum of the data, a dict."""
        facts = {"source": self.source, **fingerprint(self.images, self.labels)}
        return {**facts, "classes": self.names} if self.names else facts

    def classes(self):
        """Return the number of classes, 0 for a run without labels."""
        return 0 if self.labels is None else int(self.labels.max()) + 1


def fingerprint(images, labels=None):
    """Map images and their labels to their number and their checksum, a dict."""
    crc32 = zlib.crc32(images)
    return {"images": len(images), "crc32": crc32 if labels is None else zlib.crc32(labels, crc32)}


def load_data(settings):
    """Map a run's settings to its `RunData`; raise ValueError or OSError where that cannot be."""
    path, conditional = settings["data"], settings["conditional"]
    if is_of_digits(path):
        data = load_mnist(path)
        if settings["keep_best"] and data.source != "digits" and not digits.readable(data):
            raise ValueError(
                f"{path}: no digits of MNIST, and --keep-best looks with a classifier of digits: "
                "leave it out"
            )
        labels = data.train_labels if conditional else None
        return RunData(data.train_images, labels, data.source, data.held_out)
    if settings["keep_best"]:
        raise ValueError(f"{path}: --keep-best looks with a classifier of digits: leave it out")
    images = load_images(path, settings["size"], settings["channels"])
    labels = load_labels(path, len(images)) if conditional else None
    names = class_names(path) if conditional and Path(path).is_dir() else None
    return RunData(images, labels, path, None, names)


def is_of_digits(path):
    """Return whether the data at this path, None for MNIST itself, are in MNIST's layout."""
    return path is None or (path.endswith(".npz") and _is_mnist(path))


def _is_mnist(path):
    try:
        with np.load(path) as file:
            layout = {"x_train", "y_train"} <= set(file.files)
            return layout and file["x_train"].shape[1:] == (28, 28)
    except Exception:  # whatever is wrong with it, load_mnist says it better
        return True


def make_trainer(settings, data):
    """Map settings and data to a new trainer; raise ValueError where they do not fit."""
    generator, discriminator, make_adam = _players(settings, data.images.shape[1:], data.classes())
    trainer = Trainer(
        generator,
        discriminator,
        loss=settings["loss"],
        d_optimizer=make_adam(settings["d_learning_rate"]),
        g_optimizer=make_adam(settings["g_learning_rate"]),
        batch_size=settings["batch_size"],
        prior=settings["prior"],
        d_steps=settings["d_steps"],
        g_steps=settings["g_steps"],
        penalty=_penalty(settings),
        clip=settings["clip"],
        ema=settings["ema"],
        seed=settings["seed"],
    )
    few = slice(settings["batch_size"])
    labels = None if data.labels is None else data.labels[few]
    checks.as_tensors(trainer, data.images[few], labels)
    return trainer


def _penalty(settings):
    """Return the sum of the penalties that were chosen, or None."""
    makers = {"gp": gradient_penalty, "r1": r1, "r2": r2}
    chosen = [make(settings[name]) for name, make in makers.items() if settings[name]]
    return lazy(sum(chosen[1:], start=chosen[0]), settings["lazy"] or 1) if chosen else None


def _players(settings, shape, classes):
    """Return G, D and the function that makes an optimiser, of the model that was chosen."""
    latent_dim, seed, width = (settings[name] for name in ("latent_dim", "seed", "width"))
    if settings["model"] == "mlp":
        generator = make_generator(latent_dim, settings["g_hidden"], shape, seed, classes=classes)
        discriminator = make_discriminator(settings["d_hidden"], shape, seed + 1, classes=classes)
        return generator, discriminator, partial(keras.optimizers.Adam, epsilon=1e-8)
    norm = None if settings["d_norm"] == "none" else settings["d_norm"]
    if classes:
        sizes = (width, 16 * width, shape)  # of the paper's proportions
        generator = dcgan.make_conditional_dcgan_generator(classes, latent_dim, *sizes, seed)
        discriminator = dcgan.make_conditional_dcgan_discriminator(classes, *sizes, seed + 1, norm)
    else:
        generator = dcgan.make_dcgan_generator(latent_dim, width, shape, seed)
        discriminator = dcgan.make_dcgan_discriminator(width, shape, seed + 1, norm)
    return generator, discriminator, dcgan.make_dcgan_optimizer
