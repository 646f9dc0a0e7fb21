"""How long does an editor wait for ``forward-call server``, and does the server grow?

    python benchmarks/latency.py                         # nflows, flair, transformers: pip fetches them on first use
    python benchmarks/latency.py flair==0.15.1           # another release
    python benchmarks/latency.py --tree FOLDER           # your own folder, which is not changed
    python benchmarks/latency.py made-up                 # 3,000 files: ten chains, each over 300 of them
    python benchmarks/latency.py --edits 2000            # also shows whether memory grows
    python benchmarks/latency.py --smoke                 # seconds: only check that the benchmark itself works

A client starts the real server over standard input and output and opens the two files of the tree with the most
`.forward(`. Then it changes a line at the end of the first file, and of the second, without saving them. The figures
are the wall time in milliseconds from the client's message to the server's diagnostics of the first file: the median,
and in brackets the 99th percentile. After a change, the server usually waits 0.2 seconds for the next one; here it does
not. The memory is what the server's process holds (Linux only), after 20 edits and after the last one.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from labelled.fetch import WORK, fetch

RELEASES = ("nflows==0.14", "flair==0.15.1", "transformers==5.23.0")
MADE_UP = "made-up"
PATIENCE = 300
# After so many edits, memory is looked at for the first time.
FEW = 20

_TYPED = "\n# typed "
_SERVER = (
    "from flake8_forward_call import cli\n"
    "from flake8_forward_call.server import checks\n"
    "checks.DELAY = 0\n"
    "raise SystemExit(cli.main(['server', '--no-site-packages', '--no-cache']))\n"
)
_CHAINS, _LINKS = 10, 300


class Client(LanguageClient):
    """A client with open files, which can wait for the server's diagnostics of them."""

    def __init__(self) -> None:
        super().__init__("benchmark", "1")
        self.texts: dict[Path, str] = {}
        self.versions: dict[Path, int] = {}
        self._awaited: dict[str, asyncio.Future[list[types.Diagnostic]]] = {}

        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        async def _(params: types.PublishDiagnosticsParams) -> None:
            answer = self._awaited.get(params.uri)
            if answer is not None and not answer.done():
                answer.set_result(list(params.diagnostics))

    def show(self, path: Path) -> None:
        """Open a file."""
        self.versions[path] = 1
        document = types.TextDocumentItem(path.as_uri(), "python", 1, self.texts[path])
        self.text_document_did_open(types.DidOpenTextDocumentParams(document))

    def type(self, path: Path) -> None:
        """Change the last line of a file without saving it."""
        self.versions[path] += 1
        self.texts[path] = f"{self.texts[path].partition(_TYPED)[0]}{_TYPED}{self.versions[path]}\n"
        document = types.VersionedTextDocumentIdentifier(self.versions[path], path.as_uri())
        change = types.TextDocumentContentChangeWholeDocument(self.texts[path])
        self.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def seconds_to_diagnose(self, path: Path, do: Callable[[], None]) -> float:
        """The wall time from an action to the diagnostics of a file; afterwards, waits for those of all other files."""
        loop = asyncio.get_running_loop()
        self._awaited = {one.as_uri(): loop.create_future() for one in {path, *self.versions}}
        start = time.perf_counter()
        do()
        self.found = await asyncio.wait_for(self._awaited[path.as_uri()], PATIENCE)
        end = time.perf_counter()
        await asyncio.wait_for(asyncio.gather(*self._awaited.values()), PATIENCE)
        return end - start


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("releases", nargs="*", default=(*RELEASES, MADE_UP))
    parser.add_argument("--tree", type=Path, help="measure in this folder, and in no release")
    parser.add_argument("--edits", type=int, default=200, help="how many edits in the first file (default: 200)")
    parser.add_argument("--smoke", action="store_true", help="a tree of two files, each thing once")
    options = parser.parse_args(arguments)
    print("| tree | files | opened | after an edit | edit elsewhere | hover | actions | MB, 20 edits | MB, all |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    if options.smoke:
        with tempfile.TemporaryDirectory() as folder:
            program = "from torch import nn\n\nlayer = nn.Linear(1, 1)\nlayer.forward(layer.weight)\n"
            for name in ("one", "two"):
                (Path(folder) / f"{name}.py").write_text(program, encoding="utf-8")
            asyncio.run(_measure("smoke", Path(folder), 1))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in [options.tree] if options.tree else options.releases:
            tree = options.tree or (_made_up(Path(scratch)) if name == MADE_UP else fetch(name, WORK))
            asyncio.run(_measure(str(name), tree, options.edits))
    return 0


def _made_up(folder: Path) -> Path:
    """A project of chains: each file has a function that returns what that of the file before returns."""
    (folder / "pyproject.toml").touch()
    for chain in range(_CHAINS):
        first = "from torch import nn\n\n\ndef make():\n    return nn.Linear(1, 1)\n\n\nmake().forward(1)\n"
        (folder / f"chain{chain}_0.py").write_text(first, encoding="utf-8")
        for link in range(1, _LINKS):
            before = f"from chain{chain}_{link - 1} import make as before\n\n\ndef make():\n    return before()\n"
            call = "\n\nmake().forward(1)\nmake().forward(2)\n" if link == _LINKS - 1 else ""
            (folder / f"chain{chain}_{link}.py").write_text(before + call, encoding="utf-8")
    return folder


async def _measure(name: str, tree: Path, edits: int) -> None:
    tree = tree.resolve()
    client = Client()
    client.texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in sorted(tree.rglob("*.py"))}
    first, second = sorted(client.texts, key=lambda path: -_count(client.texts[path]))[:2]
    await client.start_io(sys.executable, "-c", _SERVER)
    process = client._server
    assert process is not None
    try:
        await client.initialize_async(types.InitializeParams(types.ClientCapabilities(), root_uri=tree.as_uri()))
        client.initialized(types.InitializedParams())
        opened = [await client.seconds_to_diagnose(first, partial(client.show, first))]
        await client.seconds_to_diagnose(second, partial(client.show, second))
        edited, memory = [], "-"
        for number in range(edits):
            edited.append(await client.seconds_to_diagnose(first, partial(client.type, first)))
            if number + 1 == min(FEW, edits):
                memory = _megabytes(process.pid)
        memory_at_end = _megabytes(process.pid)
        few = range(min(FEW, edits))
        elsewhere = [await client.seconds_to_diagnose(first, partial(client.type, second)) for _ in few]
        place = client.found[0].range.start if client.found else types.Position(0, 0)
        document = types.TextDocumentIdentifier(first.as_uri())
        hover = types.HoverParams(document, place)
        actions = types.CodeActionParams(document, types.Range(place, place), types.CodeActionContext([]))
        hovered = [await _seconds(client.text_document_hover_async(hover))]  # Only once: then the answer is stored.
        acted = [await _seconds(client.text_document_code_action_async(actions)) for _ in few]
        await client.shutdown_async(None)
        client.exit(None)
        await asyncio.wait_for(process.wait(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
        await client.stop()  # type: ignore[no-untyped-call]
    columns = map(_shown, (opened, edited, elsewhere, hovered, acted))
    print(f"| {name} | {len(client.texts):,} | {' | '.join(columns)} | {memory} | {memory_at_end} |", flush=True)


def _count(text: str) -> int:
    return text.count(".forward(") - text.count("super().forward(")


async def _seconds(answer: Awaitable[object]) -> float:
    start = time.perf_counter()
    await asyncio.wait_for(answer, PATIENCE)
    return time.perf_counter() - start


def _shown(times: Sequence[float]) -> str:
    """The median and, in brackets, the 99th percentile, in milliseconds."""
    several = sorted(1000 * one for one in times)
    if len(several) == 1:
        return f"{several[0]:.0f}"
    return f"{statistics.median(several):.0f} ({several[math.ceil(0.99 * len(several)) - 1]:.0f})"


def _megabytes(pid: int) -> str:
    """What a process holds in memory; a dash where the system has no such file."""
    status = Path(f"/proc/{pid}/statm")
    if not status.exists():
        return "-"
    return f"{int(status.read_text(encoding='ascii').split()[1]) * resource.getpagesize() / 1e6:.0f}"


if __name__ == "__main__":
    sys.exit(main())
