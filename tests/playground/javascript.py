"""JavaScript from Python: functions that run code on the playground's modules, and its answer.

The code is the body of an async function, so it may `await` and must `return`. It sees the modules
of MODULES by their names, and what it was given as `given`. An engine keeps running between calls,
since to start one takes longer than most of what it is asked.
"""

import contextlib
import functools
import http.server
import json
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.project.test_browser import QUIET

FOLDER = Path(__file__).parents[2] / "gan_tutorial" / "playground"
MODULES = ("numbers", "net", "gan", "data", "words", "presets", "settings", "objective")
SECONDS = 300  # after which node is stopped: an endless loop must not last for ever

# JSON has neither NaN nor infinities, and loses the sign of -0: they travel as {"$number": "NaN"}.
RUN = """async ([home, names, code]) => {
  const inJSON = (x) => typeof x !== "number" || (Number.isFinite(x) && !Object.is(x, -0));
  const plain = (key, x) => {
    if (ArrayBuffer.isView(x)) return Array.from(x);
    return inJSON(x) ? x : { $number: x === 0 ? "-0" : String(x) };
  };
  try {
    const modules = await Promise.all(names.map((name) => import(`${home}/${name}.js`)));
    const AsyncFunction = (async () => {}).constructor;
    const answer = await new AsyncFunction(...names, code)(...modules);
    if (answer === undefined) throw new Error("the code returns nothing");
    return JSON.stringify({ answer }, plain);
  } catch (error) {
    return JSON.stringify({ error: String(error?.stack ?? error) });
  }
}"""

NODE = f"""
import {{ createInterface }} from "node:readline";
const run = {RUN};
for await (const line of createInterface({{ input: process.stdin }})) {{
  process.stdout.write(await run(JSON.parse(line)) + "\\n");
}}
"""


def question(home, code, given):
    """Return what RUN takes."""
    given = json.dumps(given, default=lambda array: array.tolist())  # NaN is JavaScript, too
    return [home, MODULES, f'"use strict";\nconst given = {given};\n{code}']


def answer(text):
    """Map what RUN returns to lists, dicts and numbers; raise RuntimeError for its errors."""
    said = json.loads(text, object_hook=lambda d: float(d["$number"]) if "$number" in d else d)
    if "error" in said:
        raise RuntimeError(said["error"])
    return said["answer"]


@contextlib.contextmanager
def in_node(aside):
    """Yield the function for node; the modules are copied to an empty folder.

    There a file says that they are modules, which node before 20.19 does not see by itself.
    """
    for path in FOLDER.glob("*.js"):
        shutil.copy(path, aside)
    (aside / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (aside / "node.mjs").write_text(NODE, encoding="utf-8")
    with subprocess.Popen(
        ["node", aside / "node.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:

        def run(code, **given):
            asked = json.dumps(question(aside.as_uri(), code, given))
            late = threading.Timer(SECONDS, process.kill)
            late.start()
            try:
                print(asked, file=process.stdin, flush=True)
                return answer(process.stdout.readline() or '{"error": "node has ended"}')
            finally:
                late.cancel()

        yield run


@contextlib.contextmanager
def in_chromium(start, path):
    """Yield the function for Chromium; `start` is Playwright's `sync_playwright`.

    Playwright gets a thread of its own: while it lives, no other event loop can run in its thread,
    and other tests want one.
    """
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(served(FOLDER))
        thread = stack.enter_context(ThreadPoolExecutor(1))

        def there(function, *args, **kwargs):
            return thread.submit(function, *args, **kwargs).result()

        playwright = there(start().start)
        stack.callback(there, playwright.stop)
        browser = there(playwright.chromium.launch, executable_path=path, args=QUIET)
        stack.callback(there, browser.close)
        page = there(browser.new_page)
        there(page.goto, home)
        yield lambda code, **given: answer(there(page.evaluate, RUN, question(home, code, given)))


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder in silence, and its modules as what they are on every system."""

    extensions_map = {".js": "text/javascript"}

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def served(folder):
    """Yield the address at which this machine alone finds a folder's files."""
    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
