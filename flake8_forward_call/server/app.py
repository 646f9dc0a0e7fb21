"""The server: the messages of the client, and the functions that handle them."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from flake8_forward_call import __version__
from flake8_forward_call.configuration.files import FILE
from flake8_forward_call.server import actions, messages
from flake8_forward_call.server.checks import Checks, Document
from flake8_forward_call.server.paths import path_of
from flake8_forward_call.server.positions import Positions
from flake8_forward_call.server.reports import Report
from flake8_forward_call.server.settings import SECTION, Preferences, Settings, Terms, be_lenient, parsed, terms_of
from flake8_forward_call.server.wire import Incoming, Protocol, in_short
from flake8_forward_call.sources.source import is_notebook
from flake8_forward_call.terminal.printing import one_line

log = logging.getLogger(__name__)

# A project's source files, and the files with its layout, its settings and its ignored files.
_WATCHED = ("**/*.py", "**/*.pyi", "**/pyproject.toml", "**/setup.cfg", "**/setup.py", "**/.gitignore")

# The start of a new document's URI. A path follows if the document already has one.
_NEW = "untitled:"

_Params = TypeVar("_Params")
_Answer = TypeVar("_Answer")


class Server(LanguageServer):
    """The server of one client."""

    def __init__(self) -> None:
        # Sync the whole text: with unusual line endings, pygls applies partial changes at the wrong location.
        super().__init__(
            SECTION, __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full, protocol_cls=Protocol
        )
        be_lenient()
        self._default = Preferences()
        self.settings = Settings()
        self._told: frozenset[str] = frozenset()
        self.checks = Checks(self._documents, self._path_of, self._terms, self._publish, self._warn)
        _register(self)

    def serve(self) -> bool:
        """Serve the client on standard input and output until it exits. Returns whether it requested the shutdown."""
        self.start_io(cast("BinaryIO", Incoming(sys.stdin.buffer)))
        self.checks.end()
        return cast("Protocol", self.protocol).is_shut_down

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log the error. A message window would not help the user."""
        log.error("%s: %s", getattr(source, "__name__", source), in_short(error))

    def positions(self, report: Report) -> Positions:
        """Positions in a report's text, in the client's units."""
        return Positions(report.source, self.workspace.position_codec.client_num_units)

    def initialized(self) -> None:
        """Start, now that the client's capabilities are known."""
        capabilities = self.client_capabilities
        published = capabilities.text_document and capabilities.text_document.publish_diagnostics
        self.checks.wants_evidence = bool(published and published.related_information)

    async def configure(self) -> None:
        """Ask the client for its settings, in general and for each of its folders. Then check everything again."""
        workspace = self.client_capabilities.workspace
        if not (workspace and workspace.configuration):
            return
        folders = [folder.uri for folder in self.workspace.folders.values() if path_of(folder.uri) is not None]
        items = [types.ConfigurationItem(section=SECTION)]
        items += [types.ConfigurationItem(scope_uri=uri, section=SECTION) for uri in folders]
        try:
            values = await self.workspace_configuration_async(types.ConfigurationParams(items))
        except JsonRpcException as error:
            log.warning("the client does not say its settings: %s", in_short(error))
            return
        if not values:
            return
        default, faults = parsed(values[0], self._default)
        by_folder = {}
        for uri, value in zip(folders, values[1:], strict=False):
            path = path_of(uri)
            if path is not None:
                by_folder[Path(path)], more = parsed(value, default)
                faults += more
        self.settings = Settings(default, by_folder)
        self._tell_of_settings(faults)
        self.checks.changed()

    def set_default(self, value: object) -> None:
        """Set the settings for all folders that the client sends without being asked."""
        self._default, faults = parsed(value, self._default)
        self.settings = Settings(self._default)
        self._tell_of_settings(faults)

    def _tell_of_settings(self, faults: Sequence[str]) -> None:
        """Warn about invalid settings of the client. Each warning is shown once, until the setting is corrected."""
        for fault in dict.fromkeys(faults):
            if fault not in self._told:
                self._warn(fault)
        self._told = frozenset(faults)

    async def watch(self) -> None:
        """Ask the client to report changed files. If it cannot, the next change of a document has the same effect."""
        workspace = self.client_capabilities.workspace
        watched = workspace and workspace.did_change_watched_files
        if not (watched and watched.dynamic_registration):
            return
        options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(one) for one in _WATCHED])
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        registration = types.Registration(f"{SECTION}-files", method, options)
        await self.client_register_capability_async(types.RegistrationParams([registration]))

    def _documents(self) -> dict[str, TextDocument]:
        """The open documents, without notebooks, whose text is not a program."""
        return {name: one for name, one in self.workspace.text_documents.items() if not is_notebook(one.path)}

    def _path_of(self, uri: str) -> str | None:
        """The path of the file with a URI, or the path where it may be saved; None if it is not a file.

        A new document without a path belongs to the client's first folder, or to the current one.
        """
        if not uri.startswith(_NEW):
            return path_of(uri)
        if uri.startswith(f"{_NEW}/"):
            return path_of(uri.replace(_NEW, "file:", 1))
        return str(Path(next(iter(self._folders()), ""), uri.removeprefix(_NEW)))

    def _folders(self) -> list[str]:
        """The client's workspace folders."""
        uris = [folder.uri for folder in list(self.workspace.folders.values())] or [self.workspace.root_uri]
        return [one for one in map(path_of, filter(None, uris)) if one]

    def _terms(self, path: str) -> Terms:
        return terms_of(path, self.settings.of(path), self._folders())

    def _warn(self, text: str) -> None:
        text = f"{SECTION}: {one_line(text)}"
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, text))

    def _publish(self, document: Document, report: Report) -> None:
        uri = document.uri
        if document.version != report.version:
            return  # Findings for an older text would be at the wrong locations.
        positions = self.positions(report)
        evidence = report.evidence if self.checks.wants_evidence else {}
        found = [messages.diagnostic(one, positions, uri, evidence.get(one.start)) for one in report.findings]
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, report.version))


