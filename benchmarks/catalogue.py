"""Print the table of docs/catalogue.md: what the catalogue contains, and what it costs.

    python benchmarks/catalogue.py

For each package: its release, its rank by downloads, the number of classes (modules and others), functions and other
names, the size of its file in bytes, and the milliseconds to the first answer: the file is read, a name is found in it,
and its line is parsed. The best of several runs counts. Then the size of the wheel, if the build tools are installed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib import resources
from pathlib import Path

from downloads import RANKS

from flake8_forward_call.inference.catalogue import Catalogue, ClassEntry, FunctionEntry, Package
from flake8_forward_call.inference.catalogue.releases import RELEASES
from flake8_forward_call.inference.evaluator import Evaluator
from flake8_forward_call.inference.project.project import Project
from flake8_forward_call.inference.verdicts.verdict import Standing

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5


def main() -> int:
    """Print the table and the size of the wheel."""
    evaluator = Evaluator(Project(Catalogue()))
    total: Counter[str] = Counter()
    print("| Package | Import name | Rank | Modules | Other classes | Functions | Other names | Bytes | ms |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for package, release, name in packages():
        data = (resources.files("flake8_forward_call.inference.catalogue") / f"{name}.tsv").read_bytes()
        counted = count(Package(data), evaluator)
        counted["bytes"] = len(data)
        total += counted
        rank = f"{RANKS[package]:,}" if package in RANKS else "-"
        print(f"| {package} {release} | {name} | {rank} | {row(counted)} | {first_answer(name):.2f} |")
    print(f"| all | | | {row(total)} | |")
    print(f"wheel: {wheel_size():,} bytes")
    return 0


def packages() -> list[tuple[str, str, str]]:
    """Each package of PyPI with its release and one of its import names, in alphabetical order."""
    listed = [(*release.partition("==")[::2], name) for release, names in RELEASES for name in names]
    return sorted(listed, key=lambda one: (one[0].lower(), one[2]))


def row(counted: Counter[str]) -> str:
    """The counts of one row of the table."""
    return " | ".join(f"{counted[key]:,}" for key in ("modules", "classes", "functions", "names", "bytes"))


def count(package: Package, evaluator: Evaluator) -> Counter[str]:
    """The number of facts of each kind in a package."""
    counted: Counter[str] = Counter()
    for dotted in package.names():
        entry = package.entry(dotted)
        if isinstance(entry, ClassEntry):
            cls = evaluator.known_class(dotted)
            is_module = cls is not None and evaluator.hierarchy.standing(cls) is Standing.MODULE
            counted["modules" if is_module else "classes"] += 1
        else:
            counted["functions" if isinstance(entry, FunctionEntry) else "names"] += 1
    return counted


def first_answer(name: str) -> float:
    """The milliseconds from an unread file to the answer about its last name."""
    file = resources.files("flake8_forward_call.inference.catalogue") / f"{name}.tsv"
    *_, last = Package(file.read_bytes()).names()
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        assert Package(file.read_bytes()).entry(last) is not None
        seconds.append(time.perf_counter() - started)
    return min(seconds) * 1000


def wheel_size() -> int:
    """The size of the project's newly built wheel; 0 if pip cannot build it."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(ROOT)]
        subprocess.run(pip, check=False)
        return sum(path.stat().st_size for path in Path(folder).glob("*.whl"))


if __name__ == "__main__":
    sys.exit(main())
