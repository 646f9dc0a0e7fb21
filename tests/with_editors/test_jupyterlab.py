"""A real Jupyter Server with jupyter-lsp and the settings on the page, asked in the way of JupyterLab's client."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import websocket
from documents import code, notebook
from editor import PATIENCE, uri
from editor_pages import settings

NET = "from torch import nn\n\nclass Net(nn.Module):\n    pass\n"
CELLS = ("%matplotlib inline\nfrom net import Net", "Net().forward(1)")
# The client joins the cells, with two empty lines in between, and replaces magics.
TEXT = 'get_ipython().run_line_magic("matplotlib", "inline")\nfrom net import Net\n\n\nNet().forward(1)'
TOKEN = "of-this-test"
# A socket in the file system, so that no port is opened. Relative, because such a name must be short.
SOCKET = "socket"


@contextmanager
def jupyter(folder: Path) -> Iterator[None]:
    """A Jupyter Server in the current folder, with the settings on the page in a configuration of its own."""
    names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    own = {f"JUPYTER_{name}": str(folder / "jupyter" / name) for name in names}
    path = Path(own["JUPYTER_CONFIG_DIR"]) / "jupyter_server_config.d" / "forward-call.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(settings("JupyterLab")))
    options = {"sock": SOCKET, "open_browser": "False", "allow_root": "True", "root_dir": str(folder)}
    command = [sys.executable, "-m", "jupyter_server", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
    paths = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    said = folder / "jupyter" / "said"
    with said.open("wb") as out:
        process = subprocess.Popen(
            command,
            env={**os.environ, **own, "HOME": str(folder / "jupyter"), "PATH": paths},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        until(lambda: Path(SOCKET).exists() or process.poll() is not None)
        assert process.poll() is None, said.read_text()
        yield
        process.terminate()
        assert process.wait(PATIENCE) == 0, said.read_text()
        until(lambda: not is_any_left(process.pid))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def until(holds: Any) -> None:
    """Wait until a condition is true."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "waited for too long"
        time.sleep(0.02)


def is_any_left(group: int) -> bool:
    """Whether a process of a group is left, such as the server that Jupyter has started."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


class Client:
    """What JupyterLab does: each message of the protocol is one of a websocket, without a header."""

    def __init__(self, server: str) -> None:
        to_jupyter = socket.socket(socket.AF_UNIX)
        to_jupyter.connect(SOCKET)
        header = [f"Authorization: token {TOKEN}"]
        self._connection = websocket.create_connection(
            f"ws://localhost/lsp/ws/{server}", socket=to_jupyter, header=header, timeout=PATIENCE
        )
        self._number = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def tell(self, method: str, params: Any, **number: int) -> None:
        """Send a notification, or a request with a number."""
        self._connection.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **number}))

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request."""
        self._number += 1
        self.tell(method, params, id=self._number)
        return self._next(lambda one: one.get("id") == self._number and "method" not in one)["result"]

    def told(self, method: str) -> Any:
        """The content of the next notification of this kind."""
        return self._next(lambda one: one.get("method") == method)["params"]

    def _next(self, is_wanted: Any) -> dict[str, Any]:
        while True:
            one = json.loads(self._connection.recv())
            if is_wanted(one):
                assert isinstance(one, dict)
                return one


def test_notebook_in_jupyterlab_has_the_finding_and_the_hover_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET)
    (tmp_path / "train.ipynb").write_text(notebook(*map(code, CELLS)))
    document = uri(tmp_path / ".virtual_documents" / "train.ipynb")
    can = {
        "textDocument": {
            "hover": {"dynamicRegistration": True, "contentFormat": ["markdown", "plaintext"]},
            "publishDiagnostics": {"tagSupport": {"valueSet": [2, 1]}},
            "synchronization": {"dynamicRegistration": True, "didSave": True},
        },
        "workspace": {"didChangeConfiguration": {"dynamicRegistration": True}},
    }
    with jupyter(tmp_path), Client("forward-call") as client:
        root = {"rootUri": uri(tmp_path), "workspaceFolders": None, "processId": None, "initializationOptions": None}
        assert client.ask("initialize", {"capabilities": can, **root})["capabilities"]["hoverProvider"]
        client.tell("initialized", {})
        item = {"uri": document, "languageId": "python", "version": 0, "text": TEXT}
        client.tell("textDocument/didOpen", {"textDocument": item})
        found = client.told("textDocument/publishDiagnostics")
        row, column = 4, TEXT.splitlines()[4].index("forward")
        assert found["uri"] == document
        assert [(one["code"], one["range"]["start"]) for one in found["diagnostics"]] == [
            ("FWD001", {"line": row, "character": column})
        ]
        place = {"textDocument": {"uri": document}, "position": {"line": row, "character": column}}
        shown = client.ask("textDocument/hover", place)["contents"]["value"]
        assert "class `net.Net` derives from torch.nn.Module" in shown
        assert "[`train.ipynb:2`](" in shown
