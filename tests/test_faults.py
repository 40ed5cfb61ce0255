"""Faults of the machine: kills, full disks, locked folders, clocks that jump. Nothing is lost.

`make faults` runs these with a hundred kills instead of five.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gan_tutorial import load_generator
from gan_tutorial.callbacks import Checkpoints, KeepBest
from gan_tutorial.cli import main
from tests.command_line import fails, train_args

KILLS = int(os.environ.get("GAN_TUTORIAL_KILLS", "5"))
TEN = ("--report-every", 10, "--checkpoint-every", 10)
NO_SPACE = "No space left on device"


def start(args):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    command = [sys.executable, "-m", "gan_tutorial", *args]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=-1)


def assert_same_run(a, b):
    """Assert that two folders hold the same run, to the bit."""
    assert {p.name for p in a.iterdir()} == {p.name for p in b.iterdir()}
    for one, other in zip(*(load_generator(p).get_weights() for p in (a, b)), strict=True):
        assert np.array_equal(one, other)
    for name in ("history.csv", "samples.png", "training.gif"):
        assert (a / name).read_bytes() == (b / name).read_bytes()


@pytest.fixture(scope="module")
def whole(pictures, tmp_path_factory):
    """The folder of a run of 40 steps without a fault."""
    out = tmp_path_factory.mktemp("whole") / "run"
    assert main(train_args(pictures, out, *TEN, "--steps", 40)) == 0
    return out


@pytest.fixture(scope="module")
def half(pictures, tmp_path_factory):
    """The folder of the same run after 20 steps."""
    out = tmp_path_factory.mktemp("half") / "run"
    assert main(train_args(pictures, out, *TEN, "--steps", 20)) == 0
    return out


@pytest.fixture
def to_go_on(half, pictures, tmp_path):
    """A copy of that folder, and the arguments that train it up to 40 steps."""
    out = Path(shutil.copytree(half, tmp_path / "run"))
    return out, train_args(pictures, out, *TEN, "--steps", 40, "--resume")


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("[!.]*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.xla
@pytest.mark.parametrize("seed", range(-(-KILLS // 5)))
def test_kills_at_random_moments_change_nothing(pictures, tmp_path, seed):
    """Six starts of a program that imports TensorFlow, about half a minute on a quiet machine."""
    whole, killed, dice = tmp_path / "whole", tmp_path / "killed", random.Random(seed)
    assert main(train_args(pictures, whole, *TEN, "--steps", 1200)) == 0
    args = train_args(pictures, killed, *TEN, "--steps", 1200, "--resume")
    for _ in range(5):
        process = start(args)
        before = set(killed.glob("frames/*"))
        while process.poll() is None and set(killed.glob("frames/*")) <= before:
            time.sleep(0.01)  # until it trains: a kill before that tests nothing
        time.sleep(dice.random() * 0.5)
        process.kill()
        assert process.communicate()[1] == b""
        assert process.returncode == -9  # it was still at work
    last = start(args)
    error = last.communicate()[1].decode()
    assert last.returncode == 0, error
    assert_same_run(whole, killed)


@pytest.mark.parametrize(
    "name",
    [
        "frames/step-00000030.png", "checkpoints/step-00000030.npz", "generator.keras",
        "metrics.json", "training.gif", "samples.png", "losses.png", "history.csv",
    ],
)  # fmt: skip
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_disk_that_is_full_at_any_file_loses_nothing(capsys, to_go_on, whole, name):
    out, args = to_go_on
    file = out / name
    os.symlink("/dev/full", file.with_name(f".partial-{file.name}"))
    fails(capsys, args, f"{NO_SPACE}: '{file}'; what was written before is whole")
    assert not list(out.rglob(".partial-*"))
    assert load_generator(out)
    assert main(["sample", str(out)]) == 0
    (out / "sample.png").unlink()
    assert main(args) == 0
    assert_same_run(whole, out)


@pytest.mark.parametrize("name", ["best.keras", "best.json"])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_disk_that_is_full_at_the_best_generator_loses_nothing(
    make_trainer, dots, tmp_path, name
):
    def go_on(folder, steps):
        trainer = make_trainer()
        if (folder / "checkpoints").exists():
            trainer.restore(folder / "checkpoints")
        best = KeepBest(lambda images: -trainer.step, every=5, folder=folder, n=4)
        kept = Checkpoints(folder / "checkpoints", every=5)
        trainer.fit(dots, steps, report_every=5, callbacks=[best, kept], progress=False)

    go_on(tmp_path, 5)
    os.symlink("/dev/full", tmp_path / f".partial-{name}")
    with pytest.raises(OSError, match=name):
        go_on(tmp_path, 5)
    assert load_generator(tmp_path, "best")
    assert json.loads((tmp_path / "best.json").read_text())["step"] == 5
    go_on(tmp_path, 5)
    assert json.loads((tmp_path / "best.json").read_text())["step"] == 10
    go_on(tmp_path / "whole", 10)
    both = (
        load_generator(folder, "best").get_weights() for folder in (tmp_path, tmp_path / "whole")
    )
    assert all(map(np.array_equal, *both))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("name", ["sample.png", "sample.npz"])
def test_a_disk_that_is_full_leaves_the_sample_that_was_there(capsys, half, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"older")
    os.symlink("/dev/full", tmp_path / f".partial-{name}")
    fails(capsys, ["sample", half, "--out", path], f"{NO_SPACE}: '{path}'")
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"older"]


def test_a_disk_that_is_full_all_along_loses_nothing(capsys, to_go_on, whole):
    resource = pytest.importorskip("resource")  # Windows has none
    out, args = to_go_on
    kept, before = contents(out), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        assert main(args) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert contents(out) == kept
    assert main(args) == 0
    assert_same_run(whole, out)


def test_a_folder_in_which_another_process_trains_is_refused(capsys, pictures, tmp_path):
    out = tmp_path / "run"
    args = train_args(pictures, out, "--steps", 100_000, "--report-every", 100)
    other = start(args)
    while not (out / "metrics.json").is_file() and other.poll() is None:
        time.sleep(0.05)
    assert other.poll() is None
    fails(capsys, [*args, "--resume"], f"process {other.pid} is training here")
    other.kill()
    other.communicate()
    assert (out / ".lock").read_text() == str(other.pid)  # stale, and no hindrance
    assert main([*args[:-4], "--steps", "10", "--report-every", "10", "--overwrite"]) == 0


def without_privileges():
    """Return the start of a command that runs without root's right to write everywhere."""
    if os.name == "nt" or (os.geteuid() == 0 and not shutil.which("setpriv")):
        pytest.skip("folders cannot be made read-only for this user")
    return ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []


