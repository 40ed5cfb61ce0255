"""Draw docs/diagram.svg: z -> G -> fake -> D <- real, and who learns from whom.

    python tools/diagram.py    needs MNIST for the real image, Chromium, and the extra `browser`

The colours are those of the roles. Alone the picture follows the reader's system; on the site it
takes the page's colours (notebook_pages.py). Notebook 01 shows it as covers/game.png, since Colab
gets an SVG from GitHub as text.
"""

import base64
import io
from pathlib import Path
from string import Template

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from gan_tutorial import load_mnist, results
from gan_tutorial.algorithm import sample
from gan_tutorial.models import stabilised
from screenshots import find_browser

OUT = Path(__file__).parent.parent / "docs" / "diagram.svg"
FAKE, REAL = 3, 4  # which of the samples, and which test image: both are legible
PHOTOGRAPH = OUT.parent.parent / "notebooks" / "covers" / "game.png"
TEMPLATE = Path(__file__).with_name("diagram.template.svg")


def picture(image):
    """Map an image (28, 28, 1) in [0, 1] to a data URI."""
    file = io.BytesIO()
    pixels = np.uint8(np.rint(255 * image[..., 0]))
    Image.fromarray(pixels).quantize(16).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def head(role):
    """Return the head of the arrows in a role's colour."""
    return (
        f'<marker id="head-{role}" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="var(--{role})"/></marker>'
    )


def noise(n=24):
    """Return bars up and down from a middle line: one z."""
    z = np.random.default_rng(4).uniform(-1, 1, n)
    return "".join(
        f'<rect x="{20 + 4 * i}" y="{112 - max(v, 0):.0f}" width="3" height="{abs(v):.0f}"/>'
        for i, v in enumerate(34 * z)
    )


def photograph():
    """Write the picture as a PNG on white, twice as many pixels as it is wide on a page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        view = {"width": 884, "height": 324}
        page = browser.new_page(viewport=view, device_scale_factor=2, color_scheme="light")
        page.set_content(f"<style>body {{ margin: 0 }}</style>{OUT.read_text(encoding='utf-8')}")
        page.screenshot(path=PHOTOGRAPH)
    picture = Image.open(PHOTOGRAPH).convert("RGB")
    picture.quantize(64, dither=Image.Dither.NONE).save(PHOTOGRAPH, optimize=True)


def main():
    generator = stabilised.make_arm("stabilised").generator
    [step] = results.steps_of_weights("stabilised-0")
    generator.set_weights(results.weights("stabilised-0", step))
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        heads="".join(head(role) for role in ("axis", "fake", "disc")),
        noise=noise(),
        fake=picture(sample(generator, FAKE + 1, prior="normal")[FAKE]),
        real=picture(load_mnist().test_images[REAL]),
    )
    OUT.write_text(text, encoding="utf-8")
    photograph()
    print(f"{OUT} ({len(text) / 1e3:.0f} KB)")


if __name__ == "__main__":
    main()
