"""Workers find each other before TensorFlow is entered, or say who is missing."""

import json
import os
import signal
import socket
import threading
import time

import pytest

from gan_tutorial import cluster, devices, launch, meeting
from gan_tutorial.cli import main
from gan_tutorial.workers import _reason
from tests.command_line import fails


def addresses(n):
    return [f"127.0.0.1:{port}" for port in launch._free_ports(n)]


def meet_all(clusters, limit=20, delays=()):
    """Let workers meet in threads; return what each raised, None where it has met the others."""
    results = [None] * len(clusters)

    def run(i):
        time.sleep(dict(delays).get(i, 0))
        try:
            meeting.meet(clusters[i], limit, say=lambda text: None)
        except Exception as error:
            results[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(clusters))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("n", [2, 4])
def test_workers_meet_whoever_comes_first(n):
    them = addresses(n)
    clusters = [cluster.Cluster(them, i) for i in range(n)]
    assert meet_all(clusters, delays=[(n - 1, 1.0)]) == [None] * n


def test_they_meet_again_at_the_same_ports():
    them = addresses(2)
    for _ in range(3):
        assert meet_all([cluster.Cluster(them, i) for i in range(2)]) == [None, None]


def test_an_absent_worker_is_named(monkeypatch):
    monkeypatch.setattr(meeting, "SAY_AFTER", 0.1)
    here = cluster.Cluster(addresses(2), 0)
    said = []
    with pytest.raises(TimeoutError, match="after 0.5 s no answer from worker 1 .*refused"):
        meeting.meet(here, 0.5, said.append)
    assert said == [f"waiting for worker 1 ({here.addresses[1]})"]


def test_workers_with_other_lists_say_so():
    a, b, c = addresses(3)
    errors = meet_all([cluster.Cluster([a, b], 0), cluster.Cluster([a, b, c], 1)], 5)
    assert all("give all the same list" in str(error) for error in errors)


def test_two_workers_of_one_number_say_so():
    a, b = addresses(2)
    errors = meet_all([cluster.Cluster([a, b], 0), cluster.Cluster([b, a], 0)], 5)
    assert all("each a number of its own" in str(error) for error in errors)


def test_workers_with_other_numbers_of_gpus_say_so():
    them = addresses(2)
    errors = meet_all([cluster.Cluster(them, i, gpus=i) for i in range(2)], 5)
    assert "has 1 GPUs, this one has 0: let all see equally many" in str(errors[0])
    assert "has 0 GPUs, this one has 1: let all see equally many" in str(errors[1])


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        here = cluster.Cluster([f"127.0.0.1:{other.getsockname()[1]}", *addresses(1)], 0)
        with pytest.raises(OSError, match=r"port of worker 0 .* cannot be opened here .*another"):
            meeting.meet(here, 1)


def test_something_else_at_the_address_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer():
            with other.accept()[0] as connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        there = f"127.0.0.1:{other.getsockname()[1]}"
        here = cluster.Cluster([*addresses(1), there], 0)
        with pytest.raises(ValueError, match="something else than a waiting worker answers there"):
            meeting.meet(here, 5)


def test_who_looks_for_open_ports_disturbs_nobody():
    them = addresses(2)
    clusters = [cluster.Cluster(them, i) for i in range(2)]
    errors = []
    thread = threading.Thread(target=lambda: errors.extend(meet_all(clusters, delays=[(1, 1.5)])))
    thread.start()
    time.sleep(0.5)
    host, port = them[0].split(":")
    for text in (b"", b"GET / HTTP/1.1\r\n", b'{"of": 3}\n', b"\x00" * 100):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(text)
    thread.join()
    assert errors == [None, None]


TWO = ["host1:2222", "host2:2222"]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", None),
        ("{}", None),
        ({"cluster": {"worker": TWO}, "task": {"type": "worker", "index": 1}}, (TWO, 1, 0)),
        (
            {
                "cluster": {"chief": TWO[:1], "worker": TWO[1:]},
                "task": {"type": "worker", "index": 0},
            },
            (TWO, 1, 0),
        ),
    ],
)
def test_tf_config_names_the_workers(monkeypatch, config, expected):
    text = config if isinstance(config, str) else json.dumps(config)
    monkeypatch.setenv("TF_CONFIG", text)
    assert cluster.from_environment() == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "TF_CONFIG must be JSON such as"),
        ("[1]", "TF_CONFIG must be JSON such as"),
        ('{"cluster": {"worker": ["a:1"]}}', "the task must be a worker with an index"),
        (
            '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 3}}',
            "the index 3 is not one of 1 of type worker",
        ),
        (
            '{"cluster": {"worker": ["a"]}, "task": {"type": "worker", "index": 0}}',
            "a is not the address of a worker: give host:port",
        ),
        (
            '{"cluster": {"worker": ["a:1"], "ps": ["b:1"]}, "task": {"type": "ps", "index": 0}}',
            "the cluster holds ps; there are only workers here",
        ),
    ],
)
def test_a_tf_config_that_cannot_be_used_is_refused_in_one_line(
    monkeypatch, capsys, tmp_path, text, message
):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ValueError, match=message):
        cluster.from_environment()
    fails(capsys, ["train", "--out", tmp_path / "run"], message)


