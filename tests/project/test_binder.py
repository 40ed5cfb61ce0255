"""Binder: what repo2docker makes of environment.yml and postBuild, without building an image."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
REPO2DOCKER = Path(sys.executable).with_name("repo2docker")


def pip_section():
    """The packages that environment.yml leaves to pip."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (section,) = [d["pip"] for d in environment["dependencies"] if isinstance(d, dict)]
    return section


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory):
    """What repo2docker would build of a copy of the files that it reads."""
    if not REPO2DOCKER.is_file():
        pytest.skip("repo2docker is not installed here: make binder-test installs it")
    folder = tmp_path_factory.mktemp("binder")
    for name in ("environment.yml", "postBuild", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    command = [REPO2DOCKER, "--no-build", "--debug", "--user-id", "1000", "--user-name", "jovyan"]
    done = subprocess.run([*command, folder], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-2000:]
    return (done.stdout + done.stderr).replace("\\n", "\n")


def test_no_folder_hides_the_environment():
    # repo2docker looks into binder/ or .binder/ alone where there is one, even an empty one.
    assert not (ROOT / "binder").exists()
    assert not (ROOT / ".binder").exists()


def test_the_image_gets_the_python_of_the_environment(dockerfile):
    # With python>=3.12 in environment.yml, repo2docker would fall back to an old Python.
    assert "Building conda environment for python=3.12" in dockerfile


def test_the_image_runs_post_build(dockerfile):
    assert re.search(r"chmod \+x postBuild", dockerfile)
    assert re.search(r"RUN \./postBuild", dockerfile)


def test_post_build_installs_fetches_and_trusts():
    script = ROOT / "postBuild"
    assert script.stat().st_mode & 0o111  # else Binder cannot run it
    lines = script.read_text(encoding="utf-8").split("\n")
    assert "set -euo pipefail" in lines
    assert "python -m pip install --no-deps -e ." in lines
    (fetch,) = [line for line in lines if "load_mnist()" in line]
    assert fetch.endswith("|| true")  # a failed download must not fail the image
    assert "jupyter trust notebooks/*.ipynb" in lines


def test_only_tensorflow_and_keras_come_from_pip():
    # The bounds themselves are compared with pyproject's in test_project.py.
    assert {re.split("[>;]", line)[0] for line in pip_section()} == {
        "tensorflow-cpu",
        "tensorflow",
        "keras",
    }


@pytest.mark.slow
def test_the_pip_section_resolves(tmp_path):
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("\n".join(pip_section()), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-input"]
    options = ["--ignore-installed", "--retries", "1", "--report", str(tmp_path / "report.json")]
    done = subprocess.run([*command, *options, "-r", str(wanted)], capture_output=True, text=True)
    if done.returncode and re.search("Connection|Temporary failure|Network", done.stderr):
        pytest.skip("no index of packages answers: this machine is offline")
    assert done.returncode == 0, done.stderr[-2000:]
