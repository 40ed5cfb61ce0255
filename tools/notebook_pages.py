"""Turn a notebook into a page of the site: first screen, figures in the page's colours, folds.

The notebook's own file stays as it is. What is said here in MyST's directives, GitHub and Jupyter
would show as text.
"""

import functools
import html
import re

import notebooks
from gan_tutorial import playground
from gan_tutorial.playground.played import PLAYED
from gan_tutorial.style import PX, ROLES, SVG

ROOT = notebooks.ROOT
PARTS = re.compile(r"\*\*(What you'll \w+)\.\*\* (.+)")
MINUTES = re.compile(r"(?:;|, and|\. It takes) (about [^.;]*?) on two cores")
TERM = re.compile(r"\[([^\]]+)\]\(\.\./docs/glossary\.md#([\w-]+)\)")
DIAGRAM = re.compile(r"!\[[^\]]*\]\([^)]*covers/game\.png\)")
DISPLAYED = re.compile(r"\$\$.*?\$\$", re.S)
ASKS = re.compile(r"\*{0,2}(Predict|Guess|What do you expect|Do you expect|Before you look)\b")
# The page's variables for the roles' colours (docs/_static/theme.css).
VARIABLES = {"D": "disc", "game": "ink", "text": "muted", "look": "now"}
LONG = 5  # lines of code; a longer cell that only draws is folded


def page(path):
    """Map a notebook's path to the notebook that the site shows."""
    notebook = notebooks.read(path)
    open_with(path, notebook)
    gone = {"colab", "navigation"}  # of no use here: the theme links to the next page itself
    notebook.cells = [c for c in notebook.cells if not gone & set(c.metadata.get("tags", []))]
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            cell.source = DISPLAYED.sub(without_split, TERM.sub(as_term, cell.source))
            cell.source = DIAGRAM.sub(lambda _: diagram(), cell.source)
            following = notebook.cells[i + 1] if i + 1 < len(notebook.cells) else None
            if following is not None and following.cell_type == "code":
                cell.source, asked = frame_question(cell.source)
                if asked and not is_played(following):
                    fold(following, "hide-output", "Show what comes out")
        else:
            show(cell, f"n{path.name[:2]}-{i}")
    return notebook


def open_with(path, notebook):
    """Write the first screen: number, promise, how long it takes, what it needs, the cover."""
    first, second = notebook.cells[:2]
    does, needs = (dict(PARTS.findall(second.source))[f"What you'll {w}"] for w in ("do", "need"))
    takes = MINUTES.search(needs)[1]
    needs = MINUTES.sub("", needs).rstrip(".")
    needs = f"Needs: {needs[0].lower()}{needs[1:]}."
    moves = notebooks.cover(path).endswith(".gif")
    picture = film("../") if moves else cover(path, notebook, "covers", with_caption=True)
    first.source = "\n\n".join(
        [
            f"# {path.name[:2]} {notebooks.title(notebook)}",
            container("promise", does),
            container("needs", f"**{takes.capitalize()}** on two cores", needs, launch(path)),
            picture,
        ]
    )
    learn = second.source.index("**What you'll learn.**")
    second.source = PARTS.sub("", second.source[learn:]).rstrip()
    second.source = "**What you'll learn**" + second.source.removeprefix("**What you'll learn.**")
    for cell in notebook.cells:
        if "setup" in cell.metadata.get("tags", []):
            fold(cell, "hide-input", "Show the imports")


def cover(path, notebook, folder, with_caption=False):
    """Return the picture that a notebook opens with, in the page's colours where it is an SVG."""
    cell = next(c for c in notebook.cells if "cover" in c.metadata.get("tags", []))
    [output] = cell_pictures(cell)
    number, text = path.name[:2], caption(cell) if with_caption else ""
    if SVG in output.data:
        return figure(output.data[SVG], described(cell), f"cover{number}", text)
    return f"![{described(cell)}]({folder}/{number}.png)"


def film(root=""):
    """Return the film of the landing page, which the reader can stop, for a page at any depth."""
    text = (ROOT / "docs" / "film.html").read_text(encoding="utf-8").strip()
    return text.replace('src="_static', f'src="{root}_static')


def diagram():
    """Return the diagram of the game, in the page's colours."""
    svg = (ROOT / "docs" / "diagram.svg").read_text(encoding="utf-8")
    svg = re.sub(r'<style class="alone">.*?</style>\n', "", svg, flags=re.S)
    inside = svg[svg.index("<defs>") : svg.rindex("</svg>")]
    svg = svg.replace("<svg ", '<svg class="wide" ', 1)
    svg = svg.replace(inside, f'<g id="game">{inside}</g>')
    halves = "".join(
        f'<svg class="part" aria-hidden="true" width="458" viewBox="{x} 0 458 324">'
        '<use href="#game"/></svg>'
        for x in (8, 440)
    )
    return f'<figure class="drawn game">{svg.strip()}{halves}</figure>'


def container(name, *paragraphs):
    """Return paragraphs in a box of a class of its own."""
    return f":::{{container}} {name}\n" + "\n\n".join(filter(None, paragraphs)) + "\n:::"


def launch(path):
    """Return the buttons that open a notebook elsewhere, or how to run it, without an address."""
    if not notebooks.published():
        return "Run it yourself: `make lab`"
    binder, colab = notebooks.launchers(path)
    return f"[Run in Colab]({colab}) [Run on Binder]({binder})"


def without_split(equation):
    """Write the ends of an equation's lines as Sphinx leaves them alone.

    It puts whatever holds a double backslash into a `split`, in which MathJax takes no tag.
    """
    return equation[0].replace("\\\\", "\\cr")


