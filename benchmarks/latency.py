"""How long does an editor wait for ``forward-call server``?

    python benchmarks/latency.py                         # nflows, flair, transformers: pip fetches them on first use
    python benchmarks/latency.py flair==0.15.1           # another release
    python benchmarks/latency.py --tree FOLDER           # your own folder, which is not changed
    python benchmarks/latency.py --smoke                 # seconds: only check that the benchmark itself works

A client starts the real server over standard input and output and opens the two files of the tree with the most
`.forward(`. Then it types lines at the end of the first file, and of the second, without saving them. The figures are
the wall time in milliseconds from the client's message to the server's diagnostics of the first file. After a change,
the server waits 0.2 seconds for the next one; they are subtracted, so only its work is counted. The best of the
repetitions counts, because other work on the machine can only make it slower; the median is in brackets.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from flake8_forward_call.server.checks import DELAY
from labelled.fetch import WORK, fetch

RELEASES = ("nflows==0.14", "flair==0.15.1", "transformers==5.23.0")
PATIENCE = 300


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
        """Add a line at the end of a file without saving it."""
        self.versions[path] += 1
        self.texts[path] += "\n# typed\n"
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
        return end - start - DELAY


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("releases", nargs="*", default=RELEASES)
    parser.add_argument("--tree", type=Path, help="measure in this folder, and in no release")
    parser.add_argument("--repeat", type=int, default=10, help="how often each thing is done (default: 10)")
    parser.add_argument("--smoke", action="store_true", help="a tree of two files, each thing once")
    options = parser.parse_args(arguments)
    print("| tree | files | opened | after an edit | edit elsewhere | hover | actions |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    if options.smoke:
        with tempfile.TemporaryDirectory() as folder:
            program = "from torch import nn\n\nlayer = nn.Linear(1, 1)\nlayer.forward(layer.weight)\n"
            for name in ("one", "two"):
                (Path(folder) / f"{name}.py").write_text(program, encoding="utf-8")
            asyncio.run(_measure("smoke", Path(folder), 1))
        return 0
    for name in [options.tree] if options.tree else options.releases:
        asyncio.run(_measure(str(name), options.tree or fetch(name, WORK), options.repeat))
    return 0


async def _measure(name: str, tree: Path, repeat: int) -> None:
    tree = tree.resolve()
    client = Client()
    client.texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in sorted(tree.rglob("*.py"))}
    first, second = sorted(client.texts, key=lambda path: -_count(client.texts[path]))[:2]
    await client.start_io(sys.executable, "-m", "flake8_forward_call", "server", "--no-site-packages", "--no-cache")
    process = client._server
    assert process is not None
    try:
        await client.initialize_async(types.InitializeParams(types.ClientCapabilities(), root_uri=tree.as_uri()))
        client.initialized(types.InitializedParams())
        opened = [await client.seconds_to_diagnose(first, partial(client.show, first))]
        await client.seconds_to_diagnose(second, partial(client.show, second))
        edited = [await client.seconds_to_diagnose(first, partial(client.type, first)) for _ in range(repeat)]
        elsewhere = [await client.seconds_to_diagnose(first, partial(client.type, second)) for _ in range(repeat)]
        place = client.found[0].range.start if client.found else types.Position(0, 0)
        document = types.TextDocumentIdentifier(first.as_uri())
        hover = types.HoverParams(document, place)
        actions = types.CodeActionParams(document, types.Range(place, place), types.CodeActionContext([]))
        hovered = [await _seconds(client.text_document_hover_async(hover))]  # Only once: then the answer is stored.
        acted = [await _seconds(client.text_document_code_action_async(actions)) for _ in range(repeat)]
        await client.shutdown_async(None)
        client.exit(None)
        await asyncio.wait_for(process.wait(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
        await client.stop()  # type: ignore[no-untyped-call]
    columns = map(_shown, (opened, edited, elsewhere, hovered, acted))
    print(f"| {name} | {len(client.texts):,} | {' | '.join(columns)} |", flush=True)


def _count(text: str) -> int:
    return text.count(".forward(") - text.count("super().forward(")


async def _seconds(answer: Awaitable[object]) -> float:
    start = time.perf_counter()
    await asyncio.wait_for(answer, PATIENCE)
    return time.perf_counter() - start


def _shown(times: Sequence[float]) -> str:
    """The best time and the median, in milliseconds."""
    best, middle = min(times) * 1000, statistics.median(times) * 1000
    return f"{best:.0f}" if len(times) == 1 else f"{best:.0f} ({middle:.0f})"


if __name__ == "__main__":
    sys.exit(main())
