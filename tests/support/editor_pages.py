"""The pages about editors: the settings for each, and what the rows beside ``ruff server`` say of its answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from documented import DOCS
from markdown_it import MarkdownIt

PAGE = (DOCS / "editors.md").read_text(encoding="utf-8")
# Text as it is on the page for the command that users have.
COMMAND = "forward-call"


def _blocks() -> list[tuple[str, str, str]]:
    """The heading, the language and the text of each block of code on the page."""
    found, title, is_title = [], "", False
    for token in MarkdownIt().parse(PAGE):
        if is_title:
            title = token.content
        is_title = token.type == "heading_open"
        if token.type == "fence":
            found.append((title, token.info, token.content))
    return found


BLOCKS = _blocks()


def snippets(title: str, language: str) -> list[str]:
    """The blocks in a language under the heading with a title, and not under the next one."""
    return [text for heading, info, text in BLOCKS if (heading, info) == (title, language)]


def settings(title: str, number: int = 0) -> dict[str, Any]:
    """The settings in JSON under a heading: the first block, or the one with a number from 0."""
    found = json.loads(snippets(title, "json")[number])
    assert isinstance(found, dict)
    return found


# What a server answered and did, as benchmarks/server_capabilities.py records it.
Answers = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A row of the table: a feature, what it says of both servers, and the test that shows it."""

    feature: str
    ruff: str
    ours: str
    shown_by: str


def rows() -> Iterator[Row]:
    """Yield the rows of the table, without those that are titles."""
    page = (DOCS / "editors-table.md").read_text(encoding="utf-8")
    for line in page[page.index("| Feature |") :].split("\n\n")[0].splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not cells[0].startswith("**"):
            yield Row(*cells)


def _has_command(suffix: str) -> Callable[[Answers], bool]:
    return lambda found: any(
        one.endswith(suffix) for one in found["capabilities"]["executeCommandProvider"]["commands"]
    )


def _has_action(prefix: str) -> Callable[[Answers], bool]:
    return lambda found: any(
        one.startswith(prefix) for one in found["capabilities"]["codeActionProvider"]["codeActionKinds"]
    )


# Whether a server has a feature of the table, by what it answered and did.
HELD: dict[str, Callable[[Answers], bool]] = {
    "Pushed to an editor that cannot pull": lambda found: bool(found["pushes"]),
    "Pulled for a document": lambda found: "diagnosticProvider" in found["capabilities"],
    'Answered with "unchanged" if they are the same': lambda found: bool(found["names its reports"]),
    "Pulled for the workspace, in parts": lambda found: bool(
        found["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"]
    ),
    "Updated if another document changes": lambda found: bool(
        found["capabilities"]["diagnosticProvider"]["interFileDependencies"]
    ),
    "Pushed to the cells of a notebook, even if the editor pulls": lambda found: bool(found["pushes to a cell"]),
    "Only the changed part of a text is sent": lambda found: found["capabilities"]["textDocumentSync"]["change"] == 2,
    "Positions in UTF-8, UTF-16 or UTF-32": lambda found: found["counts in"] == "utf-8",
    "Changed files and settings files are watched": lambda found: (
        "workspace/didChangeWatchedFiles" in found["registers"]
    ),
    "Several folders in one workspace": lambda found: bool(
        found["capabilities"]["workspace"]["workspaceFolders"]["supported"]
    ),
    "Quick fix for a finding": _has_action("quickfix"),
    "Add a `# noqa` comment": lambda found: bool(found["offers a comment"]),
    "Fix the whole file when it is saved (`source.fixAll`)": _has_action("source.fixAll."),
    "The edit is made when the action is chosen (`codeAction/resolve`)": lambda found: bool(
        found["capabilities"]["codeActionProvider"]["resolveProvider"]
    ),
    "Organize imports": _has_action("source.organizeImports."),
    "Formatting": lambda found: "textDocument/formatting" in found["registers"],
    "Fix the file": lambda found: _has_command(".applyAutofix")(found) or _has_command(".fixFile")(found),
    "Fix the workspace": _has_command("Workspace"),
    "Explain a place": _has_command(".explain"),
    "Print debug information": _has_command(".printDebugInformation"),
    "On a code in a `# noqa` comment": lambda found: bool(found["hover"]["on a code in a comment"]),
    "On a finding": lambda found: bool(found["hover"]["on a finding"]),
    "Cells are synchronized": lambda found: "notebookDocumentSync" in found["capabilities"],
    "Fix all cells (`notebook.source.fixAll`)": _has_action("notebook.source.fixAll."),
    "JupyterLab's documents, which are programs under the name of a notebook": lambda found: bool(
        found["reads a program under the name of a notebook"]
    ),
    "Initialization options": lambda found: bool(found["takes initialization options"]),
    "Asked for, by folder, and again after a change": lambda found: bool(found["asks for settings"]),
    "JSON schema printed by the command": lambda found: any("schema" in one for one in found["options"]),
    "Interpreter that is chosen in the editor": lambda found: "python" in found["asks for settings"],
    "Files that the project excludes are skipped": lambda found: bool(found["skips what the project excludes"]),
    "Progress of long work": lambda found: bool(found["capabilities"]["diagnosticProvider"]["workDoneProgress"]),
    "Log level and log file": lambda found: bool(found["writes a log file"]),
}
