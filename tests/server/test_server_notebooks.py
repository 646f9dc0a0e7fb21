"""Notebooks in an editor, whose cells are documents of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from editor import capabilities, edit, editing, uri
from lsprotocol import types

from flake8_forward_call.server.answers.commands import EXPLAIN, FIX_FILE

pytestmark = pytest.mark.slow

MODEL = "from torch import nn\nmodel = nn.Linear(1, 1)"
CALL = "# 😀\nmodel.forward(1)"
FIX_CELL, FIX_NOTEBOOK = "source.fixAll.forward-call", "notebook.source.fixAll.forward-call"


@pytest.fixture
def train(tmp_path: Path) -> Path:
    (tmp_path / "setup.py").touch()
    return tmp_path / "train.ipynb"


def test_server_says_which_cells_it_wants(train: Path) -> None:
    async def session() -> None:
        async with editing(train.parent) as editor:
            assert editor.server is not None
            assert editor.server.capabilities.notebook_document_sync is not None

    edit(session())


@pytest.mark.parametrize("pulls", [False, True])
def test_findings_are_in_their_cells_and_the_cells_know_each_other(train: Path, pulls: bool) -> None:
    async def session() -> None:
        async with editing(train.parent, can=capabilities(pulls=pulls)) as editor:

            async def codes(number: int) -> list[str]:
                return await editor.codes(editor.cell(train, number))

            editor.open_notebook(train, MODEL, "x = 1", CALL)
            assert [await codes(number) for number in range(3)] == [[], [], ["FWD001 1:6"]]
            editor.type_in_cell(train, 2, f"%time model.forward(1)\n{CALL}")
            assert await codes(2) == ["FWD001 0:12", "FWD001 2:6"]
            editor.type_in_cell(train, 0, "model = len")
            assert [await codes(number) for number in range(3)] == [[], [], []]

    edit(session())


def test_client_that_pulls_for_a_cell_gets_nothing_twice(train: Path) -> None:
    """Visual Studio Code shows what it pulled beside what was pushed. Its client pulls for cells since version 10."""

    async def session() -> None:
        async with editing(train.parent, can=capabilities(pulls=True, evidence=True)) as editor:
            editor.open_notebook(train, MODEL, CALL)
            cell = editor.cell(train, 1)
            answer = await editor.pull(cell)
            assert isinstance(answer, types.RelatedFullDocumentDiagnosticReport)
            assert not answer.items
            assert await editor.codes(cell) == ["FWD001 1:6"]
            await editor.until(
                lambda: cell in editor._latest and editor._latest[cell].diagnostics[0].related_information
            )
            assert editor.refreshed == 0  # Nothing that it could pull is different.
            editor.close_notebook(train)
            await editor.until(lambda: cell in editor._latest)
            assert list(editor._latest[cell].diagnostics) == []

    edit(session())


def test_cells_are_added_moved_and_removed(train: Path) -> None:
    async def session() -> None:
        async with editing(train.parent) as editor:
            editor.open_notebook(train, CALL)
            first = editor.cell(train, 0)
            assert await editor.codes(first) == []
            editor.change_cells(train, 0, 0, MODEL)  # The new cell is `c1`, above.
            assert await editor.codes(first) == ["FWD001 1:6"]
            editor.change_cells(train, 0, 2, 0, 1)  # The order of the cells is not that of their execution.
            assert await editor.codes(first) == ["FWD001 1:6"]
            editor.change_cells(train, 1, 1)
            await editor.until(lambda: editor.cell(train, 1) in editor._latest)
            assert list(editor._latest[editor.cell(train, 1)].diagnostics) == []
            assert await editor.codes(first) == []
            editor.change_cells(train, 1, 0, f"{MODEL}\n{CALL}\n\n")
            assert await editor.codes(editor.cell(train, 2)) == ["FWD001 3:6"]
            editor.close_notebook(train)
            await editor.until(lambda: len(editor._latest) == 2)
            assert [list(one.diagnostics) for one in editor._latest.values()] == [[], []]

    edit(session())


def test_fixes_and_comments_go_into_the_cell_with_its_version(train: Path) -> None:
    async def session() -> None:
        async with editing(train.parent) as editor:
            editor.open_notebook(train, MODEL, CALL)
            cell = editor.cell(train, 1)
            editor.type_in_cell(train, 1, CALL)  # Its version is now 2, and that of the notebook as well.
            editor.type_in_cell(train, 0, MODEL)
            fix, ignore, *_ = await editor.actions(cell, 1, 8)
            editor.apply(fix)
            assert editor.text(cell) == "# 😀\nmodel(1)"
            assert await editor.codes(cell) == []
            editor.type_in_cell(train, 1, CALL)
            fix, ignore, *_ = await editor.actions(cell, 1, 8)
            assert ignore.title == "Ignore with # noqa: FWD001"
            editor.apply(ignore)
            assert editor.text(cell) == f"{CALL}  # noqa: FWD001"
            assert await editor.codes(cell) == []
            assert "FWD001" in (await editor.hover(cell, 1, len("model.forward(1)  # noqa: F")) or "")

    edit(session())


@pytest.mark.parametrize("resolves", [False, True])
def test_all_in_a_cell_or_in_the_notebook_are_fixed_at_once(train: Path, resolves: bool) -> None:
    async def session() -> None:
        async with editing(train.parent, can=capabilities(resolves=resolves)) as editor:
            editor.open_notebook(train, MODEL, CALL, "%%time\nmodel.forward(model.forward(2))", "%%bash\nx.forward(1)")
            second, third = editor.cell(train, 1), editor.cell(train, 2)
            assert [one.title for one in await editor.actions(second, 0, 0)] == [
                "Fix 1 direct call of forward() in this cell",
                "Fix 3 direct calls of forward() in this notebook",
            ]
            assert [one.kind for one in await editor.actions(second, 0, 0, ["notebook.source.fixAll"])] == [
                FIX_NOTEBOOK
            ]
            (fix,) = await editor.actions(second, 0, 0, ["source.fixAll"])
            editor.apply(await editor.resolve(fix) if resolves else fix)
            assert (editor.text(second), "forward" in editor.text(third)) == ("# 😀\nmodel(1)", True)
            (fix,) = await editor.actions(editor.cell(train, 0), 0, 0, [FIX_NOTEBOOK])
            editor.apply(await editor.resolve(fix) if resolves else fix)
            assert editor.text(third) == "%%time\nmodel(model(2))"
            assert await editor.actions(second, 0, 0) == []

    edit(session())


def test_hover_names_the_cell_of_each_step(train: Path) -> None:
    async def session() -> None:
        async with editing(train.parent, can=capabilities(evidence=True)) as editor:
            editor.open_notebook(train, "x = 1", MODEL, CALL)
            cell, model = editor.cell(train, 2), editor.cell(train, 1)
            shown = await editor.hover(cell, 1, 8)
            assert shown is not None
            assert f"[`train.ipynb: code cell 2:2`]({model}#L2): " in shown
            await editor.until(
                lambda: cell in editor._latest and editor._latest[cell].diagnostics[0].related_information
            )
            steps = editor._latest[cell].diagnostics[0].related_information or ()
            assert steps[0].location == types.Location(model, types.Range(types.Position(1, 0), types.Position(1, 0)))
            place = {"textDocument": {"uri": cell}, "position": {"line": 1, "character": 8}}
            assert "cell 3:2:7: FWD001" in await editor.run(EXPLAIN, place)

    edit(session())


def test_command_fixes_the_notebook_of_a_cell(train: Path) -> None:
    async def session() -> None:
        async with editing(train.parent) as editor:
            editor.open_notebook(train, MODEL, CALL, CALL)
            assert await editor.run(FIX_FILE, editor.cell(train, 0)) is True
            assert [editor.text(editor.cell(train, number)) for number in (1, 2)] == ["# 😀\nmodel(1)"] * 2
            assert await editor.run(FIX_FILE, uri(train)) is False

    edit(session())


def test_cell_that_does_not_parse_is_a_note_in_that_cell(train: Path) -> None:
    async def session() -> None:
        async with editing(train.parent) as editor:
            editor.open_notebook(train, MODEL, "def f(:\n    x.forward(1)", CALL)
            assert await editor.codes(editor.cell(train, 1)) == ["FWD900 0:6"]
            assert await editor.codes(editor.cell(train, 2)) == ["FWD001 1:6"]

    edit(session())


def test_cells_in_other_languages_are_no_program(train: Path) -> None:
    async def session() -> None:
        async with editing(train.parent) as editor:
            address, cells = uri(train), ["vscode-notebook-cell:/n#a", "vscode-notebook-cell:/n#b"]
            kinds = (types.NotebookCellKind.Markup, types.NotebookCellKind.Code)
            editor.client.notebook_document_did_open(
                types.DidOpenNotebookDocumentParams(
                    types.NotebookDocument(address, "jupyter-notebook", 1, list(map(types.NotebookCell, kinds, cells))),
                    [
                        types.TextDocumentItem(cells[0], "markdown", 1, "see x.forward(1)"),
                        types.TextDocumentItem(cells[1], "python", 1, f"{MODEL}\n{CALL}"),
                    ],
                )
            )
            await editor.until(lambda: len(editor._latest) == 2)
            assert [len(editor._latest[one].diagnostics) for one in cells] == [0, 1]

    edit(session())


@pytest.mark.parametrize("address", ["untitled:Untitled-1.ipynb?jupyter-notebook", "untitled:Untitled-1.ipynb"])
def test_notebook_that_was_never_saved_knows_the_files_of_the_folder(train: Path, address: str) -> None:
    (train.parent / "net.py").write_text("from torch import nn\n\nclass Net(nn.Module):\n    pass\n")

    async def session() -> None:
        async with editing(train.parent) as editor:
            editor.open_notebook(address, "from net import Net", "Net().forward(1)")
            assert await editor.codes(editor.cell(address, 1)) == ["FWD001 0:6"]

    edit(session())


def test_unsaved_cells_count_in_place_of_the_file(train: Path) -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": "model = len",
    }
    train.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))

    async def session() -> None:
        async with editing(train.parent) as editor:
            editor.open_notebook(train, MODEL, CALL)
            assert await editor.codes(editor.cell(train, 1)) == ["FWD001 1:6"]

    edit(session())


def test_closed_notebooks_are_reported_with_the_workspace_and_open_ones_in_their_cells(train: Path) -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": f"{MODEL}\n{CALL}",
    }
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    train.write_text(text)

    async def session() -> None:
        async with editing(train.parent, can=capabilities(pulls=True)) as editor:
            (closed,) = (await editor.pull_all()).items
            assert isinstance(closed, types.WorkspaceFullDocumentDiagnosticReport)
            start = closed.items[0].range.start
            assert (closed.uri, text[start.character :].startswith("forward(1)")) == (uri(train), True)
            editor.open_notebook(train, MODEL, CALL)
            items = (await editor.pull_all({closed.uri: closed.result_id or ""})).items
            assert {
                one.uri: len(one.items) for one in items if isinstance(one, types.WorkspaceFullDocumentDiagnosticReport)
            } == {uri(train): 0}
            assert await editor.codes(editor.cell(train, 1)) == ["FWD001 1:6"]

    edit(session())


def test_what_the_command_skips_is_skipped(train: Path) -> None:
    (train.parent / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["*.ipynb"]\n')

    async def session() -> None:
        async with editing(train.parent) as editor:
            editor.open_notebook(train, MODEL, CALL)
            assert await editor.codes(editor.cell(train, 1)) == []
            assert await editor.actions(editor.cell(train, 1), 1, 8) == []

    edit(session())


def test_changes_of_notebooks_out_of_order(train: Path) -> None:
    """Of one that is not open, of cells that there are not, beyond the last cell, opened twice."""

    async def session() -> None:
        async with editing(train.parent) as editor:
            for _ in range(2):
                editor.open_notebook(train, MODEL, CALL)
            editor.notebooks["file:///gone.ipynb"] = (1, [])
            editor.change_cells("file:///gone.ipynb", 0, 0, "x = 1")
            editor._texts.pop(editor.cell("file:///gone.ipynb", 2))
            array = types.NotebookCellArrayChange(7, 9, [types.NotebookCell(types.NotebookCellKind.Code, "odd:#x")])
            structure = types.NotebookDocumentCellChangeStructure(array)
            editor._tell_cells(uri(train), types.NotebookDocumentCellChanges(structure=structure))
            named = types.VersionedTextDocumentIdentifier(3, "odd:#y")
            content = types.NotebookDocumentCellContentChanges(
                named, [types.TextDocumentContentChangeWholeDocument("x.forward(1)")]
            )
            editor._tell_cells(uri(train), types.NotebookDocumentCellChanges(text_content=[content]))
            assert await editor.hover("odd:#x", 0, 0) is None
            assert await editor.codes(editor.cell(train, 1)) == ["FWD001 1:6"]
            editor.close_notebook(train)
            editor.client.notebook_document_did_close(
                types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(uri(train)), [])
            )
            editor.open_notebook(train, MODEL, CALL)
            assert await editor.codes(editor.cell(train, 1)) == ["FWD001 1:6"]

    edit(session())


VIRTUAL = ".virtual_documents/train.ipynb"


@pytest.mark.parametrize("name", [VIRTUAL, "train.ipynb"])
def test_virtual_document_of_jupyterlab_is_a_program_beside_its_notebook(train: Path, name: str) -> None:
    (train.parent / "net.py").write_text("from torch import nn\n\nclass Net(nn.Module):\n    pass\n")
    path = train.parent / name
    path.parent.mkdir(exist_ok=True)
    # This is how the client joins cells and replaces magics.
    text = 'get_ipython().run_line_magic("matplotlib", "inline")\nfrom net import Net\n\n\n\nNet().forward(1)\n'

    async def session() -> None:
        async with editing(train.parent) as editor:
            editor.open(path, text)
            assert await editor.codes(path) == ["FWD001 5:6"]
            shown = await editor.hover(path, 5, 8)
            assert shown is not None
            assert "class `net.Net` derives from torch.nn.Module" in shown
            assert "[`train.ipynb:2`](" in shown
            editor.change(path, text.replace("Net().forward", "Net()"))
            assert await editor.codes(path) == []

    edit(session())
