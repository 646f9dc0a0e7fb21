"""Visual Studio Code with the settings on the page: its generic client for servers, and its extension for flake8.

The client has the capabilities that vscode-languageclient 9 sends, as far as they matter to this server, and makes the
requests that it makes: https://github.com/microsoft/vscode-languageserver-node/tree/main/client/src/common
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from command_line import FIXED
from editor import Editor, edit, editing, net, uri
from editor_pages import COMMAND, settings
from lsprotocol import types
from lsprotocol.converters import get_converter

__all__ = ["net"]

pytestmark = pytest.mark.slow

TITLE = "Visual Studio Code"
CAN = get_converter().structure(
    json.loads((Path(__file__).parents[1] / "support/vscode.json").read_text()), types.ClientCapabilities
)
LINE, CHARACTER = 10, 25  # Of `forward` in the program.
MODEL = "from torch import nn\nmodel = nn.Linear(1, 1)"
CALL = "model.forward(1)"
# A class whose `__call__` loses the hooks: the rule that the settings on the page ignore.
LOSES = "from torch import nn\n\nclass Net(nn.Module):\n    def __call__(self, x): return x\n"


@asynccontextmanager
async def opened(*folders: Path, options: Any = None) -> AsyncIterator[Editor]:
    """The editor with the settings on the page, which apply to all folders."""
    given = settings(TITLE)
    assert given["glspc.server.command"] == COMMAND
    command = [sys.executable, "-m", "flake8_forward_call", *given["glspc.server.commandArguments"]]
    options = given["glspc.server.initializationOptions"] if options is None else options
    own = dict.fromkeys(("", *map(uri, folders)), given["forward-call"])
    async with editing(*folders, can=CAN, options=options, settings=own, command=command) as editor:
        await editor.until(lambda: editor.registered and editor.asked)
        yield editor


async def pulled(editor: Editor, path: Path) -> list[str]:
    answer = await editor.pull(path)
    assert isinstance(answer, types.RelatedFullDocumentDiagnosticReport)
    return [f"{one.code} {one.range.start.line}:{one.range.start.character}" for one in answer.items]


async def on_save(editor: Editor, address: Path | str, kinds: Mapping[str, str]) -> None:
    """What `editor.codeActionsOnSave` does: the actions of each kind, with their edits, one after the other."""
    for kind, when in kinds.items():
        assert when == "explicit"
        for action in await editor.actions(address, 0, 0, [kind]):
            editor.apply(await editor.resolve(action) if action.edit is None else action)


def test_finding_is_pulled_and_fixed(net: Path) -> None:
    async def session() -> None:
        async with opened(net.parent) as editor:
            assert editor.server is not None
            provider = editor.server.capabilities.diagnostic_provider
            assert isinstance(provider, types.DiagnosticOptions)
            assert provider.workspace_diagnostics
            editor.open(net)
            assert await pulled(editor, net) == [f"FWD001 {LINE}:{CHARACTER}"]
            fix, *_ = await editor.actions(net, LINE, CHARACTER, ["quickfix"])
            assert fix.is_preferred
            editor.apply(fix)
            assert editor.text(net) == FIXED
            assert await pulled(editor, net) == []
            assert editor._latest == {}  # Nothing is pushed for what is pulled.
            assert editor.messages == []

    edit(session())


def test_all_is_fixed_when_a_file_is_saved(net: Path) -> None:
    async def session() -> None:
        async with opened(net.parent) as editor:
            editor.open(net)
            await on_save(editor, net, settings(TITLE)["[python]"]["editor.codeActionsOnSave"])
            editor.save(net)
            assert net.read_text() == FIXED
            assert await pulled(editor, net) == []

    edit(session())


def test_notebook_is_shown_and_fixed_although_its_cells_are_not_pulled(net: Path) -> None:
    async def session() -> None:
        train = net.with_name("train.ipynb")
        async with opened(net.parent) as editor:
            editor.open_notebook(train, MODEL, CALL)
            assert await editor.codes(editor.cell(train, 1)) == ["FWD001 0:6"]
            editor.change_cells(train, 2, 0, CALL)
            assert await editor.codes(editor.cell(train, 2)) == ["FWD001 0:6"]
            await on_save(editor, editor.cell(train, 0), settings(TITLE)["notebook.codeActionsOnSave"])
            assert [editor.text(editor.cell(train, number)) for number in (1, 2)] == ["model(1)", "model(1)"]
            assert await editor.codes(editor.cell(train, 2)) == []

    edit(session())


def test_settings_apply_and_so_does_their_change(net: Path) -> None:
    async def session() -> None:
        async with opened(net.parent) as editor:
            editor.open(net, LOSES)
            # A pull that begins before the settings have come shows what is found without them.
            while await pulled(editor, net):
                await asyncio.sleep(0.01)
            assert {one.method for one in editor.registered} == {
                "workspace/didChangeConfiguration",
                "workspace/didChangeWatchedFiles",
            }
            editor.set({})
            await editor.until(lambda: editor.refreshed)
            assert await pulled(editor, net) == ["FWD005 3:8"]

    edit(session())


def test_each_folder_has_its_settings_and_the_workspace_is_shown(net: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "loses.py").write_text(LOSES)

    async def session() -> None:
        async with opened(net.parent, other) as editor:
            editor.set({uri(other): {}, "": {"ignore": ["FWD001"]}, uri(net.parent): {"ignore": ["FWD001"]}})
            known: dict[str, str] = {}
            found: dict[str, int] = {}
            # A pull that begins before the new settings have come shows the old ones. The next one corrects that.
            while (found.get(uri(other / "loses.py")), found.get(uri(net), 0)) != (1, 0):
                editor.parts.clear()
                await editor.pull_all(known, part="part")
                for one in (one for part in editor.parts for one in part.get("items", ())):
                    known[one["uri"]] = one["resultId"]
                    if one["kind"] == "full":
                        found[one["uri"]] = len(one["items"])

    edit(session())


# The arguments, before those of the user, and what is read of the output: bundled/tool/lsp_server.py of
# https://github.com/microsoft/vscode-flake8
FORMAT = "--format='%(row)d,%(col)d,%(code).1s,%(code)s:%(text)s'"
LINE_OF_OUTPUT = re.compile(r"'(\d+),(-?\d+),(\w+),(\w+\d+):([^\r\n]*)'")


def run_by_the_extension(given: Mapping[str, Any], path: Path, text: str | None = None) -> list[tuple[str, int, str]]:
    """The code, the row and the severity of each finding. A cell of a notebook comes with its ``text``."""
    program = [one.replace("${workspaceFolder}", str(path.parent)) for one in given.get("flake8.path", [])]
    if not program:
        assert given["flake8.importStrategy"] == "fromEnvironment"
        program = [sys.executable, "-m", "flake8"]
    named = [str(path)] if text is None else ["--stdin-display-name", str(path), "-"]
    done = subprocess.run(
        [*program, FORMAT, *given.get("flake8.args", []), *named],
        cwd=path.parent,
        input=text,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert not done.stderr, done.stderr
    severities = given.get("flake8.severity", {})
    found = []
    for line in done.stdout.splitlines():
        match = LINE_OF_OUTPUT.fullmatch(line)
        assert match is not None, line
        known = (match[4][:length] for length in range(len(match[4]), 0, -1))
        found.append((match[4], int(match[1]), next((severities[one] for one in known if one in severities), "Error")))
    return found


def test_flake8_of_the_environment_reports_what_is_on_disk(net: Path) -> None:
    given = settings(TITLE, 1)
    found = run_by_the_extension(given, net)
    assert [one for one in found if one[0].startswith("FWD")] == [("FWD001", LINE + 1, "Warning")]
    net.write_text(LOSES)
    assert not [one for one in run_by_the_extension(given, net) if one[0].startswith("FWD")]


def test_flake8_that_is_named_takes_precedence(net: Path) -> None:
    given = settings(TITLE, 2)
    place = net.parent / ".venv/bin"
    place.mkdir(parents=True)
    (place / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    os.chmod(place / "python", 0o755)  # noqa: PTH101
    assert ("FWD001", LINE + 1, "Error") in run_by_the_extension(given, net)


def test_flake8_gets_each_cell_of_a_notebook_alone(net: Path) -> None:
    given = settings(TITLE, 1)
    train = net.with_name("train.ipynb")
    train.write_text("{}")
    whole = f"{MODEL}\n{CALL}\n"
    assert ("FWD001", 3, "Warning") in run_by_the_extension(given, train, whole)
    assert not [one for one in run_by_the_extension(given, train, f"{CALL}\n") if one[0].startswith("FWD")]
