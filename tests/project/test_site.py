"""The site, built once: no warnings, links that lead somewhere, pictures with words, equations."""

import html
import importlib.util
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import nbformat
import pytest
import yaml
from PIL import Image

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9A][0-9]_*.ipynb"))
MISSING = [
    name
    for name in ("sphinx", "myst_nb", "sphinx_book_theme", "sphinx_copybutton")
    if importlib.util.find_spec(name) is None
]
needs_sphinx = pytest.mark.skipif(
    bool(MISSING), reason=f"{', '.join(MISSING)} not installed: make site-test installs them"
)
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])


class Page(HTMLParser):
    """What a page links to, loads and shows."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.images, self.loads, self.drawings = [], set(), [], [], []
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if found.get("id"):
            self.ids.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag == "img":
            self.images.append(found)
        if tag == "svg" and found.get("role") == "img":
            self.drawings.append(found.get("aria-label", ""))
        if tag == "script" and found.get("src"):
            self.loads.append(found["src"])
        if tag == "link" and found.get("rel") in ("stylesheet", "preload", "icon"):
            self.loads.append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """All pages of the site, by their path."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, ROOT / "tools" / "build_site.py", "--out", out]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]  # -W: a warning is an error
    folder = out / "html"
    pages = {p: Page(p) for p in sorted(folder.rglob("*.html")) if "_static" not in p.parts}
    return folder, pages


def page_of(site, name):
    folder, pages = site
    return pages[folder / name]


@needs_sphinx
@pytest.mark.slow
def test_every_internal_link_leads_somewhere(site):
    folder, pages = site
    broken = []
    for path, page in pages.items():
        for href in page.links:
            url = urlparse(href)
            if url.scheme or url.netloc or href == "#":
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            if not target.is_file():
                broken.append((path.name, href))
            elif url.fragment and target.suffix == ".html" and "_static" not in target.parts:
                other = pages.get(target) or Page(target)
                if unquote(url.fragment) not in other.ids:
                    broken.append((path.name, href))
    assert not broken


@needs_sphinx
@pytest.mark.slow
def test_every_picture_has_an_alternative_text_and_is_there(site):
    folder, pages = site
    shown = 0
    for path, page in pages.items():
        for image in page.images:
            shown += 1
            assert (image.get("alt") or "").strip(), (path.name, image.get("src"))
            if not urlparse(image["src"]).scheme:
                assert (path.parent / image["src"]).is_file(), (path.name, image["src"])
        shown += len(page.drawings)
    assert shown > 3 * len(NOTEBOOKS)


@needs_sphinx
@pytest.mark.slow
def test_the_pages_show_the_alternative_texts_of_the_notebooks(site):
    for path in NOTEBOOKS:
        page = page_of(site, f"notebooks/{path.stem}.html")
        shown = {image.get("alt") for image in page.images} | set(page.drawings)
        for cell in nbformat.read(path, as_version=4).cells:
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
            assert alt is None or alt in shown, (path.name, alt)


@needs_sphinx
@pytest.mark.slow
def test_nothing_that_matters_comes_from_another_server(site):
    folder, pages = site
    vendored = (DOCS / "_build" / "static" / "mathjax").is_dir()
    for path, page in pages.items():
        for address in page.loads + [image["src"] for image in page.images]:
            if not vendored and "mathjax" in address:
                continue
            assert not urlparse(address).netloc, (path.name, address)
    if not vendored:
        pytest.skip("needs npm and a network once: all but MathJax lies beside the pages")
    first = page_of(site, f"notebooks/{NOTEBOOKS[0].stem}.html")
    assert any("mathjax/tex-chtml.js" in load for load in first.loads)


@needs_sphinx
@pytest.mark.slow
def test_every_equation_is_on_its_page_and_in_the_table(site):
    table = page_of(site, "equations.html").text.replace("’", "'")  # Sphinx sets quotes
    names = []
    for path in NOTEBOOKS:
        text = html.unescape(page_of(site, f"notebooks/{path.stem}.html").text)
        cells = nbformat.read(path, as_version=4).cells
        source = "\n".join(c.source for c in cells if c.cell_type == "markdown")
        for tag in re.findall(r"\\tag\{([^}]+)\}", source):
            names.append(tag)
            assert f"\\tag{{{tag}}}" in text, (path.name, tag)
            assert f"({tag})" in table, tag
        for block in re.findall(r"\\begin\{split\}.*?\\end\{split\}", text, re.S):
            assert "\\tag" not in block, path.name  # MathJax takes no tag there
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "gan_tutorial").rglob("*.py"))
    assert set(re.findall(r"# Eq\. \(([^)]+)\)", code)) <= set(names)


