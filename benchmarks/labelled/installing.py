"""Other tools, each in a virtual environment of its own that is kept for the next run."""

from __future__ import annotations

import os
import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path

from labelled.fetch import WORK

TOOLS_IN = WORK.with_name("forward-call-other-tools")


def installed(requirements: Sequence[str], kept: Path = TOOLS_IN) -> Path:
    """The folder with the commands of an environment with only these; it is created on first use.

    Raises CalledProcessError if pip fails.
    """
    folder = kept / requirements[0]
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    if not (folder / "complete").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(commands / "python"), "-m", "pip", "install", "-qq", *requirements], check=True)
        (folder / "complete").touch()
    return commands
