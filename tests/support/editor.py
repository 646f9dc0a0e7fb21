"""An editor that speaks the Language Server Protocol with a server in a separate process."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from cattrs import Converter
from command_line import PROGRAM
from forked import quick
from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.protocol import default_converter
from pygls.uris import to_fs_path

_T = TypeVar("_T")

# Far more than any step takes, even on a busy machine.
PATIENCE = 60

SERVER = (sys.executable, "-m", "flake8_forward_call", "server", "--no-site-packages")


@dataclass
class Editor:
    """The open documents by path, and the last diagnostics for each since the editor's last action."""

    client: LanguageClient
    server: types.InitializeResult | None = None
    settings: dict[str, Any] = field(default_factory=dict)  # By folder URI; "" is for all folders.
    python: dict[str, Any] = field(default_factory=dict)  # The same for the section of Visual Studio Code's Python.
    registered: list[types.Registration] = field(default_factory=list)
    asked: int = 0  # How often the server asked for the settings.
    messages: list[str] = field(default_factory=list)
    shown: types.MarkupKind | None = None  # The kind of the last text that the server sent to be shown.
    refreshed: int = 0  # How often the server asked to pull diagnostics again.
    parts: list[Any] = field(default_factory=list)  # What came as progress: the value of each message.
    logged: list[str] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)  # The labels of the edits that the server asked to apply.
    refuses: bool = False  # Whether the user declines such edits.
    said: asyncio.Condition = field(default_factory=asyncio.Condition)
    notebooks: dict[str, tuple[int, list[str]]] = field(default_factory=dict)  # The version and the cells, by URI.
    _ever: set[str] = field(default_factory=set)  # Each cell that there ever was.
    _texts: dict[str, tuple[int, str]] = field(default_factory=dict)
    _latest: dict[str, types.PublishDiagnosticsParams] = field(default_factory=dict)

    def __post_init__(self) -> None:
        client = self.client

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        async def _(params: types.PublishDiagnosticsParams) -> None:
            async with self.said:
                self._latest[params.uri] = params
                self.said.notify_all()

        @client.feature(types.WINDOW_SHOW_MESSAGE)  # type: ignore[untyped-decorator]
        async def _(params: types.ShowMessageParams) -> None:
            async with self.said:
                self.messages.append(params.message)
                self.said.notify_all()

        @client.feature(types.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
        async def _(params: types.RegistrationParams) -> None:
            async with self.said:
                self.registered += params.registrations
                self.said.notify_all()

        @client.feature(types.WORKSPACE_CONFIGURATION)  # type: ignore[untyped-decorator]
        async def _(params: types.ConfigurationParams) -> list[Any]:
            async with self.said:
                self.asked += 1
                self.said.notify_all()
            return [
                (self.settings if item.section == "forward-call" else self.python).get(item.scope_uri or "")
                for item in params.items
            ]

        @client.feature(types.WORKSPACE_DIAGNOSTIC_REFRESH)  # type: ignore[untyped-decorator]
        async def _(_: None) -> None:
            async with self.said:
                self.refreshed += 1
                self.said.notify_all()

        @client.feature(types.PROGRESS)  # type: ignore[untyped-decorator]
        async def _(params: types.ProgressParams) -> None:
            async with self.said:
                self.parts.append(params.value)
                self.said.notify_all()

        @client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)  # type: ignore[untyped-decorator]
        async def _(_: types.WorkDoneProgressCreateParams) -> None:
            pass

        @client.feature(types.WINDOW_LOG_MESSAGE)  # type: ignore[untyped-decorator]
        async def _(params: types.LogMessageParams) -> None:
            async with self.said:
                self.logged.append(params.message)
                self.said.notify_all()

        @client.feature(types.WORKSPACE_APPLY_EDIT)  # type: ignore[untyped-decorator]
        async def _(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            versions = {one: version for one, (version, _) in self._texts.items()}
            if self.refuses or not _is_for(params.edit, versions):
                return types.ApplyWorkspaceEditResult(applied=False)
            self.applied.append(params.label or "")
            self.make(params.edit)
            return types.ApplyWorkspaceEditResult(applied=True)

    def open(self, path: Path, text: str | None = None) -> None:
        """Open a file, optionally with a different text."""
        text = path.read_bytes().decode() if text is None else text
        self._latest.clear()
        self._texts[uri(path)] = (1, text)
        item = types.TextDocumentItem(uri(path), "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, path: Path, text: str) -> None:
        """Replace the whole text without saving it."""
        version = self._texts[uri(path)][0] + 1
        self._latest.clear()
        self._texts[uri(path)] = (version, text)
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, uri(path)),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def type(self, path: Path, *changes: tuple[tuple[int, int], tuple[int, int], str]) -> None:
        """Change parts of the text: each from a line and character to another, in UTF-16 code units."""
        version, text = self._texts[uri(path)]
        self._latest.clear()
        sent: list[types.TextDocumentContentChangeEvent] = []
        for start, end, new in changes:
            span = types.Range(types.Position(*start), types.Position(*end))
            text = text[: _offset(text, span.start)] + new + text[_offset(text, span.end) :]
            sent.append(types.TextDocumentContentChangePartial(span, new))
        self._texts[uri(path)] = (version + 1, text)
        named = types.VersionedTextDocumentIdentifier(version + 1, uri(path))
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(named, sent))

    async def pull(
        self, address: Path | str, known: str | None = None
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        """Pull the diagnostics of a document."""
        address = uri(address) if isinstance(address, Path) else address
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(address), previous_result_id=known)
        answer = await _in_time(self.client.text_document_diagnostic_async(params))
        assert isinstance(
            answer, types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport
        )
        return answer

    async def pull_all(
        self, known: dict[str, str] | None = None, *, part: str | None = None, work: str | None = None
    ) -> types.WorkspaceDiagnosticReport:
        """Pull the diagnostics of the workspace."""
        previous = [types.PreviousResultId(address, name) for address, name in (known or {}).items()]
        params = types.WorkspaceDiagnosticParams(previous, partial_result_token=part, work_done_token=work)
        answer = await _in_time(self.client.workspace_diagnostic_async(params))
        assert isinstance(answer, types.WorkspaceDiagnosticReport)
        return answer

    async def run(self, command: str, *arguments: Any) -> Any:
        """Run a command of the server."""
        params = types.ExecuteCommandParams(command, list(arguments) or None)
        return await _in_time(self.client.workspace_execute_command_async(params))

    async def resolve(self, action: types.CodeAction) -> types.CodeAction:
        """The same action with its edit."""
        answer = await _in_time(self.client.code_action_resolve_async(action))
        assert isinstance(answer, types.CodeAction)
        return answer

    def open_notebook(self, path: Path | str, *cells: str) -> None:
        """Open a notebook with these code cells. Their names are `c0`, `c1` and so on, here and in `cell`."""
        address = _address(path)
        self._latest.clear()
        self.notebooks[address] = (1, [self._cell(address, number) for number in range(len(cells))])
        self._texts |= {one: (1, text) for one, text in zip(self.notebooks[address][1], cells, strict=True)}
        structure = [types.NotebookCell(types.NotebookCellKind.Code, one) for one in self.notebooks[address][1]]
        self.client.notebook_document_did_open(
            types.DidOpenNotebookDocumentParams(
                types.NotebookDocument(address, "jupyter-notebook", 1, structure),
                [types.TextDocumentItem(one, "python", *self._texts[one]) for one in self.notebooks[address][1]],
            )
        )

    def change_cells(self, path: Path | str, start: int, removed: int, *added: str | int) -> None:
        """Replace cells, from an index: by new ones with these texts, or by those that had these numbers and move."""
        address = _address(path)
        version, cells = self.notebooks[address]
        self._latest.clear()
        gone = cells[start : start + removed]
        number = max((int(one.rpartition("#c")[2]) for one in self._ever), default=-1) + 1
        new: list[str] = []
        opened: list[types.TextDocumentItem] = []
        for one in added:
            if isinstance(one, int):
                new.append(self._cell(address, one))
                continue
            new.append(self._cell(address, number))
            self._texts[new[-1]] = (1, one)
            opened.append(types.TextDocumentItem(new[-1], "python", 1, one))
            number += 1
        cells[start : start + removed] = new
        self.notebooks[address] = (version + 1, cells)
        closed = [one for one in gone if one not in cells and not any(isinstance(each, int) for each in added)]
        for one in closed:
            del self._texts[one]
        structure = types.NotebookDocumentCellChangeStructure(
            types.NotebookCellArrayChange(
                start, removed, [types.NotebookCell(types.NotebookCellKind.Code, one) for one in new]
            ),
            opened,
            [types.TextDocumentIdentifier(one) for one in closed],
        )
        self._tell_cells(address, types.NotebookDocumentCellChanges(structure=structure))

    def type_in_cell(self, path: Path | str, number: int, text: str) -> None:
        """Replace the whole text of a cell."""
        address = _address(path)
        cell = self._cell(address, number)
        self.notebooks[address] = (self.notebooks[address][0] + 1, self.notebooks[address][1])
        self._latest.clear()
        self._texts[cell] = (self._texts[cell][0] + 1, text)
        named = types.VersionedTextDocumentIdentifier(self._texts[cell][0], cell)
        content = types.NotebookDocumentCellContentChanges(named, [types.TextDocumentContentChangeWholeDocument(text)])
        self._tell_cells(address, types.NotebookDocumentCellChanges(text_content=[content]))

    def close_notebook(self, path: Path | str) -> None:
        address = _address(path)
        self._latest.clear()
        cells = self.notebooks.pop(address)[1]
        for one in cells:
            del self._texts[one]
        self.client.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(
                types.NotebookDocumentIdentifier(address), [types.TextDocumentIdentifier(one) for one in cells]
            )
        )

    def _tell_cells(self, address: str, cells: types.NotebookDocumentCellChanges) -> None:
        self.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                types.VersionedNotebookDocumentIdentifier(self.notebooks[address][0], address),
                types.NotebookDocumentChangeEvent(cells=cells),
            )
        )

    def cell(self, path: Path | str, number: int) -> str:
        """The URI of a cell."""
        return self._cell(_address(path), number)

    def _cell(self, address: str, number: int) -> str:
        """The URI of a cell, as Visual Studio Code makes it of that of the notebook."""
        cell = f"vscode-notebook-cell:{address.removeprefix('file:').removeprefix('untitled:')}#c{number}"
        self._ever.add(cell)
        return cell

    def close(self, path: Path) -> None:
        self._latest.clear()
        del self._texts[uri(path)]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(_named(path)))

    def save(self, path: Path) -> None:
        path.write_bytes(self.text(path).encode())
        self._latest.clear()
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(_named(path)))

    def tell_of(self, path: Path) -> None:
        """Report that a file has changed on disk."""
        self._latest.clear()
        event = types.FileEvent(uri(path), types.FileChangeType.Changed)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    def set(self, settings: dict[str, Any]) -> None:
        """Change the settings."""
        self.settings = settings
        self._latest.clear()
        self.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))

    def text(self, path: Path | str) -> str:
        return self._texts[_address(path)][1]

    async def diagnostics(self, path: Path | str) -> list[types.Diagnostic]:
        """The diagnostics of a document, as soon as there are some for the current version of every open document."""
        await self.until(
            lambda: all(
                (latest := self._latest.get(one)) is not None and latest.version == version
                for one, (version, _) in self._texts.items()
            )
        )
        return list(self._latest[_address(path)].diagnostics)

    async def codes(self, path: Path | str) -> list[str]:
        """The codes of the diagnostics, each with its zero-based row and column."""
        await self.diagnostics(path)
        return self._codes(path) or []

    async def until_codes(self, path: Path | str, codes: list[str]) -> None:
        """Wait until these are the codes."""
        await self.until(lambda: self._codes(path) == codes)

    def _codes(self, path: Path | str) -> list[str] | None:
        """The codes that came last; None if none came since the editor's last action."""
        latest = self._latest.get(_address(path))
        if latest is None:
            return None
        return [f"{one.code} {one.range.start.line}:{one.range.start.character}" for one in latest.diagnostics]

    async def until(self, holds: Any) -> None:
        """Wait until a condition is true."""
        async with self.said:
            await asyncio.wait_for(self.said.wait_for(holds), PATIENCE)

    async def evidence(self, path: Path) -> list[types.DiagnosticRelatedInformation]:
        """The related information of the first diagnostic, once it is there."""

        def there() -> bool:
            latest = self._latest.get(uri(path))
            return latest is not None and any(one.related_information for one in latest.diagnostics)

        await self.until(there)
        return list(self._latest[uri(path)].diagnostics[0].related_information or ())

    async def hover(self, path: Path | str, line: int, character: int) -> str | None:
        params = types.HoverParams(_named(path), types.Position(line, character))
        answer = await _in_time(self.client.text_document_hover_async(params))
        if answer is None:
            return None
        assert isinstance(answer.contents, types.MarkupContent)
        self.shown = answer.contents.kind
        return answer.contents.value

    async def actions(
        self, path: Path | str, line: int, character: int, only: Sequence[str] | None = None
    ) -> list[types.CodeAction]:
        """The code actions at a location."""
        place = types.Position(line, character)
        context = types.CodeActionContext([], None if only is None else list(only))
        params = types.CodeActionParams(_named(path), types.Range(place, place), context)
        answer = await _in_time(self.client.text_document_code_action_async(params))
        return [one for one in answer or () if isinstance(one, types.CodeAction)]

    def apply(self, action: types.CodeAction) -> None:
        """Apply an action's edits by the rules of the protocol, in UTF-16 code units."""
        assert action.edit is not None
        self.make(action.edit)

    def make(self, edit: types.WorkspaceEdit) -> None:
        """Make edits in open documents, and in files on disk that are not open."""
        for address, edits in _changes(edit, {one: version for one, (version, _) in self._texts.items()}):
            is_open = address in self._texts
            text = self._texts[address][1] if is_open else _path(address).read_bytes().decode()
            for one in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
                start, end = _offset(text, one.range.start), _offset(text, one.range.end)
                text = text[:start] + one.new_text + text[end:]
            if is_open and "#c" in address:
                notebook = next(one for one, (_, cells) in self.notebooks.items() if address in cells)
                self.type_in_cell(notebook, int(address.rpartition("#c")[2]), text)
            elif is_open:
                self.change(_path(address), text)
            else:
                _path(address).write_bytes(text.encode())


