"""Ways by which ``__call__`` or a hook comes back to a call of ``forward``: a rewrite there would never end."""

from __future__ import annotations

from pathlib import Path

import pytest
from inferring import DIFFERENT, PERHAPS, SAME, verdicts
from marked import hold

FROM_CALL = {
    "a list of methods": """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.checks = [self.check]
        def __call__(self, *args):
            for one in self.checks: one(*args)
            return super().__call__(*args)
        def check(self, x): return self.forward(x)
        def forward(self, x): return x
    """,
    "a method with a written name": """
    class Net(nn.Module):
        def __call__(self, *args):
            getattr(self, "check")(*args)
            return super().__call__(*args)
        def check(self, x): return self.forward(x)
        def forward(self, x): return x
    """,
}


@pytest.mark.parametrize("text", FROM_CALL.values(), ids=FROM_CALL)
def test_method_that_call_uses_is_left_alone(text: str) -> None:
    assert verdicts(text) == [DIFFERENT]


def test_method_that_call_does_not_use_is_rewritten() -> None:
    text = """
    class Net(nn.Module):
        def __call__(self, *args):
            for one in self.checks: one(*args)
            return super().__call__(*args)
        def check(self, x): return self.forward(x)
        def forward(self, x): return x
    """
    assert verdicts(text) == [SAME]


def test_function_in_another_file_to_which_call_passes_itself_is_left_alone(tmp_path: Path) -> None:
    hold(
        tmp_path,
        """
# --- net.py
from torch import nn
import flops
class Net(nn.Module):
    def __call__(self, *args):
        flops.count(self, *args)
        return super().__call__(*args)
    def forward(self, x): return x
# --- flops.py
def count(net, x): return measure(net, x)
def measure(net, x): return net.forward(x)  # FWD002
""",
    )


HOOKS = {
    "a function": "def early(module, args): module.calibrate(args)\n",
    "a function that goes on": "def early(module, args): inner(module)\ndef inner(one): one.calibrate(1)\n",
}


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_method_of_its_module_that_a_hook_calls_makes_the_fix_unsafe(hook: str) -> None:
    text = hook + (
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.register_forward_pre_hook(early)\n"
        "    def calibrate(self, x): self.scale = self.forward(x)\n"
        "    def measure(self, x): return self.forward(x)\n"
        "    def forward(self, x): return x\n"
    )
    assert verdicts(text) == [PERHAPS, SAME]
