"""Draw the film of the landing page from weights and numbers that ship with the package.

    python tools/film.py    writes docs/_static/film.png and film.json

Three acts: the baseline learns; it collapses; the same game with penalties on D's slope, and at the
end the whole recipe. A moment is a grid of forty samples; film.png holds all of them below each
other, one pixel for each of an image's, and film.json says of each moment its act, its label and
the share of each digit in 10,000 samples.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from gan_tutorial import figures, make_generator, results
from gan_tutorial.algorithm import sample
from gan_tutorial.models import stabilised

OUT = Path(__file__).parent.parent / "docs" / "_static"
COLUMNS, N = 8, 40
LEARNT = 30_000  # the last step of the first act
PENALTIES = ("with R1 and R2", "加上 R1 和 R2")
SEEN = (1_000, 5_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)  # of the third act
WHOLE = ("the whole recipe", "完整方案")
NOISE = (": noise, which a classifier takes for 8s", "：噪声，分类器把它看成 8")


def moments():
    """Yield act, names of the change, step, forty samples and ten shares of each moment."""
    generator = make_generator()
    rows = {row["step"]: row for row in results.load("gan-article")["snapshots"]}
    for step in results.steps_of_weights("gan-article"):
        generator.set_weights(results.weights("gan-article", step))
        act = 0 if step <= LEARNT else 1
        yield act, None, step, sample(generator, N, seed=0), rows[step]["histogram"]
    rows = {row["step"]: row for row in results.load("stabilised-million")["snapshots"]}
    for step in SEEN:
        generator.set_weights(results.weights("stabilised-million", step))
        yield 2, PENALTIES, step, sample(generator, N, seed=0), rows[step]["histogram"]
    generator = stabilised.make_arm("stabilised").generator
    row = results.load("stabilised-0")["snapshots"][-1]
    generator.set_weights(results.weights("stabilised-0", row["step"]))
    yield 2, WHOLE, row["step"], sample(generator, N, prior="normal"), row["histogram"]


def main():
    grids, facts = [], []
    for act, names, step, images, shares in moments():
        grids.append(figures.image_grid(images, columns=COLUMNS, gap=1)[1:-1, 1:-1])
        labels = {"label": f"step {step:,}", "zh": f"第 {step:,} 步"}
        if names:
            labels = {"label": f"{names[0]}: step {step:,}", "zh": f"{names[1]}：第 {step:,} 步"}
        elif step == 0:
            labels = {"label": labels["label"] + NOISE[0], "zh": labels["zh"] + NOISE[1]}
        facts.append({"act": act, **labels, "share": [round(share, 3) for share in shares]})
    sheet = Image.fromarray(np.concatenate(grids)).quantize(12, dither=Image.Dither.NONE)
    sheet.save(OUT / "film.png", optimize=True)
    text = json.dumps({"frames": facts}, ensure_ascii=False, indent=1)
    (OUT / "film.json").write_text(text + "\n", encoding="utf-8")
    size = (OUT / "film.png").stat().st_size
    print(f"{OUT / 'film.png'} ({size / 1e3:.0f} KB, {len(facts)} moments of {grids[0].shape})")


if __name__ == "__main__":
    main()
