"""Programs that are observed while they run, with a stand-in for torch that has the parts which matter here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from projects import project

TORCH = {
    "stub/torch/__init__.py": '__version__ = "0"\n\nfrom torch import nn\n',
    "stub/torch/nn/__init__.py": "from torch.nn.modules.module import Linear, Module\n",
    "stub/torch/nn/modules/__init__.py": "",
    "stub/torch/nn/modules/module.py": """\
_global_forward_hooks = {}


class Module:
    def __init__(self, *args):
        self._forward_pre_hooks = {}
        self._forward_hooks = {}

    def _call_impl(self, *args, **kwargs):
        for hook in self._forward_pre_hooks.values():
            hook(self, args)
        return self.forward(*args, **kwargs)

    __call__ = _call_impl

    def register_forward_pre_hook(self, hook):
        self._forward_pre_hooks[len(self._forward_pre_hooks)] = hook


class Linear(Module):
    def forward(self, x, scale=1):
        return x * scale
""",
}


def write(root: Path, files: dict[str, str]) -> None:
    """Write a project next to the stand-in for torch."""
    project(root, {"pyproject.toml": "", **TORCH, **files})


def start(root: Path, *args: str, timeout: int = 100) -> subprocess.CompletedProcess[str]:
    """Run Python in the project's folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(root), str(root / "stub")))}
    environment.pop("PYTEST_ADDOPTS", None)
    command = [sys.executable, *args]
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )


def observe(root: Path, program: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Observe a program of one file, `main.py`."""
    write(root, {"main.py": program})
    return start(root, "-m", "flake8_forward_call.observe", *options, "main.py")


def record_in(root: Path) -> Any:
    """The record that a run has left, as JSON."""
    return json.loads((root / "forward-call-observed.json").read_text(encoding="utf-8"))


def calls_in(root: Path) -> dict[str, str]:
    """What was seen at each place of the project: the form of the call, the classes, and how often."""
    return {
        f"{file['path']}:{one['row']}:{one['column']}": " ".join(
            (one["form"], *(f"{each['class']}={each['calls']}" for each in one["receivers"]))
        )
        for file in record_in(root)["files"]
        if not file["outside"]
        for one in file["calls"]
    }
