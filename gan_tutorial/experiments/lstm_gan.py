"""The runs behind notebook 08: `gan-tutorial reproduce lstm-gan`.

RCGAN on the digits 0 to 2, row by row, from five initialisations, each judged by a classifier that
learns from its samples; and RGAN on sines, judged by MMD. The protocol is that of Esteban et al.
2017, sections 4.1 and 4.2, with the settings of the authors' code (github.com/ratschlab/RGAN).
Next to RCGAN's G, its average over the steps is judged, which the paper did not have.
"""

import json
from pathlib import Path

import numpy as np

from gan_tutorial.algorithm import sample
from gan_tutorial.checkpoints import find
from gan_tutorial.experiments import longrun
from gan_tutorial.measures import mmd, tstr
from gan_tutorial.models import lstm_gan
from gan_tutorial.trainer import Trainer

DIGITS = (0, 1, 2)
BATCH = 28
EPOCHS = {"digits": 191, "sines": 500}
AVERAGE = 0.999  # decay of the average of G's weights on digits
STOPS = (0, 0.01, 0.02, 0.05, *(share / 20 for share in range(2, 21)))  # of all steps
JUDGED = 0.25  # epochs to choose from begin at this share of the schedule
JUDGES = 2  # classifiers, of other first weights, that learn from each of them
SINES = 14_000
MEASURED = 2500  # sines on each side of an MMD


def digits_split(data, seed=0):
    """Map a dataset to three pairs, rows of the digits 0 to 2 and labels: train, validation, test.

    They are three, one and one fifths of the training images, drawn at random. (The authors did
    not touch MNIST's own test images.)
    """
    kept = np.isin(data.train_labels, DIGITS)
    rows, labels = lstm_gan.rows_of(data.train_images[kept]), data.train_labels[kept]
    return [(rows[part], labels[part]) for part in _fifths(len(rows), seed)]


def sines_split(seed=0):
    """Return three arrays of sines: train, validation, test; three, one and one fifths."""
    waves = lstm_gan.sines(SINES, seed=seed)
    return [waves[part] for part in _fifths(len(waves), seed)]


