"""The server: the messages of the client, and the functions that handle them."""

from __future__ import annotations

import functools
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import unquote

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer

from flake8_forward_call import __version__
from flake8_forward_call.configuration.files import FILES
from flake8_forward_call.server.answers import actions, commands, hovering
from flake8_forward_call.server.answers.asked import Asked
from flake8_forward_call.server.answers.progress import shown_if_long
from flake8_forward_call.server.answers.pulled import Pulling, can_pull, can_refresh
from flake8_forward_call.server.answers.searched import Search
from flake8_forward_call.server.answers.workspace import WorkspacePulling
from flake8_forward_call.server.checks import Checks, Document
from flake8_forward_call.server.client.configured import Configured
from flake8_forward_call.server.client.registrations import registrations
from flake8_forward_call.server.documents import Documents
from flake8_forward_call.server.notebooks import cells, virtual
from flake8_forward_call.server.paths import path_of
from flake8_forward_call.server.reports import Report
from flake8_forward_call.server.settings import SECTION, WORKSPACE_DIAGNOSTICS, Preferences, be_lenient
from flake8_forward_call.server.views import Units, diagnostics_in, view_for, views_of
from flake8_forward_call.server.wire import Incoming, Protocol, in_short
from flake8_forward_call.terminal.printing import one_line

log = logging.getLogger(__name__)

# How the URI of a file with settings ends.
_SETTINGS = tuple(f"/{name}" for name in FILES)

# The start of a new document's URI. A path follows if the document already has one.
_NEW = "untitled:"

_Params = TypeVar("_Params")
_Answer = TypeVar("_Answer")


