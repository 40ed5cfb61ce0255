"""Two processes train together over the loopback device, and end together."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from gan_tutorial import checkpoints, launch, load_generator
from gan_tutorial.cli import main
from tests.command_line import train_args
from tests.distributed import games

SHARE = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
TEN = ("--report-every", 10, "--checkpoint-every", 10)
ENDLESS = ("--steps", 1_000_000, "--report-every", 100, "--checkpoint-every", 100)


RUNNING = []


@pytest.fixture(autouse=True)
def _nothing_keeps_running():
    yield
    for process in RUNNING:
        process.kill()
        process.communicate()
    RUNNING.clear()


def processes(arguments):
    """Start a process with each list of arguments; what still runs after the test is killed."""
    environment = {**os.environ, **SHARE}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [
        subprocess.Popen([sys.executable, "-m", *map(str, each)], env=environment, **pipes)
        for each in arguments
    ]
    RUNNING.extend(started)
    return started


def ended(started, seconds=120):
    """Wait for processes; return the code and the lines on stderr of each."""
    said = [process.communicate(timeout=seconds)[1] for process in started]
    return [(p.returncode, text.splitlines()) for p, text in zip(started, said, strict=True)]


def members(case, folder):
    """Let two workers play a case of `member`; return what each has written: arrays, or a text."""
    addresses = ",".join(f"127.0.0.1:{port}" for port in launch._free_ports(2))
    started = processes(["tests.distributed.member", case, i, addresses, folder] for i in range(2))
    for code, lines in ended(started):
        assert code == 0, lines
    found = []
    for i in range(2):
        if (folder / f"{i}.txt").exists():
            found.append((folder / f"{i}.txt").read_text())
        else:
            with np.load(folder / f"{i}.npz") as file:
                found.append(list(file.values()))
    return found


def workers(pictures, folder, *more, each=((), ())):
    """Start the command line's `train` as two workers; worker i has the folder `i`."""
    addresses = ",".join(f"127.0.0.1:{port}" for port in launch._free_ports(2))
    return processes(
        [
            "gan_tutorial",
            *train_args(pictures, folder / str(i), *more, *each[i]),
            *("--workers", addresses, "--worker", i),
        ]
        for i in range(2)
    )


def wait_for(path, seconds=90):
    """Wait until a pattern in a folder is met."""
    end = time.monotonic() + seconds
    while not list(path.parent.glob(path.name)):
        assert time.monotonic() < end, path
        time.sleep(0.05)


@pytest.mark.slow
def test_two_workers_have_equal_bits_and_take_the_steps_of_one(tmp_path):
    one, other = members("plain", tmp_path)
    assert all(map(np.array_equal, one, other))
    trainer = games.dense(steps_per_execution=5)
    trainer.fit(games.IMAGES, 20, report_every=10, progress=False)
    networks = trainer.generator, trainer.discriminator, trainer.sampler
    alone = [weight for network in networks for weight in network.get_weights()]
    alone += [np.array(column, float) for column in trainer.history.values()]
    assert games.difference(alone, one) < 1e-5


@pytest.mark.machines
def test_all_are_stopped_by_a_callback_of_the_first(tmp_path):
    one, other = members("stops", tmp_path)
    assert one[-5].tolist() == other[-5].tolist() == [10, 15]  # the steps of the history
    assert all(map(np.array_equal, one, other))


@pytest.mark.machines
def test_a_callback_of_the_first_may_make_networks(tmp_path):
    one, other = members("network", tmp_path)
    assert all(map(np.array_equal, one, other))


@pytest.mark.machines
def test_restore_brings_all_workers_back_to_the_chiefs_checkpoint(tmp_path):
    one, other = members("restore", tmp_path)
    assert all(map(np.array_equal, one, other))
    assert [path.name for path in checkpoints.find(tmp_path / "checkpoints")] == [
        "step-00000020.npz"
    ]
    # It serves without a strategy too.
    plain = games.dense(steps_per_execution=5, ema=0.9).restore(tmp_path / "checkpoints")
    plain.fit(games.IMAGES, 20, report_every=10, progress=False)
    assert games.difference(plain.generator.get_weights(), one[:4]) < 1e-5