def _register(server: Server) -> None:
    """Register the function that handles each message."""

    def on(method: str, options: Any = None) -> Callable[[Callable[[_Params], Awaitable[_Answer]]], None]:
        def register(answer: Callable[[_Params], Awaitable[_Answer]]) -> None:
            @functools.wraps(answer)
            async def answered(params: _Params) -> _Answer | None:
                try:
                    return await answer(params)
                except Exception:  # A bug in this server: the client gets no answer.
                    log.exception("%s was not answered", method)
                    return None

            server.feature(method, options)(answered)

        return register

    @on(types.INITIALIZE)
    async def _(params: types.InitializeParams) -> None:
        server.set_default(params.initialization_options)

    @on(types.INITIALIZED)
    async def _(_: types.InitializedParams) -> None:
        server.initialized()
        await server.watch()
        await server.configure()

    @on(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def _(params: types.DidChangeConfigurationParams) -> None:
        if isinstance(params.settings, dict) and SECTION in params.settings:
            server.set_default(params.settings)
        await server.configure()
        server.checks.changed()

    @on(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def _(_: types.DidChangeWorkspaceFoldersParams) -> None:
        await server.configure()

    @on(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def _(params: types.DidChangeWatchedFilesParams) -> None:
        if any(change.uri.endswith(f"/{FILE}") for change in params.changes):
            server.checks.settings_changed()
        server.checks.changed()

    @on(types.TEXT_DOCUMENT_DID_OPEN)
    async def _(params: types.DidOpenTextDocumentParams) -> None:
        server.checks.changed(params.text_document.uri)

    @on(types.TEXT_DOCUMENT_DID_CHANGE)
    async def _(params: types.DidChangeTextDocumentParams) -> None:
        server.checks.changed(params.text_document.uri)

    @on(types.TEXT_DOCUMENT_DID_SAVE)
    async def _(params: types.DidSaveTextDocumentParams) -> None:
        server.checks.changed(params.text_document.uri)

    @on(types.TEXT_DOCUMENT_DID_CLOSE)
    async def _(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        server.checks.closed(uri)

    @on(types.TEXT_DOCUMENT_HOVER)
    async def _(params: types.HoverParams) -> types.Hover | None:
        return await actions.hover(server, params)

    @on(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=list(actions.KINDS)))
    async def _(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await actions.code_actions(server, params)

    @on(types.SHUTDOWN)
    async def _(_: None) -> None:
        server.checks.end()
