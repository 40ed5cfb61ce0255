"""The package's rooms: who may import whom, how long a module may be, and that none falls out."""

import ast
import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("package_tool", ROOT / "tools" / "package.py")
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)

MODULES = {name: path for name, path in tool.modules().items() if name not in ("", "__main__")}
# A room imports from the rooms before it, and from itself. A module that is in no folder, and not
# named here, belongs to the core.
ROOMS = ("results", "core", "models", "measures", "runs", "playground", "widgets")
ROOMS += ("experiments", "commands")
ALSO = {"cli": "commands", "doctor": "commands"}  # modules that share a room under another name

each = pytest.mark.parametrize("name", MODULES)


def room(name):
    first = ALSO.get(name.split(".")[0], name.split(".")[0])
    return first if first in ROOMS else "core"


def imports(path):
    """The package's modules that a file imports, wherever in it that stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            # `from room import module` and `from module import name` look alike.
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {dotted for dotted in whole if inside(dotted) in MODULES} or {node.module}
    return {inside(dotted) for dotted in found if inside(dotted) in MODULES}


def inside(dotted):
    return dotted.removeprefix("gan_tutorial.") if dotted.startswith("gan_tutorial.") else None


GRAPH = {name: imports(path) for name, path in MODULES.items()}


@each
def test_no_arrow_runs_back(name):
    for imported in GRAPH[name]:
        assert ROOMS.index(room(imported)) <= ROOMS.index(room(name)), f"{name} -> {imported}"


def test_no_arrow_runs_in_a_circle():
    left = {name: set(found) - {name} for name, found in GRAPH.items()}
    while free := [name for name, found in left.items() if not found & left.keys()]:
        for name in free:
            del left[name]
    assert not left


def test_the_arrows_are_seen():
    assert GRAPH["trainer"] >= {"algorithm", "checkpoints", "checks", "losses", "history"}
    assert "measures.evaluation" in GRAPH["experiments.longrun"]
    assert "experiments" in GRAPH["commands"]  # inside a function
    assert sum(map(len, GRAPH.values())) > 2 * len(MODULES)


@each
def test_a_module_is_read_in_one_sitting(name):
    text = MODULES[name].read_text(encoding="utf-8")
    assert text.count("\n") <= 250
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            described = (ast.get_docstring(node) or "").count("\n")
            assert node.end_lineno - node.lineno + 1 - described <= 40, node.name


@each
def test_what_is_public_is_described(name):
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for body in (tree.body, *(kind.body for kind in classes if kind.name[0] != "_")):
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[0] != "_":
                assert ast.get_docstring(node), node.name


@each
def test_every_module_can_be_imported_first(name):
    """Found by its place in the tree; the rooms that import TensorFlow are imported once, above."""
    assert importlib.util.find_spec(f"gan_tutorial.{name}")


def test_every_room_and_module_is_offered_by_the_package():
    import gan_tutorial

    top = {name.split(".")[0] for name in MODULES} - {"cli", "commands", "doctor"}
    assert top == set(gan_tutorial._MODULES)


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(tmp_path):
    """Built from a copy, so that nothing left from an earlier build can slip in."""
    tracked = subprocess.run(
        ["git", "ls-files", "gan_tutorial"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    copy = tmp_path / "copy"
    for name in (*tracked, "pyproject.toml", "README.md", "LICENSE"):
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, copy]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == set(tracked)


@pytest.fixture
def tools(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))


def test_every_module_has_a_page_in_the_reference(tools, tmp_path):
    import pages

    pages.write_reference(tmp_path / "api")
    assert {path.stem for path in (tmp_path / "api").glob("*.rst")} == set(MODULES)


def test_every_equation_of_the_tree_is_found_with_its_place(tools):
    import equations

    tree = [p.read_text(encoding="utf-8") for p in (ROOT / "gan_tutorial").rglob("*.py")]
    labels = re.findall(r"# Eq\. \(([^)]+)\)", "\n".join(tree))
    assert len(labels) == len(set(labels)) >= 27
    places = equations.computed()
    assert set(places) == set(labels)
    for place in places.values():
        assert any(place.startswith(f"{name}.") for name in MODULES), place


def test_the_notebooks_test_sees_every_module():
    """A glob of one folder would have missed the rooms, and passed."""
    from tests.project import test_notebooks

    assert len(test_notebooks.PACKAGE) == len(tool.modules()) > 45
