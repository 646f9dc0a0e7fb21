"""Commands that the client runs on the server: ``workspace/executeCommand``."""

from __future__ import annotations

import platform
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from flake8_forward_call import __version__
from flake8_forward_call.findings.finding import Place
from flake8_forward_call.server import messages
from flake8_forward_call.server.answers.asked import Asked, outdated, workspace_edit
from flake8_forward_call.server.answers.searched import is_unchanged, reports_on_disk
from flake8_forward_call.server.answers.workspace import SearchingServer
from flake8_forward_call.server.offers import FIX_ALL, FIX_NOTEBOOK, fix_all
from flake8_forward_call.server.positions import Positions
from flake8_forward_call.server.reports import Report
from flake8_forward_call.server.settings import SECTION
from flake8_forward_call.server.views import View, edits_by_view
from flake8_forward_call.sources.source import Source, is_notebook
from flake8_forward_call.terminal.printing import one_line, shown

FIX_FILE = f"{SECTION}.fixFile"
FIX_WORKSPACE = f"{SECTION}.fixWorkspace"
EXPLAIN = f"{SECTION}.explain"
DEBUG = f"{SECTION}.printDebugInformation"


class CommandServer(SearchingServer, Protocol):
    """What the commands need of the server."""

    async def apply(self, edit: types.WorkspaceEdit, label: str) -> types.ApplyWorkspaceEditResult:
        """Ask the client to make edits."""

    def say(self, text: str) -> None:
        """Show a text that the user asked for."""

    def note(self, text: str) -> None:
        """Write a text to the client's log."""

    def show_if_long(self, title: str) -> AbstractAsyncContextManager[None]:
        """A context for work whose progress is shown if it takes long."""

    def state(self) -> Mapping[str, object]:
        """The client, its folders, documents and settings, for people who look for an error."""


async def fix_file(server: CommandServer, *arguments: Any) -> bool:
    """Make the fixes in a document, or in all cells of its notebook. Returns whether the client made the edits.

    Takes the URI of the document, or an object with ``uri``, and with ``version`` if the edits are for that one only.
    Raises JsonRpcException if there is no such document, or it has changed.
    """
    uri, wanted = _document(arguments)
    asked = await _open(server, uri)
    if wanted is not None and wanted != asked.view.version:
        raise outdated("the document")
    kind = FIX_ALL if asked.view.cell is None else FIX_NOTEBOOK
    offer = await server.checks.worker.run(partial(fix_all, asked.view.report, kind, asked.view.cell))
    if not server.is_current(asked):
        raise outdated("the document")
    if offer is None:
        return False
    edits = list(edits_by_view(offer.edits, asked.views))
    return (await server.apply(workspace_edit(server, edits), offer.title)).applied


async def fix_workspace(server: CommandServer, *arguments: Any) -> dict[str, Any]:
    """Make the fixes in all files of the workspace: in open documents, and in files on disk.

    Notebooks that are not open are left alone, because editors do not edit their JSON as text. Returns whether the
    client made the edits, the number of documents, and the paths of the notebooks that need a fix.
    """
    if arguments:
        raise JsonRpcInvalidParams(f"{FIX_WORKSPACE} takes no arguments")
    edits: list[tuple[View, list[types.TextEdit]]] = []
    opened: list[Asked] = []
    on_disk: list[Source] = []
    notebooks: list[str] = []
    async with server.show_if_long("Fixing direct calls of forward()"):
        async for report in reports_on_disk(server.checks, server.search(), server.is_open, lambda _done, _of: None):
            view = _on_disk(server, report)
            offer = await server.checks.worker.run(partial(fix_all, report, FIX_ALL)) if view else None
            if view is not None and offer is not None:
                edits += edits_by_view(offer.edits, [view])
                on_disk.append(report.source)
            elif is_notebook(report.source.path) and any(one.fix for one in report.findings):
                notebooks.append(report.source.path)
        # Open documents last, so that there is little time in which they can change.
        for document in list(server.documents().values()):
            asked = await server.asked(document.uri)
            if asked is None:
                continue
            kind = FIX_NOTEBOOK if asked.view.cell is not None else FIX_ALL
            offer = await server.checks.worker.run(partial(fix_all, asked.view.report, kind, asked.view.cell))
            if offer is not None:
                edits += edits_by_view(offer.edits, asked.views)
                opened.append(asked)
    # Another editor or a command may have fixed them. The client has no version of them that it could compare.
    if not all(map(is_unchanged, on_disk)):
        raise outdated("a file")
    if not all(map(server.is_current, opened)):
        raise outdated("a document")
    result = {"applied": False, "documents": len(edits), "notebooks": notebooks}
    if edits:
        answer = await server.apply(workspace_edit(server, edits), "Fix direct calls of forward()")
        result["applied"] = answer.applied
    return result