@needs_sphinx
@pytest.mark.slow
@each
def test_a_page_begins_with_its_number_a_promise_and_what_it_needs(site, path):
    page = page_of(site, f"notebooks/{path.stem}.html")
    start = page.text[page.text.index("<h1>") :]
    assert start.startswith(f"<h1>{path.name[:2]} ")
    parts = [start.index(mark) for mark in ("promise", "needs", "<figure", "What you’ll learn")]
    assert parts == sorted(parts)
    assert "Needs: " in start
    assert "google.colab" not in page.text
    if "OWNER" in (ROOT / "pyproject.toml").read_text(encoding="utf-8"):
        assert "Run it yourself" in start
        assert not [link for link in page.links if "OWNER" in link]  # nothing leads nowhere


def test_with_an_address_the_pages_have_buttons_that_open_the_notebook(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    notebooks = importlib.import_module("notebooks")
    pages = importlib.import_module("notebook_pages")
    monkeypatch.setattr(notebooks, "address", lambda: "https://github.com/ada-l/draws")
    for path in NOTEBOOKS:
        first = pages.page(path).cells[0].source
        links = re.findall(r"\[Run [^\]]+\]\(([^)]+)\)", first)
        assert len(links) == 2
        for link in links:
            assert "/ada-l/draws/" in link
            assert link.endswith(f"notebooks/{path.name}")
        assert "make lab" not in first


@needs_sphinx
@pytest.mark.slow
def test_the_map_and_the_menu_hold_every_notebook(site):
    links = page_of(site, "index.html").links
    for path in NOTEBOOKS:
        assert links.count(f"notebooks/{path.stem}.html") >= 2, path.name


@needs_sphinx
@pytest.mark.slow
def test_the_menu_of_a_translation_says_which_pages_are_in_english(site):
    menu = page_of(site, "zh_CN/index.html").text
    assert "Glossary (EN)</a>" in menu
    assert not re.search(r"01 写出这场博弈 \(EN\)", menu)
    assert "(EN)" not in page_of(site, "index.html").text


@needs_sphinx
@pytest.mark.slow
def test_every_table_of_results_that_is_drawn_is_there_in_numbers_too(site):
    page = page_of(site, "results.html")
    drawn = (DOCS / "results.md").read_text(encoding="utf-8").count("<!-- dots: ")
    assert drawn > 5
    shown = page.text.count('<figure class="drawn">')
    assert shown > drawn  # those that are written when the site is built are drawn too
    assert page.text.count("<summary>The numbers</summary>") == shown
    assert any("225 ± 2" in label for label in page.drawings)


@needs_sphinx
@pytest.mark.slow
def test_a_widget_is_its_picture(site):
    page = page_of(site, "notebooks/01_objective.html")
    assert "ObjectiveExplorer" in page.text
    assert any(image["alt"].startswith("Three panels: the densities") for image in page.images)
    assert "application/vnd.jupyter.widget" not in page.text


@needs_sphinx
@pytest.mark.slow
def test_the_reference_describes_every_public_function_that_has_a_docstring(site):
    from gan_tutorial import losses, networks, trainer

    for module in (losses, networks, trainer):
        name = module.__name__
        ids = page_of(site, f"api/{name.removeprefix('gan_tutorial.')}.html").ids
        for thing, value in vars(module).items():
            public = not thing.startswith("_") and getattr(value, "__module__", "") == name
            if public and callable(value):
                assert f"{name}.{thing}" in ids, thing


@needs_sphinx
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "heading"),
    [("index.html", "系列导览"), (f"notebooks/{NOTEBOOKS[0].stem}.html", "最优判别器")],
)
def test_a_page_stands_in_two_languages_that_lead_to_each_other(site, name, heading):
    up = "../" * name.count("/")
    english, chinese = page_of(site, name), page_of(site, f"zh_CN/{name}")
    assert f"{up}zh_CN/{name}" in english.links
    assert f"{up}../{name}" in chinese.links
    assert re.search('<html[^>]* lang="en"', english.text)
    assert re.search('<html[^>]* lang="zh-CN"', chinese.text)
    assert re.search(f"<h2>{heading}<", chinese.text)
    assert "本页尚未译成中文" not in chinese.text
    assert "<summary>Answer" not in chinese.text


