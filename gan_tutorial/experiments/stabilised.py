"""The runs that show the cure for collapse: `gan-tutorial reproduce stabilised`.

All but `million` train on the images that no measure holds out, as the 2014 paper did.
"""

import json
import time
from functools import partial
from pathlib import Path

import numpy as np

from gan_tutorial.algorithm import sample
from gan_tutorial.checkpoints import find
from gan_tutorial.experiments import gan, longrun
from gan_tutorial.models import stabilised, toys
from gan_tutorial.penalties import r1, r2

STOPS = (0, 1000, 5000, 10_000, 20_000, 40_000, 60_000)
ARM_STEPS = 15_000  # of the last arm; the others run as long on the clock
TOYS = {"none": {}, "penalties": {"penalty": r1(0.1) + r2(0.1), "ema": 0.995}}
DENSITIES = {"ring": toys.ring(), "grid": toys.grid()}
SEEDS = range(3)
TOY_STEPS, TOY_POINTS, MEASURED = 8000, 100_000, 2500  # the paper measures 2,500 points


def reproduce_seed(data, out, minutes, seed):
    """The stabilised pair, 60,000 steps with one seed; write stabilised-SEED.json.

    Seed 0 ships its last weights too, as .npz.
    """
    images = data.not_held_out
    folder, trainer = Path(out) / f"seed-{seed}", stabilised.make_arm("stabilised", seed)
    longrun.train_in_pieces(trainer, images, folder, STOPS, minutes)
    facts = longrun.run_facts(trainer, images, data, folder, "stabilised", f"seed-{seed}")
    facts["snapshots"] = longrun.measure_snapshots(folder, trainer.generator, data, trainer.prior)
    kept = longrun.shipped(folder, STOPS[-1:] if seed == 0 else ())
    longrun.write_result(out, f"stabilised-{seed}", facts, kept)


def reproduce_arms(data, out, minutes):
    """One change at a time, each arm as long on the clock; write stabilised-arms.json and .npz.

    How many steps an arm gets follows from the arms' speeds, measured in turn before anything is
    trained, so that a busy minute of the machine falls on all of them.
    """
    images, out = data.not_held_out, Path(out)
    speeds = _speeds(images, out / "speeds.json")
    facts = longrun.circumstances(images, data, "stabilised", "arms")
    facts |= {"settings": {"seed": 0}, "speeds": speeds}  # each arm has more of its own
    facts["arms"], facts["seconds"], arrays = {}, 0.0, {}
    for arm in stabilised.ARMS:
        folder, trainer = out / arm, stabilised.make_arm(arm)
        steps = round(ARM_STEPS * speeds[arm] / speeds["stabilised"])
        longrun.train_in_pieces(trainer, images, folder, _stops(steps), minutes)
        run = longrun.run_facts(trainer, images, data, folder, "stabilised", "arms")
        rows = longrun.measure_snapshots(folder, trainer.generator, data, trainer.prior)
        kept = ("settings", "parameters", "steps", "seconds")
        facts["arms"][arm] = {**{name: run[name] for name in kept}, "snapshots": rows}
        facts["seconds"] += run["seconds"]
        trainer.generator.set_weights(longrun.read_snapshot(find(folder / "snapshots")[-1]))
        shown = sample(trainer.generator, 100, prior=trainer.prior)
        arrays[arm] = np.uint8(np.rint(255 * shown))
    longrun.write_result(out, "stabilised-arms", facts, arrays)


def reproduce_million(data, out, minutes):
    """The baseline's run with R1 and R2 as its only change; write stabilised-million.json and .npz.

    Networks, Adam, images, seed and stops are those of `gan_tutorial.experiments.gan`, up to the
    step at which the baseline draws one digit alone.
    """
    images = data.train_images
    folder, trainer = Path(out) / "million", stabilised.make_arm("penalties")
    longrun.train_in_pieces(trainer, images, folder, gan.ARTICLE_STOPS, minutes)
    facts = longrun.run_facts(trainer, images, data, folder, "stabilised", "million")
    facts["snapshots"] = longrun.measure_snapshots(folder, trainer.generator, data, trainer.prior)
    kept = longrun.shipped(folder, gan.ARTICLE_SHIPPED)
    longrun.write_result(out, "stabilised-million", facts, kept)


def reproduce_toys(data, out, minutes):
    """Ring and grid with and without penalties, three seeds; write stabilised-toys.json."""
    del minutes  # of training it needs six
    started = time.perf_counter()
    runs = {
        density: {kind: [_toy_run(density, kind, seed) for seed in SEEDS] for kind in TOYS}
        for density in DENSITIES
    }
    facts = {
        **longrun.circumstances(data.train_images, data, "stabilised", "toys"),
        "data": "ring and grid",
        "settings": toys.make_toy_trainer(**TOYS["penalties"]).settings(),
        "steps": TOY_STEPS,
        "points": MEASURED,
        "runs": runs,
        "seconds": round(time.perf_counter() - started, 1),
    }
    longrun.write_result(out, "stabilised-toys", facts)


def _toy_run(density, kind, seed):
    trainer = toys.make_toy_trainer(steps=TOY_STEPS, seed=seed, **TOYS[kind])
    trainer.fit(DENSITIES[density].draw(TOY_POINTS), TOY_STEPS, progress=False)
    covered = toys.coverage(trainer.sample(MEASURED), DENSITIES[density])
    print(f"{density}, {kind}, seed {seed}: {covered}", flush=True)
    return {"seed": seed, **longrun.rounded(covered._asdict())}


def _stops(steps):
    """Seven stops up to a number of steps, denser at the beginning."""
    return tuple(sorted({round(steps * (i / 6) ** 2) for i in range(7)}))


def _speeds(images, path, slices=4, steps=500):
    """Map images to the best steps per second of each arm over slices in turn; kept in a file."""
    if path.is_file():
        return json.loads(path.read_text())
    trainers = {arm: stabilised.make_arm(arm) for arm in stabilised.ARMS}
    best = dict.fromkeys(trainers, 0.0)
    for round_ in range(slices + 1):
        for arm, trainer in trainers.items():
            started = time.perf_counter()
            trainer.fit(images, steps, progress=False)
            if round_:  # the first slice compiles
                best[arm] = max(best[arm], steps / (time.perf_counter() - started))
    speeds = longrun.rounded(best)
    longrun.write_json(path, speeds)
    return speeds


PARTS = {
    **{f"seed-{n}": partial(reproduce_seed, seed=n) for n in SEEDS},
    "toys": reproduce_toys,
    "arms": reproduce_arms,
    "million": reproduce_million,
}
