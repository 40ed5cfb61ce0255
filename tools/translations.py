"""Keep the translations of the site's pages in step with the pages.

    python tools/translations.py                           update the catalogues, say what is left
    python tools/translations.py --check                   change nothing; exit 1 if any is left
    python tools/translations.py --add notebooks/02_networks   begin a page

A catalogue is docs/locale/<language>/LC_MESSAGES/<page>.po: each sentence of the page (msgid) with
its translation (msgstr). The pages that have one are the edition; the others stay English.
"""

import argparse
import io
import re
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

import build_site
import pages

LOCALE = pages.ROOT / "docs" / "locale"
OUT = pages.ROOT / "docs" / "_build" / "translations"
TERM = re.compile(r"\{term\}`(?:[^`<]*<)?([^`<>]+)>?`")  # of which the term itself is kept
MARKUP = re.compile(r"\$[^$]+\$|`[^`]+`|\]\([^)]+\)")  # mathematics, code, targets of links


def extract(out):
    """Write the messages of all pages but the reference below a folder, and return theirs."""
    pages.prepare(out / "source")
    for page in (out / "source" / "api").glob("*"):  # docstrings stay English, and need TensorFlow
        page.unlink()
    # Now links into the reference lead nowhere; `make site` is what sees to links.
    build_site.sphinx("gettext", out / "source", out / "messages", options=["-Q"])
    return out / "messages"


def read(path, language=None):
    """Return the catalogue, or the template, of a file."""
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(path, catalogue):
    """Write a catalogue so that a change of one sentence is a change of few lines.

    Babel's version is left out: another one would change every file.
    """
    text = io.BytesIO()
    write_po(text, catalogue, width=0, no_location=True, include_previous=True)
    lines = text.getvalue().splitlines(keepends=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line for line in lines if b"Generated-By: Babel" not in line))


def update(catalogue, template):
    """Bring a catalogue to the messages of the page as it is now."""
    catalogue.update(template, update_creation_date=False)


def begin(language):
    """Return an empty catalogue."""
    return Catalog(
        language,
        header_comment=f"# The GAN tutorial in {language}; see tools/translations.py.",
        project="The GAN tutorial",
        version="1",
        msgid_bugs_address="see README.md",
        last_translator="The GAN tutorial authors",
        language_team=language,
        revision_date=datetime.now().astimezone(),
        fuzzy=False,
    )


def markup(text):
    """Count what a translation must keep. An equation of its own must stay as it is."""
    equation = "\\" in text and "$" not in text
    text = TERM.sub("`\\1`", text)
    return Counter([text] if equation else MARKUP.findall(text))


def left_to_do(catalogue):
    """Return what is left to do in an updated catalogue: pairs of a reason and a message."""
    left = [("obsolete", message.id) for message in catalogue.obsolete.values()]
    for message in catalogue:
        if not message.id:  # the header
            continue
        if not message.string:
            left.append(("untranslated", message.id))
        elif message.fuzzy:
            left.append(("stale", message.id))
        elif markup(message.id) != markup(message.string):
            left.append(("markup differs", message.id))
    return left


def report(name, catalogue):
    """Print what is left to do on a page; return how much that is."""
    left = left_to_do(catalogue)
    counts = Counter(reason for reason, _ in left)
    said = ", ".join(f"{n} {reason}" for reason, n in counts.items()) or "all translated"
    print(f"{name}: {len(catalogue)} messages, {said}")
    for reason, text in left:
        print(f"    {reason}: {text if len(text) < 80 else text[:77] + '...'}")
    return len(left)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say what is left, exit 1 if any")
    parser.add_argument("--add", metavar="PAGE", help="begin a page, such as notebooks/02_networks")
    parser.add_argument("--language", default="zh_CN", help="for --add (default: %(default)s)")
    parser.add_argument("--locale", type=Path, default=LOCALE, help="folder of the catalogues")
    parser.add_argument("--messages", type=Path, help="messages extracted already, for the tests")
    args = parser.parse_args(arguments)
    messages = args.messages or extract(OUT)
    if args.add:
        if not (messages / f"{args.add}.pot").is_file():
            sys.exit(f"there is no page {args.add}")
        path = args.locale / args.language / "LC_MESSAGES" / f"{args.add}.po"
        if not path.exists():
            write(path, begin(args.language))
    left = 0
    for path in sorted(args.locale.glob("*/LC_MESSAGES/**/*.po")):
        language, _, *rest = path.relative_to(args.locale).parts
        page = Path(*rest).with_suffix("")
        template = messages / f"{page}.pot"
        if not template.is_file():
            sys.exit(f"{path}: there is no page {page} any more; delete the catalogue")
        catalogue = read(path, language)
        update(catalogue, read(template))
        left += report(f"{language} {page.as_posix()}", catalogue)
        if not args.check:
            write(path, catalogue)
    if args.check and left:
        sys.exit(f"{left} messages to see to: run make translations, then edit docs/locale")


if __name__ == "__main__":
    main()
