"""The folder that a run leaves: what is in it, whether it may be touched, and how it is cleared."""

import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

FILES = (
    "samples.png",
    "training.gif",
    "losses.png",
    "history.csv",
    "metrics.json",
    "best.json",
    "evaluation.json",
    "generator.keras",
    "best.keras",
)
FOLDERS = ("checkpoints", "frames")
LOCK = ".lock"  # holds the number of the process that trains here


def read_metrics(run):
    """Map a run folder to what its metrics.json says.

    Raises FileNotFoundError where the folder holds no run, ValueError for a damaged file.
    """
    if not holds_run(run):
        raise FileNotFoundError(f"{run}: holds no run (no metrics.json)")
    path = Path(run) / "metrics.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: damaged ({error})") from None


def holds_run(folder):
    """Return whether there is a run in a folder."""
    return (Path(folder) / "metrics.json").is_file()


def check_free(out):
    """Raise ValueError where a new run cannot have this folder: a file, or a folder with others."""
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out}: is a file; name a folder with --out")
    others = [p.name for p in out.glob("*") if not p.name.startswith((".partial-", LOCK))]
    if others and not holds_run(out):
        raise ValueError(f"{out}: holds other files ({others[0]}) and no run; name another")


@contextmanager
def held(out):
    """Have a folder for one run alone; make it where it is missing.

    Raises ValueError, naming the process, where another has it, and OSError where nothing can be
    written. The system lets go of the lock when its process ends, however it ends.
    """
    with _locked(Path(out)):
        yield


def _locked(out):
    """Return the open lock file of a folder, with this process's number in it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = open(out / LOCK, "a+", encoding="utf-8")  # noqa: SIM115, its user closes it
        _lock(file)
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), str(os.getpid()).encode())
    except BlockingIOError:
        process = (out / LOCK).read_text(encoding="utf-8").strip() or "another"
        raise ValueError(
            f"{out}: process {process} is training here; wait for it, or name another folder"
        ) from None
    except OSError as error:
        raise OSError(
            f"{out}: cannot be written ({error.strerror}); name another folder with --out"
        ) from None
    return file


def _lock(file):
    """Lock an open file for this process; raise BlockingIOError where another has it."""
    if os.name == "nt":
        import msvcrt

        file.seek(1000)  # beyond the text, which others may read
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
    else:
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            pass  # some network folders know no locks: there a second run is not noticed


def check_same_data(out, facts):
    """Refuse to continue with other images; the same ones may have moved to another path."""
    before = read_metrics(out)["data"]
    if before["crc32"] != facts["crc32"]:
        raise ValueError(
            f"{out}: trained on {before['images']} images from {before['source']}, "
            f"now there are {facts['images']} others from {facts['source']}"
        )


def clear(out):
    """Remove the files of an earlier run, and nothing else."""
    for name in FILES:
        (Path(out) / name).unlink(missing_ok=True)
    for name in FOLDERS:
        shutil.rmtree(Path(out) / name, ignore_errors=True)
