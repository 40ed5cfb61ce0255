"""Run a notebook and the widgets' tests in an environment like Google Colab's.

    python tools/colab.py --venv .venv-colab

The environment has Colab's Python, 3.13, where this machine has one, and in any case Colab's
versions of what matters, which are the oldest that the project promises to run on. A stand-in makes
`google.colab` an imported module, as it is there. First the set-up cell must say what to do while
the project has no public address. Then the notebook is run as after publishing: the cell installs
the package, from a wheel of this checkout in the place of GitHub. Its outputs must be those stored.
"""

import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

import notebooks

ROOT = notebooks.ROOT
VERSIONS = [
    "tensorflow-cpu==2.20.0" if sys.platform == "linux" else "tensorflow==2.20.0",
    "keras==3.13.2",
    "numpy==2.1.3",
    "matplotlib==3.10.0",
    "ipython==7.34.0",
    "ipykernel==6.17.1",
    "ipywidgets==7.7.1",
    "jupyter_client==7.4.9",
    "nbclient==0.10.4",
    "protobuf==5.29.6",
    "setuptools",
]
LIGHT = ["scipy", "scikit-learn", "pillow", "tqdm", "pytest", "pyyaml"]  # Colab has them too
STAND_IN = (
    '"""A stand-in for Colab\'s own module: that it is there is all that is asked of it."""\n'
)


def python_of_colab():
    """Return the path of a Python 3.13, or of the Python that runs this."""
    pyenv = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.13*/bin/python")))
    for candidate in (sys.executable, shutil.which("python3.13"), *reversed(pyenv)):
        if candidate and version(candidate) == "3.13":
            return candidate
    return sys.executable


def version(python):
    """Return the version of a Python as "3.13", or "" where it does not run."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    return done.stdout.strip()


def build(venv):
    """Make the environment, with the stand-in for google.colab, unless it is there already."""
    wanted = "\n".join(VERSIONS + LIGHT)
    ready = venv / "versions.txt"
    if ready.is_file() and ready.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(venv, ignore_errors=True)
    subprocess.run([python_of_colab(), "-m", "venv", venv], check=True)
    pip = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--quiet"]
    subprocess.run([*pip, *VERSIONS, *LIGHT], check=True)
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "google" / "colab").mkdir(parents=True, exist_ok=True)
    (packages / "google" / "colab" / "__init__.py").write_text(STAND_IN, encoding="utf-8")
    # A line of a .pth file is run when Python starts: on Colab, too, the module is there already.
    (packages / "colab.pth").write_text("import google.colab\n", encoding="utf-8")
    ready.write_text(wanted, encoding="utf-8")


def check_placeholder(python):
    """Check that the set-up cell stops, and says what to do, while there is no public address."""
    if notebooks.PLACEHOLDER not in notebooks.address():
        return
    done = subprocess.run([python, "-c", notebooks.colab_setup()], capture_output=True, text=True)
    lines = done.stderr.strip().split("\n")
    plain = len(lines) == 1 and "no public address yet" in lines[0] and "upload" in lines[0]
    if done.returncode == 0 or not plain:
        sys.exit(f"the set-up cell does not say plainly what to do:\n{done.stderr}")
    print(f"the set-up cell says: {lines[0]}")


def wheel(folder):
    """Build the package's wheel into a folder and return its path."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT]
    subprocess.run(command, check=True)
    (path,) = Path(folder).glob("*.whl")
    return path


def published(path, package):
    """Return a notebook as it will be with an address, which here is a wheel's path."""
    notebook = notebooks.read(path)
    for cell in notebook.cells:
        if "colab" in cell.metadata.get("tags", []):
            cell.source = notebooks.colab_setup(source=package)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def compared(notebook):
    """Return the texts of the cells tagged nbval-check-output, and the number of figures."""
    texts, figures = [], 0
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        figures += sum("image/png" in o.get("data", {}) for o in outputs)
        tags = cell.metadata.get("tags", [])
        about_mnist = "mnist" in tags and "GAN_TUTORIAL_MNIST" not in os.environ
        if "nbval-check-output" in tags and not about_mnist:
            outputs = [o for o in outputs if o.get("name") != "stderr"]
            texts.append([o.get("text") or o.get("data", {}).get("text/plain") for o in outputs])
    return texts, figures


def run_notebook(python, path, package, folder):
    """Run a notebook in the environment and compare what it prints with what is stored in it."""
    before, after = Path(folder) / path.name, Path(folder) / "executed.ipynb"
    nbformat.write(published(path, package), before)
    program = (
        "import sys, nbformat; from nbclient import NotebookClient\n"
        "notebook = nbformat.read(sys.argv[1], as_version=4)\n"
        "settings = dict(timeout=300, kernel_name='python3', coalesce_streams=True)\n"
        "NotebookClient(notebook, **settings).execute()\n"
        "nbformat.write(notebook, sys.argv[2])\n"
    )
    # The variable keeps TensorFlow's start-up lines out of the outputs, as under pytest.
    environment = {**os.environ, "PYTEST_CURRENT_TEST": path.name, "PYTHONWARNINGS": "ignore"}
    subprocess.run([python, "-c", program, before, after], check=True, env=environment)
    stored, found = (compared(notebooks.read(p)) for p in (path, after))
    for i, (expected, got) in enumerate(zip(*(pair[0] for pair in (stored, found)), strict=True)):
        if expected != got:
            sys.exit(f"{path.name}, compared cell {i}: expected\n{expected}\nand got\n{got}")
    if stored[1] != found[1]:
        sys.exit(f"{path.name} shows {found[1]} figures in place of {stored[1]}")
    print(f"{path.name}: {len(found[0])} cells as stored, {found[1]} figures")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv-colab")
    parser.add_argument("--notebook", default="04", help="its number")
    args = parser.parse_args()
    start = time.perf_counter()
    build(args.venv)
    python = args.venv.absolute() / "bin" / "python"
    other = "" if version(python) == "3.13" else "; Colab's is 3.13, which is not installed here"
    print(f"Python {version(python)}{other} ({time.perf_counter() - start:.0f} s)", flush=True)
    check_placeholder(python)
    (path,) = notebooks.paths([args.notebook])
    with tempfile.TemporaryDirectory() as folder:
        run_notebook(python, path, wheel(folder), folder)
    # Colab's matplotlib is older than the pyparsing that pip puts beside it, and warns of it.
    settings = ["-q", "-p", "no:cacheprovider", "-W", "ignore::DeprecationWarning"]
    files = [ROOT / "tests" / name for name in ("test_widgets.py", "measures/test_densities.py")]
    tests = ["-m", "pytest", *settings, *files]
    subprocess.run([python, *tests], check=True, cwd=ROOT)
    print(f"as on Colab: all well ({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