@pytest.mark.machines
def test_an_error_of_one_worker_ends_the_others(tmp_path):
    one, other = members("fails", tmp_path)
    assert one == "OSError: No space left on device"
    assert other.startswith("Lost: worker 0 stopped with an error, which it says itself")


@pytest.mark.machines
def test_a_refused_connection_of_a_callback_is_not_taken_for_a_lost_worker(tmp_path):
    one, other = members("refuses", tmp_path)
    assert one == "ConnectionRefusedError: no tracking server"
    assert other.startswith("Lost: worker 0 stopped with an error, which it says itself")


@pytest.mark.machines
def test_a_fault_in_a_step_of_one_worker_is_named_there(tmp_path):
    one, other = members("faulty", tmp_path)
    assert "a fault of worker 1" in other
    assert one.startswith("Lost: another worker is gone (")


@pytest.mark.machines
def test_all_follow_the_learning_rate_of_the_chief(tmp_path):
    one, other = members("slower", tmp_path)
    assert all(map(np.array_equal, one, other))
    trainer = games.dense(steps_per_execution=5)
    trainer.fit(games.IMAGES, 20, progress=False)
    assert games.difference(trainer.generator.get_weights(), one[:4]) > 1e-5


@pytest.mark.machines
@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("other seed", "ValueError: worker 1 has seed 1, worker 0 has 0: give all the same"),
        ("other data", "ValueError: worker 1 has images 255 with checksum"),
        ("meddles", "ValueError: worker 1 has weights at step 10 with checksum"),
        ("in scope", "ValueError: make the networks and the Trainer in strategy.scope(), and call"),
    ],
)
def test_what_workers_must_have_in_common_is_said_in_all_of_them(tmp_path, case, message):
    one, other = members(case, tmp_path)
    assert one == other
    assert one.startswith(message)


@pytest.mark.machines
def test_a_run_of_two_workers_resumes_exactly(pictures, tmp_path):
    whole, half = tmp_path / "whole", tmp_path / "half"
    for folder, runs in ((whole, [40]), (half, [20, 40])):
        for steps in runs:
            end = ended(workers(pictures, folder, *TEN, "--steps", steps, "--resume"))
            assert end == [(0, []), (0, [])]
    one, other = (load_generator(folder / "0").get_weights() for folder in (whole, half))
    assert all(map(np.array_equal, one, other))
    assert (whole / "0" / "history.csv").read_text() == (half / "0" / "history.csv").read_text()
    assert not (whole / "1").exists()  # the first worker alone writes
    args = train_args(pictures, half / "0", *TEN, "--steps", 50, "--resume")
    assert main(args) == 0  # and one process may take over
    assert checkpoints.find(half / "0" / "checkpoints")[-1].name == "step-00000050.npz"


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("[!.]*") if path.is_file()}


@pytest.mark.machines
@pytest.mark.parametrize("lost", [0, 1])
def test_a_killed_worker_ends_the_others_with_one_line(pictures, tmp_path, lost):
    started = workers(pictures, tmp_path, *ENDLESS)
    wait_for(tmp_path / "0/checkpoints/step-*.npz")
    started[lost].kill()
    began = time.monotonic()
    code, lines = ended([started[1 - lost]])[0]
    assert time.monotonic() - began < 30
    assert (code, len(lines)) == (1, 1), lines
    # Killed between two exchanges, it is missed by its silence alone.
    reason = lines[0].partition("another worker is gone (")[2].partition("); start all again")[0]
    assert reason in ("its process has ended", "it no longer answers")
    assert not (tmp_path / "0/samples.png").exists()  # nothing from the middle of a call
    newest = checkpoints.find(tmp_path / "0/checkpoints")[-1]
    arrays, facts = checkpoints.read_newest(newest.parent)
    assert int(arrays["course/0"]) == facts["step"]
    steps = facts["step"] + 100
    more = ("--steps", steps, "--report-every", 100, "--checkpoint-every", 100)
    end = ended(workers(pictures, tmp_path, *more, "--resume"))
    assert [code for code, _ in end] == [0, 0], end


