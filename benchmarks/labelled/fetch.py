"""Pinned releases as unpacked sources; nothing is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

# Outside this repository, because a package in it would count as a part of this project.
WORK = Path(tempfile.gettempdir()) / "forward-call-realworld"


def fetch(requirement: str, work: Path) -> Path:
    """The folder of the unpacked release, which pip fetches on first use. Raises CalledProcessError if it cannot."""
    folder = work / requirement
    if folder.is_dir():
        return folder
    downloads = work / "downloads" / requirement
    downloads.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--ignore-requires-python"]
    subprocess.run([*pip, "--dest", str(downloads), requirement], check=True)
    fresh = work / f"{requirement}.fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    for archive in sorted(downloads.iterdir()):
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(fresh, [name for name in wheel.namelist() if name.endswith((".py", ".pyi"))])
        else:
            with tarfile.open(archive) as sdist:
                sdist.extractall(fresh, filter="data")
    fresh.rename(folder)
    return folder
