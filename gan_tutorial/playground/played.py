"""What is played in a notebook without a kernel: the playground, and the objective to turn."""

import base64
import html
import json

import numpy as np

from gan_tutorial import playground

PLAYED = "application/vnd.gan-tutorial.played+json"  # of which no viewer but our site takes notice


class Played:
    """Show a picture that comes alive where a page runs scripts; no kernel is needed to play.

    Args:
        widget: "playground" or "objective".
        poster: the name of the picture for places where nothing runs.
        said: what the picture shows, for those who cannot see it.
        options: what the page gets to know, JSON.

    It is text, a picture, HTML with the whole program inside, and `PLAYED`, by which the series'
    site knows the place. `tools/notebooks.py` leaves the HTML out of the stored notebooks.
    """

    def __init__(self, widget, poster, said, **options):
        self.widget, self.poster, self.said, self.options = widget, poster, said, options
        self.picture = playground.poster(poster)
        self.width = int.from_bytes(self.picture[16:20], "big") // 2  # a PNG's width; sharp at 2x

    def __repr__(self):
        return f"{type(self).__name__}: run this cell to play, or play on the series' site"

    def html(self):
        """Return the place, its picture and the program as HTML."""
        picture = base64.b64encode(self.picture).decode("ascii")
        return (
            f'<div {self.attributes()}><img width="{self.width}" alt={quoted(self.said)} '
            f'src="data:image/png;base64,{picture}"></div>\n'
            f'<script type="module">\n{playground.module(self.widget)}</script>'
        )

    def place(self):
        """Return what the site needs to know to bring the place to life."""
        names = {"widget": self.widget, "poster": self.poster, "width": self.width}
        return {**names, "attributes": self.attributes()}

    def attributes(self):
        """Return the attributes of the place: its class, and the options as data."""
        data = {k: v if isinstance(v, str) else json.dumps(v) for k, v in self.options.items()}
        given = " ".join(f"data-{name}={quoted(value)}" for name, value in data.items())
        return f'class="gan-{self.widget}" {given}'

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {
            "text/plain": repr(self),
            "text/html": self.html(),
            "image/png": base64.b64encode(self.picture).decode("ascii"),
            PLAYED: self.place(),
        }
        return bundle, {"image/png": {"width": self.width}}


class Playground(Played):
    """Show a game of two small networks that the reader plays in the browser.

    Args:
        preset: the game to begin with, one of `playground.presets()`.
        points: real points `(n, 2)` between -1.5 and 1.5 to learn from, instead of the preset's.
        settings: what is changed of the preset, such as `loss="hinge"`, `r1=0.1`, `d_steps=5` or
            `seed=3`: the names of `playground.SETTINGS`.

    Raises ValueError for a preset, a setting or points that there cannot be.

    Example:
        >>> Playground("collapse", seed=1)
        Playground: run this cell to play, or play on the series' site
    """

    def __init__(self, preset="collapse", points=None, **settings):
        known = playground.presets()
        if preset not in known:
            raise ValueError(f"the playground has no preset {preset!r}, only {', '.join(known)}")
        said = f"The game {preset!r} of the playground: D's map, real points and fakes"
        options = {"preset": preset}
        if settings:
            options["settings"] = playground.in_javascript(settings)
        if points is not None:
            options["points"] = checked_points(points).tolist()
        super().__init__("playground", preset, said, **options)


class ObjectiveExplorer(Played):
    """Show p_data = N(0, 1), p_g with mean and spread of the reader's choice, D*, V and JSD.

    Args:
        mean: of p_g at the start, from -4 to 4.
        spread: standard deviation of p_g at the start, from 0.4 to 3.

    Raises ValueError for a mean or a spread outside these ranges.

    Example:
        >>> ObjectiveExplorer(mean=1.0, spread=2.0)
        ObjectiveExplorer: run this cell to play, or play on the series' site
    """

    def __init__(self, mean=2.0, spread=1.0):
        for name, value, low, high in (("mean", mean, -4, 4), ("spread", spread, 0.4, 3)):
            if not low <= value <= high:
                raise ValueError(f"{name}={value!r} must be from {low} to {high}")
        said = "Two densities, real and fake, the best discriminator, V and the JSD"
        super().__init__("objective", "objective", said, mean=float(mean), spread=float(spread))


def checked_points(points):
    """Map real points for the playground to a float array `(n, 2)`, or raise ValueError."""
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"points have shape {points.shape}, but must be (n, 2) with n > 0")
    if not (np.abs(points) <= 1.5).all():
        raise ValueError("points must be finite numbers between -1.5 and 1.5")
    return points


def quoted(text):
    """Map a text to an attribute's value in HTML, with its quotes."""
    return f'"{html.escape(text)}"'
