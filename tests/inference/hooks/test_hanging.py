"""What a finding says of what hangs on the hooks that the call skips, and where it is attached."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from flake8_forward_call.analysis import analyse
from flake8_forward_call.sources.source import Source

HEAD = """\
import torch
from torch import nn
from torch.nn.utils import prune, spectral_norm, weight_norm
from torch.nn.utils import parametrizations
from torch.distributed.fsdp import fully_shard
"""


def hanging(tmp_path: Path, text: str, **others: str) -> list[tuple[str, ...]]:
    """What is told at each finding of a program, the other files of the project given by their names."""
    for name, other in others.items():
        (tmp_path / f"{name}.py").write_text(HEAD + textwrap.dedent(other))
    path = tmp_path / "net.py"
    path.write_text(HEAD + textwrap.dedent(text))
    (tmp_path / "pyproject.toml").touch()
    return [finding.hanging for finding in analyse(Source.from_bytes(str(path), path.read_bytes()))]


def in_class(init: str, forward: str) -> str:
    """A module by the lines of its `__init__` and `forward`, which start in rows 9 and that behind it."""
    lines = ["class Net(nn.Module):", "    def __init__(self, extra=None):", "        super().__init__()"]
    lines += [f"        {line}" for line in textwrap.dedent(init).strip().splitlines()]
    lines += [
        "    def forward(self, x):",
        *(f"        {line}" for line in textwrap.dedent(forward).strip().splitlines()),
    ]
    return "\n".join(lines) + "\n"


WEIGHT = "recomputes the weight in a forward pre-hook"


@pytest.mark.parametrize(
    ("init", "forward"),
    [
        ("self.conv = weight_norm(nn.Conv1d(1, 1, 1))", "self.conv.forward(x)"),
        ("self.conv = torch.nn.utils.weight_norm(nn.Conv1d(1, 1, 1)).to('cpu')", "self.conv.forward(x)"),
        ("self.convs = nn.ModuleList([weight_norm(nn.Conv1d(1, 1, 1))])", "for conv in self.convs: conv.forward(x)"),
        ("self.convs = nn.ModuleList(weight_norm(nn.Conv1d(1, 1, 1)) for _ in 'ab')", "self.convs[0].forward(x)"),
        ("self.net = nn.Sequential(weight_norm(nn.Linear(1, 1)), nn.ReLU())", "self.net[0].forward(x)"),
        ("self.net = nn.ModuleDict({'a': weight_norm(nn.Linear(1, 1))})", "for m in self.net.values(): m.forward(x)"),
        ("conv = weight_norm(nn.Conv1d(1, 1, 1)); self.conv = conv", "self.conv.forward(x)"),
        ("self.conv = weight_norm(nn.Conv1d(1, 1, 1)) if extra else nn.ReLU()", "self.conv.forward(x)"),
        ("self.conv = nn.Conv1d(1, 1, 1); weight_norm(self.conv)", "self.conv.forward(x)"),
        ("self.conv = nn.Conv1d(1, 1, 1); weight_norm(module=self.conv)", "conv = self.conv; conv.forward(x)"),
        ("self.cs = nn.ModuleList([nn.ReLU()]); [weight_norm(c) for c in self.cs]", "for c in self.cs: c.forward(x)"),
        (
            "self.cs = nn.ModuleList(); self.cs.append(weight_norm(nn.ReLU()))",
            "for i, c in enumerate(self.cs): c.forward(x)",
        ),
        ("self.cs = nn.ModuleList(); self.cs.extend([weight_norm(nn.ReLU())])", "self.cs[x].forward(x)"),
    ],
)
def test_weight_norm_is_named_however_the_module_gets_it(tmp_path: Path, init: str, forward: str) -> None:
    assert hanging(tmp_path, in_class(init, forward)) == [(f"`weight_norm` (net.py:9) {WEIGHT}",)]


@pytest.mark.parametrize(
    ("init", "forward", "told"),
    [
        ("self.m = spectral_norm(nn.Linear(1, 1))", "self.m.forward(x)", f"`spectral_norm` (net.py:9) {WEIGHT}"),
        (
            "self.m = nn.Linear(1, 1); prune.l1_unstructured(self.m, 'weight', 0.5)",
            "self.m.forward(x)",
            "`l1_unstructured` (net.py:9) applies the mask to the weight in a forward pre-hook",
        ),
        (
            "self.m = nn.Linear(1, 1); prune.global_unstructured([(self.m, 'weight')], prune.L1Unstructured)",
            "self.m.forward(x)",
            "`global_unstructured` (net.py:9) applies the mask to the weight in a forward pre-hook",
        ),
        (
            "self.m = nn.LazyLinear(3)",
            "self.m.forward(x)",
            "`LazyLinear` (net.py:9) creates its parameters in a forward pre-hook",
        ),
        (
            "self.m = nn.Linear(1, 1); self.m.register_forward_hook(print)",
            "self.m.forward(x)",
            "`register_forward_hook` (net.py:9) adds a forward hook",
        ),
        (
            "self.m = nn.Linear(1, 1); self.m.register_full_backward_hook(print)",
            "self.m.forward(x)",
            "`register_full_backward_hook` (net.py:9) adds a backward hook",
        ),
        (
            "self.m = nn.Linear(1, 1); self.m.compile()",
            "self.m.forward(x)",
            "`compile` (net.py:9) puts compiled code into the call",
        ),
        (
            "self.m = nn.Linear(1, 1); fully_shard(self.m)",
            "self.m.forward(x)",
            "`fully_shard` (net.py:9) gathers the parameters in a forward pre-hook",
        ),
    ],
)
def test_what_hangs_on_hooks_is_named(tmp_path: Path, init: str, forward: str, told: str) -> None:
    assert hanging(tmp_path, in_class(init, forward)) == [(told,)]


@pytest.mark.parametrize(
    ("init", "forward"),
    [
        ("self.m = parametrizations.weight_norm(nn.Linear(1, 1))", "self.m.forward(x)"),
        ("self.m = parametrizations.spectral_norm(nn.Linear(1, 1))", "self.m.forward(x)"),
        ("self.m = nn.Linear(1, 1); self.other = weight_norm(nn.Linear(1, 1))", "self.m.forward(x)"),
        ("self.ms = nn.ModuleList([nn.ReLU(), nn.ReLU()]); weight_norm(self.ms[1])", "self.ms[0].forward(x)"),
        ("self.m = nn.Sequential(weight_norm(nn.Linear(1, 1)))", "self.m.forward(x)"),
        ("self.m = nn.Linear(1, 1); self.m.register_state_dict_pre_hook(print)", "self.m.forward(x)"),
        ("self.m = nn.Linear(1, 1); import re; re.compile('m')", "self.m.forward(x)"),
    ],
)
def test_what_hangs_elsewhere_or_on_no_hook_is_not_named(tmp_path: Path, init: str, forward: str) -> None:
    assert hanging(tmp_path, in_class(init, forward)) == [()]


def test_a_helper_of_the_project_is_followed_to_what_it_returns(tmp_path: Path) -> None:
    helper = "def normed(*sizes):\n    return weight_norm(nn.Conv1d(*sizes))\n"
    text = "from layers import normed\n" + in_class("self.conv = normed(1, 1, 1)", "self.conv.forward(x)")
    assert hanging(tmp_path, text, layers=helper) == [(f"`weight_norm` (layers.py:7) {WEIGHT}",)]


def test_of_two_imports_one_of_which_hangs_on_no_hook_neither_is_named(tmp_path: Path) -> None:
    either = """\
    try:
        from torch.nn.utils.parametrizations import weight_norm
    except ImportError:
        from torch.nn.utils import weight_norm
    """
    text = textwrap.dedent(either) + in_class("self.conv = weight_norm(nn.Conv1d(1, 1, 1))", "self.conv.forward(x)")
    assert hanging(tmp_path, text) == [()]


def test_what_is_attached_in_another_file_is_named_with_that_file(tmp_path: Path) -> None:
    text = in_class("self.m = nn.Linear(1, 1)", "return self.m(x)") + "def step(net: Net, x):\n    net.forward(x)\n"
    train = "from net import Net\nnet = Net()\nfully_shard(net)\n"
    told = "`fully_shard` (train.py:8) gathers the parameters in a forward pre-hook"
    assert hanging(tmp_path, text, train=train) == [(told,)]


def test_deepspeed_reaches_all_modules_below(tmp_path: Path) -> None:
    text = in_class("self.m = nn.Linear(1, 1)", "return self.m.forward(x)")
    train = "import deepspeed\nfrom net import Net\nengine, *_ = deepspeed.initialize(model=Net(), config='c.json')\n"
    told = "`initialize` (train.py:8) under ZeRO-3 gathers the parameters in a forward pre-hook"
    assert hanging(tmp_path, text, train=train) == [(told,)]


def test_observers_are_put_below_the_model_and_not_on_it(tmp_path: Path) -> None:
    text = (
        in_class("self.m = nn.Linear(1, 1)", "return self.m.forward(x)")
        + "def step(net: Net, x):\n    net.forward(x)\n"
    )
    train = "from net import Net\nnet = Net()\ntorch.ao.quantization.prepare(net, inplace=True)\n"
    assert hanging(tmp_path, text, train=train) == [("`prepare` (train.py:8) puts observers into forward hooks",), ()]


def test_hooks_that_a_class_registers_on_itself_are_those_of_its_instances(tmp_path: Path) -> None:
    text = in_class("self.register_forward_pre_hook(print)", "return x") + "Net().forward(1)\n"
    assert hanging(tmp_path, text) == [("`register_forward_pre_hook` (net.py:9) adds a forward pre-hook",)]


def test_a_loop_over_all_modules_reaches_those_of_the_class_that_it_tests_for(tmp_path: Path) -> None:
    init = """\
    self.m = nn.Linear(1, 1)
    self.r = nn.ReLU()
    for one in self.modules():
        if isinstance(one, nn.ReLU):
            one.register_forward_hook(print)
    """
    told = "`register_forward_hook` (net.py:13) adds a forward hook"
    assert hanging(tmp_path, in_class(init, "return self.r.forward(self.m.forward(x))")) == [(told,), ()]


def test_hooks_on_one_of_two_instances_are_not_those_of_the_other(tmp_path: Path) -> None:
    text = (
        in_class("pass", "return x") + "a, b = Net(), Net()\nc = Net()\na.register_forward_hook(print)\nc.forward(1)\n"
    )
    assert hanging(tmp_path, text) == [()]


def test_hooks_that_are_registered_once_the_call_is_over_are_not_named(tmp_path: Path) -> None:
    text = "m = nn.Linear(1, 1)\nm.forward(1)\nm.register_forward_hook(print)\n"
    assert hanging(tmp_path, text) == [()]


def test_hooks_that_are_registered_further_down_in_the_same_loop_are_named(tmp_path: Path) -> None:
    text = "m = nn.Linear(1, 1)\nfor _ in 'ab':\n    m.forward(1)\n    m.register_forward_hook(print)\n"
    assert hanging(tmp_path, text) == [("`register_forward_hook` (net.py:9) adds a forward hook",)]


def test_a_method_of_the_project_by_the_name_of_a_hook_maker_is_none(tmp_path: Path) -> None:
    text = """\
    class Model(nn.Module):
        def compile(self, optimizer):
            self.optimizer = optimizer

        def forward(self, x):
            return x

    model = Model()
    model.compile("sgd")
    model.forward(1)
    """
    assert hanging(tmp_path, text) == [()]


def test_the_message_names_two_things_at_most(tmp_path: Path) -> None:
    registering = "".join(
        f"m.register_{kind}(print)\n" for kind in ("forward_hook", "forward_pre_hook", "backward_hook")
    )
    path = tmp_path / "net.py"
    path.write_text(f"from torch import nn\nm = nn.ReLU()\n{registering}m.forward(1)\n")
    (finding,) = analyse(Source.from_bytes(str(path), path.read_bytes()))
    assert finding.message == (
        "m.forward(...) skips Module.__call__, so hooks do not run: `register_forward_hook` (net.py:3) adds a "
        "forward hook and `register_forward_pre_hook` (net.py:4) adds a forward pre-hook, which this call skips; "
        "call m(...)"
    )