@needs_sphinx
@pytest.mark.slow
def test_a_page_without_a_translation_is_in_english_and_says_so(site):
    page = page_of(site, "zh_CN/glossary.html")
    assert "本页尚未译成中文" in page.text
    assert '<section lang="en"' in page.text


@needs_sphinx
@pytest.mark.slow
def test_chinese_words_are_found(site):
    folder, pages = site
    index = (folder / "zh_CN" / "searchindex.js").read_text(encoding="utf-8")
    for word in ("生成器", "判别器", "模式崩溃"):
        assert f"{json.dumps(word)}:" in index, word
    stemmer = (folder / "zh_CN" / "_static" / "language_data.js").read_text(encoding="utf-8")
    name = re.search(r"window\.Stemmer = (\w+);", stemmer)[1]
    assert f"var {name}=" in stemmer  # else the page for searching stops with an error


def test_the_film_shows_what_the_stored_runs_measured():
    from gan_tutorial import results

    frames = json.loads((DOCS / "_static" / "film.json").read_text(encoding="utf-8"))["frames"]
    runs = [results.load(n) for n in ("gan-article", "stabilised-million", "stabilised-0")]
    known = {
        (f"{row['step']:,}", tuple(round(share, 3) for share in row["histogram"]))
        for run in runs
        for row in run["snapshots"]
    }
    for frame in frames:
        numbers = re.findall(r"\d[\d,]*", frame["label"])
        assert any((number, tuple(frame["share"])) in known for number in numbers), frame["label"]
    assert [frame["act"] for frame in frames] == sorted(frame["act"] for frame in frames)
    with Image.open(DOCS / "_static" / "film.png") as sheet:
        assert sheet.size == (8 * 29 - 1, len(frames) * (5 * 29 - 1))


def commands(workflow):
    """The commands that a workflow runs, line by line."""
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            yield from step.get("run", "").strip().split("\n") if "run" in step else ()


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / ".github/workflows").glob("*.yml")), DOCS / "teachers/notebooks.yml"]
)
def test_a_workflow_runs_what_there_is(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow[True]  # YAML reads the key `on` as true
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    install = (DOCS / "install.md").read_text(encoding="utf-8")
    for command in commands(workflow):
        program, *words = command.split()
        if program == "make":
            for goal in (word for word in words if "=" not in word):
                assert re.search(rf"^{goal}:", makefile, re.M), command
        elif program == "pip" and "git+" in command:
            assert "gan-tutorial[cpu,test] @ git+$ADDRESS" in command
            assert workflow["env"]["ADDRESS"].startswith("https://github.com/")
        else:
            assert command in install, command


def test_the_matrix_is_that_of_the_supported_versions():
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    assert matrix == {"python": ["3.11", "3.12", "3.13"], "dependencies": ["locked"]}
    weekly = workflow["jobs"]["weekly"]["strategy"]["matrix"]
    assert {row["dependencies"] for row in weekly["include"]} == {"oldest", "newest"}
    assert workflow[True]["schedule"][0]["cron"].split()[-1] == "1"  # once a week


def test_the_oldest_dependencies_are_pyprojects_lower_bounds():
    command = [sys.executable, ROOT / "tools" / "oldest.py"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
    assert "numpy==2.0.*" in lines
    assert "ipywidgets==7.7.1" in lines
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for line in filter(None, lines):
        assert line.split(";")[0].replace("==", ">=").removesuffix(".*") in pyproject, line


def test_without_npm_the_build_says_where_mathjax_comes_from(tmp_path):
    program = f"import vendored; print(vendored.fetch({str(tmp_path)!r}))"
    environment = {**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT / "tools")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert done.stdout.split("\n")[:3] == [
        "npm is not installed: the pages will load MathJax from its own server (a CDN)",
        "npm is not installed: headings will be set in a serif of the reader's system",
        "False",
    ]
    assert not list(tmp_path.iterdir())