class Server(LanguageServer):
    """The server of one client."""

    def __init__(self) -> None:
        super().__init__(SECTION, __version__, notebook_document_sync=cells.OPTIONS, protocol_cls=Protocol)
        be_lenient()
        self.configured = Configured(self._warn)
        self.pulling = Pulling()
        self.pulling_workspace = WorkspacePulling(self.pulling)
        self.pulls = False
        self._pushes_evidence = False
        self._is_outdated = False  # Whether the client has pulled diagnostics that are not the current ones.
        self.checks = Checks(self)
        _register(self)

    def serve(self) -> bool:
        """Serve the client on standard input and output until it exits. Returns whether it requested the shutdown."""
        self.start_io(cast("BinaryIO", Incoming(sys.stdin.buffer)))
        self.checks.end()
        return cast("Protocol", self.protocol).is_shut_down

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log the error. A message window would not help the user."""
        log.error("%s: %s", getattr(source, "__name__", source), in_short(error))

    @property
    def units(self) -> Units:
        """The length of a text in the client's units."""
        units: Units = self.workspace.position_codec.client_num_units
        return units

    def initialize(self, params: types.InitializeParams) -> None:
        """Take the client's capabilities and settings, before it learns those of the server."""
        capabilities = params.capabilities
        self.protocol._workspace = Documents.of(self.workspace)
        self.configured.set_default(params.initialization_options)
        self.configured.begin_log(params.initialization_options)
        self.pulls = can_pull(capabilities)
        document = capabilities.text_document
        shown = document and document.publish_diagnostics
        wants_evidence = self._pushes_evidence = bool(shown and shown.related_information)
        if self.pulls:
            pulled = document and document.diagnostic
            self.pulling.with_evidence = wants_evidence or bool(pulled and pulled.related_information)
            # A client that is not asked to pull again would never get the evidence later.
            wants_evidence = self.pulling.with_evidence and can_refresh(capabilities)
            _register_pulling(self)
        self.checks.wants_evidence = wants_evidence
        log.info("the client is %s", params.client_info.name if params.client_info else "unknown")

    async def configure(self) -> None:
        """Ask the client for its settings, in general and for each of its folders. Then check everything again."""
        workspace = self.client_capabilities.workspace
        if workspace and workspace.configuration and await self.configured.ask(self):
            self.changed()

    async def watch(self) -> None:
        """Ask the client to report what changes outside of its documents, as far as it can."""
        wanted = list(registrations(self.client_capabilities, SECTION))
        if wanted:
            await self.client_register_capability_async(types.RegistrationParams(wanted))

    def changed(self, uri: str | None = None, *, is_edit: bool = False) -> None:
        """Check the documents again, first the one with this URI. ``is_edit``: nothing but its text has changed."""
        self.checks.changed(uri if uri is None else self._name_of(uri), is_edit=is_edit)
        self.pulling_workspace.changed()

    def closed(self, uri: str, parts: Sequence[str] = ()) -> None:
        """Forget a document, and the documents of its cells if it was a notebook. Its diagnostics are removed."""
        if self.pulls and not parts:
            self.pulling.closed(uri)
        else:
            self.clear(parts or (uri,))
        self.checks.closed(unquote(uri))
        self.pulling_workspace.changed()

    def clear(self, uris: Sequence[str]) -> None:
        """Remove the diagnostics that were pushed for documents."""
        for one in uris:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(one, []))

    # What the checks need.

    def documents(self) -> dict[str, Document]:
        """The open documents and notebooks by URI, unescaped, without those whose text is not a program."""
        workspace = self._workspace
        found: dict[str, Document] = {
            name: one
            for name, one in list(workspace.text_documents.items())
            if workspace.notebook_of(name) is None and virtual.is_program(one.path, one.language_id)
        }
        found.update(cells.notebooks_in(workspace))
        return found

    def path_of(self, uri: str) -> str | None:
        """The path of the file with a URI, or the path where it may be saved; None if it is not a file.

        A new document without a path belongs to the client's first folder, or to the current one.
        """
        is_notebook = unquote(uri) in self._workspace.notebook_documents
        if uri.startswith(_NEW):
            # Visual Studio Code adds the kind of a notebook: `untitled:Untitled-1.ipynb?jupyter-notebook`.
            name = uri.partition("?")[0]
            is_whole = name.startswith(f"{_NEW}/")
            path = path_of(name.replace(_NEW, "file:", 1)) if is_whole else name.removeprefix(_NEW)
            path = path if is_whole or path is None else str(Path(next(iter(self.folders()), ""), unquote(path)))
        else:
            path = path_of(uri)
        if path is None or (is_notebook and path.endswith(".ipynb")):
            return path
        return f"{path}.ipynb" if is_notebook else virtual.path_of_program(path)

    def preferences(self, path: str) -> Preferences:
        """The client's settings for a path."""
        return self.configured.settings.of(path)

    def folders(self) -> list[str]:
        """The paths of the client's workspace folders."""
        uris = [folder.uri for folder in list(self.workspace.folders.values())] or [self.workspace.root_uri]
        return [one for one in map(path_of, filter(None, uris)) if one]

    def show(self, document: Document, report: Report) -> None:
        """Send the diagnostics of a report, or note that the client must pull them. Those of cells are always sent."""
        current = self.documents().get(unquote(document.uri))
        if current is None or (current.version, current.source) != (report.version, report.text):
            return  # Findings for an older text would be at the wrong locations.
        views = views_of(current, report, self.units)
        self._is_outdated = self._is_outdated or (self.pulls and self.pulling.is_outdated(views))
        for view in views:
            if self.pulls and view.cell is None:
                continue
            found = diagnostics_in(view, views, with_evidence=self._pushes_evidence)
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(view.uri, found, view.version))

    def all_shown(self) -> None:
        """Ask the client to pull again if what it has is outdated."""
        if self._is_outdated and can_refresh(self.client_capabilities):
            self.protocol.send_request(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        self._is_outdated = False

    def changed_on_disk(self) -> None:
        """Check the documents again."""
        self.checks.changed(is_on_disk=True)
        self.pulling_workspace.changed()

    def warn(self, text: str) -> None:
        """Show a warning about an invalid setting."""
        self._warn(text)

    def first_look(self) -> AbstractAsyncContextManager[None]:
        """Show progress if the first check takes long."""
        return self.show_if_long("Reading the project")

    # What the answers need.

    async def asked(self, uri: str) -> Asked | None:
        """The document with a URI, checked as it is now; None if it is not open."""
        name = self._name_of(uri)
        report = await self.checks.current(name)
        document = self.documents().get(name)
        if report is None or document is None:
            return None
        views = views_of(document, report, self.units)
        view = view_for(views, uri) or (views[0] if views and unquote(uri) == name else None)
        return None if view is None else Asked(name, view, views)

    def is_current(self, asked: Asked) -> bool:
        """Whether the text of a document, or of any cell of its notebook, is still the one that was checked."""
        return self.checks.is_current(asked.name, asked.view.report)

    def search(self) -> Search:
        """A search of the client's folders."""
        return Search(self.folders(), self.preferences)

    def is_open(self, path: str) -> bool:
        """Whether the file with a real path is an open document."""
        paths = (self.path_of(one.uri) for one in self.documents().values())
        return any(one is not None and os.path.realpath(one) == path for one in paths)

    def send_part(self, token: types.ProgressToken, part: types.WorkspaceDiagnosticReportPartialResult) -> None:
        """Send a part of an answer."""
        self.protocol.notify(types.PROGRESS, types.ProgressParams(token, part))

    async def apply(self, edit: types.WorkspaceEdit, label: str) -> types.ApplyWorkspaceEditResult:
        """Ask the client to make edits."""
        return await self.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, label))

    def say(self, text: str) -> None:
        """Show a text that the user asked for."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))

    def note(self, text: str) -> None:
        """Write a text to the client's log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, text))

    def show_if_long(self, title: str) -> AbstractAsyncContextManager[None]:
        """A context for work whose progress is shown if it takes long."""
        return shown_if_long(self, f"{SECTION}: {title}")

    def state(self) -> Mapping[str, object]:
        """The client, its folders, documents and settings."""
        documents = sorted(self.documents())
        return {
            "diagnostics": "pulled by the client" if self.pulls else "pushed to the client",
            "position encoding": self.workspace.position_encoding,
            "folders": ", ".join(self.folders()) or "none",
            "documents": f"{len(documents)}: {', '.join(documents)}",
            **self.configured.state(),
        }

    @property
    def _workspace(self) -> Documents:
        return cast("Documents", self.workspace)

    def _name_of(self, uri: str) -> str:
        """The unescaped URI of a document, or of the notebook that has it as a cell."""
        return self._workspace.notebook_of(uri) or unquote(uri)

    def _warn(self, text: str) -> None:
        text = f"{SECTION}: {one_line(text)}"
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, text))


