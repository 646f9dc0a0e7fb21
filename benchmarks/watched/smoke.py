"""A package of a few lines and a stand-in for torch, to see whether the benchmark itself works."""

from __future__ import annotations

FILES = {
    "pyproject.toml": "",
    "model.py": """\
from torch import nn


def proven():
    return nn.Identity().forward(1)


def dynamic(names):
    return getattr(nn, names[0])().forward(1)
""",
    "torch/__init__.py": '__version__ = "0"\nmanual_seed = print\n\nfrom torch import nn\n',
    "torch/nn/__init__.py": "from torch.nn.modules.module import Identity, Module\n",
    "torch/nn/modules/__init__.py": "",
    "torch/nn/modules/module.py": """\
class Module:
    def __init__(self):
        pass

    def _call_impl(self, *args):
        return self.forward(*args)

    __call__ = _call_impl


class Identity(Module):
    def forward(self, x):
        return x
""",
    "tests/test_model.py": """\
import model


def test_proven():
    assert model.proven() == 1


def test_dynamic():
    assert model.dynamic(["Identity"]) == 1
""",
}
