"""Do answers depend on anything but the code that is checked?

    python benchmarks/order.py                    # the five packages of FEW, in two minutes
    python benchmarks/order.py --all              # every package with labels, in less than half an hour
    python benchmarks/order.py kornia nflows      # some packages
    python benchmarks/order.py --smoke            # seconds, no downloads: check that the benchmark itself works

For each package, the pinned release is fetched (sources only, nothing is installed) and checked in many ways: with
several values of PYTHONHASHSEED; with no cache, an empty one and a full one; with its files in reverse order, in random
order, and divided between two processes at once; with the questions inside each file in text order, in reverse order
and at random. Nine runs are enough for each value of one of these to meet each value of another. Then there is one run
over the whole folder, flake8 with one process and with two, and some files each in a process of its own. Locations,
codes, messages and edits must be the same each time. Prints each difference and its run; the exit status is 1 if there
is one.

A package without a difference is remembered, together with the tool's source. If a run is interrupted, the next one
goes on from there. `--again` checks all of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import flake8_forward_call
from labelled.fetch import WORK, fetch
from labelled.labels import LABELS, read_labels
from labelled.runs import Run, Said, reference, runs

FEW = ("nflows", "gpiozero", "gpytorch", "mmengine", "skorch")

# A project with many references between files: hooks in several files, aliases, a mixin, callers, an import cycle.
SMOKE = {
    "small/__init__.py": "from small.nets import *\n",
    "small/nets.py": """\
from torch import nn
from torch.nn import Linear as Dense, Linear as Full


class Head:
    def run(self, x):
        return self.forward(x)


class Net(Head, nn.Module):
    def __init__(self):
        super().__init__()
        self.dense, self.full = Dense(1, 1), Full(1, 1)

    def forward(self, x):
        return self.full.forward(self.dense.forward(x))
""",
    "small/first.py": "from small import Net\n\nnet = Net()\nnet.dense.register_forward_hook(print)\n",
    "small/second.py": "from small import Net\n\nnet = Net()\nnet.dense.register_forward_pre_hook(print)\n",
    "small/third.py": "from small.nets import Net as Model\n\n\ndef use(net):\n    net.forward(1)\n\n\nuse(Model())\n",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", help="names of labelled packages (default: the five of FEW)")
    parser.add_argument("--all", action="store_true", help="every package with labels")
    parser.add_argument("--work", type=Path, default=WORK, help="where packages are kept")
    parser.add_argument("--again", action="store_true", help="packages that were checked with this source, too")
    parser.add_argument("--smoke", action="store_true", help="a made-up project of five files")
    options = parser.parse_args(arguments)
    if options.smoke:
        return _smoke()
    every = [package.requirement for package in read_labels(LABELS)]
    names = {requirement.partition("==")[0] for requirement in every}
    if unknown := set(options.packages) - names:
        parser.error(f"no labels for {', '.join(sorted(unknown))}")
    wanted = options.packages or FEW
    chosen = [one for one in every if options.all or one.partition("==")[0] in wanted]
    remembered = options.work / "order.json"
    known = {} if options.again else _known(remembered)
    source = _source()
    count = 0
    for number, requirement in enumerate(chosen, start=1):
        if known.get(requirement) == source:
            print(f"{requirement}: no difference was found with this source before", flush=True)
            continue
        print(f"{number} of {len(chosen)}: {requirement}", file=sys.stderr, flush=True)
        found = _examine(requirement, fetch(requirement, options.work))
        count += found
        if not found:
            known[requirement] = source
            remembered.write_text(json.dumps(known, indent=1), encoding="utf-8")
    print(f"{count} differences")
    return int(count > 0)


def _known(path: Path) -> dict[str, str]:
    """The packages without a difference, each with the digest of the source that was used."""
    try:
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known


def _source() -> str:
    """A digest of the tool's source and catalogue, and of this benchmark."""
    digest = hashlib.sha256()
    for folder in (Path(flake8_forward_call.__file__).parent, Path(__file__).parent):
        for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.tsv")]):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _examine(name: str, folder: Path) -> int:
    """Print the differences between the runs over a folder, and return their number."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as cache:
        said = reference(folder, Path(cache))
        count = done = 0
        for run in runs(folder, Path(cache), said):
            done += 1
            print(f"  {time.perf_counter() - started:4.0f} s: {run.name}", file=sys.stderr, flush=True)
            for line in differences(run, said):
                count += 1
                print(f"{name}: {run.name}: {line}", flush=True)
    seconds = time.perf_counter() - started
    print(f"{name}: {said.total()} findings, {done + 1} runs, {count} differences, {seconds:.0f} s", flush=True)
    return count


def differences(run: Run, said: Said) -> Iterator[str]:
    """Yield the lines that only a run has, and those that only the reference has."""
    wanted = run.of(said)
    for line in sorted((run.said - wanted).elements()):
        yield f"only here: {line}"
    for line in sorted((wanted - run.said).elements()):
        yield f"not here: {line}"


def _smoke() -> int:
    """Check that the benchmark finds something in a small project, the same in every run, and notices a change."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        for name, text in SMOKE.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        count = _examine("smoke", folder)
        said = reference(folder, Path(scratch) / "cache")
    changed = Said({line.replace(" FWD", " XWD", 1): number for line, number in said.items()})
    noticed = len(list(differences(Run("changed", changed), said)))
    if count or said.total() < 3 or noticed != 2 * said.total():
        print(f"the benchmark does not measure: {count}, {said.total()}, {noticed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
