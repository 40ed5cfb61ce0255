"""The interactive pictures: what they draw, how they follow their sliders and show themselves."""

import base64
import io

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from gan_tutorial import make_generator
from gan_tutorial.figures import Figure, image_grid
from gan_tutorial.measures import classifier
from gan_tutorial.style import WIDE
from gan_tutorial.widgets import Explorer, LatentExplorer, between


class Line(Explorer):
    """A line through the origin, as the smallest picture that follows two sliders."""

    def __init__(self, slope=1.0, height=0.5):
        sliders = {"slope": (slope, -2.0, 2.0), "height": (height, 0.0, 1.0)}
        super().__init__(
            **{
                name: ipywidgets.FloatSlider(value=value, min=low, max=high, description=name)
                for name, (value, low, high) in sliders.items()
            }
        )

    def draw(self, figure, slope, height):
        figure.set_size_inches(WIDE)
        axes = figure.subplots()
        axes.plot([-1, 1], [height - slope, height + slope])
        axes.set(xlim=(-1, 1), ylim=(-3, 3))


@pytest.mark.parametrize(("name", "value"), [("slope", -1.0), ("height", 0.9)])
def test_moving_a_slider_changes_the_picture_and_moving_it_back_restores_it(name, value):
    explorer = Line()
    slider = explorer.controls[name]
    first, start = explorer.image.value, slider.value
    slider.value = value
    moved = explorer.image.value
    slider.value = start
    assert moved != first
    assert explorer.image.value == first


def test_the_text_of_an_explorer_never_changes():
    explorer = Line()
    before = repr(explorer)
    explorer.controls["slope"].value = -1.5
    assert repr(explorer) == before == repr(Line(slope=0.0))


def test_an_explorer_shows_itself_as_text_as_the_present_picture_and_as_a_live_view():
    explorer = Line()
    explorer.controls["slope"].value = 0.0
    bundle, shown = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == repr(explorer)
    stored = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).convert("L")
    live = Image.open(io.BytesIO(explorer.image.value)).convert("L")
    difference = np.abs(np.asarray(stored).astype(int) - np.asarray(live))
    assert difference.mean() < 1  # fewer colours, for the file
    assert stored.width == 2 * shown["image/png"]["width"] == 2 * int(explorer.image.width)
    view = bundle["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == explorer.view.model_id


def test_where_no_kernel_runs_an_explorer_is_its_picture(monkeypatch):
    # Under ipywidgets 7 a widget without a kernel has no model.
    monkeypatch.setattr(ipywidgets.VBox, "model_id", None)
    assert set(Line()._repr_mimebundle_()[0]) == {"text/plain", "image/png"}


def test_the_picture_is_a_png_of_a_steady_size_that_fits_a_notebook():
    explorer = Line()
    sizes = set()
    for slope in (-2.0, 0.0, 2.0):
        explorer.controls["slope"].value = slope
        sizes.add(Image.open(io.BytesIO(explorer.image.value)).size)
    assert len(sizes) == 1
    width, height = sizes.pop()
    assert (width, int(explorer.image.width)) == (1440, 720)
    assert height <= 1200


def test_drawing_leaves_pyplot_without_a_figure():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    before = pyplot.get_fignums()
    Line().controls["slope"].value = 0.0
    assert pyplot.get_fignums() == before


def test_an_explorer_without_a_drawing_says_so():
    with pytest.raises(TypeError, match="must define draw"):
        Explorer()


def test_a_place_between_corners_is_their_weighted_mean():
    corners = np.random.default_rng(0).normal(size=(4, 5))
    for corner, (down, right) in zip(corners, [(0, 0), (0, 1), (1, 0), (1, 1)], strict=True):
        np.testing.assert_allclose(between(corners, right, down), corner)
    np.testing.assert_allclose(between(corners, 0.5, 0.5), corners.mean(0))
    shares = [0.3 * 0.8, 0.7 * 0.8, 0.3 * 0.2, 0.7 * 0.2]  # 0.7 to the right, 0.2 down
    np.testing.assert_allclose(between(corners, 0.7, 0.2), shares @ corners)


def test_the_latent_explorers_map_shows_the_corners_images():
    generator = make_generator(hidden=(4,))
    z = np.random.default_rng(0).uniform(-1, 1, (4, 100)).astype(np.float32)
    explorer = LatentExplorer(generator, z, side=3)
    grid = image_grid(generator(z).numpy(), columns=2)
    for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
        corner = explorer.map[2 + 60 * y :, 2 + 60 * x :][:28, :28]
        expected = grid[2 + 30 * y :, 2 + 30 * x :][:28, :28]
        assert np.abs(corner.astype(int) - expected.astype(int)).max() <= 1  # of 255
    before = explorer.image.value
    explorer.controls["down"].value = 1.0
    assert explorer.image.value != before


def test_the_latent_explorer_shows_the_place_the_image_and_the_verdict():
    generator = make_generator(hidden=(4,))
    z = np.random.default_rng(0).uniform(-1, 1, (4, 100)).astype(np.float32)
    explorer, figure = LatentExplorer(generator, z, side=3), Figure()
    explorer.draw(figure, right=1.0, down=0.0)  # the upper right corner, z[1]
    left, middle, last = figure.axes
    image = generator(z[1:2]).numpy()
    np.testing.assert_allclose(middle.images[0].get_array(), image[0, ..., 0], atol=1e-5)
    x, y = left.lines[0].get_data()
    assert (x[0], y[0]) == (16 + 60, 16)
    heights = [bar.get_height() for bar in last.patches]
    np.testing.assert_allclose(heights, classifier.see(image)[1][0], atol=1e-5)


def test_the_latent_explorer_wants_four_corners():
    with pytest.raises(ValueError, match=r"z has shape \(3, 100\), four corners are \(4, 100\)"):
        LatentExplorer(make_generator(hidden=(4,)), np.zeros((3, 100)))
