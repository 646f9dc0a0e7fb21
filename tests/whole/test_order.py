"""The findings in a file only depend on the code: not on hashes, and not on files that were checked before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import permutations
from pathlib import Path

import pytest

from flake8_forward_call.analysis import analyse
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.inference import session
from flake8_forward_call.sources.source import Source

# Each file attaches its own kind of hook.
PARTS = {
    "one": "register_forward_hook",
    "two": "register_forward_pre_hook",
    "three": "register_full_backward_hook",
    "four": "register_full_backward_pre_hook",
}

# A project in which answers come from many files at once, so that any unstable order is visible.
PROJECT = {
    "pyproject.toml": "",
    "lib/__init__.py": "from lib.nets import *\nfrom lib.mixins import Runs as Runner, Runs as Goer, Runs as Walker\n",
    "lib/registry.py": "class Registry:\n    def register(self, cls): return cls\n    def build(self, name): ...\n\n"
    "NETS, HEADS = Registry(), Registry()\n",
    "lib/mixins.py": "class Runs:\n    def run(self, x): return self.forward(x)\n",
    "lib/nets.py": """\
from torch import nn
from torch.nn import Linear as Dense, Linear as Full, Linear as Flat
from lib.mixins import Runs

class Net(Runs, nn.Module):
    def __init__(self):
        super().__init__()
        self.dense, self.full, self.flat = Dense(1, 1), Full(1, 1), nn.utils.weight_norm(Flat(1, 1))
        self.layers = nn.ModuleList([self.dense, self.full])

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return self.dense.forward(self.full.forward(self.flat.forward(x)))
""",
    "lib/made.py": "from lib.registry import NETS, HEADS\nNETS.build('a').forward(1)\nHEADS.build('b').forward(1)\n",
    "lib/asked.py": "def ask(net, head):\n    net.forward(1)\n    head.forward(1)\n",
    "lib/loop_a.py": "from lib import loop_b\nfrom lib.nets import Net\ndef a(): return loop_b.b() or Net()\n"
    "a().forward(1)\n",
    "lib/loop_b.py": "from lib import loop_a\ndef b(): return loop_a.a()\nb().forward(1)\n",
    "loose/base.py": "from torch import nn\nclass Base(nn.Module):\n    def __call__(self, x): return 1\n",
    "loose/use.py": "from .base import Base\nBase().forward(1)\n",
    "loose/main.py": "import base\nbase.Base().forward(1)\n",
    **{
        f"lib/hooks_{part}.py": f"""\
from lib.nets import Net as Net_{part}, Net as Model_{part}
from lib.asked import ask as ask_{part}, ask as question_{part}
from lib.registry import NETS as N, HEADS as H
from torch import nn

net, other = Net_{part}(), Model_{part}()
net.dense.{hook}(print)
other.full.{hook}(print)
ask_{part}(net, net.dense)
question_{part}(other, {"net.full" if part != "two" else "other.layers"})

@N.register
class Below{part}(Net_{part}):
    def __call__(self, x): return {"super().__call__(x)" if part != "three" else "self.forward(x)"}

@H.register
class Head{part}(nn.Module):
    def forward(self, x): return x
"""
        for part, hook in PARTS.items()
    },
}

CHECK = [sys.executable, "-m", "flake8_forward_call", "check", ".", "--select=FWD", "--no-site-packages"]


def check(project: Path, seed: int) -> list[dict[str, object]]:
    """The output of a new process, without a cache."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "XDG_CACHE_HOME": str(project.parent / f"cache{seed}")}
    command = [*CHECK, "--output-format=json"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in PROJECT.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "project"


def test_hashes_decide_nothing(project: Path) -> None:
    first, *others = (check(project, seed) for seed in range(4))
    messages = " ".join(str(one["message"]) for one in first)
    assert len(first) > 10
    assert messages.count("`register_") >= 4
    assert "register_forward_hook" in messages
    for other in others:
        assert other == first


def said(project: Path, names: Iterable[str], monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """The output of one process that checks these files in this order, sorted by name."""
    monkeypatch.setattr(session, "_SESSIONS", session._Sessions())
    found = [one for name in names for one in analyse(read(str(project / name)))]
    return sorted(found, key=lambda one: one.sort_key)


def read(path: str) -> Source:
    return Source(path, Path(path).read_text())


def test_what_was_checked_before_decides_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [name for name in PROJECT if name.endswith(".py")]
    whole = said(project, files, monkeypatch)
    assert len(whole) > 10
    assert said(project, reversed(files), monkeypatch) == whole
    for part in (files[::2], files[1::2], *([name] for name in files)):
        paths = {str(project / name) for name in part}
        assert said(project, part, monkeypatch) == [one for one in whole if one.path in paths]


def test_a_long_way_is_followed_to_its_end_whoever_asks_first(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 120
    chain = "".join(f"def step{i}(): return step{i + 1}()\n" for i in range(steps))
    (project / "chain.py").write_text(f"from torch import nn\n{chain}def step{steps}(): return nn.ReLU()\n")
    starts = range(0, steps, 10)
    for start in starts:
        (project / f"use{start}.py").write_text(f"import chain\nchain.step{start}().forward(1)\n")
    names = [f"use{start}.py" for start in starts]
    together = said(project, names, monkeypatch)
    assert len(together) == len(names)
    assert said(project, names[::-1], monkeypatch) == together
    assert (
        sorted((one for name in names for one in said(project, [name], monkeypatch)), key=lambda one: one.sort_key)
        == together
    )


LOOSE = {
    "pyproject.toml": "",
    "src/space/base.py": "from torch import nn\nclass Base(nn.Module):\n    def forward(self, x): return x\n",
    "src/space/deep/part.py": "from ..base import Base\nBase().forward(1)\n",
    "src/space/deep/lead.py": "import part\npart.Base().forward(1)\n",
    "src/space/lead.py": "import deep.part\ndeep.part.Base().forward(1)\n",
}


def test_a_module_has_one_name_whoever_led_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in LOOSE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    files = [name for name in LOOSE if name.endswith(".py")]
    whole = said(tmp_path, files, monkeypatch)
    assert len(whole) == 3
    for order in permutations(files):
        assert said(tmp_path, order, monkeypatch) == whole
    for name in files:
        assert said(tmp_path, [name], monkeypatch) == [one for one in whole if one.path == str(tmp_path / name)]
