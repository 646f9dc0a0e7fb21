"""The hover text on codes in ``# noqa`` comments."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import PROGRAM
from editor import capabilities, edit, editing
from lsprotocol import types

from flake8_forward_call.rules import BY_CODE

pytestmark = pytest.mark.slow

CALL = "self.stem.forward(x)"
LINE = 10
FWD001 = f"[FWD001: {BY_CODE['FWD001'].title}]({BY_CODE['FWD001'].url})"
SILENCED = (
    "- silences **FWD001** `self.stem.forward(...)` skips `Module.__call__`, so hooks do not run; call `self.stem(...)`"
)


@pytest.mark.parametrize(
    ("comment", "at", "told"),
    [
        ("# noqa: FWD001", "FWD001", f"- {FWD001}\n\n{SILENCED}"),
        ("# noqa:E501 , FWD001", "FWD001", f"- {FWD001}\n\n{SILENCED}"),
        ("# noqa: E501", "E501", None),
        ("# noqa: E501,FWD001", "E501", None),
        ("# FWD001", "FWD001", None),
        ("# noqa: FWD002", "FWD002", "Silences nothing here."),
        ("# noqa: FWD00", "FWD00", "FWD005"),  # A prefix of several rules.
        ("# noqa: FWD001", "noqa", None),
    ],
)
def test_code_in_a_comment_says_what_it_means_and_silences(
    tmp_path: Path, comment: str, at: str, told: str | None
) -> None:
    net = tmp_path / "net.py"
    text = PROGRAM.replace(f"{CALL}\n", f"{CALL}  {comment}\n")

    async def session() -> None:
        async with editing(tmp_path) as editor:
            editor.open(net, text)
            row = text.splitlines()[LINE]
            shown = await editor.hover(net, LINE, row.rindex(at) + 1)
            if told is None:
                assert shown is None
            else:
                assert shown is not None
                assert told in shown

    edit(session())


def test_comment_after_several_lines_and_in_plain_text(tmp_path: Path) -> None:
    net = tmp_path / "net.py"
    text = PROGRAM.replace(CALL, 'str(self.stem.forward(x)) + """\n"""  # noqa: FWD001')

    async def session() -> None:
        async with editing(tmp_path, can=capabilities(shows=[types.MarkupKind.PlainText])) as editor:
            editor.open(net, text)
            assert await editor.hover(net, LINE + 1, len('"""  # noqa: F')) == (
                f"FWD001: {BY_CODE['FWD001'].title}\n"
                "Silences: FWD001 self.stem.forward(...) skips Module.__call__, so hooks do not run; "
                f"call self.stem(...)\n{BY_CODE['FWD001'].url}"
            )

    edit(session())
