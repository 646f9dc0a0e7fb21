"""Commands that a client runs on the server, and code actions whose edit it asks for later."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from command_line import FIXED, PROGRAM
from editor import SERVER, Editor, capabilities, edit, editing, net, uri
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from flake8_forward_call.server.answers.commands import COMMANDS, DEBUG, EXPLAIN, FIX_FILE, FIX_WORKSPACE
from flake8_forward_call.server.answers.searched import is_unchanged
from flake8_forward_call.sources.source import Source

__all__ = ["net"]

pytestmark = pytest.mark.slow

FIX_ALL = "source.fixAll.forward-call"
LINE, CHARACTER = 10, 25  # Of `forward` in the program.
INVALID_PARAMS, REQUEST_FAILED, CONTENT_MODIFIED = -32602, -32803, -32801


async def code_of(answer: Any) -> int:
    """The code of the error that is the answer."""
    with pytest.raises(JsonRpcException) as error:
        await answer
    return error.value.code


def test_commands_are_named_at_the_start(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            assert editor.server is not None
            provider = editor.server.capabilities.execute_command_provider
            assert provider is not None
            assert list(provider.commands) == list(COMMANDS)

    edit(session())


@pytest.mark.parametrize("versions", [True, False])
def test_file_is_fixed(net: Path, versions: bool) -> None:
    async def session() -> None:
        async with editing(net.parent, can=capabilities(versions=versions)) as editor:
            editor.open(net)
            assert await editor.run(FIX_FILE, uri(net)) is True
            assert editor.text(net) == FIXED
            assert editor.applied == ["Fix 1 direct call of forward() in this file"]
            assert await editor.run(FIX_FILE, {"uri": uri(net), "version": 2}) is False  # There is nothing to fix.
            editor.change(net, PROGRAM)
            editor.refuses = True
            assert await editor.run(FIX_FILE, {"uri": uri(net)}) is False

    edit(session())


def test_file_is_not_fixed_if_its_version_is_another_one(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            editor.change(net, f"\n{PROGRAM}")
            assert await code_of(editor.run(FIX_FILE, {"uri": uri(net), "version": 1})) == CONTENT_MODIFIED
            assert editor.applied == []

    edit(session())


def test_edit_of_a_text_that_changes_meanwhile_is_not_made(net: Path) -> None:
    """Either it is refused by the server, or it names a version that the client refuses."""

    async def session() -> None:
        async with editing(net.parent) as editor:
            for number in range(20):
                editor.open(net)
                running = asyncio.ensure_future(editor.run(FIX_FILE, uri(net)))
                await asyncio.sleep(number / 500)
                editor.change(net, f"#\n{PROGRAM}")
                try:
                    await running
                except JsonRpcException as error:
                    assert error.code == CONTENT_MODIFIED  # noqa: PT017
                assert editor.text(net) in (f"#\n{PROGRAM}", f"#\n{FIXED}", FIXED)
                editor.close(net)

    edit(session())


@pytest.mark.parametrize("arguments", [[], [3], [None], [{}], ["a", "b"], [{"uri": 3}], [["file:///a.py"]]])
def test_odd_arguments_are_an_error(net: Path, arguments: list[object]) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            for command in (FIX_FILE, EXPLAIN):
                assert await code_of(editor.run(command, *arguments)) == INVALID_PARAMS
            if arguments:
                assert await code_of(editor.run(FIX_WORKSPACE, *arguments)) == INVALID_PARAMS

    edit(session())


def test_document_that_is_not_open_and_command_that_does_not_exist_are_errors(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            assert await code_of(editor.run(FIX_FILE, uri(net))) == REQUEST_FAILED
            assert await code_of(editor.run("forward-call.nothing")) == INVALID_PARAMS

    edit(session())


def test_workspace_is_fixed_in_open_documents_and_on_disk(net: Path) -> None:
    other, crlf, open_one = (net.with_name(name) for name in ("other.py", "crlf.py", "open.py"))
    other.write_text(PROGRAM)
    crlf.write_bytes(PROGRAM.replace("\n", "\r\n").encode())
    open_one.write_text("x = 1\n")
    cells = {"cells": [{"cell_type": "code", "metadata": {}, "source": PROGRAM}], "nbformat": 4, "nbformat_minor": 5}
    net.with_name("train.ipynb").write_text(json.dumps(cells))

    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(open_one, PROGRAM)
            result = await editor.run(FIX_WORKSPACE)
            assert plain(result) == {
                "applied": True,
                "documents": 4,
                "notebooks": [str(net.with_name("train.ipynb"))],
            }
            assert editor.text(open_one) == FIXED
            assert open_one.read_text() == "x = 1\n"
            assert (net.read_text(), other.read_text()) == (FIXED, FIXED)
            assert crlf.read_bytes() == FIXED.replace("\n", "\r\n").encode()
            assert plain(await editor.run(FIX_WORKSPACE))["applied"] is False

    edit(session())


@pytest.mark.parametrize("text", [PROGRAM, "\ufeffx = 1\r\n", "# coding: latin-1\nx = '\xe9'\n"])
def test_file_that_has_changed_since_it_was_checked_is_noticed(net: Path, text: str) -> None:
    net.write_bytes(text.encode("latin-1" if "coding" in text else "utf-8"))
    checked = Source.from_bytes(str(net), net.read_bytes())
    assert is_unchanged(checked)
    net.write_text(FIXED)
    assert not is_unchanged(checked)
    net.unlink()
    assert not is_unchanged(checked)


def plain(answer: Any) -> dict[str, Any]:
    """The object in an answer, which pygls makes a named tuple."""
    return dict(answer._asdict()) if hasattr(answer, "_asdict") else dict(answer)


async def explained(editor: Editor, path: Path, line: int, character: int) -> str:
    place = {"textDocument": {"uri": uri(path)}, "position": {"line": line, "character": character}}
    text = await editor.run(EXPLAIN, place)
    assert editor.messages[-1] == text
    assert isinstance(text, str)
    return text


def test_call_is_explained_whether_it_is_reported_or_not(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            first, *steps = (await explained(editor, net, LINE, 0)).splitlines()
            assert first.startswith("11:26: FWD001 self.stem.forward(...) skips Module.__call__")
            assert f"  {net}:8: `self.stem` is set to `nn.Linear(8, 4)`" in steps
            editor.change(net, "def run(robot):\n    return robot.forward(3)\n")
            assert "2:18: robot.forward(...) is not reported: " in await explained(editor, net, 1, 20)
            assert "no direct call of forward() at " in await explained(editor, net, 0, 0)
            editor.change(net, "def f(:\n")
            assert "cannot parse file" in await explained(editor, net, 0, 0)

    edit(session())


def test_debug_information_goes_to_the_log_of_the_client(net: Path) -> None:
    async def session() -> None:
        settings = {"": {"ignore": "FWD005"}}
        async with editing(net.parent, can=capabilities(asked=True), settings=settings) as editor:
            editor.open(net)
            assert len(await editor.codes(net)) == 1
            text = await editor.run(DEBUG)
            await editor.until(lambda: editor.logged)
            assert editor.logged == [text]
            for part in (
                "flake8-forward-call ",
                "pygls 2",
                "pushed to the client",
                str(net.parent),
                "FWD005",
                uri(net),
            ):
                assert part in text
            assert editor.messages == []

    edit(session())


def test_edit_for_a_whole_file_is_made_when_the_user_chooses_it(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent, can=capabilities(resolves=True)) as editor:
            editor.open(net)
            fix, _, fix_all = await editor.actions(net, LINE, CHARACTER)
            assert fix.edit is not None
            assert (fix_all.kind, fix_all.edit) == (FIX_ALL, None)
            editor.apply(await editor.resolve(fix_all))
            assert editor.text(net) == FIXED

    edit(session())


def test_edit_is_not_made_for_another_text_than_the_one_it_was_offered_for(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent, can=capabilities(resolves=True)) as editor:
            editor.open(net)
            (fix_all,) = await editor.actions(net, 0, 0, [FIX_ALL])
            editor.change(net, f"\n{PROGRAM}")
            assert await code_of(editor.resolve(fix_all)) == CONTENT_MODIFIED
            editor.close(net)
            assert await code_of(editor.resolve(fix_all)) == CONTENT_MODIFIED
            for data in (None, 3, {}, {"uri": 3}, {"uri": uri(net), "kind": "quickfix"}):
                action = types.CodeAction("Fix", data=data)
                assert await code_of(editor.resolve(action)) == INVALID_PARAMS

    edit(session())


def test_quiet_unless_the_first_look_takes_long(net: Path) -> None:
    """A project in which the second file takes as long as it takes to show that."""
    slow = (
        "import time\nfrom flake8_forward_call.server.app import Server\n"
        "from flake8_forward_call.server.answers import progress\nfrom flake8_forward_call.server import reports\n"
        "from flake8_forward_call.server.client import log\n"
        "progress.PATIENCE = {patience}\nwas = reports.checked\n"
        "def checked(*given):\n    time.sleep({seconds})\n    return was(*given)\n"
        "reports.checked = checked\nlog.begin()\nraise SystemExit(0 if Server().serve() else 1)\n"
    )

    async def session(patience: float, seconds: float) -> list[Any]:
        code = slow.format(patience=patience, seconds=seconds)
        async with editing(net.parent, can=capabilities(works=True), command=(SERVER[0], "-c", code)) as editor:
            editor.open(net)
            assert await editor.codes(net) == [f"FWD001 {LINE}:{CHARACTER}"]
            editor.change(net, PROGRAM)
            assert len(await editor.codes(net)) == 1
            return editor.parts

    begun, ended = edit(session(0.01, 0.5))  # Once, and not again for the change.
    assert (begun["kind"], begun["title"], ended["kind"]) == ("begin", "forward-call: Reading the project", "end")
    assert edit(session(60, 0)) == []
