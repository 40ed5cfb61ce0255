"""Is this tree slower than another revision of the package? Two revisions train in turn.

    make bench AGAINST=HEAD~1
    python benchmarks/against.py HEAD~1 --only dense --slices 60

Each revision lives in a process of its own, with the package of that revision and the same
libraries. Both are compiled and warmed up first; then they train short slices of the same number
of steps, one at a time, first the one and then the other, next time the other way round, so that a
busy second of the machine falls on both. Two neighbouring slices give one ratio of speeds; what is
printed is the median of the ratios with its 95 % interval, from the binomial distribution. Above 1
this tree is faster. The exit code is 1 where a game is slower: the interval ends below 0.97.
"""

import argparse
import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from scipy import stats

ROOT = Path(__file__).parent.parent
SLICE = 0.5  # seconds that a slice should last
LEAST = 0.97  # of the other revision's speed
CONFIDENCE = 0.95


class Failed(Exception):
    """Something that is said in one line."""


def module(name):
    """Import a module of the package, from the room in which this revision has it."""
    try:
        return importlib.import_module(f"gan_tutorial.models.{name}")
    except ModuleNotFoundError:  # before 0.2 there were no rooms
        return importlib.import_module(f"gan_tutorial.{name}")


def dense(penalised=False):
    """Return a trainer of the article's networks, with R1 and R2 if asked for."""
    from gan_tutorial import Trainer, make_discriminator, make_generator
    from gan_tutorial.penalties import r1, r2

    penalty = r1(0.1) + r2(0.1) if penalised else None
    return Trainer(make_generator(), make_discriminator(), penalty=penalty)


def convolutional():
    """Return a trainer of the small DCGAN."""
    from gan_tutorial import Trainer

    dcgan = module("dcgan")
    return Trainer(
        dcgan.make_dcgan_generator(),
        dcgan.make_dcgan_discriminator(),
        d_optimizer=dcgan.make_dcgan_optimizer(),
        g_optimizer=dcgan.make_dcgan_optimizer(),
        batch_size=64,
    )


GAMES = {"dense": dense, "convolutional": convolutional, "penalties": lambda: dense(True)}


def work(game, folder):
    """Be one of the two processes: read a number of steps, train them, answer with the seconds."""
    import gan_tutorial

    home = Path(gan_tutorial.__file__).parent.parent
    if home.resolve() != Path(folder).resolve():
        raise Failed(f"imported the package from {home}, not from {folder}")
    images = np.random.default_rng(0).random((10_000, 28, 28, 1), np.float32)
    trainer = GAMES[game]()
    for line in sys.stdin:
        started = time.perf_counter()
        trainer.fit(images, int(line), report_every=int(line), progress=False)
        print(time.perf_counter() - started, flush=True)


class Contender:
    """One revision's process, asked for slices."""

    def __init__(self, game, folder):
        environment = {**os.environ, "PYTHONPATH": str(folder), "TF_CPP_MIN_LOG_LEVEL": "2"}
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115, stop() closes it
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--work", game, str(folder)],
            cwd=folder,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )

    def train(self, steps):
        """Return the seconds that these steps took."""
        with suppress(BrokenPipeError):  # it has ended, and its last line says why
            print(steps, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            self.errors.seek(0)
            said = self.errors.read().strip().splitlines() or ["it said nothing"]
            raise Failed(f"a contender stopped: {said[-1]}")
        return float(answer)

    def stop(self):
        """End the process."""
        self.process.kill()
        self.process.communicate()  # closes the pipes
        self.errors.close()


@contextmanager
def checked_out(revision):
    """Map a revision to a temporary folder that holds it."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", revision, "gan_tutorial"], cwd=ROOT, capture_output=True
        )
        if archive.returncode:
            said = archive.stderr.decode().strip().splitlines() or ["git archive failed"]
            raise Failed(f"{revision}: {said[-1]}")
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        yield folder


def in_turn(slices):
    """Yield the order of the two contenders in each pair of slices: 0 1, 1 0, 0 1, ..."""
    for i in range(slices):
        yield (0, 1) if i % 2 == 0 else (1, 0)


def calibrated(contenders):
    """Warm both up; return the number of steps that the second does in a slice's time."""
    for contender in contenders:
        contender.train(100)  # compiles
    seconds = [contenders[1].train(100) for _ in range(3)]
    return max(10, 10 * round(10 * SLICE / min(seconds)))


def interval(ratios, confidence=CONFIDENCE):
    """Map ratios to an interval that holds their median with at least this confidence.

    Both ends are order statistics: the number of ratios below the true median is binomial.
    """
    ordered, n = sorted(ratios), len(ratios)
    # The k smallest and the k largest are all on one side of it with probability cdf(k - 1) each.
    k = max(1, int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)))
    return ordered[k - 1], ordered[n - k]


def verdict(low, high):
    """Map an interval of the ratio to what it says."""
    if high < LEAST:
        return "slower"
    return "faster" if low > 1 else "not slower"


def compare(game, folder, slices):
    """Train two revisions in turn; return the speeds of the other and of this one, in pairs."""
    contenders = [Contender(game, folder), Contender(game, ROOT)]
    try:
        steps = calibrated(contenders)
        pairs = []
        for order in in_turn(slices):
            seconds = {which: contenders[which].train(steps) for which in order}
            pairs.append((steps / seconds[0], steps / seconds[1]))
        return pairs
    finally:
        for contender in contenders:
            contender.stop()


def report(game, pairs):
    """Print a game's line; return whether this tree is slower."""
    ratios = [here / there for there, here in pairs]
    low, high = interval(ratios)
    there, here = (statistics.median(speeds) for speeds in zip(*pairs, strict=True))
    said = verdict(low, high)
    print(
        f"{game:14} {there:7.1f} {here:7.1f} steps per second, ratio "
        f"{statistics.median(ratios):.3f} [{low:.3f}, {high:.3f}] in {len(pairs)} pairs: {said}",
        flush=True,
    )
    return said == "slower"


def main(argv=None):
    """Compare, print a line a game, return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("revision", help="what git calls it, such as HEAD~1 or main")
    parser.add_argument("--only", nargs="+", choices=GAMES, default=list(GAMES), metavar="GAME")
    parser.add_argument("--slices", type=int, default=30, help="pairs of slices a game (30)")
    args = parser.parse_args(argv)
    try:
        with checked_out(args.revision) as folder:
            print(f"{'':14} {args.revision[:7]:>7} {'here':>7}")
            slower = [report(game, compare(game, folder, args.slices)) for game in args.only]
    except Failed as error:
        print(f"against: {error}", file=sys.stderr)
        return 2
    return int(any(slower))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(*sys.argv[2:])
    else:
        sys.exit(main())
