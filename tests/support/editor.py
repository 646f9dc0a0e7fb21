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

from cattrs import Converter
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
    registered: list[types.Registration] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    shown: types.MarkupKind | None = None  # The kind of the last text that the server sent to be shown.
    said: asyncio.Condition = field(default_factory=asyncio.Condition)
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
            return [self.settings.get(item.scope_uri or "") for item in params.items]

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

    def text(self, path: Path) -> str:
        return self._texts[uri(path)][1]

    async def diagnostics(self, path: Path) -> list[types.Diagnostic]:
        """The diagnostics of a document, as soon as there are some for the current version of every open document."""
        await self.until(
            lambda: all(
                (latest := self._latest.get(one)) is not None and latest.version == version
                for one, (version, _) in self._texts.items()
            )
        )
        return list(self._latest[uri(path)].diagnostics)

    async def codes(self, path: Path) -> list[str]:
        """The codes of the diagnostics, each with its zero-based row and column."""
        return [
            f"{one.code} {one.range.start.line}:{one.range.start.character}" for one in await self.diagnostics(path)
        ]

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

    async def hover(self, path: Path, line: int, character: int) -> str | None:
        params = types.HoverParams(_named(path), types.Position(line, character))
        answer = await _in_time(self.client.text_document_hover_async(params))
        if answer is None:
            return None
        assert isinstance(answer.contents, types.MarkupContent)
        self.shown = answer.contents.kind
        return answer.contents.value

    async def actions(
        self, path: Path, line: int, character: int, only: Sequence[str] | None = None
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
        for address, edits in _changes(action.edit, {one: version for one, (version, _) in self._texts.items()}):
            text = self._texts[address][1]
            for edit in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
                start, end = _offset(text, edit.range.start), _offset(text, edit.range.end)
                text = text[:start] + edit.new_text + text[end:]
            self.change(_path(address), text)


def _changes(edit: types.WorkspaceEdit, versions: dict[str, int]) -> Iterator[tuple[str, list[types.TextEdit]]]:
    """Yield the edits of each document. Edits for a version require that version."""
    for address, edits in (edit.changes or {}).items():
        yield address, list(edits)
    for change in edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        assert change.text_document.version == versions[change.text_document.uri]
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


def _named(path: Path) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(uri(path))


async def _in_time(answer: Any) -> Any:
    return await asyncio.wait_for(answer, PATIENCE)


def capabilities(
    *,
    evidence: bool = False,
    watching: bool = False,
    asked: bool = False,
    encodings: Sequence[str] = (),
    shows: Sequence[types.MarkupKind] | None = (types.MarkupKind.Markdown,),
) -> types.ClientCapabilities:
    """The capabilities of the editor."""
    return types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=evidence),
            hover=types.HoverClientCapabilities(content_format=shows),
        ),
        workspace=types.WorkspaceClientCapabilities(
            configuration=asked,
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=watching),
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
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


@contextlib.asynccontextmanager
async def editing(
    *folders: Path,
    can: types.ClientCapabilities | None = None,
    options: Any = None,
    settings: dict[str, Any] | None = None,
    command: Sequence[str] = SERVER,
) -> AsyncIterator[Editor]:
    """An editor with a server. At the end the server is asked to exit, and killed if it does not."""
    client = LanguageClient("editor", "1", converter_factory=_converter)
    editor = Editor(client, settings=settings or {})
    await client.start_io(*command)
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
