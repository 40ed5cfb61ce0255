"""Build the site: English, and each translation that has a folder in docs/locale.

    python tools/build_site.py    into docs/_build/html, translations in folders of it

Nothing is executed: the notebooks' stored outputs are shown. A warning is an error.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pages
import vendored

DOCS = pages.ROOT / "docs"
ICONS = re.compile(r"\s*<(script|link)[^>]*fontawesome\.js[^>]*>(</script>)?")
ENTRY = re.compile(r'(<li class="toctree-l1[^>]*><a [^>]*href="([^"]*)">)([^<]*)</a>')
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


def copy_playground(folder):
    """Put the package's own JavaScript and pictures beside what the pages load."""
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(pages.ROOT / "gan_tutorial" / "playground", folder, ignore=ignored)


def lighten(folder):
    """Leave out what no page needs: the theme's icons a second time, as 1.5 MB of script."""
    for path in folder.rglob("fontawesome.js*"):
        path.unlink()
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(ICONS.sub("", text), encoding="utf-8")


def mark_english(folder, language):
    """Say in the menu of a translation which pages are in English."""
    translated = DOCS / "locale" / language / "LC_MESSAGES"
    for page in folder.rglob("*.html"):
        here = page.relative_to(folder).parent

        def marked(entry, here=here):
            name = os.path.normpath(here / entry[2]).removesuffix(".html")
            there = entry[2] == "#" or (translated / f"{name}.po").is_file()
            return entry[0] if there else f"{entry[1]}{entry[3]} (EN)</a>"

        text = page.read_text(encoding="utf-8")
        page.write_text(ENTRY.sub(marked, text), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=DOCS / "_build")
    args = parser.parse_args()
    start, out = time.perf_counter(), args.out.absolute()
    pages.prepare(out / "source")
    static = DOCS / "_build" / "static"
    found = vendored.fetch(static)
    copy_playground(static / "playground")
    settings = {"SITE_VENDORED": str(static), "SITE_MATHJAX": str(found)}
    if translations():
        settings["SITE_TRANSLATED"] = "1"
    sphinx("html", out / "source", out / "html", **settings)
    for language in translations():
        sphinx("html", out / "source", out / "html" / language, language, **settings)
    for folder in (out / "html", *(out / "html" / language for language in translations())):
        lighten(folder)
    for language in translations():
        mark_english(out / "html" / language, language)
    print(f"{out / 'html' / 'index.html'} ({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
