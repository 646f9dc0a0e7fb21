"""A client that sends any bytes to a server, and reads the responses."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from editor import PATIENCE, SERVER, uri
from forked import quick


def framed(body: bytes) -> bytes:
    """A message of the protocol with this body."""
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def message(**fields: Any) -> bytes:
    """A message with these fields."""
    return framed(json.dumps({"jsonrpc": "2.0", **fields}).encode())


class Wire:
    """A server in a separate process, and its output."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            quick(SERVER), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._errors: list[bytes] = []
        self._readers = [threading.Thread(target=one, daemon=True) for one in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()
        self._number = 0

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.end()

    def send(self, data: bytes) -> None:
        """Send any bytes."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def tell(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send(message(method=method, params=params))

    def ask(self, method: str, params: Any = None) -> dict[str, Any]:
        """Send a request and wait for the answer to it."""
        self._number += 1
        number = f"mine-{self._number}"
        self.send(message(id=number, method=method, params=params))
        return self.answer(number)

    def answer(self, number: str | int | None) -> dict[str, Any]:
        """The answer to a request. Messages before it are dropped."""
        while True:
            found = self._answers.get(timeout=PATIENCE)
            if "method" not in found and found.get("id") == number:
                return found

    def initialize(self, folder: Path) -> dict[str, Any]:
        """Initialize the server with a folder."""
        folders = [{"uri": uri(folder), "name": folder.name}]
        params: dict[str, Any] = {
            "processId": None,
            "capabilities": {},
            "rootUri": uri(folder),
            "workspaceFolders": folders,
        }
        answer = self.ask("initialize", params)
        self.tell("initialized", {})
        return answer

    def end(self) -> tuple[int, str]:
        """Close the server's input. Returns its exit status and its standard error."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        status = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return status, b"".join(self._errors).decode()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while header := self.process.stdout.readline():
            name, _, value = header.partition(b":")
            if name == b"Content-Length":
                while self.process.stdout.readline().strip():
                    pass
                self._answers.put(json.loads(self.process.stdout.read(int(value))))

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self._errors.extend(self.process.stderr)
