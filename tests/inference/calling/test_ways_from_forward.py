"""By which ways a module's own ``forward`` comes to a call of ``self.forward``, whose hooks have then run already."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import hold

WAYS = {
    "a property": ("self.mode", "@property\n    def mode(self): return self.forward(1)"),
    "a name with a written beginning": ("getattr(self, f'_mode_{x}')()", "def _mode_a(self): return self.forward(1)"),
    "an alias": ("[me := self, self][0] and self.step()", "def step(self): return self.forward(1)"),
    "an item": ("self[0]", "def __getitem__(self, i): return self.forward(i)"),
}

OWN = """
# --- own.py
from torch import nn
class Own(nn.Module):
    def forward(self, x): return {way} if x else x
    {method}{mark}
"""


@pytest.mark.parametrize(("way", "method"), WAYS.values(), ids=WAYS)
def test_a_call_that_forward_comes_to_is_not_safe(tmp_path: Path, way: str, method: str) -> None:
    mark = "  # FWD001 unsafe" if "__getitem__" in method or "property" in method else "  # FWD002"
    hold(tmp_path, OWN.format(way=way, method=method, mark=mark))


def test_a_name_of_which_nothing_is_known_leads_nowhere(tmp_path: Path) -> None:
    method = "def extra_repr(self): return self.forward(1)"
    hold(tmp_path, OWN.format(way="getattr(self, x)", method=method, mark="  # FWD001"))


def test_methods_in_a_table_of_the_instance_are_followed(tmp_path: Path) -> None:
    method = (
        "def __init__(self):\n        super().__init__()\n        self.steps = {'a': self._a}\n"
        "    def _a(self): return self.forward(1)"
    )
    hold(tmp_path, OWN.format(way="self.steps['a']()", method=method, mark="  # FWD001 unsafe"))


# What `forward` does, and the rest of the class and file. The marked call must not be safe.
FURTHER_WAYS = {
    "a function that gets self": """
        def forward(self, x): return run(self, x) if x else x
        def step(self, x): return self.forward(x)  # FWD001 unsafe
    def run(net, x): return net.step(x)
    """,
    "a function that gets self by name, and passes it on": """
        def forward(self, x): return first(x, net=self) if x else x
        def step(self, x): return self.forward(x)  # FWD001 unsafe
    def first(x, net): return second(net)
    def second(it): return it.step(1)
    """,
    "a function that gets self from partial": """
        def forward(self, x): return functools.partial(run, self)(x) if x else x
        def step(self, x): return self.forward(x)  # FWD001 unsafe
    def run(net, x): return net.step(x)
    """,
    "a method of another object that gets self": """
        def __init__(self):
            super().__init__()
            self.runner = Runner()
        def forward(self, x): return self.runner.run(self, x) if x else x
        def step(self, x): return self.forward(x)  # FWD001 unsafe
    class Runner:
        def run(self, net, x): return net.step(x)
    """,
    "a lambda in an attribute": """
        def __init__(self):
            super().__init__()
            self.step = lambda x: self.forward(x)  # FWD001 unsafe
        def forward(self, x): return self.step(x) if x else x
    """,
    "an inner function in a table": """
        def __init__(self):
            super().__init__()
            def step(x): return self.forward(x)  # FWD001 unsafe
            self.steps = {"a": step}
        def forward(self, x): return self.steps["a"](x) if x else x
    """,
    "an object that is created with self": """
        def __init__(self):
            super().__init__()
            self.runner = Runner(net=self)
        def forward(self, x): return self.runner.run(x) if x else x
        def step(self, x): return self.forward(x)  # FWD001 unsafe
    class Runner:
        def __init__(self, net): self.net = net
        def run(self, x): return self.net.step(x)
    """,
    "a decorator of forward": """
        def ready(function):
            def wrapper(self, x):
                self.step(x)
                return function(self, x)
            return wrapper
        def step(self, x): return self.forward(x)  # FWD001 unsafe
        @ready
        def forward(self, x): return x
    """,
    "a function for forward": """
        def step(self, x): return self.forward(x)  # FWD001 unsafe
        forward = lambda self, x: run(self, x)
    def run(net, x): return net.step(x)
    """,
    "iteration": """
        def forward(self, x): return [y for y in self] if x else x
        def __iter__(self): yield self.forward(0)  # FWD001 unsafe
    """,
    "a length": """
        def forward(self, x): return len(self) if x else x
        def __len__(self): return self.forward(0)  # FWD001 unsafe
    """,
    "an operator": """
        def forward(self, x): return self + 1 if x else x
        def __add__(self, x): return self.forward(0)  # FWD001 unsafe
    """,
}

# The same without the way.
NO_WAYS = {
    "a function that does other things with self": """
        def forward(self, x): return run(self, x) if x else x
        def step(self, x): return self.forward(x)  # FWD001
        def other(self, x): return x
    def run(net, x): return net.other(x)
    """,
    "a function that gets something else": """
        def forward(self, x): return run(x) if x else x
        def step(self, x): return self.forward(x)  # FWD001
    def run(net): return net.step(1)
    """,
    "an object that is created with self and does other things": """
        def __init__(self):
            super().__init__()
            self.runner = Runner(self)
        def forward(self, x): return self.runner.run(x) if x else x
        def step(self, x): return self.forward(x)  # FWD001
        def other(self, x): return x
    class Runner:
        def __init__(self, net): self.net = net
        def run(self, x): return self.net.other(x)
    """,
    "a builtin that only looks at self": """
        def __len__(self): return self.forward(0)  # FWD001
        def step(self, x): return self.forward(x)  # FWD001
        def forward(self, x):
            return super(Own, self).half() if isinstance(self, Own) and hasattr(self, "a") else x
    """,
    "a lambda that nothing in forward runs": """
        def __init__(self):
            super().__init__()
            self.step = lambda x: self.forward(x)  # FWD001
        def forward(self, x): return x
    """,
    "a special method that nothing in forward runs": """
        def forward(self, x): return self.training
        def __len__(self): return self.forward(0)  # FWD001
    """,
}

ANY = "# --- own.py\nimport functools\nfrom torch import nn\nclass Own(nn.Module):\n"


@pytest.mark.parametrize("program", FURTHER_WAYS.values(), ids=FURTHER_WAYS)
def test_further_ways_make_the_fix_unsafe(tmp_path: Path, program: str) -> None:
    hold(tmp_path, ANY + program.replace("\n    ", "\n"))


@pytest.mark.parametrize("program", NO_WAYS.values(), ids=NO_WAYS)
def test_without_a_way_the_fix_is_safe(tmp_path: Path, program: str) -> None:
    hold(tmp_path, ANY + program.replace("\n    ", "\n"))
