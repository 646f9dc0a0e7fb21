"""Files that a program must not wait for: pipes, sockets, devices, folders with a file's name."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

ENDLESS = Path("/dev/zero")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)  # The path of a socket must be short.
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _endless(path: Path) -> None:
    path.symlink_to(ENDLESS)


def _folder(path: Path) -> None:
    path.mkdir()


def _link_to_folder(path: Path) -> None:
    target = path.parent / f"{path.name}.target"
    target.mkdir()
    path.symlink_to(target.name)


def _link_to_pipe(path: Path) -> None:
    target = path.parent / f"{path.name}.target"
    os.mkfifo(target)
    path.symlink_to(target.name)


# The function that creates each kind, with its name in messages.
KINDS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "pipe": ("a named pipe", _pipe),
    "link to a pipe": ("a named pipe", _link_to_pipe),
    "socket": ("a socket", _socket),
    "device": ("a device", _endless),
    "folder": ("a directory", _folder),
    "link to a folder": ("a directory", _link_to_folder),
}
