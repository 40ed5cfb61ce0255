"""Photograph pages of the site as readers see them: three widths, light and dark, one sheet a page.

    python tools/screenshots.py               of docs/_build/html, into docs/_build/screenshots
    python tools/screenshots.py results 05    other pages, by parts of their names

Needed are the extra `browser` and a Chromium or Chrome on the path.
"""

import argparse
import functools
import http.server
import io
import shutil
import sys
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent.parent / "docs"
PAGES = ("index.html", "notebooks/01_", "notebooks/05_", "results.html")
WIDTHS, HEIGHT, SCALE, GAP = (1440, 1024, 390), 2000, 0.6, 16
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
READY = "async () => { await document.fonts.ready; await window.MathJax?.startup?.promise; }"


def find_browser():
    """Return the path of a browser, or end with a line that says what to install."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    return program or sys.exit(f"no browser on the path: install one of {', '.join(PROGRAMS)}")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that says nothing."""

    def log_message(self, *arguments):
        """Say nothing."""


def shot(browser, address, width, theme):
    """Return the picture of the top of a page."""
    view = {"width": width, "height": HEIGHT}
    page = browser.new_page(viewport=view, color_scheme=theme, reduced_motion="reduce")
    page.goto(address)
    page.evaluate(READY)
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.close()
    return picture.resize((round(width * SCALE), round(HEIGHT * SCALE)), Image.Resampling.LANCZOS)


def sheet(browser, address):
    """Return one picture of all widths and both themes of a page."""
    rows = [[shot(browser, address, w, theme) for w in WIDTHS] for theme in ("light", "dark")]
    width = sum(p.width for p in rows[0]) + GAP * (len(WIDTHS) - 1)
    whole = Image.new("RGB", (width, 2 * rows[0][0].height + GAP), "#808080")
    for i, row in enumerate(rows):
        x = 0
        for picture in row:
            whole.paste(picture, (x, i * (picture.height + GAP)))
            x += picture.width + GAP
    return whole


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pages", nargs="*", default=PAGES, help="parts of the names of pages")
    parser.add_argument("--site", type=Path, default=DOCS / "_build" / "html")
    parser.add_argument("--out", type=Path, default=DOCS / "_build" / "screenshots")
    args = parser.parse_args()
    program = find_browser()
    if not (args.site / "index.html").is_file():
        sys.exit(f"{args.site}: no site there; make site builds it")
    args.out.mkdir(parents=True, exist_ok=True)
    handler = functools.partial(Quiet, directory=args.site)
    with (
        http.server.ThreadingHTTPServer(("localhost", 0), handler) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = ["--no-sandbox", "--disable-gpu"]  # root has no sandbox
        browser = playwright.chromium.launch(executable_path=program, args=options)
        for part in args.pages:
            found = [p.relative_to(args.site).as_posix() for p in sorted(args.site.rglob("*.html"))]
            name = next((n for n in found if n.startswith(part)), None)
            name = name or next((n for n in found if part in n), None)
            if name is None:
                sys.exit(f"{part}: no page of {args.site} has such a name")
            picture = sheet(browser, f"http://localhost:{server.server_port}/{name}")
            file = args.out / f"{name.removesuffix('.html').replace('/', '-')}.png"
            picture.save(file)
            print(file)
        server.shutdown()


if __name__ == "__main__":
    main()
