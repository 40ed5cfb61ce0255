"""What a reader's browser shows: the notebooks in JupyterLab, and every page of the site.

Run by `make browser`. Needed are Chromium or Chrome on the path, such as Debian's `chromium`, and
the extra `browser`; where either is missing, the tests skip and say so.
"""

import contextlib
import functools
import hashlib
import http.server
import importlib.util
import itertools
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

ROOT = Path(__file__).parents[2]
MINUTE = 60_000  # in Playwright's milliseconds

pytestmark = pytest.mark.browser


# A browser that never asks anything of the world outside.

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
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
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"needs a browser: none of {', '.join(PROGRAMS)} on the path")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


BADGES = (
    "https://mybinder.org/badge_logo.svg",
    "https://colab.research.google.com/assets/colab-badge.svg",
)


@pytest.fixture
def page(chromium):
    with tab(chromium) as page:
        yield page


@contextlib.contextmanager
def tab(chromium):
    """A fresh tab, without history or cache; `page.complaints` gathers what goes wrong in it."""
    page = chromium.new_page(
        viewport={"width": 1280, "height": 900},
        reduced_motion="reduce",  # no colour is caught half way to another
    )
    page.set_default_timeout(4 * MINUTE)
    page.route(lambda address: not at_home(address), answer_for_the_world)
    page.complaints = []

    def note(what, where):
        page.complaints.append(f"{page.url}: {what} {where}")

    page.on("console", lambda m: m.type == "error" and note(m.text, m.location["url"]))
    page.on("pageerror", lambda error: note("exception:", error))
    # A page may give up a request of its own: a picture that it draws anew, for example.
    given_up = "net::ERR_ABORTED"
    page.on("requestfailed", lambda r: r.failure != given_up and note("no answer:", r.url))
    yield page
    page.close()


def at_home(address):
    return address.startswith(("http://localhost:", "data:", "blob:"))


def answer_for_the_world(route):
    """Answer for the badges' hosts, with or without a network; any other host is a mistake."""
    if route.request.url in BADGES:
        picture = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="20"/>'
        route.fulfill(content_type="image/svg+xml", body=picture)
    else:
        route.abort()


def nothing(found):
    """Fail where anything was found, and show it all: a line each, none of it shortened."""
    if isinstance(found, dict):
        found = [f"{where}: {what}" for where, several in found.items() for what in several]
    lines = list(found)
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


# JupyterLab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab of its own, with copies of the notebooks that hold no outputs."""
    home = tmp_path_factory.mktemp("lab")
    folder = home / "notebooks"
    shutil.copytree(ROOT / "notebooks" / "covers", folder / "covers")
    for path in sorted((ROOT / "notebooks").glob("[0-9A]*.ipynb")):
        nbformat.write(without_outputs(path), folder / path.name)
    yield from served_by_jupyter(home, folder)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The address of a JupyterLab with one notebook as it is shipped, which nobody has trusted."""
    home = tmp_path_factory.mktemp("shipped")
    folder = home / "notebooks"
    shutil.copytree(ROOT / "notebooks" / "covers", folder / "covers")
    shutil.copy(ROOT / "notebooks" / "03_losses.ipynb", folder)
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
        server.wait(timeout=180)


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
SHOW = """async (text) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const holds = cell => cell.model.sharedModel.source.includes(text);
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


def test_in_jupyterlab_all_cells_run_and_the_sliders_move_the_picture(page, lab):
    cells = run_all(page, lab, "05_results.ipynb")
    nothing(errors_in(cells))
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))

    page.evaluate(SHOW, "Explorer(")
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
    nothing(page.complaints)


GAME = "document.querySelector('.gan-playground[data-alive]').playground"
CELLS = "window.jupyterapp.shell.currentWidget.content.widgets.length"


def play_one_step(page):
    """Make one step of the playground that is shown, by its key."""
    canvas = page.locator(".gan-playground canvas.main").first
    canvas.scroll_into_view_if_needed()
    before = page.evaluate(f"{GAME}.panels[0].game.steps")
    canvas.press("b")
    assert page.evaluate(f"{GAME}.panels[0].game.steps") == before + 1


CHOOSE = """(text) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const i = notebook.widgets.findIndex(cell => cell.model.sharedModel.source.includes(text));
    notebook.activeCellIndex = i;
    notebook.activate();
    return notebook.widgets[i].model.sharedModel.source;
}"""
SAID = """(text) => window.jupyterapp.shell.currentWidget.content.widgets
    .find(cell => cell.model.sharedModel.source.includes(text))
    .model.outputs.toJSON().map(output => output.text).join("")"""


