"""Films: samples of one step after another, each frame with its title above."""

import io
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gan_tutorial.figures import image_grid

BAND = 40  # pixels above the samples
GROUND, INK = 23, 236  # of the band and its text, so that a film is legible on light and on dark


def film(rows, titles, columns=None, scale=3, greys=8, milliseconds=350, hold=3000):
    """Map sets of images and a title for each to an animation, the bytes of a GIF.

    It plays twice and then stands still on its last frame, for which a reader can wait.

    Args:
        rows: arrays `(n, h, w, 1)` in [0, 1], in the order of time, all of one shape.
        titles: one for each, such as "step 5,000".
        columns: images in a row of a frame; as square as can be by default.
        scale: pixels of the film for each pixel of an image.
        greys: shades, evenly from black to white; few of them keep the film small.
        milliseconds: time of a frame.
        hold: time of the last one.

    Raises ValueError where there are not as many titles as sets, or not one, or for colours.

    Example:
        >>> film([np.zeros((16, 28, 28, 1))] * 2, ["step 0", "step 100"])[:6]
        b'GIF89a'
    """
    if not len(rows) or len(rows) != len(titles):
        raise ValueError(f"{len(rows)} sets, {len(titles)} titles: give as many, at least one")
    frames = [
        frame(images, title, columns, scale, greys)
        for images, title in zip(rows, titles, strict=True)
    ]
    times = [milliseconds] * (len(frames) - 1) + [hold]
    file = io.BytesIO()
    frames[0].save(
        file, format="GIF", save_all=True, append_images=frames[1:], duration=times, loop=1
    )
    return file.getvalue()


def frame(images, title, columns=None, scale=3, greys=8):
    """Map images `(n, h, w, 1)` in [0, 1] and a title to one frame of a film, a `PIL.Image`.

    Example:
        >>> frame(np.zeros((4, 28, 28, 1)), "step 0").size
        (168, 208)
    """
    grid = image_grid(images, columns, scale, gap=0)
    if grid.ndim != 2:
        raise ValueError(f"a film is grey: images (n, h, w, 1), not {np.shape(images)}")
    shades = greys - 1
    samples = np.round(grid / 255 * shades) * (255 / shades)
    band = np.full((BAND, grid.shape[1]), GROUND)
    picture = Image.fromarray(np.concatenate([band, samples]).astype(np.uint8))
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    where, font = (12, BAND / 2), ImageFont.truetype(str(path), 20)
    ImageDraw.Draw(picture).text(where, title, INK, font, anchor="lm")
    return picture