def _fifths(n, seed):
    order = np.random.default_rng(seed).permutation(n)
    return np.split(order, [-(-3 * n // 5), -(-3 * n // 5) + n // 5])


def steps_of(kind, n):
    """Map the kind of data and the number of training sequences to the steps of all epochs.

    An epoch is n // 28 steps, as everywhere in this package. In the authors' code one of digits
    is a third of that: its loop takes a batch for D and, for their labels, two for G.
    """
    return EPOCHS[kind] * (n // BATCH)


def digits_trainer(seed=0):
    """Return RCGAN's game on rows of 14 pixels: one update of D, two of G, and G's average."""
    return _trainer(
        lstm_gan.make_lstm_generator(14, 3, 14, classes=3, seed=2 * seed),
        lstm_gan.make_lstm_discriminator(14, 14, classes=3, seed=2 * seed + 1),
        seed,
        g_steps=2,
        ema=AVERAGE,
    )


def sines_trainer(seed=0):
    """Return RGAN's game on sines: one update of D, one of G."""
    return _trainer(
        lstm_gan.make_lstm_generator(seed=2 * seed),
        lstm_gan.make_lstm_discriminator(seed=2 * seed + 1),
        seed,
    )


def _trainer(generator, discriminator, seed, **settings):
    d_optimizer, g_optimizer = lstm_gan.make_lstm_optimizers()
    return Trainer(
        generator,
        discriminator,
        d_optimizer=d_optimizer,
        g_optimizer=g_optimizer,
        batch_size=BATCH,
        prior="normal",
        data_range=(-1, 1),
        seed=seed,
        **settings,
    )


def reproduce_digits(seed, data, out, minutes):
    """RCGAN from one initialisation; write lstm-gan-digits-SEED.json and, of the average, .npz."""
    split = digits_split(data)
    images, labels = split[0]
    folder, trainer = Path(out) / f"digits-{seed}", digits_trainer(seed)
    steps = steps_of("digits", len(images))
    longrun.train_in_pieces(trainer, images, folder, _stops(steps), minutes, labels)
    facts = longrun.run_facts(trainer, images, data, folder, "lstm-gan", f"digits-{seed}")
    for kind, snapshots in (("chosen", "not-averaged"), ("averaged", "snapshots")):
        judged = _judge_snapshots(folder / snapshots, trainer.generator, split, JUDGED * steps)
        best = max(judged, key=lambda row: max(row["tstr"]))
        step, judge = best["step"], int(np.argmax(best["tstr"]))
        path = longrun.snapshot_path(folder / snapshots, step)
        trainer.generator.set_weights(longrun.read_snapshot(path))
        measures = _final(trainer.generator, split, judge)
        facts[kind] = {"step": step, "judge": judge, **measures, "snapshots": judged}
        print(f"digits-{seed}, {kind}: step {step}, {measures}", flush=True)
    shipped = longrun.shipped(folder, [facts["averaged"]["step"]])
    longrun.write_result(out, f"lstm-gan-digits-{seed}", facts, shipped)


def _judge_snapshots(folder, generator, split, first):
    """Map snapshots from the first step on to TSTR on validation, of each judge: dicts by step.

    The authors judge every epoch; we judge fewer moments, each of them several times.
    """
    path = folder / "judged.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    (_, labels), validation = split[0], _judged(split[1])
    for snapshot in find(folder):
        step = int(snapshot.stem.removeprefix("step-"))
        if step < first:
            continue
        generator.set_weights(longrun.read_snapshot(snapshot))
        fakes, scores = _drawn(generator, labels), known.setdefault(str(step), [])
        for judge in range(len(scores), JUDGES):
            [score] = tstr.transfer_accuracy(fakes, [validation], validation, seed=judge)
            scores.append(round(score, 4))
            longrun.write_json(path, known)
    return [{"step": int(step), "tstr": known[step]} for step in sorted(known, key=int)]


def _final(generator, split, judge):
    """Map the chosen generator and judge to their measures on the test set, and real images'."""
    train, validation, test = (_judged(pair) for pair in split)
    real, others = tstr.transfer_accuracy(
        train, [test, _drawn(generator, test[1], seed=1)], validation, seed=judge
    )
    fakes = _drawn(generator, train[1])
    [synthetic] = tstr.transfer_accuracy(fakes, [test], validation, seed=judge)
    return longrun.rounded({"real": real, "tstr": synthetic, "trts": others})


def _drawn(generator, labels, seed=0):
    """Return generated images with these labels, and the labels."""
    sequences = sample(generator, len(labels), labels=labels, seed=seed, prior="normal")
    return lstm_gan.images_of(sequences), labels


def _judged(pair):
    return lstm_gan.images_of(pair[0]), pair[1]


def reproduce_sines(data, out, minutes):
    """RGAN on sines; write lstm-gan-sines.json and .npz to `out`."""
    train, validation, test = sines_split()
    folder, trainer = Path(out) / "sines", sines_trainer()
    steps = steps_of("sines", len(train))
    longrun.train_in_pieces(trainer, train, folder, _stops(steps), minutes)
    facts = longrun.run_facts(trainer, train, data, folder, "lstm-gan", "sines")
    facts["data"] = "sines"
    facts["snapshots"] = _measure_sines(folder, trainer.generator, validation, test)
    best = min(facts["snapshots"], key=lambda row: row["mmd_validation"])["step"]
    path = longrun.snapshot_path(folder / "snapshots", best)
    trainer.generator.set_weights(longrun.read_snapshot(path))
    facts["chosen"] = {"step": best, **_final_sines(trainer.generator, validation, test)}
    longrun.write_result(out, "lstm-gan-sines", facts, longrun.shipped(folder, [best]))
    print(f"sines: {facts['chosen']}")


def _measure_sines(folder, generator, validation, test):
    """Map a run's snapshots to their MMD and share in the band, a list of dicts by step.

    All with one bandwidth, the median distance of real sines, so that they can be compared.
    """
    sigma, measures = mmd.median_distance(validation), []
    for snapshot in find(folder / "snapshots"):
        generator.set_weights(longrun.read_snapshot(snapshot))
        fakes = sample(generator, MEASURED, prior="normal")
        measures.append(
            {
                "step": int(snapshot.stem.removeprefix("step-")),
                "mmd_validation": mmd.mmd(validation, fakes, sigma),
                "mmd_test": mmd.mmd(test, fakes, sigma),
                "in_band": lstm_gan.share_in_band(fakes),
            }
        )
    return longrun.rounded(measures)


def _final_sines(generator, validation, test):
    """Map G to its measures and those of real sines and of noise: N(0, 1), and as loud as sines.

    `mmd` is at the median distance, `mmd_protocol` at the bandwidth that tells them apart best.
    """
    rng = np.random.default_rng(0)
    contenders = {
        "generated": sample(generator, MEASURED, seed=1, prior="normal"),
        "real": validation,
        "noise": rng.normal(size=test.shape),
        "quiet_noise": rng.normal(0, test.std(), test.shape),
    }
    sigma = mmd.median_distance(validation)
    chosen = {}
    for name, sequences in contenders.items():
        protocol, hardest = _by_protocol(test, sequences)
        chosen[name] = {
            "mmd": mmd.mmd(test, sequences, sigma),
            "mmd_protocol": protocol,
            "sigma_protocol": hardest,
            "in_band": lstm_gan.share_in_band(sequences),
        }
    return longrun.rounded(chosen)


def _by_protocol(real, fakes):
    """Choose the bandwidth on a fifth of the samples, measure on the others: MMD, bandwidth."""
    n = min(len(real), len(fakes))
    fifth, rest = slice(n // 5), slice(n // 5, n)
    sigma = mmd.bandwidth(real[fifth], fakes[fifth])
    return mmd.mmd(real[rest], fakes[rest], sigma), sigma


def _stops(steps):
    return sorted({round(share * steps) for share in STOPS})


PARTS = {
    **{
        f"digits-{seed}": lambda data, out, minutes, seed=seed: reproduce_digits(
            seed, data, out, minutes
        )
        for seed in range(5)
    },
    "sines": reproduce_sines,
}
