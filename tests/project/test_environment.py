"""Which Python the two commands take: found, refused or fetched, by programs made for the test."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tools" / "environment.sh"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell script, for Linux and macOS")

# A program that is asked as a Python is, and answers as one of some version would. `venv` leaves a
# note of who made the environment; `pip install uv` leaves a uv in it, or fails without a network.
PYTHON = """#!{real} -S
import sys
sys.version_info = ({version}, 0, "final", 0)
sys.version = "{dotted}.0 (made for a test)"
sys.executable = "{dotted}"
if not {ensurepip}:
    sys.modules["ensurepip"] = None
option, what, *rest = sys.argv[1:]
if option == "-c":
    exec(what)
import os
from pathlib import Path
if what == "venv":
    if not {ensurepip}:
        sys.exit("ensurepip is not available")
    made = Path(rest[-1], "bin")
    made.mkdir(parents=True)
    (made / "made-by").write_text("{dotted}")
    (made / "python").write_text(Path(__file__).read_text())
    (made / "python").chmod(0o755)
elif what == "pip":
    if not {network}:
        sys.exit("no network")
    uv = Path(__file__).with_name("uv")
    uv.write_text({uv!r})
    uv.chmod(0o755)
"""
UV = f"""#!{sys.executable} -S
import sys
from pathlib import Path
if sys.argv[1] == "venv":
    made = Path(sys.argv[-1], "bin")
    made.mkdir(parents=True)
    (made / "made-by").write_text("uv " + " ".join(sys.argv[1:-1]))
"""


@pytest.fixture
def path(tmp_path):
    """A folder that is all of the PATH, with the few tools that the script needs."""
    folder = tmp_path / "path"
    folder.mkdir()
    for tool in ("rm", "tr"):
        (folder / tool).symlink_to(shutil.which(tool))
    return folder


def put(path, name, version, ensurepip=True, network=True):
    text = PYTHON.format(
        real=sys.executable,
        version=version.replace(".", ", "),
        dotted=version,
        ensurepip=ensurepip,
        network=network,
        uv=UV,
    )
    write(path / name, text)


def write(program, text):
    program.write_text(text)
    program.chmod(0o755)


def make(path, *asked):
    """Run the script; return its exit code, what it said, and who made the environment."""
    out = path.parent / "environment"
    done = subprocess.run(
        ["/bin/sh", SCRIPT, out, *asked], env={"PATH": str(path)}, capture_output=True, text=True
    )
    note = out / "bin" / "made-by"
    return done.returncode, done.stderr, note.read_text() if note.is_file() else None


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_a_supported_python3_is_taken(path, version):
    put(path, "python3", version)
    code, said, maker = make(path)
    assert (code, maker) == (0, version)
    assert said == f"Python: {version}.0 at {version}\n"


def test_a_newer_python3_is_passed_over_for_an_older_name(path):
    put(path, "python3", "3.14")
    put(path, "python3.12", "3.12")
    put(path, "python3.11", "3.11")
    assert make(path)[::2] == (0, "3.12")


def test_a_name_that_lies_does_not_help(path):
    put(path, "python3.13", "3.10")
    put(path, "python", "3.11")
    assert make(path)[::2] == (0, "3.11")


@pytest.mark.parametrize("version", ["3.14", "3.10"])
def test_where_there_is_only_another_version_uv_is_installed_and_fetches_one(path, version):
    put(path, "python3", version)
    code, said, maker = make(path)
    assert code == 0
    assert maker == "uv venv --quiet --clear --seed --python 3.13"
    assert "uv fetches Python 3.13" in said


def test_a_python_without_ensurepip_is_passed_over(path):
    put(path, "python3", "3.12", ensurepip=False)
    put(path, "python", "3.11")
    assert make(path)[::2] == (0, "3.11")


def test_a_shim_that_fails_is_passed_over(path):
    write(path / "python3.13", "#!/bin/sh\necho 'shim: command not found' >&2\nexit 127\n")
    put(path, "python3", "3.12")
    code, said, maker = make(path)
    assert (code, maker) == (0, "3.12")
    assert "shim" not in said


def test_uv_on_the_path_is_taken_where_no_python_will_do(path):
    put(path, "python3", "3.12", ensurepip=False)
    write(path / "uv", UV)
    assert make(path)[::2] == (0, "uv venv --quiet --clear --seed --python 3.13")
    assert not (path.parent / "environment-uv").exists()


@pytest.mark.parametrize("others", ["none", "no network", "no ensurepip", "uv fails"])
def test_where_nothing_works_the_message_says_what_to_install(path, others):
    if others == "no network":
        put(path, "python3", "3.14", network=False)
    if others == "no ensurepip":
        put(path, "python3", "3.12", ensurepip=False)
    if others == "uv fails":
        write(path / "uv", "#!/bin/sh\n[ $1 = --version ] || { echo no route; exit 2; }\n")
    code, said, maker = make(path)
    assert (code, maker) == (1, None)
    assert ("(no route)" if others == "uv fails" else "(uv is not here") in said
    for system in ("Debian", "Fedora", "macOS", "Windows"):
        assert system in said
    assert not (path.parent / "environment").exists()
    assert not (path.parent / "environment-uv").exists()


def test_the_python_that_is_asked_for_is_taken_or_refused_in_one_line(path):
    put(path, "python3", "3.13")
    put(path, "mine", "3.11")
    put(path, "old", "3.10")
    assert make(path, "mine")[::2] == (0, "3.11")
    for asked in ("old", "absent"):
        code, said, _ = make(path, asked)
        assert code == 1
        assert said.startswith(f"PYTHON={asked}: not a 64-bit Python 3.11 to 3.13 with venv")
        assert said.count("\n") == 1
