"""Other tools beside this one, each in an environment of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from labelled.installing import installed
from timed.programs import Program

READING = "`rg`, the same search as text"
PLUGIN_BY_NAME = "flake8 with flake8-no-module-forward-call"
TORCHFIX = "TorchFix on nflows"
OURS_ON_SAMPLE = "`check --no-cache` on nflows"


@dataclass(frozen=True, slots=True)
class Others:
    """The commands of ripgrep, of a flake8 with the plugin that goes by the name alone, and of TorchFix."""

    ripgrep: Path = Path("rg")
    flake8: Path = Path("flake8")
    torchfix: Path = Path("torchfix")


def fetched() -> Others:
    """The commands, which pip fetches on first use. flake8 has the version of the one that runs this plugin."""
    flake8 = ("flake8-no-module-forward-call==0.1.1", f"flake8=={version('flake8')}")
    return Others(
        installed(("ripgrep==14.1.0",)) / "rg",
        installed(flake8) / "flake8",
        installed(("torchfix==0.7.0",)) / "torchfix",
    )


def programs(
    others: Others, folders: Sequence[str], sample: str, check: Sequence[str], *, ruff: str, flake8: str
) -> Iterator[Program]:
    """Yield the programs: ripgrep and flake8 on all folders, and TorchFix on the sample with ``check`` beside it."""
    search = ["--no-ignore", "--count", r"\.forward\(", "--glob", "*.py"]
    yield Program(READING, [str(others.ripgrep), *search, *folders], ruff, lambda one: one.wall)
    options = ["--isolated", "--jobs=1", "--exit-zero"]
    yield Program(PLUGIN_BY_NAME, [str(others.flake8), *options, *folders], flake8)
    yield Program(OURS_ON_SAMPLE, [*check, "--no-cache", sample])
    yield Program(TORCHFIX, [str(others.torchfix), "--select=ALL", sample], OURS_ON_SAMPLE, lambda one: one.wall)
