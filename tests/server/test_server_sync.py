"""Changes of a part of a document, as editors send them for each key."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import PROGRAM
from editor import capabilities, edit, editing
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.workspace import PositionCodec

from flake8_forward_call.server.documents import changed

ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


def lines_of(text: str) -> list[str]:
    """The lines with their ends, of which the protocol knows three."""
    lines, line, at = [], "", 0
    while at < len(text):
        end = "\r\n" if text.startswith("\r\n", at) else text[at] if text[at] in "\r\n" else ""
        line += end or text[at]
        at += len(end) or 1
        if end:
            lines.append(line)
            line = ""
    return [*lines, line]


def position(text: str, index: int, encoding: str) -> types.Position:
    """The position of an index, which is not within the end of a line."""
    lines = lines_of(text[:index])
    if text[index - 1 : index + 1] == "\r\n":
        return position(text, index - 1, encoding)
    return types.Position(len(lines) - 1, len(lines[-1].encode(ENCODINGS[encoding])) // UNIT[encoding])


TEXTS = st.text(st.sampled_from("ab \t\f\v\x1c\x85\u2028é😀\r\n"), max_size=30)


@given(TEXTS, TEXTS, st.data(), st.sampled_from(sorted(ENCODINGS)))
def test_part_is_replaced_where_the_protocol_says(text: str, new: str, data: st.DataObject, encoding: str) -> None:
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, len(text)))
    span = types.Range(position(text, first, encoding), position(text, last, encoding))
    first, last = (index - (text[index - 1 : index + 1] == "\r\n") for index in (first, last))
    change = types.TextDocumentContentChangePartial(span, new)
    assert changed(text, change, PositionCodec(encoding)) == text[:first] + new + text[last:]


@pytest.mark.parametrize(
    ("start", "end", "after"),
    [
        ((0, 99), (0, 99), "abX\ncd"),  # After the end of a line.
        ((9, 0), (9, 9), "ab\ncdX"),  # After the end of the text.
        ((0, 0), (99, 99), "X"),
        ((1, 1), (0, 1), "aXd"),  # The wrong way round.
    ],
)
def test_position_out_of_range_means_the_end(start: tuple[int, int], end: tuple[int, int], after: str) -> None:
    change = types.TextDocumentContentChangePartial(types.Range(types.Position(*start), types.Position(*end)), "X")
    assert changed("ab\ncd", change, PositionCodec()) == after


@pytest.mark.slow
def test_only_what_is_typed_is_sent(tmp_path: Path) -> None:
    net = tmp_path / "net.py"
    net.write_text(PROGRAM)

    async def session() -> None:
        async with editing(tmp_path, can=capabilities()) as editor:
            assert editor.server is not None
            sync = editor.server.capabilities.text_document_sync
            assert isinstance(sync, types.TextDocumentSyncOptions)
            assert sync.change is types.TextDocumentSyncKind.Incremental
            editor.open(net)
            call = PROGRAM.splitlines()[10].index(".forward")
            editor.type(net, ((10, call), (10, call + len(".forward")), ""), ((0, 0), (0, 0), "# 😀\r\n"))
            assert await editor.codes(net) == []
            editor.type(net, ((0, 4), (0, 4), "\u2028"), ((11, call), (11, call), ".forward"))
            assert await editor.codes(net) == [f"FWD001 11:{call + 1}"]
            (fix,) = await editor.actions(net, 0, 0, ["source.fixAll"])
            editor.apply(fix)
            assert editor.text(net) == "# 😀\u2028\r\n" + PROGRAM.replace(".stem.forward", ".stem")

    edit(session())


@pytest.mark.slow
def test_thousand_changes_leave_the_text_as_the_user_sees_it(tmp_path: Path) -> None:
    net = tmp_path / "net.py"

    async def session() -> None:
        async with editing(tmp_path) as editor:
            editor.open(net, "\n")
            text = PROGRAM + "\n\n# " + "x" * 600
            for index, letter in enumerate(text):
                before = text[:index]
                line, character = before.count("\n"), index - (before.rfind("\n") + 1)
                editor.type(net, ((line, character), (line, character), letter))
            assert editor.text(net) == f"{text}\n"
            assert await editor.codes(net) == ["FWD001 10:25"]

    edit(session())
