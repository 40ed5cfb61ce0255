"""The playground on a page, in a real browser: hands, keys, motion, themes, small screens.

The pages here are bare, served from the package's folder; that the site and JupyterLab bring the
same to life is tested in tests/project/test_browser.py.
"""

import pytest

from tests.playground.javascript import FOLDER, served
from tests.project.test_browser import CUT, PROGRAMS, QUIET, nothing

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="{lang}" data-theme="light"><head><meta charset="utf-8">
<title>A page</title><meta name="viewport" content="width=device-width"></head>
<body style="margin: 8px"><main><div class="gan-{widget}" {data}><img alt="poster"></div></main>
<div style="height: 3000px"></div><script type="module" src="/{script}.js"></script>
</body></html>"""
VIEW = "document.querySelector('[data-alive]').playground"


@pytest.fixture(scope="module")
def browser():
    import shutil

    driver = pytest.importorskip("playwright.sync_api", reason="needs Playwright: [browser]")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"needs a browser: none of {', '.join(PROGRAMS)} on the path")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def home():
    with served(FOLDER) as address:
        yield address


@pytest.fixture
def show(browser, home):
    """Open a page with one place to play; its errors fail the test."""
    opened, errors = [], []

    def show(preset="nine", lang="en", data="", widget="playground", alive=1, **options):
        context = {"viewport": {"width": 1000, "height": 900}, **options}
        page = browser.new_page(**context)
        page.on("pageerror", lambda error: errors.append(str(error)))
        script = "view" if widget == "playground" else widget
        attributes = f'data-preset="{preset}" {data}'
        body = PAGE.format(lang=lang, widget=widget, data=attributes, script=script)
        page.route("**/page.html", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.goto(f"{home}/page.html")
        count = "document.querySelectorAll('[data-alive]').length"
        page.wait_for_function(f"{count} === {alive}")
        opened.append(page)
        return page

    yield show
    for page in opened:
        page.close()
    assert not errors


def steps(page, panel=0):
    return page.evaluate(f"{VIEW}.panels[{panel}].game.steps")


def weights(page, net, panel=0):
    return page.evaluate(f"Array.from({VIEW}.panels[{panel}].game.{net}.theta)")


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def status(page):
    return page.get_by_role("status").text_content()


def test_nothing_starts_by_itself(show):
    page = show("collapse")
    first = page.locator("canvas.main").first.screenshot()
    page.wait_for_timeout(1500)
    assert steps(page) == 0
    assert page.locator("canvas.main").first.screenshot() == first
    assert "before you play" in status(page)


def test_play_and_pause(show):
    page = show()
    button(page, "▶ Play").click()
    page.wait_for_function(f"{VIEW}.panels[0].game.steps > 10")
    button(page, "❚❚ Pause").click()
    stopped = steps(page)
    page.wait_for_timeout(500)
    assert steps(page) == stopped
    assert button(page, "▶ Play").is_visible()


def test_a_game_stops_at_each_step_that_its_text_names(show):
    page = show("saturation")
    for named in (50, 200):
        button(page, "▶ Play").click()
        page.wait_for_function(f"!{VIEW}.playing")
        assert steps(page) == named
        assert f"Step {named}" in status(page)
    button(page, "▶ Play").click()
    page.wait_for_function(f"{VIEW}.panels[0].game.steps > 210")  # after the last it goes on


def test_out_of_sight_it_rests_and_goes_on_when_seen_again(show):
    page = show()
    button(page, "▶ Play").click()
    page.wait_for_function(f"{VIEW}.panels[0].game.steps > 5")
    page.evaluate("window.scrollTo(0, 2500)")
    page.wait_for_function(f"!{VIEW}.playing")
    rested = steps(page)
    page.wait_for_timeout(600)
    assert steps(page) == rested
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_function(f"{VIEW}.panels[0].game.steps > {rested}")


@pytest.mark.parametrize("by_key", [False, True])
def test_a_half_step_moves_one_player_alone(show, by_key):
    page = show()
    for name, key, moves, stays in (("D step", "d", "D", "G"), ("G step", "g", "G", "D")):
        before = weights(page, moves), weights(page, stays)
        page.locator("canvas.main").first.press(key) if by_key else button(page, name).click()
        assert weights(page, moves) != before[0]
        assert weights(page, stays) == before[1]
    assert steps(page) == 0
    page.locator("canvas.main").first.press("b") if by_key else button(page, "Both").click()
    assert steps(page) == 1


def test_space_plays_and_r_resets_to_the_same_start(show):
    page = show()
    start = weights(page, "G")
    canvas = page.locator("canvas.main").first
    canvas.press(" ")
    page.wait_for_function(f"{VIEW}.panels[0].game.steps > 5")
    canvas.press(" ")
    assert not page.evaluate(f"{VIEW}.playing")
    assert weights(page, "G") != start
    canvas.press("r")
    assert (steps(page), weights(page, "G")) == (0, start)


def test_keys_typed_inside_stay_inside(show):
    page = show()
    page.evaluate("document.addEventListener('keydown', e => { window.heard = e.key; })")
    page.locator("canvas.main").first.press("b")
    assert page.evaluate("window.heard") is None
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("x")
    assert page.evaluate("window.heard") == "x"


def test_the_cure_replays_the_same_seed_with_one_change(show):
    page = show("saturation")
    start, text = weights(page, "G"), page.locator(".see").text_content()
    button(page, "Non-saturating loss, and play again").click()
    page.wait_for_function(f"!{VIEW}.playing")
    assert page.evaluate(f"{VIEW}.panels[0].game.settings.loss") == "non-saturating"
    assert page.locator(".see").text_content() != text
    button(page, "Reset").click()
    assert weights(page, "G") == start
    button(page, "Take the cure away").click()
    assert page.evaluate(f"{VIEW}.panels[0].game.settings.loss") == "minimax"
    assert page.locator(".see").text_content() == text


def test_two_side_by_side_have_one_seed_and_one_clock(show):
    page = show("collapse")
    button(page, "Both side by side").click()
    page.wait_for_function(f"{VIEW}.panels[1].game.steps > 5")
    button(page, "❚❚ Pause").click()
    assert steps(page, 0) == steps(page, 1)
    assert page.locator("canvas.main:visible").count() == 2
    button(page, "Reset").click()
    assert weights(page, "G", 0) == weights(page, "G", 1)
    cures = page.evaluate(f"{VIEW}.panels.map(({{ game }}) => game.settings.r1)")
    assert cures == [0, 0.1]
    button(page, "One game alone").click()
    assert page.locator("canvas.main:visible").count() == 1


def test_slow_motion_says_what_happens_and_leaves_the_game_as_it_was(show):
    page = show("nine")
    button(page, "Slow motion").click()
    page.wait_for_function(f"{VIEW}.motion.stage === 2", timeout=20_000)
    assert "D learns" in status(page)
    assert page.locator(".slow .D rect").is_visible()
    button(page, "❚❚ Pause").click()
    button(page, "Slow motion").click()  # in the middle of a step: it is played to its end
    assert steps(page) == 1
    slow = weights(page, "G"), weights(page, "D")
    button(page, "Reset").click()
    button(page, "Both").click()
    assert (weights(page, "G"), weights(page, "D")) == slow


@pytest.mark.parametrize(
    ("label", "typed", "says"),
    [
        ("learning rate of D", "2", "learning rate of D must be a number from 0 to 1"),
        ("learning rate of G", "fast", "learning rate of G must be a number"),
        ("D steps", "1.5", "D steps must be a whole number from 0 to 20"),
        ("hidden units of G", "32 900", "hidden units of G must be up to four numbers"),
        ("batch", "", "batch must be a whole number from 8 to 512"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line_and_changes_nothing(show, label, typed, says):
    page = show()
    page.get_by_text("Settings", exact=True).click()
    field = page.get_by_label(label, exact=True)
    before = field.input_value()
    field.fill(typed)
    field.press("Tab")
    assert says in status(page)
    assert field.input_value() == before


def test_a_setting_begins_the_game_anew_and_the_text_says_that_it_is_the_readers_own(show):
    page = show("collapse")
    button(page, "Both").click()
    page.get_by_text("Settings", exact=True).click()
    page.get_by_label("R1 penalty γ", exact=True).fill("0.5")
    page.get_by_label("R1 penalty γ", exact=True).press("Enter")
    page.get_by_label("R1 penalty γ", exact=True).press("Tab")
    assert page.evaluate(f"{VIEW}.panels[0].game.settings.r1") == 0.5
    assert steps(page) == 0
    text = page.locator(".see").text_content()
    assert "A game of your own" in text
    assert "R1 penalty" in text
    page.get_by_label("Game").select_option("nine")
    assert "of your own" not in page.locator(".see").text_content()


def test_a_loss_that_is_not_finite_stops_the_game_with_what_to_do(show):
    page = show("strong", data="""data-settings='{"dRate": 1, "gRate": 1}'""")
    button(page, "▶ Play").click()
    page.wait_for_function(f"!{VIEW}.playing", timeout=60_000)
    assert "no longer a finite number" in status(page)
    button(page, "Reset").click()
    assert steps(page) == 0


def test_data_can_be_drawn_with_the_mouse_and_with_the_keyboard(show):
    page = show("collapse")
    button(page, "Draw data").click()
    canvas = page.locator("canvas.main").first
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 40, steps=4)
    page.mouse.up()
    with_mouse = page.evaluate(f"{VIEW}.sketch.length")
    assert with_mouse >= 3
    for key in ("ArrowRight", "ArrowUp", "Enter", "ArrowRight", "Enter", "Backspace"):
        canvas.press(key)
    assert page.evaluate(f"{VIEW}.sketch.at(-1)") == [0.1, 0.1]
    assert page.evaluate(f"{VIEW}.sketch.length") == with_mouse + 1
    button(page, "Done drawing").click()
    assert "drawn by you" in page.locator(".see").text_content()
    button(page, "Both").click()
    assert steps(page) == 1


def test_without_a_point_the_data_stay_what_they_were(show):
    page = show("line")
    button(page, "Draw data").click()
    assert page.evaluate(f"{VIEW}.game.settings.dim") == 2  # one draws on a plane
    button(page, "Done drawing").click()
    assert "No point was drawn" in status(page)
    assert page.evaluate(f"{VIEW}.game.settings.dim") == 1


def test_controls_in_odd_orders_leave_a_game_that_plays(show):
    page = show("saturation")
    page.get_by_label("Data").select_option("line")  # G's first heap belongs to other data
    button(page, "Both").click()
    page.get_by_label("Data").select_option("nine")
    button(page, "Slow motion").click()
    button(page, "Both side by side").click()
    button(page, "Draw data").click()
    button(page, "▶ Play").click()  # nothing drawn: as before, and at rest
    assert not page.evaluate(f"{VIEW}.playing")
    button(page, "Slow motion").click() if button(page, "Slow motion").is_enabled() else None
    page.get_by_label("Game").select_option("cycling")
    button(page, "One G step at a time, and play again").click()
    page.wait_for_function(f"{VIEW}.game.steps > 3")
    button(page, "Reset").click()
    assert steps(page) == 0


def test_a_cure_that_the_reader_has_overruled_is_not_offered(show):
    page = show("cycling")
    button(page, "One G step at a time, and play again").click()
    page.get_by_text("Settings", exact=True).click()
    page.get_by_label("G steps", exact=True).fill("5")
    page.get_by_label("G steps", exact=True).press("Tab")
    assert not button(page, "Take the cure away").is_visible()
    assert not button(page, "Both side by side").is_visible()
    page.get_by_label("G steps", exact=True).fill("10")  # as it was: the reader's own no more
    page.get_by_label("G steps", exact=True).press("Tab")
    assert button(page, "Both side by side").is_visible()
    assert "of your own" not in page.locator(".see").text_content()


def test_after_a_single_step_the_text_does_not_promise_what_the_seed_would_have_shown(show):
    page = show("saturation")
    button(page, "D step").click()
    assert "single steps" in page.locator(".see").text_content()
    button(page, "Reset").click()
    assert "single steps" not in page.locator(".see").text_content()


def test_the_history_keeps_the_whole_game_however_long_it_is(show):
    page = show("nine")
    panel = f"{VIEW}.panels[0]"
    rows = page.evaluate(
        f"""() => {{
            for (let k = 0; k < 20000; k++) {{ {panel}.game.steps++; {panel}.note(); }}
            return {panel}.lossesSoFar.rows.map(([step]) => step);
        }}"""
    )
    gaps = [b - a for a, b in zip(rows[:-1], rows[1:-1], strict=False)]
    assert 300 < len(rows) < 900
    assert rows[-1] == 20_000
    assert len(set(gaps)) == 1


def test_the_hidden_units_of_g_are_not_those_of_d(show):
    page = show("saturation")
    page.get_by_text("Settings", exact=True).click()
    page.get_by_label("hidden units of G", exact=True).fill("8")
    page.get_by_label("hidden units of G", exact=True).press("Tab")
    assert page.get_by_label("hidden units of D", exact=True).input_value() == "32 32"
    assert page.evaluate(f"{VIEW}.game.D.sizes") == [2, 32, 32, 1]


def test_a_place_that_is_left_can_be_forgotten_and_one_that_returns_goes_on(show):
    page = show()
    button(page, "▶ Play").click()
    page.wait_for_function(f"{VIEW}.game.steps > 3")
    page.evaluate("window.place = document.querySelector('[data-alive]'); window.place.remove();")
    page.wait_for_timeout(300)
    rested = page.evaluate("window.place.playground.game.steps")
    page.wait_for_timeout(300)
    assert page.evaluate("window.place.playground.game.steps") == rested
    page.evaluate("document.querySelector('main').append(window.place)")
    page.wait_for_function(f"{VIEW}.game.steps > {rested}")


def test_one_place_that_cannot_be_read_does_not_stop_the_others(show):
    other = "<div class='gan-playground' data-preset='line'>"
    page = show(data=f"data-settings='{{'></div>{other}", alive=2)
    assert page.evaluate("document.querySelectorAll('[data-alive]')[1].playground.preset") == "line"


def test_where_no_motion_is_wanted_a_picture_a_second_is_drawn(show):
    page = show("nine", reduced_motion="reduce")
    page.evaluate(
        f"{VIEW}.drawn = 0; const view = {VIEW}, draw = view.draw.bind(view);"
        "view.draw = () => { view.drawn++; draw(); };"
    )
    button(page, "▶ Play").click()
    page.wait_for_timeout(2600)
    button(page, "❚❚ Pause").click()
    assert 2 <= page.evaluate(f"{VIEW}.drawn") <= 4
    assert steps(page) > 20


@pytest.mark.parametrize(
    ("turn", "dark"),
    [
        ("document.documentElement.dataset.theme = 'dark'", True),
        ("delete document.documentElement.dataset.theme", False),
        (
            "delete document.documentElement.dataset.theme; "
            "document.body.dataset.jpThemeLight = 'false'",
            True,
        ),
        (
            "delete document.documentElement.dataset.theme; "
            "document.body.className = 'vscode-dark'",
            True,
        ),
    ],
)
def test_it_turns_dark_with_its_page(show, turn, dark):
    page = show(color_scheme="light")
    page.evaluate(f"() => {{ {turn}; }}")
    page.wait_for_timeout(100)
    assert page.evaluate("document.querySelector('[data-alive]').hasAttribute('data-dark')") == dark
    paper = page.locator("[data-alive]").evaluate(
        "e => getComputedStyle(e).getPropertyValue('--paper')"
    )
    assert paper == ("#11161d" if dark else "#ffffff")


SMALL = """() => [...document.querySelector('[data-alive]').shadowRoot.querySelectorAll(
    'button, select, input, summary')].filter(e => e.getClientRects().length).map(e => {
        const target = e.type === 'checkbox' ? e.parentElement : e;
        return [target.getBoundingClientRect(), e.textContent || e.type || e.tagName];
    }).filter(([box]) => Math.min(box.width, box.height) < 24).map(([, text]) => text)"""
INSIDE = """() => [...document.querySelector('[data-alive]').shadowRoot.querySelectorAll('*')]
    .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("paired", [False, True])
