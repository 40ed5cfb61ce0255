"""Several workers on this machine, for trying out: a process each, with its share of the cores."""

import os
import signal
import socket
import subprocess
import sys


def start(arguments, n):
    """Run the command line n times, as workers of one training; return the exit code.

    It is that of the first worker that did not end well, 1 for one that was killed.

    Args:
        arguments: those of the command line; addresses and numbers of workers are added.
        n: number of processes.
    """
    addresses = ",".join(f"127.0.0.1:{port}" for port in _free_ports(n))
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else ()
    processes = []
    # Ctrl-C in a terminal reaches the workers too: they agree on an end, and this one waits for it.
    before = [signal.signal(s, h) for s, h in ((signal.SIGINT, _ignore), (signal.SIGTERM, _end))]
    try:
        for i in range(n):
            own = ["--workers", addresses, "--worker", str(i)]
            command = [sys.executable, "-m", "gan_tutorial", *arguments, *own]
            processes.append(subprocess.Popen(command, env=_environment(n)))
            if len(cores) >= n:
                os.sched_setaffinity(processes[-1].pid, cores[i::n])  # before it makes threads
        codes = [process.wait() for process in processes]
    finally:
        for process in processes:
            if process.poll() is None:
                process.terminate()
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)
    failed = [code for code in codes if code]
    return max(failed[0], 1) if failed else 0


def _ignore(*_):
    """Hear a signal without doing anything; a child does not inherit that, as it would SIG_IGN."""


def _end(*_):
    sys.exit(143)


def _environment(n):
    """Return the environment of each of n workers: threads for its share of the cores."""
    threads = str(max(1, (os.cpu_count() or 1) // n))
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
    return {**dict.fromkeys(names, threads), **os.environ}


def _free_ports(n):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    try:
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
