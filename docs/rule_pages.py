"""Sphinx extension: a page for each rule, generated from the rule table when the documentation is built."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flake8_forward_call.rules import RULES, Rule

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "rules"


def pages() -> dict[str, str]:
    """The text of each page, by file name."""
    return {"index.md": _index(), **{f"{rule.code}.md": rule.document for rule in RULES}}


def write_pages(app: Sphinx) -> None:
    """Write the pages that have changed, because Sphinx rebuilds what is written."""
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    made = pages()
    for name, text in made.items():
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    for file in folder.glob("*.md"):
        if file.name not in made:
            file.unlink()


def _index() -> str:
    rows = "\n".join(_row(rule) for rule in RULES)
    toctree = "\n".join(f"{rule.code} {rule.name} <{rule.code}>" for rule in RULES)
    return f"""\
# Rules

| Code | What it reports | On by default | Rewritten by `fix` |
| --- | --- | --- | --- |
{rows}

`forward-call explain` prints the same pages: for example, `forward-call explain FWD001`.

```{{toctree}}
:hidden:

{toctree}
```
"""


def _row(rule: Rule) -> str:
    default = "yes" if rule.default else "no"
    return f"| [{rule.code}]({rule.code}.md) | {rule.title_in_markdown} | {default} | {rule.rewritten} |"


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
