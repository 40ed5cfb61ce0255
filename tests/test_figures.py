"""Pictures: every pixel where it belongs, one grey scale, reference values on every loss plot."""

import io

import numpy as np
import pytest
from PIL import Image

from gan_tutorial import figures, losses

HISTORY = {
    "step": np.arange(1, 4) * 500,
    "d_loss": np.array([1.0, 1.2, 1.1]),
    "g_loss": np.array([0.9, 0.8, 0.7]),
    "d_real": np.array([0.7, 0.6, 0.6]),
    "d_fake": np.array([0.3, 0.4, 0.4]),
}


def test_a_grid_puts_image_i_at_its_row_and_column():
    images = np.linspace(0, 1, 5).reshape(5, 1, 1, 1) * np.ones((1, 3, 4, 1))
    grid = figures.image_grid(images, columns=2, scale=2, gap=1)
    assert grid.shape == (3 * 7 + 1, 2 * 9 + 1)
    for i in range(5):
        top, left = 1 + i // 2 * 7, 1 + i % 2 * 9
        assert (grid[top : top + 6, left : left + 8] == round(255 * i / 4)).all()


def test_a_grid_of_colour_keeps_its_channels():
    assert figures.image_grid(np.ones((2, 3, 3, 3))).shape == (7, 12, 3)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((3, 28, 28)), "are expected"),
        (np.zeros((0, 4, 4, 1)), "are expected"),
        (np.full((1, 4, 4, 1), 255.0), r"lie in \[0, 1\]"),
        (np.full((1, 4, 4, 1), np.nan), r"lie in \[0, 1\]"),
    ],
)
def test_a_grid_refuses_what_is_no_image(images, message):
    with pytest.raises(ValueError, match=message):
        figures.image_grid(images)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_a_gif_has_all_frames_on_one_grey_scale(n):
    levels = [round(200 * (i + 1) / n) for i in range(n)]
    file = io.BytesIO()
    figures.save_gif([np.full((8, 8), level, np.uint8) for level in levels], file)
    with Image.open(file) as gif:
        assert gif.n_frames == n
        for i, level in enumerate(levels):  # a stretched frame would be all 0 or all 255
            gif.seek(i)
            assert np.asarray(gif.convert("L")).mean() == level
        assert n == 1 or gif.info["loop"] == 0


def test_no_frames_no_gif():
    with pytest.raises(ValueError, match="at least one"):
        figures.save_gif([], io.BytesIO())


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("non-saturating", ["log 4", "log 2"]),
        ("minimax", ["log 4", "−log 2"]),
        ("least-squares", ["0.25", "0.125"]),
        ("hinge", ["2", "0"]),
    ],
)
def test_a_plot_of_losses_shows_what_an_undecided_d_gives(name, lines):
    figure = figures.plot_history(HISTORY, losses.get(name))
    labels = [text.get_text() for text in figure.axes[0].texts]
    said = {label for label in labels if label.endswith("'s, D undecided")}
    assert said == {f"{lines[0]}: D's, D undecided", f"{lines[1]}: G's, D undecided"}
    assert {"D's loss", "G's loss"} <= set(labels)
    assert figure.axes[0].get_xlabel() == figure.axes[1].get_xlabel() == "step"


def test_each_line_of_a_history_has_the_colour_of_its_player():
    left, right = figures.plot_history(HISTORY, losses.get("non-saturating")).axes
    losses_of = {"d_loss": "gan:D", "g_loss": "gan:fake"}
    verdicts = {"d_real": "gan:real", "d_fake": "gan:fake"}
    for axes, roles in ((left, losses_of), (right, verdicts)):
        drawn = {tuple(line.get_ydata()): line.get_color() for line in axes.lines}
        for column, role in roles.items():
            assert drawn[tuple(HISTORY[column])] == role, column


def test_show_source_shows_the_packages_own_lines_without_docstrings(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    figures.show_source(losses.value)
    text = shown[0]["text/plain"]
    assert text.startswith("def value(real_logits, fake_logits):\n    log_d_real")
    assert text.endswith("# Eq. (1.1)")


def test_a_filmstrip_shows_each_moment_under_its_title():
    moments = [np.full((4, 5, 5, 1), level) for level in (0.0, 0.5, 1.0)]
    figure = figures.filmstrip(moments, ["a", "b", "c"])
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a", "b", "c"]
    for axes, images in zip(figure.axes, moments, strict=True):
        assert np.array_equal(axes.images[0].get_array(), figures.image_grid(images))
        assert axes.images[0].get_clim() == (0, 255)  # one grey scale for all
    for wrong in ((moments, ["a", "b"]), ([], [])):
        with pytest.raises(ValueError, match="moments, . titles: give as many"):
            figures.filmstrip(*wrong)


@pytest.mark.parametrize(("n", "side", "in_a_row"), [(12, 4, 4), (3, 4, 3), (2, 8, 2), (2, 10, 1)])
def test_in_a_filmstrip_no_digit_is_smaller_than_40_pixels(n, side, in_a_row):
    moments = [np.zeros((side * side, 28, 28, 1))] * n
    figure = figures.filmstrip(moments, [str(i) for i in range(n)])
    filled = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title(loc="left") for axes in filled] == [str(i) for i in range(n)]
    rows = [axes.get_subplotspec().rowspan.start for axes in filled]
    assert rows == [i // in_a_row for i in range(n)]
    figure.draw_without_rendering()
    for axes in filled:
        assert axes.get_window_extent().width / figure.dpi * 100 >= 40 * side * 0.95
        assert axes.get_window_extent().width / figure.dpi * 100 <= 720


def test_a_figure_shows_itself_where_pyplot_was_not_used(monkeypatch):
    shown = []
    name = "IPython.display.publish_display_data"
    monkeypatch.setattr(name, lambda data, metadata: shown.append(data))
    figures.filmstrip([np.zeros((4, 5, 5, 1))], ["a"])._ipython_display_()
    assert "image/png" in shown[0]
    assert shown[0]["text/plain"].startswith("<Figure size ")
