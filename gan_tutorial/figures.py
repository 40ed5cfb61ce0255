"""Pictures: grids of images, curves with their reference values, animations."""

import ast
import inspect
import math
import textwrap

import matplotlib.figure
import matplotlib.style
import matplotlib.ticker
import numpy as np
from PIL import Image

from gan_tutorial.style import PX, STYLE, TALL, WIDE, display_sharp, label_ends
from gan_tutorial.style import use_style as use_style

LEAST, MOST = 40, 64  # px of a page that the side of a digit takes in a strip


class Figure(matplotlib.figure.Figure):
    """A figure that a notebook shows sharp even where `use_style` was not called."""

    def _ipython_display_(self):
        display_sharp(self)


def image_grid(images, columns=None, scale=1, gap=2):
    """Map images `(n, h, w, 1 or 3)` in [0, 1] to one picture, uint8, `(H, W)` or `(H, W, 3)`.

    Args:
        images: 0 is black and 1 is white in every picture: nothing is stretched.
        columns: images in a row; as square as can be by default.
        scale: pixels of the picture for each pixel of an image.
        gap: grey pixels between images.

    Raises ValueError for another shape, or values outside [0, 1].

    Example:
        >>> image_grid(np.zeros((16, 28, 28, 1))).shape
        (122, 122)
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not len(images):
        raise ValueError(f"images of shape (n, h, w, 1 or 3) are expected, not {images.shape}")
    if not (images.min() >= 0 and images.max() <= 1):  # written so that NaN fails
        raise ValueError(f"images must lie in [0, 1], not [{images.min()}, {images.max()}]")
    tiles = np.round(images * 255).astype(np.uint8).repeat(scale, 1).repeat(scale, 2)
    n, h, w, channels = tiles.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    sheet = np.full((rows * (h + gap) + gap, columns * (w + gap) + gap, channels), 96, np.uint8)
    for i, tile in enumerate(tiles):
        top, left = gap + i // columns * (h + gap), gap + i % columns * (w + gap)
        sheet[top : top + h, left : left + w] = tile
    return sheet[..., 0] if channels == 1 else sheet


def filmstrip(rows, titles, columns=None):
    """Map sets of images, one a moment, and a title for each, to a figure of grids side by side.

    Args:
        rows: arrays `(n, h, w, 1 or 3)` in [0, 1], in the order of time.
        titles: one a moment, such as "step 5,000".
        columns: images in a row of each grid; as square as can be by default.

    As many grids stand side by side as leave each image 40 px of the page.

    Raises ValueError where there are not as many titles as moments.

    Example:
        >>> len(filmstrip([np.zeros((16, 28, 28, 1))] * 3, ["a", "b", "c"]).axes)
        3
    """
    if not len(rows) or len(rows) != len(titles):
        raise ValueError(f"{len(rows)} moments, {len(titles)} titles: give as many, at least one")
    grids = [image_grid(images, columns) for images in rows]
    widest = max(
        grid.shape[1] // np.shape(images)[2] for grid, images in zip(grids, rows, strict=True)
    )
    across = max(1, min(len(rows), int(PX * WIDE[0]) // (LEAST * widest)))
    down = -(-len(rows) // across)
    width = min(WIDE[0] / across, MOST * widest / PX)
    height = width * max(h / w for h, w, *_ in (grid.shape for grid in grids)) + 0.35  # the title's
    with matplotlib.style.context(STYLE):
        figure = Figure(figsize=(width * across, height * down))
        panels = figure.subplots(down, across, squeeze=False).ravel()
        for axes in panels:
            axes.set_axis_off()
        for axes, grid, title in zip(panels, grids, titles, strict=False):
            axes.imshow(grid, cmap="gray", vmin=0, vmax=255)
            axes.set_title(title, fontsize="medium", fontweight="normal", pad=4)
    return figure


def save_gif(pictures, path, milliseconds=150, hold=1500):
    """Write pictures, each uint8 `(H, W)` or `(H, W, 3)`, as an endless animation.

    All frames share one scale from black to white, so that brightness can be compared.

    Args:
        pictures: the frames in order, at least one.
        path: where to write; an open file will do.
        milliseconds: time of a frame.
        hold: time of the last one.

    Raises ValueError where there is no frame.
    """
    frames = [Image.fromarray(picture) for picture in pictures]
    if not frames:
        raise ValueError("an animation needs at least one picture")
    times = [milliseconds] * (len(frames) - 1) + [hold]
    frames[0].save(
        path, format="GIF", save_all=True, append_images=frames[1:], duration=times, loop=0
    )


def plot_history(history, loss):
    """Map a trainer's history and its `losses.Loss` to a figure: the losses, and D's verdicts.

    Dashed lines show what an undecided D would give: log 4 and log 2 for the baseline's losses,
    1/2 for D(x) and D(G(z)).

    Example:
        >>> from gan_tutorial import losses
        >>> row = {"step": [1], "d_loss": [1], "g_loss": [1], "d_real": [0.5], "d_fake": [0.5]}
        >>> len(plot_history(row, losses.get("hinge")).axes)
        2
    """
    with matplotlib.style.context(STYLE):
        figure = Figure(figsize=WIDE)
        left, right = figure.subplots(1, 2)
        _draw_losses(left, history, loss)
        _draw_verdicts(right, history)
    return figure


def plot_progress(images, history, loss, title=""):
    """Map samples, a trainer's history and its loss to a figure: samples, losses, D's verdicts.

    Example:
        >>> from gan_tutorial import losses
        >>> row = {"step": [1], "d_loss": [1], "g_loss": [1], "d_real": [0.5], "d_fake": [0.5]}
        >>> len(plot_progress(np.zeros((4, 8, 8, 1)), row, losses.get("hinge")).axes)
        3
    """
    with matplotlib.style.context(STYLE):
        figure = Figure(figsize=TALL)
        grid = figure.add_gridspec(2, 2, width_ratios=(4, 3))
        samples = figure.add_subplot(grid[:, 0])
        samples.imshow(image_grid(images), vmin=0, vmax=255)
        samples.set_axis_off()
        samples.set_title(title)
        _draw_losses(figure.add_subplot(grid[0, 1]), history, loss)
        _draw_verdicts(figure.add_subplot(grid[1, 1]), history)
    return figure


def _draw_losses(axes, history, loss):
    undecided = np.full((1, 1), loss.undecided, np.float32)
    players = (
        ("D", "d_loss", loss.discriminator, "gan:D"),
        ("G", "g_loss", loss.generator, "gan:fake"),
    )
    labels = []
    for name, column, function, colour in players:
        axes.plot(history["step"], history[column], color=colour)
        level = float(function(undecided, undecided)) + 0.0  # never -0
        axes.axhline(level, color=colour, linestyle=(0, (4, 3)), linewidth=1)
        labels += [
            (history[column][-1], f"{name}'s loss", colour),
            (level, f"{_named(level)}: {name}'s, D undecided", colour),
        ]
    _finish(axes, f"Losses ({loss.name})", history)
    label_ends(axes, labels)


def _draw_verdicts(axes, history):
    axes.axhline(0.5, color="gan:rest", linestyle=(0, (4, 3)), linewidth=1)
    axes.plot(history["step"], history["d_real"], color="gan:real")
    axes.plot(history["step"], history["d_fake"], color="gan:fake")
    axes.set_ylim(-0.02, 1.02)
    axes.set_yticks((0, 0.5, 1), ("0 fake", "½", "1 real"))
    _finish(axes, "What D says", history)
    ends = ((0.5, "undecided", "gan:text"), (history["d_real"][-1], "D(x)", "gan:real"))
    label_ends(axes, [*ends, (history["d_fake"][-1], "D(G(z))", "gan:fake")])


def _finish(axes, title, history):
    axes.set_title(title)
    axes.set_xlabel("step")
    axes.set_xlim(0, max(history["step"][-1], 1))
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(3, integer=True))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.autoscale_view()


def _named(level):
    """Write log 4 and log 2 by their names, and other numbers as they are."""
    for number in (4, 2):
        if math.isclose(abs(level), math.log(number), rel_tol=1e-4):
            return f"{'−' if level < 0 else ''}log {number}"
    return f"{level:.3g}"


def show_source(thing):
    """Display the package's own text of a function or class in a notebook, without docstrings.

    Example:
        >>> from gan_tutorial import losses
        >>> show_source(losses.value)  # doctest: +SKIP
    """
    from IPython.display import display

    text = textwrap.dedent(inspect.getsource(thing))
    for node in reversed(list(ast.walk(ast.parse(text)))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            lines = text.splitlines(keepends=True)
            docstring = node.body[0]
            text = "".join(lines[: docstring.lineno - 1] + lines[docstring.end_lineno :])
    text = text.strip()
    display({"text/markdown": f"```python\n{text}\n```", "text/plain": text}, raw=True)


def save_png(picture, path, dpi=2 * PX):
    """Write a figure, or a picture as `image_grid` makes it, to a PNG file.

    Example:
        >>> import io
        >>> save_png(image_grid(np.zeros((4, 8, 8, 1))), io.BytesIO())
    """
    if isinstance(picture, matplotlib.figure.Figure):
        with matplotlib.style.context(STYLE):
            picture.savefig(path, format="png", dpi=dpi)
    else:
        Image.fromarray(picture).save(path, format="PNG")
