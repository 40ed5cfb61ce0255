"""What the tests share: small data, a small pair of networks, and the marker `mnist`."""

import signal
from pathlib import Path

import numpy as np
import pytest

from gan_tutorial import load_mnist, make_discriminator, make_generator, trainer
from gan_tutorial.cli import main
from gan_tutorial.players import slow_in_xla
from gan_tutorial.trainer import Trainer
from tests.command_line import train_args
from tests.guards import (  # noqa: F401, hooks
    ON_STAND_IN,
    pytest_runtest_logreport,
    pytest_sessionfinish,
    pytest_terminal_summary,
)


@pytest.fixture(scope="session")
def mnist():
    """MNIST, or the stand-in where it is not at hand."""
    return load_mnist()


DIGITS = {"mnist", "digits_run", "conditional_run"}  # fixtures that read digits


def pytest_collection_modifyitems(items):
    """Mark what reads digits, and what needs the site to be built, by the fixtures it asks for.

    What took two seconds or more when it was measured is in slow.txt, and is marked too.
    """
    slow = set(Path(__file__).with_name("slow.txt").read_text(encoding="utf-8").split())
    for item in items:
        if item.nodeid.partition("[")[0] in slow:
            item.add_marker("slow")
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & DIGITS or item.name == "gan_tutorial.data.load_mnist":
            item.add_marker("digits")
        if fixtures & {"site", "messages"}:
            item.add_marker("site")


def pytest_runtest_setup(item):
    """Let "auto" take a plain graph, except in tests marked `xla`.

    XLA compiles for seconds what these tests then run for milliseconds.
    """
    asks = item.get_closest_marker("xla")
    trainer.slow_in_xla = slow_in_xla if asks else lambda *networks: True


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard():
    """Hear Ctrl-C, as in a terminal: a shell script's background jobs start deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def _only_on_mnist(request):
    marked = request.node.get_closest_marker("mnist")
    if marked and request.getfixturevalue("mnist").source == "digits":
        pytest.skip(ON_STAND_IN)


@pytest.fixture
def dots():
    """Sixty-four tiny random images `(64, 4, 4, 1)` in [0, 1]."""
    return np.random.default_rng(0).random((64, 4, 4, 1), np.float32)


@pytest.fixture
def make_trainer():
    """A function that builds a trainer of two tiny networks, always with the same weights."""

    def make(networks=None, **settings):
        shape = (4, 4, 1)
        pair = networks or (
            make_generator(5, (8,), shape, seed=0),
            make_discriminator((8,), shape, seed=1),
        )
        return Trainer(*pair, **{"batch_size": 16, **settings})

    return make


@pytest.fixture
def weights():
    """A function that returns copies of all variables of a model as a list of arrays."""
    return lambda model: [np.array(variable) for variable in model.variables]


@pytest.fixture
def same():
    """A function that says whether two lists of arrays agree to the bit."""
    return lambda a, b: len(a) == len(b) and all(map(np.array_equal, a, b))


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """The path of 64 small random pictures."""
    path = tmp_path_factory.mktemp("data") / "pictures.npz"
    np.savez(path, images=np.random.default_rng(0).random((64, 6, 6)))
    return str(path)


@pytest.fixture(scope="session")
def run(pictures, tmp_path_factory):
    """The folder of a small run of 60 steps."""
    out = tmp_path_factory.mktemp("runs") / "small"
    assert main(train_args(pictures, out, "--steps", 60, "--report-every", 20)) == 0
    return out
