"""Does a second process pay? One on all cores against two with half of them each, in turn.

    python benchmarks/workers.py
    python benchmarks/workers.py --only dense --rounds 20

Each contender is compiled and warmed up first, and then waits. They train short slices in turn, so
that a busy second of the machine falls on all of them. Printed are the best slice and the median,
in steps per second; then what an exchange between the two processes takes, by its size.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np

from gan_tutorial.cluster import cluster_of
from gan_tutorial.launch import _free_ports

SLICE = 2.0  # seconds that a slice should last
SIZES = (16, 40_000, 400_000, 860_000, 1_560_000, 4_000_000, 54_000_000)  # bytes


def dense(share):
    """Return the article's networks with a share of their batch, and images."""
    from gan_tutorial import Trainer, make_discriminator, make_generator

    return Trainer(make_generator(), make_discriminator(), batch_size=128 // share), None


def convolutional(share):
    """Return the small DCGAN."""
    from gan_tutorial import Trainer
    from gan_tutorial.models import dcgan

    pair = dcgan.make_dcgan_generator(), dcgan.make_dcgan_discriminator()
    adams = {name: dcgan.make_dcgan_optimizer() for name in ("d_optimizer", "g_optimizer")}
    return Trainer(*pair, batch_size=64 // share, **adams), None


def conditional(share):
    """Return the conditional DCGAN at its paper's size."""
    from gan_tutorial import Trainer
    from gan_tutorial.models import dcgan

    pair = (
        dcgan.make_conditional_dcgan_generator(),
        dcgan.make_conditional_dcgan_discriminator(),
    )
    adams = {name: dcgan.make_dcgan_optimizer() for name in ("d_optimizer", "g_optimizer")}
    return Trainer(*pair, batch_size=128 // share, **adams), np.arange(2048) % 10


GAMES = {"dense": dense, "convolutional": convolutional, "conditional": conditional}


class Contender:
    """Processes that train the same game together, on some cores each."""

    def __init__(self, game, share, cores):
        addresses = [f"127.0.0.1:{port}" for port in _free_ports(len(cores))]
        self.processes = [
            subprocess.Popen(
                [sys.executable, __file__, "--play", game, "--share", str(share)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=_environment(len(own), addresses, i),
                preexec_fn=lambda own=own: os.sched_setaffinity(0, own),
            )
            for i, own in enumerate(cores)
        ]
        self.steps = 4
        for _ in range(2):  # the first call compiles
            self.steps = max(2, round(SLICE * self.speed()))

    def ask(self, command):
        """Give all processes a command; return what the first one answers."""
        for process in self.processes:
            process.stdin.write(f"{command}\n")
            process.stdin.flush()
        return [json.loads(process.stdout.readline()) for process in self.processes][0]

    def speed(self):
        """Return steps per second over a slice."""
        return self.steps / self.ask(f"train {self.steps}")

    def end(self):
        """End the processes."""
        for process in self.processes:
            process.stdin.close()
        for process in self.processes:
            process.wait()


def _environment(threads, addresses, index):
    names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
    extra = dict.fromkeys(names, str(threads))
    if len(addresses) > 1:
        extra["TF_CONFIG"] = cluster_of(addresses, index).config()
    return {**os.environ, **extra}


def play(game, share):
    """Be one of the processes: obey the commands that come in."""
    from contextlib import nullcontext

    strategy = None
    if os.environ.get("TF_CONFIG"):
        from gan_tutorial import meeting

        strategy = meeting.strategy()
    with strategy.scope() if strategy else nullcontext():
        trainer, labels = GAMES[game](share)
    images = np.random.default_rng(0).random((2048, 28, 28, 1), np.float32)
    for line in sys.stdin:
        command, number = line.split()
        if command == "train":
            began = time.perf_counter()
            trainer.fit(images, int(number), labels, 10**6, progress=False)
            answer = time.perf_counter() - began
        else:
            answer = exchange(strategy, int(number))
        print(json.dumps(answer), flush=True)


def exchange(strategy, size, times=20):
    """Return the seconds that one exchange of a number of bytes takes, from a loop of several."""
    import tensorflow as tf

    def mean(x):
        context = tf.distribute.get_replica_context()
        return context.all_reduce("MEAN", tf.identity(x))

    def body(i, x):
        together = strategy.run(mean, (x,))
        return i + 1, strategy.experimental_local_results(together)[0]

    @tf.function(autograph=False)
    def run(x):
        return tf.while_loop(lambda i, x: i < times, body, (0, x), parallel_iterations=1)[1]

    numbers = tf.ones(max(1, size // 4))
    run(numbers)
    began = time.perf_counter()
    run(numbers).numpy()
    return (time.perf_counter() - began) / times


def main():
    """Print a table of speeds for each game, and one of exchanges."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=GAMES, default=list(GAMES))
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--play", choices=GAMES, help=argparse.SUPPRESS)
    parser.add_argument("--share", type=int, default=1, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.play:
        play(args.play, args.share)
        return
    cores = sorted(os.sched_getaffinity(0))[:2]
    for game in args.only:
        contenders = {
            "one process, two cores": Contender(game, 1, [set(cores)]),
            "two processes, one core each": Contender(game, 1, [{core} for core in cores]),
            "half the batch, one core": Contender(game, 2, [{cores[0]}]),
        }
        speeds = {name: [] for name in contenders}
        for _ in range(args.rounds):
            for name, contender in contenders.items():
                speeds[name].append(contender.speed())
        print(f"{game}: steps per second, best and median of {args.rounds} slices")
        for name, found in speeds.items():
            print(f"  {name:30} {max(found):8.1f} {statistics.median(found):8.1f}")
        pair = contenders["two processes, one core each"]
        if game == args.only[0]:
            print("bytes, milliseconds of an exchange (best and median of 10 loops)")
            for size in SIZES:
                found = [1e3 * pair.ask(f"exchange {size}") for _ in range(10)]
                print(f"  {size:12,} {min(found):8.2f} {statistics.median(found):8.2f}")
        for contender in contenders.values():
            contender.end()


if __name__ == "__main__":
    main()
