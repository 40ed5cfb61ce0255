"""What writes a run's files: as a callback while training goes on, and once more at its end."""

import csv
import time
from pathlib import Path

import keras

from gan_tutorial import checks, figures
from gan_tutorial.callbacks import Checkpoints, KeepBest, Samples
from gan_tutorial.checkpoints import write_json, written_whole
from gan_tutorial.runs.provenance import machine, versions
from gan_tutorial.settings import onednn


class RunKeeper(keras.callbacks.Callback):
    """Write the files of a run; as a callback, keep the generator in step with the checkpoints.

    Args:
        out: the run's folder, which exists.
        settings: all settings of the run.
        trainer: its trainer, new or restored.
        data_facts: source, number and checksum of the data.
        earlier: seconds of training before, of a run that is resumed.
    """

    def __init__(self, out, settings, trainer, data_facts, earlier=0.0):
        super().__init__()
        self.out, self.settings, self.trainer = Path(out), settings, trainer
        self.data_facts, self.earlier, self.started = data_facts, earlier, None
        self.classes = checks.classes_of(trainer.generator)
        n = 2 * self.classes or 16
        shown = {"n": n, "labels": self._labels(n), "columns": self.classes or None}
        self.frames = Samples(self.out / "frames", settings["report_every"], **shown)

    def callbacks(self, measure=None):
        """Return all callbacks of the run, this one last; `measure` is that of `KeepBest`."""
        out, settings = self.out, self.settings
        every, labels = settings["keep_best"], self._labels(2000)
        best = [KeepBest(measure, every, out, n=2000, labels=labels)] if measure else []
        checkpoints = Checkpoints(out / "checkpoints", settings["checkpoint_every"])
        return [self.frames, *best, checkpoints, self]

    def on_train_begin(self, logs=None):
        """Start the clock."""
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Write the generator and the metrics where a checkpoint is due."""
        if epoch % self.settings["checkpoint_every"] == 0:
            self.write_generator()
            self.write_metrics()

    def write_generator(self):
        """Write G, or its average, as Keras does."""
        with written_whole(self.out / "generator.keras") as aside:
            self.trainer.sampler.save(aside)

    def write_results(self):
        """Write the pictures and tables of a run that ends, or is interrupted."""
        trainer, columns = self.trainer, self.classes or 8  # with classes, each has a column
        samples = trainer.sample(8 * columns, labels=self._labels(8 * columns))
        with written_whole(self.out / "samples.png") as aside:
            figures.save_png(figures.image_grid(samples, columns, scale=2), aside)
        with written_whole(self.out / "losses.png") as aside:
            figures.save_png(figures.plot_history(trainer.history, trainer.loss), aside)
        self.frames.animate(self.out / "training.gif")
        self._write_history()
        self.write_generator()
        self.write_metrics()

    def _write_history(self):
        history = self.trainer.history
        table = zip(*(column.tolist() for column in history.values()), strict=True)
        with written_whole(self.out / "history.csv") as aside, open(aside, "w", newline="") as file:
            csv.writer(file).writerow(history)
            csv.writer(file).writerows(table)

    def write_metrics(self):
        """Write all settings, versions, and how far and how fast the run went."""
        step, history = self.trainer.step, self.trainer.history
        seconds = self.earlier + (time.perf_counter() - self.started if self.started else 0)
        metrics = {
            "settings": self.settings,
            "trainer": self.trainer.settings(),
            "data": self.data_facts,
            "versions": versions(),
            "machine": machine(),
            "onednn": onednn(),
            "steps": step,
            "seconds": round(seconds, 2),
            "steps_per_second": round(step / seconds, 1) if seconds else None,
            "last_report": {name: col[-1].item() for name, col in history.items() if len(col)},
        }
        write_json(self.out / "metrics.json", metrics)

    def _labels(self, n):
        """Return labels for n samples, the classes in turn, or None."""
        return checks.labels_in_turn(self.trainer.generator, n)
