"""The look: roles that can be read, figures that are sharp, labels that do not overlap."""

import base64
import io
import itertools
import re
from pathlib import Path

import matplotlib.colors
import matplotlib.figure
import numpy as np
import pytest
from PIL import Image

from gan_tutorial import figures, losses, style
from tests.test_figures import HISTORY

ROOT = Path(__file__).parents[1]
DIGITS = np.random.default_rng(0).random((16, 28, 28, 1))


def pictures():
    """One of each kind that `figures` draws."""
    loss = losses.get("non-saturating")
    return {
        "history": figures.plot_history(HISTORY, loss),
        "progress": figures.plot_progress(DIGITS, HISTORY, loss, "step 1,500"),
        "strip": figures.filmstrip([DIGITS] * 3, ["a", "b", "c"]),
    }


def contrast(one, other):
    """The ratio of two colours' luminances, as WCAG 2.2 defines it."""

    def luminance(colour):
        parts = np.array(matplotlib.colors.to_rgb(colour))
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("role", ["real", "fake", "D", "game", "text"])
def test_a_role_that_carries_text_can_be_read_on_paper(role):
    assert contrast(style.ROLES[role], "white") >= 4.5


def test_the_page_has_the_figures_colours_and_readable_ones_in_the_dark():
    css = (ROOT / "docs" / "_static" / "theme.css").read_text(encoding="utf-8")
    blocks = (css.split(f'[data-theme="{theme}"]')[1].split("}")[0] for theme in ("light", "dark"))
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w+);", block)) for block in blocks)
    names = {"D": "disc", "game": "ink", "text": "muted", "look": "now"}
    for role, colour in style.ROLES.items():
        assert light[names.get(role, role)] == colour, role
    for name in ("real", "fake", "disc", "ink", "muted"):
        assert contrast(dark[name], dark["paper"]) >= 4.5, name


@pytest.mark.parametrize("kind", ["history", "progress", "strip"])
def test_a_picture_has_the_colours_of_roles_alone(kind):
    text = re.sub(r"base64,[^\"]*", "", style.svg(pictures()[kind]))
    assert set(re.findall(r"#[0-9a-f]{6}\b", text)) <= set(style.ROLES.values())


@pytest.mark.parametrize("kind", ["history", "progress", "strip"])
def test_a_picture_is_sharp_and_small(kind):
    figure = pictures()[kind]
    data = style.sharp_png(figure)
    with Image.open(io.BytesIO(data)) as picture:
        width, height = figure.get_size_inches()
        assert picture.size == (round(200 * width), round(200 * height))
        assert len(picture.convert("RGB").getcolors()) <= 48
    assert len(style.svg(figure)) < style.HEAVY


def test_an_svg_is_the_same_at_each_call_has_text_and_keeps_every_pixel():
    figure = pictures()["strip"]
    text = style.svg(figure)
    assert text == style.svg(figure)
    assert ">a</text>" in text
    encoded = re.findall(r"base64,([^\"]*)", text)
    grid = figures.image_grid(DIGITS)
    for one in encoded:
        shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(one))).convert("L"))
        assert shown.shape == grid.shape  # a pixel for a pixel
        assert np.abs(shown.astype(int) - grid).max() <= 16  # sixteen greys


def test_what_is_see_through_in_an_svg_stays_so():
    figure = matplotlib.figure.Figure()
    figure.subplots().plot([0, 1], ".", color="gan:fake", rasterized=True)
    [encoded] = re.findall(r"base64,([^\"]*)", style.svg(figure))
    shown = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA")
    transparency = np.asarray(shown)[..., 3]
    assert (transparency == 0).mean() > 0.9
    assert transparency.max() > 250