@pytest.mark.machines
def test_a_frozen_worker_is_given_up(pictures, tmp_path):
    started = workers(pictures, tmp_path, *ENDLESS)
    wait_for(tmp_path / "0/checkpoints/step-*.npz")
    started[1].send_signal(signal.SIGSTOP)
    code, lines = ended(started[:1])[0]
    assert (code, len(lines)) == (1, 1), lines
    assert "another worker is gone (it no longer answers)" in lines[0]


@pytest.mark.machines
@pytest.mark.parametrize("pressed", [0, 1])
def test_ctrl_c_at_one_worker_stops_all_at_one_step(pictures, tmp_path, pressed):
    started = workers(pictures, tmp_path, *ENDLESS)
    wait_for(tmp_path / "0/checkpoints/step-*.npz")
    started[pressed].send_signal(signal.SIGINT)
    ends = ended(started)
    assert [code for code, _ in ends] == [130, 130], ends
    own, others = ends[pressed][1][-1], ends[1 - pressed][1][-1]
    assert f"worker {pressed} was interrupted; what was trained is kept" in others
    assert "interrupted; what was trained is kept, continue with --resume" in own
    assert (tmp_path / "0/samples.png").exists()


@pytest.mark.machines
def test_workers_with_other_settings_say_so_and_touch_nothing(pictures, tmp_path):
    each = (("--seed", 1), ("--seed", 2))
    ends = ended(workers(pictures, tmp_path, *TEN, each=each))
    for code, lines in ends:
        assert code == 1
        assert len(lines) == 1
        assert "worker 1 has seed 2, worker 0 has 1: give all the same" in lines[0]
    assert not list(tmp_path.iterdir())


@pytest.mark.machines
def test_a_folder_that_will_not_do_is_said_in_all_of_them(pictures, tmp_path):
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "other.txt").write_text("mine")
    for code, lines in ended(workers(pictures, tmp_path, *TEN)):
        assert code == 1
        assert len(lines) == 1
        assert "holds other files (other.txt) and no run" in lines[0]


@pytest.mark.machines
def test_who_waits_for_an_absent_worker_says_so_and_hears_ctrl_c(pictures, tmp_path):
    [here] = processes(
        [
            [
                "gan_tutorial",
                *train_args(pictures, tmp_path / "run"),
                *("--workers", f"127.0.0.1:{launch._free_ports(1)[0]},127.0.0.1:9"),
                *("--worker", 0),
            ]
        ]
    )
    line = here.stderr.readline()  # after ten seconds
    assert line == "gan-tutorial: waiting for worker 1 (127.0.0.1:9)\n"
    here.send_signal(signal.SIGINT)
    [(code, lines)] = ended([here])
    assert (code, lines) == (
        130,
        ["gan-tutorial: worker 0: interrupted; what was trained is kept, continue with --resume"],
    )


@pytest.mark.machines
def test_a_number_starts_so_many_workers_here(pictures, tmp_path):
    for name, more in (("one", ()), ("two", ("--workers", 2))):
        args = train_args(pictures, tmp_path / name, *TEN, "--steps", 40, *more)
        assert ended(processes([["gan_tutorial", *args]])) == [(0, [])]
    one, two = (load_generator(tmp_path / name).get_weights() for name in ("one", "two"))
    assert games.difference(one, two) < 1e-5
    names = [{path.name for path in (tmp_path / name).iterdir()} for name in ("one", "two")]
    assert names[0] == names[1]
