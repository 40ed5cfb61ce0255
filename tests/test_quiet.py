"""TensorFlow starts without its own lines, and what matters still appears."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from gan_tutorial import quiet

# oneDNN's line comes on every processor when it is asked for.
LOUD = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "1"}


def said(program, **environment):
    """Run a program; return what it writes to the standard error."""
    kept = {name: value for name, value in LOUD.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env={**kept, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


# The gradient of a leaky convolution, on which TensorFlow's remapper fails under oneDNN.
GRADIENTS = """
import numpy as np
from gan_tutorial import Trainer, penalties
from gan_tutorial.models import dcgan
for norm, penalty in (("batch", None), (None, penalties.r1(0.1))):
    generator = dcgan.make_dcgan_generator(5, 3, (16, 16, 1))
    pair = generator, dcgan.make_dcgan_discriminator(3, (16, 16, 1), norm=norm)
    trainer = Trainer(*pair, penalty=penalty, batch_size=16, steps_per_execution=2)
    trainer.fit(np.zeros((16, 16, 16, 1), "float32"), 4, progress=False)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "program",
    [
        GRADIENTS,
        "import gan_tutorial, keras; keras.ops.ones(1)",
        "from gan_tutorial.cli import main; main(['doctor'])",
    ],
)
def test_nothing_is_said_at_the_start(program):
    assert said(program, GAN_TUTORIAL_OFFLINE="1") == ""


@pytest.mark.slow
def test_who_asks_for_all_lines_gets_them():
    assert "oneDNN" in said("import gan_tutorial, keras", TF_CPP_MIN_LOG_LEVEL="0")


@pytest.mark.slow
def test_a_notebook_in_jupyter_starts_quietly(monkeypatch):
    # ipykernel shows what C++ writes, except while pytest's variable is set.
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    path = Path(__file__).parents[1] / "notebooks" / "03_losses.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"][:2]
    notebook.cells += [nbformat.v4.new_code_cell("Trainer(make_generator(), make_discriminator())")]
    NotebookClient(notebook, timeout=200).execute()
    texts = [o for cell in notebook.cells for o in cell.outputs if o.output_type == "stream"]
    assert texts == []
    assert "Trainer at" in notebook.cells[-1].outputs[0].data["text/plain"]


NOISE = """\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795692356.698084   11892 port.cc:153] oneDNN custom operations are on.
2026-01-01 10:00:00.000001: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow
E0000 00:00:1 12 cuda_dnn.cc:1] Unable to register cuDNN factory: factory for plugin cuDNN
"""
MATTERS = """\
W0000 00:00:1795692356.698084   11892 gpu_device.cc:1] Cannot dlopen some GPU libraries.
E0000 00:00:1795692356.698084   11892 cuda.cc:2] failed call to cuInit
2026-01-01 10:00:00.000001: W tensorflow/core/x.cc:3] a warning
UserWarning: something else
"""


def test_lines_of_information_are_left_out_and_all_others_pass(capfd):
    with quiet.held_back():
        os.write(2, (NOISE + MATTERS).encode())
    assert capfd.readouterr().err == MATTERS


def fail_loudly():
    with quiet.held_back():
        os.write(2, b"the reason\n")
        raise ImportError


def test_what_was_said_before_an_error_is_passed_on(capfd):
    with pytest.raises(ImportError):
        fail_loudly()
    assert capfd.readouterr().err == "the reason\n"


def test_only_tensorflow_is_wrapped_and_found_where_it_is():
    finder = quiet.QuietTensorFlow()
    assert finder.find_spec("keras") is None
