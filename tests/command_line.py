"""What tests of the command line share: small arguments, and how a command fails."""

from gan_tutorial.cli import main

SMALL = ["--size", "6", "--batch-size", "16", "--g-hidden", "8", "--d-hidden", "8", "--quiet"]


def train_args(pictures, out, *more):
    return ["train", "--data", pictures, *SMALL, "--out", str(out), *map(str, more)]


def fails(capsys, args, message, code=1):
    """Assert that a command fails with a code and exactly one line on stderr that says why."""
    assert main([str(arg) for arg in args]) == code
    error = capsys.readouterr().err
    assert message in error
    lines = [line for line in error.splitlines() if "note: no MNIST" not in line]
    assert len(lines) == 1, error
    assert "Traceback" not in error