def test_the_strategy_of_workers_comes_first(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", cluster.Cluster(addresses(2), 0).config())
    with pytest.raises(RuntimeError, match="make the strategy first, before any network or tensor"):
        meeting.strategy()
    monkeypatch.setenv("TF_CONFIG", "{}")
    with pytest.raises(ValueError, match="TF_CONFIG names no workers"):
        meeting.strategy()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--worker", 0], "--worker is one of --workers: give that too"),
        (["--workers", "a:1,b:1"], "--workers needs --worker, the number of this one"),
        (["--workers", "a:1,b:1", "--worker", 2], "worker 2 is not among 2, which count from 0"),
        (["--workers", "a:1,b", "--worker", 0], "b is not the address of a worker: give host:port"),
        (["--workers", "a:1,b:x", "--worker", 0], "b:x is not the address of a worker"),
        (["--workers", "a:1,a:1", "--worker", 0], "two workers have one address: a:1, a:1"),
        (["--workers", "a:1", "--worker", 0], "--workers needs the addresses of two machines"),
        (["--workers", 1], "must be a whole number of at least 2"),
        (["--workers", 2, "--worker", 0], "--worker goes with addresses, not with a number"),
        (["--workers", 2, "--gpus", "all"], "--workers takes all GPUs of each machine already"),
        (["--gpus", "two"], "invalid choice: 'two'"),
    ],
)
def test_options_that_do_not_fit_are_wrong_usage(capsys, options, message):
    fails(capsys, ["train", *options], message, code=2)


def test_flags_and_tf_config_exclude_each_other(monkeypatch, capsys):
    monkeypatch.setenv("TF_CONFIG", cluster.Cluster(addresses(2), 0).config())
    fails(capsys, ["train", "--workers", 2], "TF_CONFIG is set, and names the workers", code=2)


def test_all_gpus_need_one(capsys, pictures, tmp_path):
    args = ["train", "--data", pictures, "--out", tmp_path / "run", "--gpus", "all"]
    fails(capsys, args, "--gpus all: TensorFlow finds no GPU here; leave it out")
    assert not (tmp_path / "run").exists()


def test_one_worker_trains_without_a_strategy(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", cluster.Cluster(addresses(1), 0).config())
    assert devices.strategy_for() is None


def test_the_launcher_gives_every_worker_its_number_and_passes_codes_on(monkeypatch):
    started = []

    class Process:
        pid = 0

        def __init__(self, command, env):
            started.append(command[3:])
            assert env["OMP_NUM_THREADS"].isdigit()
            self.code = (0, -9, 1)[len(started) - 1]

        def wait(self):
            return self.code

        poll = wait

    monkeypatch.setattr(launch.subprocess, "Popen", Process)
    monkeypatch.setattr(launch.os, "sched_setaffinity", lambda *_: None, raising=False)
    assert launch.start(["train", "--workers", "3"], 3) == 1
    assert [command[-1] for command in started] == ["0", "1", "2"]
    assert len({command[-3] for command in started}) == 1
    assert main(["train", "--workers", "x"]) == 2


def test_the_launcher_takes_its_workers_with_it(monkeypatch):
    ended = []

    class Process:
        pid = 0

        def __init__(self, command, env):
            pass

        def wait(self):
            signal.raise_signal(signal.SIGINT)  # is for the workers to hear
            signal.raise_signal(signal.SIGTERM)

        def poll(self):
            return None

        def terminate(self):
            ended.append(self)

    monkeypatch.setattr(launch.subprocess, "Popen", Process)
    monkeypatch.setattr(launch.os, "sched_setaffinity", lambda *_: None, raising=False)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit):
        launch.start(["train"], 2)
    assert len(ended) == 2
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_a_failure_before_the_strategy_leaves_no_tf_config(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(RuntimeError):  # TensorFlow has begun here
        devices.strategy_for(addresses(2), 0)
    assert "TF_CONFIG" not in os.environ


@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        ("a\nb recvmsg:Connection reset by peer", "its process has ended"),
        ("tasks are unhealthy (stopped sending heartbeats)", "it no longer answers"),
        ("Collective has timed out during execution.", "it did not take part in time; see what"),
        ("Collective ops is aborted by: x", "TensorFlow does not say why"),
    ],
)
def test_what_tensorflow_says_of_a_lost_worker_is_put_in_words(message, meaning):
    assert _reason(message).startswith(meaning)


@pytest.mark.parametrize("message", ["", "cuDNN failed", "OOM when allocating tensor"])
def test_an_error_of_this_worker_is_not_taken_for_a_lost_one(message):
    assert _reason(message) is None
