"""``forward-call explain PATH:ROW:COLUMN``: why one call is reported or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import forward_call

FILES = {
    "net/__init__.py": "",
    "net/base.py": "from torch import nn\n\n\nclass BaseEncoder(nn.Module):\n    pass\n",
    "net/encoder.py": "from net.base import BaseEncoder\n\n\nclass Encoder(BaseEncoder):\n    pass\n",
    "net/factory.py": "from net.encoder import Encoder\n\n\ndef build_encoder(size):\n    return Encoder(size)\n",
    "model.py": """\
from torch import nn
from net.factory import build_encoder
from plugins import load


class Model(nn.Module):
    def __init__(self, size, extra):
        super().__init__()
        self.encoder = build_encoder(size)
        self.extra = extra
        self.plugin = load()
        self.layers = nn.ModuleList([nn.Linear(1, 1)])

    def forward(self, x):
        x = self.encoder.forward(x)
        x = self.extra.forward(x)
        x = self.plugin.forward(x)
        for layer in self.layers:
            x = layer.forward(x)  # noqa: FWD001
        return super().forward(x)


class Sampler(nn.Module):
    def __call__(self, x):
        return self.forward(x)


def run(model: Model, x):
    with open("log") as log:
        log.forward(x); model.forward(x)
    return (load() or model).forward(x)
