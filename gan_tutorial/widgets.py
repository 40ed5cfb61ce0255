"""Interactive pictures for notebooks: what is played in the browser, and what needs the kernel.

`Playground` and `ObjectiveExplorer` run on the page itself, with a kernel or without. An `Explorer`
has sliders next to a picture that Python draws again when one of them moves; it also shows itself
as a PNG alone, so a page on which no Python runs keeps the last frame.
"""

import base64
import io

import ipywidgets
import matplotlib.style
import numpy as np
from matplotlib.figure import Figure

from gan_tutorial.algorithm import sample
from gan_tutorial.figures import image_grid, save_png
from gan_tutorial.measures import classifier
from gan_tutorial.playground.played import ObjectiveExplorer, Playground
from gan_tutorial.style import PX, STYLE, WIDE, fewer_colours

__all__ = ["Explorer", "LatentExplorer", "ObjectiveExplorer", "Playground", "between"]


class Explorer:
    """Show controls and one picture that follows them; a subclass says what is drawn.

    Args:
        controls: widgets that have a `value`, by the names under which `draw` gets the values.

    `controls` holds them, `image` the picture's widget, `view` everything as one widget.
    """

    def __init__(self, **controls):
        self.controls = controls
        self.image = ipywidgets.Image(format="png")
        self.view = ipywidgets.VBox([*controls.values(), self.image])
        for control in controls.values():
            control.observe(self._redraw, names="value")
        self._redraw()

    def draw(self, figure, **values):
        """Draw the picture for these values of the controls into an empty figure."""
        raise TypeError(f"{type(self).__name__} must define draw(figure, ...)")

    def png(self):
        """Return the picture for the controls' present values as the bytes of a PNG file."""
        values = {name: control.value for name, control in self.controls.items()}
        file = io.BytesIO()
        with matplotlib.style.context(STYLE):
            figure = Figure()  # not pyplot's, which would show it once more and keep it
            self.draw(figure, **values)
            self.image.width = str(round(PX * figure.get_figwidth()))
            save_png(figure, file)
        return file.getvalue()

    def _redraw(self, change=None):
        self.image.value = self.png()

    def __repr__(self):
        return f"{type(self).__name__}: move the sliders to change the picture"

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Return the picture and, where a kernel runs, the live view; the same for any version."""
        picture = base64.b64encode(fewer_colours(self.image.value)).decode("ascii")
        bundle = {"text/plain": repr(self), "image/png": picture}
        shown = {"image/png": {"width": int(self.image.width)}}
        if self.view.model_id is not None:
            bundle["application/vnd.jupyter.widget-view+json"] = {
                "version_major": 2,
                "version_minor": 0,
                "model_id": self.view.model_id,
            }
        return bundle, shown


def between(corners, right, down):
    """Map four corners `(4, ...)` and a place in [0, 1] x [0, 1] to the point there, `(...)`.

    The corners are upper left, upper right, lower left and lower right; straight lines join them.

    Example:
        >>> float(between(np.array([0.0, 1.0, 2.0, 3.0]), 0.5, 1.0))
        2.5
    """
    upper, lower = (a + right * (b - a) for a, b in (corners[:2], corners[2:]))
    return upper + down * (lower - upper)


class LatentExplorer(Explorer):
    """Walk over a surface in latent space, stretched between four points z: map, image, verdict.

    Args:
        generator: a `keras.Model` from noise to digits `(28, 28, 1)`.
        z: the four corners `(4, latent_dim)`: upper left, upper right, lower left, lower right.
        side: images along a side of the map.

    Raises ValueError where z is not four such points.

    Example:
        >>> from gan_tutorial import make_generator
        >>> explorer = LatentExplorer(make_generator(hidden=(4,)), np.eye(4, 100), side=3)
        >>> explorer.controls["right"].value = 0.9
    """

    def __init__(self, generator, z, side=9):
        self.generator, self.corners = generator, np.asarray(z, np.float32)
        expected = (4, *generator.inputs[0].shape[1:])
        if self.corners.shape != expected:
            raise ValueError(f"z has shape {self.corners.shape}, four corners are {expected}")
        ticks = np.linspace(0, 1, side)
        places = [between(self.corners, right, down) for down in ticks for right in ticks]
        self.map = image_grid(sample(generator, z=np.stack(places)), columns=side)
        super().__init__(
            right=_slider("to the right", 0.5, 0.0, 1.0, 0.05),
            down=_slider("down", 0.5, 0.0, 1.0, 0.05),
        )

    def draw(self, figure, right, down):
        """Draw the surface, the image at this place of it, and what the classifier sees there."""
        image = sample(self.generator, z=between(self.corners, right, down)[None])
        verdict = classifier.see(image)[1][0]
        figure.set_size_inches(WIDE)
        figure.set_layout_engine("none")  # nothing jumps while a slider moves
        places = {"left": 0.02, "right": 0.98, "bottom": 0.16, "top": 0.88, "wspace": 0.15}
        left, middle, last = figure.subplots(1, 3, gridspec_kw=places)
        left.imshow(self.map, cmap="gray", vmin=0, vmax=255)
        edge = 16  # from the border to the centre of the first image
        x, y = (edge + place * (len(self.map) - 2 * edge) for place in (right, down))
        left.plot(
            x, y, "o", markersize=14, markerfacecolor="none", markeredgewidth=2.5, color="gan:fake"
        )
        left.set_title("Where you are")
        middle.imshow(image[0, ..., 0], cmap="gray", vmin=0, vmax=1)
        middle.set_title("The image there")
        for axes in (left, middle):
            axes.set_axis_off()
        last.bar(range(10), verdict, color="gan:rest")
        last.set(title="What the classifier sees", xlabel="digit", xticks=range(10), ylim=(0, 1))
        last.set_yticks((0, 0.5, 1), ("0", "½", "1"))


def _slider(description, value, low, high, step=0.1):
    return ipywidgets.FloatSlider(
        value=value,
        min=low,
        max=high,
        step=step,
        description=description,
        readout_format=".1f" if step >= 0.1 else ".2f",
        style={"description_width": "7em"},
        layout={"width": "30em"},
    )
