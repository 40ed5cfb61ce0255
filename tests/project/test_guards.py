"""The guards of a test run, one process or several: each is seen to turn it red."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests import guards
from tests.project import test_notebooks

ROOT = Path(__file__).parents[2]


def run(folder, *options, **environment):
    """Run pytest with two workers in a folder; return its exit code and what it printed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2"]
    outer = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        [*command, "--rootdir", folder, *options, folder],
        cwd=ROOT,
        env={**outer, **environment},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("reason", "ci", "said"),
    [
        ("", False, "skipped without a reason"),
        ("unconditional skip", True, "skipped without a reason"),
        ("it rains", True, None),
        ("needs a browser", False, None),
        ("needs a browser", True, "skipped in CI: needs a browser"),
    ],
)
def test_a_skip_needs_a_reason_and_in_ci_a_good_one(reason, ci, said):
    assert guards.verdict(reason, ci) == said


@pytest.mark.slow
def test_refused_skips_of_all_workers_fail_the_run(tmp_path):
    skips = (
        "import pytest\ndef test_a():\n    pytest.skip()\ndef test_b():\n    pytest.skip('{}')\n"
    )
    (tmp_path / "test_it.py").write_text(skips.format("needs a browser"))
    code, printed = run(tmp_path, "-p", "tests.guards", CI="true")
    assert code == 1
    assert "test_a: skipped without a reason" in printed
    assert "test_b: skipped in CI: needs a browser" in printed


@pytest.mark.slow
def test_a_workers_kernel_that_is_too_large_fails_the_run(tmp_path):
    guard = (ROOT / "notebooks" / "conftest.py").read_text(encoding="utf-8")
    (tmp_path / "conftest.py").write_text(guard.replace("LIMIT = 1900", "LIMIT = 10"))  # MB
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])
    nbformat.write(notebook, tmp_path / "one.ipynb")
    options = ("--nbval-lax", "--nbval-current-env")
    code, printed = run(tmp_path, *options, GAN_TUTORIAL_MNIST="none is read")
    assert (code, "1 passed" in printed) == (1, True), printed
    assert "MB, at most 10" in printed


def test_a_notebook_that_compares_nothing_is_refused(tmp_path):
    path = tmp_path / test_notebooks.PATHS[0].name
    shutil.copy(test_notebooks.PATHS[0], path)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata.pop("tags", None)
    nbformat.write(notebook, path)
    with pytest.raises(AssertionError):
        test_notebooks.test_a_third_of_the_cells_that_print_are_compared(path)


def test_every_slow_test_is_there_still():
    root = Path(__file__).parents[2]
    for name in (root / "tests" / "slow.txt").read_text().split():
        path, _, test = name.partition("::")
        defined = rf"(def|class) {test.rpartition('.')[2]}\b"
        assert re.search(defined, (root / path).read_text(encoding="utf-8")), name
