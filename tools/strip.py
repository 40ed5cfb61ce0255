"""Draw docs/_static/strip.svg, the picture of README, from what ships with the package.

    python tools/strip.py

Twelve samples of three generators, and the share of each digit among 10,000 of their samples. The
colours follow the reader's choice of light or dark.
"""

import base64
import io
from pathlib import Path

from PIL import Image

from gan_tutorial import figures, make_generator, results
from gan_tutorial.algorithm import sample
from gan_tutorial.models import stabilised

OUT = Path(__file__).parent.parent / "docs" / "_static" / "strip.svg"
WIDTH, GAP, TOP, BARS, LARGEST = 262, 26, 54, 58, 0.35  # pixels; a bar of LARGEST is BARS high

STYLE = """\
.b{font-weight:700;font-size:18px;fill:#17202b}.m{font-size:14px;fill:#5a6675}.f{fill:#c4470b}
.r{stroke:#0b65b0;stroke-width:2;stroke-dasharray:5 4}.t{font-size:12px;fill:#0b65b0;
paint-order:stroke;stroke:#fff;stroke-width:3px}.w{font-size:8px;font-weight:700;fill:#fff}
.d{font-size:12px;fill:#5a6675}.p{image-rendering:pixelated}
@media(prefers-color-scheme:dark){.b{fill:#e8ecf1}.m,.d{fill:#9aa7b6}.f{fill:#ff9462}
.r{stroke:#6cb4f5}.t{fill:#6cb4f5;stroke:#0d1117}.w{fill:#11161d}}"""
SPOKEN = (
    "Samples of three generators. After 30,000 steps most are readable digits; after a million "
    "steps all are 1s; with the cure all ten digits are there. Bars show the share of each digit."
)


def panels():
    """Yield title, subtitle, twelve samples and the ten shares of each panel."""
    for title, step, more in (
        ("It learns", 30_000, ""),
        ("It collapses", 1_000_000, ": only 1s"),
    ):
        generator = make_generator()
        generator.set_weights(results.weights("gan-article", step))
        [row] = [r for r in results.load("gan-article")["snapshots"] if r["step"] == step]
        yield title, f"step {step:,}{more}", sample(generator, 12), row["histogram"]
    generator = stabilised.make_arm("stabilised").generator
    row = results.load("stabilised-0")["snapshots"][-1]
    generator.set_weights(results.weights("stabilised-0", row["step"]))
    subtitle = f"penalties, wider layers: step {row['step']:,}"
    yield "With the cure", subtitle, sample(generator, 12, prior="normal"), row["histogram"]


def picture(images):
    """Map twelve images to the data URI of a grid of them, and the grid's height over its width."""
    grid = figures.image_grid(images, columns=4)
    file = io.BytesIO()
    Image.fromarray(grid).quantize(16).save(file, "PNG", optimize=True)
    code = base64.b64encode(file.getvalue()).decode()
    return f"data:image/png;base64,{code}", grid.shape[0] / grid.shape[1]


def bars(shares, left, bottom):
    """Yield the bars of ten shares, a digit below each."""
    step = WIDTH / 10
    for digit, share in enumerate(shares):
        x, height = left + digit * step, max(min(share, LARGEST) / LARGEST * BARS, 1)
        middle = f'x="{x + step / 2:.1f}" text-anchor="middle"'
        yield (
            f'<rect class="f" x="{x + 1.5:.1f}" y="{bottom - height:.1f}" width="{step - 3:.1f}" '
            f'height="{height:.1f}" rx="1.5"/>'
        )
        yield f'<text class="d" {middle} y="{bottom + 15:.0f}">{digit}</text>'
        if share > LARGEST:
            yield f'<text class="w" {middle} y="{bottom - BARS + 13:.0f}">{share:.0%}</text>'


def draw():
    """Return the text of the SVG file."""
    parts = []
    for i, (title, subtitle, images, shares) in enumerate(panels()):
        left = i * (WIDTH + GAP)
        uri, ratio = picture(images)
        height = WIDTH * ratio
        bottom = TOP + height + BARS + 16
        tenth = bottom - 0.1 / LARGEST * BARS
        parts += [
            f'<text class="b" x="{left}" y="20">{title}</text>',
            f'<text class="m" x="{left}" y="41">{subtitle}</text>',
            f'<image class="p" x="{left}" y="{TOP}" width="{WIDTH}" height="{height:.0f}" '
            f'href="{uri}"/>',
            *bars(shares, left, bottom),
            f'<path class="r" d="M{left} {tenth:.1f}h{WIDTH}"/>',
        ]
    parts.append(
        f'<text class="d" x="{WIDTH}" y="{bottom - BARS + 6:.1f}" text-anchor="end">'
        "share of each digit</text>"
    )
    parts.append(
        f'<text class="t" x="{left + WIDTH}" y="{tenth - 6:.1f}" text-anchor="end">'
        "real digits: about 10% each</text>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + WIDTH} {bottom + 24:.0f}" '
        'font-family="system-ui, -apple-system, \'Segoe UI\', sans-serif" role="img" '
        f'aria-label="{SPOKEN}"><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )


def main():
    OUT.write_text(draw(), encoding="utf-8")
    print(f"{OUT} ({OUT.stat().st_size / 1000:.0f} KB)")


if __name__ == "__main__":
    main()
