"""The lock: versions that satisfy pyproject.toml on every supported Python and system."""

import itertools
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "lock.txt").read_text(encoding="utf-8")
PINS = [Requirement(line) for line in LOCK.splitlines() if line and line[0] != "#"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = ("cpu", "notebooks", "test", "browser", "site", "binder")
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix"},
    "mac": {"sys_platform": "darwin", "platform_machine": "arm64", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_machine": "AMD64", "os_name": "nt"},
}
PYTHONS = ("3.11", "3.12", "3.13")


def wanted():
    everything = list(PROJECT["dependencies"])
    for extra in EXTRAS:
        everything += PROJECT["optional-dependencies"][extra]
    return [r for r in map(Requirement, everything) if r.name != PROJECT["name"]]


def where(python, system):
    version = {"python_version": python, "python_full_version": f"{python}.9"}
    return {**version, "implementation_name": "cpython", **SYSTEMS[system]}


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(("python", "system"), list(itertools.product(PYTHONS, SYSTEMS)))
def test_every_dependency_has_one_version_that_pyproject_allows(python, system):
    here = where(python, system)
    pins = [pin for pin in PINS if not pin.marker or pin.marker.evaluate(here)]
    names = [plain(pin.name) for pin in pins]
    assert len(names) == len(set(names))
    for requirement in wanted():
        if requirement.marker and not requirement.marker.evaluate(here):
            continue
        (pin,) = (pin for pin in pins if plain(pin.name) == plain(requirement.name))
        (only,) = pin.specifier
        assert only.operator == "=="
        assert requirement.specifier.contains(only.version), requirement


def test_a_pin_below_pyprojects_bound_would_be_seen():
    bound = next(r for r in wanted() if r.name == "numpy").specifier
    assert not bound.contains("1.26.4")


def test_the_lock_says_how_it_is_made_and_names_no_host():
    assert "make lock" in LOCK.splitlines()[1]
    assert "://" not in LOCK
