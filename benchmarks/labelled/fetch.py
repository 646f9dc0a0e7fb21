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


def fetch(requirement: str, work: Path, pin: str | None = None) -> Path:
    """The folder of the unpacked release, which pip fetches on first use. Raises CalledProcessError if it cannot.

    A pin, the requirement with a checksum, decides which archive of the release it is.
    """
    folder = work / requirement
    if folder.is_dir():
        return folder
    downloads = work / "downloads" / requirement
    downloads.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--ignore-requires-python"]
    if pin:
        pins = downloads.with_name(f"{requirement}.txt")
        pins.write_text(f"{pin}\n", encoding="utf-8")
        pip += ["--require-hashes", "--requirement", str(pins)]
    else:
        pip.append(requirement)
    subprocess.run([*pip, "--dest", str(downloads)], check=True)
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