""",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_each_step_is_told_with_its_file_and_row() -> None:
    done = forward_call("explain", "model.py:15:26")
    assert (done.status, done.lines) == (
        0,
        [
            "model.py:15:26: FWD001 self.encoder.forward(...) skips Module.__call__, so hooks do not run;"
            " call self.encoder(...)",
            "  model.py:9: `self.encoder` is set to `build_encoder(size)`",
            "  model.py:2: `build_encoder` is imported from `net.factory`",
            "  net/factory.py:5: `build_encoder` returns `Encoder(size)`",
            "  net/factory.py:1: `Encoder` is imported from `net.encoder`",
            "  net/encoder.py:4: class `net.encoder.Encoder` derives from net.base.BaseEncoder",
            "  net/base.py:4: class `net.base.BaseEncoder` derives from torch.nn.Module",
        ],
    )


def test_a_lost_trail_ends_where_it_is_lost(project: Path) -> None:
    done = forward_call("explain", "model.py:17:25")
    assert done.lines[0].endswith("self.plugin.forward(...) is not reported: the receiver could not be resolved")
    lost = "which was not found in the project, the installed packages or the catalogue"
    assert done.lines[-1] == f"  model.py:3: `load` is imported from `plugins`, {lost}"


def test_a_parameter_that_nobody_passes_is_named(project: Path) -> None:
    done = forward_call("explain", "model.py:16:24")
    assert done.lines[-1] == "  model.py:7: no call of `__init__` was found that shows what `extra` is"


def test_what_callers_pass_is_told(project: Path) -> None:
    (project / "main.py").write_text("from torch import nn\nfrom model import Model\nModel(3, extra=nn.ReLU())\n")
    done = forward_call("explain", "model.py:16:24")
    assert "FWD001" in done.lines[0]
    assert "  model.py:7: `extra` is what the calls of `__init__` in this project pass" in done.lines


def test_silenced_call_is_explained_all_the_same(project: Path) -> None:
    done = forward_call("explain", "model.py:19")
    assert done.lines[0].startswith("model.py:19:23: FWD001 ")
    assert "  model.py:18: `layer` iterates over `self.layers`" in done.lines
    assert done.lines[-1] == "  A # noqa comment silences it."


def test_reason_against_the_rewrite_is_told(project: Path) -> None:
    done = forward_call("explain", "model.py:25:21")
    assert done.lines[0].endswith("is not equivalent: Sampler overrides __call__")
    assert done.lines[-1] == "  FWD002 is off by default; --extend-select FWD002 turns it on."


def test_doubt_is_told(project: Path) -> None:
    done = forward_call("explain", "model.py:31")
    assert "FWD001" in done.lines[0]
    assert any("`load` is imported from `plugins`" in line for line in done.lines)
    assert any("class `model.Model` derives from torch.nn.Module" in line for line in done.lines)


def test_a_row_without_column_explains_each_call_in_it(project: Path) -> None:
    done = forward_call("explain", "model.py:30")
    heads = [line for line in done.lines if line.startswith("model.py:30:")]
    assert [line.split(" ")[1] for line in heads] == ["log.forward(...)", "FWD001"]


def test_column_may_be_anywhere_in_the_callee(project: Path) -> None:
    first = forward_call("explain", "model.py:15:26").lines
    assert forward_call("explain", "model.py:15:13").lines == first


def test_place_as_check_prints_it_may_end_in_a_colon(project: Path) -> None:
    assert forward_call("explain", "model.py:15:26:").status == 0


@pytest.mark.parametrize(
    ("what", "complaint"),
    [
        (
            "model.py:2:1",
            "model.py: no direct call of forward() at 2:1; the nearest: 15:26 self.encoder.forward(...), 16:24 self",
        ),
        (
            "model.py:20",
            "model.py: no direct call of forward() at row 20; the nearest: 19:23 layer.forward(...), 17:25 self.plugin",
        ),
        ("net/base.py:1", "net/base.py: no direct call of forward() at row 1, nor anywhere in the file"),
        ("gone.py:1:1", "gone.py: cannot be read: No such file or directory"),
        ("net:1:1", "net: is a directory, not a regular file"),
        ("broken.py:1:1", "broken.py:1:1: cannot parse file"),
        ("model.py", "name a call in it as model.py:ROW:COLUMN, as 'check' prints it"),
        ("model.py:0:1", "no direct call of forward() at 0:1; the nearest: 15:26 self.encoder.forward(...), "),
        ("FWD01", "did you mean FWD001?"),
    ],
)
def test_what_cannot_be_explained_is_refused(project: Path, what: str, complaint: str) -> None:
    (project / "broken.py").write_text("(")
    done = forward_call("explain", what)
    assert (done.status, done.out) == (2, "")
    assert complaint in done.err


def test_own_call_is_among_what_is_nearby(project: Path) -> None:
    (project / "own.py").write_text(
        "from torch import nn\n\n\nclass Net(nn.Module):\n    def __call__(self, x):\n        return x\n"
    )
    assert (
        "no direct call of forward() at 1:1; the nearest: 5:9 __call__ (" in forward_call("explain", "own.py:1:1").err
    )


def test_colon_in_the_name_of_a_file_is_part_of_it(project: Path) -> None:
    (project / "a:1").write_text((project / "model.py").read_text())
    assert forward_call("explain", "a:1:19:23").lines[0].startswith("a:1:19:23: FWD001 ")


def test_file_that_is_nested_too_deeply_is_refused(project: Path) -> None:
    (project / "deep.py").write_text(f"x = {'-' * 50_000}a.forward(1)\n")
    done = forward_call("explain", "deep.py:1")
    assert done.status == 2
    assert "nested too deeply" in done.err


def test_what_a_registry_holds_is_told(project: Path) -> None:
    registry = "from engine import Registry\n\nNETS = Registry()\n\n"
    net = "from torch import nn\n\n@NETS.register()\nclass Net(nn.Module): ...\n\nNETS.build('a').forward(1)\n"
    (project / "nets.py").write_text(registry + net)
    done = forward_call("explain", "nets.py:10")
    assert done.lines[0].startswith("nets.py:10:17: FWD001 ")
    assert "  nets.py:3: the project registers modules alone in `NETS`" in done.lines


def test_a_call_of_its_own_and_what_is_handed_on_are_explained(project: Path) -> None:
    (project / "handed.py").write_text(
        "from model import Model\n\nmodel = Model(1, 2)\nlist(map(model.forward, [1])); print(model.forward)\n"
    )
    done = forward_call("explain", "handed.py:4:16")
    assert done.lines[0] == (
        "handed.py:4:16: FWD004 map calls model.forward, bypassing Module.__call__, so hooks do not run; pass model"
    )
    assert done.lines[-1] == "  FWD004 is off by default; --extend-select FWD004 turns it on."
    done = forward_call("explain", "handed.py:4:38")
    assert done.lines[0] == (
        "handed.py:4:44: model.forward is not reported: nothing shows that the function it is passed to calls it"
    )
    done = forward_call("explain", "model.py:24:9")
    assert done.lines == [
        "model.py:24:9: FWD005 Sampler.__call__ never reaches Module.__call__, so its hooks never run; "
        "rename __call__ to forward",
        "  model.py:23: class `model.Sampler` derives from torch.nn.Module",
    ]


def test_an_unsafe_fix_is_told_with_its_reason(tmp_path: Path) -> None:
    program = """\
from torch import nn


class Net(nn.Module):
    def __call__(self, x, fast=False):
        return x if fast else super().__call__(x, fast)


def run(net: Net, x):
    return net.forward(x)
"""
    (tmp_path / "net.py").write_text(program)
    done = forward_call("explain", f"{tmp_path}/net.py:10:16")
    assert "FWD001 net.forward(...)" in done.lines[0]
    assert done.lines[-1].startswith("  Its fix is unsafe: ")
    assert "Net overrides __call__" in done.lines[-1]
