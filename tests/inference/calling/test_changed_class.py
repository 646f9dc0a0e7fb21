"""An instance that gets another class later: its call may mean something else from then on."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import hold

HEAD = """
# --- main.py
from torch import nn
class Net(nn.Module):
    def forward(self, x): return x
class Quick(Net):
    def __call__(self, x): return -x
class Alike(Net):
    def extra(self): return 1
class Other(nn.Module):
    def forward(self, x): return x
"""

CHANGED = {
    "in the function itself": """
        def use(x):
            net = Net()
            net.__class__ = Quick
            return net.forward(x)  # FWD001 unsafe
    """,
    "by a helper": """
        def hasten(net):
            net.__class__ = Quick
        def use(x):
            net = Net()
            hasten(net)
            return net.forward(x)  # FWD001 unsafe
    """,
    "by a helper that returns it": """
        def hasten(net):
            net.__class__ = Quick
            return net
        def use(x):
            return hasten(Net()).forward(x)  # FWD001 unsafe
    """,
    "by setattr": """
        def use(x):
            net = Net()
            setattr(net, "__class__", Quick)
            return net.forward(x)  # FWD001 unsafe
    """,
    "by object.__setattr__": """
        def use(x):
            net = Net()
            object.__setattr__(net, "__class__", Quick)
            return net.forward(x)  # FWD001 unsafe
    """,
    "by a method of its own": """
        class Slow(Net):
            def hasten(self): self.__class__ = Quick
        def use(x):
            return Slow().forward(x)  # FWD001 unsafe
    """,
    "by who gets any module": """
        def hasten(net: nn.Module):
            net.__class__ = Quick
        def use(x):
            return Net().forward(x)  # FWD001 unsafe
    """,
    "to a class that is created there": """
        def hasten(net: Net, mixin):
            net.__class__ = type("Mixed", (mixin, Net), {})
        def use(x):
            return Net().forward(x)  # FWD001 unsafe
    """,
    "where nothing is known of the instance": """
        def hasten(net):
            net.__class__ = Quick
        def use(x):
            return Net().forward(x)  # FWD001 unsafe
    """,
}

UNCHANGED = {
    "another class": """
        def use(x):
            other = Other()
            Quick().__class__ = Net
            Net().__class__ = Quick
            return other.forward(x)  # FWD001
    """,
    "a class that is called in the same way": """
        def use(x):
            net = Net()
            net.__class__ = Alike
            return net.forward(x)  # FWD001
    """,
    "any module gets an unknown class": """
        def use(x, net: nn.Module, cls):
            net.__class__ = cls
            return Net().forward(x)  # FWD001
    """,
    "a class is only read": """
        def use(x):
            net = Net()
            print(net.__class__ == Quick, net.__class__.__name__)
            return net.forward(x)  # FWD001
    """,
}


@pytest.mark.parametrize("program", CHANGED.values(), ids=CHANGED)
def test_an_instance_that_may_get_another_call_is_not_safe(tmp_path: Path, program: str) -> None:
    hold(tmp_path, HEAD + program.replace("\n        ", "\n"))


@pytest.mark.parametrize("program", UNCHANGED.values(), ids=UNCHANGED)
def test_an_instance_that_keeps_its_call_is_safe(tmp_path: Path, program: str) -> None:
    hold(tmp_path, HEAD + program.replace("\n        ", "\n"))


def test_another_file_may_change_the_class(tmp_path: Path) -> None:
    files = """
    # --- net.py
    from torch import nn
    class Net(nn.Module):
        def forward(self, x): return x
    # --- use.py
    from net import Net
    def use(x): return Net().forward(x)  # FWD001 unsafe
    # --- patch.py
    from net import Net
    class Quick(Net):
        def __call__(self, x): return -x
    def patch(net): net.__class__ = Quick
    """
    hold(tmp_path, files)
