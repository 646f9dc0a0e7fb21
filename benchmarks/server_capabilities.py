"""What do ``ruff server`` and ``forward-call server`` answer to an editor?

    python benchmarks/server_capabilities.py                 # print both answers
    python benchmarks/server_capabilities.py --record        # write ruff's to tests/docs/ruff_server.json

The client has the capabilities that Visual Studio Code sends. Recorded are the answer to `initialize`, what the server
asks the client for after that, the options of its command, and what it does with a few documents. A test compares
docs/editors-table.md with the record. ruff is in the extra ``editors``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.lsp.client import LanguageClient
from pygls.protocol import default_converter

REPOSITORY = Path(__file__).parents[1]
CAPABILITIES = REPOSITORY / "tests" / "support" / "vscode.json"
RECORD = REPOSITORY / "tests" / "docs" / "ruff_server.json"
RUFF = (str(Path(sys.executable).with_name("ruff")), "server")
FORWARD_CALL = (sys.executable, "-m", "flake8_forward_call", "server")

# Seconds that a server has for what it sends of its own accord.
_QUIET = 1.0


@dataclass(frozen=True)
class Probe:
    """A program with one finding, and settings for a server: to silence the finding, to log, to skip all files."""

    command: Sequence[str]
    text: str
    code: str
    silencing: dict[str, Any]
    excluding: str
    wraps: bool  # Whether the settings are in an object of their own.

    def settings(self, given: dict[str, Any]) -> dict[str, Any]:
        """The initialization options with some settings."""
        return {"settings": given} if self.wraps else given


PROBES = {
    "ruff server": Probe(
        RUFF, "import os\n", "F401", {"lint": {"ignore": ["F401"]}}, '[tool.ruff]\nexclude = ["*.py"]\n', wraps=True
    ),
    "forward-call server": Probe(
        FORWARD_CALL,
        "import torch; torch.nn.Linear(1, 1).forward(1)\n",
        "FWD001",
        {"ignore": ["FWD001"]},
        '[tool.forward-call]\nexclude = ["*.py"]\n',
        wraps=False,
    ),
}


@dataclass
class Client:
    """A client, what the server answered to it, and what it sent."""

    client: LanguageClient
    folder: Path
    answer: Any = None
    registered: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    pushed: dict[str, list[str]] = field(default_factory=dict)  # The codes by address.

    def open(self, name: str, text: str) -> str:
        """Open a document in Python. Returns its address."""
        address = (self.folder / name).as_uri()
        item = types.TextDocumentItem(address, "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return address

    def open_notebook(self, text: str) -> str:
        """Open a notebook with one cell. Returns the address of the cell."""
        address, cell = (self.folder / "cells.ipynb").as_uri(), "vscode-notebook-cell:/cells.ipynb#c0"
        cells = [types.NotebookCell(types.NotebookCellKind.Code, cell)]
        self.client.notebook_document_did_open(
            types.DidOpenNotebookDocumentParams(
                types.NotebookDocument(address, "jupyter-notebook", 1, cells),
                [types.TextDocumentItem(cell, "python", 1, text)],
            )
        )
        return cell

    async def pull(self, address: str) -> types.RelatedFullDocumentDiagnosticReport:
        """The diagnostics of a document that the client pulls for the first time."""
        named = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(address))
        found = await self.client.text_document_diagnostic_async(named)
        assert isinstance(found, types.RelatedFullDocumentDiagnosticReport)
        return found

    async def hovers(self, address: str, character: int) -> bool:
        """Whether the server has a text for a place in the first line."""
        place = types.Position(0, character)
        answer = await self.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(address), place)
        )
        return answer is not None


def _converter() -> Any:
    """The converter of pygls, but it leaves the selectors of notebooks alone, because it cannot read all of them."""
    converter = default_converter()  # type: ignore[no-untyped-call]
    converter.register_structure_hook(types.NotebookDocumentSyncOptions, lambda value, _: value)
    return converter


@asynccontextmanager
async def _started(
    probe: Probe, *, pulls: bool = True, options: Any = None, settings: str = "", encodings: Sequence[str] = ()
) -> AsyncIterator[Client]:
    """A server in an empty project, and its client with the capabilities of Visual Studio Code but for these."""
    can = json.loads(CAPABILITIES.read_text(encoding="utf-8"))
    if not pulls:
        del can["textDocument"]["diagnostic"]
    if encodings:
        can["general"]["positionEncodings"] = list(encodings)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text(settings, encoding="utf-8")
        client = Client(LanguageClient("benchmark", "1", converter_factory=_converter), Path(folder))

        @client.client.feature(types.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
        async def _(params: types.RegistrationParams) -> None:
            client.registered += [one.method for one in params.registrations]

        @client.client.feature(types.WORKSPACE_CONFIGURATION)  # type: ignore[untyped-decorator]
        async def _(params: types.ConfigurationParams) -> list[None]:
            client.sections += [item.section or "" for item in params.items]
            return [None for _ in params.items]

        for method in (types.WORKSPACE_DIAGNOSTIC_REFRESH, types.WINDOW_WORK_DONE_PROGRESS_CREATE):

            @client.client.feature(method)  # type: ignore[untyped-decorator]
            async def _(_: Any) -> None:
                pass

        @client.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        async def _(params: types.PublishDiagnosticsParams) -> None:
            client.pushed[params.uri] = [str(one.code) for one in params.diagnostics]

        await client.client.start_io(*probe.command)
        folders = [types.WorkspaceFolder(client.folder.as_uri(), client.folder.name)]
        params = types.InitializeParams(
            get_converter().structure(can, types.ClientCapabilities),
            initialization_options=options,
            workspace_folders=folders,
        )
        client.answer = await client.client.initialize_async(params)
        client.client.initialized(types.InitializedParams())
        yield client
        await client.client.shutdown_async(None)
        client.client.exit(None)
        await client.client.stop()  # type: ignore[no-untyped-call]


async def _as_visual_studio_code(probe: Probe) -> dict[str, Any]:
    async with _started(probe) as client:
        name = types.TextDocumentIdentifier(client.open("net.py", probe.text))
        report = await client.pull(name.uri)
        silenced = client.open("silenced.py", f"{probe.text.rstrip()}  # noqa: {probe.code}\n")
        (found,) = report.items
        context = types.CodeActionContext([found], ["quickfix"])
        actions = await client.client.text_document_code_action_async(
            types.CodeActionParams(name, found.range, context)
        )
        cell, program = client.open_notebook(probe.text), client.open("train.ipynb", probe.text)
        comment = len(probe.text) + len("  # noqa: ") + 1
        hovers = {
            "on a code in a comment": await client.hovers(silenced, comment - 1),
            "on a finding": await client.hovers(name.uri, found.range.start.character),
        }
        pulled = await client.pull(program)
        await asyncio.sleep(_QUIET)
        return {
            "capabilities": get_converter().unstructure(client.answer.capabilities),
            "registers": sorted(set(client.registered)),
            "asks for settings": sorted(set(client.sections)),
            "hover": hovers,
            "names its reports": report.result_id is not None,
            "offers a comment": any("noqa" in str(get_converter().unstructure(one)) for one in actions or ()),
            "pushes to a cell": client.pushed.get(cell) == [probe.code],
            "reads a program under the name of a notebook": [one.code for one in pulled.items] == [probe.code],
        }


async def _pushed(probe: Probe, **given: Any) -> tuple[Client, list[str]]:
    """What is pushed for the program to a client that does not pull, or pulled if it does."""
    async with _started(probe, pulls=False, **given) as client:
        address = client.open("net.py", probe.text)
        await asyncio.sleep(_QUIET)
        return client, client.pushed.get(address, [])


async def _answer(probe: Probe) -> dict[str, Any]:
    seen = await _as_visual_studio_code(probe)
    client, plain = await _pushed(probe, encodings=["utf-8", "utf-16"])
    _, silenced = await _pushed(probe, options=probe.settings(probe.silencing))
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        await _pushed(probe, options=probe.settings({"logLevel": "debug", "logFile": str(log)}))
        logs = log.exists() and log.stat().st_size > 0
    _, excluded = await _pushed(probe, settings=probe.excluding)
    return {
        **seen,
        "pushes": plain == [probe.code],
        "counts in": client.answer.capabilities.position_encoding,
        "takes initialization options": silenced == [],
        "skips what the project excludes": excluded == [],
        "writes a log file": logs,
    }


def answer(probe: Probe) -> dict[str, Any]:
    """What a server answers, asks for and does. The options are those of its command."""
    said = subprocess.run([*probe.command, "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
    found = asyncio.run(asyncio.wait_for(_answer(probe), 120))
    return {"options": sorted(set(re.findall(r"(?<!\S)--[a-z-]+", said))), **found}


def record() -> dict[str, Any]:
    """What the ruff that is installed beside this Python does, with its version. Raises OSError if there is none."""
    version = subprocess.run([RUFF[0], "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    return {"version": version, **answer(PROBES["ruff server"])}


def _text(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="Write what ruff does to the record of the tests.")
    if parser.parse_args().record:
        RECORD.write_text(_text(record()), encoding="utf-8")
    else:
        print(_text({"ruff server": record(), "forward-call server": answer(PROBES["forward-call server"])}), end="")


if __name__ == "__main__":
    main()
