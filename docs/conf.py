"""How Sphinx builds the site. tools/build_site.py prepares the pages and calls it."""

import json
import os
import re
import sys
import tomllib
from pathlib import Path

from sphinx.search.en import SearchEnglish

DOCS = Path(__file__).parent
PROJECT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path.insert(0, str(DOCS.parent))

project = "The GAN tutorial"
author = "The GAN tutorial authors"
project_copyright = "the GAN tutorial authors, MIT licence"
version = release = PROJECT["version"]
html_baseurl = PROJECT["urls"]["Documentation"]

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
]
exclude_patterns = ["locale", "teachers/*.yml"]
templates_path = ["_templates"]
nitpicky = False

# Committed outputs are shown; nothing is run.
nb_execution_mode = "off"
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "image/png", 5)]  # a widget's picture, not a dead widget
nb_ipywidgets_js = {}  # no script from elsewhere
nb_number_source_lines = False
myst_enable_extensions = ["colon_fence", "dollarmath", "amsmath", "attrs_block", "deflist"]
myst_heading_anchors = 3

# Docstrings: `name` in backticks is code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {
    "members": True,
    "show-inheritance": True,
    "exclude-members": "set",  # matplotlib writes it anew for each of its subclasses
}
add_module_names = False

# Translations: docs/locale/<language>/LC_MESSAGES/<page>.po, which tools/translations.py keeps in
# step with the pages. A page that has no such file is shown in English.
LANGUAGES = {"en": "English", "zh_CN": "中文"}
language = os.environ.get("SITE_LANGUAGE", "en")
CHINESE = language == "zh_CN"
HAN = "[\u4e00-\u9fff]"  # a Chinese character
locale_dirs = ["locale"]
gettext_compact = False
gettext_uuid = False
if CHINESE:
    words = DOCS / "locale" / language / "words.json"
    WORDS = json.loads(words.read_text(encoding="utf-8"))
    nb_code_prompt_show, nb_code_prompt_hide = "显示代码", "隐藏代码"

html_theme = "sphinx_book_theme"
html_title = "GAN 教程" if CHINESE else project
html_static_path = ["_static"]
html_css_files = ["custom.css", "theme.css"]
html_js_files = ["access.js", "film.js"]
html_favicon = "_static/mark.svg"
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_dark_style": "github-dark",
    "article_header_end": ["language-switch.html", "article-header-buttons.html"],
    "logo": {"text": html_title},
    "home_page_in_toc": True,
    "navbar_persistent": [],  # one field for searching is enough, and stands in the sidebar
    "show_navbar_depth": 1,
    "use_sidenotes": False,
}

if "OWNER" not in PROJECT["urls"]["Repository"]:  # else no button leads anywhere
    html_theme_options |= {
        "repository_url": PROJECT["urls"]["Repository"],
        "repository_branch": "main",
        "path_to_docs": "",
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
            "notebook_interface": "jupyterlab",
        },
        "use_repository_button": True,
    }

html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is

# MathJax and the headings' font lie next to the pages where npm could fetch them
# (tools/vendored.py).
if os.environ.get("SITE_VENDORED"):
    html_static_path.append(os.environ["SITE_VENDORED"])
if os.environ.get("SITE_MATHJAX") == "True":
    mathjax_path = "mathjax/tex-chtml.js"
mathjax3_config = {"chtml": {"displayAlign": "center"}, "options": {"enableMenu": False}}
suppress_warnings = ["myst.mathjax", "mystnb.unknown_mime_type"]


def other_language(app, pagename):
    """Return the label, code and address of a page in the other language, or None."""
    if not os.environ.get("SITE_TRANSLATED"):
        return None
    if app.config.language == "en":
        return LANGUAGES["zh_CN"], "zh-CN", f"zh_CN/{pagename}.html"
    return LANGUAGES["en"], "en", f"../{pagename}.html"


def add_switch(app, pagename, templatename, context, doctree):
    """Tell the header where the same page stands in the other language."""
    context["other_language"] = None if doctree is None else other_language(app, pagename)


PROMISE = (
    "Build a GAN by hand, watch it collapse, cure it: nine notebooks on TensorFlow and Keras, for "
    "two CPU cores."
)
CARD = {"og:title": project, "og:description": PROMISE, "twitter:card": "summary_large_image"}
if "OWNER" not in html_baseurl:  # a picture needs a whole address
    CARD["og:image"] = f"{html_baseurl}_static/card.png"


def add_card(app, pagename, templatename, context, doctree):
    """Say what other sites show of a page that is linked there."""
    tags = [f'<meta property="{name}" content="{text}" />' for name, text in CARD.items()]
    tags.append(f'<meta name="description" content="{PROMISE}" />')
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


def widen_the_landing_page(app, pagename, templatename, context, doctree):
    """Leave out the column of contents on the landing page, for the film stands there."""
    if pagename == "index":
        context["theme_secondary_sidebar_items"] = []


def finish_chinese(app, pagename, templatename, context, doctree):
    """Put into Chinese what gettext does not reach, and say which pages are in English."""
    if not CHINESE or doctree is None:
        return
    for english, chinese in WORDS.items():  # of pictures and folds: whole texts, and their labels
        for before, after in ((">", "<"), ('"', '"')):
            here = f"{before}{english}{after}"
            context["body"] = context["body"].replace(here, f"{before}{chinese}{after}")
    if (DOCS / "locale" / language / "LC_MESSAGES" / f"{pagename}.po").is_file():
        summary = "<summary>{}</summary>"
        context["body"] = context["body"].replace(summary.format("Answer"), summary.format("答案"))
    else:
        english = context["body"].replace("<section ", '<section lang="en" ', 1)
        context["body"] = f"<p><em>本页尚未译成中文，以下为英文原文。</em></p>\n{english}"


class SearchChinese(SearchEnglish):
    """Index each run of two to six Chinese characters, since Chinese is written without spaces.

    Sphinx 9.0's own class needs jieba to cut sentences into words, and its pages ask for a stemmer
    in JavaScript that does not exist. What a reader types is one such run, so nothing need be cut.
    """

    lang = "zh"

    def split(self, text):
        runs = re.findall(f"{HAN}{{2,}}", text)
        return super().split(re.sub(HAN, " ", text)) + [
            run[i : i + n] for run in runs for n in range(2, 7) for i in range(len(run) - n + 1)
        ]


def escape_bars(app, what, name, thing, options, lines):
    """Let |x| in a docstring be the length of x: reStructuredText would look for a replacement."""
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = re.split(r"(`[^`]*`)", line)
            lines[i] = "".join(p if p.startswith("`") else p.replace("|", "\\|") for p in parts)


def setup(app):
    app.connect("autodoc-process-docstring", escape_bars)
    app.connect("html-page-context", add_switch)
    app.connect("html-page-context", add_card)
    app.connect("html-page-context", widen_the_landing_page, priority=400)
    app.connect("html-page-context", finish_chinese)
    app.add_search_language(SearchChinese)