def _is_for(edit: types.WorkspaceEdit, versions: dict[str, int]) -> bool:
    """Whether an edit is for these versions of the open documents."""
    return all(
        one.text_document.version == versions.get(one.text_document.uri)
        for one in edit.document_changes or ()
        if isinstance(one, types.TextDocumentEdit)
    )


def _changes(edit: types.WorkspaceEdit, versions: dict[str, int]) -> Iterator[tuple[str, list[types.TextEdit]]]:
    """Yield the edits of each document. Edits for a version require that version."""
    for address, edits in (edit.changes or {}).items():
        yield address, list(edits)
    for change in edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.version == versions.get(change.text_document.uri)
        yield change.text_document.uri, [one for one in change.edits if isinstance(one, types.TextEdit)]


def _path(address: str) -> Path:
    path = to_fs_path(address)
    assert path is not None
    return Path(path)


def _offset(text: str, place: types.Position) -> int:
    ends = [match.end() for match in re.finditer(r"\r\n|\n|\r", text)]
    offset = [0, *ends][place.line]
    units = 0
    while units < place.character:
        units += 2 if ord(text[offset]) > 0xFFFF else 1
        offset += 1
    assert units == place.character
    return offset


def uri(path: Path) -> str:
    return path.as_uri()


def _address(path: Path | str) -> str:
    return uri(path) if isinstance(path, Path) else path


