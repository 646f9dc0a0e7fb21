"""Documents and notebooks as tests write them.

In documents, each call to be found has the argument 1, and each that must not be found has 0.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import forward_call

from flake8_forward_call.inference import session

NET = """\
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return x
"""
SETUP = "from net import Net\nmodel = Net()\n"
MESSAGE = "FWD001 model.forward(...) skips Module.__call__, so hooks do not run; call model(...)"

_CALL = ".forward(1"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module, as the current folder."""
    (tmp_path / "net.py").write_text(NET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def places(name: str, document: str) -> list[str]:
    """The locations of the calls to be found, as the command prints them."""
    found = []
    for row, line in enumerate(document.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        at = line.find(_CALL)
        while at >= 0:
            found.append(f"{name}:{row}:{at + 2}")
            at = line.find(_CALL, at + 1)
    return found


def hold(name: str, document: str, encoding: str = "utf-8") -> None:
    """Check and fix a document in the current folder: what is marked is found, and nothing else changes."""
    session.look_again({})
    path = Path(name)
    data = document.encode(encoding)
    path.write_bytes(data)
    checked = forward_call("check", "--documents", name)
    assert [line.partition(": FWD001 ")[0] for line in checked.lines] == places(name, document)
    assert path.read_bytes() == data
    fixed = forward_call("fix", "--documents", name)
    assert path.read_bytes() == document.replace(_CALL, "(1").encode(encoding)
    assert (fixed.status, fixed.err) == (0, "")
    assert forward_call("fix", "--documents", name).lines == ["Nothing to fix."]


def code(source: str | list[str], **more: object) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, **more}


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def notebook(*cells: dict[str, Any], **metadata: object) -> str:
    content = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1) + "\n"
