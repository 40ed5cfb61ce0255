"""The look of the series: one colour for each role, three sizes, figures sharp on every screen.

A colour means one thing everywhere, in figures and on the site. Matplotlib knows the roles by the
names "gan:real", "gan:fake", "gan:D" and so on.
"""

import base64
import io
import itertools
import math
import re
import sys
from importlib.resources import files

import matplotlib.colors
import matplotlib.figure
import matplotlib.style
import numpy as np
from PIL import Image

STYLE = str(files("gan_tutorial") / "figures.mplstyle")
ROLES = {
    "real": "#0b65b0",  # data, D(x), what real images score
    "fake": "#c4470b",  # G, samples, D(G(z)), G's loss
    "D": "#00745f",  # D over x, D's loss
    "game": "#17202b",  # V, C(G), JSD, and the one line that a text is about
    "text": "#5a6675",
    "axis": "#8a95a3",
    "rest": "#9aa5b1",  # baselines, papers, everything without a role
    "faint": "#c3cad3",
    "look": "#e0a100",  # look here: a band or an edge, never a line
}
matplotlib.colors.get_named_colors_mapping().update({f"gan:{n}": c for n, c in ROLES.items()})

WIDE, TALL, HALF = (7.2, 3.0), (7.2, 4.4), (3.5, 3.0)  # inches; an inch is 100 px on a page
PX = 100
SVG = "application/vnd.gan-tutorial.svg"  # of which no viewer but our site takes notice
UNSIGNED = dict.fromkeys(("Creator", "Date", "Format", "Type"))  # no metadata in an SVG
HEAVY = 100_000  # bytes; a heavier SVG is left out, and the PNG has to do


def use_style():
    """Give all figures that follow the series' look, and show them sharp in a notebook.

    Example:
        >>> use_style()
    """
    matplotlib.style.use(STYLE)
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        # The one formatter that comes before those which pyplot's backend registers for itself.
        formatter = shell.display_formatter.ipython_display_formatter
        formatter.for_type(matplotlib.figure.Figure, display_sharp)


def display_sharp(figure):
    """Display a figure in a notebook as a PNG of twice the pixels, and as an SVG for the site."""
    from IPython.display import publish_display_data

    data = {"text/plain": repr(figure), "image/png": base64.b64encode(sharp_png(figure)).decode()}
    drawn = svg(figure)
    if len(drawn) <= HEAVY:
        data[SVG] = drawn
    width, height = (round(PX * inches) for inches in figure.get_size_inches())
    publish_display_data(data, {"image/png": {"width": width, "height": height}})


def sharp_png(figure):
    """Map a figure to the bytes of a PNG on white, 200 pixels per inch, with few colours.

    Example:
        >>> sharp_png(matplotlib.figure.Figure())[:4]
        b'\\x89PNG'
    """
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=2 * PX, facecolor="white")
    return fewer_colours(file.getvalue())


def fewer_colours(data, colours=48):
    """Map the bytes of a PNG to those of one with few colours, about a third as many.

    Example:
        >>> figure = matplotlib.figure.Figure()
        >>> len(fewer_colours(sharp_png(figure))) <= len(sharp_png(figure))
        True
    """
    file = io.BytesIO()
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    picture.quantize(colours, dither=Image.Dither.NONE).save(file, format="PNG", optimize=True)
    return file.getvalue()


def svg(figure):
    """Map a figure to an SVG without ground, whose text is text; the same bytes at each call.

    Its attribute `data-panels` holds windows that a narrow page may show one by one.

    Example:
        >>> svg(matplotlib.figure.Figure())[:5]
        '<svg '
    """
    file = io.StringIO()
    with matplotlib.style.context(STYLE):
        figure.savefig(file, format="svg", transparent=True, metadata=UNSIGNED)
    text = file.getvalue()
    text = lighter(text[text.index("<svg") :])
    windows = " ".join(",".join(f"{72 * x:.1f}" for x in window) for window in panels(figure))
    text = text.replace("<svg ", f'<svg data-panels="{windows}" ' if windows else "<svg ", 1)
    return re.sub(r"(data:image/png;base64,)([^\"]+)", lambda m: m[1] + _smaller(m[2]), text)


def lighter(text):
    """Map an SVG to one that draws the same in about two thirds of the bytes.

    Example:
        >>> lighter('<g id="patch_1"> <path d="M 1.23456 2"/> </g> <text x="1.23456">0.125</text>')
        '<path d="M 1.23 2"/> <text x="1.23">0.125</text>'
    """
    # A hundredth of a point is never seen, but all digits of what is written are.
    text = re.sub(r"<[^>]*>", lambda tag: re.sub(r"(\d\.\d\d)\d+", r"\1", tag[0]), text)
    text = re.sub(r'<g id="[^"]*">', "<g>", text)  # nothing refers to a group
    text = re.sub(r"\s*\n\s*", " ", text)
    for i, name in enumerate(dict.fromkeys(re.findall(r'\bid="(\w+)"', text))):
        text = re.sub(rf"\b{name}\b", f"d{i}", text)  # Matplotlib's names change from call to call
    return re.sub(r"<g>\s*(<(?:path|use)\b[^>]*/>)\s*</g>", r"\1", text)