def test_spread_moves_labels_apart_as_little_as_can_be():
    rng = np.random.default_rng(1)
    for _ in range(50):
        heights, gap = np.sort(rng.random(5)), rng.uniform(0.02, 0.4)
        placed = np.array(style.spread(list(heights), gap))
        assert (np.diff(placed) >= gap - 1e-9).all()
        assert placed.sum() == pytest.approx(heights.sum())  # blocks keep their middle
        # No other arrangement that obeys the gap is nearer: the projection's optimality.
        for _ in range(20):
            other = np.sort(rng.random(5)) + gap * np.arange(5)
            assert (heights - placed) @ (other - placed) <= 1e-9


def test_labels_stand_at_the_ends_and_one_of_nan_is_left_out():
    figure = matplotlib.figure.Figure()
    axes = figure.subplots()
    axes.set(ylim=(0, 1))
    style.label_ends(axes, [(0.5, "a", "gan:D"), (0.5, "b", "gan:real"), (np.nan, "c", "gan:fake")])
    texts = {text.get_text(): text for text in axes.texts}
    assert set(texts) == {"a", "b"}
    assert texts["a"].xy[0] == texts["b"].xy[0] == 1
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not boxes[0].overlaps(boxes[1])


def windows_of(*shape, **settings):
    figure = matplotlib.figure.Figure(figsize=(6, 3), layout="constrained", **settings)
    for axes in np.ravel(figure.subplots(*shape)):
        axes.plot([0, 1])
    figure.draw_without_rendering()
    return figure, style.panels(figure)


def test_panels_tile_the_figure():
    _, windows = windows_of(2, 3)
    assert len(windows) == 6
    assert sum(width * height for *_, width, height in windows) == pytest.approx(18)
    for (x, y, w, h), (x2, y2, w2, h2) in itertools.combinations(windows, 2):
        beside = min(x + w, x2 + w2) <= max(x, x2) + 1e-6
        above = min(y + h, y2 + h2) <= max(y, y2) + 1e-6
        assert beside or above


def test_an_empty_place_in_a_strip_is_no_panel():
    assert len(style.panels(pictures()["strip"])) == 3
    figure = figures.filmstrip([DIGITS] * 6, list("abcdef"))
    figure.draw_without_rendering()
    assert len(style.panels(figure)) == 6  # of eight places


def test_a_figure_is_left_whole_where_something_belongs_to_all_panels():
    assert windows_of(1, 1)[1] == []
    assert windows_of(3, 1)[1] == []  # nothing stands side by side
    figure, _ = windows_of(1, 2)
    figure.suptitle("both")
    assert style.panels(figure) == []


def test_a_scale_of_colours_stays_with_its_picture():
    figure = matplotlib.figure.Figure(figsize=(7, 3), layout="constrained")
    for axes in figure.subplots(1, 2):
        figure.colorbar(axes.imshow(np.eye(3)), ax=axes)
    figure.draw_without_rendering()
    assert len(style.panels(figure)) == 2


@pytest.fixture
def published(monkeypatch):
    """What a notebook would be given to show."""
    shown = []
    name = "IPython.display.publish_display_data"
    monkeypatch.setattr(name, lambda data, metadata: shown.append((data, metadata)))
    return shown


def test_a_notebook_gets_a_png_of_twice_the_pixels_with_its_width_and_an_svg(published):
    style.display_sharp(pictures()["history"])
    [(data, metadata)] = published
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as picture:
        assert picture.width == 2 * metadata["image/png"]["width"] == 1440
    assert data[style.SVG].startswith("<svg ")
    assert data["text/plain"].startswith("<Figure size 720x300")


def test_a_heavy_svg_is_left_out(published):
    figure = matplotlib.figure.Figure()
    figure.subplots().plot(*np.random.default_rng(0).random((2, 5000)), ".")
    style.display_sharp(figure)
    [(data, _)] = published
    assert set(data) == {"text/plain", "image/png"}


def test_use_style_shows_pyplots_figures_sharp(published):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    try:
        with matplotlib.rc_context():
            style.use_style()
            assert matplotlib.rcParams["image.cmap"] == "gray"
            assert shell.display_formatter.format(matplotlib.figure.Figure()) == ({}, {})
        assert len(published) == 1
    finally:
        InteractiveShell.clear_instance()