def fill_gap(page, exercise, line):
    """Replace the gap of an exercise by a line, with keys alone, and return what the cell says."""
    place = f'exercises.check("{exercise}"'
    page.evaluate(SHOW, place)
    source = page.evaluate(CHOOSE, place)
    gap = next(row for row in source.split("\n") if row.startswith("    return "))
    page.keyboard.press("Enter")  # to edit
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(source.replace(gap, f"    return {line}"))
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(f"({SAID})({place!r}).trim() && {IDLE}")
    return page.evaluate(SAID, place).strip()


def test_in_jupyterlab_games_are_alive_when_run_and_when_opened_again(page, lab):
    cells = run_all(page, lab, "01_objective.ipynb")
    nothing(errors_in(cells))
    wrong, right = "q / (p + q)", "p / (p + q)"
    said = fill_gap(page, "best discriminator", wrong)
    assert said.startswith("Not yet: real and fake are exchanged"), said
    assert fill_gap(page, "best discriminator", right) == "Right."
    page.evaluate(SHOW, "Playground(")
    page.wait_for_selector(".gan-playground[data-alive]")
    cells = page.evaluate(CELLS)
    play_one_step(page)
    assert page.evaluate(CELLS) == cells, "the key b, in JupyterLab, adds a cell"
    page.evaluate(SHOW, "ObjectiveExplorer(")
    value = page.locator(".gan-objective .value")
    start = value.text_content()
    page.locator(".gan-objective input").first.press("ArrowRight")
    assert value.text_content() != start

    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.goto(f"{lab}/lab/tree/01_objective.ipynb?reset")  # saved by its reader, so it is trusted
    page.wait_for_function(OPEN, timeout=4 * MINUTE)
    page.evaluate(SHOW, "Playground(")
    page.wait_for_selector(".gan-playground[data-alive]")
    play_one_step(page)
    nothing(page.complaints)


def test_in_jupyterlab_a_shipped_notebook_shows_the_games_pictures(page, shipped):
    page.goto(f"{shipped}/lab/tree/03_losses.ipynb?reset")
    page.wait_for_function(OPEN, timeout=4 * MINUTE)
    page.evaluate(SHOW, "Playground(")
    picture = page.locator(".jp-Cell:has-text('Playground(') .jp-OutputArea img").first
    assert (
        picture.evaluate("async image => { await image.decode(); return image.naturalWidth; }")
        > 600
    )
    assert page.locator(".gan-playground").count() == 0


