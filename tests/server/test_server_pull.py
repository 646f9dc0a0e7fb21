"""Diagnostics that the client pulls, for one document and for the workspace."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from command_line import PROGRAM
from editor import Editor, capabilities, edit, editing, net, uri
from lsprotocol import types

__all__ = ["net"]

pytestmark = pytest.mark.slow

NET = "from torch import nn\n\nclass Net(nn.Module):\n    def forward(self, x): return x\n"
PLAIN = "class Net:\n    def forward(self, x): return x\n"
USE = "from net import Net\n\nNet().forward(1)\n"
PLACE = "FWD001 10:25"  # Of `forward` in the program.
PULLS = capabilities(pulls=True)


def codes(answer: object) -> list[str]:
    assert isinstance(answer, types.RelatedFullDocumentDiagnosticReport), answer
    return [f"{one.code} {one.range.start.line}:{one.range.start.character}" for one in answer.items]


def test_client_that_pulls_is_not_pushed_to(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent, can=PULLS) as editor:
            assert editor.server is not None
            provider = editor.server.capabilities.diagnostic_provider
            assert isinstance(provider, types.DiagnosticOptions)
            assert (provider.inter_file_dependencies, provider.workspace_diagnostics) == (True, True)
            editor.open(net)
            assert codes(await editor.pull(net)) == [PLACE]
            editor.change(net, f"\n{PROGRAM}")
            assert codes(await editor.pull(net)) == ["FWD001 11:25"]
            await asyncio.sleep(0.5)
            editor.close(net)
            assert codes(await editor.pull(net)) == []
            assert editor._latest == {}

    edit(session())


def test_client_that_cannot_pull_is_not_told_that_it_could(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent) as editor:
            assert editor.server is not None
            assert editor.server.capabilities.diagnostic_provider is None

    edit(session())


def test_same_diagnostics_are_only_said_to_be_unchanged(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent, can=PULLS) as editor:
            editor.open(net)
            first = await editor.pull(net)
            assert first.result_id
            again = await editor.pull(net, first.result_id)
            assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
            assert again.result_id == first.result_id
            editor.change(net, f"{PROGRAM}\n# The findings are where they were.\n")
            assert isinstance(await editor.pull(net, first.result_id), types.RelatedUnchangedDocumentDiagnosticReport)
            editor.change(net, f"\n{PROGRAM}")
            assert codes(await editor.pull(net, first.result_id)) == ["FWD001 11:25"]
        async with editing(net.parent, can=PULLS) as editor:  # The client may know it from an earlier session.
            editor.open(net)
            assert isinstance(await editor.pull(net, first.result_id), types.RelatedUnchangedDocumentDiagnosticReport)

    edit(session())


@pytest.mark.parametrize("refreshes", [True, False])
def test_client_is_asked_to_pull_again_if_another_document_changes_what_it_has(net: Path, refreshes: bool) -> None:
    async def session() -> None:
        use = net.with_name("use.py")
        use.write_text(USE)
        net.write_text(PLAIN)
        async with editing(net.parent, can=capabilities(pulls=True, refreshes=refreshes)) as editor:
            editor.open(use)
            editor.open(net)
            assert (codes(await editor.pull(use)), codes(await editor.pull(net))) == ([], [])
            editor.change(net, NET)
            if refreshes:
                await editor.until(lambda: editor.refreshed)
            assert codes(await editor.pull(use)) == ["FWD001 2:6"]
            editor.change(net, f"{NET}\n\n\n")  # Nothing that the client has pulled is different.
            assert codes(await editor.pull(net)) == []
            await asyncio.sleep(1)
            assert editor.refreshed == int(refreshes)

    edit(session())


@pytest.mark.parametrize("refreshes", [True, False])
def test_evidence_is_pulled_too(net: Path, refreshes: bool) -> None:
    async def session() -> None:
        can = capabilities(pulls=True, evidence=True, refreshes=refreshes)
        async with editing(net.parent, can=can) as editor:
            editor.open(net)
            answer = await editor.pull(net)
            if refreshes:
                await editor.until(lambda: editor.refreshed)
                answer = await editor.pull(net, answer.result_id)
            assert isinstance(answer, types.RelatedFullDocumentDiagnosticReport)
            first, *_ = answer.items[0].related_information or ()
            assert first.message == "`self.stem` is set to `nn.Linear(8, 4)`"

    edit(session())


def test_of_a_thousand_pulls_each_is_answered(net: Path) -> None:
    async def session() -> None:
        async with editing(net.parent, can=PULLS) as editor:
            editor.open(net)
            pulls = []
            for number in range(1000):
                editor.type(net, ((0, 0), (0, 0), "\n"))
                pulls.append(asyncio.ensure_future(editor.pull(net)))
                if not number % 100:
                    await asyncio.sleep(0)
            answers = await asyncio.gather(*pulls, return_exceptions=True)
            assert codes(answers[-1]) == ["FWD001 1010:25"]
            # An answer is for the text at that time, or asks the client to pull again.
            assert all(getattr(one, "code", -32802) == -32802 for one in answers)

    edit(session())


def project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["vendored"]\n')
    for name in ("a.py", "b.py", "vendored/c.py", ".venv/d.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PROGRAM)
    (tmp_path / "clean.py").write_text("x = 1\n")


def found(items: Any) -> dict[str, int]:
    """The number of diagnostics by the name of the file; -1 for those that are unchanged."""
    return {
        one.uri.rpartition("/")[2]: len(one.items)
        if isinstance(one, types.WorkspaceFullDocumentDiagnosticReport)
        else -1
        for one in items
    }


def test_workspace_is_what_the_command_checks_with_the_open_documents_as_they_are(tmp_path: Path) -> None:
    project(tmp_path)

    async def session() -> None:
        async with editing(tmp_path, can=PULLS) as editor:
            editor.open(tmp_path / "b.py", PROGRAM + "\nNet().forward(1)\n")
            answer = await editor.pull_all()
            assert found(answer.items) == {"a.py": 1, "b.py": 2}
            assert {one.uri.rpartition("/")[2]: one.version for one in answer.items} == {"a.py": None, "b.py": 1}
            known = {one.uri: one.result_id or "" for one in answer.items}
            assert found((await editor.pull_all(known)).items) == {"a.py": -1, "b.py": -1}
            (tmp_path / "a.py").unlink()
            editor.tell_of(tmp_path / "a.py")
            assert found((await editor.pull_all(known)).items) == {"a.py": 0, "b.py": -1}

    edit(session())


def test_workspace_of_several_folders_and_of_one_that_vanishes(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two", "one/inner")]
    for folder in folders:
        folder.mkdir()
        (folder / "net.py").write_text(PROGRAM)

    async def session() -> None:
        async with editing(*folders, tmp_path / "gone", can=PULLS) as editor:
            answer = await editor.pull_all()
            assert sorted(one.uri for one in answer.items) == sorted(uri(folder / "net.py") for folder in folders)
            (folders[1] / "net.py").unlink()
            folders[1].rmdir()
            editor.tell_of(folders[1])
            assert len((await editor.pull_all()).items) == 2

    edit(session())


async def parts_of(editor: Editor) -> list[Any]:
    await editor.until(lambda: any("kind" in one and one["kind"] == "end" for one in editor.parts))
    return editor.parts


def test_parts_are_sent_as_they_are_found_and_the_work_is_shown(tmp_path: Path) -> None:
    project(tmp_path)

    async def session() -> None:
        async with editing(tmp_path, can=PULLS) as editor:
            answer = await editor.pull_all(part="part", work="work")
            assert not answer.items
            parts = await parts_of(editor)
            items = [item for one in parts for item in one.get("items", ())]
            assert [(one["uri"], len(one["items"])) for one in items] == [
                (uri(tmp_path / name), 1) for name in ("a.py", "b.py")
            ]
            kinds = [one["kind"] for one in parts if "items" not in one]
            assert (kinds[0], kinds[-1], {*kinds[1:-1]}) == ("begin", "end", {"report"})
            assert parts[-2]["percentage"] == 100

    edit(session())


def test_client_that_knows_everything_waits_for_the_next_change(tmp_path: Path) -> None:
    project(tmp_path)

    async def session() -> None:
        async with editing(tmp_path, can=PULLS) as editor:
            known = {one.uri: one.result_id or "" for one in (await editor.pull_all()).items}
            waiting = asyncio.ensure_future(editor.pull_all(known, part="part"))
            await asyncio.sleep(0.5)
            assert not waiting.done()
            (tmp_path / "clean.py").write_text(PROGRAM)
            editor.tell_of(tmp_path / "clean.py")
            await waiting
            items = [item for one in editor.parts for item in one["items"]]
            assert {one["uri"].rpartition("/")[2]: one["kind"] for one in items} == {
                "a.py": "unchanged",
                "b.py": "unchanged",
                "clean.py": "full",
            }
            unanswered = asyncio.ensure_future(editor.pull_all(known, part="part"))
            await asyncio.sleep(0)
        with pytest.raises(Exception, match=r"."):  # The server exits although it waits.
            await unanswered

    edit(session())


def test_workspace_is_not_looked_at_if_the_user_does_not_want_it(tmp_path: Path) -> None:
    async def session() -> None:
        async with editing(tmp_path, can=PULLS, options={"workspaceDiagnostics": False}) as editor:
            assert editor.server is not None
            provider = editor.server.capabilities.diagnostic_provider
            assert isinstance(provider, types.DiagnosticOptions)
            assert not provider.workspace_diagnostics

    edit(session())
