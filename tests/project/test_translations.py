"""The translations: complete, in step with the pages, and with the markup of the originals."""

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "docs" / "locale"
MESSAGES = Path("zh_CN", "LC_MESSAGES")
EDITION = ("index", "notebooks/01_objective")
MISSING = [
    name
    for name in ("babel", "sphinx", "myst_nb", "sphinx_book_theme", "sphinx_copybutton")
    if importlib.util.find_spec(name) is None
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(MISSING), reason=f"{', '.join(MISSING)} not installed: make site-test installs them"
    ),
]


@pytest.fixture(scope="module")
def translations():
    """The tool as a module: a process for each call would take longer than all that it does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        yield importlib.import_module("translations")


@pytest.fixture(scope="module")
def messages(translations, tmp_path_factory):
    """What there is to translate, extracted once."""
    return translations.extract(tmp_path_factory.mktemp("translations"))


@pytest.fixture
def run(translations, capsys):
    """A function that runs the tool, and returns whether it went well and what it printed."""

    def call(*arguments):
        try:
            translations.main([str(argument) for argument in arguments])
        except SystemExit as end:
            return not end.code, capsys.readouterr().out
        return True, capsys.readouterr().out

    return call


@pytest.fixture
def copies(messages, tmp_path):
    """Copies of the catalogues and of the messages of the edition, to break."""
    shutil.copytree(LOCALE, tmp_path / "locale")
    for page in EDITION:
        (tmp_path / "messages" / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(messages / f"{page}.pot", tmp_path / "messages" / f"{page}.pot")
    return tmp_path


@pytest.fixture
def check(run, copies):
    """A function that runs the tool on the copies."""
    return lambda *arguments: run(
        "--locale", copies / "locale", "--messages", copies / "messages", *arguments
    )


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_edition_is_complete_and_in_step_with_the_pages(run, messages):
    good, printed = run("--check", "--messages", messages)
    assert good, printed
    for page in EDITION:
        assert f"zh_CN {page}: " in printed


def test_a_changed_sentence_makes_its_translation_stale(copies, check):
    page = copies / "messages" / "notebooks" / "01_objective.pot"
    change(page, "One symbol at a time:", "Now one symbol at a time:")
    good, printed = check("--check")
    assert not good
    assert "1 stale" in printed
    assert "stale: Now one symbol at a time:" in printed


def test_a_sentence_that_is_gone_makes_its_translation_obsolete(copies, check):
    page = copies / "messages" / "index.pot"
    change(page, 'msgid "Map of the series"', 'msgid "Quite another matter: 你好"')
    good, printed = check("--check")
    assert not good
    assert "obsolete: Map of the series" in printed
    assert "untranslated: Quite another matter" in printed


@pytest.mark.parametrize(
    ("translation", "reason"),
    [("", "untranslated"), ("第一个期望 $p_g$ 奖励 D。", "markup differs")],
)
def test_an_emptied_or_damaged_translation_is_told(copies, check, translation, reason):
    path = copies / "locale" / MESSAGES / "notebooks" / "01_objective.po"
    text = path.read_text(encoding="utf-8")
    text, n = re.subn(
        r'(msgid "The first expectation rewards.*\nmsgstr ").+"', rf'\g<1>{translation}"', text
    )
    assert n == 1
    path.write_text(text, encoding="utf-8")
    good, printed = check("--check")
    assert not good
    assert f"{reason}: The first expectation rewards" in printed


def test_an_update_keeps_what_is_translated_and_asks_for_the_rest(copies, check):
    path = copies / "locale" / MESSAGES / "index.po"
    before = path.read_bytes()
    assert check()[0]
    assert path.read_bytes() == before  # nothing has changed, so nothing is written anew
    change(copies / "messages" / "index.pot", "The game in one picture", "The game in a picture")
    assert check()[0]
    text = path.read_text(encoding="utf-8")
    assert '#| msgid "The game in one picture"\nmsgid "The game in a picture"' in text
    assert not check("--check")[0]
    change(path, '#, fuzzy\n#| msgid "The game in one picture"\n', "")
    assert check("--check")[0]


def test_a_page_is_begun_with_all_its_messages(copies, check):
    path = copies / "locale" / MESSAGES / "notebooks" / "01_objective.po"
    n = len(re.findall("^msgid ", path.read_text(encoding="utf-8"), re.M))
    path.unlink()
    assert check("--add", "notebooks/01_objective")[0]
    text = path.read_text(encoding="utf-8")
    assert len(re.findall('^msgid .*\n(?:".*\n)*msgstr ""$', text, re.M)) == n
    assert not check("--add", "notebooks/00_nothing")[0]


@pytest.mark.parametrize("page", EDITION)
def test_mathematics_code_and_links_reappear(translations, page):
    catalogue = translations.read(LOCALE / MESSAGES / f"{page}.po", "zh_CN")
    kept = 0
    for message in catalogue:
        if message.id:
            markup = translations.markup(message.id)
            assert translations.markup(message.string) == markup, message.id
            kept += markup.total()
    assert kept > 10


def test_what_counts_as_markup(translations):
    text = "Let $x$ be `x`, see [there](a.md) and $x$."
    assert translations.markup(text) == {"$x$": 2, "`x`": 1, "](a.md)": 1}
    assert translations.markup("\\frac12 \\tag{V}") == {"\\frac12 \\tag{V}": 1}


@pytest.mark.parametrize("page", EDITION)
def test_the_translation_is_written_in_chinese(translations, page):
    for message in translations.read(LOCALE / MESSAGES / f"{page}.po", "zh_CN"):
        rest = re.sub(r"\$[^$]+\$|`[^`]+`", "", str(message.id))
        if message.id and re.search("[a-z]{4}", rest) and "\\" not in rest:
            assert re.search("[\u4e00-\u9fff]", message.string), message.id
        assert not re.search("[\u4e00-\u9fff][,;:!?]|！", message.string), message.string
