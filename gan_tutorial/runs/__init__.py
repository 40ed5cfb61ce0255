"""A run: train from settings, keep everything in a folder, resume after any interruption.

It flows one way: settings, then data and networks, then the trainer, then what the folder keeps:
metrics.json (settings, versions, speed), checkpoints/, frames/, generator.keras and, when training
ends, samples.png, training.gif, losses.png and history.csv.
"""

from gan_tutorial.runs.folder import read_metrics
from gan_tutorial.runs.scores import evaluate
from gan_tutorial.runs.settings import agreed_settings, merged_settings
from gan_tutorial.runs.training import train

__all__ = ["agreed_settings", "evaluate", "merged_settings", "read_metrics", "train"]
