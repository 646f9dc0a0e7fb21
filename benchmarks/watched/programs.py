"""Programs that reach labelled calls whose receiver no source shows, by the public interface of their packages."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from before_after.environments import environment
from before_after.packages import TORCH, Suite, SuiteError
from watched.results import Result, joined

# Longer than each of them takes.
SECONDS = 600

_SCRIPTS = Path(__file__).parent / "scripts"

# A script with the name of a package would hide it.
PROGRAMS = (
    Suite("mmdet", "3.3.0", needs=("mmengine", "mmcv-lite==2.1.0", "setuptools<81"), pytest=()),
    Suite("monai", "1.6.1", pytest=()),
    Suite("torch", TORCH.partition("==")[2], needs=("numpy",), pytest=()),
    Suite("braindecode", "1.8.1", pytest=()),
    Suite("cogdl", "0.6", needs=("matplotlib<3.9", "setuptools<81"), pytest=()),
    Suite("deeprobust", "0.2.11", pytest=()),
)


def observe(program: Suite, work: Path, tool: Path) -> Result:
    """What the program of a package shows. Raises SuiteError if it cannot run."""
    python = environment(program, work)
    tree = _unpacked(program, python, work)
    record = work / program.requirement / "forward-call-observed.json"
    record.unlink(missing_ok=True)
    command = [str(python), "-m", "flake8_forward_call.observe", "--record", str(record)]
    done = subprocess.run(
        [*command, str(_SCRIPTS / f"with_{program.name}.py")],
        cwd=tree,
        # The tree is the project, and so comes before what is installed.
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tree), str(tool))), **program.environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if done.returncode:
        raise SuiteError(f"the program ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return joined(Result(program.requirement), tree, python, record)


def _unpacked(program: Suite, python: Path, work: Path) -> Path:
    """The folder of the package alone, with the files that its archive has for this machine."""
    tree = work / program.requirement / "tree"
    if not tree.is_dir():
        command = [str(python), "-m", "pip", "install", "-q", "--no-deps", "--target", str(tree), program.requirement]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SuiteError(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr}")
    return tree