def panels(figure):
    """Map a figure to the windows of its panels, (left, top, width, height) in inches.

    They are none where nothing stands side by side, or where something belongs to several panels.

    Example:
        >>> figure = matplotlib.figure.Figure(figsize=(4, 2), layout="constrained")
        >>> _ = [axes.plot([0, 1]) for axes in figure.subplots(1, 2)]
        >>> figure.draw_without_rendering()
        >>> [[round(x) for x in window] for window in panels(figure)]
        [[0, 0, 2, 2], [2, 0, 2, 2]]
    """
    if figure.get_suptitle() or figure.get_supxlabel() or figure.get_supylabel() or figure.legends:
        return []
    (width, height), dpi = figure.get_size_inches(), figure.dpi
    boxes = [axes.get_tightbbox() for axes in figure.axes if axes.has_data()]
    across = _edges([(box.x0 / dpi, box.x1 / dpi) for box in boxes], width)
    down = _edges([(height - box.y1 / dpi, height - box.y0 / dpi) for box in boxes], height)
    middles = [((box.x0 + box.x1) / 2 / dpi, height - (box.y0 + box.y1) / 2 / dpi) for box in boxes]
    windows = [
        (left, top, right - left, bottom - top)
        for top, bottom in itertools.pairwise(down)
        for left, right in itertools.pairwise(across)
        if any(left <= x < right and top <= y < bottom for x, y in middles)
    ]
    return windows if len(across) > 2 else []


def _edges(spans, end, narrow=0.1):
    """Map spans on a line to edges: 0, the middle of each gap between groups of them, the end.

    A narrow span, such as a scale of colours, belongs to the group before it.
    """
    groups = []
    for low, high in sorted(spans):
        if groups and (low < groups[-1][1] + 0.01 or high - low < narrow * end):
            groups[-1] = (groups[-1][0], max(high, groups[-1][1]))
        else:
            groups.append((low, high))
    return [0, *((a[1] + b[0]) / 2 for a, b in itertools.pairwise(groups)), end]


def _smaller(encoded):
    """Map a PNG in base64, four bytes a pixel, to one of few colours, or of sixteen greys."""
    data = base64.b64decode(encoded)
    picture, small = Image.open(io.BytesIO(data)).convert("RGBA"), io.BytesIO()
    if picture.getextrema()[3][0] < 255:  # see-through, and stays so
        picture.quantize(32, Image.Quantize.FASTOCTREE).save(small, "PNG", optimize=True)
        return base64.b64encode(small.getvalue()).decode()
    red, green, blue = np.moveaxis(np.asarray(picture.convert("RGB")), -1, 0)
    grey = (red == green).all() and (green == blue).all()
    return base64.b64encode(fewer_colours(data, 16 if grey else 48)).decode()


def label_ends(axes, labels):
    """Write labels at the right end of lines, in the lines' colours, none upon another.

    Args:
        axes: whose limits are set already.
        labels: triples of the line's last value, a text and a colour; left out where it is NaN.
    """

    def place(label):
        (_, y) = axes.transData.transform((0, label[0]))
        return float(axes.transAxes.inverted().transform((0, y))[1])

    labels = sorted((label for label in labels if math.isfinite(label[0])), key=place)
    line = 13 / 72 * axes.figure.dpi / axes.bbox.height  # 13 points, as a share of the height
    heights = spread([place(label) for label in labels], line)
    for (_, text, colour), height in zip(labels, heights, strict=True):
        axes.annotate(
            text,
            (1, height),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            color=colour,
            va="center",
        )


def spread(heights, gap):
    """Map ascending heights to the nearest ones that lie at least `gap` apart, in the same order.

    Neighbours that are too close become a block around their common middle.

    Example:
        >>> spread([0.0, 0.5, 0.5], 0.2)
        [0.0, 0.4, 0.6]
    """
    blocks = []  # of [sum of what each height wants of the lowest, how many]
    for i, height in enumerate(heights):
        blocks.append([height - gap * i, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, n = blocks.pop()
            blocks[-1] = [blocks[-1][0] + total, blocks[-1][1] + n]
    lowest = [total / n for total, n in blocks for _ in range(n)]
    return [round(low + gap * i, 12) for i, low in enumerate(lowest)]
