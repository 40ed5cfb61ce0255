"""Photograph docs/_static/card.png, the picture that other sites show where somebody links to ours.

python tools/card.py    needs Chromium, the extra `browser`, and the font of a built site
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from screenshots import find_browser

STATIC = Path(__file__).parent.parent / "docs" / "_static"
FONT = STATIC.parent / "_build" / "static" / "source-serif-4.woff2"
PAGE = """\
<style>
@font-face {{ font-family: Headings; src: url("{font}"); font-weight: 200 900; }}
body {{ margin: 0; width: 1280px; height: 640px; background: #11161d; color: #e8ecf1;
  display: grid; align-content: center; gap: 24px; box-sizing: border-box; padding: 0 64px; }}
h1 {{ font: 650 50px/1.05 Headings, serif; letter-spacing: -0.015em; margin: 0; }}
p {{ font: 24px system-ui, sans-serif; color: #9aa7b6; margin: 0; display: flex; gap: 16px; }}
img.strip {{ width: 1060px; }} img.mark {{ width: 44px; }}
</style>
<h1>Build a GAN by hand. Watch it collapse. Cure it.</h1>
<img class="strip" src="{strip}">
<p><img class="mark" src="{mark}">The GAN tutorial: nine notebooks, two CPU cores, no GPU</p>
"""


def main():
    if not FONT.is_file():
        sys.exit(f"{FONT}: no font there; make site fetches it")
    page_file = STATIC.parent / "_build" / "card.html"
    files = {"font": FONT, "strip": STATIC / "strip.svg", "mark": STATIC / "mark.svg"}
    text = PAGE.format(**{name: path.as_uri() for name, path in files.items()})
    page_file.write_text(text, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        view = {"width": 1280, "height": 640}
        page = browser.new_page(viewport=view, color_scheme="dark")
        page.goto(page_file.as_uri())
        page.wait_for_function("document.fonts.status == 'loaded'")
        page.screenshot(path=STATIC / "card.png")
    page_file.unlink()
    print(f"{STATIC / 'card.png'} ({(STATIC / 'card.png').stat().st_size / 1e3:.0f} KB)")


if __name__ == "__main__":
    main()
