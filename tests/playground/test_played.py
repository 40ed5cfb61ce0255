"""What Python hands to a page: one module, a picture, a place; and what it refuses."""

import base64
import io
import json
import re
import struct

import numpy as np
import pytest
from PIL import Image
from scipy import stats

from gan_tutorial import losses, playground, style, widgets
from gan_tutorial.measures.densities import best_value
from gan_tutorial.playground.played import PLAYED
from tests.playground.javascript import FOLDER
from tests.project.test_site import ROOT


def own(widget):
    return sorted(playground.PARTS[widget])


def test_every_file_belongs_to_a_widget():
    parts = {part for names in playground.PARTS.values() for part in names}
    assert parts == {path.stem for path in FOLDER.glob("*.js")}


@pytest.mark.parametrize("widget", playground.PARTS)
def test_the_files_of_a_widget_join_to_one_module_that_runs(js, widget):
    text = playground.module(widget)
    assert "import " not in re.sub(r"^ *//.*$", "", text, flags=re.M)
    assert "</script" not in text
    address = "data:text/javascript;base64," + base64.b64encode(text.encode()).decode()
    names = js("return Object.keys(await import(given.address));", address=address)
    assert names  # of the last file, which is what the others are for


def test_the_joined_module_plays_the_same_game(js):
    play = """
    const game = new Game(DATA.nine().draw, { r1: 0.1, hidden: [8, 8] });
    for (let k = 0; k < 20; k++) game.step();
    export const played = Array.from(game.G.theta);"""
    text = playground.module() + play
    address = "data:text/javascript;base64," + base64.b64encode(text.encode()).decode()
    joined = js("return (await import(given.address)).played;", address=address)
    apart = js("""
    const game = new gan.Game(data.DATA.nine().draw, { r1: 0.1, hidden: [8, 8] });
    for (let k = 0; k < 20; k++) game.step();
    return game.G.theta;""")
    assert joined == apart


def test_a_file_is_read_in_one_sitting():
    for path in FOLDER.glob("*.js"):
        lines = path.read_text(encoding="utf-8").split("\n")
        assert len(lines) <= 480, path.name
        assert max(map(len, lines)) <= 130 or path.name in ("words.js", "presets.js"), path.name


def colours(text):
    """Map "name: #rrggbb" in a text to a dict; #fff is short for #ffffff."""
    found = re.findall(r"([a-z-]+): \"?(#\w+)", text)
    return {name.lstrip("-"): "#ffffff" if value == "#fff" else value for name, value in found}


def test_the_colours_are_those_of_the_series():
    here = (FOLDER / "page.js").read_text(encoding="utf-8")
    css = (ROOT / "docs" / "_static" / "theme.css").read_text(encoding="utf-8")
    rules = re.findall(r"\{\n(  --real.*?)\n\}", css, re.S)
    for theme, rule in zip(("light", "dark"), rules, strict=True):
        ours = colours(re.search(rf"  {theme}: \{{(.*?)\}}", here, re.S)[1])
        assert len(ours) > 8
        assert ours.items() <= colours(rule).items()
    assert all(style.ROLES[role] in here for role in ("real", "fake", "D", "game"))


# Settings


def test_the_settings_are_those_of_the_form(js):
    """By their names in JavaScript; the bounds are the same."""
    fields, kinds = js("return settings.FIELDS;"), dict(playground.SETTINGS.values())
    assert fields.keys() == kinds.keys()
    for name, field in fields.items():
        if field["kind"] == "units":
            assert kinds[name] is None
        elif field["kind"] == "choice":
            assert sorted(field["values"]) == sorted(kinds[name])
        else:
            assert (field["low"], field["high"]) == kinds[name]
            assert isinstance(kinds[name][0], int) == (field["kind"] == "whole")


def test_the_losses_are_the_packages(js):
    assert set(js("return Object.keys(gan.LOSSES);")) == set(losses.LOSSES)


