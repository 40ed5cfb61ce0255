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
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    processes = []
    for i in range(n):
        own = ["--workers", addresses, "--worker", str(i)]
        process = subprocess.Popen(
            [sys.executable, "-m", "gan_tutorial", *arguments, *own], env=_environment(n)
        )
        if cores and len(cores) >= n:
            os.sched_setaffinity(process.pid, cores[i::n])  # it has not made its threads yet
        processes.append(process)
    # Ctrl-C in a terminal reaches the workers too: they agree on an end, and this one waits for it.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        codes = [process.wait() for process in processes]
    finally:
        signal.signal(signal.SIGINT, before)
    failed = [code for code in codes if code]
    return max(failed[0], 1) if failed else 0


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
