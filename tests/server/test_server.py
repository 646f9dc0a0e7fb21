"""The server over standard input and output, as an editor uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PROGRAM, python
from editor import SERVER, Editor, capabilities, edit, editing, net, uri
from lsprotocol import types

from flake8_forward_call.rules import BY_CODE

__all__ = ["net"]

pytestmark = pytest.mark.slow

NET = "from torch import nn\n\nclass Net(nn.Module):\n    def forward(self, x): return x\n"
PLAIN = "class Net:\n    def forward(self, x): return x\n"
USE = "from net import Net\n\nNet().forward(1)\n"
LINE, CHARACTER = 10, 25  # Of `forward` in the program.
FIX_ALL = "source.fixAll.forward-call"


def test_open_file_is_reported_at_the_name_of_the_call(net: Path) -> None:
    async def session() -> list[types.Diagnostic]:
        async with editing(net.parent) as editor:
            editor.open(net)
            return await editor.diagnostics(net)

    (found,) = edit(session())
    assert found == types.Diagnostic(
        types.Range(types.Position(LINE, CHARACTER), types.Position(LINE, CHARACTER + len("forward"))),
        MESSAGE.removeprefix("FWD001 "),
        types.DiagnosticSeverity.Warning,
        "FWD001",
        types.CodeDescription(BY_CODE["FWD001"].url),
        "forward-call",
    )


def test_unsaved_text_counts_in_other_documents_until_it_is_closed(net: Path) -> None:
    async def session() -> None:
        use = net.with_name("use.py")
        use.write_text(USE)
        net.write_text(PLAIN)
        async with editing(net.parent) as editor:
            editor.open(use)
            assert await editor.codes(use) == []
            editor.open(net)
            assert await editor.codes(use) == []
            editor.change(net, NET)
            assert await editor.codes(use) == ["FWD001 2:6"]
            editor.change(net, PLAIN)
            assert await editor.codes(use) == []
            editor.change(net, NET)
            assert await editor.codes(use) == ["FWD001 2:6"]
            editor.close(net)
            assert await editor.codes(use) == []

    edit(session())


def test_path_that_an_address_escapes(tmp_path: Path) -> None:
    """Spaces, letters of other languages, and characters that only some clients escape."""
    folder = tmp_path / "a = b, ü #%20"
    folder.mkdir()
    net, use = folder / "net ü.py", folder / "use.py"
    (folder / "net.py").write_text(NET)
    use.write_text(USE)

    async def session() -> None:
        settings = {uri(folder): {"ignore": "FWD900"}}
        async with editing(folder, can=capabilities(asked=True), settings=settings) as editor:
            editor.open(net, PROGRAM)
            editor.open(use)
            assert (len(await editor.codes(net)), await editor.codes(use)) == (1, ["FWD001 2:6"])
            assert await editor.hover(net, LINE, CHARACTER) is not None
            for action in (await editor.actions(net, LINE, CHARACTER))[:1]:
                editor.apply(action)
            assert editor.text(net) == FIXED
            editor.close(net)
            editor.set({uri(folder): {"ignore": "FWD001"}})
            assert await editor.codes(use) == []

    edit(session())


def test_only_the_last_of_many_changes_is_reported(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            for number in range(30):
                editor.change(net, "\n" * number + PROGRAM)
            assert await editor.codes(net) == [f"FWD001 {LINE + 29}:{CHARACTER}"]

    edit(session())


def test_quick_fix_makes_what_the_command_makes(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net)
            fix, ignore = await editor.actions(net, LINE, CHARACTER + 3, ["quickfix"])
            assert (fix.title, fix.is_preferred) == (
                "Call self.stem(...) (same arguments, same forward(); hooks now run)",
                True,
            )
            assert list(fix.diagnostics or ()) == await editor.diagnostics(net)
            assert ignore.is_preferred is None
            assert await editor.actions(net, LINE - 1, 0, ["quickfix"]) == []
            editor.apply(fix)
            assert editor.text(net) == FIXED
            assert await editor.codes(net) == []

    edit(session())


def test_unsafe_fix_says_so_and_is_not_preferred(net: Path) -> None:
    async def session() -> None:
        text = "from torch import nn\nfrom elsewhere import load\n\ndef run(net):\n    if net: net = load()\n"
        text += "    else: net = nn.Linear(1, 1)\n    net.forward(1)\n"
        async with editing(net.parent, options={"extendSelect": "FWD003"}) as editor:
            editor.open(net, text)
            assert await editor.codes(net) == ["FWD001 6:8"]
            fix, _ = await editor.actions(net, 6, 8)  # There is no fix for all, because no fix is safe.
            assert (fix.title.partition(":")[0], fix.is_preferred) == ("Unsafe", None)
            editor.apply(fix)
            assert editor.text(net) == text.replace("net.forward(1)", "net(1)")

    edit(session())


def test_all_in_a_file_are_fixed_at_once_nested_calls_too(net: Path) -> None:
    async def session() -> None:
        call = "self.stem.forward(self.stem.forward(x))"
        text = PROGRAM.replace("self.stem.forward(x)", call) + "\n\n# 😀 " + "\r\nNet().forward(1) ; 2\r\n"
        async with editing(net.parent) as editor:
            editor.open(net, text)
            for only in ([FIX_ALL], ["source.fixAll"], ["source"]):
                (fix,) = await editor.actions(net, 0, 0, only)
                assert (fix.title, fix.kind) == ("Fix 3 direct calls of forward() in this file", FIX_ALL)
            assert await editor.actions(net, 0, 0, ["source.organizeImports"]) == []
            assert [one.kind for one in await editor.actions(net, 0, 0)] == [FIX_ALL]
            editor.apply(fix)
            assert editor.text(net) == text.replace(".forward(self", "(self").replace(".forward(x", "(x").replace(
                "Net().forward(1)", "Net()(1)"
            )
            assert await editor.actions(net, 0, 0, [FIX_ALL]) == []

    edit(session())


def test_call_is_ignored_by_a_comment(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            for text in (PROGRAM, PROGRAM.replace("forward(x)\n", "forward(x)  # noqa: E501\n")):
                editor.open(net, text)
                assert len(await editor.codes(net)) == 1
                _, ignore = await editor.actions(net, LINE, CHARACTER, ["quickfix"])
                assert ignore.title == "Ignore with # noqa: FWD001"
                editor.apply(ignore)
                comment = "forward(x)  # noqa: E501,FWD001\n" if "E501" in text else "forward(x)  # noqa: FWD001\n"
                assert editor.text(net) == PROGRAM.replace("forward(x)\n", comment)
                assert await editor.codes(net) == []
                editor.close(net)

    edit(session())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{} + \\\n            1", "{} + \\\n            1  # noqa: FWD001"),
        ('str({}) + """\n"""', 'str({}) + """\n"""  # noqa: FWD001'),
        ("f(\n            {},\n        )", "f(\n            {},  # noqa: FWD001\n        )"),
        ("{} + 'noqa: no'  # NOQA:E501 , W291", "{} + 'noqa: no'  # NOQA:E501 , FWD001 , W291"),
        ("{} + '# noqa: E501'", None),
    ],
)
def test_comment_is_offered_where_it_counts(net: Path, before: str, after: str | None) -> None:
    async def session() -> None:
        text, call = PROGRAM, "self.stem.forward(x)"
        async with editing(net.parent) as editor:
            editor.open(net, text.replace(call, before.format(call)))
            (found,) = await editor.diagnostics(net)
            line, character = found.range.start.line, found.range.start.character
            fix, *ignore = await editor.actions(net, line, character, ["quickfix"])
            assert fix.is_preferred
            assert len(ignore) == (after is not None)
            if after is not None:
                editor.apply(ignore[0])
                assert editor.text(net) == text.replace(call, after.format(call))
                assert await editor.codes(net) == []

    edit(session())


def test_hover_tells_the_evidence(net: Path) -> None:
    async def session() -> None:
        use = net.with_name("use.py")
        use.write_text("from net import Net\n\nclass My_Net(Net): pass\n\nMy_Net().forward(1)\n")
        net.write_text(NET)
        async with editing(net.parent) as editor:
            editor.open(use)
            assert await editor.hover(use, 4, 12) == (
                "**FWD001** `My_Net().forward(...)` skips `Module.__call__`, so hooks do not run; "
                "call `My_Net()(...)`\n\n"
                f"1. [`use.py:3`]({uri(use)}#L3): class `use.My_Net` derives from net.Net\n"
                f"2. [`net.py:3`]({uri(net)}#L3): class `net.Net` derives from torch.nn.Module\n\n"
                f"[FWD001: {BY_CODE['FWD001'].title}]({BY_CODE['FWD001'].url})"
            )
            assert await editor.hover(use, 0, 0) is None

    edit(session())


@pytest.mark.parametrize(
    ("shows", "given"),
    [
        (None, types.MarkupKind.PlainText),
        ([types.MarkupKind.PlainText, types.MarkupKind.Markdown], types.MarkupKind.PlainText),
        ([types.MarkupKind.Markdown, types.MarkupKind.PlainText], types.MarkupKind.Markdown),
    ],
)
def test_hover_is_what_the_client_prefers(
    net: Path, shows: list[types.MarkupKind] | None, given: types.MarkupKind
) -> None:
    async def session() -> None:
        async with editing(net.parent, can=capabilities(shows=shows)) as editor:
            editor.open(net)
            text = await editor.hover(net, LINE, CHARACTER) or ""
            assert editor.shown is given
            assert ("`" in text.splitlines()[0]) == (given is types.MarkupKind.Markdown)

    edit(session())


def test_evidence_follows_the_diagnostic(net: Path) -> None:
    async def session() -> list[types.DiagnosticRelatedInformation]:
        async with editing(net.parent, can=capabilities(evidence=True)) as editor:
            editor.open(net)
            return await editor.evidence(net)

    first, *_ = edit(session())
    assert first.message == "`self.stem` is set to `nn.Linear(8, 4)`"
    place = types.Position(7, 0)
    assert first.location == types.Location(uri(net), types.Range(place, place))


def test_file_that_changes_on_disk(net: Path) -> None:
    async def session() -> None:
        use = net.with_name("use.py")
        use.write_text(USE)
        net.write_text(PLAIN)
        async with editing(net.parent, can=capabilities(watching=True)) as editor:
            editor.open(use)
            assert await editor.codes(use) == []
            await editor.until(lambda: editor.registered)
            (registration,) = editor.registered
            assert registration.method == "workspace/didChangeWatchedFiles"
            net.write_text(NET)
            editor.tell_of(net)
            assert await editor.codes(use) == ["FWD001 2:6"]
            net.unlink()
            editor.save(use)  # In this way, a client that does not watch files gets the change.
            assert await editor.codes(use) == []
            assert len(editor.registered) == 1

    edit(session())


def test_file_that_changes_on_disk_without_a_message(net: Path) -> None:
    """After an edit, the server looks at the disk by itself, and reports anew what has changed."""

    async def session() -> None:
        use = net.with_name("use.py")
        use.write_text(USE)
        net.write_text(PLAIN)
        async with editing(net.parent) as editor:
            editor.open(use)
            assert await editor.codes(use) == []
            for text, codes in ((NET, ["FWD001 2:6"]), (PLAIN, [])):
                net.write_text(text)
                editor.change(use, f"{editor.text(use)}# typed\n")
                await editor.until_codes(use, codes)

    edit(session())


@pytest.mark.parametrize(
    ("encodings", "agreed", "column"), [([], "utf-16", 11), (["utf-8"], "utf-8", 13), (["utf-32"], "utf-32", 10)]
)
def test_columns_are_counted_in_the_units_agreed_on(net: Path, encodings: list[str], agreed: str, column: int) -> None:
    async def session() -> None:
        text = NET + "\fm, s = Net(), '😀'; s, m.forward('😀')\n"
        async with editing(net.parent, can=capabilities(encodings=encodings)) as editor:
            assert editor.server is not None
            assert editor.server.capabilities.position_encoding == agreed
            before = len("\fm, s = Net(), '") + column - 10 + 1 + len("'; s, m.")
            editor.open(net, text)
            (found,) = await editor.diagnostics(net)
            assert (found.range.start, found.range.end) == (
                types.Position(4, before),
                types.Position(4, before + len("forward")),
            )
            assert await editor.hover(net, 4, before - 1) is None
            assert await editor.hover(net, 4, before + 7) is not None

    edit(session())


def test_lines_end_where_the_protocol_says(net: Path) -> None:
    """Neither at a form feed nor at other characters at which Python's splitlines splits."""

    async def session() -> None:
        text = f"s = '\x1c \u2028 \x85'\r\n\f\r{NET}Net().forward(1)"
        async with editing(net.parent) as editor:
            editor.open(net, "")
            assert await editor.codes(net) == []
            editor.change(net, text)
            assert await editor.codes(net) == ["FWD001 6:6"]
            (fix,) = await editor.actions(net, 0, 0, [FIX_ALL])
            editor.apply(fix)
            assert editor.text(net) == text.replace("Net().forward(1)", "Net()(1)")

    edit(session())


