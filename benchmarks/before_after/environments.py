"""Virtual environments for the suites, which share one torch, and unpacked sdists."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

from before_after.packages import TORCH, Suite, SuiteError

# Torch is large, and every suite needs it.
SHARED = (TORCH, "numpy", "setuptools", "wheel", "pytest", "coverage")


def environment(suite: Suite, work: Path) -> Path:
    """The interpreter of an environment with everything that the suite's tests need.

    An environment for the same requirements is reused. Raises SuiteError if pip cannot create it.
    """
    shared = _make(work / "shared", SHARED)
    requirements = (TORCH, *suite.needs, suite.requirement)
    return _make(work / suite.requirement / "venv", requirements, beneath=_packages(shared))


def _make(folder: Path, requirements: tuple[str, ...], beneath: Path | None = None) -> Path:
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    made = folder / "requirements.txt"
    text = "".join(f"{requirement}\n" for requirement in requirements)
    if made.is_file() and made.read_text(encoding="utf-8") == text:
        return python
    print(f"{folder}: installing", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    if beneath is not None:
        # Packages installed here take precedence over those in the folder named in this file.
        (_packages(python) / "shared.pth").write_text(f"{beneath}\n", encoding="utf-8")
    _call(str(python), "-m", "pip", "install", *requirements)
    made.write_text(text, encoding="utf-8")
    return python


def _packages(python: Path) -> Path:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip())


def unpack(suite: Suite, work: Path) -> Path:
    """The folder of the newly unpacked sdist, which pip fetches on first use. Raises SuiteError if it cannot."""
    folder = work / suite.requirement
    if not list(folder.glob("*.tar.gz")):
        pip = (sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", suite.name)
        _call(*pip, "--dest", str(folder), suite.requirement)
    (archive,) = folder.glob("*.tar.gz")
    shutil.rmtree(folder / "tree", ignore_errors=True)
    with tarfile.open(archive) as tar:
        # Every up-to-date Python has the filter, but not the first releases of each version.
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder / "tree", filter="data")
        else:
            tar.extractall(folder / "tree")
    (tree,) = (folder / "tree").iterdir()
    return tree


def _call(*command: str) -> None:
    options = ("--quiet", "--disable-pip-version-check")
    done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
    if done.returncode:
        raise SuiteError(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr}")
