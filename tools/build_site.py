"""Build the site: English, and each translation that has a folder in docs/locale.

    python tools/build_site.py    into docs/_build/html, translations in folders of it

Nothing is executed: the notebooks' stored outputs are shown. A warning is an error.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import mathjax
import pages

DOCS = pages.ROOT / "docs"
STRICT = ["-q", "-W", "--keep-going"]


def translations():
    """Return the languages that docs/locale has a folder for."""
    return sorted(path.parent.name for path in (DOCS / "locale").glob("*/LC_MESSAGES"))


def sphinx(builder, source, out, language="en", options=STRICT, **environment):
    """Run sphinx-build for one language; by default its warnings end the command."""
    doctrees = source.parent / "doctrees" / language
    command = [sys.executable, "-m", "sphinx", "-b", builder, *options]
    command += ["-c", DOCS, "-d", doctrees, source, out]
    environment = {**os.environ, "SITE_LANGUAGE": language, **environment}
    done = subprocess.run([str(part) for part in command], env=environment)
    if done.returncode:
        sys.exit(done.returncode)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=DOCS / "_build")
    args = parser.parse_args()
    start, out = time.perf_counter(), args.out.absolute()
    pages.prepare(out / "source")
    static = DOCS / "_build" / "static"
    settings = {"SITE_MATHJAX": str(static) if mathjax.fetch(static) else ""}
    if translations():
        settings["SITE_TRANSLATED"] = "1"
    sphinx("html", out / "source", out / "html", **settings)
    for language in translations():
        sphinx("html", out / "source", out / "html" / language, language, **settings)
    print(f"{out / 'html' / 'index.html'} ({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