async def explain(server: CommandServer, *arguments: Any) -> str:
    """Explain the call at a position: why it is reported, or why not. The text is shown, and returned.

    Takes the parameters of a hover request: ``{"textDocument": {"uri": ...}, "position": {...}}``.
    """
    uri, line, character = _position(arguments)
    asked = await _open(server, uri)
    place = asked.view.positions.place(line, character)
    text = await server.checks.worker.run(
        lambda: asked.view.report.under_its_settings(lambda: _explained(asked.view, place))
    )
    server.say(text)
    return text


async def print_debug_information(server: CommandServer, *_: Any) -> str:
    """Write what helps to find an error to the client's log, and return it."""
    lines = [
        f"flake8-forward-call {__version__}, pygls {version('pygls')}, lsprotocol {version('lsprotocol')}",
        f"Python {platform.python_version()} at {sys.executable}, {platform.platform()}",
        *(f"{name}: {value}" for name, value in server.state().items()),
    ]
    text = "\n".join(map(one_line, lines))
    server.note(text)
    return text


COMMANDS: Mapping[str, Callable[..., Awaitable[Any]]] = {
    FIX_FILE: fix_file,
    FIX_WORKSPACE: fix_workspace,
    EXPLAIN: explain,
    DEBUG: print_debug_information,
}


def _explained(view: View, place: Place) -> str:
    from flake8_forward_call.explaining import NoCallError
    from flake8_forward_call.explaining import explain as explained
    from flake8_forward_call.sources.source import SourceError

    source = view.report.source
    try:
        try:
            found = explained(source, place.row, place.column)
        except NoCallError:  # Anywhere in the row will do.
            found = explained(source, place.row)
    except (NoCallError, SourceError, RecursionError) as error:
        return one_line(str(error) or "the file is nested too deeply")
    lines = []
    for each in found:
        about = f"{each.subject} is not reported: {each.reason}"
        if each.finding is not None:
            about = f"{each.finding.code} {each.finding.message}"
        lines.append(f"{source.where(each.place)}: {about}")
        lines += [f"  {shown(step.path)}:{step.row}: {step.text}" if step.path else step.text for step in each.steps]
        if each.is_silenced:
            lines.append("  A # noqa comment silences it.")
    return "\n".join(lines)


def _on_disk(server: CommandServer, report: Report) -> View | None:
    """The view of a file that is not open; None for a notebook. It has no version, which means: as it is on disk."""
    path = report.source.path
    uri = None if is_notebook(path) else messages.address(path)
    return None if uri is None else View(report, uri, None, Positions(report.source, server.units))


async def _open(server: CommandServer, uri: str) -> Asked:
    asked = await server.asked(uri)
    if asked is None:
        raise JsonRpcException("the document is not open", int(types.LSPErrorCodes.RequestFailed))
    return asked


def _document(arguments: Sequence[Any]) -> tuple[str, int | None]:
    """The URI and the version in the arguments. Raises JsonRpcInvalidParams."""
    given = _plain(arguments[0]) if len(arguments) == 1 else None
    if isinstance(given, str):
        return given, None
    if isinstance(given, Mapping) and isinstance(given.get("uri"), str):
        number = given.get("version")
        if number is None or isinstance(number, int):
            return given["uri"], number
    raise JsonRpcInvalidParams(f"{FIX_FILE} takes the URI of a document, or an object with uri and version")


def _position(arguments: Sequence[Any]) -> tuple[str, int, int]:
    """The URI, line and character in the arguments. Raises JsonRpcInvalidParams."""
    given = _plain(arguments[0]) if len(arguments) == 1 else None
    try:
        uri = given["textDocument"]["uri"]  # type: ignore[index]
        line, character = given["position"]["line"], given["position"]["character"]  # type: ignore[index]
    except (TypeError, KeyError):
        uri = line = character = None
    if not isinstance(uri, str) or not isinstance(line, int) or not isinstance(character, int):
        raise JsonRpcInvalidParams(f"{EXPLAIN} takes an object with textDocument and position, as a hover request does")
    return uri, line, character


def _plain(given: Any) -> Any:
    """A JSON value. pygls turns the objects in some messages into named tuples."""
    if hasattr(given, "_asdict"):
        return {name: _plain(value) for name, value in given._asdict().items()}
    return given
