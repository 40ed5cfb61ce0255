"""Fetch with npm what the site would otherwise ask other servers for: MathJax, the headings' font.

Without npm, or without a network, the pages take MathJax from its own server, and headings fall
back to a serif that the reader's system has.
"""

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

MATHJAX, FONT = "mathjax@3.2.2", "@fontsource-variable/source-serif-4@5.3.1"
KEPT = {  # what is kept of a package: the beginning of a file's name, and what it becomes
    MATHJAX: {
        "es5/tex-chtml.js": "mathjax/tex-chtml.js",
        "es5/input/tex/extensions/": "mathjax/input/tex/extensions/",
        "es5/output/chtml/fonts/": "mathjax/output/chtml/fonts/",
    },
    FONT: {
        "files/source-serif-4-latin-wght-normal.woff2": "source-serif-4.woff2",
        "LICENSE": "source-serif-4-LICENSE.txt",
    },
}


def fetch(folder):
    """Put both packages into a folder unless they are there; return whether MathJax is."""
    npm = shutil.which("npm")
    for package, kept in KEPT.items():
        there = all(Path(folder, target).exists() for target in kept.values())
        if there:
            continue
        if npm is None:
            print(f"npm is not installed: {consequence(package)}")
        elif not unpack(npm, package, folder):
            print(f"npm could not fetch {package}: {consequence(package)}")
    return Path(folder, "mathjax", "tex-chtml.js").is_file()


def consequence(package):
    """Return what becomes of the pages without a package."""
    if package == MATHJAX:
        return "the pages will load MathJax from its own server (a CDN)"
    return "headings will be set in a serif of the reader's system"


def unpack(npm, package, folder):
    """Fetch a package and keep a part of it; return whether that was possible."""
    with tempfile.TemporaryDirectory() as aside:
        command = [npm, "pack", package, "--silent"]
        done = subprocess.run(command, cwd=aside, capture_output=True, text=True, timeout=120)
        if done.returncode:
            return False
        with tarfile.open(next(Path(aside).glob("*.tgz"))) as tar:
            for member in filter(tarfile.TarInfo.isfile, tar.getmembers()):
                name = member.name.removeprefix("package/")
                for start, target in KEPT[package].items():
                    if name.startswith(start):
                        path = Path(folder, target + name.removeprefix(start))
                        path.parent.mkdir(parents=True, exist_ok=True)
                        path.write_bytes(tar.extractfile(member).read())
    return True
