"""Write the repository's address wherever it is needed, from the one place where it stands.

    python tools/links.py                      derive everything from pyproject.toml again
    python tools/links.py --repo owner/name    after publishing: first write it into pyproject.toml

Derived are the badges, set-up cells and links of the notebooks, README's three links,
CITATION.cff, the teachers' example workflow and the links in translations. The site reads
pyproject.toml when it is built, and the project's own workflows need no address.
"""

import argparse
import re
import sys

import nbformat

import notebooks

ROOT = notebooks.ROOT
NAME = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
LAUNCH = re.compile(r"(mybinder\.org/v2/gh|colab\.research\.google\.com/github)/[^/\s]+/[^/\s]+/")


def site(repository):
    """Map owner/name to the address of the site on GitHub Pages."""
    owner, name = repository.split("/")
    return f"https://{owner}.github.io/{name}/"


def rules(repository):
    """Map owner/name to what is rewritten: file, pattern of a whole line, the line."""
    address = f"https://github.com/{repository}"
    return [
        ("pyproject.toml", r'Repository = ".*"', f'Repository = "{address}"'),
        ("pyproject.toml", r'Documentation = ".*"', f'Documentation = "{site(repository)}"'),
        ("CITATION.cff", r'repository-code: ".*"', f'repository-code: "{address}"'),
        ("CITATION.cff", r'url: ".*"', f'url: "{site(repository)}"'),
        ("README.md", r"\*\*\[Read .*", ways_in(repository)),
        ("docs/teachers/notebooks.yml", r"  ADDRESS: .*", f"  ADDRESS: {address}"),
    ]


def ways_in(repository):
    """Map owner/name to README's line of links; without an address, to what works in a clone."""
    first = notebooks.paths()[0]
    if notebooks.PLACEHOLDER in repository:
        return (
            f"**[Read notebook 01](notebooks/{first.name})** · **Run it:** `make lab` · "
            "**Watch it train:** `make demo`"
        )
    binder, colab = notebooks.launchers(first, repository)
    return (
        f"**[Read it]({site(repository)})** · **[Run it in Colab]({colab})** · "
        f"**[Run it on Binder]({binder})**"
    )


def rewrite(file, pattern, line):
    """Put the line in the place of the one line of the file that has the pattern."""
    path = ROOT / file
    text = path.read_text(encoding="utf-8")
    text, n = re.subn(f"^{pattern}$", lambda _: line, text, flags=re.M)
    if n != 1:
        sys.exit(f"{file}: {n} lines look like {pattern}, there must be one")
    path.write_text(text, encoding="utf-8")


def rewrite_translations(repository):
    """Put the address into both sides of every catalogue, so that no translation gets stale."""
    for path in (ROOT / "docs" / "locale").rglob("*.po"):
        text = path.read_text(encoding="utf-8")
        path.write_text(LAUNCH.sub(rf"\1/{repository}/", text), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repo", help="owner/name; as in pyproject.toml by default")
    repository = parser.parse_args().repo or notebooks.repository()
    if not NAME.fullmatch(repository):
        sys.exit(f"{repository!r} is not owner/name, such as ada/gan-tutorial")
    for rule in rules(repository):
        rewrite(*rule)
    rewrite_translations(repository)
    for path in notebooks.paths():
        notebook = notebooks.read(path)
        notebooks.write_links(path, notebook)
        nbformat.write(notebook, path)
    print(f"every address leads to https://github.com/{repository}")


if __name__ == "__main__":
    main()
