"""How the documentation is built: ``sphinx-build -W docs docs/_build/html``."""

from __future__ import annotations

import sys
from pathlib import Path

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