def _handler(server: Server) -> Callable[..., Callable[[Callable[[_Params], Awaitable[_Answer]]], None]]:
    """What registers the function that handles a message."""

    def on(
        method: str, options: Any = None, *, must_answer: bool = False
    ) -> Callable[[Callable[[_Params], Awaitable[_Answer]]], None]:
        def register(answer: Callable[[_Params], Awaitable[_Answer]]) -> None:
            @functools.wraps(answer)
            async def answered(params: _Params) -> _Answer | None:
                try:
                    return await answer(params)
                except JsonRpcException:
                    raise
                except Exception:  # A bug in this server: the client gets no answer.
                    log.exception("%s was not answered", method)
                    if must_answer:
                        raise JsonRpcInternalError("an internal error; see the server's log") from None
                    return None

            server.feature(method, options)(answered)

        return register

    return on


def _register(server: Server) -> None:
    """Register the functions that handle the messages of all clients."""
    on = _handler(server)

    @on(types.INITIALIZE)
    async def _(params: types.InitializeParams) -> None:
        server.initialize(params)

    @on(types.INITIALIZED)
    async def _(_: types.InitializedParams) -> None:
        await server.watch()
        await server.configure()

    @on(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def _(params: types.DidChangeConfigurationParams) -> None:
        if isinstance(params.settings, dict) and SECTION in params.settings:
            server.configured.set_default(params.settings)
        await server.configure()
        server.changed()

    @on(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def _(_: types.DidChangeWorkspaceFoldersParams) -> None:
        await server.configure()
        server.changed()

    @on(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def _(params: types.DidChangeWatchedFilesParams) -> None:
        if any(change.uri.endswith(_SETTINGS) for change in params.changes):
            server.checks.settings_changed()
        server.changed()

    for method in (types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_SAVE):

        @on(method)
        async def _(params: types.DidOpenTextDocumentParams | types.DidSaveTextDocumentParams) -> None:
            server.changed(params.text_document.uri)

    @on(types.TEXT_DOCUMENT_DID_CHANGE)
    async def _(params: types.DidChangeTextDocumentParams) -> None:
        server.changed(params.text_document.uri, is_edit=True)

    @on(types.TEXT_DOCUMENT_DID_CLOSE)
    async def _(params: types.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    for method in (types.NOTEBOOK_DOCUMENT_DID_OPEN, types.NOTEBOOK_DOCUMENT_DID_SAVE):

        @on(method)
        async def _(params: types.DidOpenNotebookDocumentParams | types.DidSaveNotebookDocumentParams) -> None:
            server.changed(params.notebook_document.uri)

    @on(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    async def _(params: types.DidChangeNotebookDocumentParams) -> None:
        structure = params.change.cells.structure if params.change.cells else None
        server.clear([one.uri for one in (structure and structure.did_close) or ()])
        server.changed(params.notebook_document.uri, is_edit=True)

    @on(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    async def _(params: types.DidCloseNotebookDocumentParams) -> None:
        server.closed(params.notebook_document.uri, [one.uri for one in params.cell_text_documents])

    @on(types.TEXT_DOCUMENT_HOVER)
    async def _(params: types.HoverParams) -> types.Hover | None:
        return await hovering.hover(server, params)

    @on(types.TEXT_DOCUMENT_CODE_ACTION, actions.OPTIONS)
    async def _(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await actions.code_actions(server, params)

    @on(types.CODE_ACTION_RESOLVE, must_answer=True)
    async def _(action: types.CodeAction) -> types.CodeAction:
        return await actions.resolved(server, action)

    @on(types.SHUTDOWN)
    async def _(_: None) -> None:
        server.checks.end()

    for name, run in commands.COMMANDS.items():
        server.command(name)(_command(server, run))


def _command(server: Server, run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A command as pygls calls it, with its arguments only."""

    async def called(*arguments: Any) -> Any:
        return await run(server, *arguments)

    return called


def _register_pulling(server: Server) -> None:
    """Register the functions that answer a client that pulls diagnostics."""
    on = _handler(server)
    options = types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=False, identifier=SECTION, work_done_progress=True
    )

    @on(types.TEXT_DOCUMENT_DIAGNOSTIC, options, must_answer=True)
    async def _(params: types.DocumentDiagnosticParams) -> Any:
        return await server.pulling.diagnostics(server, params)

    if server.configured.settings.default.extra(WORKSPACE_DIAGNOSTICS):

        @on(types.WORKSPACE_DIAGNOSTIC, must_answer=True)
        async def _(params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
            return await server.pulling_workspace.report(server, params)