def _named(path: Path | str) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(_address(path))


async def _in_time(answer: Any) -> Any:
    return await asyncio.wait_for(answer, PATIENCE)


def capabilities(
    *,
    evidence: bool = False,
    watching: bool = False,
    asked: bool = False,
    encodings: Sequence[str] = (),
    shows: Sequence[types.MarkupKind] | None = (types.MarkupKind.Markdown,),
    pulls: bool = False,
    refreshes: bool = True,
    resolves: bool = False,
    works: bool = False,
    versions: bool = True,
) -> types.ClientCapabilities:
    """The capabilities of the editor."""
    return types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=evidence),
            hover=types.HoverClientCapabilities(content_format=shows),
            diagnostic=types.DiagnosticClientCapabilities() if pulls else None,
            code_action=types.CodeActionClientCapabilities(
                data_support=resolves,
                resolve_support=types.ClientCodeActionResolveOptions(["edit"]) if resolves else None,
            ),
        ),
        notebook_document=types.NotebookDocumentClientCapabilities(types.NotebookDocumentSyncClientCapabilities()),
        window=types.WindowClientCapabilities(work_done_progress=works),
        workspace=types.WorkspaceClientCapabilities(
            configuration=asked,
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=watching),
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=versions),
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=pulls and refreshes),
        ),
        general=types.GeneralClientCapabilities(position_encodings=list(encodings) or None),
    )


