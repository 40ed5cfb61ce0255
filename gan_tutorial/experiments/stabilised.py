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

STOPS = (0, 1000, 5000, 10_000, 20_000, 40_000, 60_000, 100_000, 200_000, 300_000)
LAST = {0: 300_000, 1: 100_000, 2: 100_000}  # step, by seed
*ONE_CHANGE, FAST = stabilised.ARMS  # the last changes four things, and has its own part
ARM_STEPS = 15_000  # of the last of the former; the others run as long on the clock
RECIPES = (ONE_CHANGE[-1], FAST)
RECIPE_SEEDS, RECIPE_SECONDS = range(5), (45, 90, 300)
TOYS = {"none": {}, "penalties": {"penalty": r1(0.1) + r2(0.1), "ema": 0.995}}
DENSITIES = {"ring": toys.ring(), "grid": toys.grid()}
SEEDS = range(3)
TOY_SEEDS, TOY_STEPS = range(10), 32_000
TOY_POINTS, MEASURED = 100_000, 2500  # of training, and of a measurement, as in the paper
PACGAN_STOPS = (32_000, 100_000, 200_000, 300_000, 400_000)


def reproduce_seed(data, out, minutes, seed):
    """The faster recipe with one seed, as far as LAST says; write stabilised-SEED.json.

    Seed 0 ships its last weights too, as .npz.
    """
    images, stops = data.not_held_out, [stop for stop in STOPS if stop <= LAST[seed]]
    folder, trainer = Path(out) / f"seed-{seed}", stabilised.make_arm(FAST, seed)
    longrun.train_in_pieces(trainer, images, folder, stops, minutes)
    facts = longrun.run_facts(trainer, images, data, folder, "stabilised", f"seed-{seed}")
    facts["snapshots"] = longrun.measure_snapshots(folder, trainer.generator, data, trainer.prior)
    kept = longrun.shipped(folder, stops[-1:] if seed == 0 else ())
    longrun.write_result(out, f"stabilised-{seed}", facts, kept)


def reproduce_arms(data, out, minutes):
    """One change at a time, each arm as long on the clock; write stabilised-arms.json and .npz.

    How many steps an arm gets follows from the arms' speeds, measured in turn before anything is
    trained, so that a busy minute of the machine falls on all of them.
    """
    images, out = data.not_held_out, Path(out)
    makers = {arm: partial(stabilised.make_arm, arm) for arm in ONE_CHANGE}
    speeds = _speeds(images, out / "speeds.json", makers)
    facts = longrun.circumstances(images, data, "stabilised", "arms")
    facts |= {"settings": {"seed": 0}, "speeds": speeds}  # each arm has more of its own
    facts["arms"], facts["seconds"], arrays = {}, 0.0, {}
    for arm, make in makers.items():
        folder, trainer = out / arm, make()
        steps = round(ARM_STEPS * speeds[arm] / speeds[ONE_CHANGE[-1]])
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


def reproduce_recipes(data, out, minutes):
    """The last two arms with five seeds, after 45, 90 and 300 s; write stabilised-recipes.json."""
    makers = {arm: partial(stabilised.make_arm, arm) for arm in RECIPES}
    _compare(data, out, minutes, "recipes", makers, RECIPE_SEEDS, RECIPE_SECONDS)


def reproduce_ablation(data, out, minutes):
    """The last arm without each of its parts, three seeds; write stabilised-ablation.json."""
    makers = {FAST: partial(stabilised.make_arm, FAST)} | {
        f"without {part}": partial(stabilised.make_without, part) for part in stabilised.LEFT_OUT
    }
    _compare(data, out, minutes, "ablation", makers, SEEDS, RECIPE_SECONDS)


def _compare(data, out, minutes, part, makers, seeds, after):
    """Train each of several trainers for the same seconds with each seed, and write a result.

    Seconds are steps at their speeds, which are measured in turn before anything is trained.
    Samples of each run are kept as .npz.

    Args:
        part: of `gan-tutorial reproduce stabilised`.
        makers: a dict of name to `f(seed=seed)`, which makes a trainer.
        seeds, after: numbers, and the seconds after which the runs are measured.
    """
    images, out = data.not_held_out, Path(out) / part
    speeds = _speeds(images, out / "speeds.json", makers)
    facts = longrun.circumstances(images, data, "stabilised", part)
    facts |= {"settings": {"seed": list(seeds)}, "speeds": speeds, "after": after}
    facts[part], facts["seconds"], arrays = {name: [] for name in makers}, 0.0, {}
    for seed in seeds:
        for name, make in makers.items():
            folder, trainer = out / f"{name}-{seed}".replace(" ", "-"), make(seed=seed)
            stops = [round(seconds * speeds[name]) for seconds in after]
            longrun.train_in_pieces(trainer, images, folder, stops, minutes)
            run = longrun.run_facts(trainer, images, data, folder, "stabilised", part)
            rows = longrun.measure_snapshots(folder, trainer.generator, data, trainer.prior)
            kept = {key: run[key] for key in ("settings", "seconds")}
            facts[part][name].append({"seed": seed, **kept, "snapshots": rows})
            facts["seconds"] += run["seconds"]
            arrays[folder.name] = np.uint8(np.rint(255 * trainer.sample(25)))
    longrun.write_result(out.parent, f"stabilised-{part}", facts, arrays)


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
    """Ring and grid with and without penalties, ten seeds; write stabilised-toys.json."""
    del minutes  # one run takes one; those that are done are kept
    rows = {
        density: {kind: [_toy_run(density, kind, seed, out) for seed in TOY_SEEDS] for kind in TOYS}
        for density in DENSITIES
    }
    settings = toys.make_toy_trainer(**TOYS["penalties"], steps=TOY_STEPS).settings()
    facts = _toy_facts(data, "toys", settings)
    facts |= {"steps": TOY_STEPS, "runs": rows}
    runs = [row for kinds in rows.values() for of_kind in kinds.values() for row in of_kind]
    facts["seconds"] = round(sum(row.pop("seconds") for row in runs), 1)
    longrun.write_result(out, "stabilised-toys", facts)


