"""The runs behind notebook 06: `gan-tutorial reproduce dcgan`.

For the 1-nearest-neighbour table, as in Radford et al. 2015, Table 3: a network that knows the
label draws 50,000 digits, and a classifier that has only these must read the test set. For a minute
and a half of training: the small DCGAN and the article's GAN, one after the other.
"""

import json
import time
from pathlib import Path

import keras

from gan_tutorial.algorithm import sample
from gan_tutorial.checkpoints import find
from gan_tutorial.checks import positive
from gan_tutorial.experiments import longrun
from gan_tutorial.experiments.gan import article_trainer
from gan_tutorial.measures.digits import agreement, digit_shares, one_nearest_neighbour_error
from gan_tutorial.measures.frechet import frechet_distance
from gan_tutorial.models import dcgan
from gan_tutorial.networks import make_discriminator, make_generator
from gan_tutorial.trainer import Trainer

# The authors train for 200 epochs of 391 batches of 50,000 images, and give each batch to one
# player in turn: 39,100 updates of D and of G, which are as many steps here.
FULL = {"width": 64, "dense": 1024, "steps": 39_100}
SMALLER = {"width": 24, "dense": 384, "steps": 39_100}  # 85 minutes on two cores
MLP_STEPS = 50_000  # the article's GAN is best by then
LIVE_SECONDS = (5, 10, 20, 30, 45, 60, 75, 90)  # of training, when the live runs are measured
LIVE_SEEDS = (0, 1, 2)
TIMED = (10, 10, 10)  # steps in slices of which the fastest counts
STOPS = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)  # of all steps


class ConstantThenLinear(keras.optimizers.schedules.LearningRateSchedule):
    """Map an update's number to its rate: constant for half of `steps`, then down to 0 in a line.

    Example:
        >>> [float(ConstantThenLinear(1.0, 100)(step)) for step in (0, 50, 75, 100)]
        [1.0, 1.0, 0.5, 0.0]
    """

    def __init__(self, rate, steps):
        self.rate, self.steps = rate, positive("steps", steps)

    def __call__(self, step):
        left = 2 - 2 * keras.ops.cast(step, "float32") / self.steps
        return self.rate * keras.ops.clip(left, 0.0, 1.0)

    def get_config(self):
        """Return rate and steps, a dict."""
        return {"rate": self.rate, "steps": self.steps}


def conditional_trainer(width, dense, steps, seed=0):
    """Map sizes and the number of all steps to the authors' game on MNIST, ready to train."""
    adams = [dcgan.make_dcgan_optimizer(ConstantThenLinear(2e-4, steps)) for _ in range(2)]
    return Trainer(
        dcgan.make_conditional_dcgan_generator(width=width, dense=dense, seed=seed),
        dcgan.make_conditional_dcgan_discriminator(width=width, dense=dense, seed=seed + 1),
        d_optimizer=adams[0],
        g_optimizer=adams[1],
        seed=seed,
    )


def mlp_trainer(seed=0):
    """Return the article's game with labels: the one-hot label is joined to both inputs."""
    pair = make_generator(seed=seed, classes=10), make_discriminator(seed=seed + 1, classes=10)
    return Trainer(*pair, seed=seed)


def small_trainer(seed=0):
    """Return the game of the small DCGAN: 28 x 28 pixels, no labels, batches of 64."""
    return Trainer(
        dcgan.make_dcgan_generator(seed=seed),
        dcgan.make_dcgan_discriminator(seed=seed + 1),
        d_optimizer=dcgan.make_dcgan_optimizer(),
        g_optimizer=dcgan.make_dcgan_optimizer(),
        batch_size=64,
        steps_per_execution=10,
        seed=seed,
    )


def reproduce_conditional(data, out, minutes):
    """The conditional DCGAN at the size of SMALLER; write dcgan-conditional.json and .npz."""
    trainer = conditional_trainer(**SMALLER)
    _train_and_score("conditional", trainer, SMALLER["steps"], data, out, minutes)


def reproduce_full(data, out, minutes):
    """The conditional DCGAN at the authors' size, for many hours; write dcgan-full.json and .npz.

    It goes on for `minutes` in all: give enough of them. The part "speed" says how long a step is.
    """
    trainer = conditional_trainer(**FULL)
    _train_and_score("full", trainer, FULL["steps"], data, out, minutes)


def reproduce_mlp(data, out, minutes):
    """The article's GAN with labels; write dcgan-mlp.json and .npz to `out`."""
    _train_and_score("mlp", mlp_trainer(), MLP_STEPS, data, out, minutes)


def reproduce_real(data, out, minutes):
    """Real images instead of samples: the check of the measure; write dcgan-real.json.

    The first 50,000, which the networks are trained on, and all 60,000.
    """
    del minutes  # it takes one
    images, labels = _first_five_sixths(data)
    started = time.perf_counter()
    facts = {
        **longrun.circumstances(images, data, "dcgan", "real"),
        "last": score(images, labels, data),
        "all": score(data.train_images, data.train_labels, data),
        "seconds": round(time.perf_counter() - started, 1),
    }
    longrun.write_result(out, "dcgan-real", facts)


