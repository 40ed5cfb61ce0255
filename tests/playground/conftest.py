"""Engines that run the playground's JavaScript: node, or Chromium, or both.

A skip that begins with "needs" turns a run red where CI=true (tests/guards.py).
"""

import importlib.util
import shutil

import pytest

from tests.playground import javascript
from tests.project.test_browser import PROGRAMS


def lacks_node():
    return shutil.which("node") is None


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    if lacks_node():
        pytest.skip("needs node on the path")
    with javascript.in_node(tmp_path_factory.mktemp("modules")) as run:
        yield run


@pytest.fixture(scope="session")
def in_chromium():
    instead = "node on the path, or " if lacks_node() else ""
    if importlib.util.find_spec("playwright") is None:
        pytest.skip(f"needs {instead}Playwright: pip install -e '.[browser]'")
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None:
        pytest.skip(f"needs {instead}a browser: none of {', '.join(PROGRAMS)} on the path")
    from playwright.sync_api import sync_playwright

    with javascript.in_chromium(sync_playwright, path) as run:
        yield run


@pytest.fixture(scope="session")
def js(request):
    """A function `js(code, **given)` that runs JavaScript (`javascript.py`) in node if it can."""
    return request.getfixturevalue("in_chromium" if lacks_node() else "node")


@pytest.fixture(scope="session")
def engines(node, in_chromium):
    """All engines by name, each such a function."""
    return [("node", node), ("chromium", in_chromium)]
