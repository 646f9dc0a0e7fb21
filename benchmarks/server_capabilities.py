"""What do ``ruff server`` and ``forward-call server`` answer to an editor?

    python benchmarks/server_capabilities.py                 # print both answers
    python benchmarks/server_capabilities.py --record        # write ruff's to tests/docs/ruff_server.json

The client has the capabilities that Visual Studio Code sends. Recorded is the answer to `initialize`, and what the server
asks the client for after that: what it registers, and the sections of settings. The comparison in docs/editors-table.md
is held to the record by a test. ruff is in the extra ``lint``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
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

# Seconds that a server has for its requests after the handshake.
_QUIET = 1.0


def _converter() -> Any:
    """pygls' own converter, which leaves the selectors of notebooks as they are, because it cannot read all of them."""
    converter = default_converter()  # type: ignore[no-untyped-call]
    converter.register_structure_hook(types.NotebookDocumentSyncOptions, lambda value, _: value)
    return converter


async def _answer(command: Sequence[str], folder: Path) -> dict[str, Any]:
    client = LanguageClient("benchmark", "1", converter_factory=_converter)
    converter = get_converter()
    registered: list[types.Registration] = []
    sections: list[str] = []

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
    async def _(params: types.RegistrationParams) -> None:
        registered.extend(params.registrations)

    @client.feature(types.WORKSPACE_CONFIGURATION)  # type: ignore[untyped-decorator]
    async def _(params: types.ConfigurationParams) -> list[None]:
        sections.extend(item.section or "" for item in params.items)
        return [None for _ in params.items]

    await client.start_io(*command)
    can = converter.structure(json.loads(CAPABILITIES.read_text(encoding="utf-8")), types.ClientCapabilities)
    folders = [types.WorkspaceFolder(folder.as_uri(), folder.name)]
    told = await client.initialize_async(types.InitializeParams(can, workspace_folders=folders))
    client.initialized(types.InitializedParams())
    await asyncio.sleep(_QUIET)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]
    return {
        "capabilities": converter.unstructure(told.capabilities),
        "registers": sorted({one.method for one in registered}),
        "asks for settings": sorted(set(sections)),
    }


def answer(command: Sequence[str]) -> dict[str, Any]:
    """What a server with this command answers to the capabilities of Visual Studio Code, and asks for."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(asyncio.wait_for(_answer(command, Path(folder)), 60))


def version_of_ruff() -> str:
    """The version of the ruff that is installed beside this Python. Raises OSError if there is none."""
    return subprocess.run([RUFF[0], "--version"], capture_output=True, text=True, check=True).stdout.split()[1]


def record() -> dict[str, Any]:
    """What the installed ruff says, with its version."""
    return {"version": version_of_ruff(), **answer(RUFF)}


def _text(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="Write what ruff says to the record of the tests.")
    if parser.parse_args().record:
        RECORD.write_text(_text(record()), encoding="utf-8")
    else:
        print(_text({"ruff server": record(), "forward-call server": answer(FORWARD_CALL)}), end="")


if __name__ == "__main__":
    main()
