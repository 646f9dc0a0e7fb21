"""Build a release's part of the catalogue: ``python -m flake8_forward_call.inference.catalogue.build``."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from flake8_forward_call.inference.catalogue.builder import Builder
from flake8_forward_call.inference.catalogue.package import write
from flake8_forward_call.inference.catalogue.releases import RELEASES


def main() -> int:
    """Write ``<package>.tsv`` next to the catalogue's code, or check whether it matches the source."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", nargs="?", help="one of the catalogue's releases: torch==2.13.0")
    parser.add_argument("source", nargs="?", type=Path, help="the folder that holds its packages; else it is fetched")
    parser.add_argument("--all", action="store_true", help="fetch and build every release of the catalogue")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file would change")
    options = parser.parse_args()
    releases = dict(RELEASES)
    if options.all:
        return max(_fetch_and_build(release, releases[release], check=options.check) for release in releases)
    if options.release not in releases:
        parser.error("name a release of the catalogue, or say --all")
    if options.source is None:
        return _fetch_and_build(options.release, releases[options.release], check=options.check)
    return _build(options.release, releases[options.release], options.source, check=options.check)


def _fetch_and_build(release: str, names: Sequence[str], *, check: bool) -> int:
    """Build the packages of a release from its wheel, or else its sdist. Nothing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
        subprocess.run([*pip, "--dest", folder, release], check=True)
        for path in sorted(Path(folder).iterdir()):
            _unpack(path, Path(folder))
        return _build(release, names, Path(folder), check=check)


def _unpack(archive: Path, folder: Path) -> None:
    """Extract the Python files of a wheel or an sdist into a folder."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder, [name for name in wheel.namelist() if name.endswith(".py")])
    else:
        with tarfile.open(archive) as sdist:
            sdist.extractall(folder, [one for one in sdist if one.name.endswith(".py")], filter="data")


def _build(release: str, names: Sequence[str], source: Path, *, check: bool) -> int:
    """Write the files of a release, or count those that would change. Raises SystemExit if one has no source."""
    changed = 0
    order = [one for _, several in RELEASES for one in several]
    for name in names:
        # An sdist has a folder around the package.
        root = next((one for one in (source, *sorted(source.glob("*/"))) if (one / name).is_dir()), None)
        if root is None:
            raise SystemExit(f"{source} has no folder {name}")
        text = write(
            name, release.partition("==")[2], Builder(name, root, names, order[order.index(name) + 1 :]).build()
        )
        target = Path(__file__).with_name(f"{name}.tsv")
        if not check:
            target.write_text(text, encoding="utf-8")
        elif not target.is_file() or target.read_text(encoding="utf-8") != text:
            changed += 1
            print(f"{target.name} differs from what the source of {release} gives")
    return int(changed > 0)


if __name__ == "__main__":
    sys.exit(main())
