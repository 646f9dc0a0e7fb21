"""Does a run that uses the results of earlier runs find what a run without them finds?

    python benchmarks/warm.py                     # nflows and gpytorch, 40 changes each, in a few minutes
    python benchmarks/warm.py kornia --steps 200  # some packages
    python benchmarks/warm.py --seed 7            # other changes
    python benchmarks/warm.py --smoke             # seconds, no downloads: check that the benchmark itself works

The pinned release of each package is fetched (sources only, nothing is installed) and copied. Then its files are
changed at random: edited, added, removed, renamed, ignored, given back. After each change the copy is checked twice,
with the results of all earlier runs and with none. Locations, codes, messages and edits must be the same. Prints each
difference and the changes that led to it; the exit status is 1 if there is one.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from order import SMOKE

from labelled.fetch import WORK, fetch
from labelled.labels import LABELS, read_labels
from labelled.runs import reference

FEW = ("nflows", "gpytorch")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", default=FEW, help="names of labelled packages (default: those of FEW)")
    parser.add_argument("--steps", type=int, default=40, help="the number of changes (default: 40)")
    parser.add_argument("--seed", type=int, default=0, help="which changes (default: 0)")
    parser.add_argument("--work", type=Path, default=WORK, help="where packages are kept")
    parser.add_argument("--smoke", action="store_true", help="four changes of a made-up project")
    options = parser.parse_args(arguments)
    if options.smoke:
        return _smoke()
    every = {package.requirement.partition("==")[0]: package.requirement for package in read_labels(LABELS)}
    if unknown := set(options.packages) - set(every):
        parser.error(f"no labels for {', '.join(sorted(unknown))}")
    count = 0
    for name in options.packages:
        count += _examine(name, fetch(every[name], options.work), options.steps, options.seed)
    return int(count > 0)


def _examine(name: str, folder: Path, steps: int, seed: int) -> int:
    """Print the differences that random changes of a folder's copy lead to, and return their number.

    Raises SystemExit if no results were kept.
    """
    chance = random.Random(seed)
    count = 0
    with tempfile.TemporaryDirectory() as scratch:
        copy, cache = Path(scratch, "project"), Path(scratch, "cache")
        shutil.copytree(folder, copy)
        (copy / "pyproject.toml").touch()  # What is beside the copy does not belong to it.
        reference(copy, cache)
        if not any(cache.iterdir()):
            raise SystemExit(f"{name}: there are no results of earlier runs")
        done: list[str] = []
        for number in range(steps):
            done.append(change(copy, folder, chance))
            warm, cold = reference(copy, cache), reference(copy, Path(scratch, f"empty-{number}"))
            for sign, lines in (("only with earlier results", warm - cold), ("not with earlier results", cold - warm)):
                for line in sorted(lines.elements()):
                    count += 1
                    print(f"{name}: {sign}: {line}\n    after {'; '.join(done)}", flush=True)
    print(f"{name}: {steps} changes, {count} differences", flush=True)
    return count


def change(copy: Path, original: Path, chance: random.Random) -> str:
    """Make one change in the copy of a folder. Returns what was done."""
    files = sorted(path for path in copy.rglob("*.py") if path.is_file())
    path = chance.choice(files)
    where = path.relative_to(copy).as_posix()
    if chance.random() < 0.5:
        edit = chance.choice(_EDITS)
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        path.write_text(edit(text), encoding="utf-8", errors="surrogateescape")
        return f"{edit.__name__.strip('_')} {where}"
    move = chance.choice((_give_back, _give_back, _copied, _renamed, _removed, _ignored))
    move(path, copy, original)
    return f"{move.__name__.strip('_')} {where}"


def _commented(text: str) -> str:
    return f"{text}\n# A comment.\n"


def _without_modules(text: str) -> str:
    return text.replace("nn.Module", "object").replace("(Module)", "(object)")


def _with_own_call(text: str) -> str:
    return text.replace("    def forward(", "    def __call__(self, *given): return 1\n\n    def forward(", 1)


def _without_forward(text: str) -> str:
    return text.replace("def forward(", "def backward(", 1)


def _more_calls(text: str) -> str:
    return f"{text}\n\ndef more(model):\n    return model.forward(1)\n\n\nmore(1)\n"


def _broken(text: str) -> str:
    return f"{text}\ndef (\n"


_EDITS: tuple[Callable[[str], str], ...] = (
    _commented,
    _without_modules,
    _with_own_call,
    _without_forward,
    _more_calls,
    _broken,
)


def _give_back(path: Path, copy: Path, original: Path) -> None:
    """Give a file the text that it had at first, and take away what did not exist then."""
    first = original / path.relative_to(copy)
    if first.is_file():
        shutil.copyfile(first, path)
    else:
        path.unlink()
    (copy / ".gitignore").unlink(missing_ok=True)


def _copied(path: Path, copy: Path, _original: Path) -> None:
    shutil.copyfile(path, copy / (path.name if path.parent != copy else f"again_{path.name}"))


def _renamed(path: Path, _copy: Path, _original: Path) -> None:
    path.rename(path.with_name(f"other_{path.name}"))


def _removed(path: Path, _copy: Path, _original: Path) -> None:
    path.unlink()


def _ignored(path: Path, copy: Path, _original: Path) -> None:
    (copy / ".git").mkdir(exist_ok=True)
    (copy / ".gitignore").write_text(f"{path.name}\n", encoding="utf-8")


def _smoke() -> int:
    """Check that the benchmark finds no difference in a small project that has findings."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "project")
        for name, text in SMOKE.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        count = _examine("smoke", folder, 4, 0)
        said = reference(folder, Path(scratch, "cache"))
    if count or said.total() < 3:
        print(f"the benchmark does not measure: {count}, {said.total()}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