def _converter() -> Converter:
    """pygls' own converter, but without notebooks, because it cannot read pylsp's capabilities for them."""
    converter = default_converter()  # type: ignore[no-untyped-call]
    options = types.NotebookDocumentSyncOptions
    converter.register_structure_hook(options, lambda *_: options([]))
    assert isinstance(converter, Converter)
    return converter


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """A file with one finding, in a project of its own."""
    (tmp_path / "setup.py").touch()
    (tmp_path / "net.py").write_text(PROGRAM)
    return tmp_path / "net.py"


@contextlib.asynccontextmanager
async def editing(
    *folders: Path,
    can: types.ClientCapabilities | None = None,
    options: Any = None,
    settings: dict[str, Any] | None = None,
    python: dict[str, Any] | None = None,
    command: Sequence[str] = SERVER,
) -> AsyncIterator[Editor]:
    """An editor with a server. At the end the server is asked to exit, and killed if it does not."""
    client = LanguageClient("editor", "1", converter_factory=_converter)
    editor = Editor(client, settings=settings or {}, python=python or {})
    await client.start_io(*quick(tuple(command)))
    process = client._server
    assert process is not None
    try:
        parameters = types.InitializeParams(
            can or capabilities(),
            root_uri=uri(folders[0]) if folders else None,
            workspace_folders=[types.WorkspaceFolder(uri(one), one.name) for one in folders],
            initialization_options=options,
        )
        editor.server = await _in_time(client.initialize_async(parameters))
        client.initialized(types.InitializedParams())
        yield editor
        await _in_time(client.shutdown_async(None))
        client.exit(None)
        assert await _in_time(process.wait()) == 0
    finally:
        if process.returncode is None:
            process.kill()
        await _in_time(client.stop())  # type: ignore[no-untyped-call]
        process._transport.close()  # type: ignore[attr-defined]


def edit(session: Coroutine[Any, Any, _T]) -> _T:
    """Run what a user does in an editor, with a time limit."""

    async def limited() -> _T:
        return await asyncio.wait_for(session, 2 * PATIENCE)

    return asyncio.run(limited())
