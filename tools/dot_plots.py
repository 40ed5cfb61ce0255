"""Draw the tables of the results page as dots, and fold the tables below.

A table of a page that follows a comment such as <!-- dots: 1, 2 log --> becomes a picture with a
panel for column 1 and one for column 2, the latter on a logarithmic axis. In "1+2" both columns
share a panel: the first is what a paper published, or the first of two systems.
"""

import html
import re
import textwrap
from typing import NamedTuple

import matplotlib.style
import matplotlib.ticker
from matplotlib.figure import Figure

import notebook_pages
from gan_tutorial.style import STYLE, svg

PLACE = re.compile(r"<!-- dots: ([^>]+) -->\n((?:\|.*\n)+)")
NUMBER = re.compile(r"-?[\d,]*\.?\d+")
ROW, WIDTH, LABEL = 0.3, 7.2, 34  # inches of a row and of the picture; characters of a label


class Value(NamedTuple):
    """A number of a table with its lower and upper end, and the text that it stood as."""

    middle: float
    low: float
    high: float
    text: str


def drawn(page):
    """Map a page's text to the same with pictures in front of the tables that ask for them."""
    count = iter(range(100))
    return PLACE.sub(lambda place: replaced(place[1], place[2], f"dots-{next(count)}"), page)


def replaced(panels, table, name):
    """Return the picture of a table, and the table in a fold."""
    titles, *rows = cells(table)
    picture = svg(draw(panels.split(","), titles, rows))
    words = "; ".join(f"{plain(row[0])}: {', '.join(filter(None, row[1:]))}" for row in rows)
    shown = notebook_pages.figure(picture, html.unescape(plain(words)), name)
    return f"{shown}\n\n<details><summary>The numbers</summary>\n\n{table}\n</details>\n"


def cells(table):
    """Return a table's rows of cells, without the row that aligns its columns."""
    lines = [line for line in table.strip().split("\n") if not set(line) <= set("|-: ")]
    return [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines]


def plain(text):
    """Return Markdown without its marks."""
    return re.sub(r"\[([^\]]+)\]\([^)]*\)|[*`]", r"\1", text)


def read(text):
    """Map the text of a cell, such as "225 ± 2" or "64.5 to 67.7", to a `Value`, or to None."""
    numbers = [float(number.replace(",", "")) for number in NUMBER.findall(text)]
    if not numbers:
        return None
    first, last = numbers[0], numbers[-1]
    if "±" in text:
        return Value(first, first - last, first + last, text)
    if " to " in text or " and " in text:
        return Value((first + last) / 2, first, last, text)
    return Value(first, first, first, text)


def role(label):
    """Map a row's label to the role of its dot."""
    if "real" in label and "k-means" not in label:
        return "real"
    if "cure" in label or label.startswith("+") or "R1" in label:
        return "fake"
    return "text"


def draw(panels, titles, rows):
    """Map the columns to show and a table to a figure."""
    labels = ["\n".join(textwrap.wrap(plain(row[0]), LABEL)) for row in rows]
    with matplotlib.style.context(STYLE):
        row = ROW * (1.5 if any("+" in panel for panel in panels) else 1)
        heights = row * sum(label.count("\n") * 0.6 + 1 for label in labels) + 0.75
        figure = Figure(figsize=(WIDTH, heights))
        shown = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, panel in zip(shown, panels, strict=True):
            columns, *log = panel.split()
            columns = [int(column) for column in columns.split("+")]
            if log:
                axes.set_xscale("log")
            draw_panel(axes, columns, titles, rows)
        shown[0].set_yticks(range(len(rows)), labels)
        shown[0].set_ylim(len(rows) - 0.5, -0.5)
        for tick, row in zip(shown[0].get_yticklabels(), rows, strict=True):
            tick.set_color("gan:" + role(row[0]))
    return figure


def draw_panel(axes, columns, titles, rows):
    """Draw one or two columns of a table: hollow dots for what was published."""
    for k, column in enumerate(columns):
        for y, row in enumerate(rows):
            value = read(row[column]) if column < len(row) else None
            if value is not None:
                published = "published" in row[0] or (k == 0 and len(columns) == 2)
                color = "gan:" + role(row[0])
                axes.plot([value.low, value.high], [y, y], color=color, linewidth=1.5)
                face = "white" if published else color
                axes.plot(value.middle, y, "o", color=color, markerfacecolor=face, markersize=7)
                below = len(columns) == 2 and k == 0
                axes.annotate(
                    plain(value.text).replace("-", "−"),
                    (value.middle, y),
                    xytext=(0, -14 if below else 7),
                    textcoords="offset points",
                    ha="center",
                    fontsize=8,
                    color="gan:text",
                )
    axes.margins(x=0.14)
    axes.spines.left.set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color="gan:faint", linewidth=0.5)
    names = [titles[column] for column in columns]
    title = names[0] if len(names) == 1 else f"○ {names[0]}   ● {names[1]}"
    axes.set_title("\n".join(textwrap.wrap(plain(title), 30)), fontsize=9.5)
    if axes.get_xscale() == "linear":
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4))
    else:
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
