"""Why the baseline collapses: `gan-tutorial reproduce collapse`. Training is resumable.

Two more seeds of the article's run, up to step 300,000, where 98% of seed 0's samples are 1s, and
tests of the likely causes: D's verdicts, where it pushes G, and what another D does with that G.
"""

import json
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from gan_tutorial import draws, losses
from gan_tutorial.checkpoints import write_json
from gan_tutorial.experiments import gan, longrun
from gan_tutorial.measures import classifier, evaluation
from gan_tutorial.measures.digits import shares_of
from gan_tutorial.networks import make_discriminator, make_generator
from gan_tutorial.trainer import Trainer

PROBED = (30_000, 300_000)  # seed 0 is at its best at the former, and at the latter draws 1s
SEEDS = (1, 2)
LATER = 5000  # steps that the game goes on from a probe
ALONE = 1000  # steps of a new D against a G that stands still
JUDGED, PAIRED = 1000, 64  # images that D judges; z whose gradients are compared


def reproduce_seed(data, out, minutes, seed):
    """The article's run with another seed, probed twice; write collapse-SEED.json."""
    images, folder = data.train_images, Path(out) / f"seed-{seed}"
    trainer, probes = gan.article_trainer(seed), []
    for step in PROBED:
        stops = [stop for stop in gan.ARTICLE_STOPS if stop <= step]
        longrun.train_in_pieces(trainer, images, folder, stops, minutes)
        path = folder / f"probe-{step}.json"
        if trainer.step == step and not path.is_file():
            write_json(path, {"step": step, **longrun.rounded(probe(trainer, data, folder))})
        if path.is_file():
            probes.append(json.loads(path.read_text(encoding="utf-8")))
    facts = longrun.run_facts(trainer, images, data, folder, "collapse", f"seed-{seed}")
    facts["snapshots"] = longrun.measure_snapshots(folder, trainer.generator, data, trainer.prior)
    longrun.write_result(out, f"collapse-{seed}", {**facts, "probes": probes})


def probe(trainer, data, folder):
    """Return the evidence on each cause, a dict; the game of the article itself stays as it is.

    now: the shares of the digits in G's samples and their scores, D's verdicts, and `cosines` of
    its gradients.
    later: the same, after the same game has gone on.
    fresh: the same for a new D, which was trained against G while that stood still. Its "later" is
    what becomes of G when both go on, each with its optimiser as it was.
    ahead: the same for G's own D, which was trained as long against that G: the new D had that too.
    """
    folder = Path(folder) / "probe"
    trainer.save(folder)
    again = gan.article_trainer(trainer.seed).restore(folder)
    seen = {"now": _seen(again, data)}
    again.fit(data.train_images, LATER, progress=False)
    seen["later"] = _seen(again, data)
    own = make_discriminator()
    own.set_weights(trainer.discriminator.get_weights())
    seen["fresh"] = _with_a_lead(trainer, make_discriminator(seed=trainer.seed + 1000), data)
    seen["ahead"] = _with_a_lead(trainer, own, data, trainer.d_optimizer)
    return seen


def _with_a_lead(trainer, discriminator, data, memory=None):
    """Train a D alone against a copy of G, look at it, and let both go on; see `probe`.

    The memory is that of D's optimiser, which starts without any where none is given.
    """
    images, generator = data.train_images, make_generator()
    generator.set_weights(trainer.generator.get_weights())
    still = keras.optimizers.SGD(0.0)
    alone = Trainer(generator, discriminator, g_optimizer=still, seed=trainer.seed)
    if memory is not None:
        _hand_over(memory, alone.d_optimizer)
    alone.fit(images, ALONE, progress=False)
    seen = _seen(alone, data)
    both = Trainer(generator, discriminator, seed=trainer.seed + 1000)
    _hand_over(trainer.g_optimizer, both.g_optimizer)
    _hand_over(alone.d_optimizer, both.d_optimizer)
    both.fit(images, LATER, progress=False)
    return {**seen, "later": _seen(both, data)}


def _hand_over(optimizer, other):
    """Give one optimiser the memory of another, so that it makes no first steps once more."""
    for ours, theirs in zip(other.variables, optimizer.variables, strict=True):
        ours.assign(theirs.value)


def _seen(trainer, data):
    samples = trainer.sample(longrun.SAMPLES)
    features, probabilities = classifier.see(samples)
    n = min(JUDGED, len(samples), len(data.test_images))
    images = data.test_images[:n], samples[:n]
    d_real, d_fake = (tf.sigmoid(trainer.discriminator(x))[:, 0].numpy() for x in images)
    z = draws.uniform((PAIRED, 100), draws.key(trainer.seed, draws.SAMPLE, 0))
    by_weights, by_images = cosines(trainer.generator, trainer.discriminator, z)
    return {
        "shares": shares_of(probabilities).histogram.tolist(),
        **evaluation.compared(features, classifier.see(data.test_images)[0]),
        "d_real": float(d_real.mean()),
        "d_fake": float(d_fake.mean()),
        "right": float(np.mean([d_real > 0.5, d_fake < 0.5])),
        "cosine_by_weights": by_weights,
        "cosine_by_images": by_images,
    }


def cosines(generator, discriminator, z):
    """Map a pair and z `(n, ...)` to two mean cosines in [-1, 1], each of all pairs of different z.

    They are those between the gradients of G's loss by G's weights, and by G's images. At 1, all
    samples are pushed in one direction. Samples that look alike are, whatever D is: compare two D.

    Raises FloatingPointError where a gradient is 0 or not finite.

    Example:
        >>> z = draws.uniform((4, 100), draws.key(0, draws.SAMPLE, 0))
        >>> values = cosines(make_generator(), make_discriminator(), z)
        >>> all(-1 <= value <= 1 for value in values)
        True
    """
    rows = [_gradients(generator, discriminator, z[i : i + 1]) for i in range(len(z))]
    return tuple(_mean_cosine(np.stack(kind)) for kind in zip(*rows, strict=True))


def _gradients(generator, discriminator, z):
    """Return the gradients of G's loss at one z, by G's weights and by its image, as vectors."""
    with tf.GradientTape() as tape:
        image = generator(z)
        loss = losses.non_saturating_g_loss(None, discriminator(image))
    by_weights, by_image = tape.gradient(loss, [generator.trainable_variables, image])
    return np.concatenate([np.ravel(part) for part in by_weights]), np.ravel(by_image)


def _mean_cosine(rows):
    """Map vectors `(n, m)` to the mean cosine of all pairs of different rows."""
    rows = np.float64(rows)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise FloatingPointError("a gradient of G is 0 or not finite, and has no direction")
    n, total = len(rows), (rows / lengths).sum(0)
    return float((total @ total - n) / (n * (n - 1)))


PARTS = {f"seed-{seed}": partial(reproduce_seed, seed=seed) for seed in SEEDS}