# The site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The addresses of all pages of the site, built from this checkout and served on loopback."""
    tool = ROOT / "tools" / "build_site.py"
    if not tool.is_file():
        pytest.skip("there is no site to build: no tools/build_site.py")
    if importlib.util.find_spec("sphinx") is None:
        pytest.skip("needs Sphinx: pip install -e '.[site]'")
    out = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, tool, "--out", out], cwd=ROOT, check=True)
    folder = out / "html"
    if not (folder / "_static" / "mathjax").is_dir():
        pytest.skip("needs npm and a network once, to lay MathJax beside the pages")
    pages = sorted(path.relative_to(folder) for path in folder.rglob("*.html"))
    with served(folder) as address:
        yield [f"{address}/{page.as_posix()}" for page in pages if "_static" not in page.parts]


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Say nothing: the browser tells what it missed."""


@contextlib.contextmanager
def served(folder):
    handler = functools.partial(QuietHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


THEMES = ("light", "dark")
WIDTHS = (1440, 1024, 390)
TYPESET = "async () => { await window.MathJax?.startup?.promise; }"
EQUATIONS = r"""() => {
    const equations = [...document.querySelectorAll('.math')];
    const rendered = equations.filter(e => e.querySelector('mjx-container'));
    const missing = equations.filter(e => !rendered.includes(e)).map(e => e.textContent);
    // An unknown command is no error to MathJax, it shows the command's name: a backslash tells.
    const wrong = rendered.filter(e => e.querySelector('mjx-merror, [data-mjx-error]') ||
        e.querySelector('mjx-container').textContent.includes('\\')).map(e => e.textContent);
    const raw = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const {parentElement, data} = texts.currentNode;
        if (parentElement.closest('pre, code, script, style, .math')) continue;
        if (/\$\$|\\tag|\\begin\{|\\[(\[]/.test(data)) raw.push(data.trim());
    }
    return [rendered.length, [...missing, ...wrong, ...raw].map(text => text.slice(0, 80))];
}"""
IMAGES = r"""() => {
    const images = [...document.images];
    const isFile = text => /\.(png|svg|gif|jpe?g)$/.test(text);  // Sphinx's words where it has none
    const drawings = [...document.querySelectorAll('figure.drawn > svg:not([aria-hidden])')];
    const unnamed = images.filter(({alt}) => !alt.trim() || isFile(alt)).concat(drawings.filter(
        svg => !(svg.ariaLabel ?? svg.querySelector('title')?.textContent)?.trim()));
    const total = images.length + drawings.length;
    return [total, unnamed.map(image => image.outerHTML.slice(0, 80))];
}"""
CUT = """() => {
    const all = document.documentElement.scrollWidth;
    const scrolls = e => e && (
        ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const beyond = e => e.getBoundingClientRect().right > window.innerWidth + 1;
    const before = e => e.getBoundingClientRect().left < -1;  // no one can scroll there
    const cut = [...document.querySelectorAll('main :is(img, table, pre, mjx-container, mjx-math)')]
        .filter(e => before(e) || beyond(e) && !scrolls(e.parentElement));
    return [...(all > window.innerWidth ? [`the page is ${all} wide`] : []),
            ...cut.map(e => e.outerHTML.slice(0, 80))];
}"""


# What each page is asked: the question answers with a number of things, and the faults in them.
QUESTIONS = {"equations": EQUATIONS, "images": IMAGES}


def paint(page, theme):
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)


def visit(page, address):
    page.goto(address)
    page.evaluate(TYPESET)


@pytest.fixture(scope="module")
def visits(chromium, site):
    """What was found on every page of the site, visited once: by address, then by question."""
    found = {}
    with tab(chromium) as page:
        for address in site:
            page.set_viewport_size({"width": WIDTHS[0], "height": 900})
            visit(page, address)
            found[address] = {name: page.evaluate(code) for name, code in QUESTIONS.items()}
            found[address]["cut"] = cut_on(page)
            found[address]["complaints"] = list(page.complaints)
            page.complaints.clear()
    return found


def cut_on(page):
    """Return what is cut off or runs out of a page, at each width in each theme."""
    found = []
    for width, theme in itertools.product(WIDTHS, THEMES):
        page.set_viewport_size({"width": width, "height": 900})
        paint(page, theme)
        found += [f"{theme}, {width} wide: {what}" for what in page.evaluate(CUT)]
    return found


def notebooks_among(pages):
    names = [path.stem for path in (ROOT / "notebooks").glob("[0-9A]*.ipynb")]
    return [address for address in pages if Path(address).stem in names]


def page_named(pages, name):
    """Return the address of an English page by its name."""
    return min((a for a in pages if a.endswith(f"/{name}.html")), key=len)


def of_each_kind(pages):
    """Keep one page of the API reference and one that is not yet translated; all else stays."""
    chinese = ("zh_CN/index.html", "zh_CN/notebooks/01_objective.html", "zh_CN/glossary.html")
    kept = [
        a for a in pages if "/zh_CN/" not in a and ("/api/" not in a or a.endswith("/trainer.html"))
    ]
    return kept + [a for a in pages if a.endswith(chinese)]


def test_every_notebook_has_a_page(site):
    names = {path.stem for path in (ROOT / "notebooks").glob("[0-9A]*.ipynb")}
    assert {Path(address).stem for address in notebooks_among(site)} == names


def test_every_page_loads_without_an_error_and_asks_no_other_host(visits):
    nothing([line for found in visits.values() for line in found["complaints"]])


def test_all_equations_are_rendered(visits):
    nothing({address: found["equations"][1] for address, found in visits.items()})
    assert all(visits[address]["equations"][0] > 0 for address in notebooks_among(visits))


def test_every_image_has_a_text_in_its_place(visits):
    nothing({address: found["images"][1] for address, found in visits.items()})
    assert all(visits[address]["images"][0] > 0 for address in notebooks_among(visits))


def test_nothing_is_cut(visits):
    nothing({address: found["cut"] for address, found in visits.items()})


CODE = """() => [...document.querySelectorAll('div.cell_input pre')]
    .filter(pre => pre.getClientRects().length)  // not in a fold
    .map(pre => [pre.scrollWidth > pre.clientWidth + 1, pre.textContent.slice(0, 60)])"""


def test_hardly_any_code_is_cut_off_on_a_laptop(page, site):
    page.set_viewport_size({"width": 1440, "height": 900})
    cells = []
    for address in notebooks_among(site):
        if "/zh_CN/" not in address:
            visit(page, address)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            cells += page.evaluate(CODE)
    assert len(cells) > 200
    cut = [text for is_cut, text in cells if is_cut]
    assert len(cut) <= 3, cut


def test_a_notebooks_page_is_light(page, site):
    loads = {}
    page.on("response", lambda answer: loads.update({answer.url: len(answer.body())}))
    for address in notebooks_among(site):
        if "/zh_CN/" not in address:
            loads.clear()
            visit(page, address)
            page.wait_for_load_state("networkidle")
            assert sum(loads.values()) <= 3e6, (address, sorted(loads.items(), key=lambda x: -x[1]))


FIGURES = """() => [...document.querySelectorAll('figure.drawn:not(.game)')].map(figure => {
    const seen = [...figure.querySelectorAll('svg')].filter(
        svg => svg.getBoundingClientRect().width > 40);
    return [seen.length, Math.max(...seen.map(svg => {
        const box = svg.getBoundingClientRect();
        return box.width / svg.viewBox.baseVal.width;
    }))];
})"""


def test_on_a_phone_a_figures_panels_stand_below_each_other_and_stay_large(page, site):
    [address] = [
        a for a in notebooks_among(site) if a.endswith("01_objective.html") and "zh" not in a
    ]
    visit(page, address)
    wide = page.evaluate(FIGURES)
    page.set_viewport_size({"width": 390, "height": 900})
    narrow = page.evaluate(FIGURES)
    assert any(panels > 1 for panels, _ in narrow)
    assert all(panels == 1 for panels, _ in wide)
    for _, scale in narrow:
        assert scale >= 0.8  # points of the drawing in px: text of 9 points has 7 px and more


def test_the_film_stands_still_where_no_motion_is_wanted_and_obeys_its_buttons(page, site):
    page.goto(page_named(site, "index"))
    film = page.locator("figure.film")
    said, slider = film.locator("output"), film.locator("input")
    page.wait_for_function("document.querySelector('figure.film.ready')")
    last = said.text_content()
    page.wait_for_timeout(2500)
    assert said.text_content() == last  # reduced motion
    assert "300,000" in last
    slider.focus()
    slider.press("Home")
    assert said.text_content().startswith("step 0")
    assert slider.get_attribute("aria-valuetext") == said.text_content()
    film.get_by_role("button", name="it collapses").click()
    assert said.text_content() == "step 50,000"
    page.wait_for_function("document.querySelector('.film output').textContent != 'step 50,000'")
    film.get_by_role("button", name="Pause").click()
    stopped = said.text_content()
    page.wait_for_timeout(1500)
    assert said.text_content() == stopped


def test_without_a_script_the_strip_takes_the_films_place(chromium, site):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(page_named(site, "index"))
    assert page.locator("figure.film img.strip").is_visible()
    assert not page.locator("figure.film .track").is_visible()
    page.close()


def test_the_games_of_the_site_are_alive_at_their_cells(page, site):
    played = [
        a for a in notebooks_among(site) if Path(a).name[:2] in ("01", "03", "04", "05", "09")
    ]
    assert len([a for a in played if "/zh_CN/" not in a]) == 5
    for address in [*played, page_named(site, "playground")]:
        visit(page, address)
        count = page.locator(".gan-playground").count()
        assert count >= 1, address
        page.wait_for_function(
            f"document.querySelectorAll('.gan-playground[data-alive]').length === {count}"
        )
        assert page.evaluate(f"{GAME}.panels[0].game.steps") == 0, "a game started by itself"
        play_one_step(page)
        chinese = "/zh_CN/" in address and "01_" in address
        if "01_" in address:
            page.wait_for_selector(".gan-objective[data-alive]")
            language = page.evaluate(f"{GAME}.language")
            assert language == ("zh" if chinese else "en")
    nothing(page.complaints)


def test_without_a_script_a_games_picture_takes_its_place(chromium, site):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(page_named(site, "playground"))
    picture = page.locator(".gan-playground img")
    assert picture.is_visible()
    assert picture.bounding_box()["width"] > 250
    page.close()


def test_results_of_a_search_show_the_article_and_not_the_menus(page, site):
    page.goto(page_named(site, "search") + "?q=collapse")
    page.wait_for_selector("ul.search p.context")
    found = page.locator("ul.search p.context").all_text_contents()
    assert found
    assert not [text for text in found if "System Settings" in text or "The series" in text]


def test_axe_finds_nothing_serious(page, site):
    needed = "needs axe: pip install -e '.[browser]'"
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=needed).Axe()
    found = {}
    for address, width in itertools.product(of_each_kind(site), WIDTHS):
        page.set_viewport_size({"width": width, "height": 900})
        visit(page, address)
        for theme in THEMES:
            paint(page, theme)
            for violation in axe.run(page).response["violations"]:
                if violation["impact"] in ("serious", "critical"):
                    places = [node["html"][:80] for node in violation["nodes"][:3]]
                    found[address, theme, width, violation["id"]] = places
    nothing(found)
