"""Projects given as files with their texts, and what is found in them: in one file, or in a scan without Dask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_line import PROGRAM

from flake8_forward_call import __version__
from flake8_forward_call.analysis import analyse
from flake8_forward_call.findings.finding import Applicability
from flake8_forward_call.scanning import scan
from flake8_forward_call.scanning.records import Order, Outcome
from flake8_forward_call.scanning.running import run
from flake8_forward_call.sources.source import Source

CLEAN = "import os\n\nprint(os.getcwd())\n"
OVERRIDE = PROGRAM + "\n    def __call__(self, x):\n        return x\n"


def project(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(path: Path) -> list[str]:
    """The findings in a file, each by its code and whether its fix is safe."""
    findings = analyse(Source(str(path), path.read_text()))
    unsafe = [one.fix is not None and one.fix.applicability is Applicability.UNSAFE for one in findings]
    return [f"{one.code} unsafe" if doubtful else one.code for one, doubtful in zip(findings, unsafe, strict=True)]


def in_folder(folder: Path, *programs: str, settings: str = "") -> Path:
    """A project with these programs, each in a file of its own."""
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(f"[tool.forward-call]\n{settings}\n")
    for number, text in enumerate(programs):
        (folder / f"net{number}.py").write_text(text)
    return folder


def order(root: Path | str, output_format: str = "json-lines", **limits: float) -> Order:
    """An order to check a project, without a cache."""
    memory = limits.get("memory")
    return Order(
        str(root),
        output_format,
        ("--no-cache", "--no-site-packages"),
        __version__,
        limits.get("timeout"),
        None if memory is None else int(memory),
    )


@pytest.fixture
def without_dask(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run orders in this process, the last one first; the roots of those that were run."""
    done: list[str] = []

    @contextmanager
    def connected(_scheduler: str | None, _workers: int | None) -> Iterator[None]:
        yield None

    def outcomes(_client: None, orders: Sequence[Order]) -> Iterator[tuple[int, Outcome]]:
        for number, one in reversed(list(enumerate(orders))):
            done.append(one.root)
            yield number, run(one)

    monkeypatch.setattr(scan, "connected", connected)
    monkeypatch.setattr(scan, "outcomes", outcomes)
    return done
