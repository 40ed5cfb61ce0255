"""Keras callbacks that show and keep what a `Trainer` does; all act at reports.

A report falls on every multiple of the trainer's `report_every`. With `every`, a callback acts at
the first report at or after each multiple of `every`, and once more when training ends.
"""

import json
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from gan_tutorial import figures, style
from gan_tutorial.checkpoints import write_json, written_whole
from gan_tutorial.checks import positive


class Periodic(keras.callbacks.Callback):
    """Call `act(step)` every so many steps; the base of the callbacks below.

    Args:
        every: steps between two actions, a whole number of at least 1.
    """

    def __init__(self, every):
        super().__init__()
        self.every = positive("every", every)
        self._last = None

    def on_train_begin(self, logs=None):
        """Count from the step at which training starts, 0 or that of a run that is resumed."""
        self._last = self.trainer.step

    def on_epoch_end(self, epoch, logs=None):
        """Act, where this report is the first at or after a multiple of `every`."""
        if epoch // self.every > self._last // self.every:
            self._last = epoch
            self.act(epoch)

    def on_train_end(self, logs=None):
        """Act once more, unless the last step has been acted on."""
        if self._last != self.trainer.step:
            self._last = self.trainer.step
            self.act(self._last)

    def act(self, step):
        """Do what is to be done at this step."""
        raise TypeError(f"{type(self).__name__} must define act(step)")


class Samples(Periodic):
    """Write pictures of the same fixed noise as training goes on, and an animation of them.

    Each is `folder/step-00000500.png`, a grid of n images, the first one untrained. A run that is
    resumed finds its earlier pictures there, so that the animation shows the whole.

    Args:
        folder: where the pictures go; it is made.
        every: steps between two pictures.
        n: images in a picture.
        seed: of the fixed noise.
        gif: path of the animation, written when training ends; None for no animation.
        labels: class of each of the n images, where the generator takes labels.
        columns: images in a row; as square as can be by default.
    """

    def __init__(self, folder, every=500, n=16, seed=0, gif=None, labels=None, columns=None):
        super().__init__(every)
        self.folder, self.n, self.seed, self.labels = Path(folder), n, seed, labels
        self.gif, self.columns = gif, columns

    def on_train_begin(self, logs=None):
        """Make the folder, drop pictures of steps that were lost, and draw the untrained G."""
        super().on_train_begin()
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self._frames():
            if int(path.stem.removeprefix("step-")) > self.trainer.step:
                path.unlink()  # of steps that the last checkpoint did not keep
        if self.trainer.step == 0:
            self.act(0)

    def act(self, step):
        """Write the picture of this step."""
        images = self.trainer.sample(self.n, labels=self.labels, seed=self.seed)
        with written_whole(self.folder / f"step-{step:08d}.png") as aside:
            figures.save_png(figures.image_grid(images, self.columns, scale=2), aside)

    def on_train_end(self, logs=None):
        """Write the last picture, and the animation of all of them."""
        super().on_train_end()
        if self.gif:
            self.animate(self.gif)

    def animate(self, path):
        """Write the animation of the pictures that are there, if any, to a path."""
        if pictures := [np.asarray(Image.open(frame)) for frame in self._frames()]:
            with written_whole(path) as aside:
                figures.save_gif(pictures, aside)

    def _frames(self):
        return sorted(self.folder.glob("step-*.png"))


class Checkpoints(Periodic):
    """Save the trainer to a folder every so many steps and at the end; the last three stay.

    Args:
        folder: where the checkpoints go; `Trainer.restore` reads it.
        every: steps between two checkpoints.
    """

    def __init__(self, folder, every=1000):
        super().__init__(every)
        self.folder = folder

    def act(self, step):
        """Save the trainer."""
        self.trainer.save(self.folder)


class KeepBest(Periodic):
    """Keep the best generator by a measure: `folder/best.keras`, with best.json next to it.

    `load_generator(folder, which="best")` reads it. A run that is resumed keeps the best
    that it had.

    Args:
        measure: maps samples `(n, ...)` to a number, or to a dict of numbers, whose first one
            decides and whose others are kept with it.
        every: steps between two measurements; the last step is measured too.
        folder: the run's folder; it is made.
        mode: "min" where lower is better, "max" where higher is.
        n: samples to measure.
        seed: of their fixed noise.
        labels: class of each sample, where the generator takes labels.

    Raises ValueError for another mode, and where the measure gives NaN or no number.

    Example:
        >>> KeepBest(lambda images: images.std(), mode="max").every
        1000
    """

    def __init__(self, measure, every=1000, folder=".", mode="min", n=2000, seed=0, labels=None):
        super().__init__(every)
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', not {mode!r}")
        self.measure, self.mode, self.folder = measure, mode, Path(folder)
        self.n, self.seed, self.labels = n, seed, labels
        self.best = None  # {"step": ..., "value": ...}

    def on_train_begin(self, logs=None):
        """Make the folder; of a run that is resumed, remember the best so far."""
        super().on_train_begin()
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = self.folder / "best.json"
        if kept.is_file() and self.trainer.step:
            self.best = json.loads(kept.read_text(encoding="utf-8"))

    def act(self, step):
        """Measure fresh samples, and keep the generator where it is the best so far."""
        found = self.measure(self.trainer.sample(self.n, labels=self.labels, seed=self.seed))
        scores = dict(found) if isinstance(found, dict) else {"value": found}
        for value in scores.values() or (found,):
            if np.ndim(value) or np.asarray(value).dtype.kind not in "uif" or np.isnan(value):
                raise ValueError(f"the measure of KeepBest gave {value}, no number, at step {step}")
        value, *_ = scores.values()
        if self.best is None or self._better(value, self.best["value"]):
            scores = {"value": value, **scores}
            self.best = {"step": step, **{name: float(score) for name, score in scores.items()}}
            with written_whole(self.folder / "best.keras") as aside:
                self.trainer.sampler.save(aside)
            write_json(self.folder / "best.json", self.best)

    def _better(self, value, before):
        return value < before if self.mode == "min" else value > before


class LivePicture(Periodic):
    """Show, in a notebook, sixteen samples and the curves while training goes on, in one place.

    Args:
        every: steps between two pictures.
        n: samples shown.
        seed: of their fixed noise.
        labels: class of each sample, where the generator takes labels.
    """

    def __init__(self, every=500, n=16, seed=0, labels=None):
        super().__init__(every)
        self.n, self.seed, self.labels = n, seed, labels
        self._handle = None

    def on_train_begin(self, logs=None):
        """Begin a picture of its own for each call of `fit`."""
        super().on_train_begin()
        self._handle = None

    def act(self, step):
        """Replace the picture by that of this step."""
        # IPython's Image prints as a constant text and is replaced in place, which nbval accepts.
        from IPython.display import Image as Shown
        from IPython.display import display

        shown = Shown(data=self.png(), width=round(style.PX * style.TALL[0]))
        if self._handle is None:
            self._handle = display(shown, display_id=True)
        else:
            self._handle.update(shown)

    def png(self):
        """Return the picture of this moment as the bytes of a PNG file."""
        trainer = self.trainer
        images = trainer.sample(self.n, labels=self.labels, seed=self.seed)
        title = f"step {trainer.step:,}"
        figure = figures.plot_progress(images, trainer.history, trainer.loss, title)
        return style.sharp_png(figure)