def _toy_run(density, kind, seed, out):
    """Return the row of a run, which is kept in a file and made again for other settings."""
    path = Path(out) / "toys" / f"{density}-{kind}-{seed}.json"
    trainer = toys.make_toy_trainer(steps=TOY_STEPS, seed=seed, **TOYS[kind])
    made = {"steps": TOY_STEPS, "points": TOY_POINTS, "settings": trainer.settings()}
    known = json.loads(path.read_text()) if path.is_file() else {}
    if known.get("made") != made:
        started = time.perf_counter()
        trainer.fit(DENSITIES[density].draw(TOY_POINTS), TOY_STEPS, progress=False)
        row = {"seed": seed, **_covered(trainer, density)}
        row["seconds"] = round(time.perf_counter() - started, 1)
        known = {"made": made, "row": row}
        path.parent.mkdir(parents=True, exist_ok=True)
        longrun.write_json(path, known)
        print(f"{path.stem}: {row}", flush=True)
    return known["row"]


def reproduce_pacgan(data, out, minutes):
    """The grid with PacGAN's own networks as a plain GAN, one seed; write stabilised-pacgan.json.

    It stops early after as many minutes; the authors make 400,000 updates.
    """
    points, rows = DENSITIES["grid"].draw(TOY_POINTS), []
    folder, trainer = Path(out) / "pacgan", toys.make_pacgan_trainer()
    for stop in PACGAN_STOPS:
        longrun.train_in_pieces(trainer, points, folder, [stop], minutes)
        path = folder / f"row-{stop}.json"
        if trainer.step == stop and not path.is_file():
            row = {"step": stop, **_covered(trainer, "grid")}
            longrun.write_json(path, row)
            print(row, flush=True)
        if path.is_file():
            rows.append(json.loads(path.read_text()))
    facts = _toy_facts(data, "pacgan", trainer.settings())
    run = longrun.run_facts(trainer, points, data, folder, "stabilised", "pacgan")
    facts |= {key: run[key] for key in ("parameters", "steps", "seconds")} | {"rows": rows}
    longrun.write_result(out, "stabilised-pacgan", facts)


def _covered(trainer, density):
    points = trainer.sample(MEASURED)
    return longrun.rounded(toys.coverage(points, DENSITIES[density])._asdict())


def _toy_facts(data, part, settings):
    facts = longrun.circumstances(data.train_images, data, "stabilised", part)
    del facts["images"], facts["crc32"]  # of digits, which are not used here
    facts |= {"data": "ring and grid" if part == "toys" else "grid", "settings": settings}
    return facts | {"points": TOY_POINTS, "measured": MEASURED}


def _stops(steps):
    """Seven stops up to a number of steps, denser at the beginning."""
    return tuple(sorted({round(steps * (i / 6) ** 2) for i in range(7)}))


def _speeds(images, path, makers, slices=4, steps=500):
    """Map images and makers of trainers to their best steps per second; kept in a file.

    All run in turn, so that a busy minute of the machine falls on each of them.
    """
    known = json.loads(path.read_text()) if path.is_file() else {}
    if known.keys() == makers.keys():  # another version may have had other arms
        return known
    trainers = {name: make() for name, make in makers.items()}
    best = dict.fromkeys(trainers, 0.0)
    for round_ in range(slices + 1):
        for arm, trainer in trainers.items():
            started = time.perf_counter()
            trainer.fit(images, steps, progress=False)
            if round_:  # the first slice compiles
                best[arm] = max(best[arm], steps / (time.perf_counter() - started))
    speeds = longrun.rounded(best)
    path.parent.mkdir(parents=True, exist_ok=True)
    longrun.write_json(path, speeds)
    return speeds


PARTS = {
    **{f"seed-{n}": partial(reproduce_seed, seed=n) for n in SEEDS},
    "toys": reproduce_toys,
    "pacgan": reproduce_pacgan,
    "arms": reproduce_arms,
    "recipes": reproduce_recipes,
    "ablation": reproduce_ablation,
    "million": reproduce_million,
}