def test_each_setting_is_a_default_of_the_game(js):
    assert {name for name, _ in playground.SETTINGS.values()} <= set(js("return gan.DEFAULTS;"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"speed": 3}, r"no setting 'speed', only loss, optimizer, d_rate"),
        ({"loss": "log"}, r"loss='log' must be one of non-saturating|loss='log' must be one of"),
        ({"d_rate": 2.0}, r"d_rate=2.0 must be a number from 0 to 1"),
        ({"d_rate": float("nan")}, r"d_rate=nan must be a number from 0 to 1"),
        ({"d_steps": 1.5}, r"d_steps=1.5 must be a whole number from 0 to 20"),
        ({"d_steps": True}, r"d_steps=True must be a whole number"),
        ({"hidden": (32, 100)}, r"up to four whole numbers from 1 to 64"),
        ({"hidden": 32}, r"hidden=32 must be up to four whole numbers"),
        ({"seed": -1}, r"seed=-1 must be a whole number from 0"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_one_line(settings, message):
    with pytest.raises(ValueError, match=message) as error:
        widgets.Playground("nine", **settings)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([1.0, 2.0], r"shape \(2,\), but must be \(n, 2\)"),
        (np.zeros((0, 2)), r"shape \(0, 2\)"),
        ([[0.0, 3.0]], "between -1.5 and 1.5"),
        ([[0.0, float("nan")]], "finite"),
    ],
)
def test_points_that_do_not_fit_are_refused(points, message):
    with pytest.raises(ValueError, match=message):
        widgets.Playground("nine", points=points)


def test_an_unknown_preset_is_refused_with_the_names_that_there_are():
    with pytest.raises(ValueError, match="no preset 'no-such', only .*collapse"):
        widgets.Playground("no-such")


@pytest.mark.parametrize(("mean", "spread"), [(5, 1), (0, 0.1), (float("nan"), 1)])
def test_the_objective_stays_in_its_ranges(mean, spread):
    with pytest.raises(ValueError, match="must be from"):
        widgets.ObjectiveExplorer(mean, spread)


# What a notebook shows


def test_a_playground_is_text_a_picture_a_program_and_a_place():
    game = widgets.Playground("nine", r1=0.5, hidden=(16, 16), points=[(0.5, -1)])
    bundle, shown = game._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", "text/html", "image/png", PLAYED}
    assert bundle["text/plain"] == repr(game) == repr(widgets.Playground("nine", seed=5))
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.width == 2 * shown["image/png"]["width"]
    page = bundle["text/html"]
    assert playground.module() in page
    assert bundle["image/png"] in page  # what stays where a page drops the program
    settings = re.search(r'data-settings="([^"]*)"', page)[1].replace("&quot;", '"')
    assert json.loads(settings) == {"r1": 0.5, "hidden": [16, 16]}
    assert 'data-points="[[0.5, -1.0]]"' in page
    assert bundle[PLAYED]["attributes"] in page
    json.dumps(bundle[PLAYED])


def test_nothing_in_an_attribute_ends_it():
    assert widgets.Playground("nine").attributes() == 'class="gan-playground" data-preset="nine"'
    for value in playground.presets():
        assert widgets.Playground(value).attributes().count('"') == 4


# The objective to turn by hand


@pytest.mark.parametrize(("mean", "spread"), [(0.0, 1.0), (2.0, 1.0), (-4.0, 0.4), (4.0, 3.0)])
def test_the_objective_on_the_page_is_that_of_the_package(js, mean, spread):
    code = "return objective.bestValue(given.mean, given.spread);"
    x = np.linspace(-25, 25, 5001)
    expected = best_value(x, stats.norm.pdf(x), stats.norm.pdf(x, mean, spread))
    assert js(code, mean=mean, spread=spread) == pytest.approx(expected, abs=1e-6)


def test_a_posters_width_is_read_from_its_header():
    data = playground.poster("objective")
    assert Image.open(io.BytesIO(data)).width == struct.unpack(">I", data[16:20])[0]
