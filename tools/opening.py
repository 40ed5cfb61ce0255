"""Film the baseline as it learns, for the first screen of notebook 01: notebooks/covers/01.gif.

    python tools/opening.py    trains 30,000 steps, about a minute; needs MNIST

The same sixteen z in every frame, with the step above them.
"""

from pathlib import Path

import keras

from gan_tutorial import Trainer, load_mnist, make_discriminator, make_generator
from gan_tutorial.films import film

OUT = Path(__file__).parent.parent / "notebooks" / "covers" / "01.gif"
STEPS = (
    *(0, 20, 40, 60, 80, 100, 150, 200, 300, 400, 600, 800, 1_000, 1_500, 2_000, 3_000, 4_000),
    *(5_000, 6_000, 8_000, 10_000, 12_000, 15_000, 20_000, 25_000, 30_000),
)


def rows():
    """Return the samples of each step in `STEPS`, an array `(16, 28, 28, 1)` each."""
    trainer = Trainer(make_generator(), make_discriminator())
    kept = {0: trainer.sample(16)}

    def keep(step, logs=None):
        if step in STEPS:
            kept[step] = trainer.sample(16)

    watch = keras.callbacks.LambdaCallback(on_epoch_end=keep)
    images = load_mnist().train_images
    for until, every in ((100, 20), (1_000, 50), (STEPS[-1], 500)):
        trainer.fit(images, steps=until - trainer.step, report_every=every, callbacks=[watch])
    return [kept[step] for step in STEPS]


def main():
    data = film(rows(), [f"step {step:,}" for step in STEPS], columns=8)
    OUT.write_bytes(data)
    print(f"{OUT} ({len(data) / 1e3:.0f} KB, {len(STEPS)} frames)")


if __name__ == "__main__":
    main()
