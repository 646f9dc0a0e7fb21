"""How the documentation is built: ``sphinx-build -W docs docs/_build/html``."""

from __future__ import annotations

import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

from flake8_forward_call import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "flake8-forward-call"
author = "flake8-forward-call contributors"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx_copybutton", "option_pages", "rule_pages"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "made"]
nitpicky = True

# The copy of a console block has only its commands, without prompts and output.
copybutton_prompt_text = "$ "

html_theme = "furo"
pygments_dark_style = "github-dark"
html_static_path = ["_static"]
html_favicon = "_static/mark.svg"
html_css_files = ["site.css"]
html_js_files = ["filter.js"]
html_title = f"flake8-forward-call {__version__}"

# The footer's icon for the source code: two angle brackets and a slash.
CODE = """\
<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">\
<path d="M5 4 1 8l4 4M11 4l4 4-4 4M9.5 2.5l-3 11"/></svg>\
"""


def theme_options(changelog: str) -> dict[str, Any]:
    """The options of furo: the footer links to the repository, which is public from the first release on.

    Until then, only "View sources" at the top of each page leads to a source: that of the page, on the site itself.
    """
    if f"\n## {__version__} - unreleased\n" in changelog and changelog.count("\n## ") == 1:
        return {}
    links = dict(url.split(", ") for url in metadata(project).get_all("Project-URL", []))
    return {"footer_icons": [{"name": "Source code", "url": links["Source"], "html": CODE, "class": ""}]}


html_theme_options = theme_options((Path(__file__).parents[1] / "CHANGELOG.md").read_text(encoding="utf-8"))
