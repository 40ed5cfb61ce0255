"""Draw docs/training.gif from the weights of the article's long run that ship with the package.

    python tools/animation.py

Sixteen samples, always from the same noise, at each step whose weights are stored.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gan_tutorial import figures, make_generator, results
from gan_tutorial.algorithm import sample

OUT = Path(__file__).parent.parent / "docs" / "training.gif"
RESULT = "gan-article"
BAR = 28  # pixels below the grid, for the number of steps


def frame(generator, step):
    """Return the picture of one moment, uint8 `(height, width)`."""
    generator.set_weights(results.weights(RESULT, step))
    grid = figures.image_grid(sample(generator, 16, seed=0), columns=4, scale=2)
    canvas = Image.new("L", (grid.shape[1], grid.shape[0] + BAR), 255)
    canvas.paste(Image.fromarray(grid), (0, 0))
    text, font = f"step {step:,}", ImageFont.load_default(size=16)
    ImageDraw.Draw(canvas).text((6, grid.shape[0] + 4), text, fill=0, font=font)
    return np.asarray(canvas)


def main():
    generator = make_generator()
    frames = [frame(generator, step) for step in results.steps_of_weights(RESULT)]
    figures.save_gif(frames, OUT, milliseconds=900, hold=3000)
    print(f"{OUT} ({OUT.stat().st_size / 1e6:.2f} MB, {len(frames)} frames)")


if __name__ == "__main__":
    main()