def test_a_read_only_folder_is_one_line_and_stays_as_it_was(to_go_on, whole):
    out, args = to_go_on
    before, new = contents(out), [*args[:-1], "--out", str(out.parent / "new")]
    (out / ".lock").unlink()
    out.chmod(0o500)
    out.parent.chmod(0o500)
    commands = [args, new, ["sample", str(out)]]
    code = f"from gan_tutorial.cli import main; print(*map(main, {commands}))"
    try:
        answer = subprocess.run(
            [*without_privileges(), sys.executable, "-c", code], capture_output=True, text=True
        )
    finally:
        out.parent.chmod(0o700)
        out.chmod(0o700)
    assert answer.stdout == "1 1 1\n"
    going_on, beginning, sampling = answer.stderr.splitlines()
    assert "run: cannot be written (Permission denied); name another folder" in going_on
    assert "new: cannot be written (Permission denied); name another folder" in beginning
    assert f"Permission denied: '{out / 'sample.png'}'" in sampling
    assert contents(out) == before
    assert main(args) == 0
    assert_same_run(whole, out)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_changes_nothing(monkeypatch, to_go_on, whole, hours):
    out, args = to_go_on
    for hour, path in enumerate(sorted((out / "checkpoints").iterdir(), reverse=True)):
        os.utime(path, (3600 * hour, 3600 * hour))  # the older, the newer by the clock
    clock, jumps = time.time, iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: clock() + 3600 * hours * next(jumps))
    assert main(args) == 0
    assert_same_run(whole, out)


def test_a_damaged_newest_checkpoint_is_named_and_skipped(capsys, to_go_on, whole):
    out, args = to_go_on
    (out / "checkpoints" / "step-00000020.npz").write_bytes(b"damage")
    assert main(args) == 0
    assert "step-00000020.npz: damaged checkpoint skipped" in capsys.readouterr().err
    assert_same_run(whole, out)


def test_a_folder_below_a_file_is_one_line(capsys, pictures, tmp_path):
    (tmp_path / "file").write_text("")
    fails(capsys, train_args(pictures, tmp_path / "file" / "run"), "file")
