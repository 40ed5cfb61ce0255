"""The doctor: what it says of a healthy installation, and of each part that is broken."""

import importlib.util
import tempfile

import pytest

from gan_tutorial import Trainer, doctor
from gan_tutorial.cli import main

PARTS = ["Python", "TensorFlow", "devices", "XLA", "machine", "MNIST", "Jupyter", "run"]


@pytest.fixture
def offline(monkeypatch):
    """No MNIST at hand, and nobody is asked for it."""
    monkeypatch.delenv("GAN_TUTORIAL_MNIST", raising=False)
    monkeypatch.setenv("GAN_TUTORIAL_OFFLINE", "1")


def lines(capsys, code=0, *options):
    """What the command prints, by the first word of each line."""
    assert main(["doctor", *options]) == code
    return {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}


def test_a_healthy_installation_is_all_ok(capsys, mnist):
    said = lines(capsys)
    assert list(said) == PARTS
    unwell = {part for part, line in said.items() if not line.endswith(": ok")}
    assert unwell <= ({"MNIST"} if mnist.source == "digits" else set())


def test_without_tensorflow_the_other_parts_are_still_looked_at(capsys, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorflow" else found(name)
    )
    said = lines(capsys, 1)
    assert list(said) == ["Python", "TensorFlow", "machine", "Jupyter", "run"]
    assert said["TensorFlow"].endswith("not installed: " + doctor.INSTALL)


def test_without_mnist_the_stand_in_is_named_and_nothing_is_broken(capsys, monkeypatch, offline):
    said = lines(capsys)
    assert "stand in: set GAN_TUTORIAL_MNIST to the path" in said["MNIST"]


def test_an_mnist_that_is_not_there_is_broken(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("GAN_TUTORIAL_MNIST", str(tmp_path / "mnist.npz"))
    assert "no such file" in lines(capsys, 1)["MNIST"]


def test_a_folder_that_cannot_be_written_is_broken(capsys, monkeypatch, tmp_path, offline):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert "(Permission denied): change to a folder" in lines(capsys, 1)["run"]


def test_an_xla_that_does_not_compile_is_broken(capsys, monkeypatch, offline):
    def refuse(*_, **__):
        raise RuntimeError("libdevice not found at ./libdevice.10.bc")

    monkeypatch.setattr(Trainer, "fit", refuse)
    assert (
        "(libdevice not found at ./libdevice.10.bc): use jit_compile=False"
        in lines(capsys, 1)["XLA"]
    )


@pytest.mark.parametrize(("version", "bits", "broken"), [((3, 14), 8, True), ((3, 12), 4, True)])
def test_another_python_is_broken(monkeypatch, version, bits, broken):
    monkeypatch.setattr(doctor.sys, "version_info", version)
    monkeypatch.setattr(doctor.struct, "calcsize", lambda _: bits)
    line = doctor.python()
    assert line.broken == broken
    assert "install a 64-bit Python 3.11 to 3.13" in str(line)


def test_the_report_is_a_block_with_the_version(capsys, offline):
    printed = lines(capsys, 0, "--report")
    assert {"```", "gan-tutorial", "Python", "XLA"} <= set(printed)