@pytest.mark.parametrize("text", ["\ufeffimport torch; torch.nn.Linear(1, 1).forward(1)"])
def test_byte_order_mark_counts_as_a_character(net: Path, text: str) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net, text)
            assert await editor.codes(net) == [f"FWD001 0:{text.index('forward')}"]
            (fix,) = await editor.actions(net, 0, 0, [FIX_ALL])
            editor.apply(fix)
            assert editor.text(net) == text.replace(".forward", "")

    edit(session())


@pytest.mark.parametrize(
    "text", ["def f(:\n  x.forward(", "x.forward(" + "(" * 5000, "x.forward(\0)", "x.forward(" * 900]
)
def test_text_that_is_no_program_is_a_note_and_no_crash(net: Path, text: str) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.open(net, text)
            (found,) = await editor.diagnostics(net)
            assert (found.code, found.severity) == ("FWD900", types.DiagnosticSeverity.Information)
            place = found.range.start
            assert "cannot " in (await editor.hover(net, place.line, place.character) or "")
            await editor.actions(net, place.line, place.character)
            editor.change(net, PROGRAM)
            assert await editor.codes(net) == [f"FWD001 {LINE}:{CHARACTER}"]

    edit(session())


def test_document_that_is_no_file(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            editor.client.text_document_did_open(
                types.DidOpenTextDocumentParams(types.TextDocumentItem("untitled:Untitled-1", "python", 1, PROGRAM))
            )
            await editor.until(lambda: "untitled:Untitled-1" in editor._latest)
            (found,) = editor._latest["untitled:Untitled-1"].diagnostics
            assert found.range.start == types.Position(LINE, CHARACTER)

    edit(session())


@pytest.mark.parametrize("place", ["untitled:Untitled-1", "untitled:{folder}/new.py", "file://{folder}/new.py"])
def test_document_that_was_never_saved_knows_the_files_beside_it(net: Path, place: str) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            address = place.format(folder=net.parent.as_posix())
            text = "from net import Net\n\nNet().forward(1)\n"
            editor.client.text_document_did_open(
                types.DidOpenTextDocumentParams(types.TextDocumentItem(address, "python", 1, text))
            )
            await editor.until(lambda: address in editor._latest)
            assert [one.code for one in editor._latest[address].diagnostics] == ["FWD001"]

    edit(session())


async def codes_with(editor: Editor, *paths: Path) -> list[str]:
    for path in paths:
        editor.open(path, PROGRAM)
    return [one.partition(" ")[0] for path in paths for one in await editor.codes(path)]


ODD = [
    "file:///nul%00.py",
    "file://",
    "file:///a%ff.py",
    "",
    "%",
    "http://[",
    "untitled:\U0001f600",
    "file:///" + "a" * 5000,
]


@pytest.mark.parametrize("address", ODD)
def test_an_odd_address_does_not_end_the_service(net: Path, address: str) -> None:
    async def session() -> list[str]:
        async with editing(net.parent) as editor:
            item = types.TextDocumentItem(address, "python", 1, PROGRAM)
            editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
            editor.open(net)
            return await editor.codes(net)

    assert edit(session()) == [f"FWD001 {LINE}:{CHARACTER}"]


def test_options_choose_rules(net: Path) -> None:
    async def session() -> None:
        for options in ({"ignore": ["FWD001"]}, {"forward-call": {"select": "FWD9"}}):
            async with editing(net.parent, options=options) as editor:
                assert await codes_with(editor, net) == []
        async with editing(net.parent, command=[*SERVER, "--ignore", "FWD001"]) as editor:
            assert await codes_with(editor, net) == []

    edit(session())


def test_settings_of_each_folder_choose_rules(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two", "two/three")]
    for folder in folders:
        folder.mkdir()
    one, two, three = (folder / "net.py" for folder in folders)

    async def session() -> None:
        settings = {"": {"ignore": "FWD001"}, uri(folders[1]): {"ignore": ["FWD900"]}, uri(folders[2]): None}
        can = capabilities(asked=True)
        async with editing(*folders, can=can, settings=settings) as editor:
            for path in (one, two, three):
                editor.open(path, PROGRAM)
            assert (await editor.codes(one), len(await editor.codes(two)), await editor.codes(three)) == ([], 1, [])
            editor.set({uri(folders[1]): {"select": "FWD9"}})
            assert (len(await editor.codes(one)), await editor.codes(two)) == (1, [])
            assert len(await editor.codes(three)) == 1

    edit(session())


def test_settings_that_cannot_be_used_are_told_and_the_others_apply(net: Path) -> None:
    async def session() -> None:
        options = {"select": ["FWD01"], "extendSelect": 3, "checkExcluded": "no", "ignore": "FWD005"}
        async with editing(net.parent, options=options) as editor:
            assert await codes_with(editor, net) == ["FWD001"]
            assert editor.messages == [
                "forward-call: select has an unknown rule code 'FWD01'; did you mean FWD001?",
                "forward-call: extendSelect must be a list of strings, not 3",
                "forward-call: checkExcluded must be true or false, not 'no'",
            ]

    edit(session())


def test_without_its_extra_the_command_says_what_to_install() -> None:
    code = (
        "import sys\nsys.modules['pygls'] = None\nfrom flake8_forward_call.cli import main\nsys.exit(main(['server']))"
    )
    result = python(code)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("forward-call: the server needs pygls 2")
    assert result.err.endswith("python -m pip install 'flake8-forward-call[lsp]'\n")
