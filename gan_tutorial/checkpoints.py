"""Files that are whole or absent: one .npz a checkpoint, and a run's saved generator.

A checkpoint holds arrays and one JSON text, never pickled objects. It is written next to its place,
flushed to disk and moved in by `os.replace`, so that a kill at any moment leaves the old files.
"""

import json
import os
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gan_tutorial.draws import SCHEME
from gan_tutorial.settings import onednn, same_arithmetic

FORMAT = 1
KEEP = 3  # checkpoints that stay in a folder


@contextmanager
def written_whole(path):
    """Map a path to a temporary one to write to, which takes the path's place if all goes well.

    Raises whatever the writing raises, an OSError with the path in it; the file that was there
    before is then untouched.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with written_whole(Path(folder, "a.txt")) as aside:
        ...         _ = aside.write_text("whole")
        ...     os.listdir(folder)
        ['a.txt']
    """
    path = Path(path)
    aside = path.with_name(f".partial-{path.name}")
    try:
        yield aside
        _flush(aside)
        os.replace(aside, path)
        _flush(path.parent)
    except BaseException as error:
        aside.unlink(missing_ok=True)
        nameless = isinstance(error, OSError) and error.filename in (None, os.fspath(aside))
        if nameless and error.errno:  # a full disk does not say of which file
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
        raise


def _flush(path):
    """Ask the operating system to put a file, or a folder's list of files, on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json(path, thing):
    """Write what JSON can hold to a file, whole or not at all.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_json(Path(folder, "a.json"), [1, 2])
        ...     json.loads(Path(folder, "a.json").read_text())
        [1, 2]
    """
    with written_whole(path) as aside:
        aside.write_text(json.dumps(thing, indent=1) + "\n", encoding="utf-8")


def write(directory, step, arrays, facts):
    """Write arrays (a dict of name to array) and facts (for JSON) to `step-00020000.npz`.

    The folder is made where it is missing, and all but the last three checkpoints are removed.
    Returns the path. Raises OSError where the folder cannot be written; nothing changes then.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write(folder, 7, {"w": np.zeros(2)}, {}).name
        'step-00000007.npz'
    """
    path = path_of(directory, step)
    path.parent.mkdir(parents=True, exist_ok=True)
    here = {"format": FORMAT, "step": step, "onednn": onednn(), "keys": SCHEME}
    text = json.dumps({**here, **facts})
    with written_whole(path) as aside, open(aside, "wb") as file:
        np.savez(file, facts=np.array(text), **arrays)
    for old in find(directory)[:-KEEP]:
        old.unlink(missing_ok=True)
    return path


def path_of(directory, step):
    """Map a folder and a step to the path of the step's checkpoint.

    Example:
        >>> path_of("runs", 7).name
        'step-00000007.npz'
    """
    return Path(directory) / f"step-{step:08d}.npz"


def find(directory):
    """Map a folder to the paths of its checkpoints, oldest first.

    Example:
        >>> find("a folder that is not there")
        []
    """
    return sorted(Path(directory).glob("step-*.npz"), key=lambda path: (len(path.name), path.name))


def read_newest(directory, schemes=(1, SCHEME)):
    """Map a folder to (arrays, facts) of its newest whole checkpoint.

    A damaged one is skipped with a warning that names it. Raises FileNotFoundError where there is
    none, ValueError where all are damaged, or the newest is of a later format, other arithmetic, or
    keys (`draws.SCHEME`) that are not among the schemes under which the caller draws the same.
    """
    paths = find(directory)
    if not paths:
        raise FileNotFoundError(f"{directory}: no checkpoint in it (step-*.npz)")
    for path in reversed(paths):
        try:
            arrays, facts = _read(path)
        except Exception as error:  # zipfile, zlib, json and NumPy have their own words for damage
            warnings.warn(f"{path}: damaged checkpoint skipped ({error})", stacklevel=2)
            continue
        if facts["format"] > FORMAT:
            raise ValueError(f"{path}: written by a later version of gan_tutorial; update it")
        same_arithmetic(path, facts)
        scheme = facts.get("keys", 1)  # the first scheme had no name
        if scheme not in schemes:
            raise ValueError(
                f"{path}: its run drew with keys of scheme {scheme}, this version has scheme "
                f"{SCHEME}: start the run again, or resume it with the version that began it"
            )
        return arrays, facts
    raise ValueError(f"{directory}: every checkpoint in it is damaged; start the run again")


def _read(path):
    with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}  # reads all: checks each part's CRC
    return arrays, json.loads(str(arrays.pop("facts")))


def load_generator(run, which="latest"):
    """Map a run folder to its generator, a `keras.Model` from noise to images in [0, 1].

    Args:
        run: the folder that `gan-tutorial train` wrote.
        which: "latest", or "best" where the run kept the best one by a measure.

    Raises FileNotFoundError where there is no such generator, ValueError for another `which` and
    for a damaged file.
    """
    import keras

    names = {"latest": "generator.keras", "best": "best.keras"}
    if which not in names:
        raise ValueError(f"which must be 'latest' or 'best', not {which!r}")
    path = Path(run) / names[which]
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; is {run} the folder of a run?")
    try:
        return keras.saving.load_model(path, compile=False)
    except Exception as error:  # Keras passes on what zipfile, h5py and json say of damage
        raise ValueError(f"{path}: damaged or not a saved generator ({error})") from None
