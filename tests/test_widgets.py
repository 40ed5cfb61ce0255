"""The interactive pictures: their numbers against closed forms, and what a notebook gets to see."""

import base64
import io
import math

import ipywidgets
import numpy as np
import pytest
from PIL import Image
from scipy import integrate, stats

from gan_tutorial import make_generator
from gan_tutorial.figures import Figure, image_grid
from gan_tutorial.measures import classifier
from gan_tutorial.widgets import (
    Explorer,
    LatentExplorer,
    ObjectiveExplorer,
    best_discriminator,
    best_value,
    between,
    jensen_shannon,
)

X = np.linspace(-40, 40, 16001)
STANDARD = stats.norm.pdf(X)


def numbers(mean, spread):
    """What the explorer computes for a setting of its sliders."""
    q = stats.norm.pdf(X, mean, spread)
    return best_value(X, STANDARD, q), jensen_shannon(X, STANDARD, q)


def test_the_best_discriminator_of_two_normals_is_a_logistic_curve():
    # N(1, 1) against N(-1, 1): log p/q = 2x, so D* is the sigmoid of 2x.
    x = np.linspace(-5, 5, 101)
    found = best_discriminator(stats.norm.pdf(x, 1), stats.norm.pdf(x, -1))
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-2 * x)), rtol=1e-10)


def test_the_best_discriminator_is_undecided_where_nothing_is_drawn():
    assert best_discriminator([0.0, 0.2, 0.0], [0.0, 0.0, 0.7]).tolist() == [0.5, 1.0, 0.0]


def test_swapping_real_and_fake_turns_the_verdict_round():
    p, q = stats.norm.pdf(X), stats.norm.pdf(X, 2, 0.5)
    np.testing.assert_allclose(best_discriminator(p, q) + best_discriminator(q, p), 1)


def test_no_other_discriminator_gets_a_higher_value():
    real, fake = stats.norm(), stats.norm(1.5, 2)
    p, q, best_logit = real.pdf(X), fake.pdf(X), real.logpdf(X) - fake.logpdf(X)

    def value(logit):  # log D = -log(1 + e^-a), log(1 - D) = -log(1 + e^a)
        return -integrate.trapezoid(p * np.logaddexp(0, -logit) + q * np.logaddexp(0, logit), X)

    best = best_value(X, p, q)
    assert value(best_logit) == pytest.approx(best, abs=1e-9)
    for shift, bump in np.random.default_rng(0).normal(0, 0.3, (50, 2)):
        assert value(best_logit + shift + bump * np.sin(X)) < best


def test_equal_densities_have_divergence_0_and_value_minus_log_4():
    value, divergence = numbers(0.0, 1.0)
    assert divergence == pytest.approx(0, abs=1e-12)
    assert value == pytest.approx(-math.log(4), abs=1e-9)


def test_densities_far_apart_have_divergence_log_2_and_value_0():
    value, divergence = numbers(25.0, 0.4)
    assert divergence == pytest.approx(math.log(2), abs=1e-9)
    assert value == pytest.approx(0, abs=1e-9)


def test_the_divergence_of_overlapping_uniforms_is_log_2_times_the_share_apart():
    # U(0, 2) and U(1, 3): where they overlap both log-ratios are 0, elsewhere they are log 2.
    found = jensen_shannon(X, stats.uniform.pdf(X, 0, 2), stats.uniform.pdf(X, 1, 2))
    assert found == pytest.approx(math.log(2) / 2, abs=5e-3)


def test_the_divergence_does_not_depend_on_the_order():
    p, q = stats.norm.pdf(X, -1, 0.7), stats.norm.pdf(X, 1, 2)
    assert jensen_shannon(X, p, q) == pytest.approx(jensen_shannon(X, q, p), abs=1e-14)


@pytest.mark.parametrize(("mean", "spread"), [(2.0, 1.0), (-4.0, 0.4), (4.0, 3.0), (0.5, 2.0)])
def test_the_value_is_minus_log_4_plus_twice_the_divergence(mean, spread):
    value, divergence = numbers(mean, spread)
    assert value == pytest.approx(-math.log(4) + 2 * divergence, abs=1e-9)


@pytest.mark.parametrize(("mean", "spread"), [(2.0, 1.0), (-3.0, 0.5), (1.0, 3.0)])
def test_value_and_divergence_agree_with_adaptive_quadrature(mean, spread):
    p, q = stats.norm(), stats.norm(mean, spread)

    def kl(a, b, x):
        return a.pdf(x) * (a.logpdf(x) - np.logaddexp(a.logpdf(x), b.logpdf(x)))

    value, _ = integrate.quad(lambda x: kl(p, q, x) + kl(q, p, x), -30, 30, points=(0, mean))
    assert numbers(mean, spread) == pytest.approx((value, (value + math.log(4)) / 2), abs=1e-8)


def test_the_explorer_shows_the_numbers_of_its_sliders(monkeypatch):
    # N(1, 1) against N(0, 1): V and JSD by the quadrature above, to three digits.
    written = []
    monkeypatch.setattr(
        "gan_tutorial.widgets._draw_gauge", lambda axes, *numbers: written.append(numbers)
    )
    ObjectiveExplorer(mean=1.0, spread=2.0)
    assert written[-1] == pytest.approx(numbers(1.0, 2.0), abs=1e-9)


@pytest.mark.parametrize(("name", "value"), [("mean", -1.0), ("spread", 2.5)])
def test_moving_a_slider_changes_the_picture_and_moving_it_back_restores_it(name, value):
    explorer = ObjectiveExplorer()
    slider = explorer.controls[name]
    first, start = explorer.image.value, slider.value
    slider.value = value
    moved = explorer.image.value
    slider.value = start
    assert moved != first
    assert explorer.image.value == first


def test_the_sliders_are_labelled_and_stand_at_the_start_that_was_asked_for():
    controls = ObjectiveExplorer(mean=-1.5, spread=0.5).controls
    assert {c.description: c.value for c in controls.values()} == {
        "mean of p_g": -1.5,
        "spread of p_g": 0.5,
    }


def test_the_text_of_an_explorer_never_changes():
    explorer = ObjectiveExplorer()
    before = repr(explorer)
    explorer.controls["mean"].value = -3.0
    assert repr(explorer) == before == repr(ObjectiveExplorer(mean=0.0))


def test_an_explorer_shows_itself_as_text_as_the_present_picture_and_as_a_live_view():
    explorer = ObjectiveExplorer()
    explorer.controls["mean"].value = 0.0
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == repr(explorer)
    assert base64.b64decode(bundle["image/png"]) == explorer.image.value
    view = bundle["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == explorer.view.model_id


def test_where_no_kernel_runs_an_explorer_is_its_picture(monkeypatch):
    # Under ipywidgets 7 a widget without a kernel has no model.
    monkeypatch.setattr(ipywidgets.VBox, "model_id", None)
    assert set(ObjectiveExplorer()._repr_mimebundle_()) == {"text/plain", "image/png"}


def test_the_picture_is_a_png_of_a_steady_size_that_fits_a_notebook():
    explorer = ObjectiveExplorer()
    sizes = set()
    for mean in (-4.0, 0.0, 4.0):
        explorer.controls["mean"].value = mean
        sizes.add(Image.open(io.BytesIO(explorer.image.value)).size)
    assert len(sizes) == 1
    assert max(sizes.pop()) <= 800


def test_drawing_leaves_pyplot_without_a_figure():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    before = pyplot.get_fignums()
    ObjectiveExplorer().controls["mean"].value = 1.0
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