def as_term(link):
    """Write a notebook's link to the glossary as one that Sphinx leads to the very term."""
    term = glossary_terms()[link[2]]
    return f"{{term}}`{term}`" if link[1] == term else f"{{term}}`{link[1]} <{term}>`"


def glossary_terms():
    """Map the end of a link, such as "mode-collapse", to the glossary's term, "mode collapse"."""
    return {re.sub(r"\W+", "-", term.lower()): term for term in _glossary()}


def terms_explained_in(path):
    """Map a notebook's path to the terms whose entries in the glossary lead to it, a set."""
    return {term for term, entry in _glossary().items() if path.name in entry}


@functools.cache
def _glossary():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    entries = re.search(r"```\{glossary\}\n(.*?)```", text, re.S)[1].strip()
    return dict(entry.split("\n", 1) for entry in re.split(r"\n\n(?=\S)", entries))


def frame_question(text):
    """Map a cell's text to the same with its last question in a box, and whether there is one."""
    before, _, last = text.rpartition("\n\n")
    asks = ASKS.search(last)
    if not asks or last.startswith(("#", "|", "<", "-", "$$")):
        return text, False
    start = last.rfind(". ", 0, asks.start()) + 2 if ". " in last[: asks.start()] else 0
    said, question = last[:start].rstrip(), last[start:]
    return "\n\n".join(filter(None, [before, said, container("predict", question)])), True


def fold(cell, tag, prompt):
    """Close a part of a cell behind a line that says what it holds."""
    cell.metadata["tags"] = [*cell.metadata.get("tags", []), tag]
    cell.metadata.setdefault("mystnb", {})["code_prompt_show"] = prompt
    cell.metadata["mystnb"]["code_prompt_hide"] = "Hide it"


def cell_pictures(cell):
    """Return the outputs of a cell that are pictures."""
    return [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]


def is_played(cell):
    """Return whether a cell shows something to play, which must not hide in a fold."""
    return any(PLAYED in output.data for output in cell_pictures(cell))


def alive(place, said, root="../"):
    """Return the HTML of something that is played at its place, and its picture without a script.

    Args:
        place: what `gan_tutorial.playground.played` stores under its type.
        said: the picture's alternative text.
        root: the way from the page to the site's root.
    """
    folder = f"{root}_static/playground"
    script = playground.PARTS[place["widget"]][-1]
    return (
        f'<div {place["attributes"]}><img src="{folder}/{place["poster"]}.png" '
        f'width="{place["width"]}" alt="{html.escape(said)}"></div>'
        f'<script type="module" src="{folder}/{script}.js"></script>'
    )


def show(cell, name):
    """Give a code cell's figures the page's colours, what is played its life, and fold drawing."""
    for output in cell_pictures(cell):
        if PLAYED in output.data:
            output.data = {"text/html": alive(output.data[PLAYED], described(cell))}
    drawn = [o for o in cell_pictures(cell) if SVG in o.data]
    for i, output in enumerate(drawn):
        title = caption(cell) if i == len(drawn) - 1 else ""
        shown = figure(output.data[SVG], described(cell), f"{name}-{i}", title)
        output.data = {"text/html": shown}
    lines = [line for line in cell.source.split("\n") if line.strip()]
    only_draws = drawn and len(drawn) == len(cell.outputs)
    if only_draws and len(lines) > LONG:
        if "hide-output" in cell.metadata.get("tags", []):
            cell.metadata["tags"].remove("hide-output")
            fold(cell, "hide-cell", "Show what comes out")
        else:
            fold(cell, "hide-input", "Show how it is drawn")


def described(cell):
    """Return the alternative text of a cell's picture."""
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def caption(cell):
    """Return the caption of a cell's picture as HTML: **bold** is the one mark that it may have."""
    text = html.escape(cell.metadata.get("caption", ""), quote=False)
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)


def figure(svg, alt, name, text=""):
    """Map an SVG of `gan_tutorial.style` to a figure of the page, in the page's colours.

    On a narrow page its panels stand below each other: each is a window on the same drawing.
    """
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    width = float(size[1])
    inside = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    inside = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", inside, flags=re.S)
    inside = re.sub(r'\bid="', f'id="{name}-', inside)
    inside = re.sub(r'(href="|url\()#', rf"\1#{name}-", inside)
    inside = themed(inside).replace("\n\n", "\n")
    label = f'role="img" aria-label="{html.escape(alt)}"'
    places = re.search(r'data-panels="([^"]*)"', svg)
    windows = [map(float, window.split(",")) for window in places[1].split()] if places else []
    whole = (
        f'<svg class="{"wide" if windows else "whole"}" {label} width="{width * PX / 72:.0f}" '
        f'viewBox="0 0 {size[1]} {size[2]}"><g id="{name}-all">{inside}</g></svg>'
    )
    parts = [
        f'<svg class="part{" small" * (w < 170)}" aria-hidden="true" width="{w * PX / 72:.0f}" '
        f'viewBox="{x:g} {y:g} {w:g} {h:g}"><use href="#{name}-all"/></svg>'
        for x, y, w, h in windows
    ]
    below = f"<figcaption>{text}</figcaption>" if text else ""
    return f'<figure class="drawn">{whole}{"".join(parts)}{below}</figure>'


def themed(svg):
    """Replace the roles' colours by the page's variables, and the font by the page's."""
    for role, colour in ROLES.items():
        svg = svg.replace(colour, f"var(--{VARIABLES.get(role, role)})")
    return re.sub(r"'DejaVu Sans'[^;\"]*", "var(--pst-font-family-base)", svg)