def test_it_fits_a_phone_and_a_finger(show, paired):
    page = show("collapse", viewport={"width": 390, "height": 800})
    if paired:
        button(page, "Both side by side").click()
        button(page, "❚❚ Pause").click()
    page.get_by_text("Settings", exact=True).click()
    nothing(page.evaluate(CUT))
    nothing(page.evaluate(INSIDE))
    nothing(page.evaluate(SMALL))


def test_there_is_one_line_of_status_and_the_pictures_have_texts(show):
    page = show("nine")
    assert page.get_by_role("status").count() == 1
    button(page, "Both").click()
    label = page.locator("canvas.main").first.get_attribute("aria-label")
    assert "D’s loss" in label
    for canvas in page.locator("canvas:visible").all():
        assert canvas.get_attribute("role") == "img"
        assert len(canvas.get_attribute("aria-label")) > 10


def test_a_chinese_page_is_in_chinese(show):
    page = show("collapse", lang="zh-CN")
    text = page.locator("[data-alive]").evaluate("e => e.shadowRoot.textContent")
    assert "模式坍塌" in text
    assert "Settings" not in text


def test_points_and_settings_from_python_are_played(show):
    page = show("nine", data="data-points='[[0.5, 0.5]]' data-settings='{\"r1\": 0.7}'")
    assert page.evaluate(f"{VIEW}.panels[0].game.settings.r1") == 0.7
    assert page.evaluate(f"{VIEW}.panels[0].look.data.centres") == [[0.5, 0.5]]


def test_an_unknown_preset_becomes_one_that_is_there(show):
    assert show("nonsense").evaluate(f"{VIEW}.preset") == "collapse"


def test_the_objective_follows_its_sliders_by_keyboard(show):
    page = show(widget="objective", data='data-mean="2" data-spread="1"')
    value = page.locator(".value")
    assert value.text_content() == "−0.713"
    mean = page.get_by_label("mean of the fakes")
    for _ in range(20):
        mean.press("ArrowLeft")
    assert value.text_content() == "−1.386"
    assert "G has won" in status(page)
    assert "JSD 0.000" in page.locator("svg.main").get_attribute("aria-label")
