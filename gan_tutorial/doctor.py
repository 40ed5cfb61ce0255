"""Is everything here that the package needs? One line for each part: `gan-tutorial doctor`.

TensorFlow is imported only where a line needs it: what is broken is then a line, not a traceback.
"""

import importlib.metadata
import importlib.util
import os
import platform
import struct
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import NamedTuple

PYTHONS = ((3, 11), (3, 13))  # the oldest and the newest for which TensorFlow has wheels
MEMORY = 2.0  # GB that a notebook takes at most
INSTALL = "pip install 'gan-tutorial[cpu]', or pip install -e '.[cpu]' in a clone"


class Line(NamedTuple):
    """What was looked at, what was found, and what to do: "" where nothing need be done."""

    part: str
    found: str
    cure: str = ""
    broken: bool = False

    def __str__(self):
        return f"{self.part:11} {self.found}: {self.cure or 'ok'}"


def python():
    """Return the line on the interpreter."""
    bits, found = 8 * struct.calcsize("P"), platform.python_version()
    (oldest, newest), here = PYTHONS, sys.version_info[:2]
    fits = oldest <= here <= newest and bits == 64
    wanted = f"install a 64-bit Python {'.'.join(map(str, oldest))} to {'.'.join(map(str, newest))}"
    return Line("Python", f"{found}, {bits} bits", "" if fits else wanted, not fits)


def tensorflow():
    """Return the line on TensorFlow and Keras."""
    if importlib.util.find_spec("tensorflow") is None:
        return Line("TensorFlow", "not installed", INSTALL, broken=True)
    import keras
    import tensorflow as tf

    backend = keras.backend.backend()
    cure = "" if backend == "tensorflow" else "set KERAS_BACKEND=tensorflow"
    found = f"{tf.__version__}, Keras {keras.__version__} on {backend}"
    return Line("TensorFlow", found, cure, bool(cure))


def devices():
    """Return the line on what TensorFlow computes with."""
    import tensorflow as tf

    from gan_tutorial.settings import onednn

    gpus = tf.config.list_physical_devices("GPU")
    kinds = f"CPU and {len(gpus)} GPU" if gpus else "CPU"
    return Line("devices", f"{kinds}, oneDNN {'on' if onednn() else 'off'}")


def xla():
    """Compile and run one step of the article's game; return the line on it."""
    import numpy as np

    from gan_tutorial import Trainer, make_discriminator, make_generator

    started = time.perf_counter()
    try:
        trainer = Trainer(make_generator(), make_discriminator(), jit_compile=True)
        trainer.fit(np.zeros((128, 28, 28, 1), np.float32), 1, progress=False)
    except Exception as error:  # whatever the compiler says
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        return Line("XLA", f"does not compile ({reason})", "use jit_compile=False", broken=True)
    return Line("XLA", f"compiled one step in {time.perf_counter() - started:.0f} s")


def machine():
    """Return the line on threads and memory."""
    threads, free = len(_cores()), _free_memory()
    found = f"{threads} threads, " + (f"{free:.1f} GB free" if free else "memory unknown")
    short = free is not None and free < MEMORY
    return Line(
        "machine", found, f"free {MEMORY:.0f} GB: a notebook may need them" if short else ""
    )


def _cores():
    """Return the processors that this process may use."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count())


def _free_memory():
    """Return the free memory in GB, or None where the system does not tell."""
    path = Path("/proc/meminfo")
    if not path.is_file():
        return None
    fields = dict(line.split(":") for line in path.read_text().splitlines())
    return int(fields["MemAvailable"].split()[0]) / 1e6


def mnist():
    """Return the line on where MNIST comes from."""
    from gan_tutorial.data import load_mnist

    cure = "set GAN_TUTORIAL_MNIST to the path of an mnist.npz, or go online once"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = load_mnist().source
    except (OSError, ValueError) as error:
        return Line("MNIST", str(error), cure, broken=True)
    if source == "digits":
        return Line("MNIST", "not found, scikit-learn's digits stand in", cure)
    return Line("MNIST", "Keras' cache or download" if source == "keras" else source)


def jupyter():
    """Return the line on what shows the notebooks."""
    wanted = ("jupyterlab", "ipykernel", "ipywidgets")
    versions = {name: _version(name) for name in wanted}
    missing = [name for name, version in versions.items() if version is None]
    found = ", ".join(f"{name} {version or 'missing'}" for name, version in versions.items())
    return Line("Jupyter", found, f"pip install {' '.join(missing)}" if missing else "")


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def folder():
    """Return the line on the folder in which runs are kept."""
    place = Path("runs")
    while not place.exists():
        place = place.absolute().parent
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        reason = error.strerror or error
        cure = "change to a folder that you may write to, or give --out"
        return Line("run folder", f"{Path('runs').absolute()} ({reason})", cure, broken=True)
    return Line("run folder", str(Path("runs").absolute()))


def examine():
    """Yield a line for each part, those that need TensorFlow only where it is there."""
    yield python()
    found = tensorflow()
    yield found
    if not found.broken:
        yield devices()
        yield xla()
    yield machine()
    if not found.broken:
        yield mnist()
    yield jupyter()
    yield folder()


def report(lines):
    """Map lines to a block for an issue, with the system and the package's version."""
    from gan_tutorial import __version__

    head = f"gan-tutorial {__version__} on {platform.platform()}"
    return "\n".join(["```", head, *map(str, lines), "```"])
