"""How long do ten million lines take, and how much memory?

    python benchmarks/size.py                               # in five minutes; pip fetches the releases on first use
    python benchmarks/size.py --copies 3                    # fewer lines
    python benchmarks/size.py --releases                    # the second tree as well, which takes far longer
    python benchmarks/size.py --write docs/benchmarks.md    # also put the table into the page
    python benchmarks/size.py --smoke                       # seconds: only check that the benchmark itself works

Each tree is checked twice: with an empty cache, and with what the first run has left in it. The first is a repository
with many copies of the releases that speed.py uses, each a project of its own whose packages have names of their own.
The second has all releases with labels in one folder, as in the site-packages of an environment, torch and transformers
among them. The memory is that of the process that needs most.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from scan import SMOKE
from speed import RELEASES, with_table

import flake8_forward_call
from labelled.fetch import WORK, fetch
from labelled.labels import LABELS, read_labels
from timed.growth import texts_of, write_copy
from timed.programs import Cost, cost

# The folder of the package in each of the releases that speed.py uses.
FOLDERS = ("kornia", "gpytorch", "nflows-0.14/nflows", "TTS", "monai")
COPIES = 27

BEGIN, END = "<!-- size: begin -->", "<!-- size: end -->"
HEADER = "| tree | files | lines | CPU s, cold | s, cold | MB | CPU s, warm | s, warm | MB |"
ALIGNMENT = "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=COPIES, help=f"of the five packages (default: {COPIES})")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page, between its marks")
    parser.add_argument("--releases", action="store_true", help="also all releases with labels, in one folder")
    parser.add_argument("--smoke", action="store_true", help="two copies of a made-up package")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        packages = [_made_up(folder)] if options.smoke else _fetched()
        copies = 2 if options.smoke else options.copies
        repeat(packages, copies, folder / "repository")
        what = "a package" if options.smoke else f"{len(packages)} packages"
        trees = {f"{copies} copies of {what}": folder / "repository"}
        if options.releases:
            releases = [fetch(package.requirement, WORK) for package in read_labels(LABELS)]
            gather(releases, folder / "site-packages")
            trees[f"{len(releases)} releases in one folder"] = folder / "site-packages"
        lines = [_row(name, tree, folder / f"cache-of-{tree.name}") for name, tree in trees.items()]
    text = "\n".join([described(), "", HEADER, ALIGNMENT, *lines])
    print(text)
    if options.write is not None:
        page = options.write.read_text(encoding="utf-8")
        options.write.write_text(with_table(page, text, BEGIN, END), encoding="utf-8")
    return 0


def repeat(packages: Sequence[Path], copies: int, folder: Path) -> None:
    """Write copies of packages into a folder, each as a project whose package has a name of its own."""
    for package in packages:
        texts = texts_of(package)
        for number in range(1, copies + 1):
            name = f"{package.name}{number}"
            write_copy(texts, package.name, folder / f"project-{name}" / name)
            (folder / f"project-{name}" / "pyproject.toml").touch()


def gather(releases: Sequence[Path], folder: Path) -> None:
    """Link the files of all releases into one folder, as if they were installed there."""
    for release in releases:
        for path in release.rglob("*.py"):
            link = folder / path.relative_to(release)
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():  # Two releases may have a file such as `setup.py` each.
                os.link(path, link)


def described() -> str:
    """What was measured, and where, as a sentence for the page."""
    return (
        f"On {datetime.now(timezone.utc):%Y-%m-%d}, version {flake8_forward_call.__version__}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, each once:"
    )


def _row(name: str, tree: Path, cache: Path) -> str:
    files = list(tree.rglob("*.py"))
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    check = [sys.executable, "-m", "flake8_forward_call", "check", "--quiet", str(tree)]
    cold, warm = cost(check, cache), cost(check, cache)
    shutil.rmtree(cache, ignore_errors=True)
    print(f"{name}: {cold.wall:.1f} s", file=sys.stderr, flush=True)
    return f"| {name} | {len(files):,} | {lines:,} | {_cells(cold)} | {_cells(warm)} |"


def _cells(one: Cost) -> str:
    return f"{one.cpu:.1f} | {one.wall:.1f} | {one.memory:.0f}"


def _fetched() -> list[Path]:
    return [fetch(release, WORK) / place for release, place in zip(RELEASES, FOLDERS, strict=True)]


def _made_up(folder: Path) -> Path:
    package = folder / "made_up"
    package.mkdir()
    (package / "model.py").write_text(SMOKE, encoding="utf-8")
    return package


if __name__ == "__main__":
    sys.exit(main())
