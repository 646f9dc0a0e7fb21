"""flake8 as an editor runs it: by python-lsp-server, on the text as it stands in the editor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import FIXED, PROGRAM, python
from editor import Editor, capabilities, edit, editing, net, uri
from lsprotocol import types

__all__ = ["net"]

PYLSP = (sys.executable, "-m", "pylsp")
LINE, CHARACTER = 10, 25
USE = "from net import Net\n\nprint('\U0001f600', Net().forward(1))\n"


def settings(**flake8: Any) -> dict[str, Any]:
    """pylsp's, with flake8 in the place of the linters that it runs of itself."""
    others = ("mccabe", "pycodestyle", "pyflakes")
    executable = str(Path(sys.executable).with_name("flake8"))
    plugins: dict[str, Any] = {name: {"enabled": False} for name in others}
    return {"pylsp": {"plugins": plugins | {"flake8": {"enabled": True, "executable": executable, **flake8}}}}


def configured(editor: Editor, own: Any = None, **flake8: Any) -> None:
    sent = settings(**flake8)
    if own is not None:
        sent["pylsp"]["plugins"]["forward_call"] = own
    params = types.DidChangeConfigurationParams(sent)
    editor.client.workspace_did_change_configuration(params)


def found(diagnostics: list[types.Diagnostic]) -> list[tuple[object, int, int]]:
    return [(one.code, one.range.start.line, one.range.start.character) for one in diagnostics if one.source]


def test_flake8_reports_the_unsaved_text_and_knows_the_other_files(net: Path) -> None:
    async def session() -> None:
        use = net.with_name("use.py")
        use.write_text("")
        async with editing(net.parent, command=PYLSP) as editor:
            configured(editor, select=["FWD001"])
            editor.open(use, "from net import Net\n\nNet().forward(1)\n")
            assert found(await editor.diagnostics(use)) == [("FWD001", 2, 6)]
            editor.change(use, "from net import Net\n\n\nNet().forward(1)\n")
            assert found(await editor.diagnostics(use)) == [("FWD001", 3, 6)]
            editor.change(use, "from net import Net\n\n\nNet()(1)\n")
            assert found(await editor.diagnostics(use)) == []

    edit(session())


def test_file_that_was_never_saved_knows_the_files_beside_it(net: Path) -> None:
    async def session() -> None:
        new = net.with_name("new.py")
        async with editing(net.parent, command=PYLSP) as editor:
            configured(editor, select=["FWD001"])
            editor.open(new, "from net import Net\n\nNet().forward(1)\n")
            assert found(await editor.diagnostics(new)) == [("FWD001", 2, 6)]
            assert await editor.actions(new, 2, 6)

    edit(session())


def test_rules_are_on_as_the_table_says_beside_those_of_flake8(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent, command=PYLSP) as editor:
            configured(editor)
            editor.open(net, "import os\n" + PROGRAM)
            codes = {one.code for one in await editor.diagnostics(net)}
            assert {"FWD001", "F401"} <= codes

    edit(session())


def test_plugin_offers_the_fix_that_the_command_makes(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent, command=PYLSP, can=capabilities()) as editor:
            configured(editor, select=["FWD001"])
            editor.open(net)
            assert found(await editor.diagnostics(net)) == [("FWD001", LINE, CHARACTER)]
            fix, ignore, fix_all = await editor.actions(net, LINE, CHARACTER)
            assert (fix.kind, fix.is_preferred) == ("quickfix", True)
            assert ignore.title == "Ignore with # noqa: FWD001"
            assert fix_all.kind == "source.fixAll.forward-call"
            editor.apply(fix)
            assert editor.text(net) == FIXED
            assert await editor.actions(net, LINE, CHARACTER) == []

    edit(session())


def test_plugin_sees_what_is_unsaved_and_counts_as_the_client_does(net: Path) -> None:
    async def session() -> None:
        use = net.with_name("use.py")
        use.write_text(USE)
        net.write_text("class Net: pass\n")
        async with editing(net.parent, command=PYLSP, can=capabilities()) as editor:
            configured(editor, select=["FWD001"])
            editor.open(use)
            place = 2, USE.splitlines()[2].index("forward") + 1  # The face is two units.
            assert await editor.actions(use, *place) == []
            editor.open(net, PROGRAM)
            fix, _, _ = await editor.actions(use, *place)
            editor.apply(fix)
            assert editor.text(use) == USE.replace(".forward", "")
            assert uri(use) in ((fix.edit and fix.edit.changes) or {})

    edit(session())


def test_plugin_skips_what_the_command_skips_unless_the_user_asks(net: Path) -> None:
    async def session() -> None:
        (net.parent / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["vendored"]\n')
        skipped = net.parent / "vendored" / "net.py"
        installed = net.parent / ".venv" / "lib" / "python3.11" / "site-packages" / "pack" / "net.py"
        for path in (skipped, installed):
            path.parent.mkdir(parents=True)
            path.write_text(PROGRAM)
        async with editing(net.parent, command=PYLSP, can=capabilities()) as editor:
            configured(editor, select=["FWD001"])
            for path in (net, skipped, installed):
                editor.open(path)
            assert len(await editor.actions(net, LINE, CHARACTER)) == 3
            for path in (skipped, installed):
                assert await editor.actions(path, LINE, CHARACTER) == []
            configured(editor, {"checkExcluded": True}, select=["FWD001"])
            for path in (skipped, installed):
                assert len(await editor.actions(path, LINE, CHARACTER)) == 3

    edit(session())


def test_plugin_tells_of_settings_that_cannot_be_used_once_and_goes_on(net: Path) -> None:
    async def session() -> None:
        path = net.parent / "pyproject.toml"
        path.write_text("[tool.forward-call]\nselct = []\n")
        told = f"forward-call: {path}:2: unknown key 'selct' in [tool.forward-call]; did you mean 'select'?"
        async with editing(net.parent, command=PYLSP, can=capabilities()) as editor:
            configured(editor)
            editor.open(net)
            for _ in range(2):
                assert len(await editor.actions(net, LINE, CHARACTER)) == 3
            assert editor.messages == [told]
            path.write_text("[tool.forward-call]\n")
            assert len(await editor.actions(net, LINE, CHARACTER)) == 3
            path.write_text("[tool.forward-call]\nselct = []\n")
            assert len(await editor.actions(net, LINE, CHARACTER)) == 3
            assert editor.messages == [told, told]

    edit(session())


@pytest.mark.parametrize("address", ["file:///tmp/\ud800.py", "file:///tmp/%00.py"], ids=ascii)
def test_document_without_a_path_does_not_keep_others_from_getting_actions(net: Path, address: str) -> None:
    async def session() -> None:
        async with editing(net.parent, command=PYLSP, can=capabilities()) as editor:
            configured(editor, select=["FWD001"])
            item = types.TextDocumentItem(address, "python", 1, PROGRAM)
            editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
            editor.open(net)
            assert len(await editor.actions(net, LINE, CHARACTER)) == 3

    edit(session())


def test_plugin_needs_nothing_of_the_server_for_other_editors() -> None:
    without = "import sys; sys.modules |= {'pygls': None, 'lsprotocol': None}; import flake8_forward_call.server.pylsp"
    assert python(without).err == ""
