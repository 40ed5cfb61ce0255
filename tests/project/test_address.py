"""The repository's address stands in pyproject.toml; everything else that names it agrees."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[2]
KINDS = {".md", ".toml", ".yml", ".cff", ".ipynb", ".py", ".html", ".po"}
# Where an address of the project can stand, each with a group for owner/name. Other repositories
# may be cited, so a link to GitHub counts only where it names this project or installs it.
PLACES = [
    r"mybinder\.org/v2/gh/([^/\s]+/[^/\s]+)/",
    r"colab\.research\.google\.com/github/([^/\s]+/[^/\s]+)/",
    r"git\+https://github\.com/([A-Za-z0-9-]+/[A-Za-z0-9_.-]+)",
    r"github\.com/(OWNER/[A-Za-z0-9_-]+)",
    r"github\.com/([A-Za-z0-9-]+/NAME)\b",
]
SITES = [r"https://(OWNER)\.github\.io/([A-Za-z0-9_.-]+)/", r"https://([\w-]+)\.github\.io/(NAME)/"]
NOT_OURS = {"tests", "tools", "gan_tutorial", "benchmarks", "runs"}


def addresses(root):
    """All places of a tree that name the project's repository, as owner/name, by file."""
    found, own = {}, re.escape(repository(root).split("/")[1])
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root).parts
        hidden = inside[0].startswith(".") and inside[0] not in (".github", ".ci")
        if hidden or "_build" in inside:
            continue
        outside = NOT_OURS & set(inside) or inside[0].endswith(".egg-info")
        if path.suffix in KINDS and path.is_file() and not outside:
            text = path.read_text(encoding="utf-8")
            names = [n for place in PLACES for n in re.findall(place.replace("NAME", own), text)]
            pairs = [p for site in SITES for p in re.findall(site.replace("NAME", own), text)]
            names += ["/".join(pair) for pair in pairs]
            if names:
                found["/".join(inside)] = set(names)
    return found


def repository(root):
    urls = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    return urls["Repository"].removeprefix("https://github.com/")


@pytest.fixture
def copy(tmp_path):
    """A copy of what carries an address."""
    for name in ("notebooks", "tools", "docs", ".github"):
        ignored = shutil.ignore_patterns("_build", "__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("pyproject.toml", "CITATION.cff", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def write_links(root, *arguments):
    command = [sys.executable, root / "tools" / "links.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_every_address_is_that_of_pyproject():
    found = addresses(ROOT)
    assert {"pyproject.toml", "CITATION.cff", "docs/teachers/notebooks.yml"} <= set(found)
    for file, names in found.items():
        assert names == {repository(ROOT)}, file


def test_deriving_again_changes_nothing(copy):
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    done = write_links(copy)
    assert done.returncode == 0, done.stderr
    after = {path: path.read_bytes() for path in before}
    assert after == before


def test_one_command_moves_every_address(copy):
    done = write_links(copy, "--repo", "ada-l/draws.digits")
    assert done.returncode == 0, done.stderr
    found = addresses(copy)
    notebooks = {f"notebooks/{path.name}" for path in (copy / "notebooks").glob("[0-9A]*.ipynb")}
    assert set(found) == set(addresses(ROOT)) | notebooks | {"README.md"}
    for file, names in found.items():
        assert names == {"ada-l/draws.digits"}, file
    citation = yaml.safe_load((copy / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["repository-code"] == "https://github.com/ada-l/draws.digits"
    assert citation["url"] == "https://ada-l.github.io/draws.digits/"


def test_with_an_address_a_notebook_has_badges_and_its_cover_shows_everywhere(copy):
    write_links(copy, "--repo", "ada-l/draws")
    notebook = nbformat.read(next((copy / "notebooks").glob("01_*.ipynb")), as_version=4)
    title, badges, cover = notebook.cells[0].source.split("\n\n")
    assert title == "# State the game"
    assert badges.count("[![Open in ") == 2
    raw = "https://raw.githubusercontent.com/ada-l/draws/main/notebooks/covers/01.gif"
    assert cover.endswith(f"]({raw})")
    diagram = raw.replace("01.gif", "game.png")
    assert [cell for cell in notebook.cells if f"]({diagram})" in cell.source]
    readme = (copy / "README.md").read_text(encoding="utf-8")
    assert "**[Read it](https://ada-l.github.io/draws/)**" in readme


def test_while_there_is_no_address_nothing_is_offered_that_leads_nowhere():
    if "OWNER" not in repository(ROOT):
        pytest.skip("the project has an address of its own")
    for path in (ROOT / "README.md", *(ROOT / "notebooks").glob("[0-9A]*.ipynb")):
        assert "OWNER" not in path.read_text(encoding="utf-8"), path.name


def test_with_an_address_the_setup_cell_installs_from_it(copy):
    write_links(copy, "--repo", "ada-l/draws")
    notebook = nbformat.read(next((copy / "notebooks").glob("01_*.ipynb")), as_version=4)
    (setup,) = [c.source for c in notebook.cells if "colab" in c.metadata.get("tags", [])]
    assert (
        'if "google.colab" in sys.modules:\n'
        "    %pip install -q --no-deps git+https://github.com/ada-l/draws\n\n"
        "import gan_tutorial"
    ) in setup
    assert "SystemExit" not in setup


def test_the_placeholder_is_a_name_that_stands_for_none():
    # While it stands, no cell installs anything from it: anybody could register the name.
    if "OWNER" not in repository(ROOT):
        pytest.skip("the project has an address of its own")
    for path in (ROOT / "notebooks").glob("[0-9A]*.ipynb"):
        assert "git+https" not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("wrong", ["https://github.com/a/b", "owner", "a/b/c", "a b/c", ""])
def test_an_address_of_another_form_is_refused(copy, wrong):
    before = (copy / "pyproject.toml").read_bytes()
    done = write_links(copy, f"--repo={wrong}")
    if wrong:
        assert done.returncode != 0
        assert "is not owner/name, such as ada/gan-tutorial" in done.stderr
    assert (copy / "pyproject.toml").read_bytes() == before
