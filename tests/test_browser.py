"""What a reader's browser shows: the notebooks in JupyterLab, and every page of the site.

Run by `make browser`. Needed are Debian's chromium (or another one of that name on the path) and the
extra `browser`; where either is missing, the tests skip and say so.
"""

import functools
import hashlib
import http.server
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
MINUTE = 60_000  # in Playwright's milliseconds

pytestmark = pytest.mark.browser


# A browser that never asks anything of the world outside.

QUIET = [
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium():
    reason = "needs Playwright: pip install -e '.[browser]'"
    driver = pytest.importorskip("playwright.sync_api", reason=reason)
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs a browser: no program `chromium` on the path")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


BADGES = (
    "https://mybinder.org/badge_logo.svg",
    "https://colab.research.google.com/assets/colab-badge.svg",
)
HARMLESS = (
    # JupyterLab first asks the browser for a picture that is kept in the notebook itself, which it
    # cannot load, and then hands it over.
    "attachment:",
)


@pytest.fixture
def page(chromium):
    """A fresh tab, without history or cache; `page.complaints` gathers all that goes wrong in it."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(MINUTE)
    page.route(lambda address: not at_home(address), answer_for_the_world)
    page.complaints = []

    def note(what, where=""):
        if not where.startswith(HARMLESS):
            page.complaints.append(f"{what} {where}".strip())

    page.on("console", lambda m: m.type == "error" and note(m.text, m.location["url"]))
    page.on("pageerror", lambda error: note(f"exception: {error}"))
    page.on("requestfailed", lambda request: note("no answer:", request.url))
    yield page
    page.close()


def at_home(address):
    return address.startswith(("http://localhost:", "data:", "blob:", "attachment:"))


def answer_for_the_world(route):
    """Answer for the badges' hosts, with or without a network; any other host is a mistake."""
    if route.request.url in BADGES:
        picture = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="20"/>'
        route.fulfill(content_type="image/svg+xml", body=picture)
    else:
        route.abort()


# JupyterLab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab of its own, with copies of the notebooks that hold no outputs."""
    home = tmp_path_factory.mktemp("lab")
    folder = home / "notebooks"
    folder.mkdir()
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        nbformat.write(without_outputs(path), folder / path.name)
    yield from served_by_jupyter(home, folder)


def without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def served_by_jupyter(home, folder):
    """Yield the address of a JupyterLab on a free port that keeps all its own files in `home`."""
    port = free_port()
    address = f"http://localhost:{port}"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    command += ["--IdentityProvider.token=", "--ServerApp.password=", "--LabApp.news_url="]
    command += ["--LabApp.expose_app_in_browser=True"]
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = {**os.environ, **{name: str(home / name.lower()) for name in places}}
    environment.pop("PYTEST_CURRENT_TEST", None)  # ipykernel captures less where it is set
    log = home / "log"
    with log.open("w") as file:
        server = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
    try:
        wait_for_answer(f"{address}/api", server, log)
        yield address
    finally:
        server.terminate()  # and the kernels with it
        server.wait(timeout=60)


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def wait_for_answer(address, server, log, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


OPEN = "window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady"
RUN_ALL = """() => {
    window.ended = false;
    window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => window.ended = true);
}"""
CODE_CELLS = """window.jupyterapp.shell.currentWidget.content.model.toJSON().cells.filter(
    cell => cell.cell_type === 'code')"""
SHOW_EXPLORER = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const holds = cell => cell.model.sharedModel.source.includes('Explorer(');
    await notebook.scrollToItem(notebook.widgets.findIndex(holds));
}"""
IDLE = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"
PICTURE = """async image => {
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL();
}"""


def run_all(page, lab, name):
    """Open a notebook, run its cells to the end, and return the code cells with their outputs."""
    page.goto(f"{lab}/lab/tree/{name}?reset")
    page.wait_for_function(OPEN, timeout=4 * MINUTE)
    page.evaluate(RUN_ALL)
    page.wait_for_function("window.ended", timeout=6 * MINUTE, polling=200)
    return page.evaluate(CODE_CELLS)


def errors_in(cells):
    outputs = [output for cell in cells for output in cell["outputs"]]
    return [f"{o['ename']}: {o['evalue']}" for o in outputs if o["output_type"] == "error"]


def settled(page, image):
    """Return a hash of the picture's pixels, once the kernel rests and they change no more."""
    deadline = time.monotonic() + 60
    seen = None
    while time.monotonic() < deadline:
        page.wait_for_function(IDLE)
        now = hashlib.sha256(image.evaluate(PICTURE).encode()).hexdigest()
        if now == seen:
            return now
        seen = now
        page.wait_for_timeout(500)  # milliseconds, in which a late event would reach the kernel
    return pytest.fail("the picture did not come to rest")


def drag(page, handle, by):
    """Move a slider's handle `by` pixels with the mouse, as a hand does: in small moves."""
    handle.hover()  # scrolls there, too
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.down()
    page.mouse.move(x + by, y, steps=8)
    page.mouse.up()


@pytest.mark.parametrize("name", ["01_objective.ipynb", "05_results.ipynb"])
def test_in_jupyterlab_all_cells_run_and_the_sliders_move_the_picture(page, lab, name):
    cells = run_all(page, lab, name)
    assert errors_in(cells) == []
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))

    page.evaluate(SHOW_EXPLORER)
    image = page.locator("img.widget-image")
    handles = page.locator(".noUi-handle")
    assert (image.count(), handles.count()) == (1, 2)
    for handle in handles.all():
        start = settled(page, image)
        drag(page, handle, by=40)
        dragged = settled(page, image)
        assert dragged != start, "the mouse does not move the picture"
        handle.press("ArrowRight")
        further = settled(page, image)
        assert further != dragged, "the keyboard does not move the picture"
        handle.press("ArrowLeft")
        assert settled(page, image) == dragged, "the same values give another picture"
    assert page.complaints == []
