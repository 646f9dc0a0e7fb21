"""What a class makes of a call of its instances: by itself, by its bases, and where it was not read."""

from __future__ import annotations

from pathlib import Path

import pytest
from inferring import DIFFERENT, PERHAPS, SAME, verdicts
from marked import hold

CLASSES = {
    "unread base before Module": (PERHAPS, "class Net(load.Mixin, nn.Module): pass"),
    "unread base behind Module": (SAME, "class Net(nn.Module, load.Mixin): pass"),
    "unread base and a call of its own": (
        DIFFERENT,
        "class Net(load.Mixin, nn.Module):\n    def __call__(self, x): return 1",
    ),
    "Module by its name": (
        SAME,
        "class Net(nn.Module):\n    def __call__(self, x): return nn.Module.__call__(self, x)",
    ),
    "itself by its name": (DIFFERENT, "class Net(nn.Module):\n    def __call__(self, x): return Net.__call__(self, x)"),
    "only declared": (SAME, "class Net(nn.Module):\n    __call__: object"),
    "declared or defined": (
        DIFFERENT,
        "class Net(nn.Module):\n    if load.x:\n        __call__: object\n"
        "    else:\n        def __call__(self, x): return 1",
    ),
    "Module's or another": (
        PERHAPS,
        "class Net(nn.Module):\n    if load.x:\n        __call__ = nn.Module.__call__\n"
        "    else:\n        def __call__(self, x): return 1",
    ),
    "class of the catalogue with a call of its own": (DIFFERENT, "from gpytorch.kernels import RBFKernel as Net"),
    "class of the catalogue without one": (SAME, "from torch.nn import ReLU as Net"),
}


@pytest.mark.parametrize(("meaning", "program"), CLASSES.values(), ids=list(CLASSES))
def test_a_call_means_what_the_class_and_its_bases_make_of_it(meaning: str, program: str) -> None:
    assert verdicts(f"{program}\nNet().forward(1)\n") == [meaning]


def test_an_instance_of_a_declared_class_is_called_as_that_class_is() -> None:
    assert verdicts("def go(net: nn.Linear): return net.forward(1)\n") == [SAME]


OPAQUE = """
# --- net.py
from torch import nn
from elsewhere import load
class Net(nn.Module):
    def __init__(self):
        self.layers = nn.ModuleList(load())
    def go(self, x):
        for layer in self.layers:
            layer.forward(x)  # {code}
        return self.layers[0].forward(x)  # {code}
# --- other.py
from torch import nn
class Plain:
    def __call__(self, x): return x
    forward = __call__
class Bare(nn.Module): pass
{other}
"""
OTHERS = {
    "none": ("FWD001 unsafe", ""),
    "one that comes to Module's": (
        "FWD001 unsafe",
        "class Odd(nn.Module):\n    def __call__(self, x): return super().__call__(x)",
    ),
    "one with a meaning of its own": (
        "FWD003 without a fix",
        "class Odd(nn.Module):\n    def __call__(self, x): return x",
    ),
}


@pytest.mark.parametrize(("code", "other"), OTHERS.values(), ids=list(OTHERS))
def test_an_unread_module_is_a_guess_where_the_project_has_other_calls(tmp_path: Path, code: str, other: str) -> None:
    hold(tmp_path, OPAQUE.format(code=code, other=other))