def reproduce_speed(data, out, minutes):
    """Time steps of the conditional DCGAN at the authors' size; write dcgan-speed.json to `out`."""
    del minutes  # it takes one
    images, labels = _first_five_sixths(data)
    trainer, slices = conditional_trainer(**FULL), []
    for steps in (1, *TIMED):  # the first compiles
        started = time.perf_counter()
        trainer.fit(images, steps, labels, progress=False)
        slices.append((time.perf_counter() - started) / steps)
    facts = {
        **longrun.circumstances(images, data, "dcgan", "speed"),
        "settings": {"seed": 0, **FULL, "timed": list(TIMED)},
        "seconds_a_step": round(min(slices[1:]), 3),
        "seconds": round(sum(step * n for step, n in zip(slices, (1, *TIMED), strict=True)), 1),
        "full_command": "gan-tutorial reproduce dcgan --parts full --minutes 600",
    }
    longrun.write_result(out, "dcgan-speed", facts)


def reproduce_live(data, out, minutes):
    """The small DCGAN and the article's GAN in turn, 90 s each; write dcgan-live.json to `out`.

    What was measured is kept in live.json, so that a call that is interrupted goes on.
    """
    del minutes  # ten, with the measuring
    path = Path(out) / "live.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for seed in LIVE_SEEDS:
        for name, make in {"dcgan": small_trainer, "mlp": article_trainer}.items():
            if f"{name}-{seed}" not in known:
                known[f"{name}-{seed}"] = _measured_live(make(seed), data)
                longrun.write_json(path, known)
    facts = longrun.circumstances(data.train_images, data, "dcgan", "live")
    facts["settings"] = {"seed": list(LIVE_SEEDS), "seconds": list(LIVE_SECONDS)}
    facts["seconds"] = round(sum(run[-1]["seconds"] for run in known.values()), 1)
    longrun.write_result(out, "dcgan-live", {**facts, "runs": known})


class Moments(keras.callbacks.Callback):
    """Keep G's weights after each of some numbers of seconds of training; then stop it."""

    def __init__(self, seconds):
        super().__init__()
        self.left, self.kept, self.started = list(seconds), [], None

    def on_train_begin(self, logs=None):
        """Start the clock."""
        self.started = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        """Keep G's weights where a moment has come, and end training after the last."""
        seconds = time.perf_counter() - self.started
        if self.left and seconds >= self.left[0]:
            self.left.pop(0)
            self.kept.append((seconds, self.trainer.step, self.model.get_weights()))
        if not self.left:
            self.model.stop_training = True


def _measured_live(trainer, data):
    """Train with one eye on the clock; map what G was at each moment to its measures."""
    moments = Moments(LIVE_SECONDS)
    trainer.fit(data.train_images, 1, progress=False)  # compile before the clock runs
    trainer.fit(data.train_images, 10**6, None, 1000, [moments], progress=False)
    measures = []
    for seconds, step, weights in moments.kept:
        trainer.generator.set_weights(weights)
        samples = trainer.sample(longrun.SAMPLES)
        frechet = frechet_distance(samples, data.test_images)
        histogram = digit_shares(samples).histogram.tolist()
        measures.append({"seconds": seconds, "step": step, "frechet": frechet})
        measures[-1]["histogram"] = histogram
        print(f"{seconds:.0f} s, step {step:,}: Fréchet {frechet:.1f}", flush=True)
    return longrun.rounded(measures)


def score(samples, labels, data):
    """Map labelled samples `(n, 28, 28, 1)` and a dataset to what the table needs, a dict.

    error: `one_nearest_neighbour_error` on the test images. agreement: share in which the
    classifier sees the digit of the label. frechet: distance to the test images. histogram: shares
    of the digits that the classifier sees.
    """
    return longrun.rounded(
        {
            "samples": len(samples),
            "error": one_nearest_neighbour_error(
                samples, labels, data.test_images, data.test_labels
            ),
            "agreement": agreement(samples, labels),
            "frechet": frechet_distance(samples, data.test_images),
            "histogram": digit_shares(samples).histogram.tolist(),
        }
    )


def _train_and_score(part, trainer, steps, data, out, minutes):
    """Train, or go on; measure the snapshots, and the last one as the table needs it; write all."""
    folder, generator = Path(out) / part, trainer.generator
    images, labels = _first_five_sixths(data)
    stops = [round(share * steps) for share in STOPS]
    longrun.train_in_pieces(trainer, images, folder, stops, minutes, labels, save_every=1000)
    facts = longrun.run_facts(trainer, images, data, folder, "dcgan", part)
    facts["seconds_a_step"] = round(facts["seconds"] / max(1, trainer.step), 5)
    facts["snapshots"] = longrun.measure_snapshots(folder, generator, data, trainer.prior, labels)
    last = facts["snapshots"][-1]["step"]
    generator.set_weights(longrun.read_snapshot(find(folder / "snapshots")[-1]))
    samples = sample(generator, len(labels), labels=labels)
    facts["last"] = {"step": last, **score(samples, labels, data)}
    longrun.write_result(out, f"dcgan-{part}", facts, longrun.shipped(folder, [last]))
    print(f"{part}: {facts['last']}")


def _first_five_sixths(data):
    """Return the images that are not held out, 50,000 on MNIST, and their labels."""
    images = data.not_held_out
    return images, data.train_labels[: len(images)]


PARTS = {
    "conditional": reproduce_conditional,
    "mlp": reproduce_mlp,
    "real": reproduce_real,
    "live": reproduce_live,
    "speed": reproduce_speed,
    "full": reproduce_full,
}
