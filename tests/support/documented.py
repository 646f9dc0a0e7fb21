"""Terminal sessions in pages of the documentation, for tests to run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True)
class Shown:
    """A command and its output according to the page."""

    command: str
    output: str


@dataclass(frozen=True)
class File:
    """A file that the page tells the reader to create."""

    name: str
    text: str


def steps(page: str) -> Iterator[Shown | File]:
    """The steps of a page, in order: files with a caption, and commands."""
    for token in MarkdownIt().parse((DOCS / page).read_text(encoding="utf-8")):
        if token.type != "fence":
            continue
        if token.info == "console":
            for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", token.content, re.MULTILINE):
                yield Shown(command, output)
        elif caption := re.match(r":caption: (\S+)\n\n", token.content):
            yield File(caption[1], token.content[caption.end() :])


def printed(command: str, folder: Path) -> str:
    """The output of a command on both streams, run by a shell in a folder, with this environment's programs."""
    programs = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": programs},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.stdout
