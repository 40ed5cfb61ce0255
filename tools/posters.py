"""Draw the posters of the playground: what stands for a game where no script runs.

    python tools/posters.py             all of them, into gan_tutorial/playground
    python tools/posters.py collapse    some of them

The games are the same on every machine, and so are their pictures, up to the smoothing of edges.
Needed are the extra `browser` and a Chromium or Chrome on the path.
"""

import argparse
import base64
import functools
import http.server
import io
import threading

from PIL import Image
from playwright.sync_api import sync_playwright

from gan_tutorial.playground import FOLDER
from screenshots import Quiet, find_browser

COLOURS = 64
# Two maps side by side, the game and its cure, each at the last step that its text names.
DRAW = """async (name) => {
    const { PRESETS, namedSteps } = await import("/presets.js");
    const { DATA } = await import("/data.js");
    const { COLOURS } = await import("/page.js");
    const { Panel } = await import("/panel.js");
    const { WORDS } = await import("/words.js");
    const { data, settings, cure } = PRESETS[name], made = DATA[data](), maps = [];
    const show = { map: true, real: true, fake: true, push: true }, side = cure ? 236 : 320;
    for (const extra of cure ? [{}, cure] : [{}]) {
        const panel = new Panel(WORDS.en);
        const texts = maps.length ? "cured" : "see";
        document.body.replaceChildren(panel.main);
        panel.main.style.width = `${side}px`;
        panel.begin(made, { ...settings, ...extra });
        while (panel.game.steps < namedSteps(name, [texts]).at(-1)) panel.game.step();
        panel.changed();
        panel.options = { show, colours: COLOURS.light };
        panel.drawMain();
        maps.push(panel.main);
    }
    const gap = 16, whole = document.createElement("canvas");
    whole.width = maps.length * maps[0].width + gap * (maps.length - 1);
    whole.height = maps[0].height;
    const context = whole.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, whole.width, whole.height);
    maps.forEach((map, k) => context.drawImage(map, k * (map.width + gap), 0));
    return whole.toDataURL();
}"""
PLACE = '<div class="gan-objective" style="width: 480px"></div>'


def few_colours(data):
    """Map the bytes of a PNG to a small PNG, in which small dots keep their colour."""
    file = io.BytesIO()
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    method = Image.Quantize.MAXCOVERAGE
    picture.quantize(COLOURS, method, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def preset_poster(page, name):
    """Return the poster of a preset as the bytes of a PNG."""
    address = page.evaluate(DRAW, name)
    return few_colours(base64.b64decode(address.partition(",")[2]))


def objective_poster(page):
    """Return the poster of the objective as the bytes of a PNG."""
    page.set_content(PLACE)
    page.add_script_tag(url="/objective.js", type="module")
    page.wait_for_selector("[data-alive]")
    return few_colours(page.locator(".gan-objective").screenshot())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="of presets, or objective; all by default")
    args = parser.parse_args()
    handler = functools.partial(Quiet, directory=FOLDER)
    with (
        http.server.ThreadingHTTPServer(("localhost", 0), handler) as server,
        sync_playwright() as playwright,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options = ["--no-sandbox", "--disable-gpu"]  # root has no sandbox
        browser = playwright.chromium.launch(executable_path=find_browser(), args=options)
        page = browser.new_page(color_scheme="light", device_scale_factor=2)
        page.goto(f"http://localhost:{server.server_port}/words.js")  # any page of the server
        find = "import('/presets.js').then(({ PRESETS }) => Object.keys(PRESETS))"
        for name in args.names or [*page.evaluate(find), "objective"]:
            data = objective_poster(page) if name == "objective" else preset_poster(page, name)
            (FOLDER / f"{name}.png").write_bytes(data)
            print(f"{name}.png ({len(data) / 1e3:.0f} KB)")
        server.shutdown()


if __name__ == "__main__":
    main()
