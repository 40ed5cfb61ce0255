"""Fetch MathJax with npm, so that the site's equations need no other server."""

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "mathjax@3.2.2"
SCRIPT = "es5/tex-chtml-full.js"
FONTS = "es5/output/chtml/fonts/"


def fetch(folder):
    """Put MathJax into folder/mathjax unless it is there; return whether it is.

    Without npm, or without a network, it says so: the pages then take MathJax from its own server.
    """
    target = Path(folder) / "mathjax"
    if (target / "tex-chtml-full.js").is_file():
        return True
    npm = shutil.which("npm")
    if npm is None:
        print("npm is not installed: the pages will load MathJax from its own server (a CDN)")
        return False
    with tempfile.TemporaryDirectory() as aside:
        command = [npm, "pack", PACKAGE, "--silent"]
        done = subprocess.run(command, cwd=aside, capture_output=True, text=True, timeout=120)
        if done.returncode:
            print("npm could not fetch MathJax: the pages will load it from its own server (a CDN)")
            return False
        unpack(next(Path(aside).glob("*.tgz")), target)
    return True


def unpack(archive, target):
    """Keep the one script and its fonts, about 1.5 MB of the whole."""
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            name = member.name.removeprefix("package/")
            if member.isfile() and (name == SCRIPT or name.startswith(FONTS)):
                path = target / name.removeprefix("es5/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(tar.extractfile(member).read())
