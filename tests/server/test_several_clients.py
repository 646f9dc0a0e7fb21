"""Two editors on the same workspace: each has a server of its own, and both servers use the same cache."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM
from editor import capabilities, edit, editing, uri
from lsprotocol import types

from flake8_forward_call.server.answers.commands import FIX_WORKSPACE

pytestmark = pytest.mark.slow

NUMBER = 12
FOUND = "FWD001 10:25"  # Of `forward` in the program.


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "setup.py").touch()
    for number in range(NUMBER):
        (tmp_path / f"net{number}.py").write_text(PROGRAM)
    return tmp_path


def test_both_are_answered_at_the_same_time_and_keep_their_unsaved_texts_apart(project: Path) -> None:
    async def session() -> None:
        can = capabilities(pulls=True)
        async with editing(project, can=can) as one, editing(project, can=can) as other:
            one.open(project / "net0.py", FIXED)
            other.open(project / "net0.py")
            first, second = await asyncio.gather(one.pull_all(), other.pull_all())
            for answer, numbers in ((first, range(1, NUMBER)), (second, range(NUMBER))):
                found = {
                    item.uri
                    for item in answer.items
                    if isinstance(item, types.WorkspaceFullDocumentDiagnosticReport) and item.items
                }
                assert found == {uri(project / f"net{number}.py") for number in numbers}

    edit(session())


def test_what_one_fixes_and_saves_is_fixed_for_the_other(project: Path) -> None:
    async def session() -> None:
        can = capabilities(watching=True)
        async with editing(project, can=can) as one, editing(project, can=can) as other:
            for editor in (one, other):
                editor.open(project / "net0.py")
                assert await editor.codes(project / "net0.py") == [FOUND]
            await one.run(FIX_WORKSPACE)
            assert [(project / f"net{number}.py").read_text() for number in range(1, NUMBER)] == [FIXED] * (NUMBER - 1)
            assert one.text(project / "net0.py") == FIXED
            assert other.text(project / "net0.py") == PROGRAM
            one.save(project / "net0.py")
            other.tell_of(project / "net0.py")  # The open document counts, not the file.
            assert await other.codes(project / "net0.py") == [FOUND]
            other.change(project / "net0.py", FIXED)
            assert await other.codes(project / "net0.py") == []

    edit(session())
